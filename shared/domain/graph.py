"""Prerequisites as a graph: who waits for whom."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from typing import TypeVar

Node = TypeVar("Node", bound=Hashable)


def closes_cycle(graph: Mapping[Node, Iterable[Node]], node: Node, wanted: Iterable[Node]) -> bool:
    """Whether `node` could be reached from what it is to wait for, so that all wait forever."""
    reached: set[Node] = set()
    ahead = list(wanted)
    while ahead:
        here = ahead.pop()
        if here == node:
            return True
        if here not in reached:
            reached.add(here)
            ahead.extend(graph.get(here, ()))
    return False


def in_order(graph: Mapping[Node, Iterable[Node]]) -> list[Node] | None:
    """The nodes, each after all that it waits for; None when some wait in a cycle."""
    placed: dict[Node, None] = {}
    left = dict(graph)
    while left:
        free = [n for n, waits in left.items() if not any(w in left for w in waits)]
        if not free:
            return None
        placed.update(dict.fromkeys(free))
        left = {n: waits for n, waits in left.items() if n not in placed}
    return list(placed)
