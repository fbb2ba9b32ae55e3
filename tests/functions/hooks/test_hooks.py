import json
from typing import Any

import pytest
from botocore.exceptions import ClientError
from pynamodb.exceptions import QueryError

from functions.hooks import handler as hooks
from functions.streams import FailureQueue
from shared.domain.model.task import Entry, local_id
from shared.engine import settle
from shared.engine.session import Refused, Session, refuse
from shared.storage.errors import CommitFailed, Throttled, Unreachable
from tests.engine.world import BOB, World
from tests.functions.fakes import Context, Queue, failed, log_of, metrics_of


def reacting(world: World) -> list[dict[str, Any]]:
    """The records that the source filter lets through."""
    return [record for record in world.records() if "reacts" in record["dynamodb"]["NewImage"]]


def react(world: World, records: list[dict[str, Any]], context: Context, queue: Queue) -> list[int]:
    """The numbers of the records that come again."""
    failures = FailureQueue(lambda: queue, "https://queue", "hooks")
    return failed(hooks.react({"Records": records}, context, world.session, failures))


def pair(world: World) -> tuple[str, str]:
    """A task that was passed, and one that waits for it."""
    first = world.task("look-1")
    waiting = world.task("look-1", prerequisites=[first])
    world.act(first, "claim", BOB)
    world.act(first, "pass", BOB)
    return first, waiting


def test_a_closed_prerequisite_makes_the_task_ready(world: World, context: Context, queue: Queue) -> None:
    """The record of a closing lets those who wait for it start, once, however often it comes."""
    world.case("look-1")
    _, waiting = pair(world)
    for _ in range(2):
        assert react(world, reacting(world), context, queue) == []
    assert world.stored(waiting).status == "Ready"
    assert [entry.action for entry in world.store.history(waiting)] == ["create", "ready"]
    assert queue.messages == []


def test_the_age_of_what_follows_is_measured(
    world: World, context: Context, queue: Queue, capsys: pytest.CaptureFixture[str]
) -> None:
    """HookAge is the time from the commit to the end of its hooks, in milliseconds, with the action hooks."""
    world.case("look-1")
    pair(world)
    records = reacting(world)
    world.pass_time(seconds=2.5)
    capsys.readouterr()
    react(world, records, context, queue)
    (metric,) = metrics_of(capsys.readouterr().out, "HookAge")
    assert metric["HookAge"] == [2500.0] * len(records)
    assert (metric["action"], metric["service"]) == ("hooks", "hooks")
    assert metric["_aws"]["CloudWatchMetrics"][0]["Dimensions"] == [["action", "service"]]


def test_an_invocation_leaves_one_line(
    world: World, context: Context, queue: Queue, capsys: pytest.CaptureFixture[str]
) -> None:
    """What was done, how late and for how many units: a log is paid by its length."""
    world.case("look-1")
    pair(world)
    records = reacting(world)
    capsys.readouterr()
    react(world, records, context, queue)
    (line,) = map(json.loads, capsys.readouterr().out.splitlines())
    assert (line["message"], line["records"], line["again"], line["aside"]) == ("reacted", len(records), 0, 0)
    assert {"HookAge", "ConsumedReadUnits", "ConsumedWriteUnits"} <= line.keys()


def test_what_was_consumed_is_measured(
    world: World, context: Context, queue: Queue, capsys: pytest.CaptureFixture[str]
) -> None:
    """The units that the hooks consumed are a metric with the action hooks."""
    world.case("look-1")
    pair(world)
    react(world, reacting(world), context, queue)
    (metric,) = metrics_of(capsys.readouterr().out, "ConsumedWriteUnits")
    assert metric["action"] == "hooks"
    assert metric["ConsumedReadUnits"] != [0]


def broken(record: dict[str, Any]) -> dict[str, Any]:
    """The record with an image that is no history entry."""
    dynamodb = record["dynamodb"]
    image = {**dynamodb["NewImage"], "createdAt": {"S": "yesterday, said ann@example.org"}}
    return {**record, "dynamodb": {**dynamodb, "NewImage": image}}


def test_a_record_that_cannot_be_processed_is_put_aside(world: World, context: Context, queue: Queue) -> None:
    """Its keys are put on the failure queue with the error and the function, and the others are processed."""
    world.case("look-1")
    _, waiting = pair(world)
    good = reacting(world)
    assert react(world, [broken(good[0]), *good], context, queue) == []
    (message,) = queue.messages
    assert message["keys"] == {"PK": "CASE#look-1", "SK": good[0]["dynamodb"]["Keys"]["SK"]["S"]}
    assert message["function"] == "hooks"
    assert message["error"].startswith("ValueError: ")
    assert world.stored(waiting).status == "Ready"


def test_the_log_repeats_nothing_that_people_wrote(
    world: World, context: Context, queue: Queue, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An error's text may quote what somebody wrote: the log names its kind only."""
    world.case("look-1")
    pair(world)
    log = log_of(hooks.logger, monkeypatch)
    react(world, [broken(record) for record in reacting(world)], context, queue)
    assert "@example.org" not in json.dumps(log())
    assert {line["exception_name"] for line in log() if line["level"] == "WARNING"} == {"ValueError"}


@pytest.mark.parametrize("record", [{}, {"dynamodb": {}}, {"dynamodb": {"Keys": {"PK": {"S": "CASE#x"}}}}])
def test_what_is_no_record_is_put_aside(world: World, context: Context, queue: Queue, record: dict[str, Any]) -> None:
    """Even a record without keys or image blocks nothing."""
    assert react(world, [record], context, queue) == []
    assert len(queue.messages) == 1


def failing_for(task_id: str, error: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    """Reactions to the task raise the error."""
    original = settle.react

    def fail(session: Session, entry: Entry) -> int:
        if entry.task_id == task_id:
            raise error
        return original(session, entry)

    monkeypatch.setattr(settle, "react", fail)


def conflict() -> Refused:
    """What the engine raises when others keep changing the same items."""
    with pytest.raises(Refused) as refused:
        refuse("conflict", "Others keep changing this.")
    return refused.value


@pytest.mark.parametrize("error", [Throttled(), Unreachable(), CommitFailed(None, "conflict"), conflict()])
def test_what_may_succeed_later_comes_again(
    world: World, context: Context, queue: Queue, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    """A busy table fails the batch from the record on; what comes behind it is done all the same."""
    world.case("look-1")
    first, _ = pair(world)
    _, other = pair(world)
    records = reacting(world)
    failing_for(first, error, monkeypatch)
    again = react(world, records, context, queue)
    own = [r["dynamodb"] for r in records if f"#{local_id(first)}#" in r["dynamodb"]["Keys"]["SK"]["S"]]
    assert again == [int(record["SequenceNumber"]) for record in own]
    assert queue.messages == []
    assert world.stored(other).status == "Ready"


def refused_by_the_table(code: str) -> QueryError:
    """What PynamoDB raises where DynamoDB refuses a request with a code that the storage does not know."""
    response: Any = {"Error": {"Code": code, "Message": ""}, "ResponseMetadata": {"HTTPStatusCode": 400}}
    return QueryError("Failed to query items", ClientError(response, "Query"))


@pytest.mark.parametrize("code", ["AccessDeniedException", "ResourceNotFoundException", "ExpiredTokenException"])
def test_what_the_table_refuses_to_everybody_comes_again(
    world: World, context: Context, queue: Queue, monkeypatch: pytest.MonkeyPatch, code: str
) -> None:
    """A right or a key that was taken away is no fault of any record: not all of them are put aside for it."""
    world.case("look-1")
    first, _ = pair(world)
    failing_for(first, refused_by_the_table(code), monkeypatch)
    assert react(world, reacting(world), context, queue)
    assert queue.messages == []


MISTAKES = (
    *(ValueError("no such status"), RuntimeError("never settled"), KeyError("x")),
    refused_by_the_table("ValidationException"),
)


@pytest.mark.parametrize("error", MISTAKES)
def test_a_mistake_is_put_aside(
    world: World, context: Context, queue: Queue, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    """What would fail again and again does not block its shard."""
    world.case("look-1")
    first, _ = pair(world)
    failing_for(first, error, monkeypatch)
    assert react(world, reacting(world), context, queue) == []
    assert {message["keys"]["PK"] for message in queue.messages} == {"CASE#look-1"}


def test_a_refusal_that_is_no_conflict_is_put_aside(
    world: World, context: Context, queue: Queue, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The engine refusing its own action is a mistake in a workflow, and waits for a person."""
    world.case("look-1")
    first, _ = pair(world)
    with pytest.raises(Refused) as refused:
        refuse("not_found", "There is no such task.")
    failing_for(first, refused.value, monkeypatch)
    react(world, reacting(world), context, queue)
    assert [message["error"] for message in queue.messages] == ["Refused: not_found"]


def test_a_record_that_cannot_be_put_aside_comes_again(world: World, context: Context, queue: Queue) -> None:
    """Where the failure queue does not answer either, the record is not lost."""
    world.case("look-1")
    pair(world)
    queue.refuses = True
    records = reacting(world)
    assert react(world, [broken(records[0]), *records[1:]], context, queue) == [
        int(records[0]["dynamodb"]["SequenceNumber"])
    ]


def test_what_there_is_no_time_for_comes_again(world: World, queue: Queue) -> None:
    """The function stops before Lambda ends it, and hands back what it did not begin with."""
    world.case("look-1")
    _, waiting = pair(world)
    pair(world)
    records = reacting(world)
    again = react(world, records, Context(iter([60_000] * (len(records) - 1) + [1_000])), queue)
    assert again == [int(records[-1]["dynamodb"]["SequenceNumber"])]
    assert world.stored(waiting).status == "Ready"


def test_nothing_to_do_is_fine(world: World, context: Context, queue: Queue) -> None:
    """An empty batch is answered, without a metric."""
    assert react(world, [], context, queue) == []


def test_the_function_finds_everything_in_its_environment(
    world: World, context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What Lambda calls works with the table and the queue that the stack names."""
    monkeypatch.setenv("CASETREE_TABLE", world.table)
    monkeypatch.setenv("CASETREE_FAILURE_QUEUE_URL", "https://queue")
    for made in (hooks._session, hooks._failures):  # noqa: SLF001 (made once per process)
        made.cache_clear()
    world.case("look-1")
    _, waiting = pair(world)
    assert hooks.handler({"Records": reacting(world)}, context) == {"batchItemFailures": []}
    assert world.stored(waiting).status == "Ready"
