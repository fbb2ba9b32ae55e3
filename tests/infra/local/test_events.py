import json
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from moto import mock_aws

from infra.local import aws, events
from infra.local.records import Stack

CLAIMED = {
    "time": "2026-11-22T04:46:22Z",
    "detail-type": "TaskChanged",
    "detail": {"id": "1", "taskId": "look-1.t1", "type": "QA", "action": "claim", "state": "Created",
               "status": "In Progress", "groupQueue": "quality-assurance", "by": "ann", "version": 3,
               "assignedParty": {"kind": "user", "id": "ann"}, "dueTime": None},
}  # fmt: skip


@pytest.fixture
def bus(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A bus and queues in memory."""
    with mock_aws():
        clients: dict[str, Any] = {name: boto3.client(name, region_name="us-east-1") for name in ("events", "sqs")}
        clients["events"].create_event_bus(Name=stack.bus_name)
        monkeypatch.setattr(aws, "client", lambda service, *_: clients[service])
        yield clients


def test_every_event_of_casetree_is_sent_to_the_queue(bus: Any, stack: Stack) -> None:
    """And nobody else's."""
    with events.subscription(stack) as queue:
        (rule,) = bus["events"].list_rules(EventBusName=stack.bus_name)["Rules"]
        (target,) = bus["events"].list_targets_by_rule(Rule=rule["Name"], EventBusName=stack.bus_name)["Targets"]
        assert json.loads(rule["EventPattern"]) == {"source": ["casetree"]}
        assert target["Arn"].rpartition(":")[2] == queue.rpartition("/")[2]


def test_an_event_is_received_once(bus: Any, stack: Stack) -> None:
    """What has been printed is not printed again."""
    with events.subscription(stack) as queue:
        bus["sqs"].send_message(QueueUrl=queue, MessageBody=json.dumps(CLAIMED))
        assert events.receive(stack, queue, wait=0) == [CLAIMED]
        assert events.receive(stack, queue, wait=0) == []


def test_following_leaves_nothing_behind(bus: Any, stack: Stack) -> None:
    """Also when it is ended in the middle."""
    with pytest.raises(KeyboardInterrupt), events.subscription(stack):
        raise KeyboardInterrupt
    assert bus["events"].list_rules(EventBusName=stack.bus_name)["Rules"] == []
    assert "QueueUrls" not in bus["sqs"].list_queues()


def test_a_line_says_when_what_and_by_whom() -> None:
    """The keys that a person looks for come first, the rest after them; nested values are for --json."""
    assert events.as_line(CLAIMED) == (
        "04:46:22  TaskChanged     look-1.t1  QA  claim  Created / In Progress  groupQueue=quality-assurance  by ann"
    )


@pytest.mark.parametrize("event", [{}, {"detail": {}}, {"detail": {"caseId": "look-1"}, "time": "?"}])
def test_a_line_is_made_of_any_event(event: dict[str, Any]) -> None:
    """An event of a later version still gives a line."""
    assert isinstance(events.as_line(event), str)
