"""The fragments of workflows that documentation shows."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

DOCS = Path(__file__).parents[2] / "docs"


def blocks(page: Path) -> list[str]:
    """What the page shows as YAML, in its order."""
    return re.findall(r"```yaml\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL)


def merged(there: Any, new: Any) -> Any:
    """What is new is added at its keys; what is no mapping takes the place of what is there."""
    if not (isinstance(there, Mapping) and isinstance(new, Mapping)):
        return new
    return {**there, **{key: merged(there.get(key), value) for key, value in new.items()}}
