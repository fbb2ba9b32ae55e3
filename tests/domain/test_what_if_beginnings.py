"""What another version would have made of cases that were migrated, mended, connected, or follow on another one."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from shared.domain.decide import act
from shared.domain.definitions.vocabulary import MENDED, MIGRATED
from shared.domain.definitions.workflow import Word, Workflow
from shared.domain.model.connections import Connection
from shared.domain.model.people import ENGINE
from shared.domain.model.plan import Plan
from shared.domain.model.task import Task
from shared.domain.model.writes import AddEntry, ChangeCase, CreateConnection, CreateTask
from shared.domain.whatif.by_itself import DEAF
from shared.domain.whatif.judging import what_if
from shared.domain.whatif.past import Past
from shared.domain.whatif.verdict import Verdict
from shared.domain.whatif.versions import Versions
from tests.domain.appeal import APPEALS, MAY, appeal, newest
from tests.domain.histories import Story, nameless
from tests.domain.test_switching import granted, ruled
from tests.domain.test_what_if import RULER, other, other_action, other_type, said
from tests.domain.worlds import START, workflow
from tests.workflows.claims import claims

LATER = START + timedelta(days=100)
BY_EMAIL = {"option": "to", "name": "Brook Labs", "email": "ida@example.org"}


def _reasons(verdict: Verdict) -> list[str]:
    """Why it was not judged, in words."""
    return [finding.detail for finding in verdict.findings if finding.kind == "not_judged"]


# Cases that were migrated.


@pytest.fixture
def migrated() -> tuple[Story, Workflow]:
    """A claim that was begun by the first version and went on by the second; with the first one."""
    story = Story(claims(), {"channel": "phone"})
    first = story.workflow
    story.create("Claim", assignedParty=RULER)
    story.act("Claim", "start")
    story.migrate(other_type(first, "Window", lasts=timedelta(days=5)))
    story.create("Window", parentId=story.newest("Claim").task_id, assignedParty=RULER)
    story.after(days=6)
    story.act("Claim", "complete")
    return story, first


def test_a_case_that_was_migrated_is_played_by_each_version_in_its_time(migrated: tuple[Story, Workflow]) -> None:
    """By a version that changes nothing, it has gone the same way; what is gone is refused where it was done."""
    story, first = migrated
    same = Versions.of(story.workflow, other(story.workflow), first)
    assert what_if(same, story.past(), story.world.now).findings == ()
    gone = other(story.workflow, actions={n: a for n, a in story.workflow.actions.items() if n != "start"})
    verdict = what_if(Versions.of(story.workflow, gone, first), story.past(), story.world.now)
    assert next(one[:3] for one in said(verdict)) == ("refused", 3, "start")
    guards = (*story.workflow.actions["complete"].guards, Word("due_time_passed"))
    late = other_action(story.workflow, "complete", guards=guards)
    verdict = what_if(Versions.of(story.workflow, late, first), story.past(), story.world.now)
    assert [one[:3] for one in said(verdict)] == [("refused", 5, "complete")]


def test_a_case_whose_migration_was_not_seen_is_not_judged(migrated: tuple[Story, Workflow]) -> None:
    """Without a version that it went by, without the entry that says so, and where it would not have fitted."""
    story, first = migrated
    past, new = story.past(), other(story.workflow)
    unknown = what_if(Versions.of(story.workflow, new), past, story.world.now)
    assert unknown.outcome == "not_judged"
    silent = replace(past, entries=tuple(e for e in past.entries if e.action != MIGRATED))
    assert _reasons(what_if(Versions.of(story.workflow, new, first), silent, story.world.now)) == [
        "It went by another version, to which it was not seen to be migrated."
    ]
    types = {name: each for name, each in story.workflow.types.items() if name != "Claim"}
    unfit = replace(story.workflow, types=types)
    reasons = _reasons(what_if(Versions.of(unfit, new, first), past, story.world.now))
    assert reasons == ["It was not seen how it was migrated to version 2."]
    elsewhere = replace(
        past, entries=tuple(replace(e, workflow_version=7) if e.action == MIGRATED else e for e in past.entries)
    )
    reasons = _reasons(what_if(Versions.of(story.workflow, new, first), elsewhere, story.world.now))
    assert reasons == ["It was not seen how it was migrated to version 7."]


def test_a_past_without_a_history_is_not_judged() -> None:
    """There is nothing to play."""
    story = Story(claims(), {"channel": "phone"})
    story.create("Claim", assignedParty=RULER)
    versions = Versions.of(story.workflow, other(story.workflow))
    assert what_if(versions, replace(story.past(), entries=()), story.world.now).outcome == "not_judged"


# Cases that the doctor has mended.


def _mended(past: Past, task: Task, **values: Any) -> Past:
    """The past in which the doctor has led the task to where these values say."""
    last = past.of(task.task_id)[-1]
    at = {"created_at": last.created_at + timedelta(seconds=1), "version": last.version + 1, "commit_id": "mend"}
    entry = replace(last, action=MENDED, changes={}, **{**at, **values})
    return replace(past, entries=(*past.entries, entry))


def test_a_case_that_was_mended_is_judged_where_it_was_led_to_where_it_belongs() -> None:
    """What was broken never was where the case is played: what it came to then is what it has come to there."""
    story = Story(claims(), {"channel": "phone"})
    claim = story.create("Claim", assignedParty=RULER)
    story.act("Claim", "start")
    started = story.past()
    story.after(days=1)
    story.act("Claim", "complete")
    versions = Versions.of(story.workflow, other(story.workflow))
    more = story.past().entries[len(started.entries) :]
    mended = _mended(started, claim)
    healed = replace(mended, tasks=story.past().tasks, entries=(*mended.entries, *more))
    assert what_if(versions, healed, story.world.now).findings == ()
    for values in ({"status": "on_hold"}, {"assigned_party": None}, {"task_id": "look-1.gone"}):
        ill = _mended(started, claim, **values)
        (reason,) = _reasons(what_if(versions, ill, story.world.now))
        assert reason.startswith("The doctor has mended the case. By its own version, look-1.")


# Cases whose task waited for a connection.


def _asked() -> tuple[Story, Task, Connection]:
    """A task that is to go to somebody by email, and the request for a connection that was made for it."""
    story = Story(workflow("collaboration"), owner="any-team")
    task = story.create("Task", collaborative=True)
    story.act("Task", "prepare")
    story.act("Task", "ready")
    decision = story.world.play(story.world.decide(task, "assign", story.admin, **BY_EMAIL))
    assert isinstance(decision, Plan)
    (connection,) = (write.connection for write in decision.writes if isinstance(write, CreateConnection))
    story.world.pass_time(minutes=1)
    return story, task, connection


def _hears(story: Story, task: Task, connection: Connection, action: str) -> None:
    """The task has heard of its request."""
    context = story.world.context(ENGINE, story.world.tasks[task.task_id])
    scene = replace(context.scene, connection=connection)
    assert isinstance(story.world.play(act(replace(context, scene=scene), action, {})), Plan)
    story.world.pass_time(minutes=1)


def _own(story: Story) -> Past:
    """The past without the connection's own history."""
    past = story.past()
    return replace(past, entries=tuple(e for e in past.entries if e.case_id == past.case.case_id))


@pytest.mark.parametrize("answer", ["connection_accepted", "connection_declined"])
def test_what_a_task_heard_of_its_request_for_a_connection_is_heard_again(answer: str) -> None:
    """That it went out, and what came of it; by a version that would not have made it, that is refused."""
    story, task, connection = _asked()
    _hears(story, task, connection, "connection_requested")
    state: Any = "connected" if answer == "connection_accepted" else "declined"
    known = replace(connection.asked, organization_id="brook")
    _hears(story, task, replace(connection, state=state, asked=known), answer)
    versions = Versions.of(story.workflow, other(story.workflow))
    assert what_if(versions, _own(story), story.world.now).findings == ()
    hand_off = story.workflow.hand_off
    assert hand_off is not None
    unsent = Versions.of(story.workflow, other(story.workflow, hand_off=replace(hand_off, sends=frozenset())))
    assert DEAF.detail in [finding.detail for finding in what_if(unsent, _own(story), story.world.now).findings]


# Cases that follow on another.


def _switched() -> Past:
    """A case that has followed on another, whose letter it took along, passed on, and a translation."""
    world = appeal()
    world.create("AodMotionMailTask", MAY)
    world.create("TranslationTask", MAY, parentId=newest(world, "DistributionTask").task_id)
    plan = granted(ruled(world), docket="evidence_submission")
    (case,) = (write.after for write in plan.writes if isinstance(write, ChangeCase))
    tasks = tuple(replace(w.task, staged=False) for w in plan.stage if isinstance(w, CreateTask))
    entries = [write.entry for write in (*plan.stage, *plan.writes) if isinstance(write, AddEntry)]
    lit = next(entry for entry in entries if entry.task_id == tasks[-1].task_id)
    later = replace(
        lit, action="switched", commit_id="later", created_at=lit.created_at + timedelta(minutes=1), version=2
    )
    return Past(case, tasks, tuple(e for e in (*entries, later) if e.case_id == case.case_id))


def _judged(past: Past, new: Workflow, old: Workflow = APPEALS) -> Verdict:
    return what_if(Versions.of(old, new), past, LATER)


def test_a_case_that_follows_on_another_is_judged_from_there() -> None:
    """With what it took along, as it was; its counters, locks and timers are what follows from that."""
    past = _switched()
    verdict = _judged(past, other(APPEALS))
    assert (verdict.findings, verdict.steps) == ((), 1)
    types = {name: each for name, each in APPEALS.types.items() if name != "TranslationTask"}
    assert _reasons(_judged(past, other(APPEALS, types=types))) == [
        "As it was then, the case has no place in version 2."
    ]


def test_a_case_of_which_not_all_is_kept_that_it_took_along_is_not_judged() -> None:
    """A task that is gone, and one that was to last until nobody knows when."""
    past = _switched()
    assert _reasons(_judged(nameless(past, past.tasks[-1].task_id), other(APPEALS))) == [
        "A task that it began with is not there any more."
    ]
    lasting = other_type(APPEALS, "TranslationTask", lasts=timedelta(days=9))
    lasting = replace(lasting, version=1)
    assert _reasons(_judged(past, other(lasting), lasting)) == [
        "Until when a task that it took along was to last is kept nowhere."
    ]


def test_a_timer_of_a_case_that_follows_on_another_runs_from_its_beginning() -> None:
    """As it was read, where it still runs; else for as long as the type lasts."""
    past = _switched()
    stopped = replace(past, tasks=tuple(replace(task, timers=()) for task in past.tasks))
    for each in (past, stopped):
        assert _judged(each, other(APPEALS)).findings == ()
    assert any(task.timers for task in past.tasks)
