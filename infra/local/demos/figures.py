"""The figures of a docket switch, as data, and how the trees of cases are held against them."""

from collections.abc import Iterator, Mapping
from itertools import zip_longest
from typing import Any

# A task by its type and status, and what stands under it.
Node = tuple[str, str, tuple["Node", ...]]


def _node(type_name: str, status: str, *under: Node) -> Node:
    return (type_name, status, under)


# "Docket Switch Granted Task Tree": the case that the switch has ended.
GRANTED = _node(
    "RootTask", "cancelled",
    _node(
        "DistributionTask", "cancelled",
        _node("DocketSwitchMailTask", "completed", _node("DocketSwitchMailTask", "completed")),
        _node(
            "DocketSwitchRulingTask", "completed",
            _node("DocketSwitchGrantedTask", "completed", _node("DocketSwitchGrantedTask", "completed")),
        ),
    ),
)  # fmt: skip

# "Docket Switch Denied Task Tree": the case goes on as it was.
DENIED = _node(
    "RootTask", "on_hold",
    _node(
        "DistributionTask", "on_hold",
        _node("EvidenceSubmissionWindowTask", "assigned"),
        _node("DocketSwitchMailTask", "completed", _node("DocketSwitchMailTask", "completed")),
        _node(
            "DocketSwitchRulingTask", "completed",
            _node("DocketSwitchDeniedTask", "completed", _node("DocketSwitchDeniedTask", "completed")),
        ),
    ),
)  # fmt: skip

# "Task Creation": what a switch to the hearing docket begins.
BEGUN = _node(
    "RootTask", "on_hold",
    _node("DistributionTask", "on_hold", _node("HearingTask", "on_hold", _node("ScheduleHearingTask", "assigned"))),
    _node("DocketSwitchGrantedTask", "completed"),
)  # fmt: skip


def count(node: Node) -> int:
    """Return how many tasks a tree has."""
    return 1 + sum(map(count, node[2]))


def tree_of(shown: Mapping[str, Any]) -> Node:
    """Return a tree as the API nests it, by types and statuses alone."""
    task = shown["task"]
    return _node(task["type"], task["status"], *map(tree_of, shown["children"]))


def differences(wanted: Node | None, found: Node | None, *above: str) -> Iterator[str]:
    """Say for each node where a tree is another than it should be; what stands under such a node is not looked at."""
    if wanted is None or found is None or wanted[:2] != found[:2]:
        yield f"{' > '.join(above) or 'at the top'}: {_named(wanted)} in the figure, {_named(found)} here"
        return
    for pair in zip_longest(wanted[2], found[2]):
        yield from differences(*pair, *above, found[0])


def _named(node: Node | None) -> str:
    return f"{node[0]} {node[1]}" if node else "nothing"
