"""A problem of a workflow file, as a person reads it."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

LONGEST = 120
"""Characters of a value in a message."""


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """What is wrong, where, by which rule, and what to do about it.

    `path` are the steps of a counterexample, one after the other, and `picture` shows them in Mermaid's words;
    most problems have none. `unproven`: no case was seen to take these steps.
    """

    file: str
    line: int
    reason: str
    hint: str = ""
    rule: str = "file"
    path: tuple[str, ...] = ()
    picture: str = ""
    unproven: bool = False

    def __str__(self) -> str:
        """`file:line: reason`, which editors and terminals make a link of; the hint follows."""
        rule = f"{self.rule}, unproven" if self.unproven else self.rule
        lines = [f"{self.file}:{self.line}: {self.reason} [{rule}]"]
        lines += [f"    {step}" for step in self.path]
        return "\n".join([*lines, f"    {self.hint}"] if self.hint else lines)


class UnreadableError(Exception):
    """The file cannot be read any further, because of these problems."""

    def __init__(self, *problems: Problem) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = problems


def shown(path: Path) -> str:
    """The file's name as a person would type it: relative to where they are, if it is below.

    Links are not followed: what they lead to is not what was typed, and may be the link itself.
    """
    try:
        return str(Path(os.path.abspath(path)).relative_to(Path.cwd()))  # noqa: PTH100 (resolve() follows links)
    except ValueError:
        return str(path)


def quoted(value: object) -> str:
    """The value as a message shows it: the beginning of a long one tells which it is."""
    text = repr(value)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}...'"
