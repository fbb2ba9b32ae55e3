"""Every command tells what went wrong in words, in one place."""

from typing import Any

import typer
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    InvalidRegionError,
    NoCredentialsError,
    NoRegionError,
    PartialCredentialsError,
    ProfileNotFound,
)
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
            _tell(f"The stack did not answer as expected: {error}", _remedy(error))
        except OSError as error:
            if error.filename is None:
                raise
            _tell(f"{error.filename} cannot be used: {error.strerror}.", "See that it can be read and written there.")
        except KeyboardInterrupt:
            errors.print("\nStopped.")
        raise typer.Exit(1)


def _remedy(error: Exception) -> str:
    match error:
        case NoRegionError() | InvalidRegionError():
            return "Name a region: --region eu-central-1, say, or in the variable AWS_REGION."
        case NoCredentialsError() | PartialCredentialsError() | ProfileNotFound():
            return "Sign in to the AWS account: name a profile in AWS_PROFILE, or put its keys into the environment."
    return f"If it is the stack on this machine, this brings it back: {command('up')}"


def _tell(what: str, remedy: str) -> None:
    errors.print(Text.assemble(("Error: ", "bold red"), what))
    if remedy:
        errors.print(Text(remedy))
