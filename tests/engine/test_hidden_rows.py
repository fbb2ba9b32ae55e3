from collections.abc import Sequence

import pytest

from shared.engine.queues import visibility
from shared.engine.queues.visibility import next_visible_rows
from shared.storage.values import QueueRow

HIDDEN = frozenset({"Task"})


class Rows:
    """A tab of a queue, and how many rows each read of it asked for."""

    def __init__(self, types: Sequence[str]) -> None:
        self.rows = [QueueRow(f"{number:06}", f"job-1.{number}", name) for number, name in enumerate(types)]
        self.sizes = list[int]()

    def read(self, after: str | None, limit: int) -> list[QueueRow]:
        """The next rows behind a position."""
        self.sizes.append(limit)
        start = int(after) + 1 if after else 0
        return self.rows[start : start + limit]


def shown(rows: Rows, limit: int) -> list[int]:
    """The places of all rows that are shown, page by page."""
    found, after = list[int](), None
    while page := next_visible_rows(rows.read, after, limit, HIDDEN):
        found += [int(row.position) for row in page]
        after = page[-1].position
    return found


@pytest.mark.parametrize("limit", [1, 2, 3, 16, 300])
@pytest.mark.parametrize("every", [1, 2, 7, 50, 1_000])
def test_no_visible_row_is_passed_over(limit: int, every: int) -> None:
    """However many hidden ones are between them, and however many are read at once."""
    rows = Rows(["QA" if number % every == 0 else "Task" for number in range(250)])
    assert shown(rows, limit) == list(range(0, 250, every))


def test_many_hidden_rows_take_few_reads() -> None:
    """A request that passes over a hundred thousand of them ends in time: a read takes more and more of them."""
    rows = Rows(["Task"] * 100_000)
    assert next_visible_rows(rows.read, None, 16, HIDDEN) == []
    assert len(rows.sizes) < 110
    assert max(rows.sizes) == visibility.PASSED_OVER


def test_what_is_visible_is_not_read_ahead() -> None:
    """Where nothing is hidden, one read is enough, of just as many rows as are wanted."""
    rows = Rows(["QA"] * 100)
    assert len(next_visible_rows(rows.read, None, 16, frozenset())) == 16
    assert rows.sizes == [16]
