"""Tables that stay legible in a narrow terminal."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rich.console import Console, ConsoleOptions, RenderResult
from rich.measure import Measurement
from rich.table import Table
from rich.text import Text

# Columns whose cells may be broken into lines. Where even that does not help, the last ones go.
FLOWING = ("Queue", "Waits for", "Due", "Why not", "Who could", "Who", "Note")
DISPENSABLE = ("Note", "Queue")
# What a broken column needs to be worth reading.
NARROWEST = 10
COMFORTABLE = 30


@dataclass(frozen=True)
class Listing:
    """A table without frames; columns that say nothing are left out, so is what there is no room for."""

    title: str
    columns: Mapping[str, Sequence[Text]]

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        yield self._table(options.max_width)

    def __rich_measure__(self, console: Console, options: ConsoleOptions) -> Measurement:
        return Measurement.get(console, options, self._table(options.max_width))

    def _table(self, room: int) -> Table:
        shown = {name: cells for name, cells in self.columns.items() if any(map(str, cells))}
        for name in DISPENSABLE:
            if _width(shown, NARROWEST) + len(shown) - 1 > room:
                shown.pop(name, None)
        gap = 2 if _width(shown, COMFORTABLE) + 2 * (len(shown) - 1) <= room else 1
        table = Table(box=None, padding=(0, gap, 0, 0), pad_edge=False, header_style="bold dim")
        if self.title:
            table.title, table.title_justify, table.title_style = self.title, "left", "bold"
        for name in shown:
            table.add_column(name, no_wrap=name not in FLOWING)
        for row in zip(*shown.values(), strict=True):
            table.add_row(*row)
        return table


def _width(columns: Mapping[str, Sequence[Text]], flowing: int) -> int:
    """How wide the columns are together, where those that may be broken take no more than the given width."""
    widths = {name: max(len(name), *(cell.cell_len for cell in cells)) for name, cells in columns.items()}
    return sum(min(width, flowing) if name in FLOWING else width for name, width in widths.items())
