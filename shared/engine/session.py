"""What every use case gets, and what it gives back."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count
from typing import Generic, NoReturn, Protocol, TypeVar

from shared.domain.definitions.workflow import Workflow
from shared.domain.model.people import SYSTEM, Caller
from shared.domain.model.plan import Code, FieldError, Plan, Refusal
from shared.domain.model.scene import Ids, TornError
from shared.storage.keys import UserKey
from shared.storage.store import CommitFailed, Loaded, Store, Throttled, Unreachable

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)

ATTEMPTS = 6
"""How often a decision is made anew on fresh data before the caller hears of the conflict."""
_MILLISECOND = timedelta(milliseconds=1)


@dataclass(frozen=True, slots=True)
class Identity:
    """Who a checked token says is calling."""

    user_id: str
    in_admin_group: bool = False


@dataclass(frozen=True, slots=True)
class Request:
    """What HTTP says about a write.

    `route` is its method and path, `key` its Idempotency-Key, `fingerprint` the hash of its body, and `if_match` the
    version that the caller has seen. `note` is remembered with the key, and is in the answer to a repeat.
    """

    route: str = ""
    key: str | None = None
    fingerprint: str = ""
    if_match: int | None = None
    note: str = ""


PLAIN = Request()
"""A request of which HTTP says nothing more."""


class Refused(Exception):
    """Nothing happened, for the reason that the refusal gives."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.code)
        self.refusal = refusal


@dataclass(frozen=True, slots=True)
class Answer(Generic[T_co]):
    """What a write gives back: the resource as it is now, and the status by HTTP.

    `replayed` says that an earlier request with the same key did it; `note` is that of the request that did.
    """

    value: T_co
    status: int = 200
    replayed: bool = False
    note: str = ""


@dataclass(frozen=True, slots=True)
class Page(Generic[T_co]):
    """A part of a list, and where the next part begins; None at the end."""

    items: tuple[T_co, ...]
    next_cursor: str | None = None


class Workflows(Protocol):
    """The workflow versions that this deployment knows; unknown ones raise KeyError."""

    @property
    def names(self) -> tuple[str, ...]: ...

    def versions(self, name: str) -> tuple[int, ...]: ...

    def latest(self, name: str) -> Workflow: ...

    def get(self, name: str, version: int) -> Workflow: ...


def every_version(workflows: Workflows) -> Iterator[Workflow]:
    """All versions of all workflows; of one workflow the newest first."""
    for name in workflows.names:
        yield from (workflows.get(name, version) for version in reversed(workflows.versions(name)))


def no_secret() -> bytes:
    """Stands for the secret of the stack where a process was given none; raises RuntimeError."""
    raise RuntimeError("This process was given no secret of the stack.")


def not_expected(error: Exception) -> Refusal:
    """The default of `Session.unexpected`: the error ends the use case."""
    raise error


@dataclass(frozen=True, slots=True)
class Session:
    """The table, the workflows, the clock, the source of ids and the stack's secret that use cases work with.

    `pause` waits for so many seconds. `unexpected` is given an error that ends one item of a request for many tasks:
    it notes the error, and gives the refusal that the caller is told.
    """

    store: Store
    workflows: Workflows
    now: Callable[[], datetime]
    new_id: Callable[[datetime], str]
    pause: Callable[[float], None] = time.sleep
    secret: Callable[[], bytes] = no_secret
    unexpected: Callable[[Exception], Refusal] = not_expected

    def ids(self, now: datetime) -> Ids:
        """New ids for one attempt; the commit's own id lets a lost answer be traced."""
        return Ids(self.new_id(now), (self.new_id(now + n * _MILLISECOND) for n in count()))

    def retry(self, attempt: Callable[[], T | None]) -> T:  # noqa: RET503 (refuse never returns)
        """What the attempt gives, made anew after a growing, jittered pause while it gives None.

        An attempt loads, decides and commits; it gives None when its commit met another's, and ends with
        TornError when another's, a migration, say, came between two of its reads. Raises Refused `conflict` once
        the last attempt is used up.
        """
        for number in range(ATTEMPTS):
            if number:
                self.pause(random.uniform(0.005, 0.02) * 2**number)  # noqa: S311 # nosec B311
            with suppress(TornError):
                result = attempt()
                if result is not None:
                    return result
        refuse("conflict", "Others keep changing this at the same time. Try again.")

    def commit(self, plan: Plan) -> bool:
        """Whether the plan took effect; if not, another commit came between. Raises Throttled and Unreachable."""
        try:
            self.store.commit(plan)
        except CommitFailed:
            return False
        return True

    def read_back(self, read: Callable[[], T]) -> T:
        """What is read, or done, for the answer to a write that took effect.

        Raises Unreachable where that cannot be done, never Throttled or Refused: nothing may suggest
        that the write did not happen.
        """
        try:
            return read()
        except (Throttled, Refused) as error:
            raise Unreachable("the change took effect, but could not be read back") from error

    def caller(self, identity: Identity, loaded: Loaded) -> Caller:
        """The active user who calls; raises Refused `unknown_user`.

        Read with every request, so that a deactivated user is refused on the next one. Nobody is the
        user `system`, whatever an issuer calls its people.
        """
        user = loaded[UserKey(identity.user_id)]
        if user is None or not user.active or user.id == SYSTEM.id:
            refuse("unknown_user", "Casetree knows no active user of this id.")
        return Caller(user, administrator=identity.in_admin_group)


def refuse(
    code: Code, detail: str, *, rule: str | None = None, errors: tuple[FieldError, ...] = (), who: tuple[str, ...] = ()
) -> NoReturn:
    """Ends the use case with a refusal."""
    raise Refused(Refusal(code, detail, rule, who, errors))


def not_found(what: str) -> NoReturn:
    """Ends the use case: there is no such thing, or the caller may not know of it."""
    refuse("not_found", f"There is no such {what}.")
