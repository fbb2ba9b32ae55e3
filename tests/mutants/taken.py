"""Workflow files with one thing less: every transition, timer, reaction, actor and guard in turn."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

File = dict[str, Any]
Place = tuple[str | int, ...]

WORDS: Mapping[str, tuple[str, ...]] = {
    "transition": ("actions", "own_actions", "options", "from", "to"),
    "timer": ("timers", "lasts", "held_for", "due"),
    "reaction": (
        *("effects", "follows", "opens_with", "opens", "children", "when_changed", "begins", "sends"),
        *("ends", "returns", "under_completed", "conclude", "counts_at", "joins_completed", "auto_assign"),
        *("hand_back", "next", "event"),
    ),
    "actor": (
        *("who", "create", "created_by", "created_under", "created_by_members_of", "administrators_act_as"),
        *("members_of", "assigned_to", "assigned_to_user", "assigned_kind", "organization", "assignee", "attribute"),
    ),
    "guard": (
        *("guards", "when", "unless", "given", "while_open", "unless_open", "if_free", "either"),
        *("one_open", "parents", "placed", "moves", "leaf", "others_turn"),
    ),
}
"""What is taken away, by the word under which it stands: an entry of a list or mapping, else the word itself."""
KINDS = {word: kind for kind, words in WORDS.items() for word in words}
WHOLE = {"prerequisites": "reaction", "close": "reaction", "connection": "reaction"}
"""What is taken away as a whole, as its parts need each other."""
NEEDED = ("to", "opens")
"""What has to be there, so that only entries of a list of them can be taken."""
UNPLAYED = ("input", "fields", "attributes", "templates", "worker_status", "statuses", "tree")
"""What is given and shown, not done; `conclude` and the like of a tree are needed or named elsewhere."""


@dataclass(frozen=True)
class Mutant:
    """A file without one thing; where that stood, and of which kind it was."""

    kind: str
    place: str
    file: File


def mutants(file: File) -> Iterator[Mutant]:
    """Each mutant of the file; what is written once and meant by several types is taken from all of them."""
    for kind, place in _places(file, (), None, set()):
        yield Mutant(kind, _spoken(file, place), _without(file, place))


def _places(value: Any, at: Place, kind: str | None, seen: set[tuple[int, str | int]]) -> Iterator[tuple[str, Place]]:
    """Where there is something to take, with its kind; `kind` is that of the list or mapping around."""
    for key, part in _parts(value):
        if key in UNPLAYED or (id(value), key) in seen:
            continue
        seen.add((id(value), key))
        taken, inside = _kinds(key, part, kind)
        if taken is not None and not _all_of_an_entry(value, at):
            yield taken, (*at, key)
        yield from _places(part, (*at, key), inside, seen)


def _kinds(key: str | int, part: Any, around: str | None) -> tuple[str | None, str | None]:
    """Of which kind a part is, and of which its entries are; none where there is nothing to take."""
    if around is not None:
        return around, around if isinstance(part, list) or around == "guard" else None
    if key in WHOLE and isinstance(part, dict):
        return WHOLE[str(key)], None
    word = KINDS.get(str(key))
    if isinstance(part, list | dict):
        return None, None if key == "create" and isinstance(part, dict) else word
    return None if key in NEEDED else word, None


def _all_of_an_entry(value: Any, at: Place) -> bool:
    """Whether to take the part is to take the entry of a list that it is all of, which is a mutant already."""
    return isinstance(value, dict) and len(value) == 1 and isinstance(at[-1], int)


def _parts(value: Any) -> Iterator[tuple[str | int, Any]]:
    match value:
        case dict():
            yield from value.items()
        case list():
            yield from enumerate(value)


def _without(file: File, place: Place) -> File:
    copy = deepcopy(file)
    around: Any = copy
    for key in place[:-1]:
        around = around[key]
    del around[place[-1]]
    return copy


def _spoken(file: File, place: Place) -> str:
    """The place in words: entries of lists by what they say, if that is one word."""
    said: list[str] = []
    value: Any = file
    for key in place:
        value = value[key]
        said.append(str(value) if isinstance(key, int) and isinstance(value, str) else str(key))
    return " / ".join(said)
