"""Methods of dataclasses that were compiled when the package was built, so that no start compiles them again.

Python writes the methods of a dataclass as text, and compiles that text whenever the class is made:
for Casetree's values, half of what importing them takes. Other code has its bytecode beside it.
"""

from __future__ import annotations

import dataclasses
import marshal
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

KEPT = Path(__file__).with_name(f"prepared.{sys.implementation.cache_tag}.bin")
"""By text, what it is compiled to; made by infra/prepare.py, and not there in a checkout."""


def use(kept: Path = KEPT) -> None:
    """From now on texts that were kept are not compiled again; all others are, as ever, so none can be out of date."""
    if not kept.exists():
        return
    # A part of the package, as bytecode is.
    known: Mapping[str, bytes] = marshal.loads(kept.read_bytes())  # noqa: S302 # nosec B302

    def execute(text: str, names: dict[str, Any], local: dict[str, Any]) -> None:
        code = known.get(text)
        exec(marshal.loads(code) if code else text, names, local)  # noqa: S102, S302 # nosec B102 B302

    # What the module calls by this name, which it does not define itself, is the built-in function.
    dataclasses.exec = execute  # type: ignore[attr-defined]
