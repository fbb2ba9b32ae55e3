"""What the words of a workflow file need: arguments, options, and the input that they read.

The words themselves are in `shared/domain/words`. A test holds that every effect and option of those
files is described here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Takes = Literal[
    "status",
    "statuses",
    "integer",
    "text",
    "texts",
    "input",
    "field",
    "action",
    "ends",
    "statuses by end",
    "assignment status",
    "assignment statuses",
    "organization kind",
]


@dataclass(frozen=True, slots=True)
class Reads:
    """The fields of an action's input that an effect reads, with the kind that each must have.

    Those in `needs` must be there; `always` says that they must also be given, and never null.
    """

    fields: Mapping[str, str] = field(default_factory=dict)
    needs: frozenset[str] = frozenset()
    always: bool = False


ARGUMENTS: Mapping[str, Takes] = {
    "visited": "status",
    "asked": "input",
    "was": "statuses",
    "assigned_as": "assignment statuses",
    "switch_case": "field",
    "end": "ends",
    "assignment": "assignment statuses",
    "only_from": "statuses by end",
    "tell": "action",
    "recall": "action",
    "set_assignment": "assignment status",
    "counterpart_is": "status",
}
"""Guards, conditions and effects that take an argument; all others take none."""

OPTIONS: Mapping[str, Takes] = {
    "min": "integer",
    "max": "integer",
    "of": "texts",
    "flags": "texts",
    "of_kind": "organization kind",
    "family": "text",
}
"""Options of field kinds; which kind takes which is said in `fields.py`."""

EFFECT_READS: Mapping[str, Reads] = {
    "set_assigned_party": Reads({"assignedParty": "party", "internal": "boolean"}, frozenset({"assignedParty"})),
    "claim": Reads(),
    "clear_person": Reads(),
    "set_awaiting": Reads({"awaiting": "text"}, frozenset({"awaiting"})),
    "clear_awaiting": Reads(),
    "set_group_queue": Reads({"groupQueue": "group_queue"}, frozenset({"groupQueue"}), always=True),
    "set_due_time": Reads({"dueTime": "due_time"}, frozenset({"dueTime"})),
    "mark_overdue": Reads(),
    "append_instruction": Reads({"instructions": "instruction"}, frozenset({"instructions"})),
    "edit_fields": Reads({"description": "description", "links": "links", "entity": "entity", "priority": "integer"}),
    "edit_prerequisites": Reads({"prerequisites": "prerequisites"}, frozenset({"prerequisites"})),
    "place_timed_hold": Reads({"days": "days"}, frozenset({"days"}), always=True),
    "end_timed_hold": Reads(),
    "pass_to_member": Reads({"userId": "user", "instructions": "instruction"}, frozenset({"userId"}), always=True),
    "pass_to_next_member": Reads(),
    "pass_to_organization": Reads(
        {"organizationId": "organization", "instructions": "instruction"}, frozenset({"organizationId"}), always=True
    ),
    "reassign": Reads({"assignedParty": "party"}, frozenset({"assignedParty"}), always=True),
    "return_work": Reads(),
    "reopen": Reads(),
    "change_type": Reads({"type": "task_type"}, frozenset({"type"}), always=True),
    "switch_case": Reads({"leaveOut": "tasks"}),
    "set_cancellation_reason": Reads({"cancellationReason": "choice"}, frozenset({"cancellationReason"})),
    "set_hold": Reads(),
    "clear_hold": Reads(),
    "add_links": Reads({"links": "links"}, frozenset({"links"})),
    "delete_task": Reads(),
    "assign_partner": Reads(
        {"organizationId": "connected_organization", "name": "text", "email": "email"},
        frozenset({"organizationId", "name", "email"}),
    ),
    "send": Reads(),
    "recall": Reads(),
    "set_assignment": Reads(),
    "refer": Reads(
        {"organizationId": "organization_id", "name": "text", "email": "email"},
        frozenset({"organizationId", "name", "email"}),
    ),
    "take_referral": Reads(
        {"organizationId": "organization_id", "name": "text", "email": "email"},
        frozenset({"organizationId", "name", "email"}),
    ),
    "tell": Reads(),
    "counterpart_is": Reads(),
    "accept_connection": Reads(),
    "expire_connection": Reads(),
}

CREATION_FIELDS: Mapping[str, str] = {
    "description": "description",
    "instructions": "instruction",
    "kind": "text",
    "assignedParty": "party",
    "assignedAt": "past_time",
    "internal": "boolean",
    "groupQueue": "group_queue",
    "dueTime": "due_time",
    "entity": "entity",
    "parentId": "parent",
    "prerequisites": "prerequisites",
    "awaiting": "text",
    "links": "links",
    "priority": "integer",
    "collaborative": "boolean",
    "role": "role",
    "autoRefer": "boolean",
}
"""The fields that a new task may be given, with the kind that each must have."""

NOTE = "note"
"""A field of this kind needs no effect: its text stands in the history."""

REASON = "reason"
"""The input that Casetree gives to the action with which it closes the tasks of a case."""

CREATE, CHILD_OPENED, CHILDREN_CLOSED = "create", "child_opened", "children_closed"
HOLD_ENDED, WORK_RETURNED, ENDED_BELOW = "hold_ended", "work_returned", "ended_below"
SWITCHED, CASE_CHANGED = "switched", "case_changed"
REFERRED_ON, MIGRATED = "referred_on", "migrated"
MENDED = "mended"
RESERVED = (
    CREATE,
    CHILD_OPENED,
    CHILDREN_CLOSED,
    HOLD_ENDED,
    WORK_RETURNED,
    ENDED_BELOW,
    SWITCHED,
    CASE_CHANGED,
    REFERRED_ON,
    MENDED,
    MIGRATED,
)
"""What history calls changes that no action of the file makes; no action may have such a name."""

TIMERS: Mapping[str, str] = {
    "due": "Runs until the task's due time.",
    "time": "Runs for as long as a timed task, or a timed hold, lasts.",
    "connection": "Runs for as long as a request for a connection can be answered.",
}

PASS_ON = frozenset({"pass_to_member", "pass_to_organization", "pass_to_next_member"})
"""The effects that pass work on, to a child of the task's own type."""

TELLING = frozenset({"tell", "recall"})
"""The effects whose argument is an action of the engine at the other end of the task."""

ABOUT_PARENTS = frozenset(
    {"parent_organization_member", "parent_organization_admin", "passed_on", "reassign", "return_work", "reopen"}
)
"""The relations, guards and effects that look at the parent, which is loaded for them."""

CASE_RELATIONS = frozenset({"administrator", "inside", "case_organization_member"})
"""The relations that a caller may have where there is no task yet."""
