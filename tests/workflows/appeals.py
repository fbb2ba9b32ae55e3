"""The workflow `appeals`, which is no deployed one yet."""

from pathlib import Path

from shared import workflows

APPEALS = Path(workflows.__file__).parent / "drafts" / "appeals.yaml"
