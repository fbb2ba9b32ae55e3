"""The table through PynamoDB's connection: each method one kind of request.

PynamoDB's connection is used, not its models. A model is bound to a table's name and address when
its class is made, while a process here learns both when it runs. It would be one copy more of each
value, between the item and the frozen one, which costs about as much as making that (30 us for a
task), and would save nothing: what a plan writes is the difference of two frozen values. What the
connection gives is a client that is kept, retries, errors with the reasons of a cancelled
transaction, and conditions and updates as expressions.
"""

import random
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import count
from typing import Any, cast

from pynamodb.connection import Connection
from pynamodb.expressions.condition import Condition

from shared.storage.actions import Action, in_order, request_of
from shared.storage.attributes import Item
from shared.storage.errors import Throttled, is_uncertain, told_apart
from shared.storage.keys import Address, key_item
from shared.storage.schema import PARTITION, SORT, Index, meta_table
from shared.storage.values import Capacity

CONNECT_SECONDS = 1.0
READ_SECONDS = 3.0
# The answer to a caller must come within 30 s, and after a lost answer there is one more look.
RETRIES = 2
BATCH = 100
"""Items that DynamoDB takes in one batch read."""
ATTEMPTS = 4
"""Tries of a transaction that is throttled, and further tries of a batch read that was answered in part."""
TRANSACTION_ANSWERED = "response-received.dynamodb.TransactWriteItems"

Ask = Callable[[dict[str, Any] | None], dict[str, Any]]


class Table:
    """A connection that lives as long as the process, and what went over it."""

    def __init__(self, name: str, region: str | None, endpoint: str | None) -> None:
        self._name = name
        self._connection = Connection(
            region=region,
            host=endpoint,
            connect_timeout_seconds=CONNECT_SECONDS,
            read_timeout_seconds=READ_SECONDS,
            max_retry_attempts=RETRIES,
        )
        self._connection.add_meta_table(meta_table(name))
        self.consumed = Capacity()
        # Whether, since this was last set to False, a transaction was sent whose outcome is not known.
        self.unanswered = False
        self._watched: Any = None

    def get(self, address: Address) -> Item | None:
        """The item, strongly consistent."""
        with told_apart():
            answer = self._connection.get_item(self._name, address.partition, address.sort, consistent_read=True)
        self._count_read(answer)
        return answer.get("Item")

    def batch_get(self, addresses: Iterable[Address], *, lagging: bool = False) -> list[Item]:
        """Those of the items that exist, in no order; strongly consistent unless `lagging`, which costs half."""
        wanted = [key_item(address) for address in dict.fromkeys(addresses)]
        return [item for i in range(0, len(wanted), BATCH) for item in self._batch(wanted[i : i + BATCH], lagging)]

    def query(
        self,
        partition: str,
        sort: Condition | None = None,
        *,
        index: Index | None = None,
        page: int | None = None,
        ascending: bool = True,
        lagging: bool = False,
    ) -> Iterator[Item]:
        """The items of a partition by their sort keys, asked for page by page as they are taken.

        They are strongly consistent, but for those of an index, and with `lagging`, which costs half.
        """

        def ask(start: dict[str, Any] | None) -> dict[str, Any]:
            return self._connection.query(
                self._name,
                partition,
                range_key_condition=sort,
                index_name=index.name if index else None,
                consistent_read=index is None and not lagging,
                scan_index_forward=ascending,
                exclusive_start_key=start,
                limit=page,
            )

        return self._pages(ask)

    def scan(
        self, filtered: Condition, after: Address | None = None, share: tuple[int, int] | None = None
    ) -> Iterator[Item]:
        """The items of the whole table that fit; it is read from end to end, or from behind an address.

        A share is its number, from 0, and how many there are: read at once, they are the whole table together.
        """
        segment, segments = share or (None, None)

        def ask(start: dict[str, Any] | None) -> dict[str, Any]:
            # PynamoDB passes on a start key with its parts, though its signature wants a text.
            return self._connection.scan(
                self._name,
                filter_condition=filtered,
                exclusive_start_key=cast("Any", start),
                segment=segment,
                total_segments=segments,
            )

        return self._pages(ask, key_item(after) if after else None)

    def put(self, item: Item) -> None:
        """The item is there, whatever was there before."""
        with told_apart():
            self._connection.put_item(self._name, item[PARTITION]["S"], item[SORT]["S"], attributes=item)

    def transact(self, actions: Sequence[Action], token: str | None) -> None:
        """All actions took effect; raises TransactWriteError where none did, or that is not known.

        The reasons in the error are in the order of `in_order`.
        """
        requests: dict[str, list[dict[str, Any]]] = {"check": [], "delete": [], "put": [], "update": []}
        for action in in_order(actions):
            requests[action.kind].append(request_of(action, self._connection, self._name))
        self._watch(self._connection.client)
        answer = self._connection.transact_write_items(
            requests["check"], requests["delete"], requests["put"], requests["update"], client_request_token=token
        )
        self._count_written(answer)

    def _watch(self, client: Any) -> None:
        """Each answer to a transaction is noted, also those after which botocore itself tries again."""
        # PynamoDB makes another client where the first one had no credentials.
        if client is not self._watched:
            client.meta.events.register(TRANSACTION_ANSWERED, self._note)
            self._watched = client

    def _note(self, parsed_response: dict[str, Any] | None, **_: Any) -> None:
        self.unanswered |= parsed_response is None or is_uncertain(parsed_response)

    def _count_written(self, answer: dict[str, Any]) -> None:
        for consumed in answer.get("ConsumedCapacity", ()):
            # A token that comes again is answered by reading what it wrote.
            read = consumed.get("ReadCapacityUnits", 0.0)
            self._count(read, consumed.get("CapacityUnits", 0.0) - read)

    def _pages(self, ask: Ask, start: dict[str, Any] | None = None) -> Iterator[Item]:
        while True:
            with told_apart():
                answer = ask(start)
            self._count_read(answer)
            yield from answer["Items"]
            start = answer.get("LastEvaluatedKey")
            if start is None:
                return

    def _batch(self, keys: list[Item], lagging: bool) -> Iterator[Item]:  # noqa: FBT001 (of one caller)
        for attempt in count():
            with told_apart():
                answer = self._connection.batch_get_item(self._name, cast("Any", keys), consistent_read=not lagging)
            self._count_read(answer)
            yield from answer["Responses"].get(self._name, ())
            keys = answer.get("UnprocessedKeys", {}).get(self._name, {}).get("Keys", [])
            if not keys:
                return
            if attempt == ATTEMPTS:
                raise Throttled("UnprocessedKeys")
            pause(attempt)

    def _count_read(self, answer: dict[str, Any]) -> None:
        consumed = answer.get("ConsumedCapacity", ())
        for of_table in [consumed] if isinstance(consumed, dict) else consumed:
            self._count(of_table.get("CapacityUnits", 0.0), 0.0)

    def _count(self, read: float, write: float) -> None:
        self.consumed = Capacity(self.consumed.read + read, self.consumed.write + write)


def pause(attempt: int) -> None:
    """A wait before the next attempt, twice as long each time, at random so that not all come back at once."""
    time.sleep(random.uniform(0.0, 0.05 * 2**attempt))  # noqa: S311 # nosec B311
