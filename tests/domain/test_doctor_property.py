"""Whatever is broken, and however much at once: a repair never makes another invariant fail, and all come to an end."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import cache
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from shared.domain.doctor.examine import PATIENCE, examine, treat
from shared.domain.doctor.finding import Finding
from shared.domain.doctor.whole import Chart, WholeCase
from shared.domain.model.task import Children, Party, Task, Timer
from tests.domain.wards import DOCTOR, after, whole
from tests.domain.worlds import ANN, World
from tests.workflows.claims import claims

ROUNDS = 12
MINE = {"kind": "user", "id": "ann"}
Break = Callable[[WholeCase, int, int], WholeCase]


@cache
def worlds() -> tuple[tuple[World, WholeCase], ...]:
    """A tree with children, locks and a timed hold; and flat tasks that wait for each other. Both are sound."""
    tree, flat = World(claims()), World()
    claim = tree.create("Claim", assignedParty=MINE)
    below = [tree.create(name, parentId=claim.task_id, assignedParty=MINE) for name in ("Survey", "Review", "Folder")]
    tree.act(below[0], "complete", ANN)
    paused, done = (tree.create("Claim", assignedParty=MINE) for _ in range(2))
    tree.act(paused, "place_timed_hold", ANN, days=15)
    tree.act(done, "cancel", ANN)
    tree.settle()
    first = flat.create(dueTime="2026-11-30T08:00:00Z")
    second = flat.create(prerequisites=[first.task_id])
    flat.create(prerequisites=[first.task_id, second.task_id])
    made = tuple((world, whole(world)) for world in (tree, flat))
    for world, case in made:
        world.pass_time(hours=1)
        assert _found(world, case) == ()
    return made


def _found(world: World, case: WholeCase) -> tuple[Finding, ...]:
    return examine(case, world.workflow, world.now, PATIENCE)


def _task(case: WholeCase, which: int, **values: Any) -> WholeCase:
    ids = sorted(case.tasks)
    task = replace(case.tasks[ids[which % len(ids)]], **values)
    return replace(case, tasks={**case.tasks, task.task_id: task})


def _status(case: WholeCase, which: int, how: int) -> WholeCase:
    known = sorted({(task.state, task.status) for task in case.tasks.values()} | {("none", "none")})
    state, status = known[how % len(known)]
    return _task(case, which, state=state, status=status)


def _edge(case: WholeCase, which: int, how: int) -> WholeCase:
    if not case.edges:
        return case
    edge = case.edges[which % len(case.edges)]
    ways = (
        None,
        replace(edge, counted_version=9),
        replace(edge, same_type=not edge.same_type),
        replace(edge, hold=True),
    )
    new = ways[how % len(ways)]
    return replace(case, edges=tuple(e for e in (new if e == edge else e for e in case.edges) if e is not None))


def _lock(case: WholeCase, which: int, how: int) -> WholeCase:
    ids = sorted(case.tasks)
    holder = ids[which % len(ids)]
    name = (*sorted(case.locks), "Stray")[how % (len(case.locks) + 1)]
    held = case.locks.get(name, ())
    return replace(case, locks={**case.locks, name: tuple(dict.fromkeys((*held, holder)))})


def _history(case: WholeCase, which: int, how: int) -> WholeCase:
    subject = (None, *sorted(case.tasks))[which % (len(case.tasks) + 1)]
    known = case.entries(subject)
    kept = tuple(entry for number, entry in enumerate(known) if number != how % (len(known) or 1))
    return replace(case, history={**case.history, subject: kept})


def _timer(case: WholeCase, which: int, how: int) -> WholeCase:
    ids, at = sorted(case.tasks), next(iter(case.tasks.values())).created_at + timedelta(days=how + 1)
    stray = Timer(ids[which % len(ids)], f"t{how}", "due", "x", at)
    return replace(case, timers=() if how % 2 else (*case.timers, stray))


def _party(case: WholeCase, which: int, how: int) -> WholeCase:
    return _task(case, which, assigned_party=Party("user", ("gone", "eve")[how % 2], "X"))


def _closed(task: Task, how: int) -> Any:
    return None if how % 2 else task.created_at


BREAKS: tuple[Break, ...] = (
    _status,
    _edge,
    _lock,
    _history,
    _timer,
    _party,
    lambda case, which, how: _task(case, which, closed_at=_closed(next(iter(case.tasks.values())), how)),
    lambda case, which, how: _task(case, which, cancelled_by=None),
    lambda case, which, how: _task(case, which, children=Children(open=how)),
    lambda case, which, how: _task(case, which, hold_id=None),
    lambda case, which, how: _task(case, which, timers=()),
    lambda case, which, how: _task(case, which, tab=("completed", "assigned")[how % 2]),
    lambda case, which, how: _task(case, which, version=how + 1),
    lambda case, which, how: _task(case, which, parent_id=None, counts_at=None),
    lambda case, which, how: replace(case, locks={}, dependents=frozenset()),
)
BROKEN = st.lists(
    st.tuples(st.integers(0, len(BREAKS) - 1), st.integers(0, 9), st.integers(0, 5)), min_size=1, max_size=4
)


def _broken(case: WholeCase, steps: list[tuple[int, int, int]]) -> WholeCase:
    for what, which, how in steps:
        case = BREAKS[what](case, which, how)
    return case


def _mended(world: World, case: WholeCase, *findings: Finding) -> WholeCase:
    chart = Chart(case, world.workflow, world.now, PATIENCE)
    return after(case, treat(chart, findings, DOCTOR, world.context(DOCTOR).ids))


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 1), BROKEN)
def test_a_repair_never_makes_another_invariant_fail(which: int, steps: list[tuple[int, int, int]]) -> None:
    """Each by itself, in a case in which others do not hold either."""
    world, sound = worlds()[which]
    case = _broken(sound, steps)
    findings = _found(world, case)
    failing = {finding.invariant for finding in findings}
    if any(f.invariant == "status-allowed" or f.about == "circle" for f in findings):
        return
    for finding in findings:
        if finding.mend is not None:
            left = {f.invariant for f in _found(world, _mended(world, case, finding))}
            assert left <= failing, (finding, left - failing)


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 1), BROKEN)
def test_repairs_come_to_an_end(which: int, steps: list[tuple[int, int, int]]) -> None:
    """All at once, round by round, until nothing is left that can be mended."""
    world, sound = worlds()[which]
    case = _broken(sound, steps)
    for _ in range(ROUNDS):
        ahead = [finding for finding in _found(world, case) if finding.mend is not None]
        if not ahead:
            return
        case = _mended(world, case, *ahead)
    raise AssertionError(_found(world, case))
