"""The way into a mistake as a picture."""

from shared.domain.definitions.lifecycle import Step
from shared.domain.pictures.counterexample import counterexample


def test_each_step_leads_to_the_next() -> None:
    """From the beginning on: what was done by whom with what, to which task, and where that was then."""
    steps = (
        Step("create", None, "ready", ("inside",), of="Buy"),
        Step("start", "ready", "underway", ("assignee", "engine"), by="Ida", given="note: at once"),
    )
    assert counterexample("Nobody can act: [x]", steps).splitlines() == [
        "flowchart TD",
        "    accTitle: Nobody can act: x",
        '    n0(("begin"))',
        '    n1["Buy, ready"]',
        '    n2["underway"]',
        '    n0 -->|"create by inside"| n1',
        '    n1 -->|"start by assignee or engine (Ida), with note#58; at once"| n2',
    ]


def test_a_case_that_begins_badly_is_no_step() -> None:
    """Then there is only the beginning."""
    assert counterexample("x", ()).splitlines()[-1] == '    n0(("begin"))'
