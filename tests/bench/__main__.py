"""`make bench`: measures, and says what was found."""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console

import tests.bench.environment  # noqa: F401 (before the functions are imported)
from tests.bench import report
from tests.bench.figure import Figure, Result, Section
from tests.bench.sections import SECTIONS
from tests.bench.sizes import FULL, QUICK, Sizes


def main(arguments: Sequence[str]) -> None:
    """The sections asked for are measured; table, file and page have what was found."""
    asked = _parsed(arguments)
    sizes = QUICK if asked.quick else FULL
    with _quiet() as console:
        console.print(f"[dim]{report.machine()}. Absolute figures are this machine's.[/]")
        if sizes.quick:
            console.print("[yellow]Quick: with small sizes, which show that everything works, and no more.[/]")
        found, failed = [], []
        for section in SECTIONS:
            if section.name not in asked.only:
                continue
            try:
                found.append(_measured(section, sizes, console))
            except Exception:  # noqa: BLE001 (hours of measuring are not lost for one section)
                console.print_exception()
                failed.append(section.title)
            else:
                _write_down(found[-1])
        report.print_summary(console, found)
        console.print("The figures are in bench.json" + ("." if sizes.quick else " and docs/performance.md."))
    if failed:
        raise SystemExit(f"Not measured, as something failed: {', '.join(failed)}.")


def _write_down(result: Result) -> None:
    """The result is in the file, and but for small sizes on the page: also where a later section fails."""
    report.store({**report.stored(), result.name: result}.values())
    if not result.quick:
        report.write_page({result.name: result})


def _parsed(arguments: Sequence[str]) -> argparse.Namespace:
    names = [section.name for section in SECTIONS]
    parser = argparse.ArgumentParser(prog="make bench", description="What Casetree takes, measured.")
    parser.add_argument("--only", nargs="+", choices=names, default=names, metavar="SECTION", help=", ".join(names))
    parser.add_argument("--quick", action="store_true", help="small sizes; the page in docs is left as it is")
    return parser.parse_args(arguments)


def _measured(section: Section, sizes: Sizes, console: Console) -> Result:
    """The section's result; each figure is told as it is found."""
    begun = time.monotonic()
    today = datetime.now(UTC).date().isoformat()
    result = Result(section.name, section.title, section.engine, section.sizes(sizes), today, 0.0, sizes.quick)
    with console.status(f"{section.title}: {result.sizes}") as status:
        for finding in section.measure(sizes):
            result.add(finding)
            if isinstance(finding, Figure):
                status.update(f"{section.title}: {finding.name}: {finding.text}")
    result.seconds = time.monotonic() - begun
    console.print(report.drawn(result))
    return result


@contextmanager
def _quiet() -> Iterator[Console]:
    """A console for people; what functions log, and what servers print, goes nowhere."""
    console = Console(file=os.fdopen(os.dup(1), "w"))
    sys.stderr = os.fdopen(os.dup(2), "w")
    with Path(os.devnull).open("w") as nowhere:
        for descriptor in (1, 2):
            os.dup2(nowhere.fileno(), descriptor)
        yield console


if __name__ == "__main__":
    main(sys.argv[1:])
