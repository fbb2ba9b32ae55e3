"""What must hold of people: work is with somebody who is there, and somebody can go on with every case."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from shared.domain.decide import offers
from shared.domain.definitions.lifecycle import ENGINE as BY_ENGINE
from shared.domain.definitions.lifecycle import steps
from shared.domain.doctor.finding import Finding
from shared.domain.doctor.whole import Chart
from shared.domain.model.people import SYSTEM, Caller
from shared.domain.model.scene import Context, Ids, unfinished
from shared.domain.model.task import Task
from shared.domain.settling import due

DOCTOR = Caller(SYSTEM, administrator=True)
"""In whose name the doctor acts where nobody asked it to."""
_NO_IDS = Ids("", iter(()))


def assignee_exists(chart: Chart) -> Iterator[Finding]:
    """Whom an open task is assigned to, Casetree knows."""
    known: Mapping[str, Mapping[str, object]] = {"user": chart.whole.users, "organization": chart.whole.organizations}
    for task in chart.open_tasks:
        party = task.assigned_party
        if party is not None and party.kind in known and party.id not in known[party.kind]:
            yield _unassigned(
                chart, "assignee-exists", task, f"{party.id}, to whom {task.task_id} is assigned, is not there."
            )


def assignee_active(chart: Chart) -> Iterator[Finding]:
    """Whom an open task is assigned to is active."""
    for task in chart.open_tasks:
        party = task.assigned_party
        user = chart.whole.users.get(party.id) if party is not None and party.kind == "user" else None
        if user is not None and not user.active:
            yield _unassigned(
                chart, "assignee-active", task, f"{user.id}, to whom {task.task_id} is assigned, is not active."
            )


def _unassigned(chart: Chart, invariant: str, task: Task, detail: str) -> Finding:
    """What takes the task off somebody who leaves, where the workflow offers it now."""
    known = chart.workflow.actions_of(task.type)
    refusals = {o.action.name: o.refusal for o in offers(_context(chart, task, DOCTOR), unlisted=True)}
    for way in chart.workflow.hand_back:
        fits = way.action in known and (not way.types or task.type in way.types)
        if fits and refusals[way.action] is None:
            repair = f"It is handed back, by the action {way.action}."
            return Finding(invariant, (task.task_id,), detail, repair, "acting", act=(way.action, way.input))
    return Finding(invariant, (task.task_id,), detail, "Assign it to somebody else.", "hand")


def somebody_can_act(chart: Chart) -> Iterator[Finding]:
    """Where work is open, some active person can go on with it, or a timer runs, or something is on its way."""
    work = [task for task in chart.open_tasks if not task.deleted and _is_work(chart, task)]
    if not work or _goes_on(chart) or any(_someone(chart, task) for task in work):
        return
    ids = tuple(task.task_id for task in work)
    detail = f"Nobody but an administrator can go on with {', '.join(ids)}."
    by_hand = "Assign it to somebody who is active, or make such a person a member of whom it is assigned to."
    yield Finding("somebody-can-act", ids, detail, by_hand, "hand")


def _is_work(chart: Chart, task: Task) -> bool:
    """Whether the task is one that people do: not the top of a tree, and none on which the engine alone acts."""
    actions = chart.workflow.actions_of(task.type).values()
    top = chart.workflow.tree is not None and not chart.workflow.types[task.type].parents
    return not (top and task.task_id == chart.whole.case.root_id) and any(set(a.who) != {BY_ENGINE} for a in actions)


def _goes_on(chart: Chart) -> bool:
    """Whether the case goes on by itself: a timer, a message, something due; or engineers are at work."""
    if chart.whole.messages or chart.whole.incoming:
        return True
    return any(
        task.timers or _is_systems(task) or due(chart.scene(task), chart.now) is not None for task in chart.open_tasks
    )


def _is_systems(task: Task) -> bool:
    party = task.assigned_party
    return party is not None and (party.kind, party.id) == ("user", SYSTEM.id)


def _someone(chart: Chart, task: Task) -> bool:
    """Whether an active person is offered a change of the task's status, and nothing is in the way of it."""
    if task.children.open or task.hold_id is not None or unfinished(chart.scene(task), task.prerequisites):
        return False
    key = chart.status(task).key
    moves = {s.action for s in steps(chart.workflow, task.type) if s.source == key and s.target != key}
    return any(
        offer.refusal is None and moves & {offer.action.name, *(way.name for way in offer.action.ways)}
        for user in chart.whole.users.values()
        if user.active
        for offer in offers(_context(chart, task, Caller(user)))
    )


def _context(chart: Chart, task: Task, caller: Caller) -> Context:
    return Context(chart.scene(task), caller, chart.now, _NO_IDS)
