from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.ids import is_case_id, is_organization_id, is_task_id, is_user_id, new_id

NOW = datetime(2026, 11, 22, 4, 35, 1, 123000, tzinfo=UTC)
AWKWARD = ["", " ", "a#b", "#", "a\n", "a\x00", "a/b", "\u00e4", "\u0661", "a" * 1000]


def test_an_id_is_16_characters() -> None:
    """A new id is 16 lower-case characters of Crockford's base32, and fits a local id."""
    made = new_id(NOW)
    assert len(made) == 16
    assert set(made) <= set("0123456789abcdefghjkmnpqrstvwxyz")
    assert is_task_id(f"look-4711.{made}")


def test_two_ids_of_one_moment_differ() -> None:
    """Ids made in the same millisecond differ by 32 random bits."""
    assert len({new_id(NOW) for _ in range(100)}) == 100


@given(st.integers(1, 10**12), st.integers(1, 10**9))
def test_ids_sort_by_time(start: int, step: int) -> None:
    """An id made a millisecond later or more sorts behind."""
    first = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=start)
    assert new_id(first) < new_id(first + timedelta(milliseconds=step))


def test_the_time_of_an_id_is_exact() -> None:
    """The first ten characters are the milliseconds, without rounding errors."""
    assert {new_id(NOW)[:9] for _ in range(50)} == {"06h0329xg"}


@pytest.mark.parametrize("text", AWKWARD)
def test_awkward_texts_are_no_ids(text: str) -> None:
    """What could reach into another key, or is no plain character, is no id of anything."""
    assert not is_case_id(text)
    assert not is_task_id(text)
    assert not is_task_id(f"look-1.{text}")
    assert not is_task_id(f"{text}.a1")
    assert not is_user_id(text)
    assert not is_organization_id(text)


def test_each_kind_of_id_has_its_characters() -> None:
    """Case, user and organization ids take just what the API documents."""
    assert is_case_id("Look_47-11")
    assert not is_case_id("look.4711")
    assert not is_case_id("x" * 41)
    assert is_user_id("ann.lee@example.org")
    assert all(map(is_user_id, ("auth0|abc", "ann+casetree@example.org", "https:sub", "u" * 128)))
    assert not is_user_id("u" * 129)
    assert not any(map(is_user_id, ("a%b", "a#b", "a/b", "a b", "a\tb", "a\n", "a\x7f")))
    assert not any(map(is_user_id, ("me", ".", "..")))
    assert all(map(is_user_id, ("me.", "Me", "...", ".me")))
    assert is_organization_id("customer-support")
    assert not is_organization_id("Customer Support")
    assert not is_task_id("look-4711")
    assert not is_task_id("look-4711.a.b")
    assert not is_task_id("look-4711.A")
