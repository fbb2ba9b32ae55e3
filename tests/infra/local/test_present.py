from typing import Any

from rich.console import Console, RenderableType

from infra.local import present
from infra.local.clock import Timer

TASK: dict[str, Any] = {
    "taskId": "look-1.t1",
    "label": "QA",
    "state": "Created",
    "status": "Pending",
    "groupQueue": "Quality Assurance",
    "assignedParty": {"kind": "user", "id": "ann", "displayName": "Ann Lee"},
    "prerequisites": ["look-1.t2", "look-1.t9"],
    "dueTime": "2026-12-01T17:00:00Z",
    "overdue": True,
}


def _printed(thing: RenderableType, width: int = 200) -> str:
    console = Console(width=width, color_system=None)
    with console.capture() as capture:
        console.print(thing, soft_wrap=width < 100)
    return capture.get()


def test_a_task_is_shown_with_what_it_waits_for_by_name() -> None:
    """A task of the same table by its label, another by its id."""
    other = {
        **TASK,
        "taskId": "look-1.t2",
        "label": "Order Verify",
        "status": "Ready",
        "prerequisites": [],
        "dueTime": None,
    }
    shown = _printed(present.task_table([TASK, other]))
    assert "Created / Pending" in shown
    assert "Order Verify, look-1.t9" in shown
    assert "Ann Lee" in shown
    assert "2026-12-01 17:00" in shown


def test_only_a_pending_task_waits() -> None:
    """Prerequisites that are fulfilled are of no interest any more."""
    assert "look-1.t9" not in _printed(present.task_table([{**TASK, "status": "Ready"}]))


def test_a_task_without_anybody_is_shown_all_the_same() -> None:
    """Nobody assigned, no queue, no due time."""
    bare = {**TASK, "assignedParty": None, "groupQueue": None, "dueTime": None, "prerequisites": []}
    assert "QA" in _printed(present.task_table([bare]))


def test_a_timeline_says_who_did_what_and_why() -> None:
    """Entries of the case itself have neither a task nor a status."""
    entries: list[dict[str, Any]] = [
        {
            "taskId": "look-1.t1",
            "createdAt": "2026-11-22T04:46:22Z",
            "createdBy": {"id": "bob", "displayName": "Bob Ray"},
            "action": "fail",
            "state": "Created",
            "status": "Failed",
            "reason": "[blurred] photos",
        },
        {"createdAt": "2026-11-22T04:40:00Z", "action": "create"},
    ]
    shown = _printed(present.timeline_table(entries, {"look-1.t1": "QA"}))
    assert "QA" in shown
    assert "Created / Failed" in shown
    assert "Bob Ray" in shown
    assert "[blurred] photos" in shown


def test_what_people_wrote_is_never_taken_for_markup() -> None:
    """Square brackets are text."""
    assert "[red]x[/red]" in _printed(present.deed("Ann", "writes [red]x[/red]", present.status("Created", "Ready")))
    assert "[bold]" in _printed(present.task_table([{**TASK, "label": "[bold]"}]))
    assert "[bold]" in _printed(present.refusal({"code": "not_allowed", "detail": "[bold]", "rule": "r", "who": "w"}))


def test_a_refusal_says_the_rule_and_who_could() -> None:
    """Where the answer names them."""
    assert "rule: assignee; who could: Ann Lee" in _printed(
        present.refusal({"code": "not_allowed", "title": "Not allowed", "rule": "assignee", "who": "Ann Lee"})
    )


def test_facts_are_not_wrapped_so_that_commands_can_be_copied() -> None:
    """However narrow the terminal is."""
    command = "curl " + "x" * 200
    assert command in _printed(present.facts({"A call": command, "Name": "value"}), width=40)


def test_fired_timers_are_shown_by_case_and_task() -> None:
    """And by when they were due."""
    timer = Timer("look-1", "TIMER#t1#due", "2026-12-01T17:00:00.000Z#look-1.t1#due")
    shown = _printed(present.timer_table([timer]))
    assert "2026-12-01 17:00" in shown
    assert "look-1.t1" in shown
