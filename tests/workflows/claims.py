"""The workflow `claims`, which has one of everything that trees can have."""

from functools import cache
from pathlib import Path

from shared.compile import workflow_of
from shared.domain.definitions.workflow import Workflow

CLAIMS = Path(__file__).parent / "claims.yaml"


@cache
def claims() -> Workflow:
    """The workflow as the checker accepts it."""
    return workflow_of(CLAIMS)
