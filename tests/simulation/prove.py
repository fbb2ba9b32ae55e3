"""Plays very many schedules on all cores, and says what they came to: `make prove`.

First every schedule of the small trees, and every state that faults lead to in them; then schedules of the three
workflows at random. Each schedule of the latter has a seed, such as `appeals:4711`, which plays it again.
"""

from __future__ import annotations

import gc
import os
import signal
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, ProcessPoolExecutor, as_completed, wait
from dataclasses import dataclass, field
from itertools import islice
from multiprocessing import get_context
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from tests.simulation.graph import Graph
from tests.simulation.judge import Judge, hash_of
from tests.simulation.large import SETTINGS, SHARED, schedule_of
from tests.simulation.schedule import Schedule, described
from tests.simulation.small import SCENES, explore, faults_of, script_of
from tests.simulation.world import quiet

CHUNK = SHARED
"""Schedules that a process plays before it says what they came to: those from one moment."""
SHOWN = 5
"""Failures that are shown whole; of the others, the seeds."""
REPEAT = "make prove SEED={}"
INTERRUPTED = 130
"""How a command ends that Ctrl+C has ended, as shells have it."""

Job = tuple[str, int, int]


@dataclass
class Report:
    """What schedules came to."""

    schedules: int = 0
    states: set[int] = field(default_factory=set)
    faults: Counter[str] = field(default_factory=Counter)
    results: Counter[str] = field(default_factory=Counter)
    failures: list[tuple[str, str]] = field(default_factory=list)
    on_the_way: int = 0

    def add(self, other: Report) -> None:
        """Both together."""
        self.schedules += other.schedules
        self.states |= other.states
        self.faults.update(other.faults)
        self.results.update(other.results)
        self.failures += other.failures
        self.on_the_way += other.on_the_way


def play(job: Job) -> Report:
    """The random schedules of a workflow from one seed up to another."""
    workflow, first, last = job
    report = Report()
    with quiet():
        for seed in range(first, last):
            _play(workflow, seed, report)
    return report


def _play(workflow: str, seed: int, report: Report) -> None:
    schedule, judge = schedule_of(workflow, seed)
    schedule.play()
    steps = described(schedule)
    wrong = judged(schedule, judge)
    _note(report, schedule)
    if wrong:
        report.failures.append((f"{workflow}:{seed}", "\n".join([*wrong, steps])))
    report.states.add(hash_of(schedule.outcome))


def judged(schedule: Schedule, judge: Judge) -> list[str]:
    """What is wrong with the schedule; where that cannot even be seen, why."""
    try:
        return list(judge.judge(schedule))
    except Exception as error:  # noqa: BLE001 (whatever it is, the schedule has failed)
        return [f"it cannot be finished: {error!r}"]


def _note(report: Report, schedule: Schedule) -> None:
    report.schedules += 1
    report.results.update(done.result for done in schedule.done)
    happened = Counter({kind: 1 for kind, number in schedule.faults.happened.items() if number})
    report.faults.update(happened or {"none": 1})


def play_all(scene: str) -> Report:
    """Every schedule of a small tree."""
    with quiet():
        found = explore(scene)
    return Report(found.schedules, found.states, failures=[(scene, text) for text in found.failures])


def see_all(scene: str) -> Report:
    """Every state that a small tree comes to, with a duplicate, a death and a lagging index anywhere."""
    report = Report()
    with quiet():
        graph = Graph(script_of(scene))
        for found in map(graph.explore, faults_of(scene)):
            failures = [(scene, found.failure)] if found.failure else []
            report.add(Report(states=found.outcomes, on_the_way=found.states, failures=failures))
    return report


def jobs(schedules: int, first: int = 0) -> Iterator[Job]:
    """So many random schedules, dealt out to the three workflows in turn."""
    names = list(SETTINGS)
    for number in range(0, schedules, CHUNK):
        workflow, round_ = names[number // CHUNK % len(names)], number // CHUNK // len(names)
        begin = first + round_ * CHUNK
        yield workflow, begin, begin + min(CHUNK, schedules - number)


def main(
    schedules: Annotated[int, typer.Option(help="How many schedules to play at random.")] = 1_000_000,
    seed: Annotated[str, typer.Option(help="Play one schedule again, such as appeals:4711, or a scene.")] = "",
    first: Annotated[int, typer.Option(help="The first seed.")] = 0,
    processes: Annotated[int, typer.Option(help="How many processes play; 0: one for each core.")] = 0,
    report_to: Annotated[Path | None, typer.Option(help="Write the report to this file, too.")] = None,
    *,
    small: Annotated[bool, typer.Option(help="Play every schedule of the small trees first.")] = True,
) -> None:
    """Plays schedules, and ends with an error if any of them came out wrong, or was not played."""
    console = Console(highlight=False)
    if seed:
        raise typer.Exit(_again(console, seed))
    os.nice(10)
    exhaustive, random = Report(), Report()
    processes = processes or os.cpu_count() or 1
    interrupted = False
    with _workers(processes) as pool, _progress(console) as progress:
        try:
            if small:
                _explore(pool, progress, exhaustive)
            _wander(pool, progress, list(jobs(schedules, first)), random, 4 * processes)
        except KeyboardInterrupt:
            # Half a proof is told as such: the report says how many were played, and the command has not succeeded.
            interrupted = True
            pool.shutdown(wait=False, cancel_futures=True)
    _tell(console, exhaustive, random)
    if report_to is not None:
        with report_to.open("w") as file:
            _tell(Console(file=file, width=100), exhaustive, random)
    if interrupted:
        console.print(f"Interrupted: {random.schedules:,} of {schedules:,} schedules at random were played.")
    failed = bool(exhaustive.failures or random.failures)
    raise typer.Exit(INTERRUPTED if interrupted and not failed else failed)


def _workers(number: int) -> ProcessPoolExecutor:
    """So many processes; whoever interrupts the whole interrupts none of them in the middle."""
    return ProcessPoolExecutor(number, get_context("spawn"), _begin)


def _begin() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # What is known of a script lives until the next one: looking for garbage in it time and again finds none.
    gc.set_threshold(50_000)


def _explore(pool: ProcessPoolExecutor, progress: Progress, total: Report) -> None:
    """Each scene, without a fault and with one of each."""
    running = [pool.submit(work, scene) for work in (see_all, play_all) for scene in SCENES]
    bar = progress.add_task("small trees", total=len(running), found="")
    for done in as_completed(running):
        total.add(done.result())
        progress.update(bar, advance=1, found=_found(total))


def _wander(pool: ProcessPoolExecutor, progress: Progress, ahead: Sequence[Job], total: Report, at_once: int) -> None:
    bar = progress.add_task("at random", total=sum(last - first for _, first, last in ahead), found="")
    waiting = iter(ahead)
    running = {pool.submit(play, job) for job in islice(waiting, at_once)}
    while running:
        finished, running = wait(running, return_when=FIRST_COMPLETED)
        running |= {pool.submit(play, job) for job in islice(waiting, len(finished))}
        for done in finished:
            report = done.result()
            total.add(report)
            progress.update(bar, advance=report.schedules, found=_found(total))


def _found(report: Report) -> str:
    return f"{len(report.failures)} failed" if report.failures else "none failed"


def _progress(console: Console) -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[found]}"))
    return Progress(*columns, TimeRemainingColumn(), console=console)


def _again(console: Console, seed: str) -> bool:
    """Whether the schedule of the seed, or one of the scene, fails; it is told step by step."""
    workflow, colon, number = seed.partition(":")
    if not colon:
        report = play_all(seed)
        report.add(see_all(seed))
    else:
        report = play((workflow, int(number), int(number) + 1))
        with quiet():
            schedule, _ = schedule_of(workflow, int(number))
            schedule.play()
        console.print(described(schedule), markup=False)
    console.print(told(report.failures), markup=False)
    console.print("It fails." if report.failures else "It comes out well.")
    return bool(report.failures)


def _tell(console: Console, exhaustive: Report, random: Report) -> None:
    table = Table("", "small trees, all", "workflows, at random")
    table.add_row("schedules", f"{exhaustive.schedules:,}", f"{random.schedules:,}")
    table.add_row("states on the way, with faults", f"{exhaustive.on_the_way:,}", "")
    table.add_row("distinct states at the end", f"{len(exhaustive.states):,}", f"{len(random.states):,}")
    for kind in sorted(random.faults):
        table.add_row(f"with {kind}" if kind != "none" else "without a fault", "", f"{random.faults[kind]:,}")
    for result in sorted(random.results):
        table.add_row(f"calls: {result}", "", f"{random.results[result]:,}")
    table.add_row("failed", f"{len(exhaustive.failures):,}", f"{len(random.failures):,}")
    console.print(table)
    console.print(told([*exhaustive.failures, *random.failures]), markup=False)


def told(failures: Sequence[tuple[str, str]]) -> str:
    """How to play the failures again; of the first ones, what went wrong and every step as well."""
    lines = []
    for number, (seed, text) in enumerate(failures):
        lines += ["", f"{seed} failed. Play it again: {REPEAT.format(seed)}", *([text] if number < SHOWN else [])]
    return "\n".join(lines)


if __name__ == "__main__":
    typer.run(main)
