"""What every action of every workflow costs, on the request path and in the hooks, against the table of the design."""

from __future__ import annotations

from collections.abc import Iterator

from shared import workflows
from tests.bench.deployment import ENGINE, deployed
from tests.bench.figure import Figure, Finding, Section, Table
from tests.bench.ledger import Ledger, Line, noted
from tests.bench.plays import appeals, collaboration, inspection
from tests.bench.sizes import Sizes

PLAYS = {"inspection": inspection, "appeals": appeals, "collaboration": collaboration}


def measure(_sizes: Sizes) -> Iterator[Finding]:
    """Each workflow is played on a table of its own; an action that was not played is an error."""
    tables = []
    for name, play in PLAYS.items():
        ledger = Ledger()
        with deployed() as here, noted(here, ledger):
            play(here)
        left = actions_of(name) - {action for workflow, action in ledger.played if workflow == name}
        if left:
            raise LookupError(f"Of {name}, these actions were not played: {', '.join(sorted(left))}.")
        dearest = ledger.dearest()
        over = [line for line in ledger.lines if line.write > line.allowed]
        yield Figure(f"{name}: actions of its file, all of them played", len(actions_of(name)))
        yield Figure(f"{name}: commits over what the design allows, of {len(ledger.lines)}", len(over), "", 0)
        yield Figure(f"{name}: write units of a commit, on average", _average(ledger.lines))
        tables.append(Table(f"{name}, the dearest commit of each action", COLUMNS, [_row(line) for line in dearest]))
    yield from tables


COLUMNS = ("action", "write units", "allowed", "read units before")


def actions_of(name: str) -> set[str]:
    """The names of all actions that tasks of the workflow may have, whoever takes them, with those of their options."""
    workflow = workflows.load().latest(name)
    known = (action for type_name in workflow.types for action in workflow.actions_of(type_name).values())
    return {way.name for action in known for way in action.ways}


def _average(lines: list[Line]) -> float:
    return sum(line.write for line in lines) / len(lines)


def _row(line: Line) -> tuple[str, ...]:
    return line.action, f"{line.write:g}", str(line.allowed), f"{line.read:g}"


SECTION = Section(
    name="capacity",
    title="Capacity",
    engine=f"{ENGINE}, write units by the rules of transactions",
    measure=measure,
    sizes=lambda _: "cases of all three workflows",
)
