"""The lifecycle of a type as SVG that stands alone: no script, no font, no other host.

Statuses are boxes. What leads on is text between them: actions, and below them who may take them.
Statuses from which the same actions lead to the same status share one text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from html import escape
from itertools import pairwise

from shared.domain.definitions.workflow import Workflow
from shared.domain.pictures.diagram import ANYWHERE, ENTRY, Picture, lines, picture
from shared.domain.pictures.layout import Node, lay_out, layers

MARGIN = 24.0
LINE = 17.0
PADDING = 10.0
DOT = 14.0
PASSING = 8.0
WIDE, SMALL = 7.4, 6.0
"""The width of a letter, on average, at the two sizes of text."""
STYLE = """
text { font: 13px system-ui, sans-serif; fill: #1f2328; text-anchor: middle; }
.name { font-weight: 600; }
.small { font-size: 11px; fill: #59636e; }
.caption { text-anchor: start; }
.paper { fill: #ffffff; }
.box { fill: #f6f8fa; stroke: #59636e; }
.end { fill: #dafbe1; stroke: #1a7f37; }
.dropped { fill: #eaeef2; stroke: #59636e; stroke-dasharray: 4 3; }
.dot { fill: #1f2328; }
.way { fill: none; stroke: #818b98; stroke-width: 1.3; }
.head { fill: #818b98; }
@media (prefers-color-scheme: dark) {
  text { fill: #e5e8ea; }
  .small { fill: #a0a8b1; }
  .paper { fill: #1a1d20; }
  .box { fill: #282c30; stroke: #a0a8b1; }
  .end { fill: #12361f; stroke: #3fb950; }
  .dropped { fill: #22262a; stroke: #a0a8b1; }
  .dot { fill: #e5e8ea; }
}
"""
Way = tuple[str, ...]
"""The keys of the nodes that a line passes, from top to bottom."""


@dataclass(frozen=True, slots=True)
class Hub:
    """A text on the way to a status, with the statuses that lead there; `up` against the flow."""

    key: str
    target: str
    lines: tuple[tuple[str, str], ...]
    sources: tuple[str, ...]
    up: bool


def drawn(workflow: Workflow, type_name: str) -> str:
    """The lifecycle of tasks of a type as an SVG document; raises KeyError for an unknown type."""
    shown = picture(workflow, type_name)
    keys = [ENTRY, *shown.labels]
    depths = layers(keys, [(arrow.source, arrow.target) for arrow in shown.arrows])
    layer = {key: 2 * depth for key, depth in depths.items()}
    hubs = tuple(_hubs(shown, layer))
    nodes = {key: _box(key, layer[key], _status_lines(shown, key)) for key in keys}
    nodes |= {hub.key: _box(hub.key, layer[hub.target] + (1 if hub.up else -1), _hub_lines(hub)) for hub in hubs}
    ways = tuple(way for hub in hubs for way in _ways(hub, nodes))
    links = [link for way in ways for link in pairwise(way)]
    return _document(shown, hubs, ways, lay_out(nodes.values(), links))


def _hubs(shown: Picture, layer: Mapping[str, int]) -> Iterator[Hub]:
    grouped: dict[tuple[str, bool, tuple[tuple[str, str], ...]], list[str]] = {}
    for arrow in shown.arrows:
        up = layer[arrow.source] > layer[arrow.target]
        grouped.setdefault((arrow.target, up, arrow.lines), []).append(arrow.source)
    for number, ((target, up, texts), sources) in enumerate(grouped.items()):
        yield Hub(f"hub {number}", target, texts, tuple(sources), up)


def _ways(hub: Hub, nodes: dict[str, Node]) -> Iterator[Way]:
    """The lines at a hub; where one passes a layer, a node of its own keeps the way free."""
    yield (hub.target, hub.key) if hub.up else (hub.key, hub.target)
    for source in hub.sources:
        upper, lower = (hub.key, source) if hub.up else (source, hub.key)
        passed = [f"{hub.key} {source} {at}" for at in range(nodes[upper].layer + 1, nodes[lower].layer)]
        for at, key in enumerate(passed, start=nodes[upper].layer + 1):
            nodes[key] = Node(key, at, PASSING, 0.0)
        yield (upper, *passed, lower)


Texts = list[tuple[str, str]]
"""Lines of text, each with its CSS classes."""


def _status_lines(shown: Picture, key: str) -> Texts:
    if key == ENTRY:
        return []
    return [(shown.labels[key], "name"), *((line, "small") for line in lines(shown.staying[key]))]


def _hub_lines(hub: Hub) -> Texts:
    return [text for action, who in hub.lines for text in ((action, "action"), (who, "small"))]


def _box(key: str, layer: int, texts: Texts) -> Node:
    if not texts:
        return Node(key, layer, DOT, DOT)
    width = max(len(text) * (SMALL if kind == "small" else WIDE) for text, kind in texts)
    return Node(key, layer, width + 2 * PADDING, LINE * len(texts) + PADDING)


def _document(shown: Picture, hubs: tuple[Hub, ...], ways: tuple[Way, ...], placed: Mapping[str, Node]) -> str:
    left = min(n.x - n.width / 2 for n in placed.values()) - MARGIN
    placed = {key: replace(n, x=n.x - left, y=n.y + MARGIN) for key, n in placed.items()}
    captions = [ANYWHERE, *lines(shown.anywhere)] if shown.anywhere else []
    bottom = max(n.y + n.height / 2 for n in placed.values()) + MARGIN
    width = max(n.x + n.width / 2 for n in placed.values()) + MARGIN
    width = max(width, *(len(text) * WIDE + 2 * MARGIN for text in captions), 0.0)
    height = bottom + LINE * len(captions) + (MARGIN if captions else 0.0)
    size = f'viewBox="0 0 {width:.0f} {height:.0f}" width="{width:.0f}" height="{height:.0f}"'
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img" aria-label="{_safe(shown.title)}">',
        f"<title>{_safe(shown.title)}</title><style>{STYLE}</style>",
        '<rect class="paper" width="100%" height="100%"/>',
        *_lines_between(hubs, ways, placed),
        *(_status(placed[key], _status_lines(shown, key), shown) for key in (ENTRY, *shown.labels)),
        *(_written(placed[hub.key], _hub_lines(hub)) for hub in hubs),
        *(
            f'<text class="caption" x="{MARGIN}" y="{bottom + LINE * (index + 1):.1f}">{_safe(text)}</text>'
            for index, text in enumerate(captions)
        ),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _status(node: Node, texts: Texts, shown: Picture) -> str:
    if not texts:
        return f'<circle class="dot" cx="{node.x:.1f}" cy="{node.y:.1f}" r="{DOT / 2}"/>'
    kind = "dropped" if node.key in shown.dropped else "end" if node.key in shown.terminal else "box"
    x, y = node.x - node.width / 2, node.y - node.height / 2
    box = f'x="{x:.1f}" y="{y:.1f}" width="{node.width:.1f}" height="{node.height:.1f}"'
    return f'<rect class="{kind}" {box} rx="6"/>{_written(node, texts)}'


def _written(node: Node, texts: Texts) -> str:
    top = node.y - LINE * len(texts) / 2 + 0.75 * LINE
    return "".join(
        f'<text class="{kind}" x="{node.x:.1f}" y="{top + LINE * index:.1f}">{_safe(text)}</text>'
        for index, (text, kind) in enumerate(texts)
    )


def _lines_between(hubs: tuple[Hub, ...], ways: tuple[Way, ...], placed: Mapping[str, Node]) -> Iterator[str]:
    targets = {frozenset((hub.key, hub.target)): hub for hub in hubs}
    tall = {n.layer: max(m.height for m in placed.values() if m.layer == n.layer) for n in placed.values()}
    for way in ways:
        points = _points(way, ways, placed, tall)
        yield f'<path class="way" d="{_curve(points)}"/>'
        hub = targets.get(frozenset(way))
        if hub is not None:
            (x, y), down = (points[0], -1) if hub.up else (points[-1], 1)
            yield f'<path class="head" d="M{x:.1f} {y:.1f} l-4 {-8 * down} h8 z"/>'


def _points(
    way: Way, ways: tuple[Way, ...], placed: Mapping[str, Node], tall: Mapping[int, float]
) -> list[tuple[float, float]]:
    """Where a line goes: from the lower edge of the first node, straight past others, to the last."""
    first, *passed, last = (placed[key] for key in way)
    points = [(_port(way, 0, ways, placed), first.y + first.height / 2)]
    for node in passed:
        half = tall[node.layer] / 2
        points += [(node.x, node.y - half), (node.x, node.y + half)]
    return [*points, (_port(way, -1, ways, placed), last.y - last.height / 2)]


def _port(way: Way, end: int, ways: tuple[Way, ...], placed: Mapping[str, Node]) -> float:
    """Lines at one edge of a box leave it side by side, in the order of where they lead."""
    node = placed[way[end]]
    near = 1 if end == 0 else -2
    beside = sorted((w for w in ways if w[end] == way[end]), key=lambda w: placed[w[near]].x)
    step = min(26.0, node.width / (len(beside) + 1))
    return node.x + step * (beside.index(way) - (len(beside) - 1) / 2)


def _curve(points: list[tuple[float, float]]) -> str:
    (x, y), *_ = points
    parts = [f"M{x:.1f} {y:.1f}"]
    for (x0, y0), (x1, y1) in pairwise(points):
        half = (y0 + y1) / 2
        parts.append(f"C{x0:.1f} {half:.1f} {x1:.1f} {half:.1f} {x1:.1f} {y1:.1f}")
    return " ".join(parts)


def _safe(text: str) -> str:
    """The text as XML may hold it."""
    return escape(re.sub(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", " ", text))
