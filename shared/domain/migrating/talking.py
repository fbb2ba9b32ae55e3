"""Two ends of a task whose cases go by different versions: whether each understands what the other may say.

The other end lives in a case of its own, which is migrated on its own or not at all. What it says comes at any
time, so it is not asked what it has said, but what its version can ever have it say.
"""

from __future__ import annotations

from collections.abc import Iterator

from shared.domain.definitions.lifecycle import ENGINE, told
from shared.domain.definitions.workflow import Action, Workflow


def misunderstood(one: Workflow, other: Workflow) -> tuple[str, ...]:
    """The actions that an end of one version may have Casetree take at the other, and that it could not take there.

    Such a message could never arrive, and would hold up all behind it. One whose action is known, but is
    not offered by then, is dropped as between ends of one version (collaboration.md, Crossing messages).
    """
    return tuple(sorted({*_unheard(one, other), *_unheard(other, one)}))


def _unheard(speaker: Workflow, listener: Workflow) -> Iterator[str]:
    arrived = {speaker.hand_off.arrived} if speaker.hand_off is not None else set()
    for name in told(speaker) | arrived:
        said, heard = speaker.actions[name], listener.actions.get(name)
        if heard is None or ENGINE not in heard.who or not _takes(heard, said):
            yield name


def _takes(heard: Action, said: Action) -> bool:
    """Whether the one action takes whatever input the other does, and needs nothing more."""
    given = {field.name for field in said.fields}
    same = all(heard.field(field.name) == field for field in said.fields)
    return same and heard.either == said.either and not any(f.required and f.name not in given for f in heard.fields)
