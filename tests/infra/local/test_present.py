from typing import Any

import pytest
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
    "open": True,
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
            "createdBy": {"id": "bob", "firstName": "Bob", "lastName": "Ray"},
            "action": "fail",
            "state": "Created",
            "status": "Failed",
            "note": "[blurred] photos",
        },
        {"createdAt": "2026-11-21T04:40:00Z", "caseId": "look-1", "action": "create", "state": "open"},
    ]
    lines = _printed(present.timeline_table(entries, {"look-1.t1": "QA"})).splitlines()
    assert [line.split() for line in lines[1:]] == [
        ["2026-11-21"],
        ["04:40:00", "look-1", "create", "open", "Casetree"],
        ["2026-11-22"],
        ["04:46:22", "QA", "fail", "Created", "/", "Failed", "Bob", "Ray", "[blurred]", "photos"],
    ]


def test_of_what_happened_at_once_the_case_comes_first() -> None:
    """A case and its tasks are created in one transaction."""
    entries: list[dict[str, Any]] = [
        {"createdAt": "2026-11-22T04:40:00Z", "taskId": "look-1.t1", "action": "create", "state": "Created"},
        {"createdAt": "2026-11-22T04:40:00Z", "taskId": None, "caseId": "look-1", "action": "create", "state": "open"},
    ]
    shown = _printed(present.timeline_table(entries, {"look-1.t1": "QA"}))
    assert shown.index("look-1 ") < shown.index("QA")


def test_somebody_is_named_as_far_as_the_answer_names_them() -> None:
    """People of another side are known by their organization only; nobody is Casetree itself."""
    assert present.person({"displayName": "Partner Inc."}) == "Partner Inc."
    assert present.person(None) == "Casetree"


def test_a_task_that_is_late_says_so_while_it_is_open() -> None:
    """Afterwards nobody has to hurry."""
    assert "17:00 overdue" in _printed(present.task_table([TASK]))
    assert "overdue" not in _printed(present.task_table([{**TASK, "open": False}]))


def test_a_queue_is_shown_with_its_counts() -> None:
    """Tabs in words, and each task with its case."""
    assert "unassigned 2   on hold 1" in _printed(present.counts_line({"unassigned": 2, "on_hold": 1}))
    assert "look-1" in _printed(present.queue_table([{**TASK, "caseId": "look-1", "createdAt": None}]))


def test_refused_actions_are_shown_with_the_reason() -> None:
    """And with who could take them."""
    action = {"name": "pass", "label": "Pass", "reason": "You may not.", "who": ["Ann Lee", "admins of Dispatch"]}
    shown = _printed(present.refused_table([action]))
    assert "You may not." in shown
    assert "Ann Lee, admins of Dispatch" in shown


def test_what_people_wrote_is_never_taken_for_markup() -> None:
    """Square brackets are text."""
    assert "[red]x[/red]" in _printed(present.deed("Ann", "writes [red]x[/red]", present.status("Created", "Ready")))
    assert "[bold]" in _printed(present.task_table([{**TASK, "label": "[bold]"}]))
    assert "[bold]" in _printed(present.refusal({"code": "not_allowed", "detail": "[bold]", "rule": "r", "who": ["w"]}))


def test_a_refusal_says_the_rule_and_who_could() -> None:
    """Where the answer names them."""
    told = present.refusal({"title": "You may not do this.", "rule": "who", "who": ["Ann Lee", "admins of Dispatch"]})
    assert told.plain == "You may not do this. Rule: who. Who could: Ann Lee, admins of Dispatch."
    assert present.refusal({"title": "It is closed."}).plain == "It is closed."


def test_a_deed_names_the_call_where_there_is_room() -> None:
    """At the end of the line, in its own column."""
    told = _printed(present.deed("Ann Lee", "claims QA", present.status("Created", "In Progress"), "POST ..."))
    assert told.startswith("Ann Lee     claims QA  ")
    assert told.index("POST") == 78


def test_a_deed_that_is_long_takes_more_lines() -> None:
    """At 80 columns and an indent of two; what came of it stands in its place."""
    told = _printed(present.deed("Hana Reyes", f"sets {'x' * 30}: {'y' * 28}", present.status("a", "b")), 78)
    first, second = told.splitlines()
    assert first.split() == ["Hana", "Reyes", "sets", "x" * 30 + ":", "->", "a", "/", "b"]
    assert second.split() == ["y" * 28]


@pytest.mark.parametrize(
    ("label", "told"),
    [
        ("Claim", "claims QA"),
        ("Retry", "retries QA"),
        ("Pass", "passes QA"),
        ("Switch the docket", "switches the docket: QA"),
        ("Claim and start", "claims and starts QA"),
        ("Delay", "delays QA"),
    ],
)
def test_labels_of_actions_become_what_somebody_does(label: str, told: str) -> None:
    """So that the words of a story are those that the API shows people."""
    assert present.does(label, "QA") == told


def test_what_was_given_is_told_as_people_say_it() -> None:
    """Whom it is for first, by name, then what there is else, and last the words, in quotes."""
    values = {"note": "Sound.", "userId": "jo", "days": 15, "date": "2026-12-01T09:00:00Z"}
    told = [line.plain for line in present.given(values, {"jo": "Jo Abshire"})]
    assert told == ["to Jo Abshire", "days: 15", "on 2026-12-01 09:00", '"Sound."']
    assert present.given({}, {}) == []


def test_whom_a_task_is_handed_to_is_told_by_name() -> None:
    """Organizations as well, and people by their address; the option is what was done, and said already."""
    names = {"harbor": "Harbor Surveyors"}
    told = present.given({"option": "to", "organizationId": "harbor"}, names)
    assert [line.plain for line in told] == ["to Harbor Surveyors"]
    told = present.given({"option": "to", "name": "Brook Labs", "email": "ida@example.org"}, names)
    assert [line.plain for line in told] == ["to Brook Labs at ida@example.org"]


def test_links_are_told_by_their_names() -> None:
    """Where they lead is in the task."""
    links = [{"type": "photo", "link": "https://example.org/1", "name": "Photos"}]
    assert [line.plain for line in present.given({"links": links}, {})] == ["with Photos"]


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
    assert "Review" in _printed(present.timer_table([timer], labels={"look-1.t1": "Review"}))
