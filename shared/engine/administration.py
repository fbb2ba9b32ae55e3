"""What the use cases of people have in common: administrators, views, and plans without a task."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NoReturn, TypeVar

from shared.domain.model.people import Caller, Organization, User
from shared.domain.model.plan import FieldError, Plan, Refusal
from shared.domain.model.writes import Write
from shared.engine.loading import check_version
from shared.engine.session import Identity, Refused, Request, Session, refuse
from shared.storage.store import Loaded

Item = TypeVar("Item")
Result = TypeVar("Result")
CHUNK = 40
"""Organizations or members in one transaction: two items each, of the 100 that it may hold."""


@dataclass(frozen=True, slots=True)
class UserView:
    """A user as one caller sees them: what the caller may not know is empty.

    `administrator` is known of the caller alone: it comes with their token.
    """

    user: User
    caller: Caller
    administrator: bool | None = None


def administrator(session: Session, identity: Identity, loaded: Loaded) -> Caller:
    """The caller, who is an administrator; raises Refused `not_allowed`."""
    caller = session.caller(identity, loaded)
    check_administrator(caller)
    return caller


def check_administrator(caller: Caller) -> None:
    """Raises Refused `not_allowed` for a caller who is no administrator."""
    if not caller.administrator:
        refuse("not_allowed", "Only administrators may do this.", rule="who", who=("administrators",))


def check_seen(request: Request, existing: User | Organization | None) -> None:
    """Raises Refused `version_mismatch` if the caller has seen another version than there is, or than none.

    Only administrators get as far as this: it tells the version to nobody who may not see it.
    """
    if existing is not None:
        check_version(request, existing.version)
    elif request.if_match is not None:
        refuse("version_mismatch", "There is nothing here yet, and so no version of it.")


def accepted(result: Result | Refusal) -> Result:
    """What the rules give; raises Refused if they refuse."""
    if isinstance(result, Refusal):
        raise Refused(result)
    return result


def commit_writes(session: Session, subject: User | Organization | None, *writes: Write) -> bool:
    """Whether the writes took effect, all of them; False if another commit came between, and nothing was written."""
    return session.commit(Plan(session.new_id(session.now()), writes, subject))


def bad_id(detail: str) -> NoReturn:
    """Ends the use case: nothing can have the id in the path."""
    refuse("invalid_input", "The id does not fit.", rule="input", errors=(FieldError("", detail),))


def chunked(items: Sequence[Item]) -> Iterator[Sequence[Item]]:
    """The items in parts that fit a transaction each."""
    return (items[start : start + CHUNK] for start in range(0, len(items), CHUNK))
