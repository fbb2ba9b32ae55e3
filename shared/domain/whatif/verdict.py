"""What another version would have made of a case: each step that it would have refused, and where it would be stuck."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from shared.domain.decide import offered
from shared.domain.definitions.lifecycle import ENGINE
from shared.domain.definitions.workflow import Workflow
from shared.domain.migrating.fitting import Change, misfits
from shared.domain.model.people import Caller
from shared.domain.model.scene import Context, Ids, Scene
from shared.domain.model.task import Task
from shared.domain.whatif.judging import Judge
from shared.domain.whatif.past import Past, moments


@dataclass(frozen=True, slots=True)
class Finding:
    """What is said of a case: at which step (0 for how it is now), of which task, by which rule."""

    kind: str
    step: int
    action: str
    task_id: str | None
    rule: str
    detail: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """A case judged by another version: how many steps people took, and all that is said of them."""

    case_id: str
    steps: int
    findings: tuple[Finding, ...]

    @property
    def fits(self) -> bool:
        """Whether nothing would have been refused, and nobody would be stuck; what was not judged says nothing."""
        return not any(finding.kind in ("refused", "unfit", "stuck") for finding in self.findings)


def what_if(old: Workflow, new: Workflow, past: Past, now: datetime) -> Verdict:
    """What the new version would have made of the case, which has gone by the old one.

    Each step is judged from where history says that the case was, also behind one that would have been refused.
    """
    judge, findings, steps = Judge(old, new, past.case), list[Finding](), 0
    for moment in moments(old, past):
        entry = moment.entry
        steps += entry.created_by is not None
        judged = judge.step(moment)
        if judged is not None:
            at = (moment.number, entry.action, entry.task_id)
            findings.append(Finding(judged.kind, *at, judged.rule, judged.detail))
    findings += _as_it_is(old, new, past, now)
    return Verdict(past.case.case_id, steps, tuple(findings))


def _as_it_is(old: Workflow, new: Workflow, past: Past, now: datetime) -> Iterator[Finding]:
    """What keeps an open case, as it is now, from the new version; or that nobody could act there."""
    if not past.case.open:
        return
    change, tasks = Change(old, new), {task.task_id: task for task in past.tasks}
    context = Context(Scene(new, past.case, related=tasks), Caller(), now, Ids("new", iter(())))
    errors = misfits(change, context, past.tasks)
    for error in errors:
        about, _, rest = error.pointer.removeprefix("/").partition("/")
        task_id, _, rule = rest.rpartition("/") if about == "tasks" else ("", "", rest)
        yield Finding("unfit", 0, "", task_id or None, rule, error.detail)
    waiting = [task for task in past.tasks if _is_open(new, task)]
    if not errors and waiting and not any(_gets_on(new, task, context) for task in waiting):
        names = ", ".join(task.task_id for task in waiting)
        yield Finding("stuck", 0, "", waiting[0].task_id, "somebody-can-act", f"Nobody could act on any of: {names}.")


def _is_open(workflow: Workflow, task: Task) -> bool:
    status = workflow.status_of(task.state, task.status)
    return status is not None and status.open


def _gets_on(workflow: Workflow, task: Task, context: Context) -> bool:
    """Whether a timer runs, or a person who is no administrator is offered something on the task."""
    scene = Scene(workflow, context.scene.case, task, context.scene.related)
    ways = [way for action in workflow.actions_of(task.type).values() for way in action.ways]
    people = (way for way in ways if set(way.who) - {ENGINE, "administrator"})
    here = Context(scene, context.caller, context.now, context.ids)
    return bool(task.timers) or any(offered(here, way) is None for way in people)
