"""The demo of appeals: three decisions, and two docket switches whose trees are those of the seed's figures."""

import re
from collections.abc import Iterator

import pytest

from infra.local.home import REPOSITORY
from infra.local.records import Stack
from tests.stack.conftest import Command

pytestmark = pytest.mark.stack

# Depth, type, status: the seed's figures, and what it says about a new appeal stream.
FIGURES = {
    "Sandoval, direct_review": [
        (0, "RootTask", "cancelled"),
        (1, "DistributionTask", "cancelled"),
        (2, "DocketSwitchMailTask", "completed"),
        (3, "DocketSwitchMailTask", "completed"),
        (2, "DocketSwitchRulingTask", "completed"),
        (3, "DocketSwitchGrantedTask", "completed"),
        (4, "DocketSwitchGrantedTask", "completed"),
    ],
    "Sandoval, hearing": [
        (0, "RootTask", "on_hold"),
        (1, "DistributionTask", "on_hold"),
        (2, "HearingTask", "on_hold"),
        (3, "ScheduleHearingTask", "assigned"),
        (1, "DocketSwitchGrantedTask", "completed"),
    ],
    "Whitfield, evidence_submission": [
        (0, "RootTask", "on_hold"),
        (1, "DistributionTask", "on_hold"),
        (2, "EvidenceSubmissionWindowTask", "assigned"),
        (2, "DocketSwitchMailTask", "completed"),
        (3, "DocketSwitchMailTask", "completed"),
        (2, "DocketSwitchRulingTask", "completed"),
        (3, "DocketSwitchDeniedTask", "completed"),
        (4, "DocketSwitchDeniedTask", "completed"),
    ],
}
DECIDED = ("Rivera, direct_review", "Okafor, evidence_submission", "Lindqvist, hearing")


def _trees(told: str) -> Iterator[tuple[str, list[tuple[int, str, str]]]]:
    """Every tree of a story, in its order, with the depth, type and status of each task."""
    for part in re.split(r"^  Appeal appeal-\w+ (?=\()", told, flags=re.MULTILINE)[1:]:
        title = part.partition(")")[0].removeprefix("(")
        rows = re.findall(r"^  ([├└│─ ]+ )(\w+) +│ +[\w.-]+ │ (\w+) ", part, re.MULTILINE)
        yield title, [(len(ties) // 4 - 1, name, status) for ties, name, status in rows]


@pytest.fixture(scope="module")
def played(casetree: Command, stack: Stack) -> tuple[str, str]:
    """What two demos have told, one after the other; the second one in a narrow terminal."""
    first, second = casetree("demo", "appeals"), casetree("demo", "appeals", columns=80)
    assert first.returncode == 0, first.stdout + first.stderr
    assert second.returncode == 0, second.stdout + second.stderr
    return first.stdout, second.stdout


def test_the_demo_takes_appeals_to_decisions_and_switches_dockets(played: tuple[str, str], stack: Stack) -> None:
    """One appeal of each docket is decided, and the trees of the switches are the figures, node by node.

    A second one plays beside the first, with cases of its own; in a narrow terminal it reads as the README says.
    """
    first, second = played
    assert not _cases(first) & _cases(second)
    last = dict(_trees(first))
    assert {title: last[title] for title in FIGURES} == FIGURES
    for title in DECIDED:
        assert {status for _, _, status in last[title]} <= {"completed", "cancelled"}
        assert (0, "RootTask", "completed") in last[title]
    assert stack.users["hana"].password in first
    assert max(map(len, _story(second).splitlines())) <= 80
    assert _excerpt() in _anonymous(second)


def _cases(told: str) -> set[str]:
    return set(re.findall(r"creates (appeal-\d+)", told))


def _story(told: str) -> str:
    """What happens between the start of the stack and the sign-ins."""
    return told[told.index("1  Three appeals") :].partition("The stack is left running")[0]


def _excerpt() -> str:
    """What the README shows of it."""
    text = (REPOSITORY / "README.md").read_text()
    (shown,) = re.findall(r"```text\n(1\d  A docket switch .*?)```", text, re.DOTALL)
    return _anonymous(shown)


def _anonymous(told: str) -> str:
    """The text without the numbers of cases, and without the ends of lines that are blank."""
    return re.sub(r"appeal-\w+", "appeal-…", re.sub(r" +$", "", told, flags=re.MULTILINE))
