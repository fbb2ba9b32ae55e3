"""Transition overhead: an action through the API function, beside the same requests by nothing but botocore."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import botocore.session

from tests.bench.deployment import ENGINE, Deployment, deployed
from tests.bench.figure import Figure, Finding, Section
from tests.bench.recorder import Prepared, recorded
from tests.bench.rounds import interleaved
from tests.bench.sizes import Sizes
from tests.engine import board
from tests.storage.table import REGION

WALL, CPU = 1.3, 2.0
WARM_UP = 5


@dataclass(frozen=True, slots=True)
class Example:
    """An action, who takes it, and tasks that are ready for it."""

    workflow: str
    action: str
    user: str
    made: Callable[[Deployment, int], list[str]]


def measure(sizes: Sizes) -> Iterator[Finding]:
    """The overhead of an action of each kind of workflow."""
    for example in EXAMPLES:
        with deployed() as here:
            yield from _overhead(here, example, sizes.rounds)


def _overhead(here: Deployment, example: Example, rounds: int) -> Iterator[Finding]:
    tasks = example.made(here, 2 * (rounds + WARM_UP) + 1)
    events = [here.event(example.user, "POST", f"/tasks/{task}/actions/{example.action}", {}) for task in tasks]
    with recorded(here.store) as recorder:
        here.answer(events[-1])
    ours, others = tasks[0:-1:2], tasks[1:-1:2]
    by_task = dict(zip(tasks, events, strict=True))
    done = _local(tasks[-1])
    prepared = [[asked.again(done, _local(task)) for asked in recorder.asked] for task in others]
    client = botocore.session.get_session().create_client("dynamodb", region_name=REGION, endpoint_url=here.endpoint)
    works = {
        "casetree": lambda number: here.answer(by_task[ours[number]]),
        "botocore": lambda number: _ask(client, prepared[number]),
    }
    times = interleaved(rounds, works, WARM_UP)
    name, ours_, bare = f"{example.workflow}: {example.action}", times["casetree"], times["botocore"]
    yield Figure(f"{name}, wall, of botocore's", ours_.wall / bare.wall, "times", WALL)
    yield Figure(f"{name}, processor, of botocore's", ours_.cpu / bare.cpu, "times", CPU)
    yield Figure(f"{name}, wall", ours_.wall, "ms", here=True)
    yield Figure(f"{name}, processor", ours_.cpu, "ms", here=True)
    yield Figure(f"{name}, requests to DynamoDB", len(recorder.asked))


def _ask(client: Any, prepared: list[Prepared]) -> None:
    for request in prepared:
        request.ask(client)


def _local(task_id: str) -> str:
    return task_id.rpartition(".")[2]


def _looks(here: Deployment, number: int) -> list[str]:
    """Tasks of a look, for a member of the queue to claim."""
    here.case("look-1")
    return [here.task("look-1", "QA") for _ in range(number)]


def _appeal(here: Deployment, number: int) -> list[str]:
    """Tasks of an appeal, for a person to start."""
    board.seat(here)
    here.open_api()
    board.intake(here, "direct_review")
    root = next(task.task_id for task in board.tasks_of(here) if task.parent_id is None)
    given = {"type": "EngineeringTask", "parentId": root}
    return [here.task("a1", given["type"], parentId=root) for _ in range(number)]


EXAMPLES = (
    Example("inspection", "claim", "bob", _looks),
    Example("appeals", "start", "root", _appeal),
)
SECTION = Section(
    name="transition",
    title="Transition overhead",
    engine=ENGINE,
    measure=measure,
    sizes=lambda sizes: f"{sizes.rounds} rounds",
)
