"""Use cases run on moto: the engine's rules do not depend on which table it is, the storage's tests do."""

from collections.abc import Iterator
from typing import Any

import pytest
from moto import mock_aws

from shared.engine import doctor
from tests.engine.parties import Parties
from tests.engine.races import Runners, runners
from tests.engine.world import World
from tests.storage.table import create_table

Items = list[dict[str, Any]]


@pytest.fixture(scope="module")
def deployment() -> Iterator[tuple[World, Items]]:
    """A deployment with a few people, and what is in its table: made once a module, as that takes longest."""
    with mock_aws():
        made = World(create_table())
        made.populate()
        yield made, made.items()


@pytest.fixture
def world(deployment: tuple[World, Items]) -> World:
    """The deployment as it was when it was new."""
    made, items = deployment
    made.begin(items)
    return made


@pytest.fixture(scope="module")
def connected(deployment: tuple[World, Items]) -> tuple[Parties, Items]:
    """An owner and two partners, connected with each other, and what is in the table once they are there."""
    made, items = deployment
    made.begin(items)
    parties = Parties(made)
    parties.populate()
    return parties, made.items()


@pytest.fixture
def parties(connected: tuple[Parties, Items]) -> Parties:
    """The owner and the partners, who have done nothing yet."""
    made, items = connected
    made.world.begin(items)
    made.invitations.clear()
    return made


@pytest.fixture
def sound(deployment: tuple[World, Items]) -> Iterator[None]:
    """Whatever the test has played, the doctor finds nothing wrong with any case of the world.

    But for this: most tests seat only those who act in them, so that nobody may be left to go on.
    """
    yield
    world, _ = deployment
    for case_id in world.store.cases():
        diagnosis = doctor.diagnose(world.session, case_id)
        assert diagnosis is not None
        assert [f for f in diagnosis.findings if f.invariant != "somebody-can-act"] == []


@pytest.fixture(scope="session")
def crew() -> Iterator[Runners]:
    """Processes that race, for the whole run: starting them takes longest."""
    with runners() as started:
        yield started
