"""The workflow `appeals`, as its file says it."""

from pathlib import Path

from shared import workflows

APPEALS = Path(workflows.__file__).parent / "appeals.yaml"
