"""Every command tells what went wrong in words, in one place."""

from typing import Any

import typer
from botocore.exceptions import BotoCoreError, ClientError
from rich.text import Text
from typer.core import TyperGroup
from urllib3.exceptions import HTTPError

from infra.local.home import command
from infra.local.obstacle import ObstacleError
from infra.local.steps import errors


class TellingGroup(TyperGroup):
    """Commands that end with a sentence instead of a traceback where something stands in the way."""

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except ObstacleError as obstacle:
            _tell(obstacle.what, obstacle.remedy)
        except (ClientError, BotoCoreError, HTTPError) as error:
            _tell(f"The stack did not answer as expected: {error}", f"This brings it back: {command('up')}")
        except KeyboardInterrupt:
            errors.print("\nStopped.")
        raise typer.Exit(1)


def _tell(what: str, remedy: str) -> None:
    errors.print(Text.assemble(("Error: ", "bold red"), what))
    if remedy:
        errors.print(Text(remedy))
