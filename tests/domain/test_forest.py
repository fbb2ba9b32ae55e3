"""Trees of tasks: their order, the figure of the seed, and the diagram."""

from __future__ import annotations

import unicodedata
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from shared.domain.definitions.workflow import Status
from shared.domain.model.task import Task
from shared.domain.pictures.forest import CHARACTERS, NODES, Box, Branch, Row, chart, figure, grown
from tests.domain.worlds import START

ON_HOLD = Status("on_hold", "open", "on_hold", open=True)
ASSIGNED = Status("assigned", "open", "assigned", open=True, active=True)
COMPLETED = Status("completed", "closed", "completed", completed=True)
CANCELLED = Status("cancelled", "closed", "cancelled")
DENIED = """\
Appeal 1640 (E 210726-1640 Original) ───── │ ID   │ STATUS    │ ASGN_BY     │ ASGN_TO         │ UPDATED_AT   │
└── RootTask                               │ 6883 │ on_hold   │             │ Bva             │ 17:43:28 UTC │
    ├── DistributionTask                   │ 6884 │ on_hold   │             │ Bva             │ 17:43:28 UTC │
    │   ├── EvidenceSubmissionWindowTask   │ 6885 │ assigned  │             │ MailTeam        │ 17:43:28 UTC │
    │   ├── DocketSwitchMailTask           │ 6887 │ completed │             │ ClerkOfTheBoard │ 17:45:37 UTC │
    │   │   └── DocketSwitchMailTask       │ 6888 │ completed │ COB_USER    │ COB_USER        │ 17:45:37 UTC │
    │   └── DocketSwitchRulingTask         │ 6889 │ completed │ COB_USER    │ BVAAABSHIRE     │ 17:49:06 UTC │
    │       └── DocketSwitchDeniedTask     │ 6890 │ completed │ BVAAABSHIRE │ ClerkOfTheBoard │ 17:49:05 UTC │
    │           └── DocketSwitchDeniedTask │ 6891 │ completed │ BVAAABSHIRE │ COB_USER        │ 17:49:06 UTC │
    └── JudgeAssignTask                    │ 6892 │ assigned  │             │ BVAAABSHIRE     │ 17:49:07 UTC │
                                           └─────────────────────────────────────────────────────────────────┘"""


def _task(name: str, parent: str | None = None) -> Task:
    above = f"look-1.{parent}" if parent else None
    return Task(f"look-1.{name}", "look-1", "w", 1, "T", "open", "on_hold", START, START, START, parent_id=above)


def _shape(*tasks: Task) -> list[tuple[str, int]]:
    return [(branch.task.task_id.removeprefix("look-1."), branch.depth) for branch in grown(tasks)]


def _row(depth: int, name: str, *cells: str) -> Row:
    return Row(depth, name, (*cells, *[""] * (5 - len(cells))))


def test_a_task_comes_before_what_is_below_it_and_that_before_its_next_sibling() -> None:
    """Depth first; siblings in the order given."""
    tasks = [_task("a"), _task("b"), _task("c", "a"), _task("d", "b"), _task("e", "a"), _task("f", "c")]
    assert _shape(*tasks) == [("a", 0), ("c", 1), ("f", 2), ("e", 1), ("b", 0), ("d", 1)]
    assert _shape() == []


def test_what_has_no_parent_among_the_tasks_is_a_root() -> None:
    """It is shown where the parent may not be seen; what is below it stays there."""
    assert _shape(_task("c", "hidden"), _task("d", "c"), _task("e", "hidden")) == [("c", 0), ("d", 1), ("e", 0)]


@given(st.lists(st.integers(0, 5), max_size=12))
def test_every_task_is_in_the_order_once_and_right_below_its_parent(depths: list[int]) -> None:
    """Whatever the trees: the depths say all of them."""
    tasks: list[Task] = []
    expected: list[Branch] = []
    path: list[Task] = []
    for number, wanted in enumerate(depths):
        depth = min(wanted, len(path))
        task = replace(_task(f"{number:02}"), parent_id=path[depth - 1].task_id if depth else None)
        path[depth:] = [task]
        tasks.append(task)
        expected.append(Branch(task, depth))
    assert list(grown(tasks)) == expected


def test_a_figure_is_drawn_as_in_the_seed() -> None:
    """The second figure of the docket switch; the title is the case, the root task its branch."""
    table = [
        (0, "RootTask", "6883", "on_hold", "", "Bva", "17:43:28"),
        (1, "DistributionTask", "6884", "on_hold", "", "Bva", "17:43:28"),
        (2, "EvidenceSubmissionWindowTask", "6885", "assigned", "", "MailTeam", "17:43:28"),
        (2, "DocketSwitchMailTask", "6887", "completed", "", "ClerkOfTheBoard", "17:45:37"),
        (3, "DocketSwitchMailTask", "6888", "completed", "COB_USER", "COB_USER", "17:45:37"),
        (2, "DocketSwitchRulingTask", "6889", "completed", "COB_USER", "BVAAABSHIRE", "17:49:06"),
        (3, "DocketSwitchDeniedTask", "6890", "completed", "BVAAABSHIRE", "ClerkOfTheBoard", "17:49:05"),
        (4, "DocketSwitchDeniedTask", "6891", "completed", "BVAAABSHIRE", "COB_USER", "17:49:06"),
        (1, "JudgeAssignTask", "6892", "assigned", "", "BVAAABSHIRE", "17:49:07"),
    ]
    rows = [Row(depth, name, (*cells, f"{at} UTC")) for depth, name, *cells, at in table]
    assert "\n".join(figure("Appeal 1640 (E 210726-1640 Original)", rows)) == DENIED


def test_branches_pass_what_stands_between_them() -> None:
    """A line leads down from a task to its last child, past all that is below the others."""
    depths = [0, 1, 2, 2, 1, 2, 0]
    lines = figure("Look 1", [_row(depth, "T") for depth in depths])
    assert [line.partition("T")[0] for line in lines[1:-1]] == [
        "├── ",
        "│   ├── ",
        "│   │   ├── ",
        "│   │   └── ",
        "│   └── ",
        "│       └── ",
        "└── ",
    ]


def test_a_figure_of_nothing_is_its_title() -> None:
    """A case may have no task."""
    assert figure("Look 1", []) == [
        "Look 1 ──── │ ID │ STATUS │ ASGN_BY │ ASGN_TO │ UPDATED_AT │",
        "            └──────────────────────────────────────────────┘",
    ]


def test_columns_are_straight_whatever_stands_in_them() -> None:
    """Wide letters, marks above letters, and nothing that breaks a line or turns its direction."""
    rows = [_row(0, "漢字"), _row(1, "T", "e\u0301"), _row(0, "T", "a\nb\u202e\u2028c")]
    lines = figure("Look\t1", rows)
    assert "a b  c" in lines[3]
    assert lines[0].startswith("Look 1 ───")
    assert len({_columns(line) for line in lines}) == 1
    assert all(line.isprintable() or "\u0301" in line for line in lines)


def _columns(line: str) -> int:
    wide = sum(unicodedata.east_asian_width(c) == "W" for c in line)
    return len(line) + wide - line.count("\u0301")


def test_a_chart_ties_boxes_and_colors_them_by_status() -> None:
    """Nothing that is written in a box is read as Mermaid's own."""
    boxes = [
        Box(0, ON_HOLD, ("Root", "on_hold", "")),
        Box(1, ASSIGNED, ('<b>"x"</b>',)),
        Box(1, COMPLETED, ("T",)),
        Box(2, CANCELLED, ("T",)),
        Box(0, COMPLETED, ("T",)),
    ]
    assert chart("Appeal 1640 {x}", boxes) == (
        "flowchart LR\n"
        "    accTitle: Appeal 1640 x\n"
        '    t0["Root<br/>on_hold"]:::s_on_hold\n'
        '    t1["#60;b#62;#34;x#34;#60;/b#62;"]:::s_assigned\n'
        "    t0 --> t1\n"
        '    t2["T"]:::s_completed\n'
        "    t0 --> t2\n"
        '    t3["T"]:::s_cancelled\n'
        "    t2 --> t3\n"
        '    t4["T"]:::s_completed\n'
        "    classDef s_on_hold fill:#fff8c5,stroke:#9a6700,color:#1f2328\n"
        "    classDef s_assigned fill:#ddf4ff,stroke:#0969da,color:#1f2328\n"
        "    classDef s_completed fill:#dafbe1,stroke:#1a7f37,color:#1f2328\n"
        "    classDef s_cancelled fill:#eaeef2,stroke:#59636e,color:#1f2328\n"
    )


def test_a_chart_has_no_more_than_mermaid_draws() -> None:
    """It says how many are left out: those that come last in tree order."""
    many = chart("Look 1", [Box(min(n, 1), ASSIGNED, ("T",)) for n in range(NODES + 7)])
    assert many.count(" --> ") == NODES - 1
    assert 'more["… 7 more"]' in many
    long = chart("Look 1", [Box(0, ASSIGNED, ("T" * 1_000,)) for _ in range(50)])
    assert CHARACTERS - 2_000 < len(long) < 50_000
    assert long.count("TTT") > 40
    assert 'more["… 9 more"]' in chart("Look 1", [Box(0, ASSIGNED, ("T",))] * (NODES + 2), 7)
    assert "more" not in chart("Look 1", [Box(0, ASSIGNED, ("T",))] * NODES)
