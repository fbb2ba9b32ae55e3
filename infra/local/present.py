"""What people see: tables and lines for tasks, histories and events, the same wherever they are printed."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from rich.table import Column, Table
from rich.text import Text

from infra.local.clock import Timer
from infra.local.listing import Listing

# From this many columns on there is room for what is only good to know.
WIDE = 110
STATUS = "State / status"
STATUS_STYLES = {
    "Pending": "yellow",
    "Ready": "cyan",
    "In Progress": "blue",
    "Failed": "red",
    "Passed": "green",
    "Skipped": "magenta",
    "assigned": "cyan",
    "in_progress": "blue",
    "on_hold": "yellow",
    "completed": "green",
    "cancelled": "magenta",
    # Phases of tasks with two ends, and how their assignment stands.
    "ready": "cyan",
    "progress": "blue",
    "wait": "yellow",
    "redo": "red",
    "finish": "green",
    "cancel": "magenta",
    "accepted": "green",
    "declined": "red",
    "referred": "magenta",
    "recalled": "magenta",
    "connectionDeclined": "red",
}
# The widths of who does something, of what, and of what comes of it.
WHO, WHAT, BECAME = 12, 41, 21
VOWELS = "aeiou"
# Fields of actions by how they are told.
SPOKEN = ("reason", "note", "instructions")
WHEN = {"dueTime": "due", "date": "on"}
WHOM = ("userId", "organizationId")
# These have words of their own; what an option is called says what is done.
ELSEWHERE = ("option", "links", "name", "email")


def status(state: str, name: str) -> Text:
    """Return a state and status in the color that they have everywhere."""
    return Text.assemble((f"{state} / ", "dim"), (name, STATUS_STYLES.get(name, "")))


def party(value: Mapping[str, Any] | None) -> str:
    """Return who is responsible, by the name that people know."""
    return str(value.get("displayName") or value["id"]) if value else ""


def person(value: Mapping[str, Any] | None) -> str:
    """Return who did something; nobody stands for Casetree itself."""
    if not value:
        return "Casetree"
    names = [str(value[name]) for name in ("firstName", "lastName") if value.get(name)]
    return " ".join(names) or party(value)


def moment(timestamp: str | None) -> str:
    """Return a timestamp to the minute."""
    return timestamp[:16].replace("T", " ") if timestamp else ""


def task_table(tasks: Iterable[Mapping[str, Any]], title: str = "") -> Listing:
    """Return a table of tasks: what each is, where it stands, who watches it, what it waits for."""
    rows = list(tasks)
    labels = {task["taskId"]: str(task["label"]) for task in rows}
    return Listing(
        title,
        {
            "Task": [Text(str(task["label"])) for task in rows],
            STATUS: [status(task["state"], task["status"]) for task in rows],
            "Queue": [Text(task.get("groupQueue") or "") for task in rows],
            "Assigned": [Text(party(task.get("assignedParty"))) for task in rows],
            "Waits for": [Text(_waits_for(task, labels)) for task in rows],
            "Due": [_due(task) for task in rows],
        },
    )


def _waits_for(task: Mapping[str, Any], labels: Mapping[str, str]) -> str:
    if task["status"] != "Pending":
        return ""
    return ", ".join(labels.get(prerequisite, prerequisite) for prerequisite in task.get("prerequisites", []))


def _due(task: Mapping[str, Any]) -> Text:
    due = moment(task.get("dueTime"))
    late = task.get("overdue") and task.get("open")
    return Text(f"{due} overdue", style="red") if late else Text(due)


def queue_table(tasks: Iterable[Mapping[str, Any]], title: str = "") -> Listing:
    """Return a page of a queue: which task of which case, where it stands, since when."""
    rows = list(tasks)
    return Listing(
        title,
        {
            "Task": [Text(str(task["label"])) for task in rows],
            "Case": [Text(task["caseId"]) for task in rows],
            STATUS: [status(task["state"], task["status"]) for task in rows],
            "Assigned": [Text(party(task.get("assignedParty"))) for task in rows],
            "Due": [_due(task) for task in rows],
            "Created": [Text(moment(task.get("createdAt"))) for task in rows],
        },
    )


def counts_line(counts: Mapping[str, int]) -> Text:
    """Return how many tasks each tab of a queue has."""
    words = [Text.assemble((f"{tab.replace('_', ' ')} ", "dim"), (str(n), "bold")) for tab, n in counts.items()]
    return Text("   ").join(words)


def refused_table(refused: Iterable[Mapping[str, Any]], title: str = "") -> Listing:
    """Return which actions are refused, why, and who could take them."""
    rows = list(refused)
    return Listing(
        title,
        {
            "Action": [Text(str(action["label"])) for action in rows],
            "Why not": [Text(str(action["reason"]), "yellow") for action in rows],
            "Who could": [Text(", ".join(action["who"])) for action in rows],
        },
    )


def timeline_table(entries: Iterable[Mapping[str, Any]], labels: Mapping[str, str], title: str = "") -> Listing:
    """Return a table of history entries, oldest first: when, what was done to which task, what it became, by whom."""
    rows = list(_with_days(sorted(entries, key=_order)))
    return Listing(
        title,
        {
            "When": [_clock_time(entry) for entry in rows],
            "Task": [_subject(entry, labels) for entry in rows],
            "Action": [Text(str(entry.get("action", ""))) for entry in rows],
            STATUS: [_became(entry) for entry in rows],
            "By": [Text(person(entry.get("createdBy")) if "action" in entry else "") for entry in rows],
            "Note": [Text(str(entry.get("note") or ""), "italic") for entry in rows],
        },
    )


def _with_days(entries: Iterable[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    """The entries, and before those of a new day an entry that names it."""
    known = ""
    for entry in entries:
        day = str(entry["createdAt"])[:10]
        if day != known:
            yield {"day": day}
        yield entry
        known = day


def _clock_time(entry: Mapping[str, Any]) -> Text:
    return Text(str(entry.get("createdAt", ""))[11:19], "dim")


def _subject(entry: Mapping[str, Any], labels: Mapping[str, str]) -> Text:
    """The task, else the case, else the day."""
    task = entry.get("taskId")
    if task:
        return Text(labels.get(task, task))
    return Text(str(entry.get("caseId") or entry.get("day") or ""), "bold")


def _became(entry: Mapping[str, Any]) -> Text:
    return status(entry["state"], entry["status"]) if entry.get("status") else Text(str(entry.get("state") or ""))


def _order(entry: Mapping[str, Any]) -> tuple[str, str, int]:
    """Of what happened at once, the case comes before its tasks."""
    return entry.get("createdAt") or "", entry.get("taskId") or "", entry.get("version") or 0


def timer_table(timers: Iterable[Timer], title: str = "Fired", labels: Mapping[str, str] | None = None) -> Listing:
    """Return a table of timers that have fired: when they were due, of which case and task, by its label if given."""
    rows = list(timers)
    return Listing(
        title,
        {
            "Due": [Text(moment(timer.due)) for timer in rows],
            "Case": [Text(timer.case_id) for timer in rows],
            "Task": [Text((labels or {}).get(timer.task_id, timer.task_id)) for timer in rows],
        },
    )


def sign_in_table(people: Iterable[tuple[str, str, str]]) -> Listing:
    """Return who can sign in, with which password, and what they are."""
    rows = list(people)
    names = ("Name", "Password", "Who")
    return Listing("", {name: [Text(row[number]) for row in rows] for number, name in enumerate(names)})


def deed(who: str, what: str, became: Text, call: str = "") -> Table:
    """Return a line that says who did what, what came of it, and by which call; what is long takes more lines."""
    line = Table.grid(Column(width=WHO), Column(width=WHAT), Column(width=4), Column(min_width=BECAME), Column())
    line.add_row(Text(who, "bold"), Text(what), Text(" -> ", "dim"), became, Text(call, "dim"))
    return line


def does(label: str, what: str) -> str:
    """Return that somebody takes an action, from what the action is called: `Claim`, and somebody claims it."""
    parts = [_third_person(part) for part in label.split(" and ")]
    return f"{' and '.join(parts)}{':' if ' ' in parts[-1] else ''} {what}"


def _third_person(label: str) -> str:
    verb, *more = label.split()
    verb = verb.lower()
    if verb.endswith("y") and verb[-2] not in VOWELS:
        verb = f"{verb[:-1]}ies"
    else:
        verb += "es" if verb.endswith(("s", "sh", "ch", "x", "z", "o")) else "s"
    return " ".join((verb, *more))


def given(values: Mapping[str, Any], names: Mapping[str, str]) -> list[Text]:
    """Return what somebody said with an action: words in quotes, people by their names, moments to the minute."""
    spoken = [f'"{values[field]}"' for field in SPOKEN if values.get(field)]
    whom = [f"to {names.get(values[field], values[field])}" for field in WHOM if values.get(field)]
    whom += [f"to {values['name']} at {values['email']}"] if "email" in values else []
    links = [f"with {link['name']}" for link in values.get("links", [])]
    moments = [f"{WHEN[field]} {moment(values[field])}" for field in WHEN if values.get(field)]
    told = (*SPOKEN, *WHOM, *WHEN, *ELSEWHERE)
    others = [f"{field}: {value}" for field, value in values.items() if field not in told]
    return [Text(line, "italic") for line in (*whom, *others, *links, *moments, *spoken)]


def refusal(body: Mapping[str, Any]) -> Text:
    """Return why something was refused, by which rule, and who could do it."""
    parts = [str(body.get("detail") or body.get("title"))]
    parts += [f"Rule: {body['rule']}."] if body.get("rule") else []
    parts += [f"Who could: {', '.join(body['who'])}."] if body.get("who") else []
    return Text(" ".join(parts), style="yellow")


def facts(rows: Mapping[str, str]) -> Text:
    """Return names and values in two columns; nothing is wrapped, so that commands can be copied."""
    width = max(map(len, rows)) + 2
    lines = [Text.assemble(("  " + name.ljust(width), "dim"), value) for name, value in rows.items()]
    return Text("\n", no_wrap=True, overflow="ignore").join(lines)
