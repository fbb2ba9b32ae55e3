"""Diagrams of lifecycles: the same graph in Mermaid's words and as a picture."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.compile import workflow_of
from shared.domain.checks.explore import explore
from shared.domain.definitions.workflow import TargetCase, Tree, Word, Workflow
from shared.domain.pictures.diagram import lifecycle, picture
from shared.domain.pictures.drawing import drawn
from shared.domain.pictures.layout import GAP, Node, lay_out, layers
from tests.domain.worlds import workflow
from tests.workflows.broken import ERRANDS
from tests.workflows.claims import claims

INSPECTION = workflow("inspection")
SMALL = workflow_of(ERRANDS)
SVG = "{http://www.w3.org/2000/svg}"
HOSTILE = 'end note; "x" <b>&: {a} %% # [*] --> #quot; \\ ` é 漢 | state "q" as \n z\x00\ufffe'


def hostile(whole: Workflow, text: str) -> Workflow:
    """The workflow with the text in everything that a diagram shows."""
    statuses = {key: replace(s, status=f"{text} {key}") for key, s in whole.statuses.items()}
    actions = {name: replace(a, label=f"{text} {name}") for name, a in whole.actions.items()}
    types = {name: replace(t, label=text) for name, t in whole.types.items()}
    return replace(whole, label=text, statuses=statuses, actions=actions, types=types)


def arrows(text: str) -> set[tuple[str, str]]:
    """The arrows of a Mermaid diagram."""
    return {(found[1], found[2]) for found in re.finditer(r"^ +(\S+) --> (\S+)(?: :|$)", text, re.MULTILINE)}


def texts(svg: str) -> list[str]:
    """All words that a picture shows."""
    return [element.text or "" for element in ET.fromstring(svg).iter(f"{SVG}text")]  # noqa: S314 - our own


def test_the_diagram_shows_who_may_lead_where() -> None:
    """Each arrow names an action and those who may take it; conditions stand with it."""
    text = lifecycle(INSPECTION, "QA")
    assert text.startswith("stateDiagram-v2\n    accTitle: Inspection tasks: QA\n")
    assert "    s_ready --> s_in_progress : Claim and start (group queue member, assignee)\n" in text
    assert "    s_failed --> s_skipped : Skip if visited Failed (assignee, group queue member, Casetree)\n" in text
    assert '    state "Skipped (Canceled)" as s_cancelled\n' in text
    assert "    s_passed --> [*]\n" in text


@pytest.mark.parametrize("whole", [INSPECTION, SMALL], ids=lambda w: w.name)
def test_the_diagram_shows_what_can_happen_and_nothing_else(whole: Workflow) -> None:
    """The arrows are the moves between statuses that the checker found."""
    name = next(iter(whole.types))
    moves = {(s.status, t.status) for s, _, t in explore(whole, name).moves if s.status != t.status}
    drawn_moves = {
        (a.removeprefix("s_"), b.removeprefix("s_")) for a, b in arrows(lifecycle(whole, name)) if "[*]" not in (a, b)
    }
    assert drawn_moves == moves


def test_the_diagram_shows_what_a_change_of_the_case_does() -> None:
    """A task that it ends has an arrow from every open status; no other task has one."""
    ended = "    s_assigned --> s_cancelled : The case is changed (Casetree)\n"
    assert ended in lifecycle(claims(), "Letter")
    assert "The case is changed" not in lifecycle(claims(), "Survey")


def test_what_changes_no_status_is_summed_up() -> None:
    """Actions that every open status has, and that change none, stand in one note."""
    text = lifecycle(INSPECTION, "QA")
    note = text.partition("note right of s_pending\n")[2].partition("end note")[0]
    assert "Assign, Move to another queue, Reschedule" in note
    assert "s_pending : Provide information\n" in text
    assert not [(a, b) for a, b in arrows(text) if a == b]


def test_a_type_shows_its_own_actions_only() -> None:
    """A type that is limited to some actions has a smaller diagram; unreached statuses are left out."""
    few = frozenset({"wake", "start", "finish"})
    whole = replace(SMALL, types={**SMALL.types, "Buy": replace(SMALL.types["Buy"], actions=few)})
    text = lifecycle(whole, "Buy")
    assert "Dropped" not in text
    assert "note right of" not in text
    assert "While open" not in drawn(whole, "Buy")


def test_an_unknown_type_is_a_key_error() -> None:
    """Whoever asks for a type that there is not gets no empty picture."""
    for draw in (lifecycle, drawn):
        with pytest.raises(KeyError):
            draw(SMALL, "Sell")


def test_children_are_drawn_as_what_moves_a_parent() -> None:
    """In a tree, the arrows by which children move their parent are there."""
    tree = Tree("waiting", "ready", "done", "dropped", "drop")
    types = {**SMALL.types, "Buy": replace(SMALL.types["Buy"], parents=frozenset({"Write the list"}))}
    text = lifecycle(replace(SMALL, tree=tree, types=types), "Write the list")
    assert "s_waiting --> s_ready : All children are closed (Casetree)" in text
    assert "s_underway --> s_waiting : A child is opened" in text


def test_nothing_in_a_label_is_read_as_mermaid() -> None:
    """Words, arrows, quotes and ends of notes within labels stay labels."""
    text = lifecycle(hostile(INSPECTION, HOSTILE), "QA")
    body = text.partition("accTitle")[2].partition("\n")[2]
    assert len(re.findall(r"(?i)end note", body)) == 1
    assert arrows(text) == arrows(lifecycle(INSPECTION, "QA"))
    for line in text.splitlines()[2:]:
        label = line.partition(" : ")[2] or line.partition('"')[2].rpartition('"')[0]
        assert not re.search(r'[":;{}<>\[\]%`\\|]', re.sub(r"#\d+;", "", label)), line


@given(st.text(max_size=30))
def test_any_label_makes_a_picture_that_can_be_read(text: str) -> None:
    """Whatever characters a label has, the picture is well-formed and loads nothing from elsewhere."""
    svg = drawn(hostile(SMALL, text), "Buy")
    ET.fromstring(svg)  # noqa: S314 - our own
    assert svg.count("http") == 1


def test_the_picture_shows_what_the_diagram_shows() -> None:
    """Statuses, actions, who may take them, and what is possible anywhere are all written there."""
    shown, words = picture(INSPECTION, "QA"), texts(drawn(INSPECTION, "QA"))
    assert set(shown.labels.values()) <= set(words)
    assert {text for arrow in shown.arrows for line in arrow.lines for text in line} <= set(words)
    assert {"While open, without a change of status:", "Assign, Move to another queue, Reschedule"} <= set(words)


def test_the_picture_is_readable_in_the_dark() -> None:
    """Colours follow the reader's preference; the title is there for those who cannot see."""
    svg = drawn(SMALL, "Buy")
    assert "@media (prefers-color-scheme: dark)" in svg
    assert 'role="img" aria-label="Errands: Buy"' in svg


def test_work_that_is_done_and_work_that_is_dropped_look_different() -> None:
    """An end without the work done is a box of its own kind; in the diagram's values, too."""
    shown = picture(INSPECTION, "QA")
    assert (sorted(shown.terminal), sorted(shown.dropped)) == (["cancelled", "passed", "skipped"], ["cancelled"])
    root = ET.fromstring(drawn(INSPECTION, "QA"))  # noqa: S314 - our own
    kinds = [r.get("class") for r in root.iter(f"{SVG}rect")]
    assert (kinds.count("end"), kinds.count("dropped")) == (2, 1)


def test_statuses_are_named_as_the_pages_name_them() -> None:
    """Whatever a workflow's file spells: no underscore, and a capital first."""
    shown = picture(workflow("appeals"), "AttorneyTask").labels
    assert (shown["in_progress"], shown["on_hold"]) == ("In progress", "On hold")
    assert {"In progress", "On hold"} <= set(texts(drawn(workflow("appeals"), "AttorneyTask")))
    assert picture(INSPECTION, "QA").labels["in_progress"] == "In Progress"


def test_boxes_and_words_do_not_overlap() -> None:
    """No box lies on another, and all lie within the picture."""
    root = ET.fromstring(drawn(INSPECTION, "QA"))  # noqa: S314 - our own
    width, height = float(root.get("width", 0)), float(root.get("height", 0))
    boxes = [
        tuple(float(r.get(name, 0)) for name in ("x", "y", "width", "height"))
        for r in root.iter(f"{SVG}rect")
        if r.get("class") != "paper"
    ]
    assert len(boxes) == len(INSPECTION.statuses)
    for x, y, w, h in boxes:
        assert x > 0
        assert y > 0
        assert x + w < width
        assert y + h < height
    for index, (x, y, w, h) in enumerate(boxes):
        assert all(x + w <= a or a + c <= x or y + h <= b or b + d <= y for a, b, c, d in boxes[:index])


KEYS = st.integers(1, 7).map(lambda n: [str(key) for key in range(n)])
GRAPHS = KEYS.flatmap(
    lambda keys: st.tuples(
        st.just(keys), st.lists(st.tuples(st.sampled_from(keys), st.sampled_from(keys)), max_size=16)
    )
)


@given(GRAPHS)
def test_layers_lead_down_but_where_a_circle_closes(graph: tuple[list[str], list[tuple[str, str]]]) -> None:
    """Every node has a layer, and taking away the edges that lead up leaves no circle."""
    keys, edges = graph
    layer = layers(keys, edges)
    assert layer.keys() == set(keys)
    last = max(layer.values())
    for source, target in edges:
        if layer[source] == layer[target] != last:
            assert source == target
    for key in keys:
        assert 0 <= layer[key] <= last


@given(st.lists(st.lists(st.integers(1, 90), min_size=1, max_size=6), min_size=1, max_size=5), st.data())
def test_nodes_of_a_layer_keep_apart(widths: list[list[int]], data: st.DataObject) -> None:
    """Whatever links there are, boxes of a layer stand side by side, and layers below each other."""
    rows = [[Node(f"{at}.{n}", at, width, 20) for n, width in enumerate(row)] for at, row in enumerate(widths)]
    possible = [(upper.key, lower.key) for above, below in pairwise(rows) for upper in above for lower in below]
    links = data.draw(st.lists(st.sampled_from(possible), unique=True)) if possible else []
    placed = lay_out([node for row in rows for node in row], links)
    for at in range(len(rows)):
        row = sorted((n for n in placed.values() if n.layer == at), key=lambda n: n.x)
        assert len({n.y for n in row}) == 1
        for left, right in pairwise(row):
            assert right.x - left.x >= (left.width + right.width) / 2 + GAP - 1e-6


def test_crossings_are_avoided() -> None:
    """Two links that cross are untangled by swapping their ends."""
    nodes = [Node(key, at, 10, 10) for at, row in enumerate(("ab", "cd")) for key in row]
    placed = lay_out(nodes, [("a", "d"), ("b", "c")])
    assert (placed["a"].x < placed["b"].x) == (placed["d"].x < placed["c"].x)


def test_a_condition_on_input_is_drawn_in_words() -> None:
    """What the input must be stands with the arrow that it leads along."""
    assert "Answer if asked answer none (assignee)" in lifecycle(claims(), "Query")


def test_a_lifecycle_with_two_ends_is_drawn() -> None:
    """Options by their labels, what the other end tells by Casetree; no arrow says where it comes from twice."""
    drawn = picture(workflow("collaboration"), "Task")
    lines = {(arrow.source, arrow.target): [line for line, _ in arrow.lines] for arrow in drawn.arrows}
    assert lines["progress", "ready"] == ["Recall", "Partner declines", "Partner refers"]
    assert "Accept" in lines["assign", "wait"]
    assert ("Owner waits", "Casetree") in next(
        a.lines for a in drawn.arrows if (a.source, a.target) == ("ready", "wait")
    )
    assert "Assign to a partner" in drawn.staying["prepare"]


def test_a_condition_on_the_assignment_is_drawn_in_words() -> None:
    """Several values are read as either of them."""
    flow = workflow("collaboration")
    waits = replace(
        flow.actions["owner_waits"], target=(_assigned_as("wait", "received", "accepted"), TargetCase("same"))
    )
    drawn = picture(replace(flow, actions={**flow.actions, "owner_waits": waits}), "Task")
    told = [line for arrow in drawn.arrows for line, _ in arrow.lines if line.startswith("Owner waits")]
    assert "Owner waits if assigned as received or accepted" in told


def _assigned_as(to: str, *statuses: str) -> TargetCase:
    return TargetCase(to, (Word("assigned_as", {"value": list(statuses)}),))
