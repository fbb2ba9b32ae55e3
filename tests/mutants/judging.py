"""Who catches a mutant: the checker, or else a test of the rules; each mutant in a process of its own."""

from __future__ import annotations

import json
import os
import signal
import sys
import tempfile
import traceback
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, fields
from functools import partial
from pathlib import Path
from typing import Any, NoReturn

import pytest
import yaml

from shared.compile import UnreadableError, check, workflow_of
from shared.domain.definitions.workflow import Workflow
from shared.workflows import load
from tests.mutants.taken import Mutant

ENDING = (signal.SIGINT, signal.SIGTERM)
PATIENCE = 300
"""Seconds after which a child is ended; then nobody is said to have caught its mutant."""
OF_THE_CHECKER = ("test_verify", "test_lives", "test_diagram", "test_letters", "test_counterexample", "test_replay")
"""Tests that play or draw a workflow as the checker does: what it refuses is counted by itself."""
SLOW = ("test_two_assignments_end_with_both_ends_agreeing",)
"""Tests that take too long to be asked of every mutant."""


@dataclass(frozen=True)
class Verdict:
    """By whom a mutant was caught: `checker`, `tests` or nobody, and by which rule or test."""

    by: str
    what: str = ""


@dataclass
class Judge:
    """A pytest plugin that runs the collected tests against mutants instead of once.

    A child process judges a mutant: in it the workflow that the tests look at, wherever they hold it, becomes
    the mutant. So whatever is costly to import or collect is so once, and nothing of a mutant remains. The checker
    is asked first; unless mutants are `played`, for its simple rules only. `lasted` is what an earlier run `learned`:
    the tests that look at the workflow, with the seconds that they take.
    """

    name: str
    mutants: Sequence[Mutant]
    heard: Callable[[Mutant, Verdict], None]
    learned: Callable[[dict[str, float]], None]
    played: bool = True
    lasted: dict[str, float] = field(default_factory=dict)
    failed: list[str] = field(default_factory=list)
    caught: Counter[str] = field(default_factory=Counter)

    @pytest.hookimpl(trylast=True)
    def pytest_configure(self, config: pytest.Config) -> None:
        """Only what is judged is told, not how each test went."""
        config.pluginmanager.unregister(name="terminalreporter")

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Nothing is asked that belongs to the checker, or takes long."""
        items[:] = [item for item in items if not item.path.name.startswith(OF_THE_CHECKER) and item.name not in SLOW]

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """How long a test took, and whether it failed."""
        self.lasted[report.nodeid] = self.lasted.get(report.nodeid, 0) + report.duration
        if report.failed and report.nodeid not in self.failed:
            self.failed.append(report.nodeid)

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Every mutant is judged, by those tests that look at the workflow at all."""
        items = self._concerned(session.items)
        for mutant in self.mutants:
            # First who caught others, then who is quick.
            items.sort(key=lambda item: (-self.caught[item.nodeid], self.lasted[item.nodeid]))
            judged = in_child(partial(self._judged, mutant, items))
            verdict = Verdict(**judged) if judged else Verdict("nobody", "in time")
            self.caught[verdict.what] += verdict.by == "tests"
            self.heard(mutant, verdict)
        return True

    def _concerned(self, items: list[pytest.Item]) -> list[pytest.Item]:
        """The tests that fail without the workflow, and pass with it; tried out, unless an earlier run has done so."""
        if not self.lasted:
            without = set(in_child(lambda: self._run(items, None)[0]))
            failed, self.lasted = in_child(lambda: self._run([item for item in items if item.nodeid in without]))
            if failed:
                raise pytest.UsageError(f"These fail without any mutant: {failed}")
            self.learned(self.lasted)
        seconds = sum(self.lasted.values())
        say(f"{self.name}: {len(self.lasted)} tests look at it, {seconds:.0f} s in all; not asked: {SLOW}")
        return [item for item in items if item.nodeid in self.lasted]

    def _judged(self, mutant: Mutant, items: list[pytest.Item]) -> dict[str, str]:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "mutant.yaml"
            path.write_text(yaml.safe_dump(mutant.file, sort_keys=False), encoding="utf-8")
            try:
                workflow = workflow_of(path)
            except UnreadableError as error:
                return {"by": "checker", "what": error.problems[0].rule}
            if self.played and (problems := check([path])):
                return {"by": "checker", "what": problems[0].rule}
        failed, _ = self._run(items, workflow, stop=True)
        return {"by": "tests", "what": failed[0]} if failed else {"by": "nobody"}

    def _run(
        self, items: Sequence[pytest.Item], *becomes: Workflow | None, stop: bool = False
    ) -> tuple[list[str], dict[str, float]]:
        """What failed, and how long each test took; at most one failure where it is to stop there."""
        for other in becomes:
            _become(load().latest(self.name), other)
        self.failed, self.lasted = [], {}
        for item, following in zip(items, [*items[1:], None], strict=True):
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
            if stop and self.failed:
                break
        return self.failed, self.lasted


def _become(workflow: Workflow, other: Workflow | None) -> None:
    """The very object that tests hold says what the other one says; nothing any more without another one."""
    for part in fields(workflow):
        if other is None:
            object.__delattr__(workflow, part.name)
        else:
            object.__setattr__(workflow, part.name, getattr(other, part.name))


def in_child(judge: Callable[[], Any]) -> Any:
    """What comes of the function in a silent child, of which nothing else remains; None if it takes too long."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        # So that it does not wait for a reader that has gone.
        os.close(reading)
        _answer(judge, writing)
    os.close(writing)
    try:
        with os.fdopen(reading) as pipe:
            said = pipe.read()
    except KeyboardInterrupt:
        os.kill(child, signal.SIGKILL)
        raise
    finally:
        os.waitpid(child, 0)
    answer, error = json.loads(said) if said else (None, None)
    if error is not None:
        raise RuntimeError(error)
    return answer


def _answer(judge: Callable[[], Any], writing: int) -> NoReturn:
    """Ends the child, whatever happens in it."""
    signal.alarm(PATIENCE)
    for number in ENDING:
        signal.signal(number, signal.SIG_DFL)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    try:
        with os.fdopen(writing, "w") as pipe:
            said: tuple[Any, str | None]
            try:
                said = judge(), None
            except Exception:  # noqa: BLE001 - whatever it is, the parent raises it
                said = None, traceback.format_exc()
            json.dump(said, pipe)
    finally:
        os._exit(0)


def say(said: str) -> None:
    """The sentence is on the screen now."""
    sys.stdout.write(f"{said}\n")
    sys.stdout.flush()
