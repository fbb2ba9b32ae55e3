"""What waits on the failure queue is done after all, and taken off it: as often as somebody asks, with one effect.

A message is deleted once its work is done, and not before: whoever dies in between leaves it, and the next
run does it again, which changes nothing. What cannot be done stays, and comes back to the queue at the end.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from botocore.exceptions import ClientError

from infra.local.failures import ByKeys, ByPlace, Failure, Item, read
from infra.local.obstacle import ObstacleError
from infra.local.target import Target, failures_of

AT_ONCE = 10
RECORDS = 25
# Without a wait, a queue answers from some of its servers only.
WAIT_SECONDS = 1
# Messages come back by themselves after this time, should this process be killed.
HIDDEN_SECONDS = 300
CASE = "CASE#"


@dataclass(frozen=True)
class Done:
    """What became of a message; `left` says that it stays on the queue."""

    what: str
    how: str
    left: bool = False


@dataclass
class Taken:
    """The messages that were received, and the handles of those that are not deleted yet."""

    queue: Any
    url: str
    seen: set[str] = field(default_factory=set)
    handles: dict[str, str] = field(default_factory=dict)

    def next(self) -> list[Any]:
        """Return messages that were not received before; none where there are no more."""
        while received := self._receive():
            fresh = [message for message in received if message["MessageId"] not in self.seen]
            # After a long time, those that stay come again, with the handle that counts from then on.
            known = self.handles.keys() | {message["MessageId"] for message in fresh}
            self.handles |= {m["MessageId"]: m["ReceiptHandle"] for m in received if m["MessageId"] in known}
            self.seen |= known
            if fresh:
                return fresh
        return []

    def _receive(self) -> list[Any]:
        received = self.queue.receive_message(
            QueueUrl=self.url,
            MaxNumberOfMessages=AT_ONCE,
            VisibilityTimeout=HIDDEN_SECONDS,
            WaitTimeSeconds=WAIT_SECONDS,
        )
        return list(received.get("Messages", ()))

    def delete(self, message: Any) -> None:
        """Take a message off the queue for good."""
        self.queue.delete_message(QueueUrl=self.url, ReceiptHandle=self.handles[message["MessageId"]])
        del self.handles[message["MessageId"]]

    def release(self) -> None:
        """Let everybody receive what was not deleted; what cannot be released is back by itself, or soon will be."""
        for handle in self.handles.values():
            with suppress(ClientError):
                self.queue.change_message_visibility(QueueUrl=self.url, ReceiptHandle=handle, VisibilityTimeout=0)


def redrive(target: Target, *, dry_run: bool = False) -> Iterator[Done]:
    """Do what each message on the queue asks for, one after another, and give what became of it."""
    with _taken(target) as taken:
        while messages := taken.next():
            for message in messages:
                failure = read(message["Body"], target)
                if failure is None:
                    yield Done(message["Body"][:80], "is of no form that is known here", left=True)
                elif dry_run:
                    yield Done(str(failure), _would(failure), left=True)
                else:
                    done = _attempt(target, failure)
                    if not done.left:
                        taken.delete(message)
                    yield done


@contextmanager
def _taken(target: Target) -> Iterator[Taken]:
    taken = Taken(target.client("sqs"), target.failure_queue)
    try:
        yield taken
    finally:
        taken.release()


def _would(failure: Failure) -> str:
    where = "the table" if isinstance(failure, ByKeys) else "the stream, if it still has it,"
    return f"would be read from {where} and sent to {failure.function} again"


def _attempt(target: Target, failure: Failure) -> Done:
    try:
        how = _by_keys(target, failure) if isinstance(failure, ByKeys) else _by_place(target, failure)
    except ObstacleError as obstacle:
        return Done(str(failure), obstacle.what, left=True)
    return Done(str(failure), how)


def _by_keys(target: Target, failure: ByKeys) -> str:
    """Do what one record asks for; raise ObstacleError where that is not possible."""
    entries = failure.entries(target)
    if not entries:
        return "its entry is gone, so nothing follows from it"
    return _deliver(target, failure.function, entries)


def _by_place(target: Target, failure: ByPlace) -> str:
    """Do what the records asked for, whether the stream still has them or not."""
    records = failure.records(target)
    if records is not None:
        return _deliver(target, failure.function, records)
    if failure.function == "relay":
        sent = _deliver(target, failure.function, failure.entries_of_the_time(target))
        return f"the stream has its records no more: what the table has of that time was {sent}"
    if failed := failures_of(target.settle()):
        raise ObstacleError(f"the stream has its records no more, and {failed} cases could not be settled")
    return "the stream has its records no more: all cases were settled"


def _deliver(target: Target, function: str, entries: Iterable[Item]) -> str:
    """Hand entries to a function as the stream would; what hooks cannot do from a record they may from the case."""
    sent, undone, rest = 0, list[Item](), iter(entries)
    while chunk := list(islice(rest, RECORDS)):
        sent += len(chunk)
        undone += _refused(target, function, chunk)
    settled = sorted({_case_of(item) for item in undone})
    for case_id in settled:
        if function != "hooks" or not case_id or failures_of(target.settle(case_id)):
            raise ObstacleError(f"{function} fails at it again: its log says where")
    return f"sent to {function} again ({sent})" + (f"; settled: {', '.join(settled)}" if settled else "")


def _refused(target: Target, function: str, entries: Sequence[Item]) -> list[Item]:
    records = [_record(number, item) for number, item in enumerate(entries)]
    try:
        answer = target.invoke(function, {"Records": records, "redrive": True})
    except ObstacleError:
        # One of them ends the function; which one, nobody knows.
        return list(entries)
    return [entries[int(failure["itemIdentifier"])] for failure in answer["batchItemFailures"]]


def _record(number: int, item: Item) -> dict[str, Any]:
    keys = {name: item[name] for name in ("PK", "SK")}
    image = {"Keys": keys, "NewImage": item, "SequenceNumber": str(number)}
    return {"eventName": "INSERT", "eventSource": "aws:dynamodb", "dynamodb": image}


def _case_of(item: Item) -> str:
    partition = str(item["PK"]["S"])
    return partition.removeprefix(CASE) if partition.startswith(CASE) else ""
