"""The workflow `letters`, whose tasks find their place, pass themselves on, and end at once."""

from functools import cache
from pathlib import Path

from shared.compile import workflow_of
from shared.domain.definitions.workflow import Workflow

LETTERS = Path(__file__).parent / "letters.yaml"


@cache
def letters() -> Workflow:
    """The workflow as the checker accepts it."""
    return workflow_of(LETTERS)
