"""What text may be stored, and names in sentences."""

from __future__ import annotations

import pytest

from shared.domain.model.text import TURNING, is_blank, is_plain, with_article


def test_a_name_cannot_turn_the_direction_of_what_is_beside_it() -> None:
    """A text of several lines may: it stands alone."""
    for turning in TURNING:
        assert not is_plain(f"Ann{turning}Lee")
        assert is_plain(f"Ann{turning}Lee", lines=True)


@pytest.mark.parametrize("name", ["\u05d0\u05d1 \u200eLee", "\U0001f469\u200d\U0001f680", "Zo\u00eb", "a\u00a0b"])
def test_marks_that_scripts_need_are_plain(name: str) -> None:
    """Joiners, and marks of direction that turn nothing."""
    assert is_plain(name)


@pytest.mark.parametrize("text", ["", " \u00a0", "\u200b", "\ufeff", "\u200f \u200e", "\u2060\u00ad"])
def test_a_text_of_spaces_and_marks_alone_is_blank(text: str) -> None:
    """Nobody could see it, nor press on it; with one letter it is none."""
    assert is_blank(text)
    assert not is_blank(f"{text}\u05d0")


@pytest.mark.parametrize("text", ["a\x00", "a\x1b[31m", "a\x85", "\ud800"])
def test_control_characters_are_not_plain(text: str) -> None:
    """Neither in a name nor in a text; breaks are, in a text."""
    assert not is_plain(text)
    assert not is_plain(text, lines=True)
    assert is_plain("a\n\tb", lines=True)
    assert not is_plain("a\nb")


@pytest.mark.parametrize(
    "name", ["EngineeringTask", "order", "SLA report", "F-1", "IHP", "X", "Hour", "Uninvited guest"]
)
def test_a_name_that_is_spoken_with_a_vowel_first_has_an(name: str) -> None:
    """Letter by letter where it is an abbreviation."""
    assert with_article(name) == f"an {name}"
    assert with_article(name, first=True) == f"An {name}"


@pytest.mark.parametrize("name", ["Letter", "QA", "BVA Dispatch", "Unit", "User", "European", "One-off", "Émigré", ""])
def test_any_other_name_has_a(name: str) -> None:
    """Also one that is only written with a vowel first."""
    assert with_article(name) == f"a {name}"
    assert with_article(name, first=True) == f"A {name}"
