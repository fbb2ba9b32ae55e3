"""Where the nodes of a directed graph go: in layers from top to bottom, with few crossings.

The usual steps of layered drawing (after Sugiyama), small, because a lifecycle has few nodes:
layers by the longest path, order within a layer by the neighbours' middle, then positions that
keep that order and come as near to the neighbours as widths allow. It is written out here because
the libraries at hand need a native part or have a licence that does not fit, for 130 lines.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

GAP = 22.0
LAYER_GAP = 26.0
SWEEPS = 12


@dataclass(frozen=True, slots=True)
class Node:
    """A box of a size in a layer; `x` and `y` are its middle."""

    key: str
    layer: int
    width: float
    height: float
    x: float = 0.0
    y: float = 0.0


def layers(keys: Sequence[str], edges: Sequence[tuple[str, str]]) -> Mapping[str, int]:
    """A layer for each node, so that edges lead down, but for those that close a circle.

    Nodes from which nothing leads further down stand together in the last layer.
    """
    down = _without_circles(keys, edges)
    depth = dict.fromkeys(keys, 0)
    for _ in keys:
        for source, target in down:
            depth[target] = max(depth[target], depth[source] + 1)
    last = max(depth.values(), default=0)
    return {key: depth[key] if any(source == key for source, _ in down) else last for key in keys}


def _without_circles(keys: Sequence[str], edges: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    following = {key: [target for source, target in edges if source == key] for key in keys}
    done: set[str] = set()
    down: list[tuple[str, str]] = []

    def visit(key: str, above: tuple[str, ...]) -> None:
        done.add(key)
        for target in following[key]:
            if target not in (*above, key):
                down.append((key, target))
                if target not in done:
                    visit(target, (*above, key))

    for key in keys:
        if key not in done:
            visit(key, ())
    return down


def lay_out(nodes: Iterable[Node], links: Sequence[tuple[str, str]]) -> Mapping[str, Node]:
    """The nodes with their places; each link leads from one layer to the next below."""
    rows: dict[int, list[Node]] = {}
    for node in nodes:
        rows.setdefault(node.layer, []).append(node)
    ordered = [rows[layer] for layer in sorted(rows)]
    near = _neighbours(links)
    return _placed(_best_order(ordered, near, links), near)


def _neighbours(links: Iterable[tuple[str, str]]) -> Mapping[str, list[str]]:
    near: dict[str, list[str]] = {}
    for upper, lower in links:
        near.setdefault(upper, []).append(lower)
        near.setdefault(lower, []).append(upper)
    return near


def _best_order(
    rows: list[list[Node]], near: Mapping[str, list[str]], links: Sequence[tuple[str, str]]
) -> list[list[Node]]:
    best, fewest = rows, _crossings(rows, links)
    for sweep in range(SWEEPS):
        rows = _swept(rows, near, upwards=sweep % 2 == 1)
        crossings = _crossings(rows, links)
        if crossings < fewest:
            best, fewest = rows, crossings
    return best


def _swept(rows: list[list[Node]], near: Mapping[str, list[str]], *, upwards: bool) -> list[list[Node]]:
    """The rows, each ordered by where the neighbours in the row before it stand."""
    swept: list[list[Node]] = []
    before: dict[str, float] = {}
    for row in reversed(rows) if upwards else rows:
        places = {n.key: (index + 0.5) / len(row) for index, n in enumerate(row)}
        middle = {k: _mean([before[n] for n in near.get(k, ()) if n in before], places[k]) for k in places}
        swept.append(sorted(row, key=lambda n: middle[n.key]))
        before = {n.key: (index + 0.5) / len(row) for index, n in enumerate(swept[-1])}
    return swept[::-1] if upwards else swept


def _crossings(rows: list[list[Node]], links: Sequence[tuple[str, str]]) -> int:
    place = {node.key: (layer, index) for layer, row in enumerate(rows) for index, node in enumerate(row)}
    spans = [(place[upper], place[lower]) for upper, lower in links]
    return sum(
        a[0][0] == b[0][0] and (a[0][1] - b[0][1]) * (a[1][1] - b[1][1]) < 0
        for index, a in enumerate(spans)
        for b in spans[:index]
    )


def _placed(rows: list[list[Node]], near: Mapping[str, list[str]]) -> Mapping[str, Node]:
    x = {node.key: place for row in rows for node, place in zip(row, _spread(row, [0.0] * len(row)), strict=True)}
    for sweep in range(2 * SWEEPS):
        for row in reversed(rows) if sweep % 2 else rows:
            wanted = [_mean([x[key] for key in near.get(n.key, ())], x[n.key]) for n in row]
            x |= {node.key: place for node, place in zip(row, _spread(row, wanted), strict=True)}
    y = 0.0
    placed: dict[str, Node] = {}
    for row in rows:
        height = max(node.height for node in row)
        placed |= {n.key: replace(n, x=x[n.key], y=y + height / 2) for n in row}
        y += height + LAYER_GAP
    return placed


def _spread(row: list[Node], wanted: list[float]) -> list[float]:
    """Places as near as possible to those wanted, in the same order, without overlap.

    Neighbours that want to be nearer than they may be move together, to the mean of what they want.
    """
    offsets = [0.0]
    for left, right in pairwise(row):
        offsets.append(offsets[-1] + (left.width + right.width) / 2 + GAP)
    blocks: list[tuple[float, int]] = []
    for place, offset in zip(wanted, offsets, strict=True):
        mean, size = place - offset, 1
        while blocks and blocks[-1][0] > mean:
            other, more = blocks.pop()
            mean, size = (mean * size + other * more) / (size + more), size + more
        blocks.append((mean, size))
    means = [mean for mean, size in blocks for _ in range(size)]
    return [mean + offset for mean, offset in zip(means, offsets, strict=True)]


def _mean(values: list[float], otherwise: float) -> float:
    return sum(values) / len(values) if values else otherwise
