"""Requests with a key that are sent twice at once: the later one is answered with what the other did meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest

from shared.domain.model.plan import Plan
from shared.engine import cases, connections, migration, people, tasks
from shared.engine.session import ATTEMPTS, Answer, Identity, Refused, Request, Session
from shared.storage.keys import RequestKey
from shared.storage.store import CommitFailed, Store
from tests.engine.between import Torn, at
from tests.engine.parties import HAL, OLA, Parties
from tests.engine.world import BOB, ROOT, World
from tests.workflows.claims import claims
from tests.workflows.versions import Several

KEYED = Request(route="POST /x", key="k", fingerprint="f")
FAY = Identity("fay")
Asking = Callable[[Session], Answer[Any]]


@dataclass
class _Losing:
    """A store at which every commit comes too late; before the last, the work of somebody else is done."""

    store: Store
    work: Callable[[], object]
    tried: int = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self.store, name)

    def commit(self, plan: Plan) -> None:
        self.tried += 1
        if self.tried == ATTEMPTS:
            self.work()
        raise CommitFailed(plan.writes[0], "conflict")


def _at_once(session: Session, ask: Asking, read: int = 0) -> Answer[Any]:
    """The answer to a request whose twin is done in that read: what comes of it is seen, its record is not."""
    torn = Torn(session.store, lambda: ask(session), read, RequestKey)
    answer = ask(at(session, torn))
    assert torn.done
    return answer


def _claim(world: World) -> Asking:
    world.case("look-1")
    task_id = world.task("look-1")
    request = replace(KEYED, if_match=1)
    return lambda session: tasks.act(session, BOB, task_id, "claim", {}, request)


def _creation(_: World) -> Asking:
    given = {"workflow": "inspection", "caseType": "look", "caseId": "look-1"}
    return lambda session: cases.create_case(session, ROOT, given, KEYED)


def _edit(world: World) -> Asking:
    world.case("look-1")
    request = replace(KEYED, if_match=1)
    return lambda session: cases.edit_case(session, ROOT, "look-1", {"displayName": "New"}, request)


@pytest.mark.parametrize("begin", [_claim, _creation, _edit])
def test_who_has_missed_the_record_is_answered_all_the_same(world: World, begin: Callable[[World], Asking]) -> None:
    """Also where it is another version by now, or a name that is taken, before anything is decided."""
    assert _at_once(world.session, begin(world)).replayed


def test_a_case_was_migrated_by_the_same_request(world: World) -> None:
    """Its version is another one by now, as it was asked for."""
    first, second = claims(), replace(claims(), version=2)
    given = {"workflow": "claims", "caseId": "c1", "attributes": {"channel": "phone"}}
    cases.create_case(replace(world.session, workflows=Several(first)), ROOT, given, Request())
    session, request = replace(world.session, workflows=Several(first, second)), replace(KEYED, if_match=1)
    assert _at_once(session, lambda s: migration.migrate(s, ROOT, "c1", {"toVersion": 2}, request)).replayed


def test_a_request_that_its_twin_outruns_at_last_is_no_conflict(world: World) -> None:
    """The last attempt of those that are bounded may have met the very same request."""
    ask = _claim(world)
    losing = _Losing(world.store, lambda: ask(world.session))
    assert ask(at(world.session, losing)).replayed
    assert losing.tried == ATTEMPTS


def test_another_request_with_the_same_key_hears_of_the_key(world: World) -> None:
    """What came between had another body: 422, as if it had come long before."""
    ask = _claim(world)
    other = replace(KEYED, fingerprint="g", if_match=1)
    torn = Torn(world.store, lambda: ask(world.session), early=RequestKey)
    task_id = next(iter(world.store.tasks("look-1"))).task_id
    with pytest.raises(Refused) as refused:
        tasks.act(at(world.session, torn), BOB, task_id, "claim", {}, other)
    assert refused.value.refusal.code == "idempotency_key_reused"


def test_a_deleted_end_was_deleted_by_the_same_request(parties: Parties) -> None:
    """It is gone, and there is the answer that it is."""
    task = parties.task()
    parties.do(task, "prepare", "ready", "assign:harbor")
    parties.answer(task, "recall", by=OLA)
    there = parties.partner(task)
    assert _at_once(parties.world.session, lambda s: tasks.act(s, HAL, there, "delete", {}, KEYED)).replayed


def _asked(parties: Parties) -> str:
    """The id of a connection that acme-claims has asked the organization of fay for."""
    world = parties.world
    people.put_organization(world.session, ROOT, "shore", {"displayName": "Shore", "kind": "partner"})
    world.put_user("fay")
    world.join("shore", "fay", admin=True)
    world.join("shore", "ola")
    given = {"organizationId": "acme-claims", "partner": {"organizationId": "shore"}}
    return connections.ask(world.session, OLA, given, Request()).value.connection.id


@pytest.mark.parametrize("answer", [connections.accept, connections.decline])
def test_a_request_was_answered_by_the_same_request(parties: Parties, answer: Callable[..., Answer[Any]]) -> None:
    """It is not open any more, and it is the caller who has answered it."""
    asked = _asked(parties)
    assert _at_once(parties.world.session, lambda session: answer(session, FAY, asked, {}, KEYED)).replayed


def test_two_organizations_were_connected_by_the_same_request(parties: Parties) -> None:
    """Their ties are read after the record, in a read of their own."""
    given = {"organizationId": "tide", "partner": {"organizationId": "harbor"}}
    again = _at_once(parties.world.session, lambda session: connections.ask(session, ROOT, given, KEYED), read=1)
    assert (again.status, again.replayed) == (201, True)
