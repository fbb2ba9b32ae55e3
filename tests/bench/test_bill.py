import pytest

from tests.bench.bill import Bill, billed
from tests.bench.prices import MILLION, PRICES, dynamodb


def test_what_was_used_costs_its_list_price() -> None:
    """A million requests and units cost what the list says of a million."""
    bill = Bill()
    bill.use("dynamodb: write unit", 9 * MILLION)
    bill.use("dynamodb: read unit", 3 * MILLION)
    bill.use("eventbridge: event", MILLION)
    assert bill.total == pytest.approx(9 * 0.625 + 3 * 0.125 + 1.0)
    assert dynamodb(3 * MILLION, 9 * MILLION) == pytest.approx(bill.total - 1.0)


def test_an_invocation_is_a_request_its_memory_for_a_time_and_its_log() -> None:
    """With a gigabyte and a second of waiting, one GB-second."""
    bill = Bill()
    bill.invoke(1_024, wall=1_000.0, cpu=0.0, log=1_000)
    assert bill.used == pytest.approx(
        {"lambda: request": 1, "lambda: GB-second": 1.0, "cloudwatch: GB of log": 1_000 / 1e9}
    )


@pytest.mark.parametrize(
    ("memory", "wall", "cpu", "expected"),
    [(1_769, 20, 5, 20), (3_538, 20, 5, 20), (884.5, 20, 5, 25), (884.5, 5, 6, 12)],
)
def test_what_is_computed_takes_longer_with_a_share_of_a_processor(
    memory: int, wall: float, cpu: float, expected: float
) -> None:
    """Waiting takes as long with little memory as with much; computing does not."""
    assert billed(memory, wall, cpu) == pytest.approx(expected)


def test_nothing_is_billed_that_has_no_price() -> None:
    """A thing that is not in the list would be for nothing."""
    with pytest.raises(AssertionError, match="a free lunch"):
        Bill().use("a free lunch", 1)
    assert all(price.dollars > 0 and price.seen for price in PRICES.values())
