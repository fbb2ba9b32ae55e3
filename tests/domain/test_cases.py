"""Cases: begun whole or not at all, changed, closed."""

from dataclasses import replace
from typing import Any

import pytest

from shared.domain.cases import case_type_of, close_case, create_case, edit_case
from shared.domain.model.people import Caller
from shared.domain.model.plan import Decision, Plan, Refusal
from shared.domain.model.task import Case, Task
from shared.domain.model.writes import ChangeCase, CreateTask
from tests.domain.worlds import ANN, EVE, FAY, World, admin, as_caller, refused


@pytest.fixture
def world() -> World:
    """One empty look."""
    return World()


def _begin(world: World, caller: Caller | None = None, **given: object) -> Decision:
    return create_case(world.context(caller or as_caller(ANN)), given)


def _tasks_of(decision: Decision) -> list[Task]:
    assert isinstance(decision, Plan), decision
    return [w.task for w in decision.writes if isinstance(w, CreateTask)]


def _pointers(decision: Decision) -> list[str]:
    return [error.pointer for error in refused(decision).errors]


def test_a_look_begins_with_the_tasks_of_its_template(world: World) -> None:
    """The standard look has five tasks; only the first can start."""
    tasks = _tasks_of(_begin(world, template="standard-look"))
    assert [(t.type, t.status) for t in tasks] == [
        ("Order Verify", "Ready"),
        ("Looker Schedule Look", "Pending"),
        ("Look Schedule Review", "Pending"),
        ("QA", "Pending"),
        ("Expense Review", "Pending"),
    ]
    ids = {t.type: t.task_id for t in tasks}
    assert tasks[3].prerequisites == tasks[4].prerequisites == (ids["Look Schedule Review"],)
    assert [t.task_id for t in tasks] == sorted(t.task_id for t in tasks)


def test_tasks_of_a_request_may_wait_for_later_ones_and_for_the_template(world: World) -> None:
    """Keys name any task of the request, in any order."""
    listed = [{"type": "QA", "key": "a", "prerequisites": ["b", "order"]}, {"type": "QA", "key": "b"}]
    made = _tasks_of(_begin(world, template="standard-look", tasks=listed))
    assert [t.status for t in made[5:]] == ["Pending", "Ready"]
    assert made[5].prerequisites == (made[6].task_id, made[0].task_id)


def test_the_case_and_its_tasks_share_one_commit(world: World) -> None:
    """Case and tasks are one transaction, and each has its first history entry."""
    decision = _begin(world, template="standard-look")
    assert isinstance(decision, Plan)
    assert {e.commit_id for e in decision.entries} == {decision.commit_id}
    assert [e.event for e in decision.entries] == ["CaseCreated"] + ["TaskCreated"] * 5


def test_a_cycle_among_the_first_tasks_is_refused(world: World) -> None:
    """Tasks of one request cannot wait for each other."""
    listed = [{"type": "QA", "key": "a", "prerequisites": ["b"]}, {"type": "QA", "key": "b", "prerequisites": ["a"]}]
    assert _pointers(_begin(world, tasks=listed)) == ["/tasks"]


@pytest.mark.parametrize(
    ("given", "pointer"),
    [
        ({"tasks": "QA"}, "/tasks"),
        ({"tasks": ["QA"]}, "/tasks/0"),
        ({"tasks": [{}]}, "/tasks/0/type"),
        ({"tasks": [{"type": "Tea"}]}, "/tasks/0/type"),
        ({"tasks": [{"type": "QA", "key": ""}]}, "/tasks/0/key"),
        ({"tasks": [{"type": "QA", "key": "a"}, {"type": "QA", "key": "a"}]}, "/tasks/1/key"),
        ({"tasks": [{"type": "QA", "prerequisites": "a"}]}, "/tasks/0/prerequisites"),
        ({"tasks": [{"type": "QA", "prerequisites": ["a"]}]}, "/tasks/0/prerequisites/0"),
        ({"tasks": [{"type": "QA", "colour": "red"}]}, "/tasks/0/colour"),
        ({"tasks": [{"type": "QA"}] * 16}, "/tasks"),
        ({"template": "tea"}, "/template"),
        ({"template": 7}, "/template"),
        ({"attributes": {"colour": "red"}}, "/attributes/colour"),
        ({"attributes": "red"}, "/attributes"),
        ({"attributes": {"lookId": 7}}, "/attributes/lookId"),
        ({"attributes": []}, "/attributes"),
        ({"tasks": {}}, "/tasks"),
        ({"tasks": [{"type": "QA", "key": None}]}, "/tasks/0/key"),
        ({"tasks": [{"type": "QA", "key": "a\0"}]}, "/tasks/0/key"),
        ({"template": "standard-look", "tasks": [{"type": "Tea"}]}, "/tasks/0/type"),
        ({"displayName": ""}, "/displayName"),
        ({"colour": "red"}, "/colour"),
        ({"organizationId": "harbor"}, "/organizationId"),
    ],
)
def test_a_misfit_is_named_by_its_place(world: World, given: dict[str, Any], pointer: str) -> None:
    """What does not fit is refused with a pointer to it, and nothing begins."""
    assert _pointers(_begin(world, **given)) == [pointer]


def test_a_key_that_cannot_be_is_told_apart_from_one_that_is_taken(world: World) -> None:
    """Either by another task of the list, or by one of the template."""
    twice = {"tasks": [{"type": "QA", "key": "a"}, {"type": "QA", "key": "a"}]}
    template = {"template": "standard-look", "tasks": [{"type": "QA", "key": "qa"}]}
    for given, said in (
        ({"tasks": [{"type": "QA", "key": "a\u202e"}]}, "without control characters"),
        (twice, "has this key"),
        (template, "has this key"),
    ):
        (error,) = refused(_begin(world, **given)).errors
        assert said in error.detail


def test_a_key_is_never_taken_for_a_place_in_the_list(world: World) -> None:
    """A task without a key does not collide with one whose key is a number."""
    assert len(_tasks_of(_begin(world, tasks=[{"type": "QA"}, {"type": "QA", "key": "0"}]))) == 2


def test_at_most_thirty_prerequisites_begin_with_a_case(world: World) -> None:
    """More edges than fit one transaction are refused."""
    keys = [f"k{n}" for n in range(8)]
    listed = [{"type": "QA", "key": k, "prerequisites": keys[:n]} for n, k in enumerate(keys)]
    assert len(_tasks_of(_begin(world, tasks=listed))) == 8
    more = [{"type": "QA", "key": "x", "prerequisites": keys[:3]}]
    assert _pointers(_begin(world, tasks=listed + more)) == ["/tasks"]


def test_outsiders_begin_no_case(world: World) -> None:
    """Only people inside and administrators create cases."""
    for caller in (EVE, FAY):
        assert refused(_begin(world, as_caller(caller))).code == "not_allowed"
    assert _tasks_of(_begin(world, admin())) == []


def test_an_unknown_case_type_is_refused(world: World) -> None:
    """Without a name the first case type counts; an unknown one is refused."""
    first = case_type_of(world.workflow, None)
    assert not isinstance(first, Refusal)
    assert first.name == "look"
    assert isinstance(case_type_of(world.workflow, "boat"), Refusal)
    assert isinstance(case_type_of(world.workflow, 7), Refusal)


def _change(world: World, given: dict[str, object], caller: Caller | None = None) -> Decision:
    return edit_case(world.context(caller or as_caller(ANN)), given)


def test_a_changed_case_keeps_what_is_not_named(world: World) -> None:
    """Attributes that are not named stay; null takes one away; the history says what changed."""
    world.play(_change(world, {"displayName": "Look One", "attributes": {"lookId": "4711"}}))
    assert (world.case.display_name, world.case.attributes, world.case.version) == ("Look One", {"lookId": "4711"}, 2)
    assert set(world.entries[-1].changes) == {"displayName", "attributes"}
    world.play(_change(world, {"attributes": {"lookId": None}}))
    assert (world.case.display_name, world.case.attributes) == ("Look One", {})


def test_an_attribute_that_is_null_is_not_given(world: World) -> None:
    """A null identity leaves the case's own id as that of its entity."""
    decision = _begin(world, attributes={"lookId": None}, tasks=[{"type": "QA"}])
    assert _tasks_of(decision)[0].entity["look"]["id"] == "look-1"


def test_an_edit_that_changes_nothing_makes_no_version(world: World) -> None:
    """The same name again, or no field at all, writes nothing."""
    same: tuple[dict[str, object], ...] = ({}, {"displayName": "Look 1"}, {"attributes": {"lookId": None}})
    for given in same:
        decision = _change(world, given)
        assert isinstance(decision, Plan)
        assert decision.writes == ()


@pytest.mark.parametrize("given", [{"colour": 1}, {"displayName": ""}, {"attributes": {"x": 1}}])
def test_a_misfit_changes_no_case(world: World, given: dict[str, object]) -> None:
    """Unknown fields and attributes, and empty names, are 422."""
    assert refused(_change(world, given)).code == "invalid_input"


def _close(world: World, caller: Caller | None = None, **given: object) -> Decision:
    return close_case(world.context(caller or as_caller(ANN)), given)


def _closed_case(decision: Decision) -> Case:
    assert isinstance(decision, Plan)
    return next(w.after for w in decision.writes if isinstance(w, ChangeCase))


def test_a_closed_case_says_why_and_asks_for_the_cascade(world: World) -> None:
    """Closing needs a reason, and the entry has the hook end what is open."""
    decision = _close(world, reason="the client withdrew")
    case = _closed_case(decision)
    assert (case.state, case.close_reason, case.closed_at) == ("closed", "the client withdrew", world.now)
    assert isinstance(decision, Plan)
    assert decision.entries[0].reacts == ("cascade",)
    assert _pointers(_close(world)) == ["/reason"]


def test_a_closed_case_takes_no_task_and_no_change(world: World) -> None:
    """Everything on a closed case is 409 `case_closed`."""
    world.play(_close(world, reason="x"))
    for decision in (world.decide_creation(), _change(world, {}), _close(world, reason="y")):
        assert refused(decision).code == "case_closed"


def test_only_people_inside_close_cases(world: World) -> None:
    """Closing is refused to outsiders."""
    assert refused(_close(world, as_caller(FAY), reason="x")).code == "not_allowed"


def test_a_workflow_may_have_no_closing(world: World) -> None:
    """Where the workflow does not say how cases close, nobody closes them."""
    world.workflow = replace(world.workflow, closing=None)
    refusal = refused(_close(world, reason="x"))
    assert (refusal.code, refusal.rule, refusal.who) == ("not_allowed", "close", ())
