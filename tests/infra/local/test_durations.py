import pytest
from hypothesis import given
from hypothesis import strategies as st

from infra.local.durations import format_duration, parse_duration
from infra.local.obstacle import ObstacleError


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("90d", 7_776_000), ("2h30m", 9_000), ("1w", 604_800), ("45s", 45), ("1D 12H", 129_600), ("1d1d", 172_800)],
)
def test_a_duration_is_the_sum_of_its_parts(text: str, seconds: int) -> None:
    """Units may be mixed, repeated, spaced and in capitals."""
    assert parse_duration(text) == seconds


@pytest.mark.parametrize("text", ["", "90", "d", "1.5h", "3x", "90d!", "1d,2h", "9999999999d", "\u0661d"])
def test_what_is_no_duration_is_refused_with_an_example(text: str) -> None:
    """The refusal says which units there are."""
    with pytest.raises(ObstacleError, match="is not a duration") as caught:
        parse_duration(text)
    assert "90d" in caught.value.remedy


def test_the_clock_does_not_go_back() -> None:
    """Nor does anybody have to guess why it is not moved."""
    with pytest.raises(ObstacleError, match="does not go back"):
        parse_duration("-1d")


@pytest.mark.parametrize("text", ["0s", "0d0h", "36501d", "999999999w"])
def test_the_clock_moves_by_a_second_at_least_and_a_century_at_most(text: str) -> None:
    """Nothing, and more than any date can hold, are out of range."""
    with pytest.raises(ObstacleError, match="out of range"):
        parse_duration(text)


@given(st.integers(min_value=1, max_value=3_000_000_000))
def test_a_formatted_duration_is_never_longer_than_the_real_one(seconds: int) -> None:
    """It shows the two largest units and drops the rest."""
    shown = parse_duration(format_duration(seconds))
    assert shown <= seconds < shown + 86_400


def test_no_time_is_zero_seconds() -> None:
    """Even nothing has a unit."""
    assert format_duration(0) == "0s"
