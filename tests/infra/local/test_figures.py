"""The figures of a docket switch, and how trees are held against them."""

from typing import Any

from infra.local.demos import figures
from infra.local.demos.figures import DENIED, GRANTED, Node


def _nested(node: Node) -> dict[str, Any]:
    """The node as the API nests it."""
    type_name, status, under = node
    return {"task": {"type": type_name, "status": status, "taskId": "x"}, "children": [_nested(each) for each in under]}


def test_the_figures_have_as_many_tasks_as_the_seeds() -> None:
    """Seven where the switch is granted, eight where it is denied and the window stays open."""
    assert (figures.count(GRANTED), figures.count(DENIED)) == (7, 8)


def test_a_tree_like_the_figure_differs_nowhere() -> None:
    """By types, nesting and statuses; ids and people are each case's own."""
    for wanted in (GRANTED, DENIED, figures.BEGUN):
        assert figures.tree_of(_nested(wanted)) == wanted
        assert list(figures.differences(wanted, figures.tree_of(_nested(wanted)))) == []


def test_every_node_that_differs_is_named_with_its_place() -> None:
    """A status, a task that is missing, one too many, a place where there is none."""
    root, on_hold, (distribution,) = DENIED
    name, status, (window, mail, ruling) = distribution
    closed: Node = (window[0], "completed", ())
    bare: Node = (mail[0], mail[1], ())
    found: Node = (root, on_hold, ((name, status, (closed, bare, ruling, window)),))
    place = "RootTask > DistributionTask"
    assert list(figures.differences(DENIED, found)) == [
        f"{place}: {window[0]} assigned in the figure, {window[0]} completed here",
        f"{place} > {mail[0]}: {mail[0]} completed in the figure, nothing here",
        f"{place}: nothing in the figure, {window[0]} assigned here",
    ]
    assert list(figures.differences(GRANTED, DENIED)) == [
        "at the top: RootTask cancelled in the figure, RootTask on_hold here"
    ]
