from typing import Any

from rich.console import Console, RenderableType

from infra.local import sides

WIDTH = 78


def _lines(thing: RenderableType) -> list[str]:
    """What stands on a page of 80 columns, indented by two."""
    console = Console(width=WIDTH, color_system=None)
    with console.capture() as capture:
        console.print(thing)
    return [line.rstrip() for line in capture.get().splitlines()]


def _end(phase: str, assignment: str, worker: str, *, hold: bool = False) -> dict[str, Any]:
    return {"status": phase, "assignmentStatus": assignment, "workerStatus": {"name": worker}, "hold": hold}


def _halves(line: str) -> tuple[list[str], list[str]]:
    left, _, right = line.partition("│")
    return left.split(), right.split()


def test_the_owner_is_left_and_the_partner_right() -> None:
    """Each with phase, assignment status and worker status, below the name of its organization."""
    owner, partner = _end("assign", "sent", "Sent"), _end("assign", "received", "Assign")
    (names,), (ends,) = _lines(sides.heading("Acme Claims", "Harbor")), _lines(sides.row(owner, partner, ""))
    assert _halves(names) == (["Acme", "Claims"], ["Harbor"])
    assert _halves(ends) == (["assign", "/", "sent", "Sent"], ["assign", "/", "received", "Assign"])
    assert names.index("│") == ends.index("│")


def test_that_there_is_no_partners_end_is_said() -> None:
    """And why: not yet, or not any more."""
    (line,) = _lines(sides.row(_end("prepare", "assigned", "Prepare (assigned)"), None, "no end yet"))
    assert _halves(line) == (["prepare", "/", "assigned", "Prepare", "(assigned)"], ["no", "end", "yet"])


def test_what_is_long_takes_more_lines_within_its_side() -> None:
    """The line between the sides goes through, and nothing is cut off."""
    owner = _end("ready", "connectionDeclined", "Ready (connection declined)")
    lines = _lines(sides.row(owner, _end("progress", "accepted", "Progress Hold"), ""))
    assert {line.index("│") for line in lines} == {lines[0].index("│")}
    assert [_halves(line)[0] for line in lines] == [
        ["ready", "/", "Ready", "(connection"],
        ["connectionDeclined", "declined)"],
    ]
    assert _halves(lines[0])[1] == ["progress", "/", "accepted", "Progress", "Hold"]
    assert max(map(len, lines)) <= WIDTH


def test_a_hold_is_shown_at_the_end_that_has_it() -> None:
    """Also where the worker status does not tell."""
    held, free = _end("progress", "accepted", "Progress", hold=True), _end("progress", "accepted", "Progress")
    assert [_halves(line) for line in _lines(sides.row(free, held, ""))][1] == ([], ["on", "hold"])
    assert [_halves(line) for line in _lines(sides.row(held, free, ""))][1] == (["on", "hold"], [])
    assert len(_lines(sides.row(free, free, ""))) == 1
