"""The tasks of a case as the trees that they are: in which order they stand, drawn as text and as a diagram."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate

from shared.domain.definitions.workflow import Status
from shared.domain.model.task import Task, TaskId
from shared.domain.pictures.diagram import escaped, plain

FIGURE = ("ID", "STATUS", "ASGN_BY", "ASGN_TO", "UPDATED_AT")
"""The columns beside the types, by their names in the figures of the seed."""
TIE, LAST_TIE, PASSING, NOTHING = "├── ", "└── ", "│   ", "    "
NODES, CHARACTERS = 400, 45_000
"""What Mermaid draws unless it is told otherwise is a little more: 500 edges, 50,000 characters."""


@dataclass(frozen=True, slots=True)
class Branch:
    """A task, and how many of those above it are shown."""

    task: Task
    depth: int


@dataclass(frozen=True, slots=True)
class Row:
    """A task in a figure: its depth, the name of its type, and what stands in the columns."""

    depth: int
    name: str
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Box:
    """A task in a diagram: its depth, its status, and its lines of text."""

    depth: int
    status: Status
    lines: tuple[str, ...]


def grown(tasks: Iterable[Task]) -> Iterator[Branch]:
    """The tasks in tree order: each before its children, which come in the order given.

    A task whose parent is not among them is a root.
    """
    known = {task.task_id: task for task in tasks}
    under: dict[TaskId | None, list[Task]] = {}
    for task in known.values():
        under.setdefault(task.parent_id if task.parent_id in known else None, []).append(task)
    ahead = [Branch(task, 0) for task in reversed(under.get(None, ()))]
    while ahead:
        branch = ahead.pop()
        yield branch
        ahead += (Branch(task, branch.depth + 1) for task in reversed(under.get(branch.task.task_id, ())))


def figure(title: str, rows: Sequence[Row]) -> list[str]:
    """The lines of a figure as the seed has them: the title, a line for each row in tree order, the lower edge.

    The title stands for the case, of which the roots are the branches.
    """
    names = [tie + _line(row.name) for tie, row in zip(_ties([row.depth for row in rows]), rows, strict=True)]
    table = [FIGURE, *([_line(cell) for cell in row.cells] for row in rows)]
    widths = [max(map(_width, column)) for column in zip(*table, strict=True)]
    title = f"{_line(title)} "
    room = max(_width(title) + len(NOTHING), *map(_width, names), 0)
    lefts = [title + "─" * (room - _width(title)), *(_filled(name, room) for name in names)]
    lines = [f"{left} │ {_cells(cells, widths)} │" for left, cells in zip(lefts, table, strict=True)]
    return [*lines, f"{' ' * room} └{'─' * (sum(widths) + 3 * len(widths) - 1)}┘"]


def _cells(cells: Sequence[str], widths: Sequence[int]) -> str:
    return " │ ".join(_filled(cell, width) for cell, width in zip(cells, widths, strict=True))


def _ties(depths: Sequence[int]) -> list[str]:
    """What ties each row to the one that it stands under: read from the end, as it depends on what follows."""
    ties: list[str] = []
    following: set[int] = set()
    for depth in reversed(depths):
        above = "".join(PASSING if level in following else NOTHING for level in range(depth))
        ties.append(above + (TIE if depth in following else LAST_TIE))
        following = {level for level in following if level < depth} | {depth}
    return ties[::-1]


def chart(title: str, boxes: Sequence[Box], left_out: int = 0) -> str:
    """A Mermaid flowchart of the boxes in tree order; more than Mermaid would draw are left out, too, and counted."""
    parents = _parents([box.depth for box in boxes])
    drawn = [_box(number, box, parent) for number, (box, parent) in enumerate(zip(boxes, parents, strict=True))]
    count = sum(room <= CHARACTERS for room in accumulate(map(len, drawn[:NODES])))
    left_out += len(boxes) - count
    rest = [f'more["… {left_out} more"]'] if left_out else []
    statuses = {box.status.key: box.status for box in boxes[:count]}
    lines = [f"accTitle: {plain(title)}", *drawn[:count], *rest, *map(_class, statuses.values())]
    return "\n    ".join(["flowchart LR", *lines]) + "\n"


def _parents(depths: Sequence[int]) -> Iterator[int | None]:
    """The number of the row that each row stands under; none for a root."""
    path: list[int] = []
    for number, depth in enumerate(depths):
        path[depth:] = [number]
        yield path[-2] if depth else None


def _box(number: int, box: Box, parent: int | None) -> str:
    text = "<br/>".join(escaped(line) for line in box.lines if line)
    node = f't{number}["{text}"]:::s_{box.status.key}'
    return node if parent is None else f"{node}\n    t{parent} --> t{number}"


def _class(status: Status) -> str:
    if status.active:
        colors = "fill:#ddf4ff,stroke:#0969da"
    elif status.open:
        colors = "fill:#fff8c5,stroke:#9a6700"
    else:
        colors = "fill:#dafbe1,stroke:#1a7f37" if status.completed else "fill:#eaeef2,stroke:#59636e"
    return f"classDef s_{status.key} {colors},color:#1f2328"


def _line(text: str) -> str:
    """The text without anything that would break the line, or turn its direction."""
    return "".join(c if c.isprintable() else " " for c in text)


def _filled(text: str, width: int) -> str:
    return text + " " * (width - _width(text))


def _width(text: str) -> int:
    """How many columns of a terminal the text takes."""
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else not unicodedata.combining(c) for c in text)
