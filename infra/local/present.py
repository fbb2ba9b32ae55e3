"""What people see: tables and lines for tasks, histories and events, the same wherever they are printed."""

from collections.abc import Iterable, Mapping
from typing import Any

from rich.table import Table
from rich.text import Text

from infra.local.clock import Timer

STATUS_STYLES = {
    "Pending": "yellow",
    "Ready": "cyan",
    "In Progress": "blue",
    "Failed": "red",
    "Passed": "green",
    "Skipped": "dim",
}


def status(state: str, name: str) -> Text:
    """Return a state and status in the color that they have everywhere."""
    return Text.assemble((f"{state} / ", "dim"), (name, STATUS_STYLES.get(name, "")))


def party(value: Mapping[str, Any] | None) -> str:
    """Return who is responsible, by the name that people know."""
    return str(value.get("displayName") or value["id"]) if value else ""


def moment(timestamp: str | None) -> str:
    """Return a timestamp to the minute."""
    return timestamp[:16].replace("T", " ") if timestamp else ""


def task_table(tasks: Iterable[Mapping[str, Any]], title: str = "Tasks") -> Table:
    """Return a table of tasks: what each is, where it stands, who watches it, what it waits for."""
    rows = list(tasks)
    labels = {task["taskId"]: str(task["label"]) for task in rows}
    table = _table(title, "Task", "State / status", "Queue", "Assigned to", "Waits for", "Due")
    for task in rows:
        waits = [labels.get(prerequisite, prerequisite) for prerequisite in task.get("prerequisites", [])]
        table.add_row(
            Text(str(task["label"])),
            status(task["state"], task["status"]),
            Text(task.get("groupQueue") or ""),
            Text(party(task.get("assignedParty"))),
            Text(", ".join(waits) if task["status"] == "Pending" else ""),
            _due(task),
        )
    return table


def _due(task: Mapping[str, Any]) -> Text:
    return Text(moment(task.get("dueTime")), style="red" if task.get("overdue") else "")


def timeline_table(entries: Iterable[Mapping[str, Any]], labels: Mapping[str, str], title: str = "Timeline") -> Table:
    """Return a table of history entries: when, which task, what was done, what it became, by whom, why."""
    table = _table(title, "When", "Task", "Action", "State / status", "By", "Note")
    for entry in entries:
        by = entry.get("createdBy") or {}
        table.add_row(
            moment(entry.get("createdAt")),
            Text(labels.get(entry.get("taskId", ""), "")),
            Text(str(entry.get("action", ""))),
            status(entry["state"], entry["status"]) if entry.get("status") else Text(""),
            Text(str(by.get("displayName") or by.get("id") or "")),
            Text(str(entry.get("note") or entry.get("reason") or "")),
        )
    return table


def timer_table(timers: Iterable[Timer], title: str = "Fired") -> Table:
    """Return a table of timers that have fired: when they were due, of which case and task."""
    table = _table(title, "Due", "Case", "Task")
    for timer in timers:
        table.add_row(moment(timer.due), Text(timer.case_id), Text(timer.task_id))
    return table


def deed(who: str, what: str, became: Text | None = None) -> Text:
    """Return a line that says who did what, and what came of it."""
    line = Text.assemble("  ", (f"{who:<8}", "bold"), what)
    return Text.assemble(line, "  ->  ", became) if became else line


def refusal(body: Mapping[str, Any]) -> Text:
    """Return why something was refused, by which rule, and who could do it."""
    parts = [body.get("code"), body.get("detail") or body.get("title")]
    rule, who = body.get("rule"), body.get("who")
    parts += [f"rule: {rule}" if rule else None, f"who could: {who}" if who else None]
    return Text("           refused: " + "; ".join(str(part) for part in parts if part), style="yellow")


def facts(rows: Mapping[str, str]) -> Text:
    """Return names and values in two columns; nothing is wrapped, so that commands can be copied."""
    width = max(map(len, rows)) + 2
    lines = [Text.assemble(("  " + name.ljust(width), "dim"), value) for name, value in rows.items()]
    return Text("\n", no_wrap=True, overflow="ignore").join(lines)


def _table(title: str, *columns: str) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold", header_style="bold", box=None, pad_edge=False)
    for column in columns:
        table.add_column(column)
    return table
