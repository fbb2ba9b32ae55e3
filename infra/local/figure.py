"""The figure of a case's trees as the API draws it, fitted into a terminal."""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, replace

from rich.text import Text

ID, STATUS, BY, TO, AT = COLUMNS = ("ID", "STATUS", "ASGN_BY", "ASGN_TO", "UPDATED_AT")
EDGE = "│"
# What ties a task to the one that it stands under takes four columns a level; two do as well.
TIE = 4
NARROW = {"├── ": "├ ", "└── ": "└ ", "│   ": "│ ", "    ": "  "}
TO_THE_MINUTE = 16
NARROWEST = 8


@dataclass(frozen=True)
class Row:
    """A task: what ties it to the one above, its type, its cells in the order of the columns."""

    ties: str
    name: str
    cells: tuple[str, ...]


@dataclass(frozen=True)
class Figure:
    """A case by its title, and a row for each of its tasks."""

    title: str
    rows: tuple[Row, ...]
    columns: tuple[str, ...] = COLUMNS
    title_above: bool = False

    @property
    def widths(self) -> list[int]:
        """How wide the names are, then each column."""
        names = [len(row.ties + row.name) for row in self.rows] + ([] if self.title_above else [len(self.title) + 5])
        cells = zip(self.columns, *(row.cells for row in self.rows), strict=True)
        return [max(names, default=0), *(max(map(len, column)) for column in cells)]

    @property
    def width(self) -> int:
        """How wide the lines are."""
        return sum(self.widths) + 3 * len(self.columns) + 2


def read(text: str) -> Figure:
    """Return the figure that an answer of the API draws."""
    head, *lines = text.rstrip("\n").split("\n")
    title = head.rsplit(EDGE, len(COLUMNS) + 1)[0].rstrip("─ ")
    return Figure(title, tuple(_row(line) for line in lines if line.endswith(EDGE)))


def _row(line: str) -> Row:
    left, *cells, _ = line.rsplit(EDGE, len(COLUMNS) + 1)
    name = left.lstrip("├└│─ ")
    return Row(left[: len(left) - len(name)], name.rstrip(), tuple(map(str.strip, cells)))


def drawn(
    figure: Figure, room: int | None, styles: Mapping[str, str], known: Collection[tuple[str, ...]] = ()
) -> list[Text]:
    """Return the figure as lines no wider than the room; rows whose cells are known already are dim."""
    shown = figure if room is None else _fitted(figure, room)
    widths = shown.widths
    heads = [_line(shown.title + " ", widths, shown.columns, {}, "bold", "─")]
    if shown.title_above:
        heads = [Text(shown.title, "bold", no_wrap=True), _line("", widths, shown.columns, {}, "", " ")]
    rows = [
        _line(row.ties + row.name, widths, row.cells, styles, "dim" if whole.cells in known else "", " ")
        for row, whole in zip(shown.rows, figure.rows, strict=True)
    ]
    return [*heads, *rows]


def _line(
    left: str, widths: list[int], cells: tuple[str, ...], styles: Mapping[str, str], style: str, filler: str
) -> Text:
    first, *others = widths
    line = Text(left.ljust(first, filler), style, no_wrap=True)
    for cell, width in zip(cells, others, strict=True):
        line.append(f" {EDGE} ", "dim").append(cell.ljust(width), styles.get(cell, style) if style != "dim" else style)
    return line.append(f" {EDGE}", "dim")


def _fitted(figure: Figure, room: int) -> Figure:
    """What there is no room for goes, the least telling first; in the end names are cut off."""
    for fitting in _economies(figure):
        if fitting.width <= room:
            return fitting
    width = max(NARROWEST, fitting.widths[-1] - (fitting.width - room))
    return _mapped(fitting, TO, lambda cell: cell if len(cell) <= width else f"{cell[: width - 1]}…")


def _economies(figure: Figure) -> Iterator[Figure]:
    yield figure
    # The title names the case.
    yield (figure := _mapped(figure, ID, lambda cell: cell.partition(".")[2]))
    yield (figure := _mapped(figure, AT, lambda cell: cell[:TO_THE_MINUTE]))
    yield (figure := replace(figure, title_above=True))
    yield (figure := _without(figure, ID))
    yield (figure := replace(figure, rows=tuple(replace(row, ties=_narrow(row.ties)) for row in figure.rows)))
    yield (figure := _without(figure, BY))
    yield _without(figure, AT)


def _narrow(ties: str) -> str:
    return "".join(NARROW[ties[at : at + TIE]] for at in range(0, len(ties), TIE))


def _mapped(figure: Figure, column: str, change: Callable[[str], str]) -> Figure:
    at = figure.columns.index(column)
    rows = (replace(row, cells=(*row.cells[:at], change(row.cells[at]), *row.cells[at + 1 :])) for row in figure.rows)
    return replace(figure, rows=tuple(rows))


def _without(figure: Figure, column: str) -> Figure:
    at = figure.columns.index(column)
    rows = (replace(row, cells=row.cells[:at] + row.cells[at + 1 :]) for row in figure.rows)
    return replace(figure, rows=tuple(rows), columns=figure.columns[:at] + figure.columns[at + 1 :])
