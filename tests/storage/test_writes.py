"""Every write that a plan may hold can be written."""

from typing import get_args

import pytest

from shared.domain.model.writes import Write
from shared.storage.writes import actions_of


@pytest.mark.parametrize("kind", get_args(Write), ids=lambda kind: kind.__name__)
def test_every_write_has_its_actions(kind: type) -> None:
    """A word for a write that the storage does not know would fail at the first commit."""
    assert actions_of.dispatch(kind) is not actions_of.dispatch(object)
