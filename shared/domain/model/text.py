"""What text may be stored: no control characters, nothing that cannot be written as UTF-8."""

from __future__ import annotations

import unicodedata

LINE_CHARACTERS = frozenset("\n\r\t")
REFUSED = frozenset({"Cc", "Cs"})


def is_plain(text: str, *, lines: bool = False) -> bool:
    """Whether the text has no control character and no lone surrogate; `lines` allows breaks."""
    if text.isprintable():
        return True
    allowed = LINE_CHARACTERS if lines else frozenset()
    return all(c in allowed or unicodedata.category(c) not in REFUSED for c in text)
