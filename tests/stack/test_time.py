"""Due times on the whole stack, with its clock moved ahead."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from infra.local import clock, events
from infra.local.calls import Api
from infra.local.records import Stack
from tests.stack.conftest import AsPerson, Command
from tests.stack.looks import act, eventually, history, new_task, read

pytestmark = pytest.mark.stack

DAY = 24 * 3600
# The local server looks at rules every ten seconds, and this one is due every sixty.
UNTIL_THE_RULE_FIRES = 180.0


def _due_in(stack: Stack, **ahead: float) -> str:
    return f"{clock.now(stack) + timedelta(**ahead):%Y-%m-%dT%H:%M:%SZ}"


def _actions(api: Api, task: dict[str, Any]) -> list[str]:
    return [entry["action"] for entry in history(api, task)]


class Listener:
    """What was announced of a task, of all that a queue gets: tasks of other tests get late, too."""

    def __init__(self, stack: Stack, queue: str, task: dict[str, Any]) -> None:
        self._stack, self._queue, self._task_id = stack, queue, task["taskId"]
        self._heard: list[str] = []

    def heard(self) -> list[str]:
        """The types of its events so far, those included that have come since the last time."""
        while more := events.receive(self._stack, self._queue):
            self._heard += [event["detail-type"] for event in more if event["detail"].get("taskId") == self._task_id]
        return self._heard


def test_a_due_time_that_passes_fires_once(as_person: AsPerson, stack: Stack, casetree: Command) -> None:
    """Overdue is set, written down and announced; however often the clock is moved after that, not again."""
    cho = as_person("cho")
    with events.subscription(stack) as queue:
        task = new_task(cho, dueTime=_due_in(stack, days=80))
        listener = Listener(stack, queue, task)
        advanced = casetree("advance", "90d")
        assert advanced.returncode == 0, advanced.stderr
        assert task["taskId"] in advanced.stdout
        eventually(listener.heard, lambda heard: "TaskOverdue" in heard)
        assert read(cho, task)["overdue"]
        clock.advance(stack, DAY)
        assert listener.heard() == ["TaskCreated", "TaskOverdue"]
    assert _actions(cho, task) == ["create", "overdue"]


def test_a_due_time_that_was_moved_does_nothing(as_person: AsPerson, stack: Stack) -> None:
    """The new one fires in its own time; one that was taken away never does."""
    cho = as_person("cho")
    moved, cleared = (new_task(cho, dueTime=_due_in(stack, days=2)) for _ in range(2))
    act(cho, moved, "reschedule", dueTime=_due_in(stack, days=4))
    act(cho, cleared, "reschedule", dueTime=None)
    clock.advance(stack, 3 * DAY)
    assert not read(cho, moved)["overdue"]
    clock.advance(stack, 2 * DAY)
    assert read(cho, moved)["overdue"]
    assert _actions(cho, moved) == ["create", "reschedule", "overdue"]
    assert _actions(cho, cleared) == ["create", "reschedule"]


def test_a_closed_task_is_never_late(as_person: AsPerson, stack: Stack) -> None:
    """Closing ends its timer."""
    cho = as_person("cho")
    task = new_task(cho, dueTime=_due_in(stack, days=2))
    assert act(cho, task, "skip", reason="Not needed.").body["timers"] == []
    clock.advance(stack, 3 * DAY)
    assert _actions(cho, task) == ["create", "skip"]


def test_all_functions_live_by_the_same_clock(as_person: AsPerson, stack: Stack) -> None:
    """What is created after the clock was moved is created then."""
    cho = as_person("cho")
    before = datetime.fromisoformat(new_task(cho)["createdAt"])
    clock.move(stack, 30 * DAY)
    after = datetime.fromisoformat(new_task(cho)["createdAt"])
    assert after - before >= timedelta(days=30)


def test_the_minute_rule_fires_what_is_due(as_person: AsPerson, stack: Stack) -> None:
    """Nobody calls the function: the clock is moved, and the deployed rule finds the timer."""
    cho = as_person("cho")
    task = new_task(cho, dueTime=_due_in(stack, days=1))
    clock.move(stack, 2 * DAY)
    eventually(lambda: read(cho, task)["overdue"], bool, UNTIL_THE_RULE_FIRES)
    assert _actions(cho, task) == ["create", "overdue"]
