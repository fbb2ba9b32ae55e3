"""Figures of trees that stay legible in a narrow terminal."""

import pytest

from infra.local import figure
from infra.local.figure import Figure, Row

FIGURE = """\
Appeal appeal-7 (Rivera, hearing) ─── │ ID                │ STATUS   │ ASGN_BY  │ ASGN_TO                    │ UPDATED_AT              │
└── RootTask                          │ appeal-7.06h04km6 │ on_hold  │          │ Board of Veterans' Appeals │ 2026-11-22 08:10:30 UTC │
    ├── DistributionTask              │ appeal-7.06h04km7 │ on_hold  │          │ Board of Veterans' Appeals │ 2026-11-22 08:10:30 UTC │
    │   └── HearingRelatedMailTask    │ appeal-7.06h04km8 │ assigned │ Ada Minh │ Colocated Team             │ 2026-11-22 08:10:31 UTC │
    └── TrackVeteranTask              │ appeal-7.06h04km9 │ on_hold  │          │ Veterans Aid               │ 2026-11-22 08:10:30 UTC │
                                      └─────────────────────────────────────────────────────────────────────────────────────────────────┘
"""  # noqa: E501 - as the API answers


def _drawn(room: int | None) -> list[str]:
    return [line.plain for line in figure.drawn(figure.read(FIGURE), room, {})]


def test_a_figure_is_read() -> None:
    """The title, and every task with what ties it, its type and its cells."""
    read = figure.read(FIGURE)
    assert read.title == "Appeal appeal-7 (Rivera, hearing)"
    assert [row.ties + row.name for row in read.rows][2] == "    │   └── HearingRelatedMailTask"
    assert read.rows[3] == Row(
        "    └── ",
        "TrackVeteranTask",
        ("appeal-7.06h04km9", "on_hold", "", "Veterans Aid", "2026-11-22 08:10:30 UTC"),
    )


def test_with_room_enough_it_is_the_figure_of_the_api() -> None:
    """But for its lower edge, and how long the line beside the title is."""
    theirs = FIGURE.splitlines()[:-1]
    assert _drawn(None) == _drawn(200)
    assert [line.replace("─", "").split() for line in _drawn(None)] == [
        line.replace("─", "").split() for line in theirs
    ]


@pytest.mark.parametrize(
    ("room", "columns"),
    [
        (134, ["ID", "STATUS", "ASGN_BY", "ASGN_TO", "UPDATED_AT"]),
        (124, ["ID", "STATUS", "ASGN_BY", "ASGN_TO", "UPDATED_AT"]),
        (105, ["STATUS", "ASGN_BY", "ASGN_TO", "UPDATED_AT"]),
        (95, ["STATUS", "ASGN_TO", "UPDATED_AT"]),
        (72, ["STATUS", "ASGN_TO"]),
        (60, ["STATUS", "ASGN_TO"]),
    ],
)
def test_what_there_is_no_room_for_goes(room: int, columns: list[str]) -> None:
    """The least telling first; what each task is and where it stands never goes."""
    lines = _drawn(room)
    assert max(map(len, lines)) <= room
    heads = next(line for line in lines if "STATUS" in line)
    assert [head.strip() for head in heads.split("│")[1:-1]] == columns
    assert all(any(name in line for line in lines) for name in ("HearingRelatedMailTask", "TrackVeteranTask"))


def test_names_are_cut_off_in_the_end() -> None:
    """And say so."""
    (root, *_) = (line for line in _drawn(60) if "RootTask" in line)
    assert root.endswith("Board of Vete… │") or "…" in root


def test_an_empty_tree_has_nothing_but_its_title() -> None:
    """Of a case in which somebody sees no task."""
    (head,) = figure.drawn(Figure("Appeal appeal-7", ()), None, {})
    assert head.plain.startswith("Appeal appeal-7 ─")
    assert figure.drawn(Figure("Appeal appeal-7", ()), 20, {})[0].plain == "Appeal appeal-7"


def test_what_is_known_already_is_dim_and_statuses_have_their_colors() -> None:
    """So that one sees what has changed since the last time."""
    read = figure.read(FIGURE)
    known = {row.cells for row in read.rows[1:]}
    _, root, distribution, *_ = figure.drawn(read, None, {"on_hold": "yellow"}, known)
    assert root.style == ""
    assert "yellow" in {str(span.style) for span in root.spans}
    assert distribution.style == "dim"
    assert "yellow" not in {str(span.style) for span in distribution.spans}
