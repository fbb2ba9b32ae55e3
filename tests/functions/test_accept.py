from __future__ import annotations

import pytest

from functions.accept import prefers, weighted


def test_a_header_is_read_with_its_weights() -> None:
    """In its order; without a weight it is 1, and one that cannot be read is 0."""
    header = "GZIP;q=0.5, br , identity; Q=none,, *;q=0"
    assert weighted(header) == [("gzip", 0.5), ("br", 1.0), ("identity", 0.0), ("*", 0.0)]


@pytest.mark.parametrize(
    ("accept", "preferred"),
    [
        ("", "text/a"),
        ("*/*", "text/a"),
        ("image/b", "image/b"),
        ("image/*", "image/b"),
        ("text/a;q=0.5, image/b", "image/b"),
        ("image/b, text/a", "image/b"),
        ("text/a, image/b", "text/a"),
        ("IMAGE/B", "image/b"),
        ("image/b;q=0, */*;q=0.1", "text/a"),
        ("image/b;q=x", "text/a"),
        ("application/json", "text/a"),
        ("image/b;level=1", "image/b"),
    ],
)
def test_the_best_of_the_offered_media_types_is_chosen(accept: str, preferred: str) -> None:
    """The one that Accept ranks highest; the first where it names none of them."""
    assert prefers(accept, ("text/a", "image/b")) == preferred
