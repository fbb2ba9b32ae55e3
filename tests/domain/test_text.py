"""Names in sentences."""

from __future__ import annotations

import pytest

from shared.domain.model.text import with_article


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
