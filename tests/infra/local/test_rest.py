"""When the stream counts as being at rest, by a clock that stands still but for what is waited for."""

import pytest

from infra.local import functions
from infra.local.functions import wait_until_at_rest
from infra.local.records import Stack


class Machine:
    """A clock, and runs that end at given moments; each look at them takes its time."""

    def __init__(self, look: float, *ends: float) -> None:
        self.now = 0.0
        self._look, self._ends = look, ends

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds

    def last_runs(self, *_: object) -> list[str]:
        self.now += self._look
        return [str(sum(end <= self.now for end in self._ends))]


def _rested(monkeypatch: pytest.MonkeyPatch, stack: Stack, machine: Machine, patience: float = 60.0) -> bool:
    monkeypatch.setattr(functions, "time", machine)
    monkeypatch.setattr(functions, "log_groups", lambda _: [])
    monkeypatch.setattr(functions, "_last_runs", machine.last_runs)
    return wait_until_at_rest(stack, patience)


def test_the_stream_rests_once_it_was_quiet_for_a_second(monkeypatch: pytest.MonkeyPatch, stack: Stack) -> None:
    """Counted from the last run."""
    machine = Machine(0.005, 0.5, 1.2)
    assert _rested(monkeypatch, stack, machine)
    assert 2.2 < machine.now < 2.6


def test_on_a_busy_machine_it_is_waited_for_longer(monkeypatch: pytest.MonkeyPatch, stack: Stack) -> None:
    """There a run may take longer than the quiet time, as does whatever is asked."""
    machine = Machine(0.4, 0.5, 3.0)
    assert _rested(monkeypatch, stack, machine)
    assert machine.now > 3.0 + 10 * 0.4


def test_patience_ends(monkeypatch: pytest.MonkeyPatch, stack: Stack) -> None:
    """Where one run follows on another."""
    machine = Machine(0.1, *range(100))
    assert not _rested(monkeypatch, stack, machine, patience=20.0)
    assert machine.now < 21.0
