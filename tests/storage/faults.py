"""Faults between the storage and its engine, at the level of botocore: what the network and DynamoDB do to one.

The storage's own code, PynamoDB's and botocore's retries all run as they would on AWS.
"""

from collections import deque
from collections.abc import Callable
from io import BytesIO
from typing import Any

from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders
from botocore.exceptions import ConnectTimeoutError, ReadTimeoutError

from shared.storage.store import Store


class Body(BytesIO):
    """An empty answer; what would be parsed from it is given beside it."""

    def stream(self) -> list[bytes]:
        """Its only part."""
        return [b"{}"]


Response = tuple[Any, Exception | None]
Fault = Callable[[Callable[[], Response]], Response]
URL = "http://127.0.0.1"


def answer_lost(send: Callable[[], Response]) -> Response:
    """The request takes effect, but nobody hears of it."""
    send()
    return None, ReadTimeoutError(endpoint_url=URL)


def never_sent(_: Callable[[], Response]) -> Response:
    """The request does not reach DynamoDB."""
    return None, ConnectTimeoutError(endpoint_url=URL)


def fine(send: Callable[[], Response]) -> Response:
    """The request goes through."""
    return send()


class Killed(BaseException):
    """The process ended here, as when Lambda takes it away: nothing catches this, and nothing is sent after it."""


def answer(code: str, status: int = 400, reasons: list[str] | None = None) -> Fault:
    """DynamoDB refuses the request with this code; a cancelled transaction has a reason for each action."""
    parsed: dict[str, Any] = {
        "Error": {"Code": code, "Message": code},
        "ResponseMetadata": {"HTTPStatusCode": status, "HTTPHeaders": {}},
    }
    if reasons is not None:
        parsed["CancellationReasons"] = [{"Code": reason} for reason in reasons]
    response = AWSResponse(URL, status, HTTPHeaders(), Body())
    return lambda _: ((response, {**parsed, "ResponseMetadata": dict(parsed["ResponseMetadata"])}), None)


def cancelled(*reasons: str) -> Fault:
    """DynamoDB cancels the transaction, with a reason for each action in the order in which they were sent."""
    return answer("TransactionCanceledException", reasons=list(reasons))


class Line:
    """The line between a storage and its engine; the next requests of an operation meet the faults given."""

    def __init__(self, store: Store) -> None:
        # What is wrapped is botocore's one place between building a request and judging its answer.
        client: Any = store._table._connection.client  # noqa: SLF001
        self._endpoint = client._endpoint  # noqa: SLF001
        self._whole = self._endpoint._do_get_response  # noqa: SLF001
        self._faults: dict[str, deque[Fault]] = {}
        self._dead = False
        self._lasting: tuple[int, Fault] | None = None
        self.sent: list[str] = []
        self._endpoint._do_get_response = self._send  # noqa: SLF001

    def fail(self, operation: str, *faults: Fault) -> None:
        """The next requests of the operation meet these faults, one each."""
        self._faults.setdefault(operation, deque()).extend(faults)

    def fail_after(self, number: int, fault: Fault) -> None:
        """So many requests from now on go through, and all after them meet the fault, until `mend` or this is said."""
        self._lasting = len(self.sent) + number, fault

    def dies(self, work: Callable[[], object], operation: str, number: int, *, took_effect: bool) -> bool:
        """Whether the process that does the work died at its so-many-th request of the operation.

        Either before the request took effect, or after, before anybody heard of it.
        """

        def die(send: Callable[[], Response]) -> Response:
            if took_effect:
                send()
            self._dead = True
            raise Killed

        self._faults[operation] = deque([*[fine] * (number - 1), die])
        try:
            work()
        except Killed:
            return True
        finally:
            del self._faults[operation]
            self._dead = False
        return False

    def mend(self) -> None:
        """Everything goes through from now on."""
        self._endpoint._do_get_response = self._whole  # noqa: SLF001

    def _send(self, request: Any, operation: Any, context: Any) -> Response:
        if self._dead:
            raise Killed
        self.sent.append(operation.name)
        waiting = self._faults.get(operation.name)
        number, lasting = self._lasting or (len(self.sent), fine)
        fault = waiting.popleft() if waiting else lasting if len(self.sent) > number else fine
        return fault(lambda: self._whole(request, operation, context))
