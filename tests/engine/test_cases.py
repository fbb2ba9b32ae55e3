"""Use cases of cases on a table."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from shared.domain.model.people import User
from shared.engine import cases, people, showing
from shared.engine.cases import CaseView
from shared.engine.session import Answer, Identity, Refused, Request, Session
from tests.engine.between import Torn, at
from tests.engine.world import ANN, EVE, PAT, ROOT, World, ids
from tests.workflows.claims import claims
from tests.workflows.versions import Several

NEW: dict[str, Any] = {"workflow": "inspection", "caseType": "look", "caseId": "look-1", "displayName": "Look 1"}
NO_REQUEST = Request()


def _refused(call: Callable[[], object]) -> Refused:
    with pytest.raises(Refused) as caught:
        call()
    return caught.value


def _create(world: World, by: Identity = ANN, request: Request = NO_REQUEST, **more: object) -> Any:
    return cases.create_case(world.session, by, {**NEW, **more}, request)


def test_a_case_begins_with_its_tasks(world: World) -> None:
    """The answer holds the case, its tasks in order, and how many are open."""
    answer = _create(world, template="standard-look")
    view = answer.value
    assert (answer.status, view.case.display_name, view.open, view.closed) == (201, "Look 1", 5, 0)
    assert [t.task.type for t in view.tasks][:2] == ["Order Verify", "Looker Schedule Look"]
    assert view.case.created_by is not None
    assert view.case.created_by.id == "ann"


def test_a_case_without_an_id_gets_one(world: World) -> None:
    """The id begins with the case's type, and belongs to nobody else."""
    first = _create(world, caseId=None).value.case.case_id
    second = _create(world, caseId=None).value.case.case_id
    assert first.startswith("look-")
    assert first != second


def test_a_case_is_created_once(world: World) -> None:
    """409 `case_exists`, unless it is the same request once more."""
    request = Request(route="POST /cases", key="k", fingerprint="f")
    _create(world, request=request)
    assert _refused(lambda: _create(world)).refusal.code == "case_exists"
    again = _create(world, request=request)
    assert (again.status, again.replayed, again.value.case.case_id) == (201, True, "look-1")


@pytest.mark.parametrize(
    ("more", "pointer"),
    [
        ({"workflow": "baking"}, "/workflow"),
        ({"workflow": None}, "/workflow"),
        ({"caseType": "boat"}, "/caseType"),
        ({"caseId": "look#1"}, "/caseId"),
        ({"caseId": "p-0123"}, "/caseId"),
        ({"caseId": ""}, "/caseId"),
        ({"caseId": "x" * 41}, "/caseId"),
        ({"tasks": [{"type": "QA", "assignedParty": {"kind": "user", "id": "nobody"}}]}, "/tasks/0/assignedParty/id"),
    ],
)
def test_what_does_not_fit_begins_no_case(world: World, more: dict[str, Any], pointer: str) -> None:
    """422 with the place, and nothing is there afterwards."""
    assert [e.pointer for e in _refused(lambda: _create(world, **more)).refusal.errors] == [pointer]
    assert list(world.store.cases()) == []


def test_only_people_inside_begin_cases(world: World) -> None:
    """Members of partners and people without any membership are refused."""
    for identity in (PAT, EVE):
        assert _refused(lambda i=identity: _create(world, i)).refusal.code == "not_allowed"  # type: ignore[misc]


def test_people_outside_see_of_a_case_what_is_theirs(world: World) -> None:
    """Their own tasks and what happened to them; without any, the case does not exist for them."""
    _create(world, tasks=[{"type": "QA"}])
    assert _refused(lambda: cases.get_case(world.session, PAT, "look-1")).refusal.code == "not_found"
    own = world.task("look-1", assignedParty={"kind": "organization", "id": "acme"})
    view = cases.get_case(world.session, PAT, "look-1")
    assert (view.open, view.closed) == (1, 0)
    page = showing.case_tasks(world.session, PAT, "look-1", None, 100)
    assert [t.task.task_id for t in page.items] == [own]
    _, history = showing.timeline(world.session, PAT, "look-1", None, 100)
    assert {e.task_id for e in history.items} == {own}


def test_a_changed_case_has_a_new_version(world: World) -> None:
    """PATCH honours If-Match, and what it changes is in the history of the case."""
    _create(world)
    stale = Request(if_match=9)
    call = lambda: cases.edit_case(world.session, ANN, "look-1", {"displayName": "L"}, stale)  # noqa: E731
    assert _refused(call).refusal.code == "version_mismatch"
    answer = cases.edit_case(world.session, ANN, "look-1", {"displayName": "Look One"}, Request(if_match=1))
    assert (answer.value.case.display_name, answer.value.case.version) == ("Look One", 2)
    assert [e.action for e in world.store.case_history("look-1")] == ["create", "edit"]


def _leaves(world: World) -> None:
    people.delete_member(world.session, ROOT, "dispatch", "ann")


def _is_deactivated(world: World) -> None:
    world.put_user("ann", active=False)


@pytest.mark.parametrize("work", [_leaves, _is_deactivated])
def test_what_took_effect_is_answered_though_its_caller_has_lost_the_case_since(
    world: World, work: Callable[[World], None]
) -> None:
    """Between the commit and the read for the answer: 201 and 200, as when that comes a moment later."""
    _create(world, caseId="look-2", template="standard-look")
    before = world.items()
    changes: tuple[Callable[[Session], Answer[CaseView]], ...] = (
        lambda session: cases.create_case(session, ANN, {**NEW, "template": "standard-look"}, Request()),
        lambda session: cases.edit_case(session, ANN, "look-2", {"displayName": "Look Two"}, Request()),
    )
    answers = []
    for change in changes:
        world.begin(before)
        torn = Torn(world.store, lambda: work(world), read=1)
        answers.append(change(at(world.session, torn)))
        assert torn.done
        _refused(lambda: cases.get_case(world.session, ANN, "look-2"))
    assert [(answer.status, answer.value.open) for answer in answers] == [(201, 5), (200, 5)]
    assert [answer.value.case.display_name for answer in answers] == ["Look 1", "Look Two"]
    assert [len(answer.value.tasks) for answer in answers] == [5, 0]


def test_closing_a_case_twice_is_refused_and_repeating_it_is_not(world: World) -> None:
    """409 `case_closed` for a second closing; the same request once more has the same answer."""
    _create(world)
    request = Request(route="POST /close", key="k", fingerprint="f")
    cases.close_case(world.session, ANN, "look-1", {"reason": "x"}, request)
    again = cases.close_case(world.session, ANN, "look-1", {"reason": "x"}, request)
    assert (again.replayed, again.value.case.state) == (True, "closed")
    call = lambda: cases.close_case(world.session, ANN, "look-1", {"reason": "y"}, Request())  # noqa: E731
    assert _refused(call).refusal.code == "case_closed"


def test_tasks_are_paged_and_a_foreign_cursor_is_refused(world: World) -> None:
    """Each task once, in order; a cursor of no list is 400."""
    _create(world, template="standard-look")
    seen: list[str] = []
    after = None
    while True:
        page = showing.case_tasks(world.session, ANN, "look-1", after, 2)
        seen += [t.task.task_id for t in page.items]
        after = page.next_cursor
        if after is None:
            break
    assert seen == sorted(seen)
    assert len(seen) == 5
    call = lambda: showing.case_tasks(world.session, ANN, "look-1", "look-2.x", 2)  # noqa: E731
    assert _refused(call).refusal.code == "invalid_request"


def test_a_list_goes_on_behind_a_task_that_went_out_of_sight(world: World) -> None:
    """Each task that is left is on one of the pages, and nothing is told of the one that is not."""
    _create(world)
    acme = {"kind": "organization", "id": "acme"}
    first, *rest = (world.task("look-1", assignedParty=acme) for _ in range(3))
    page = showing.case_tasks(world.session, PAT, "look-1", None, 1)
    assert ids(page.items) == [first]
    world.act(first, "assign", assignedParty=None)
    assert _listed(world, PAT, page.next_cursor) == rest


def test_the_order_of_a_list_does_not_depend_on_what_one_sees(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """So what went out of sight between two pages moves nothing else: not what stands under it, nor what is behind."""
    monkeypatch.setattr(world, "session", replace(world.session, workflows=Several(claims())))
    people.bootstrap(world.session, User("root", "Root"))
    given = {"workflow": "claims", "caseId": "look-1", "attributes": {"channel": "phone"}}
    cases.create_case(world.session, ROOT, given, Request())
    pats, acmes = {"kind": "user", "id": "pat"}, {"kind": "organization", "id": "acme"}
    claim = world.task("look-1", "Claim", assignedParty={"kind": "user", "id": "ann"})
    first, other = (world.task("look-1", "Survey", parentId=claim, assignedParty=pats) for _ in range(2))
    world.pass_time(minutes=1)
    under = [world.task("look-1", "Survey", parentId=first, assignedParty=acmes) for _ in range(2)]
    assert _listed(world, PAT) == [first, *under, other]
    page = showing.case_tasks(world.session, PAT, "look-1", None, 1)
    world.act(first, "reassign", assignedParty={"kind": "user", "id": "ann"})
    assert _listed(world, PAT, page.next_cursor) == [*under, other]
    assert _listed(world, ANN) == [claim, first, *under, other]


def _listed(world: World, identity: Identity, after: str | None = None) -> list[str]:
    """The tasks on this page and all that follow, one on each."""
    page = showing.case_tasks(world.session, identity, "look-1", after, 1)
    return ids(page.items) + (_listed(world, identity, page.next_cursor) if page.next_cursor else [])


def test_the_timeline_is_newest_first_and_paged(world: World) -> None:
    """Every change of the case and its tasks, each once."""
    _create(world, template="standard-look")
    world.pass_time(minutes=1)
    cases.edit_case(world.session, ANN, "look-1", {"displayName": "Look One"}, Request())
    world.pass_time(minutes=1)
    task = next(iter(world.store.tasks("look-1"))).task_id
    world.act(task, "skip", ROOT, reason="x")
    seen: list[tuple[str | None, int]] = []
    before = None
    while True:
        _, page = showing.timeline(world.session, ANN, "look-1", before, 3)
        seen += [(e.task_id, e.version) for e in page.items]
        before = page.next_cursor
        if before is None:
            break
    assert seen[:2] == [(task, 2), (None, 2)]
    assert len(seen) == len(set(seen)) == 8


def test_whoever_may_begin_no_case_is_told_so_first(world: World) -> None:
    """403 goes before 422, whatever else is wrong."""
    for given in ({}, {"workflow": "nope"}, {"workflow": "inspection", "caseId": "a b"}):
        # A member of an organization may begin cases of some workflow: only of which one is at fault then.
        others = "not_allowed" if "caseId" in given else "invalid_input"
        for identity, code in ((EVE, "not_allowed"), (PAT, others)):
            call = lambda i=identity, g=given: cases.create_case(world.session, i, g, Request())  # noqa: E731
            assert _refused(call).refusal.code == code


def test_who_sees_a_part_of_a_case_is_told_that_they_may_not_change_it(world: World) -> None:
    """403 for somebody who sees a task of the case, 404 for somebody who sees none."""
    _create(world)
    world.task("look-1", assignedParty={"kind": "organization", "id": "acme"})
    for identity, code in ((PAT, "not_allowed"), (EVE, "not_found")):
        edit = lambda i=identity: cases.edit_case(world.session, i, "look-1", {"displayName": "x"}, Request())  # noqa: E731
        close = lambda i=identity: cases.close_case(world.session, i, "look-1", {"reason": "x"}, Request())  # noqa: E731
        assert [_refused(edit).refusal.code, _refused(close).refusal.code] == [code, code]


def test_a_case_of_the_largest_size_is_one_transaction(world: World) -> None:
    """Fifteen tasks with all their texts, due times and thirty prerequisites, and a key, begin at once."""
    link = {"type": "photo", "link": "https://example.org", "name": "x"}
    texts = {"description": "d", "instructions": "i", "links": [link], "dueTime": "2027-01-01T00:00:00Z"}
    waits = {n: [f"k{m}" for m in range(min(n, 3))] for n in range(12)}
    assert sum(map(len, waits.values())) == 30
    listed = [{"type": "QA", "key": f"k{n}", "prerequisites": waits.get(n, []), **texts} for n in range(15)]
    request = Request(route="POST /cases", key="k", fingerprint="f")
    view = _create(world, request=request, tasks=listed).value
    assert (view.open, sum(len(t.task.prerequisites) for t in view.tasks)) == (15, 30)
    assert view.tasks[0].texts.instructions == ("i",)
