"""What has ends and what has none."""

from types import SimpleNamespace
from typing import cast

import pytest

from shared.domain.drafts.draft import Draft
from shared.domain.ends.telling import end_of, hand_off_of
from shared.workflows import load


def test_a_task_without_ends_has_none_to_tell_of() -> None:
    """The checker keeps such words out of workflows; should one get there all the same, it is told."""
    with pytest.raises(ValueError, match=r"t\.1 is no end of a task"):
        end_of(cast(Draft, SimpleNamespace(task=SimpleNamespace(end=None, task_id="t.1"))))


def test_a_workflow_of_one_end_hands_nothing_off() -> None:
    """Neither has it messages."""
    with pytest.raises(ValueError, match="hands nothing off"):
        hand_off_of(load().latest("inspection"))
