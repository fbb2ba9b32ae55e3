"""Everybody is answered as the matrix says, on every route."""

from __future__ import annotations

import pytest

from functions.api import routes
from tests.functions.api.client import Answer
from tests.functions.api.conftest import World
from tests.functions.api.security.matrix import Row, rows
from tests.functions.api.security.scene import PEOPLE, Scene, scene

ROWS = tuple(rows())
SIGNED_IN = [name for name in PEOPLE if name not in {"nobody", "unknown", "deactivated"}]
HIDDEN = {"GET /cases/{caseId}": "caseId", "GET /tasks/{taskId}": "taskId"}


@pytest.fixture
def here(world: World) -> Scene:
    """People in every relation to three tasks."""
    return scene(world)


def _send(here: Scene, row: Row, relation: str, of: str) -> Answer:
    path, _, query = here.address(row.path, of).partition("?")
    return here.as_(relation).call(row.method, path, here.filled(row.body), query)


def test_every_route_is_in_the_matrix() -> None:
    """A new route without a row is one of which nobody has said who may use it."""
    assert {row.route for row in ROWS} == {f"{known.method} {known.path}" for known in routes.OPERATIONS}


@pytest.mark.parametrize("relation", PEOPLE)
def test_everybody_is_answered_as_the_matrix_says(here: Scene, relation: str) -> None:
    """By their relation to what the route is asked of; and a refusal writes nothing."""
    answered = {}
    for row in ROWS:
        answer = _send(here, row, relation, row.of)
        answered[str(row)] = answer.status
        if answer.status >= 400 or row.method == "GET":
            assert here.world.session.store.consumed.write == 0
        else:
            here.restore()
    assert answered == {str(row): row.statuses[relation] for row in ROWS}


@pytest.mark.parametrize("relation", SIGNED_IN)
def test_what_is_hidden_is_answered_as_what_is_not_there(here: Scene, relation: str) -> None:
    """Word by word and header by header, so that nobody finds out by asking what there is."""
    for row in ROWS:
        if row.of != "missing" and row.statuses[relation] == 404:
            hidden, missing = _send(here, row, relation, row.of), _send(here, row, relation, "missing")
            assert (hidden.status, hidden.headers, hidden.json) == (missing.status, missing.headers, missing.json)


@pytest.mark.parametrize("relation", SIGNED_IN)
def test_no_answer_names_what_is_hidden(here: Scene, relation: str) -> None:
    """Whatever one may read, it holds no id of a case or a task that one may not."""
    hidden = {
        here.names[row.of][HIDDEN[row.route]]
        for row in ROWS
        if row.route in HIDDEN and row.of != "missing" and row.statuses[relation] == 404
    }
    read = {
        str(row): _send(here, row, relation, row.of).text
        for row in ROWS
        if row.method == "GET" and row.statuses[relation] == 200
    }
    assert {where: name for where, text in read.items() for name in hidden if name in text} == {}
