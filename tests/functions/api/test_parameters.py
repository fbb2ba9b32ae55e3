"""Query parameters."""

from __future__ import annotations

from datetime import date

import pytest

from functions.api import parameters
from functions.api.parameters import read_query
from functions.api.problems import Problem
from tests.functions.api.client import Client
from tests.functions.api.conftest import World

LIMIT = parameters.whole("limit", "", 1, 100, 15)
TAB = parameters.choice("tab", "", ("a", "b"))
TYPE = parameters.texts("type", "")
LATE = parameters.maybe("overdue", "")
ALL = parameters.flag("explain", "")
NAME = parameters.text("name", "")
DAY = parameters.day("from", "")
DECLARED = (LIMIT, TAB, TYPE, LATE, ALL, NAME, DAY)


def test_what_is_not_given_has_its_default() -> None:
    """Each parameter says what it means to leave it out."""
    query = read_query("", DECLARED)
    assert (query[LIMIT], query[TAB], query[TYPE], query[LATE]) == (15, None, (), None)
    assert (query[ALL], query[NAME], query[DAY]) == (False, None, None)


def test_values_are_read_as_declared() -> None:
    """Decoded once; a repeatable one gives all its values."""
    query = read_query(
        "limit=100&tab=b&type=QA&type=MVR%20Check&overdue=false&explain=true&name=a%2525&from=2026-12-01", DECLARED
    )
    assert (query[LIMIT], query[TAB], query[TYPE]) == (100, "b", ("QA", "MVR Check"))
    assert (query[LATE], query[ALL], query[NAME], query[DAY]) == (False, True, "a%25", date(2026, 12, 1))
    assert read_query("type=a+b", DECLARED)[TYPE] == ("a b",)


@pytest.mark.parametrize(
    "query",
    [
        "colour=red",
        "Limit=1",
        "limit",
        "limit=",
        "limit=0",
        "limit=101",
        "limit=-1",
        "limit=+5",
        "limit=1.0",
        "limit=1e1",
        "limit=%D9%A3",
        "limit=99999999999999999999",
        "limit=5&limit=5",
        "tab=c",
        "tab=A",
        "tab=",
        "tab=a&tab=b",
        "overdue=1",
        "overdue=True",
        "explain=yes",
        "name=",
        "name=%00",
        "name=a%0Ab",
        "name=" + "x" * 1_001,
        "name=%ff",
        "name=%ed%a0%80",
        "type=%07",
        "from=2026-02-30",
        "from=20261201",
        "from=2026-12-1",
        "from=2026-W49-2",
        "from=0000-01-01",
        "&".join(f"type={number}" for number in range(101)),
        "%00=1",
    ],
)
def test_any_other_parameter_or_value_is_400(query: str) -> None:
    """Nothing that is asked for is passed over in silence."""
    with pytest.raises(Problem, match="invalid_request"):
        read_query(query, DECLARED)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/cases"),
        ("GET", "/cases/look-1"),
        ("PATCH", "/cases/look-1"),
        ("GET", "/tasks/none"),
        ("POST", "/tasks/none/actions/claim"),
        ("GET", "/queues/users/ann"),
        ("PUT", "/users/ann"),
        ("DELETE", "/organizations/harbor/members/fay"),
        ("GET", "/health"),
        ("GET", "/openapi.json"),
    ],
)
def test_an_unknown_parameter_is_400_on_every_route(ann: Client, method: str, path: str) -> None:
    """Before anything is looked up; what was sent is not quoted at length."""
    answer = ann.call(method, path, query={"colour" * 100: "red"})
    assert (answer.status, answer.code) == (400, "invalid_request")
    assert len(answer.text) < 400


def test_a_path_is_decoded_once(world: World, ann: Client) -> None:
    """An HTTP API decodes the path, but for the percent sign itself: `%2561` is `%61`, not `a`."""
    world.look("look-a")
    assert ann.get("/cases/look-a").status == 200
    assert ann.get("/cases/look-%2561").code == "not_found"
    assert ann.get("/cases/look-a\n").code == "not_found"
