"""The two ends of a task side by side: the owner's on the left, the partner's on the right."""

from collections.abc import Mapping
from typing import Any

from rich.box import Box
from rich.table import Column, Table
from rich.text import Text

from infra.local.present import STATUS_STYLES

# Phase and assignment, then the worker status, of each side. Nearly all of it stays on one line at 80 columns.
OWNER, PARTNER = (19, 18), (19, 13)
GAP = 2
# Nothing but a line between the two.
BETWEEN = Box("    \n  │ \n    \n  │ \n    \n    \n  │ \n    \n")

End = Mapping[str, Any]


def heading(owner: str, partner: str) -> Table:
    """Return whose the two sides are."""
    return _beside(Text(owner, "bold"), Text(partner, "bold" if partner else "dim"))


def row(owner: End, partner: End | None, none: str) -> Table:
    """Return how the two ends stand; `none` is said where there is no partner's end."""
    return _beside(_side(owner, OWNER), Text(none, "dim") if partner is None else _side(partner, PARTNER))


def standing(end: End) -> Text:
    """Return the phase of an end and the status of its assignment."""
    assignment = end["assignmentStatus"]
    return Text.assemble(
        (end["status"], STATUS_STYLES.get(end["status"], "")), " / ", (assignment, STATUS_STYLES.get(assignment, ""))
    )


def _side(end: End, widths: tuple[int, int]) -> Table:
    first, second = widths
    side = Table.grid(Column(width=first), Column(width=second), padding=(0, GAP, 0, 0))
    side.add_row(standing(end), Text(end["workerStatus"]["name"], "italic"))
    if end["hold"]:
        side.add_row(Text("on hold", STATUS_STYLES["on_hold"]))
    return side


def _beside(left: Text | Table, right: Text | Table) -> Table:
    columns = [Column(width=sum(side) + GAP) for side in (OWNER, PARTNER)]
    table = Table(*columns, box=BETWEEN, show_header=False, show_edge=False, pad_edge=False)
    table.add_row(left, right)
    return table
