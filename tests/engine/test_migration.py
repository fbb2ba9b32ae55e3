"""Migration on a table, with everybody else at work: no decision straddles it, and what follows follows once."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from itertools import count
from typing import Any

import pytest

from shared.compile import workflow_of
from shared.domain.model.people import User
from shared.domain.model.plan import FieldError
from shared.engine import cases, people, settle, showing, tasks, timers
from shared.engine.doctor import diagnose
from shared.engine.migration import Migration, migrate, migrate_by_engine
from shared.engine.owed import settle_task
from shared.engine.session import Identity, Refused, Request, Session
from shared.engine.trees import count_closing, end_below
from shared.storage.keys import CaseKey
from shared.storage.task_items import task_item
from shared.timestamps import to_text
from shared.workflows import load
from tests.engine.between import Between, Torn, at
from tests.engine.parties import HAL, OLA, Parties
from tests.engine.soundness import check_case, entries_of
from tests.engine.world import ANN, ROOT, START, World
from tests.workflows.broken import ERRANDS
from tests.workflows.claims import claims
from tests.workflows.versions import Several

MINE = {"kind": "user", "id": "ann"}
BOBS = {"kind": "user", "id": "bob"}
ERRAND = workflow_of(ERRANDS)
DUE = to_text(START.replace(hour=12))
Work = Callable[[Session], object]
Deployment = tuple[World, list[dict[str, Any]]]


def move(session: Session, case_id: str) -> Migration | None:
    """The case goes by the second version from now on."""
    to = session.workflows.get(session.workflows.names[0], 2)
    return migrate_by_engine(session, case_id, to, dry_run=False)


def _begin(world: World, name: str, **more: object) -> None:
    first = {"claims": claims(), "errands": ERRAND, "inspection": load().latest("inspection")}[name]
    world.session = replace(world.session, workflows=Several(first, replace(first, version=2)))
    people.bootstrap(world.session, User("root", "Root"))
    if name == "errands":
        world.join("household", "ann")
    # The newest version is what cases begin with: this one began before there was a second.
    session = replace(world.session, workflows=Several(first))
    cases.create_case(session, ROOT, {"workflow": name, "caseId": "c1", **more}, Request())


def _claim(world: World) -> tuple[str, str]:
    """A claim with a survey under it, both of ann."""
    _begin(world, "claims", attributes={"channel": "phone"})
    top = _create(world, type="Claim", assignedParty=MINE)
    return top, _create(world, type="Survey", parentId=top, assignedParty=MINE)


def _create(world: World, by: Identity = ANN, **given: object) -> str:
    return tasks.create_task(world.session, by, "c1", given, Request()).value.task.task_id


def _creating(**given: object) -> Work:
    return lambda session: tasks.create_task(session, ANN, "c1", given, Request())


def _acting(task_id: str, action: str, **given: object) -> Work:
    return lambda session: tasks.act(session, ROOT, task_id, action, given, Request())


def creates_alone(world: World) -> Work:
    """Somebody creates a task under nothing, in a case that is never closed by hand."""
    _claim(world)
    return _creating(type="Claim", assignedParty=MINE)


def creates_in_a_closable_case(world: World) -> Work:
    """Somebody creates a task in a case that can be closed."""
    _begin(world, "errands")
    return _creating(type="Write the list")


def creates_under_a_parent_on_hold(world: World) -> Work:
    """Somebody creates a sibling: of the parent nothing but its counters changes."""
    top, _ = _claim(world)
    return _creating(type="Survey", parentId=top, assignedParty=MINE)


def creates_under_a_parent_at_work(world: World) -> Work:
    """Somebody creates the first child."""
    _begin(world, "claims", attributes={"channel": "phone"})
    return _creating(type="Survey", parentId=_create(world, type="Claim", assignedParty=MINE), assignedParty=MINE)


def acts(world: World) -> Work:
    """Somebody takes an action."""
    return _acting(_claim(world)[1], "start")


def edits_prerequisites(world: World) -> Work:
    """Somebody lets one task wait for another, which advances the graph."""
    _begin(world, "inspection")
    first, second = (_create(world, type="QA") for _ in range(2))
    return lambda session: tasks.edit_task(session, ROOT, second, {"prerequisites": [first]}, Request())


def edits_the_case(world: World) -> Work:
    """Somebody renames the case."""
    _claim(world)
    return lambda session: cases.edit_case(session, ROOT, "c1", {"displayName": "Other"}, Request())


def closes_the_case(world: World) -> Work:
    """Somebody closes the case."""
    _begin(world, "errands", tasks=[{"type": "Buy"}])
    return lambda session: cases.close_case(session, ANN, "c1", {"reason": "Enough."}, Request())


def counts_a_child(world: World) -> Work:
    """The hook counts a closed child, which is not the last one."""
    top, survey = _claim(world)
    _create(world, type="Survey", parentId=top, assignedParty=MINE)
    world.act(survey, "complete")
    return lambda session: count_closing(session, survey)


def counts_the_last_child(world: World) -> Work:
    """The hook counts the last child, and the parent reacts."""
    _, survey = _claim(world)
    world.act(survey, "complete")
    return lambda session: count_closing(session, survey)


def fires_a_timer(world: World) -> Work:
    """A timer fires."""
    _begin(world, "errands")
    task = _create(world, type="Buy", dueTime=DUE)
    world.pass_time(days=1)
    return lambda session: settle_task(session, task)


def wakes_a_dependent(world: World) -> Work:
    """The hook finds that what a task waited for has closed."""
    _begin(world, "errands")
    first = _create(world, type="Buy")
    second = _create(world, type="Buy", prerequisites=[first])
    tasks.act(world.session, ANN, first, "drop", {"reason": "Not hungry."}, Request())
    return lambda session: settle_task(session, second)


def settles_what_was_lost(world: World) -> Work:
    """The night finds children that were not counted, the last one among them, and a hold that has run out."""
    top, survey = _claim(world)
    second = _create(world, type="Survey", parentId=top, assignedParty=MINE)
    held = _create(world, type="Claim", assignedParty=MINE)
    world.act(held, "place_timed_hold", days=1)
    world.drain()
    for task in (survey, second):
        world.act(task, "complete")
    world.pass_time(days=2)
    return lambda session: settle.settle(session, "c1")


def settles_what_has_no_reason(world: World) -> Work:
    """The night finds a task on hold, and nothing that it could wait for."""
    _begin(world, "claims", attributes={"channel": "phone"})
    top = _create(world, type="Claim", assignedParty=MINE)
    broken = replace(world.stored(top), status="on_hold")
    world.client.put_item(TableName=world.table, Item=task_item(broken))
    return lambda session: settle.settle(session, "c1")


def ends_what_is_below(world: World) -> Work:
    """The hook ends what is open below a cancelled task."""
    top, survey = _claim(world)
    _create(world, type="Survey", parentId=survey, assignedParty=BOBS)
    world.drain()
    world.act(top, "cancel")
    return lambda session: end_below(session, top)


def ends_what_is_further_below(world: World) -> Work:
    """The hook ends what is open below a task that was closed before."""
    works = ends_what_is_below(world)
    works(world.session)
    return works


OTHERS = (
    creates_alone,
    creates_in_a_closable_case,
    creates_under_a_parent_on_hold,
    creates_under_a_parent_at_work,
    acts,
    edits_prerequisites,
    edits_the_case,
    closes_the_case,
    counts_a_child,
    counts_the_last_child,
    fires_a_timer,
    wakes_a_dependent,
    settles_what_was_lost,
    settles_what_has_no_reason,
    ends_what_is_below,
    ends_what_is_further_below,
)
PEOPLE = tuple(other for other in OTHERS if other.__doc__ and other.__doc__.startswith("Somebody"))


def check(world: World, case_id: str = "c1", version: int = 2) -> None:
    """The case and its tasks go by one version, every entry by that of its time, and the doctor finds nothing."""
    world.drain()
    assert settle.settle(world.session, case_id) == 0
    case = world.store.load([CaseKey(case_id)])[CaseKey(case_id)]
    assert case is not None
    found = list(world.store.tasks(case_id))
    assert {version} == {case.workflow_version, *(task.workflow_version for task in found)}
    check_case(world, case_id)
    diagnosis = diagnose(world.session, case_id)
    assert diagnosis is not None
    assert diagnosis.findings == ()
    moved = {e.task_id: e.version for e in entries_of(world, case_id) if e.action == "migrated"}
    for entry in entries_of(world, case_id):
        expected = version if entry.version >= moved.get(entry.task_id, 1) else 1
        assert entry.workflow_version == expected, entry


@pytest.mark.parametrize("other", OTHERS, ids=lambda other: other.__name__)
def test_what_was_decided_before_a_migration_does_not_commit_after_it(
    world: World, other: Callable[[World], Work]
) -> None:
    """It is decided again, by the new rules: one condition of every plan says which rules it was decided by."""
    work = other(world)
    between = Between(world.store, lambda: _meanwhile(world, other))
    work(at(world.session, between))
    assert between.failed is not None
    check(world)


@pytest.mark.parametrize("other", OTHERS, ids=lambda other: other.__name__)
def test_a_migration_that_others_come_before_is_decided_again(world: World, other: Callable[[World], Work]) -> None:
    """What has happened meanwhile is migrated as well; a case that was closed meanwhile is not."""
    work = other(world)
    between = Between(world.store, lambda: work(world.session))
    if other is closes_the_case:
        with pytest.raises(Refused, match="case_closed"):
            move(at(world.session, between), "c1")
        check(world, version=1)
        return
    move(at(world.session, between), "c1")
    check(world)


@pytest.mark.parametrize("other", OTHERS, ids=lambda other: other.__name__)
def test_what_was_read_on_both_sides_of_a_migration_is_read_again(
    deployment: Deployment, other: Callable[[World], Work]
) -> None:
    """The case as it was and its tasks as they are make no decision: it would pass every condition by the old rules.

    Whichever of its reads the migration comes into.
    """
    world, items = deployment
    versions = list[int]()
    for read in count():
        world.begin(items)
        work = other(world)
        torn = Torn(world.store, lambda: _meanwhile(world, other), read)
        work(at(world.session, torn))
        if not torn.done:
            break
        versions.append(_version(world))
        check(world, version=versions[-1])
    # Only what was closed before, and is but read for the answer, is not migrated any more.
    assert set(versions) == ({1, 2} if other is closes_the_case else {2})


Read = Callable[[Session, str], int]
READS: dict[str, Read] = {
    "task": lambda session, task: tasks.get_task(session, ROOT, task).workflow.version,
    "case": lambda session, _: cases.get_case(session, ROOT, "c1").workflow.version,
    "actions": lambda session, task: tasks.available_actions(session, ROOT, task)[0].workflow.version,
}


@pytest.mark.parametrize("read", READS)
def test_reads_are_of_one_version_too(world: World, read: str) -> None:
    """A task, a case and what can be done are shown by the rules that they go by."""
    top, _ = _claim(world)
    torn = Torn(world.store, lambda: move(world.session, "c1"))
    assert READS[read](at(world.session, torn), top) == 2


def _meanwhile(world: World, other: Callable[[World], Work]) -> None:
    """The case is migrated, if it is open. What the engine is about to do, and would do before, comes up just now."""
    with suppress(Refused):
        if other in PEOPLE:
            move(world.session, "c1")
        else:
            _migrated_as_it_is(world)


def _version(world: World) -> int:
    case = world.store.load([CaseKey("c1")])[CaseKey("c1")]
    assert case is not None
    return case.workflow_version


def _migrated_as_it_is(world: World) -> None:
    """The case is migrated although something is still owed to it, as if that had come up in this moment."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("shared.engine.migration.settle_what_can_be", lambda session, case_id: None)
        move(world.session, "c1")


def test_the_doctor_is_not_led_astray_by_a_migration(world: World) -> None:
    """A case that was read on both sides of it is looked at again, as whatever is found is."""
    _claim(world)
    world.drain()
    torn = Torn(world.store, lambda: move(world.session, "c1"))
    diagnosis = diagnose(at(world.session, torn), "c1")
    assert torn.done
    assert diagnosis is not None
    assert diagnosis.findings == ()
    check(world)


def test_what_is_owed_is_done_before_a_migration(world: World) -> None:
    """A child that has closed by the old rules is counted by them."""
    top, survey = _claim(world)
    world.act(survey, "complete")
    move(world.session, "c1")
    actions = [entry.action for entry in world.store.history(top)]
    assert actions == ["create", "child_opened", "children_closed", "migrated"]
    check(world)


def test_what_the_new_rules_owe_follows_by_the_stream_or_by_settling(world: World) -> None:
    """A time that the new version gives, and that has passed, fires: once, whoever notices."""
    _begin(world, "errands")
    task = _create(world, type="Write the list")
    first = world.session.workflows.get("errands", 1)
    types = {**first.types, "Write the list": replace(first.types["Write the list"], due_in=first.types["Buy"].due_in)}
    world.session = replace(world.session, workflows=Several(first, replace(first, version=2, types=types)))
    world.pass_time(days=3)
    move(world.session, "c1")
    assert not world.stored(task).overdue
    check(world)
    assert world.stored(task).overdue


@pytest.mark.parametrize("known", [(1, 2), (2,)], ids=["both versions", "the new version alone"])
def test_a_timeline_tells_what_was_before_a_migration(world: World, known: tuple[int, ...]) -> None:
    """By the version of that time: since then, what work was passed on in is called otherwise.

    Where that version is not deployed any more, each entry is told as it is.
    """
    top, survey = _claim(world)
    world.act(survey, "complete")
    world.join("rulers", "ann")
    survey = _create(world, type="Survey", parentId=top, assignedParty={"kind": "organization", "id": "rulers"})
    world.act(survey, "assign_to_person", userId="ann")
    (delegate,) = (task.task_id for task in world.store.tasks("c1") if task.parent_id == survey)
    world.act(delegate, "complete")
    world.drain()
    first = claims()
    before = _timeline(world)
    waiting = replace(first.statuses["on_hold"], status="waiting")
    second = replace(first, version=2, statuses={**first.statuses, "on_hold": waiting})
    world.session = replace(world.session, workflows=Several(first, second))
    move(world.session, "c1")
    world.session = replace(world.session, workflows=Several(*({1: first, 2: second}[number] for number in known)))
    told = [entry for entry in _timeline(world) if entry[1] != "migrated"]
    whole = [(entry.task_id, entry.action) for entry in entries_of(world, "c1") if entry.action != "migrated"]
    assert len(before) < len(whole)
    assert sorted(told, key=str) == sorted(before if 1 in known else whole, key=str)
    assert [entry for entry in _timeline(world, limit=1) if entry[1] != "migrated"] == told


def _timeline(world: World, limit: int = 100) -> list[tuple[str | None, str]]:
    """All pages: which task, and what was done to it."""
    found, before = list[tuple[str | None, str]](), None
    while True:
        _, page = showing.timeline(world.session, ROOT, "c1", before, limit)
        found += [(entry.task_id, entry.action) for entry in page.items]
        before = page.next_cursor
        if before is None:
            return found


def test_counters_of_queues_follow(world: World) -> None:
    """Whether the stream tells, or its record was lost and settling finds out."""
    _begin(world, "errands", tasks=[{"type": "Buy"}])
    world.drain()
    first = world.session.workflows.get("errands", 1)
    ready = replace(first.statuses["ready"], tab="on_hold")
    second = replace(first, version=2, statuses={**first.statuses, "ready": ready})
    world.session = replace(world.session, workflows=Several(first, second))
    move(world.session, "c1")
    report = timers.SettleReport()
    timers.settle_case(world.session, "c1", report)
    assert report.miscounted == 1
    world.drain()
    timers.settle_case(world.session, "c1", again := timers.SettleReport())
    assert (again.found, again.miscounted) == (0, 0)


def test_a_lost_answer_is_no_second_migration(world: World) -> None:
    """Who asks again finds that the case goes by the version already."""
    _claim(world)
    first, again = (move(world.session, "c1") for _ in range(2))
    assert first is not None
    assert again is not None
    assert [(done.from_version, len(done.tasks)) for done in (first, again)] == [(1, 2), (2, 0)]
    check(world)


def test_a_case_that_is_not_there_is_not_migrated(world: World) -> None:
    """Nor is one that nobody sees yet."""
    assert move(world.session, "none") is None


# Two ends.


def _speaking(parties: Parties, **changes: object) -> None:
    """A second version of the hand-off is deployed; what is given is other than in the first."""
    first = load().latest("collaboration")
    second = replace(first, version=2, **changes)  # type: ignore[arg-type]
    parties.world.session = replace(parties.world.session, workflows=Several(first, second))


def _assigned(parties: Parties) -> tuple[str, str]:
    """Both ends of a task that harbor has accepted."""
    parties.world.session = replace(parties.world.session, workflows=load())
    task = parties.task()
    parties.do(task, "prepare", "begin_assignment", "assign:harbor")
    other = parties.partner(task)
    parties.answer(other, "accept")
    return task, other


def _to_second(parties: Parties, case_id: str) -> None:
    migrate(parties.world.session, ROOT, case_id, {"toVersion": 2}, Request())
    parties.drain()


@pytest.mark.parametrize("side", ["owner", "partner"])
def test_ends_of_two_versions_go_on_talking(parties: Parties, side: str) -> None:
    """Each end goes by the version of its own case, and hears what the other one says."""
    task, other = _assigned(parties)
    _speaking(parties)
    _to_second(parties, "job-1" if side == "owner" else other.partition(".")[0])
    versions = [parties.stored(end).workflow_version for end in (task, other)]
    assert versions == ([2, 1] if side == "owner" else [1, 2])
    parties.do(task, "ready")
    parties.do(other, "start", by=HAL)
    parties.act(other, "submit", by=HAL, note="Done.")
    parties.drain()
    assert [parties.stored(end).status for end in (task, other)] == ["submit", "submit"]
    assert settle.settle(parties.world.session, "job-1") == 0


def test_what_is_under_way_arrives_before_its_sender_is_migrated(parties: Parties) -> None:
    """The partner has heard everything that was said by the old rules."""
    task, other = _assigned(parties)
    parties.act(task, "ready")
    parties.lose()
    _speaking(parties)
    assert parties.world.store.messages_of_case("job-1")
    _to_second(parties, "job-1")
    assert not parties.world.store.messages_of_case("job-1")
    assert parties.stored(other).status == "ready"


def test_an_end_that_would_not_be_understood_is_not_migrated(parties: Parties) -> None:
    """Nor is the other one away from it: the reason names the task, and both go on."""
    task, other = _assigned(parties)
    first = parties.world.session.workflows.get("collaboration", 1)
    _speaking(
        parties,
        actions={**first.actions, "owner_is_ready": replace(first.actions["owner_is_ready"], who=("assignee",))},
    )
    for case_id, end in (("job-1", task), (other.partition(".")[0], other)):
        with pytest.raises(Refused) as refused:
            _to_second(parties, case_id)
        (error,) = refused.value.refusal.errors
        assert isinstance(error, FieldError)
        assert error.pointer == f"/tasks/{end}/other_end"
        assert "owner_is_ready" in error.detail
    parties.do(task, "ready")
    assert parties.stored(other).status == "ready"


def test_two_ends_that_are_migrated_at_once_do_not_miss_each_other(parties: Parties) -> None:
    """Each rests on the version that the other one goes by, so the later one looks again."""
    task, other = _assigned(parties)
    _speaking(parties)
    world, partners = parties.world, other.partition(".")[0]
    between = Between(world.store, lambda: move(world.session, partners))
    move(at(world.session, between), "job-1")
    assert between.failed is not None
    assert [parties.stored(end).workflow_version for end in (task, other)] == [2, 2]


def test_what_cannot_arrive_keeps_a_case_from_being_migrated(parties: Parties) -> None:
    """It is neither lost nor left behind: it says so, and the case goes by its version as before."""
    task, other = _assigned(parties)
    parties.act(task, "ready")
    parties.lose()
    _speaking(parties)
    world = parties.world
    gone = Several(*(world.session.workflows.get("collaboration", v) for v in (1, 2)))
    found = world.client.get_item(TableName=world.table, Key=_key_of(other))["Item"]
    world.client.delete_item(TableName=world.table, Key=_key_of(other))
    world.session = replace(world.session, workflows=gone)
    with pytest.raises(Refused) as refused:
        _to_second(parties, "job-1")
    assert [e.pointer for e in refused.value.refusal.errors] == [f"/tasks/{task}/messages"]
    world.client.put_item(TableName=world.table, Item=found)
    _to_second(parties, "job-1")
    assert parties.stored(other).status == "ready"


def test_a_new_assignment_arrives_by_the_version_that_the_owner_has_by_then(parties: Parties) -> None:
    """Both ends begin by one version; the earlier partner's end keeps its own."""
    task, other = _assigned(parties)
    _speaking(parties)
    _to_second(parties, "job-1")
    parties.answer(task, "recall", OLA)
    parties.do(task, "assign:tide")
    newer = parties.partner(task, 2)
    assert parties.stored(newer).workflow_version == 2
    assert parties.stored(other).workflow_version == 1


def _key_of(task_id: str) -> dict[str, dict[str, str]]:
    case_id, _, local = task_id.rpartition(".")
    return {"PK": {"S": f"CASE#{case_id}"}, "SK": {"S": f"TASK#{local}"}}
