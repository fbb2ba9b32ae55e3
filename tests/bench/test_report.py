import json
from pathlib import Path

import pytest
from rich.console import Console

from tests.bench import report
from tests.bench.figure import Figure, Result, Table
from tests.bench.imports import shares
from tests.bench.rounds import interleaved

PAGE = """Before.
<!-- figures: queue -->
old
<!-- end -->
Between.
<!-- figures: money -->
kept
<!-- end -->
"""


def result(*figures: Figure, quick: bool = False) -> Result:
    """What a section might find."""
    table = Table("More", ("a", "b"), [("1", "2")])
    return Result("queue", "Queues", "an engine", "small", "2026-11-28", 1.0, quick, list(figures), [table])


@pytest.mark.parametrize(
    ("figure", "text", "reached"),
    [
        (Figure("a", 1.234, "times", 1.3), "1.23 times", True),
        (Figure("a", 1.31, "times", 1.3), "1.31 times", False),
        (Figure("a", 12345.6, "ms", here=True), "12,346 ms", None),
        (Figure("a", 3, "", 3), "3", True),
        (Figure("a", 9.5, "$", 10), "$9.50", True),
    ],
)
def test_a_figure_is_read_with_three_digits_and_held_to_its_bound(
    figure: Figure, text: str, *, reached: bool | None
) -> None:
    """What has no bound is neither reached nor missed."""
    assert (figure.text, figure.reached) == (text, reached)


def test_the_page_gets_figures_between_its_marks(tmp_path: Path) -> None:
    """All else on it stays, also the figures of sections that were not measured."""
    path = tmp_path / "page.md"
    path.write_text(PAGE)
    report.write_page({"queue": result(Figure("slow", 3.0, "times", 2.0))}, path)
    page = path.read_text()
    assert "`make bench ONLY=queue`, 2026-11-28, on an engine: small." in page
    assert "| slow | 3 times | ≤ 2 times | **missed** |" in page
    assert "| 1 | 2 |" in page
    assert "old" not in page
    assert (page.startswith("Before.\n"), "\nBetween.\n" in page, "\nkept\n" in page) == (True, True, True)
    report.write_page({"queue": result(Figure("slow", 3.0, "times", 2.0))}, path)
    assert path.read_text() == page


def test_small_sizes_are_said_to_be_small() -> None:
    """Wherever a figure is told."""
    assert "quick: small sizes" in report.heading(result(quick=True))
    assert report.markdown(result(quick=True)).startswith("**With small sizes:** `make bench ONLY=queue QUICK=1`")


def test_what_was_written_is_read_again(tmp_path: Path) -> None:
    """A run of some sections keeps the results of the others."""
    path = tmp_path / "bench.json"
    assert report.stored(path) == {}
    first = result(Figure("a", 1.0, "ms", here=True))
    report.store([first], path)
    found = report.stored(path)["queue"]
    assert (found.figures, found.measured) == (first.figures, first.measured)
    assert json.loads(path.read_text())["machine"] == report.machine()


def test_the_last_lines_name_what_was_missed(capsys: pytest.CaptureFixture[str]) -> None:
    """So that nobody has to look for it."""
    console = Console(width=200)
    report.print_summary(console, [result(Figure("slow", 3.0, "times", 2.0), Figure("quick", 1.0, "times", 2.0))])
    assert capsys.readouterr().out == "missed Queues: slow: 3 times, to reach ≤ 2 times\n"


def test_every_section_has_its_place_on_the_page() -> None:
    """A section without marks would be measured and not told."""
    from tests.bench.sections import SECTIONS  # noqa: PLC0415 (imports all functions)

    marks = [match["name"] for match in report.MARKS.finditer(report.PAGE.read_text())]
    assert sorted(marks) == sorted(section.name for section in SECTIONS)


def test_works_take_turns() -> None:
    """Each is done once in each round, and none is always the first."""
    done: list[str] = []
    times = interleaved(2, {"a": lambda n: done.append(f"a{n}"), "b": lambda n: done.append(f"b{n}")}, warm_up=1)
    assert done == ["a0", "b0", "b1", "a1", "a2", "b2"]
    assert {name: len(each.walls) for name, each in times.items()} == {"a": 2, "b": 2}


def test_imports_are_told_apart_by_whose_they_are() -> None:
    """What an interpreter says about a start, in milliseconds."""
    said = "import time:      1500 |       2000 |     botocore.client\nimport time: 500 | 500 | urllib3\n"
    said += "import time:       250 |        250 | shared.domain.decide\nimport time: 1000 | 1000 |   json\n"
    found = shares(said)
    assert (found["botocore and urllib3"], found["Casetree"], found["PynamoDB"]) == (2.0, 0.25, 0.0)
