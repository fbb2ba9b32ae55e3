"""Long steps, shown as they go: what is being done, and for how long."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

console = Console(highlight=False)
errors = Console(stderr=True, highlight=False)


@contextmanager
def step(doing: str, done: str) -> Iterator[None]:
    """Show that something is being done, then that it is done and how long it took."""
    began = time.monotonic()
    if not console.is_terminal:
        console.print(f"  {doing} ...")
    columns = (SpinnerColumn("line"), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        progress.add_task(doing, total=None)
        yield
    console.print(f"  {done} [dim]({time.monotonic() - began:.1f} s)[/dim]")


def note(text: str) -> None:
    """Say something that is worth knowing on the way."""
    console.print(f"  {text}")
