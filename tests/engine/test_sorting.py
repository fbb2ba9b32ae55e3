from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.engine.cursors import decoded, encoded, position_cursor, read_position
from shared.engine.queues.listing import QueueQuery, Selection, select
from shared.engine.queues.sorting import SORTS, arranged, place_cursor
from shared.engine.session import Refused
from shared.storage.values import QueueRow

START = datetime(2026, 11, 22, tzinfo=UTC)
MOMENTS = st.none() | st.integers(0, 2).map(lambda hours: START + timedelta(hours=hours))
ROWS = st.lists(
    st.builds(
        QueueRow,
        position=st.just(""),
        task_id=st.integers(0, 10**6).map(lambda number: f"look-1.{number:07}"),
        type=st.sampled_from(["QA", "MVR Check"]),
        priority=st.integers(0, 2),
        due_time=MOMENTS,
        created_at=MOMENTS,
        assigned_at=MOMENTS,
        closed_at=MOMENTS,
    ),
    max_size=12,
    unique_by=lambda row: row.task_id,
)
TABS = {"assigned": tuple(SORTS)}


def expected(rows: Sequence[QueueRow], sort: str, *, ascending: bool) -> list[QueueRow]:
    """The rows by value and id; those without value come last, whatever the order."""
    value = SORTS[sort]
    valued = [row for row in rows if value(row) is not None]
    rest = [row for row in rows if value(row) is None]
    valued.sort(key=lambda row: (value(row), row.task_id), reverse=not ascending)
    return valued + sorted(rest, key=lambda row: row.task_id, reverse=not ascending)


@given(ROWS, st.sampled_from(list(SORTS)), st.booleans(), st.integers(1, 4))
def test_pages_together_are_the_sorted_list(rows: list[QueueRow], sort: str, ascending: bool, limit: int) -> None:  # noqa: FBT001
    """Page after page, by cursors alone, every row comes once and in order."""
    found: list[QueueRow] = []
    cursor = None
    while True:
        query = QueueQuery(sort=sort, order="asc" if ascending else "desc", cursor=cursor)
        selection = select(query, TABS)
        places = arranged(rows, selection)
        page = places[:limit]
        found += [row for _, row in page]
        if len(places) <= limit:
            break
        cursor = place_cursor(page[-1][0], selection)
    assert found == expected(rows, sort, ascending=ascending)


@given(ROWS, st.sampled_from(list(SORTS)), st.integers(0, 11))
def test_a_row_that_left_does_not_move_the_page(rows: list[QueueRow], sort: str, gone: int) -> None:
    """A cursor is a place, not a number of rows: the page goes on behind it even if its row is gone."""
    selection = select(QueueQuery(sort=sort), TABS)
    places = arranged(rows, selection)
    if gone >= len(places):
        return
    cursor = place_cursor(places[gone][0], selection)
    left = [row for row in rows if row is not places[gone][1]]
    on = arranged(left, Selection(QueueQuery(cursor=cursor), "assigned", selection.sort, selection.ascending))
    assert [row for _, row in on] == [row for _, row in places[gone + 1 :]]


@given(st.text(max_size=40))
def test_any_text_is_a_cursor_or_refused(text: str) -> None:
    """Whatever is handed in as a cursor is read or refused as 400, and nothing else happens."""
    for read in (decoded, lambda cursor: read_position(cursor, by_creation=False)):
        with suppress(Refused):
            read(text)


@pytest.mark.parametrize("position", ["2026-12-01T17:00:00.000Z#06h0329xg0000000", "~#06h0329xg0000000"])
def test_a_position_by_time_comes_back(position: str) -> None:
    """The position of a row sorted by time survives as a cursor, and is none by creation."""
    assert read_position(position_cursor(position), by_creation=False) == position
    with pytest.raises(Refused):
        read_position(position_cursor(position), by_creation=True)


def test_a_position_by_creation_comes_back() -> None:
    """The position of a row sorted by creation survives as a cursor, and is none by time."""
    assert read_position(position_cursor("TASK#06h0329xg"), by_creation=True) == "TASK#06h0329xg"
    with pytest.raises(Refused):
        read_position(position_cursor("TASK#06h0329xg"), by_creation=False)
    assert read_position(None, by_creation=True) is None


@pytest.mark.parametrize("value", ["", "CASE", "TASK#", "TASK#a#b", "~#A", "2026#x", 7, None, ["~#a"], {"a": 1}, True])
def test_what_is_no_position_is_refused(value: object) -> None:
    """A cursor that holds anything but a position of the list is refused."""
    for by_creation in (False, True):
        with pytest.raises(Refused):
            read_position(encoded(value), by_creation=by_creation)
