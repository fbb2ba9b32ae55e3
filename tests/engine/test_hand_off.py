from __future__ import annotations

import pytest

from tests.engine.conftest import Items
from tests.engine.parties import HAL, Parties
from tests.engine.world import World


@pytest.fixture(scope="module")
def settled(deployment: tuple[World, Items]) -> tuple[Parties, Items]:
    """The parties, and what is in the table once they are there."""
    made, items = deployment
    made.begin(items)
    parties = Parties(made)
    parties.populate()
    return parties, made.items()


@pytest.fixture
def parties(settled: tuple[Parties, Items]) -> Parties:
    """The parties, who have done nothing yet."""
    made, items = settled
    made.world.begin(items)
    made.invitations.clear()
    return made


def test_the_happy_path_of_the_seed(parties: Parties) -> None:
    """Prepared, assigned, accepted, made ready, started, submitted and finished: both ends go together."""
    task = parties.task()
    parties.do(task, "prepare", "begin_assignment", "assign:harbor")
    there = parties.partner(task)
    assert parties.shown(task) == ("assign", "sent", "Sent")
    assert parties.shown(there) == ("assign", "received", "Assign")
    parties.answer(there, "accept")
    assert parties.shown(task) == ("assign", "accepted", "Accepted")
    parties.do(task, "ready")
    assert parties.shown(there) == ("ready", "accepted", "Ready")
    parties.do(there, "start", "submit", by=HAL)
    assert parties.shown(task) == ("submit", "accepted", "Submit")
    parties.do(task, "finish")
    assert parties.shown(there) == ("finish", "accepted", "Finish")
