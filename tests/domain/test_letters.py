"""Tasks that find their place, pass themselves on and end at once, in the workflow `letters`."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from shared.compile import check
from shared.domain.cases import create_case
from shared.domain.decide import act, offers
from shared.domain.model.people import ENGINE, User
from shared.domain.model.plan import Plan, Refusal
from shared.domain.model.task import Party, Task
from shared.domain.model.writes import ChangeCounters
from tests.domain.worlds import World, admin, as_caller, played, refused, user
from tests.workflows.letters import LETTERS, letters

DEA = user("dea", desk=False)
REX = user("rex", readers=False)
WES = user("wes", writers=False)
WIM = user("wim", writers=False)
GUS = user("gus", kind="partner", guests=False)
MINE = {"kind": "user", "id": "wim"}


@pytest.fixture
def world() -> World:
    """An office with an open tray."""
    made = World(workflow=letters())
    made.users = {u.id: u for u in (DEA, REX, WES, WIM, GUS)}
    made.play(create_case(made.context(as_caller(DEA)), {}))
    return made


def _of(world: World, type_name: str, *, status: str | None = None) -> list[Task]:
    return [t for t in world.tasks.values() if t.type == type_name and status in (None, t.status)]


def _only(world: World, type_name: str) -> Task:
    (task,) = _of(world, type_name)
    return task


def _end(world: World, type_name: str, action: str = "complete") -> None:
    world.act(_only(world, type_name), action, DEA)
    world.settle()


def _parents(world: World, type_name: str) -> list[str]:
    """The types under which tasks of the type stand."""
    return [world[t.parent_id].type if t.parent_id else "" for t in _of(world, type_name)]


def _organizations(world: World, type_name: str) -> list[str]:
    return [t.assigned_party.id for t in _of(world, type_name) if t.assigned_party]


def test_the_workflow_is_without_mistakes() -> None:
    """What the checker demands of appeals it grants here."""
    assert check([LETTERS]) == []


def test_a_letter_finds_its_place_and_its_readers(world: World) -> None:
    """Under the tray while that is open, then under the office; passed on at once to whoever is in charge then."""
    letter = world.create("Letter", DEA)
    assert _parents(world, "Letter") == ["Tray", "Letter"]
    assert _organizations(world, "Letter") == ["desk", "readers"]
    assert (letter.status, letter.delegated, letter.children.same_open) == ("on_hold", True, 1)
    child = world[letter.delegate_id or ""]
    assert (child.status, child.is_delegate, child.assigned_by) == ("assigned", True, DEA.person)
    world.act(child, "complete", REX)
    world.settle()
    assert world[letter].status == "completed"
    _end(world, "Tray")
    world.create("Letter", DEA)
    assert _parents(world, "Letter")[2:] == ["Office", "Letter"]
    assert _organizations(world, "Letter")[2:] == ["desk", "archive"]


def test_what_was_passed_on_is_passed_on_once(world: World) -> None:
    """A lock below the letter holds the one open delegate."""
    letter = world.create("Letter", DEA)
    assert f"Letter#{letter.task_id.removeprefix('look-1.')}" in world.locks
    assert [name for name in world.locks if name.startswith("Letter")] == [
        f"Letter#{letter.task_id.removeprefix('look-1.')}"
    ]
    assert refused(world.decide(letter, "pass_on", DEA, userId="dea")).rule == "not_blocked"


def test_a_letter_is_put_where_it_belongs_or_nowhere(world: World) -> None:
    """422 for another place than its own, which need not be named; naming that is no mistake."""
    office, tray = _only(world, "Office"), _only(world, "Tray")
    refusal = refused(world.decide_creation("Letter", DEA, parentId=office.task_id))
    assert (refusal.code, refusal.errors[0].pointer) == ("invalid_input", "/parentId")
    assert refusal.errors[0].detail == "A Letter stands under the Tray now. It need not be named."
    assert world.create("Letter", DEA, parentId=tray.task_id).parent_id == tray.task_id


def test_a_letter_joins_an_office_that_has_completed(world: World) -> None:
    """Which stays completed; and the last place only: a completed tray takes none."""
    _end(world, "Tray")
    _end(world, "Office")
    assert offered(world, "Tray", DEA) is None
    assert offered(world, "Office", DEA) == ("Letter",)
    assert world.act(_only(world, "Office"), "add", DEA, type="Letter").status == "completed"
    assert _parents(world, "Letter") == ["Office", "Letter"]


def offered(world: World, type_name: str, caller: User) -> tuple[str, ...] | None:
    """The types that the caller may add below the task now."""
    listed = offers(world.context(as_caller(caller), _only(world, type_name)))
    (found,) = (o for o in listed if o.action.name == "add")
    field = found.action.field("type")
    assert field is not None
    return tuple(field.options["of"]) if found.refusal is None else None  # type: ignore[arg-type]


@pytest.mark.parametrize(("ended", "type_name"), [("Office", "Letter"), ("Tray", "Parcel")])
def test_what_has_no_open_place_is_not_created(world: World, ended: str, type_name: str) -> None:
    """409 `parent_closed`, named or not: under a cancelled office, or where the only place has closed."""
    _end(world, ended, "cancel")
    refusal = refused(world.decide_creation(type_name, DEA))
    assert (refusal.code, refusal.rule) == ("parent_closed", "parent_open")
    refusal = refused(world.decide_creation(type_name, DEA, parentId=_only(world, ended).task_id))
    assert (refusal.code, refusal.rule) == ("parent_closed", "parent_open")


def test_what_is_added_is_offered_by_what_the_caller_is_to_the_parent(world: World) -> None:
    """Readers add requests anywhere, assignees below letters, administrators elsewhere; others are told who could."""
    letter = world.create("Letter", DEA)
    child = world[letter.delegate_id or ""]
    given = {"type": "Request", "kind": "copy", "assignedParty": MINE}
    assert isinstance(world.decide(letter, "add", DEA, **given), Plan)
    assert isinstance(world.decide(_only(world, "Tray"), "add", REX, **given), Plan)
    assert isinstance(world.decide(_only(world, "Tray"), "add", admin(), **given), Plan)
    refusal = refused(world.decide(_only(world, "Tray"), "add", DEA, **given))
    assert (refusal.rule, refusal.who) == ("who", ("administrators", "members of Readers"))
    refusal = refused(world.decide(child, "add", WIM))
    assert (refusal.code, refusal.who) == ("not_allowed", ("members of Readers",))
    refusal = refused(world.decide(letter, "add", GUS))
    assert (refusal.code, refusal.rule) == ("not_allowed", "who")
    assert refused(world.decide(letter, "add", ENGINE)).code == "not_allowed"


def test_what_is_added_keeps_its_parent_on_hold(world: World) -> None:
    """The answer is the parent, as it is then, also where it was on hold already; a type that does not fit is 422."""
    tray = _only(world, "Tray")
    given = {"type": "Wait", "assignedParty": MINE}
    for children in (1, 2):
        after = world.act(tray, "add", DEA, **given)
        assert (after.task_id, after.status, after.children.open) == (tray.task_id, "on_hold", children)
    for wrong in ({}, {"type": "Nothing"}, {"type": 7}):
        refusal = refused(world.decide(tray, "add", DEA, **wrong))
        assert [error.pointer for error in refusal.errors][:1] == ["/type"]


def test_a_tray_that_was_cancelled_takes_nothing(world: World) -> None:
    """409, from its status; a type without the action has none at all."""
    _end(world, "Tray", "cancel")
    refusal = refused(world.decide(_only(world, "Tray"), "add", DEA, type="Wait", assignedParty=MINE))
    assert (refusal.code, refusal.rule) == ("action_not_available", "from")
    wait = replace(_only(world, "Tray"), type="Wait")
    assert refused(act(world.context(as_caller(DEA), wait), "add", {})).rule == "action"


def test_two_requests_of_a_kind_are_one_too_many(world: World) -> None:
    """Each kind has its lock below its parent; 422 for a kind that there is not, for none, and for types without."""
    tray = _only(world, "Tray")

    def ask(**given: object) -> Plan | Refusal:
        return world.decide_creation("Request", REX, parentId=tray.task_id, assignedParty=MINE, **given)

    for kind in ("copy", "stamp"):
        request = played(world.play(ask(kind=kind)))
        assert f"Request#{tray.task_id.removeprefix('look-1.')}#{kind}" in world.locks
        assert request.kind == kind
    assert len({*world.locks}) == len(world.locks)
    for given in ({}, {"kind": "blessing"}):
        assert [error.pointer for error in refused(ask(**given)).errors] == ["/kind"]
    refusal = refused(world.decide_creation("Letter", DEA, kind="copy"))
    assert [error.detail for error in refusal.errors] == ["Such tasks have no kinds."]


def _approved(world: World, *, by: User = WIM, **given: object) -> Task:
    """The answer that follows on an approval that somebody asked for."""
    approval = world.create("Approval", by, parentId=_only(world, "Tray").task_id, assignedParty=MINE)
    world.act(approval, "approve", WIM, **{"until": "2026-12-01T00:00:00Z", "copies": "none", **given})
    return _of(world, "Answer")[0]


def test_an_answer_stands_below_what_was_approved_and_counts_above_it(world: World) -> None:
    """The tray stays on hold for it; it is due as was said, and whoever asked writes it, as a member of the writers."""
    answer = _approved(world)
    tray, approval = _only(world, "Tray"), _only(world, "Approval")
    assert (answer.parent_id, answer.counts_at) == (approval.task_id, tray.task_id)
    assert (approval.status, approval.children.open) == ("completed", 0)
    assert answer.due_time is not None
    assert answer.due_time.isoformat() == "2026-12-01T00:00:00+00:00"
    assert [timer.name for timer in answer.timers] == ["due"]
    written = world[answer.delegate_id or ""]
    assert written.assigned_party == WIM.party
    world.settle()
    assert (world[tray].status, world[tray].children.open) == ("on_hold", 1)


@pytest.mark.parametrize("gone", ["no member", "inactive", "nobody"])
def test_who_may_no_longer_write_is_given_nothing(world: World, gone: str) -> None:
    """The writers have the answer, and nobody of them: no member, not active, or the engine asked for it."""
    by = DEA if gone == "no member" else WES
    approval = world.create("Approval", by, parentId=_only(world, "Tray").task_id, assignedParty=MINE)
    if gone == "inactive":
        world.users = {**world.users, "wes": replace(WES, active=False)}
    if gone == "nobody":
        world.tasks[approval.task_id] = replace(approval, created_by=None)
    world.act(approval, "approve", WIM, until="2026-12-01T00:00:00Z", copies="none")
    answer = _only(world, "Answer")
    assert (answer.assigned_party, answer.delegate_id, answer.status) == (
        Party("organization", "writers", "Writers"),
        None,
        "assigned",
    )


@pytest.mark.parametrize(("action", "status"), [("complete", "completed"), ("cancel", "cancelled")])
def test_an_answer_ends_at_once_with_its_delegate(world: World, action: str, status: str) -> None:
    """In one transaction, by one plan, with what follows on it; no hook is needed, and the tray is free again."""
    answer = _approved(world)
    decision = world.decide(answer.delegate_id or "", action, WIM)
    assert isinstance(decision, Plan)
    assert [e.action for e in decision.entries][:2] == [action, "ended_below"]
    world.play(decision)
    assert (world[answer].status, len(_of(world, "Copy"))) == (status, int(status == "completed"))
    world.settle()
    assert world[answer].children.open == 0
    tray = world[_only(world, "Tray")]
    assert (tray.status, tray.children.open) == (("on_hold", 1) if status == "completed" else ("assigned", 0))


def test_an_answer_with_another_open_child_does_not_end(world: World) -> None:
    """409 `open_children`; once that is closed and counted, it does."""
    answer = _approved(world)
    world.create("Copy", DEA, parentId=answer.task_id, assignedParty=MINE)
    refusal = refused(world.decide(answer.delegate_id or "", "complete", WIM))
    assert (refusal.code, refusal.rule) == ("open_children", "no_open_children")
    world.act(_only(world, "Copy"), "complete", WIM)
    world.settle()
    assert world.act(answer.delegate_id or "", "complete", WIM).status == "completed"
    assert world[answer].status == "completed"


def test_an_answer_that_was_ended_before_its_delegate_is_left_alone(world: World) -> None:
    """A cascade ends the delegate alone, and what is closed already is not ended twice."""
    answer = _approved(world)
    child = answer.delegate_id or ""
    world.act(answer, "cancel", WES)
    decision = world.decide(child, "complete", WIM)
    assert isinstance(decision, Plan)
    assert [e.action for e in decision.entries] == ["complete"]
    world.settle()
    assert world[child].status == "cancelled"


def test_an_answer_opened_again_does_not_end_with_what_it_was_not_passed_on_to(world: World) -> None:
    """Its delegate of before is closed; a member who has it anew ends it at once again."""
    answer = _approved(world)
    world.act(answer.delegate_id or "", "cancel", WIM)
    world.settle()
    assert world.act(answer, "reopen", admin()).status == "assigned"
    assert (world[answer].delegated, world[_only(world, "Tray")].status) == (False, "on_hold")
    child = world.act(answer, "pass_on", WES, userId="wes").delegate_id or ""
    assert world.act(child, "complete", WES).status == "completed"
    assert world[answer].status == "completed"


def test_a_copy_follows_where_none_is_open_yet(world: World) -> None:
    """`if_free`: where the lock is held, the engine and people go without, and nobody is told."""
    approval = world.create("Approval", WIM, parentId=_only(world, "Tray").task_id, assignedParty=MINE)
    context = world.context(as_caller(WIM), approval)
    given = {"until": "2026-12-01T00:00:00Z", "copies": "some"}
    for taken, copies in ((frozenset({"Copy"}), 0), (frozenset[str](), 1)):
        decision = act(replace(context, scene=replace(context.scene, taken=taken)), "approve", given)
        assert isinstance(decision, Plan)
        assert [e.type for e in decision.entries].count("Copy") == copies
        assert all("notOpened" not in e.changes for e in decision.entries)
        assert [w for w in decision.writes if isinstance(w, ChangeCounters) and w.before == w.after] == []


def test_a_wait_is_over_when_its_hold_is(world: World) -> None:
    """It begins with a timed hold, on hold from the start; by time it is completed, and who ends it ends the hold."""
    waits = [world.create("Wait", DEA, parentId=_only(world, "Tray").task_id, assignedParty=MINE) for _ in range(3)]
    holds = [world[wait.hold_id or ""] for wait in waits]
    assert {wait.status for wait in waits} == {"on_hold"}
    assert {hold.timers[0].at for hold in holds} == {world.now + timedelta(days=5)}
    assert world.act(waits[1], "cancel", WIM).status == "cancelled"
    assert world[holds[1]].status == "cancelled"
    again = world.act(waits[1], "reopen", admin())
    assert (again.status, again.hold_id) == ("assigned", None)
    world.pass_time(days=5)
    world.act(holds[0], "run_out")
    assert (world[waits[0]].status, world[waits[0]].completed_by) == ("completed", None)
    world.act(holds[2], "end")
    assert (world[waits[2]].status, world[waits[2]].hold_id) == ("assigned", None)


def test_what_does_not_change_is_not_written(world: World) -> None:
    """A closed task gets no version when what it had passed on ends after it."""
    answer = _approved(world)
    world.act(answer, "cancel", WES)
    version = world[answer].version
    world.act(answer.delegate_id or "", "cancel", WIM)
    assert world[answer].version == version
