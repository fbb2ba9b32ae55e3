"""Migration, decided: what has no place in another version of a workflow, and what becomes of what has."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from shared.compile import workflow_of
from shared.domain.definitions.compiled import plain_from, workflow_from
from shared.domain.definitions.lifecycle import told
from shared.domain.definitions.workflow import Workflow
from shared.domain.migrating.migration import MOST, Moving, OtherEnd, migrate
from shared.domain.migrating.talking import misunderstood
from shared.domain.model.ends import End, Message
from shared.domain.model.people import Organization
from shared.domain.model.plan import Decision, Plan
from shared.domain.model.scene import Scene, TornError
from shared.domain.model.task import Task
from shared.domain.model.writes import (
    AddEntry,
    ChangeCase,
    ChangeTask,
    CheckPinned,
    DeleteTimer,
    PassLock,
    PutTimer,
    ReleaseLock,
    TakeLock,
)
from tests.domain.worlds import ANN, World, admin, refused, user, workflow
from tests.workflows.broken import ERRANDS
from tests.workflows.claims import claims

ERRAND = workflow_of(ERRANDS)
TALK = workflow("collaboration")
TOLD = min(told(TALK))
SURVEY = ("types", "Survey")
IDA = user("ida", household=False)
MINE = {"kind": "user", "id": "ann"}
RULERS = Organization("rulers", "Rulers", "team")
Form = dict[str, Any]
Edit = Callable[[Form], object]


def edited(old: Workflow, *edits: Edit) -> Workflow:
    """The next version: the compiled form, with these changes."""
    form = plain_from(old)
    form["version"] = old.version + 1
    for edit in edits:
        edit(form)
    return workflow_from(form)


def errands() -> World:
    """A trip with something to buy."""
    world = World(ERRAND, users={IDA.id: IDA})
    world.create("Buy", IDA)
    return world


def underway() -> World:
    """The same, begun."""
    world = errands()
    world.act(newest(world), "start", IDA)
    return world


def waiting() -> World:
    """The same, with a second thing to buy after it."""
    world = errands()
    world.create("Buy", IDA, prerequisites=[newest(world).task_id])
    return world


def two_errands() -> World:
    """The same, with a second thing to buy beside it."""
    world = errands()
    world.create("Buy", IDA)
    return world


def claim() -> World:
    """A claim with a survey under it."""
    world = World(claims(), organizations={"rulers": RULERS})
    world.case = replace(world.case, attributes={"channel": "phone"})
    top = world.create("Claim", ANN, assignedParty=MINE)
    world.create("Survey", ANN, parentId=top.task_id, assignedParty={"kind": "organization", "id": "rulers"})
    return world


def hidden() -> World:
    """The same, by a version that lists no survey, and this one is nobody's."""
    world = changing(claim(), assigned_party=None)
    world.workflow = replace(edited(world.workflow, put("none", *SURVEY, "queue")), version=1)
    return world


def paused() -> World:
    """A claim on hold for some days."""
    world = World(claims())
    world.case = replace(world.case, attributes={"channel": "phone"})
    world.act(world.create("Claim", ANN, assignedParty=MINE), "place_timed_hold", ANN, days=3)
    return world


def deputed(**of_end: Any) -> World:
    """An owner's end of a task, as far as the version of its workflow matters to it."""
    world = World(TALK)
    blank = errands().tasks["look-1.t0001"]
    end = End("owner", generation=1, sent=1, task_id="p-1.t1", **of_end)
    status = TALK.statuses[next(iter(TALK.statuses))]
    task = replace(
        blank, workflow=TALK.name, type="Task", state=status.state, status=status.status, timers=(), group_queue=None
    )
    world.tasks[task.task_id] = replace(task, end=end, due_time=None)
    return world


def newest(world: World) -> Task:
    """The last task of the world."""
    return list(world.tasks.values())[-1]


def changing(world: World, **values: Any) -> World:
    """The world, with other values in its last task."""
    task = newest(world)
    world.tasks[task.task_id] = replace(task, **values)
    return world


def migrated(world: World, new: Workflow, **more: Any) -> Decision:
    """What comes of migrating the world's case."""
    return migrate(world.context(admin()), new, Moving(tuple(world.tasks.values()), **more))


def reasons(world: World, new: Workflow, **more: Any) -> list[str]:
    """The rules that keep the case from the new version, those of tasks by their last step alone."""
    refusal = refused(migrated(world, new, **more))
    assert (refusal.code, refusal.rule) == ("does_not_fit", "fits")
    assert all(error.detail.endswith(".") for error in refusal.errors)
    return [error.pointer.rpartition("/")[2] for error in refusal.errors]


def after(world: World, *edits: Edit) -> tuple[Plan, Task]:
    """The plan of the migration, and what becomes of the last task."""
    plan = migrated(world, edited(world.workflow, *edits))
    assert isinstance(plan, Plan), plan
    changed = [write.after for write in plan.writes if isinstance(write, ChangeTask)]
    return plan, next(task for task in changed if task.task_id == newest(world).task_id)


def without(section: str, name: str) -> Edit:
    """Takes something out of a section of the file."""
    return lambda form: form[section].pop(name)


def put(value: object, *path: str) -> Edit:
    """Sets what stands at a place of the compiled form."""

    def edit(form: Form) -> None:
        inner = form
        for step in path[:-1]:
            inner = inner[step]
        inner[path[-1]] = value

    return edit


def deaf(form: Form) -> None:
    """Nobody lifts a hold."""
    for action in form["actions"].values():
        for way in (action, *action.get("options", {}).values()):
            way["effects"] = [word for word in way.get("effects", ()) if word["name"] != "clear_hold"]


NO, YES = False, True
Misfit = tuple[Callable[[], World], Sequence[Edit], list[str]]
MISFITS: dict[str, Misfit] = {
    "a type that is gone": (errands, [without("types", "Buy")], ["type"]),
    "a status that is gone": (errands, [put("Free", "statuses", "ready", "status")], ["status"]),
    "a status of another meaning": (errands, [put(NO, "statuses", "ready", "open")], ["status"]),
    "a status that such tasks never get to": (underway, [without("actions", "start")], ["status"]),
    "kinds that it has not": (errands, [put(["big"], "types", "Buy", "kinds")], ["kind"]),
    "a kind that is gone": (lambda: changing(errands(), kind="big"), [], ["kind"]),
    "a queue that is gone": (errands, [without("organizations", "household")], ["group_queue"]),
    "a queue that is none any more": (errands, [put("team", "organizations", "household", "kind")], ["group_queue"]),
    "a timer that nobody hears": (errands, [without("timers", "due")], ["timers"]),
    "another status to wait in": (
        waiting,
        [put("ready", "prerequisites", "waiting"), put("waiting", "prerequisites", "ready")],
        ["prerequisites", "prerequisites"],
    ),
    "more open tasks than may be": (two_errands, [put(["case"], "types", "Buy", "one_open")], ["one_open", "one_open"]),
    "a case type that is gone": (
        errands,
        [without("case_types", "trip"), put({"name": "tour", "label": "Tour"}, "case_types", "tour")],
        ["type"],
    ),
    "other people who see it": (errands, [put("organization", "visibility")], ["visibility"]),
    "a second end": (errands, [put(plain_from(TALK)["hand_off"], "hand_off")], ["hand_off"]),
    "an assignee that is not the one": (
        claim,
        [put({"id": "x", "label": "X", "kind": "team"}, "organizations", "x"), put("x", *SURVEY, "assigned_to")],
        ["assigned_to"],
    ),
    "an assignee who may be no member": (claim, [put("rulers", *SURVEY, "members_of")], ["members_of"]),
    "nobody's queue": (hidden, [put("assignee", *SURVEY, "queue")], ["queue"]),
    "a queue that it does not name": (hidden, [put("group_queue", *SURVEY, "queue")], ["queue"]),
    "a place that is none": (claim, [put(["Folder"], *SURVEY, "parents")], ["parents"]),
    "a hold that is none": (paused, [lambda form: form["tree"].pop("hold")], ["timed_hold"]),
    "another status to be on hold in": (
        claim,
        [put("in_progress", "tree", "on_hold"), put([{"to": "on_hold"}], "actions", "start", "target")],
        ["children"],
    ),
    "an attribute that is gone": (claim, [put([], "case_types", "claim", "attributes")], ["channel"]),
    "an attribute of another value": (
        claim,
        [lambda form: form["case_types"]["claim"]["attributes"][1].update(options={"of": ["letter"]})],
        ["channel"],
    ),
    "an attribute that is missing": (
        errands,
        [put([{"name": "shop", "kind": "text", "required": YES}], "case_types", "trip", "attributes")],
        ["shop"],
    ),
    "a hold that nobody lifts": (lambda: changing(deputed(), hold=YES), [deaf], ["hold"]),
    "what the other end has said": (
        lambda: deputed(heard="submit"),
        [put("handed in", "statuses", "submit", "status")],
        ["heard"],
    ),
}


@pytest.mark.parametrize("case", MISFITS)
def test_what_has_no_place_is_named_with_its_rule(case: str) -> None:
    """Nothing of the case is migrated while anything of it does not fit, and everything that does not is said."""
    build, edits, rules = MISFITS[case]
    world = build()
    assert reasons(world, edited(world.workflow, *edits)) == rules


def test_a_closed_task_needs_a_type_and_a_status_only() -> None:
    """It waits for nothing, and nobody is asked to do anything with it."""
    world = errands()
    world.act(newest(world), "drop", IDA, reason="Not hungry.")
    assert isinstance(migrated(world, edited(ERRAND, put(["big"], "types", "Buy", "kinds"))), Plan)
    assert reasons(world, edited(ERRAND, put("Left", "statuses", "dropped", "status"))) == ["status"]


def test_a_task_without_a_queue_fits_whatever_queues_there_are() -> None:
    """Where tasks of a type are listed nowhere in either version, nobody misses the queue."""
    world = changing(claim(), group_queue="gone")
    edits = [put("none", "types", "Survey", "queue")]
    assert reasons(world, edited(world.workflow, *edits)) == ["group_queue"]
    world.workflow = edited(world.workflow, *edits)
    world.case = replace(world.case, workflow_version=2)
    world.tasks = {i: replace(t, workflow_version=2) for i, t in world.tasks.items()}
    assert isinstance(migrated(world, edited(world.workflow)), Plan)


def test_what_is_listed_nowhere_as_it_is_may_be_migrated() -> None:
    """No version makes it worse, and a case is not kept in an old one by what the new one has no part in."""
    world = changing(claim(), assigned_party=None)
    assert isinstance(migrated(world, edited(world.workflow)), Plan)
    assert isinstance(migrated(world, edited(world.workflow, put("group_queue", *SURVEY, "queue"))), Plan)


def test_a_parent_without_a_type_is_told_of_itself() -> None:
    """Whether something stands well under what has no place is no question."""
    world = claim()
    assert reasons(world, edited(world.workflow, without("types", "Claim"))) == ["type"]


def test_a_case_of_too_many_tasks_is_refused() -> None:
    """It does not fit one transaction, and parts of one would let tasks of one case go by different rules."""
    world = errands()
    for _ in range((MOST - 2) // 2):
        world.create("Buy", IDA)
    assert reasons(world, edited(ERRAND)) == ["size"]
    del world.tasks[newest(world).task_id]
    plan = migrated(world, edited(ERRAND))
    assert isinstance(plan, Plan)
    assert len(plan.writes) <= MOST


def test_a_migration_rewrites_the_case_and_every_task() -> None:
    """All versions go up by one, as does the graph's; each has an entry that says from which version to which."""
    world = claim()
    plan, task = after(world)
    (case,) = (write for write in plan.writes if isinstance(write, ChangeCase))
    assert (case.after.workflow_version, case.after.version, case.after.graph_version) == (2, 2, 1)
    assert (task.workflow_version, task.version) == (2, newest(world).version + 1)
    entries = [write.entry for write in plan.writes if isinstance(write, AddEntry)]
    assert [entry.task_id for entry in entries] == [None, *world.tasks]
    assert {(entry.action, entry.workflow_version) for entry in entries} == {("migrated", 2)}
    assert all(entry.changes["workflowVersion"] == {"from": 1, "to": 2} for entry in entries)
    assert [entry.reacts for entry in entries] == [("other_rules",), (), ()]
    assert all(write.counters for write in plan.writes if isinstance(write, ChangeTask))
    world.play(plan)
    assert world.case.updated_by == admin().person


def test_a_case_that_goes_by_the_version_already_stays_as_it_is() -> None:
    """Asking twice is asking once."""
    world = errands()
    plan = migrated(world, ERRAND)
    assert isinstance(plan, Plan)
    assert (plan.writes, plan.subject) == ((), world.case)


def test_a_closed_case_is_not_migrated() -> None:
    """There is nothing to be done in it, by any rules."""
    world = errands()
    world.case = replace(world.case, state="closed")
    assert refused(migrated(world, edited(ERRAND))).code == "case_closed"


def test_where_a_task_is_listed_follows_from_the_new_version() -> None:
    """Its tab is that of its status there; so is the cell in which it is counted."""
    world = errands()
    plan, task = after(world, put("on_hold", "statuses", "ready", "tab"))
    assert (newest(world).tab, task.tab) == ("unassigned", "on_hold")
    (*_, cell) = (write.entry.cell for write in plan.writes if isinstance(write, AddEntry))
    assert cell is not None
    assert cell.tab == "on_hold"


def test_a_timed_task_gets_the_end_that_its_version_gives() -> None:
    """It counts from the task's creation, as it would had the task begun with this version."""
    world = claim()
    world.pass_time(days=2)
    plan, task = after(world, put(5 * 86_400, "types", "Survey", "lasts"))
    (timer,) = task.timers
    assert (timer.name, timer.action, timer.at) == ("time", "run_out", task.created_at + timedelta(days=5))
    assert PutTimer(timer) in plan.writes


def test_a_task_that_is_timed_no_longer_loses_its_end() -> None:
    """The timer goes; the one of a timed hold stays, as it holds for as long as somebody has said."""
    world = claim()
    window = world.create("Window", ANN, parentId=next(iter(world.tasks)), assignedParty=MINE)
    plan, task = after(world, lambda form: form["types"]["Window"].pop("lasts"))
    assert task.timers == ()
    assert DeleteTimer(window.timers[0]) in plan.writes
    assert [t.name for t in after(paused(), put(86_400, "types", "Pause", "lasts"))[1].timers] == ["time"]


def test_a_task_gets_the_due_time_that_its_version_gives() -> None:
    """Where it had one already, that stays."""
    world = errands()
    world.create("Write the list", IDA)
    _, task = after(world, put(3_600, "types", "Write the list", "due_in"))
    assert task.due_time == task.created_at + timedelta(hours=1)
    assert [(t.name, t.at) for t in task.timers] == [("due", task.due_time)]
    _, again = after(errands(), put(3_600, "types", "Buy", "due_in"))
    assert again.due_time == again.created_at + timedelta(days=2)


def test_a_running_timer_does_what_the_new_version_says() -> None:
    """It keeps its time and its id."""
    world = errands()
    rename: Edit = lambda form: form["actions"].update(nag={**form["actions"].pop("remind"), "name": "nag"})  # noqa: E731
    plan, task = after(world, rename, put("nag", "timers", "due"))
    (before,) = newest(world).timers
    assert task.timers == (replace(before, action="nag"),)
    assert PutTimer(task.timers[0]) in plan.writes


def test_locks_are_those_of_the_new_version() -> None:
    """One that is new is taken, one that is none any more released, and what passes from task to task is one write."""
    world = errands()
    task_id, other = newest(world).task_id, edited(ERRAND, put(["case"], "types", "Buy", "one_open"))
    plan = migrated(world, other)
    assert isinstance(plan, Plan)
    assert TakeLock(task_id, "Buy") in plan.writes
    world.play(plan)
    world.workflow = other
    back = migrated(world, edited(other, put([], "types", "Buy", "one_open")))
    assert isinstance(back, Plan)
    assert ReleaseLock(task_id, "Buy") in back.writes
    assert not any(isinstance(write, PassLock) for write in back.writes)


def test_remembered_statuses_keep_their_meaning_under_other_names() -> None:
    """What is gone is forgotten, and the present status is remembered where the new version wants that."""
    world = changing(errands(), remembered=("ready", "underway"))
    new = edited(ERRAND, put("At it", "statuses", "underway", "status"))
    plan = migrated(world, new)
    assert isinstance(plan, Plan)
    (task,) = (write.after for write in plan.writes if isinstance(write, ChangeTask))
    assert task.remembered == ("ready",)
    _, kept = after(world, put(YES, "statuses", "ready", "remember"))
    assert kept.remembered == ("ready", "underway")


def test_what_the_other_end_has_said_keeps_its_meaning() -> None:
    """A status is known by what people see of it, whatever a version calls it."""
    _, task = after(deputed(heard="submit"))
    assert task.end is not None
    assert task.end.heard == "submit"


def test_a_message_under_way_arrives_first() -> None:
    """Nobody knows whether the other end could take it once the sender speaks otherwise."""
    world = deputed()
    message = Message(newest(world).task_id, 1, "to_partner", 2, "hear_ready")
    assert reasons(world, edited(TALK), messages=(message,)) == ["messages"]


def test_the_other_end_has_to_understand_what_may_be_said_later() -> None:
    """It goes by its own version, on condition that it still does when the plan commits."""
    world, case = deputed(), replace(World(TALK).case, case_id="p-1")
    without_one = edited(TALK, put(["administrator"], "actions", TOLD, "who"))
    others = {newest(world).task_id: OtherEnd(case, TALK)}
    assert reasons(world, without_one, others=others) == ["other_end"]
    plan = migrated(world, edited(TALK), others=others)
    assert isinstance(plan, Plan)
    assert CheckPinned(case) in plan.writes


def test_versions_talk_if_each_takes_what_the_other_may_say() -> None:
    """The action is there for the engine, takes every field that goes along, and needs none that does not."""
    assert misunderstood(TALK, edited(TALK)) == ()
    assert misunderstood(ERRAND, ERRAND) == ()
    for edit in (
        put(["administrator"], "actions", TOLD, "who"),
        put([{"name": "why", "kind": "text", "required": True}], "actions", TOLD, "fields"),
        put([["why"]], "actions", TOLD, "either"),
    ):
        assert misunderstood(TALK, edited(TALK, edit)) == (TOLD,)
        assert misunderstood(edited(TALK, edit), TALK) in ((TOLD,), ())


def test_a_scene_is_of_one_version() -> None:
    """What was read on both sides of a migration is read again, and nothing is decided on it."""
    world = errands()
    with pytest.raises(TornError, match="version 2, not 1"):
        Scene(ERRAND, world.case, replace(newest(world), workflow_version=2))
