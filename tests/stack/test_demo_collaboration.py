"""The demo of collaboration: tasks handed over in all the ways that the seed names, with both ends after every step."""

import re
from collections.abc import Iterator

import pytest

from infra.local.home import REPOSITORY, Home
from infra.local.records import Stack
from tests.stack.conftest import AsPerson, Command
from tests.stack.shells import paste_next_steps

pytestmark = pytest.mark.stack

# The columns of a line with both ends: how each stands, and its worker status.
COLUMNS = (slice(2, 21), slice(23, 41), slice(44, 63), slice(65, 78))
NONE = ("no end yet", "")
# Phase and assignment, and worker status, of both ends, as the seed has them.
HAPPY_PATH = [
    (("initial / initial", "Initial"), NONE),
    (("prepare / initial", "Prepare"), NONE),
    (("assign / initial", "Initial"), NONE),
    (("assign / sent", "Sent"), ("assign / received", "Assign")),
    (("assign / accepted", "Accepted"), ("assign / accepted", "Assign")),
    (("ready / accepted", "Ready"), ("ready / accepted", "Ready")),
    (("progress / accepted", "Progress"), ("progress / accepted", "Progress")),
    (("submit / accepted", "Submit"), ("submit / accepted", "Submit")),
    (("finish / accepted", "Finish"), ("finish / accepted", "Finish")),
]
# What each of the other scenes is about: these, in this order, perhaps more between, and the last one last.
TURNS = {
    "Not good enough: do it again": [
        (("ready / initial", "Ready (initial)"), NONE),
        (("ready / sent", "Ready (sent)"), ("assign / received", "Assign")),
        (("ready / accepted", "Ready"), ("ready / accepted", "Ready")),
        (("submit / accepted", "Submit"), ("submit / accepted", "Submit")),
        (("redo / accepted", "Redo"), ("redo / accepted", "Redo")),
        (("submit / accepted", "Submit"), ("submit / accepted", "Submit")),
        (("finish / accepted", "Finish"), ("finish / accepted", "Finish")),
    ],
    "Declined, and given to another": [
        (("prepare / assigned", "Prepare (assigned)"), NONE),
        (("assign / sent", "Sent"), ("assign / received", "Assign")),
        (("assign / declined", "Declined"), ("cancel / declined", "Declined")),
        (("assign / declined", "Declined"), ("no end any more", "")),
        (("assign / sent", "Sent"), ("assign / received", "Assign")),
        (("assign / accepted", "Accepted"), ("assign / accepted", "Assign")),
        (("cancel / recalled", "Cancel"), ("cancel / recalled", "Recalled")),
    ],
    "Referred, and passed on by itself": [
        (("assign / sent", "Sent"), ("assign / received", "Assign")),
        (("assign / sent", "Sent"), ("cancel / referred", "Referred")),
        (("assign / sent", "Sent"), ("assign / received", "Assign")),
        (("assign / accepted", "Accepted"), ("assign / accepted", "Assign")),
        (("ready / accepted", "Ready"), ("ready / accepted", "Ready")),
    ],
    "Recalled after the start": [
        (("progress / accepted", "Progress"), ("progress / accepted", "Progress")),
        (("ready / recalled", "Ready (recalled)"), ("cancel / recalled", "Recalled")),
    ],
    "Declined after the start": [
        (("progress / accepted", "Progress"), ("progress / accepted", "Progress")),
        (("ready / declined", "Ready (declined)"), ("cancel / declined", "Declined")),
    ],
    "To somebody who is not connected": [
        (("assign / connectionRequested", "Connection requested"), NONE),
        (("assign / sent", "Sent"), ("assign / received", "Assign")),
        (("assign / accepted", "Accepted"), ("assign / accepted", "Assign")),
    ],
    "A connection is declined": [
        (("assign / connectionRequested", "Connection requested"), NONE),
        (("assign / connectionDeclined", "Connection declined"), NONE),
    ],
    "A task that stands alone": [
        (("ready / initial", "Ready"), ("no other end", "")),
        (("ready / initial on hold", "Ready Hold"), ("no other end", "")),
        (("progress / initial", "Progress"), ("no other end", "")),
        (("finish / initial", "Finish"), ("no other end", "")),
    ],
    "On hold": [
        (("progress / accepted", "Progress"), ("progress / accepted on hold", "Progress")),
        (("progress / accepted", "Progress"), ("progress / accepted", "Progress")),
        (("submit / accepted", "Submit"), ("submit / accepted", "Submit")),
        (("finish / accepted", "Finish"), ("finish / accepted", "Finish")),
    ],
}
Ends = tuple[tuple[str, str], tuple[str, str]]


def _scenes(told: str) -> dict[str, list[Ends]]:
    """Every scene by its title, with the ends as they are after every step."""
    parts = re.split(r"^\d+  (.+?) ─+$", told, flags=re.MULTILINE)[1:]
    return {title: list(_ends(text)) for title, text in zip(parts[::2], parts[1::2], strict=True)}


def _ends(text: str) -> Iterator[Ends]:
    """The ends of each step; what is long takes more lines, and a line that names the two stands above them."""
    for block in re.findall(r"(?:^.{42}│.*\n)+", text, re.MULTILINE):
        lines = [line for line in block.splitlines() if not line.startswith("  Acme Claims")]
        cells = (" ".join(line[where].strip() for line in lines).strip() for where in COLUMNS)
        owner, worker, partner, partners_worker = cells
        yield (owner, worker), (partner, partners_worker)


def _in_order(wanted: list[Ends], seen: list[Ends]) -> bool:
    rest = iter(seen)
    return all(ends in rest for ends in wanted)


@pytest.fixture(scope="module")
def played(casetree: Command, stack: Stack) -> tuple[str, str]:
    """What two demos have told, one after the other; the second one in a narrow terminal."""
    first, second = casetree("demo", "collaboration"), casetree("demo", "collaboration", columns=80)
    assert first.returncode == 0, first.stdout + first.stderr
    assert second.returncode == 0, second.stdout + second.stderr
    return first.stdout, second.stdout


def test_both_ends_are_told_after_every_step(played: tuple[str, str]) -> None:
    """As the seed has them, in a wide terminal and in a narrow one, the first time and again."""
    for told in played:
        scenes = _scenes(told)
        assert scenes["A task is handed to a partner, and done"] == HAPPY_PATH
        for title, wanted in TURNS.items():
            assert _in_order(wanted, scenes[title]), (title, scenes[title])
            assert scenes[title][-1] == wanted[-1]


def test_what_is_refused_is_told_with_the_reason(played: tuple[str, str]) -> None:
    """Work on hold, reading what was deleted, and whatever Casetree is asked by somebody whom it does not know."""
    for told in played:
        refused = re.findall(r"^  (\w+) \w+ +tries to (\w+) .*-> (\d+)", told, re.MULTILINE)
        assert refused == [("Hal", "read", "404"), ("Noa", "read", "403"), ("Hal", "submit", "409")]
        assert "unknown_user" in told
        assert "It is on hold: resume it first." in told


def test_what_comes_with_work_and_what_may_be_done_is_told(played: tuple[str, str]) -> None:
    """The partner's note and link have come to the owner; of the assignment just the open options are offered."""
    told = played[0]
    assert '"Twelve tiles are broken.", with Photos of the roof.' in told
    assert "What Acme Claims may do about the assignment: recall." in told
    assert "What Harbor Surveyors may do about the assignment: accept, decline, refer to another party." in told


def test_a_second_demo_plays_beside_the_first(played: tuple[str, str], as_person: AsPerson) -> None:
    """With cases of its own. Whoever has accepted a connection twice has two organizations; who declined is unknown."""
    first, second = (set(re.findall(r"creates (job-\d+)", told)) for told in played)
    assert len(first) == len(second) == 9
    assert not first & second
    organizations = as_person("ida").need("GET", "/users/me")["organizations"]
    assert [organization["displayName"] for organization in organizations] == ["Brook Labs", "Brook Labs"]
    assert as_person("noa").call("GET", "/users/me").status == 403


def test_the_demo_ends_with_what_may_be_done_next(played: tuple[str, str], home: Home, stack: Stack) -> None:
    """The commands work when they are pasted: the partner starts, and the owner's end follows."""
    assert stack.users["ida"].password in played[1]
    pasted = paste_next_steps(home, played[1])
    assert '"status":"progress"' in pasted
    assert '"action":"partner_accepts"' in pasted
    assert '"displayName":"Tidewater Labs"' in pasted


def test_the_demo_reads_as_the_readme_says(played: tuple[str, str]) -> None:
    """At 80 columns, but for the numbers of cases."""
    story = played[1][played[1].index("1  A task is handed") :].partition("The stack is left running")[0]
    assert max(map(len, story.splitlines())) <= 80
    text = (REPOSITORY / "README.md").read_text()
    (shown,) = re.findall(r"```text\n(\d+  Recalled after .*?)```", text, re.DOTALL)
    assert _anonymous(shown) in _anonymous(story)


def _anonymous(told: str) -> str:
    """The text without the numbers of cases, and without the ends of lines that are blank."""
    return re.sub(r"job-\d+ *", "job-… ", re.sub(r" +$", "", told, flags=re.MULTILINE))
