"""What the checker found wrong with a workflow."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass

from shared.domain.definitions.lifecycle import Step

Place = tuple[str | int, ...]
"""Where in the workflow file: the keys from the top, and positions in lists."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A rule that the workflow breaks: where, how, and what would mend it.

    `path` is a shortest way, from the creation of a task on, into the state that breaks the rule;
    it is empty where no state is involved. It is `unproven` while no case has been seen to take it, each step by the
    real decision. `type` is that of the tasks it is about, where it has a path.
    """

    rule: str
    where: Place
    detail: str
    hint: str = ""
    path: tuple[Step, ...] = ()
    type: str = ""
    unproven: bool = False

    @property
    def status(self) -> str:
        """The status that it is about; nothing where it is about none."""
        return str(self.where[1]) if self.where[:1] == ("statuses",) else ""


def nearest(word: str, known: Iterable[str]) -> str:
    """A hint: the known word that was probably meant, or all of them where none is near."""
    choices = list(known)
    lower = {choice.lower(): choice for choice in choices}
    near = difflib.get_close_matches(word.lower(), lower, n=1, cutoff=0.6)
    if near:
        return f"Did you mean {lower[near[0]]!r}?"
    return f"Known here: {', '.join(choices)}." if choices else ""


def listed(words: Iterable[str]) -> str:
    """Words in quotes, separated by commas."""
    return ", ".join(repr(word) for word in words)
