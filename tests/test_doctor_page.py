"""The page about the doctor names what the code looks at."""

import re
from pathlib import Path

from shared.domain.doctor.examine import INVARIANTS

PAGE = Path(__file__).parents[1] / "docs" / "doctor.md"


def test_the_page_lists_every_invariant_once() -> None:
    """In the order in which they are examined."""
    assert re.findall(r"^\| `([a-z-]+)` \|", PAGE.read_text(), re.MULTILINE) == list(INVARIANTS)
