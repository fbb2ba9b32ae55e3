from math import ceil

from hypothesis import given
from hypothesis import strategies as st

from shared.domain.counts.histogram import LAST, bucket, middle, percentile, percentile_of_buckets

HALF_AN_OCTAVE = 2**0.25
SECONDS = st.integers(1, 40_000_000)


def test_less_than_a_second_has_a_bucket_of_its_own() -> None:
    """Zero seconds are counted in bucket 0, which stands for zero seconds."""
    assert bucket(0) == 0
    assert middle(0) == 0
    assert bucket(1) == 1


@given(SECONDS, SECONDS)
def test_buckets_rise_with_durations(one: int, other: int) -> None:
    """A longer duration is never in a lower bucket."""
    assert (bucket(min(one, other)) <= bucket(max(one, other))) is True


@given(SECONDS)
def test_a_bucket_stands_for_its_durations(seconds: int) -> None:
    """What a bucket stands for is at most a fifth away from every duration in it, to the second."""
    assert seconds / HALF_AN_OCTAVE - 1 <= middle(bucket(seconds)) <= seconds * HALF_AN_OCTAVE + 1


def test_the_last_bucket_is_open() -> None:
    """Whatever is longer than a year and a half is in one bucket."""
    assert bucket(10**12) == bucket(10**15) == LAST


def test_nothing_counted_has_no_percentile() -> None:
    """Without any duration there is no median, rather than a zero."""
    assert percentile([], 0.5) is None
    assert percentile_of_buckets({}, 0.5) is None
    assert percentile_of_buckets({3: 0}, 0.5) is None


def test_the_median_of_few() -> None:
    """The percentile is one of the durations, the nearest rank."""
    assert percentile([30, 10, 20], 0.5) == 20
    assert percentile([30, 10, 20, 40], 0.5) == 20
    assert percentile(range(1, 11), 0.9) == 9
    assert percentile([7], 0.9) == 7


@given(st.lists(SECONDS, min_size=1, max_size=50), st.sampled_from([0.5, 0.9, 1.0]))
def test_percentiles_of_buckets_are_near_the_exact_ones(durations: list[int], share: float) -> None:
    """Buckets give the percentile of what they counted, within a fifth."""
    counts: dict[int, int] = {}
    for seconds in durations:
        counts[bucket(seconds)] = counts.get(bucket(seconds), 0) + 1
    exact = sorted(durations)[ceil(share * len(durations)) - 1]
    assert percentile(durations, share) == exact
    assert percentile_of_buckets(counts, share) == middle(bucket(exact))
