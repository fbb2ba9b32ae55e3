import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

import pytest
from botocore.session import get_session
from botocore.validate import validate_parameters
from hypothesis import given
from hypothesis import strategies as st

from functions.bus import BYTES, COUNT, batches, size_of
from functions.relay.events import Bus, detail_of, event_of
from shared.domain.model.task import Entry, Party, Person

NOW = datetime(2026, 11, 22, 4, 35, 1, 123000, tzinfo=UTC)
ENTRY = Entry(
    case_id="look-1",
    task_id="look-1.a",
    version=3,
    created_at=NOW,
    created_by=Person("ann", "Ann", "Lee", "ann@example.org", inside=True),
    action="assign",
    event="TaskChanged",
    commit_id="c1",
    state="Created",
    status="Ready",
    type="QA",
    assigned_party=Party("user", "bob", "Bob Ray"),
    group_queue="quality-assurance",
    due_time=NOW,
    changes={"description": {"from": "secret", "to": "other"}},
    note="told Bob on the phone",
    workflow="inspection",
)


@dataclass
class Client:
    """A bus that refuses the events whose numbers are in its plan, call by call."""

    refusals: list[set[int]] = field(default_factory=list)
    calls: list[list[Mapping[str, Any]]] = field(default_factory=list)

    def put_events(self, *, Entries: Sequence[Mapping[str, Any]]) -> Mapping[str, Any]:  # noqa: N803 (named by AWS)
        refused = self.refusals.pop(0) if self.refusals else set()
        self.calls.append(list(Entries))
        error, taken = {"ErrorCode": "ThrottlingException"}, {"EventId": "e"}
        results = [error if number in refused else taken for number in range(len(Entries))]
        return {"FailedEntryCount": len(refused), "Entries": results}


def bus(*refusals: set[int]) -> tuple[Bus, Client, list[float]]:
    """A bus with its client, and the pauses that it makes."""
    client, pauses = Client(list(refusals)), list[float]()
    return Bus(client, "casetree", pauses.append), client, pauses


def test_what_an_event_says() -> None:
    """An event names what changed by ids, with an id of its own that is the same whenever it comes."""
    assert detail_of(ENTRY) == {
        "id": "look-1.a/3",
        "caseId": "look-1",
        "taskId": "look-1.a",
        "workflow": "inspection",
        "type": "QA",
        "action": "assign",
        "state": "Created",
        "status": "Ready",
        "version": 3,
        "at": "2026-11-22T04:35:01.123Z",
        "by": "ann",
        "groupQueue": "quality-assurance",
        "assignedParty": {"kind": "user", "id": "bob"},
        "dueTime": "2026-11-22T04:35:01.123Z",
    }


def test_an_event_holds_no_names_and_no_texts() -> None:
    """Anybody may listen to the bus, so no name, address or text of a person is on it."""
    detail = str(event_of(ENTRY, "casetree")["Detail"])
    assert not any(word in detail for word in ("Ann", "Lee", "@", "Bob", "secret", "phone"))


def test_an_event_of_a_case_made_by_the_engine() -> None:
    """What concerns a case as a whole has the case's id, and what Casetree does by itself is by nobody."""
    entry = replace(ENTRY, task_id=None, created_by=None, assigned_party=None, due_time=None, event="CaseClosed")
    detail = detail_of(entry)
    assert (detail["id"], detail["taskId"], detail["by"]) == ("look-1/3", None, None)
    assert detail["assignedParty"] is None
    assert event_of(entry, "casetree")["DetailType"] == "CaseClosed"


def test_an_event_is_as_aws_wants_it() -> None:
    """The event fits the model of PutEvents."""
    model = get_session().get_service_model("events").operation_model("PutEvents")
    assert model.input_shape is not None
    validate_parameters({"Entries": [event_of(ENTRY, "casetree")]}, model.input_shape)


@given(st.lists(st.integers(0, BYTES - 200), max_size=30))
def test_events_are_sent_as_many_together_as_possible(lengths: list[int]) -> None:
    """Every event is sent once and in order, at most ten and 256 KB together."""
    events = [{"Source": "casetree", "DetailType": "TaskChanged", "Detail": "x" * length} for length in lengths]
    parts = list(batches(events))
    assert [number for part in parts for number in part] == list(range(len(events)))
    assert all(len(part) <= COUNT and sum(size_of(events[n]) for n in part) <= BYTES for part in parts)
    for part, following in pairwise(parts):
        size = sum(size_of(events[n]) for n in (*part, following[0]))
        assert len(part) == COUNT or size > BYTES


def test_sizes_are_in_bytes() -> None:
    """A character may take several bytes, and bytes are what the bus counts."""
    event = {"Source": "casetree", "DetailType": "T", "Detail": "\u00e4"}
    assert size_of(event) == 14 + 8 + 1 + 2


def test_all_are_announced() -> None:
    """Twelve entries take two calls, in order."""
    target, client, pauses = bus()
    assert target.publish([replace(ENTRY, version=n) for n in range(1, 13)]) == frozenset()
    assert [len(call) for call in client.calls] == [10, 2]
    ids = [json.loads(event["Detail"])["id"] for call in client.calls for event in call]
    assert ids == [f"look-1.a/{n}" for n in range(1, 13)]
    assert pauses == []


def test_what_the_bus_does_not_take_is_sent_again() -> None:
    """Only the refused events of a call are repeated, after a pause that grows."""
    target, client, pauses = bus({1, 2}, {0})
    assert target.publish([replace(ENTRY, version=n) for n in range(1, 5)]) == frozenset()
    sent = [[json.loads(event["Detail"])["version"] for event in call] for call in client.calls]
    assert sent == [[1, 2, 3, 4], [2, 3], [2]]
    assert pauses == sorted(pauses)
    assert len(set(pauses)) == 2


def test_what_the_bus_never_takes_is_told() -> None:
    """After some attempts the numbers of the refused entries are given back."""
    target, client, _ = bus(*[{0}] * 9)
    assert target.publish([ENTRY, replace(ENTRY, version=4)]) == frozenset({0})
    assert [len(call) for call in client.calls] == [2, 1, 1, 1]


def test_nothing_is_no_call() -> None:
    """Without entries, the bus is not asked."""
    target, client, _ = bus()
    assert target.publish([]) == frozenset()
    assert client.calls == []


@pytest.mark.parametrize("text", ["\u00e4\u00f6\u00fc", "\U0001f600"])
def test_any_script_survives(text: str) -> None:
    """A type or status in any script is the same on the bus."""
    assert json.loads(str(event_of(replace(ENTRY, type=text), "casetree")["Detail"]))["type"] == text
