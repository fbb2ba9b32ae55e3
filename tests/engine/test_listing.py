import pytest

from shared.engine.queues.listing import ROWS, TASKS, QueueQuery, rows_needed

TYPES = {"QA": 30, "Hover Inspection": 60, "MVR Check": 0}


@pytest.mark.parametrize(
    ("query", "rows"),
    [
        (QueueQuery(limit=15), 16),
        (QueueQuery(limit=15, status="Ready"), TASKS),
        (QueueQuery(limit=15, case_id="look-1"), ROWS),
        (QueueQuery(limit=15, types=("QA",)), 96),
        (QueueQuery(limit=15, types=("QA", "Hover Inspection")), 32),
        (QueueQuery(limit=100, types=("QA",)), ROWS),
        (QueueQuery(limit=15, types=("MVR Check",)), ROWS),
        (QueueQuery(limit=15, types=("nothing known",)), ROWS),
        (QueueQuery(limit=15, types=("QA",), status="Ready"), ROWS),
        (QueueQuery(limit=15, types=("QA",), case_id="look-1"), ROWS),
    ],
)
def test_no_more_rows_are_looked_at_than_a_page_should_need(query: QueueQuery, rows: int) -> None:
    """By type, twice as many as have a page of them among them by the counters; what these cannot tell takes most."""
    assert rows_needed(query, TYPES) == rows


def test_counters_that_lag_are_no_reason_to_look_at_nothing() -> None:
    """Before the relay has counted anything, the page is looked for all the same."""
    assert rows_needed(QueueQuery(limit=15, types=("QA",)), {}) == ROWS
