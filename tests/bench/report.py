"""What people and programs are told: a table here, `bench.json`, and the figures in `docs/performance.md`."""

from __future__ import annotations

import json
import os
import platform
import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from pathlib import Path

from rich import box
from rich.console import Console, Group, RenderableType
from rich.table import Table as Drawn
from rich.text import Text

from tests.bench.figure import Figure, Result, Table

ROOT = Path(__file__).parents[2]
JSON = ROOT / "bench.json"
PAGE = ROOT / "docs" / "performance.md"
MARKS = re.compile(r"(?P<begin><!-- figures: (?P<name>[a-z-]+) -->\n).*?(?P<end><!-- end -->)", re.DOTALL)
HERE = "this machine's"


def machine() -> str:
    """What absolute figures are true of."""
    return f"{os.cpu_count()} processors, {platform.machine()}, Python {platform.python_version()}"


def drawn(result: Result) -> RenderableType:
    """The figures of a section, and its tables below."""
    table = Drawn(title=heading(result), title_justify="left", box=box.SIMPLE_HEAD, title_style="bold")
    for column, justify in (("", "left"), ("figure", "right"), ("to reach", "right"), ("", "left")):
        table.add_column(column, justify=justify)  # type: ignore[arg-type]
    for figure in result.figures:
        table.add_row(figure.name, figure.text, bound(figure), _verdict(figure))
    return Group(table, *(_drawn(more) for more in result.tables))


def heading(result: Result) -> str:
    """What was measured, on what, how much of it, and how long that took."""
    small = " (quick: small sizes)" if result.quick else ""
    return f"{result.title}{small}: {result.engine}; {result.sizes}; {result.seconds:.0f} s"


def bound(figure: Figure) -> str:
    """What is to be reached."""
    if figure.most is None:
        return ""
    return f"≤ {Figure('', figure.most, figure.unit).text}"


def _verdict(figure: Figure) -> Text:
    if figure.reached is None:
        return Text(HERE if figure.here else "", style="dim")
    return Text("reached", style="green") if figure.reached else Text("missed", style="bold red")


def _drawn(more: Table) -> Drawn:
    table = Drawn(title=more.title, title_justify="left", box=box.SIMPLE, title_style="italic")
    for number, column in enumerate(more.columns):
        table.add_column(column, justify="left" if number == 0 else "right")
    for row in more.rows:
        table.add_row(*row)
    return table


def stored(path: Path = JSON) -> dict[str, Result]:
    """The results of earlier runs, by section."""
    if not path.exists():
        return {}
    return {result["name"]: Result.of(result) for result in json.loads(path.read_text())["sections"]}


def store(results: Iterable[Result], path: Path = JSON) -> None:
    """The results are in the file, which a program can read."""
    whole = {"machine": machine(), "sections": [asdict(result) for result in results]}
    path.write_text(json.dumps(whole, indent=2, ensure_ascii=False) + "\n")


def write_page(results: Mapping[str, Result], path: Path = PAGE) -> None:
    """The page has the figures of the results between its marks; what stands around them is left as it is."""

    def filled(match: re.Match[str]) -> str:
        result = results.get(match["name"])
        return match[0] if result is None else f"{match['begin']}{markdown(result)}{match['end']}"

    path.write_text(MARKS.sub(filled, path.read_text()))


def markdown(result: Result) -> str:
    """A section's figures as they stand in the page."""
    command = f"make bench ONLY={result.name}" + (" QUICK=1" if result.quick else "")
    small = "**With small sizes:** " if result.quick else ""
    lines = [f"{small}`{command}`, {result.measured}, on {result.engine}: {result.sizes}. {machine()}.", ""]
    lines += _rows(("", "figure", "to reach", ""), [_row(figure) for figure in result.figures])
    for table in result.tables:
        lines += ["", f"{table.title}:", "", *_rows(table.columns, table.rows)]
    return "\n".join(lines) + "\n"


def _row(figure: Figure) -> tuple[str, ...]:
    verdict = (
        HERE
        if figure.here and figure.reached is None
        else {None: "", True: "reached", False: "**missed**"}[figure.reached]
    )
    return figure.name, figure.text, bound(figure), verdict


def _rows(columns: Iterable[str], rows: Iterable[Iterable[str]]) -> list[str]:
    columns = list(columns)
    head = [" | ".join(columns), "|".join(["---", *["--:"] * (len(columns) - 1)])]
    return [f"| {head[0]} |", f"|{head[1]}|", *(f"| {' | '.join(row)} |" for row in rows)]


def print_summary(console: Console, results: Iterable[Result]) -> None:
    """What was missed is named, last of all."""
    missed = [(result, figure) for result in results for figure in result.figures if figure.reached is False]
    for result, figure in missed:
        console.print(f"[bold red]missed[/] {result.title}: {figure.name}: {figure.text}, to reach {bound(figure)}")
    if not missed:
        console.print("[green]Everything that was measured reaches its bound.[/]")
