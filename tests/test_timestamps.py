from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.timestamps import parse, to_text

MOMENT = datetime(2026, 11, 22, 4, 35, 1, 123000, tzinfo=UTC)
moments = st.datetimes(timezones=st.just(UTC), min_value=datetime(1, 1, 2), max_value=datetime(9999, 12, 30))  # noqa: DTZ001


def test_a_moment_is_24_characters_of_utc() -> None:
    """A moment is written in UTC with milliseconds, whatever zone it came in."""
    elsewhere = MOMENT.astimezone(timezone(timedelta(hours=-5)))
    assert to_text(MOMENT) == to_text(elsewhere) == "2026-11-22T04:35:01.123Z"


def test_a_moment_without_zone_is_refused() -> None:
    """A moment without a zone is an error: nobody knows which one was meant."""
    with pytest.raises(ValueError, match="zone"):
        to_text(MOMENT.replace(tzinfo=None))


def test_microseconds_are_cut() -> None:
    """Writing and reading both cut to milliseconds, never round up into the future."""
    assert to_text(MOMENT.replace(microsecond=123999)) == "2026-11-22T04:35:01.123Z"
    assert parse("2026-11-22T04:35:01.123999Z") == MOMENT


@given(moments)
def test_what_is_written_is_read_again(moment: datetime) -> None:
    """Reading gives back what was written, in UTC, to the millisecond."""
    text = to_text(moment)
    assert len(text) == 24
    assert parse(text) == moment.replace(microsecond=moment.microsecond // 1000 * 1000)
    assert parse(text).tzinfo is UTC


@given(moments, moments)
def test_texts_sort_as_moments_do(one: datetime, other: datetime) -> None:
    """The order of texts is the order of moments, so they may stand in sort keys."""
    assert (to_text(one) < to_text(other)) is (parse(to_text(one)) < parse(to_text(other)))


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-22T04:35:01.123Z",
        "2026-11-22T05:35:01.123+01:00",
        "2026-11-21T23:05:01.123-05:30",
        "2026-11-22t04:35:01.123z",
        "2026-11-22T04:35:01.1234567890123Z",
    ],
)
def test_rfc_3339_is_understood_in_any_zone(text: str) -> None:
    """Any RFC 3339 form of a moment gives the same moment."""
    assert parse(text) == MOMENT


@pytest.mark.parametrize(
    "text",
    [
        "",
        "tomorrow",
        "2026-11-22",
        "2026-11-22T04:35:01",
        "2026-11-22 04:35:01Z",
        "20261122T043501Z",
        "2026-W47-7T04:35:01Z",
        "2026-13-22T04:35:01Z",
        "2026-11-22T24:35:01Z",
        "2026-11-22T04:35:01Z\n",
        "2026-11-22T04:35:01+01:60",
        "2026-11-22T04:35:01-00:99",
        "2026-11-22T04:35:01+24:00",
        "0001-01-01T00:00:00+05:00",
        "9999-12-31T23:59:59-05:00",
        "\u0662026-11-22T04:35:01Z",
    ],
)
def test_anything_else_is_refused(text: str) -> None:
    """A text that is no RFC 3339 timestamp with a zone, or no date at all, is a ValueError."""
    with pytest.raises(ValueError, match=r".+"):
        parse(text)
