"""Roles of organizations towards each other, and patterns of them."""

from __future__ import annotations

import re

ROLE = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
PATTERN = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*(-?\*)?|\*")
LONGEST = 64


def is_role(text: str) -> bool:
    """Whether the text can be a role: words of lower-case letters and digits, tied by hyphens."""
    return len(text) <= LONGEST and ROLE.fullmatch(text) is not None


def is_pattern(text: str) -> bool:
    """Whether the text can be a pattern: a role, or the beginning of one with an asterisk behind it."""
    return len(text) <= LONGEST and PATTERN.fullmatch(text) is not None


def matches(pattern: str, role: str) -> bool:
    """Whether the role fits the pattern: it is the same, or begins so where an asterisk ends the pattern."""
    return role.startswith(pattern[:-1]) if pattern.endswith("*") else role == pattern
