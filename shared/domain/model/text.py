"""What text may be stored: no control characters, nothing that cannot be written as UTF-8. And names in sentences."""

from __future__ import annotations

import re
import unicodedata

LINE_CHARACTERS = frozenset("\n\r\t")
REFUSED = frozenset({"Cc", "Cs"})
TURNING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""What turns the direction of all that follows: a name with it shows as another, also beside other names."""
EMAIL = re.compile(r'[^@\s"(),:;<>\[\\\]]+@[^@\s"(),:;<>\[\\\]]+')
"""One address, without characters that a mailer might read as a second address, or as a display name."""
_SPELT_OUT = re.compile(r"[AEFHILMNORSX]([A-Z]|\b)")
"""What begins so is read letter by letter, as in "an SLA", and its first letter begins with a vowel."""
_VOWEL = re.compile(r"(?!eu|one|uni(?![dmn])|us[aeu])[aeiou]|hour|hon(est|or)", re.IGNORECASE)
"""What begins so begins with a vowel when it is spoken; "a European", "a one-off", "a unit", "a user" do not."""


def is_plain(text: str, *, lines: bool = False) -> bool:
    """Whether the text has no control character and no lone surrogate.

    Within one line, also nothing that turns the direction of writing; `lines` allows that, and breaks.
    """
    if text.isprintable():
        return True
    if not lines:
        return all(c not in TURNING and unicodedata.category(c) not in REFUSED for c in text)
    return all(c in LINE_CHARACTERS or unicodedata.category(c) not in REFUSED for c in text)


def is_blank(text: str) -> bool:
    """Whether nothing of the text can be seen: spaces, and marks that only say how to write what is beside them."""
    return all(c.isspace() or unicodedata.category(c) == "Cf" for c in text)


def with_article(name: str, *, first: bool = False) -> str:
    """The name behind "a" or "an", whichever it is spoken with; `first` where a sentence begins with it."""
    spelt = re.match(r"[A-Z]([A-Z]|\b)", name)
    article = "an" if (_SPELT_OUT if spelt else _VOWEL).match(name) else "a"
    return f"{article.capitalize() if first else article} {name}"
