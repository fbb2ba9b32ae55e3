import pytest
from rich.console import Console
from rich.text import Text

from infra.local.listing import Listing


def _lines(listing: Listing, width: int) -> list[str]:
    console = Console(width=width, color_system=None)
    with console.capture() as capture:
        console.print(listing)
    return [line.rstrip() for line in capture.get().splitlines()]


def _listing(**columns: str) -> Listing:
    return Listing("", {name.replace("_", " "): [Text(cell)] for name, cell in columns.items()})


def test_a_column_that_says_nothing_is_left_out() -> None:
    """Its name would be all there is to it."""
    assert _lines(_listing(Task="QA", Due=""), 80) == ["Task", "QA"]


def test_columns_stand_apart_where_there_is_room() -> None:
    """And close together where there is not."""
    listing = _listing(Task="x" * 10, Case="y" * 10)
    assert _lines(listing, 30)[1] == f"{'x' * 10}  {'y' * 10}"
    assert _lines(listing, 21)[1] == f"{'x' * 10} {'y' * 10}"


def test_what_may_be_broken_is_broken_before_anything_is_lost() -> None:
    """Names of queues take two lines, states stay on one."""
    shown = _lines(_listing(Task="Expense Review", Queue="Account Management"), 26)
    assert [line.split() for line in shown[1:]] == [["Expense", "Review", "Account"], ["Management"]]


@pytest.mark.parametrize("dispensable", ["Note", "Queue"])
def test_where_even_that_does_not_help_a_column_goes(dispensable: str) -> None:
    """What people wrote first, then the queue; never the task or its status."""
    shown = _lines(_listing(Task="Expense Review", **{dispensable: "Account Management"}), 20)
    assert shown == ["Task", "Expense Review"]


def test_a_title_stands_above() -> None:
    """At the left, as everything else."""
    assert _lines(Listing("Tasks", {"Task": [Text("Order Verify")]}), 80)[0] == "Tasks"


def test_a_list_of_nothing_is_nothing() -> None:
    """No heads of columns without a row."""
    assert "".join(_lines(Listing("", {"Task": [], "Due": []}), 80)) == ""
