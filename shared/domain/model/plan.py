"""What a decision comes to: a plan of writes that commit together, or a refusal.

A refusal is a value with a stable code: whichever route leads to it, it is the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from shared.domain.model.connections import Connection
from shared.domain.model.people import Organization, User
from shared.domain.model.task import Case, Entry, Task
from shared.domain.model.writes import AddEntry, Write

Code = Literal[
    "invalid_request",
    "unknown_user",
    "not_found",
    "version_mismatch",
    "not_allowed",
    "action_not_available",
    "invalid_input",
    "open_children",
    "parent_closed",
    "duplicate_open_task",
    "assignee_not_member",
    "case_exists",
    "case_closed",
    "does_not_fit",
    "conflict",
    "idempotency_key_reused",
    "throttled",
    "unavailable",
    "internal_error",
]


@dataclass(frozen=True, slots=True)
class FieldError:
    """What is wrong with one field; `pointer` is a JSON pointer into the input."""

    pointer: str
    detail: str


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why nothing happens: a stable code, the rule that refuses, and who could do it."""

    code: Code
    detail: str
    rule: str | None = None
    who: tuple[str, ...] = ()
    errors: tuple[FieldError, ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """Writes that commit together or not at all.

    `commit_id` stands in every entry of the plan, so that after a lost answer the caller can see
    whether its own transaction went through. `skew` names what the decision read and the plan
    does not guard, with what heals it: nothing is left to chance unnamed. `stage` holds writes that
    nobody can see before `writes` commit: they are made first, in as many transactions as they need.
    """

    commit_id: str
    writes: tuple[Write, ...]
    subject: Task | Case | Connection | User | Organization | None = None
    skew: Mapping[str, str] = field(default_factory=dict)
    stage: tuple[Write, ...] = ()

    @property
    def entries(self) -> tuple[Entry, ...]:
        """The history entries of the plan."""
        return tuple(w.entry for w in self.writes if isinstance(w, AddEntry))


Decision = Plan | Refusal
