"""What can go wrong with the table, and the one place that tells it apart."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http import HTTPStatus
from typing import Any, Literal

from botocore.exceptions import ClientError, ConnectionError, HTTPClientError  # noqa: A004 - botocore's name
from pynamodb.exceptions import PynamoDBException

from shared.domain.counts.tally import Move
from shared.domain.model.writes import Write

FailureKind = Literal["condition", "conflict"]

THROTTLED = frozenset(
    {
        "ProvisionedThroughputExceeded",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "ThrottlingError",
        "ThrottlingException",
    }
)
# After these it is not known whether the request took effect.
UNCERTAIN = frozenset({"InternalServerError", "ServiceUnavailable", "TransactionInProgressException"})
# These are about what was asked, and the same request would never be taken.
MISTAKES = frozenset(
    {
        "ConditionalCheckFailedException",
        "IdempotentParameterMismatchException",
        "SerializationException",
        "TransactionCanceledException",
        "ValidationException",
    }
)


class CommitFailed(Exception):
    """Nothing was written: the condition of a write did not hold, or another transaction was at its item."""

    def __init__(self, write: Write | Move | None, kind: FailureKind) -> None:
        super().__init__(f"{kind} at {type(write).__name__}")
        self.write = write
        self.kind = kind


class Throttled(Exception):
    """DynamoDB takes no more at the moment; nothing was written."""


class Unreachable(Exception):
    """DynamoDB gave no answer; a write may have taken effect, and was not found to have."""


@contextmanager
def told_apart() -> Iterator[None]:
    """Within, errors of a busy or silent table are raised as Throttled or Unreachable; all others as they are."""
    try:
        yield
    except (PynamoDBException, ClientError, HTTPClientError, ConnectionError) as error:
        trouble = trouble_of(error)
        if trouble is None:
            raise
        raise trouble from error


def trouble_of(error: Exception) -> Throttled | Unreachable | None:
    """What an error of PynamoDB or botocore says about the table; None where the request was a mistake."""
    cause = getattr(error, "cause", None) or error
    if isinstance(cause, (HTTPClientError, ConnectionError)):
        return Unreachable(str(cause))
    response = response_of(error)
    code = response.get("Error", {}).get("Code", "")
    if code in THROTTLED:
        return Throttled(code)
    return Unreachable(code) if is_uncertain(response) else None


def is_uncertain(response: Mapping[str, Any]) -> bool:
    """Whether DynamoDB's answer leaves open what became of the request."""
    status = response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    return status >= HTTPStatus.INTERNAL_SERVER_ERROR or response.get("Error", {}).get("Code") in UNCERTAIN


def response_of(error: Exception) -> Mapping[str, Any]:
    """What DynamoDB answered; PynamoDB keeps the whole of it behind its own error, and that behind another."""
    cause = getattr(error, "cause", None) or error
    whole = cause.__cause__ if isinstance(cause.__cause__, ClientError) else cause
    return whole.response if isinstance(whole, ClientError) else {}


def is_refusal_of_all(error: Exception) -> bool:
    """Whether DynamoDB refused a request as it would any: for want of a right, of a key, of the table itself."""
    code = response_of(error).get("Error", {}).get("Code")
    return code is not None and code not in MISTAKES
