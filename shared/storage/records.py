"""Which attributes the items of a case have: one table of fields for each kind of item."""

from dataclasses import replace
from typing import Any

from shared.domain.model.connections import Connection, Side, Tie
from shared.domain.model.ends import Counterpart, End, Message
from shared.domain.model.task import Case, Cell, Children, Entry, Link, Party, Person, Task, Timer
from shared.storage.attributes import (
    FLAG,
    JSON,
    LISTED_NAMES,
    MOMENT,
    NAMES,
    NUMBER,
    TEXT,
    Record,
    as_text,
    as_texts,
    parts_of,
)

split_person, join_person = parts_of(
    Person, "id", "first_name", "last_name", "email", "inside", "organization_id", "organization"
)
PERSON = as_text(split_person, join_person)
PARTY = as_text(*parts_of(Party, "kind", "id", "display_name"))
CELL = as_text(*parts_of(Cell, "queue", "tab", "type", "closed_on", "ending"))
LINKS = as_texts(*parts_of(Link, "type", "link", "name"))

_split_counterpart, _join_counterpart = parts_of(Counterpart, "display_name", "organization_id", "email")
_split_end, _join_end = parts_of(
    End,
    "kind",
    "assignment",
    "generation",
    "sent",
    "task_id",
    "counterpart",
    "heard",
    "role",
    "auto_refer",
    "referral",
    "tried",
    "connection_id",
    "local",
)
SIDE = as_text(*parts_of(Side, "role", "display_name", "organization_id", "email"))


# What an end has heard stands beside it: a message that is dropped moves that number alone, without a new
# version, and an action that was decided before must not write the old one back.
RECEIVED = Record(End, {"received": NUMBER}, prefix="end_")


def _end_parts(end: End) -> list[Any]:
    """The parts of an end, each party in parts as well."""
    return [_split_counterpart(part) if isinstance(part, Counterpart) else part for part in _split_end(end)]


def _end_of(parts: list[Any]) -> End:
    """The end again: lists in it are parties, but for those that were tried."""
    end = _join_end(parts)
    return replace(
        end,
        counterpart=_party_of(end.counterpart),
        referral=_party_of(end.referral),
        tried=tuple(end.tried),
    )


def _party_of(parts: Any) -> Counterpart | None:
    return None if parts is None else _join_counterpart(parts)


END = as_text(_end_parts, _end_of)

CASE = Record(
    Case,
    {
        "workflow": TEXT,
        "workflow_version": NUMBER,
        "case_type": TEXT,
        "created_at": MOMENT,
        "updated_at": MOMENT,
        "created_by": PERSON,
        "updated_by": PERSON,
        "display_name": TEXT,
        "organization_id": TEXT,
        "attributes": JSON,
        "state": TEXT,
        "closed_at": MOMENT,
        "close_reason": TEXT,
        "graph_version": NUMBER,
        "root_id": TEXT,
        "staged": FLAG,
        "original_case_id": TEXT,
        "version": NUMBER,
    },
    always=frozenset({"state", "graph_version", "version"}),
)

# What is not named here is written by task_items, shorter.
TASK = Record(
    Task,
    {
        "workflow": TEXT,
        "workflow_version": NUMBER,
        "type": TEXT,
        "state": TEXT,
        "status": TEXT,
        "created_at": MOMENT,
        "assigned_party": PARTY,
        "internal": FLAG,
        "group_queue": TEXT,
        "queue": TEXT,
        "tab": TEXT,
        "entity": JSON,
        "priority": NUMBER,
        "due_time": MOMENT,
        "overdue": FLAG,
        "awaiting": TEXT,
        "remembered": NAMES,
        "assigned_at": MOMENT,
        "started_at": MOMENT,
        "placed_on_hold_at": MOMENT,
        "closed_at": MOMENT,
        "cancellation_reason": TEXT,
        "waiting": NUMBER,
        "working": NUMBER,
        "texts": NUMBER,
        "kind": TEXT,
        "is_delegate": FLAG,
        "staged": FLAG,
        "new_case_id": TEXT,
        "end": END,
        "hold": FLAG,
        "deleted": FLAG,
        "delegated": FLAG,
        "version": NUMBER,
    },
    always=frozenset({"version"}),
)

# Each is an attribute of its own, to which is added: so several transactions may count children at once.
CHILDREN = Record(
    Children,
    dict.fromkeys(("open", "closed", "completed", "same_open", "same_closed", "same_completed"), NUMBER),
    prefix="children_",
)

ENTRY = Record(
    Entry,
    {
        "created_at": MOMENT,
        "created_by": PERSON,
        "action": TEXT,
        "event": TEXT,
        "commit_id": TEXT,
        "state": TEXT,
        "status": TEXT,
        "type": TEXT,
        "assigned_party": PARTY,
        "group_queue": TEXT,
        "due_time": MOMENT,
        "changes": JSON,
        "note": TEXT,
        "reacts": LISTED_NAMES,
        "cell": CELL,
        "waiting": NUMBER,
        "working": NUMBER,
        "workflow": TEXT,
        "workflow_version": NUMBER,
        "staged": FLAG,
        "parent_id": TEXT,
    },
)

MESSAGE = Record(Message, {"action": TEXT, "input": JSON, "local": TEXT})

CONNECTION = Record(
    Connection,
    {
        "asking": SIDE,
        "asked": SIDE,
        "created_at": MOMENT,
        "updated_at": MOMENT,
        "expires_at": MOMENT,
        "nonce": TEXT,
        "created_by": PERSON,
        "state": TEXT,
        "requested_at": MOMENT,
        "task_id": TEXT,
        "version": NUMBER,
    },
    always=frozenset({"state", "version"}),
)

TIE = Record(Tie, {"display_name": TEXT, "role": TEXT, "connection_id": TEXT})

TIMER = Record(Timer, {"name": TEXT, "action": TEXT, "at": MOMENT})
