"""Of the actions that a person may take, the one that most likely comes next, as far as the workflow tells."""

from __future__ import annotations

from collections.abc import Iterable

from shared.domain.decide import Offer
from shared.domain.definitions.workflow import BY_COUNTERPART, Action, Status, Workflow
from shared.domain.model.scene import status_of
from shared.domain.model.task import Task

BEGUN = "startedAt"
"""The stamp of statuses in which work is under way."""
WAITING = "on_hold"


def suggested(workflow: Workflow, task: Task, offers: Iterable[Offer]) -> tuple[Action, Action] | None:
    """The action, and itself or that option of it: what begins the work, else what completes it, else what goes on.

    None where several do or none does, and while the task waits for something or is closed.
    """
    now = status_of(workflow, task)
    if not now.open or task.tab == WAITING:
        return None
    offered = [
        offer.action for offer in offers if offer.refusal is None and offer.action.name != workflow.creation.action
    ]
    ways = {(action.name, way.name): (action, way) for action in offered for way in action.ways}
    steps = {key: _step(workflow, now, way) for key, (_, way) in ways.items()}
    first = min((step for step in steps.values() if step is not None), default=None)
    found = [ways[key] for key, step in steps.items() if step is not None and step == first]
    return found[0] if len(found) == 1 else None


def _step(workflow: Workflow, now: Status, way: Action) -> int | None:
    """How near what the way leads to is: less is nearer; None where that depends on the task, or leads nowhere on."""
    if len(way.target) != 1:
        return None
    to = workflow.statuses.get(way.target[0].to)
    if to is None:
        # To where the other end is already.
        return 2 if way.target[0].to == BY_COUNTERPART else None
    if to.stamp == BEGUN != now.stamp:
        return 0
    if to.completed:
        return 1
    return 2 if to.active and to != now else None
