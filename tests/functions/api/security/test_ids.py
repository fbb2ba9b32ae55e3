"""Ids that nothing can have, in every place of an address."""

from __future__ import annotations

import re
from itertools import product

import pytest

from functions.api import routes
from functions.api.routing import Operation
from shared.ids import is_user_id
from tests.functions.api.client import Client
from tests.functions.api.conftest import World
from tests.functions.api.security.gateway import decoded
from tests.functions.api.security.matrix import BODIES
from tests.functions.api.security.scene import Scene, scene

NAMES = {"caseId": "look-1", "userId": "bob", "organizationId": "harbor", "name": "inspection", "action": "claim"}
# As they stand in an address; what is not ASCII is sent as it is, too.
AWKWARD = (
    ".", "..", "%2e%2e", "..%2fusers%2fme", "%2F", "%252e%252e", "%00", "a%00b", "%0a", "look-1%0a",
    "%0d%0aSet-Cookie:x",
        "%23", "look-1%23TASK", "CASE%23look-1", "%20", "look-1%20", "+", "*", "%25", "%", "%zz", "%ff", "%ed%a0%80",
    "look-1;v=1", "look-1%3Fx", "%5C..%5C", "'%20OR%20'1'='1", "%22", "$%7BPK%7D", "{{7*7}}", "<script>", "LOOK-1",
    "\u00e9", "loo\u212a-1", "\uff4c\uff4f\uff4f\uff4b-1", "look\u20111", "\u202elook-1", "look-1\u200b", "\U0001f41b",
    "e\u0301", "\u0131nspection", "null", "undefined", "__proto__", "constructor", "None", "0", "-1", "x" * 1_000,
    "a." * 60, "look-1.", ".look-1", "look-1.a.b", "a" * 41,
)  # fmt: skip


@pytest.fixture
def here(world: World) -> Scene:
    """The scene, as an administrator finds it, who may do most."""
    return scene(world)


def _address(operation: Operation, here: Scene, place: str, awkward: str) -> str:
    """The operation's address with the id in this place, and otherwise ids that there are."""
    known = {**here.names["look"], **NAMES, place: awkward}
    return re.sub(r"{(\w+)}", lambda found: known[found[1]], operation.path)


@pytest.mark.parametrize("operation", [o for o in routes.OPERATIONS if "{" in o.path], ids=lambda o: o.name)
def test_an_id_that_nothing_has_is_not_found(here: Scene, operation: Operation) -> None:
    """400 or 404 wherever it stands, and nothing is written; 422 where something would get the id, and for actions."""
    body = BODIES.get(f"{operation.method} {operation.path}", {}) if operation.body else None
    client = here.as_("administrator")
    refused = {400, 404, 422} if operation.method == "PUT" or "{action}" in operation.path else {400, 404}
    for place, awkward in product(re.findall(r"{(\w+)}", operation.path), AWKWARD):
        if operation.name == "putUser" and is_user_id(decoded(awkward)):
            # Issuers give out all kinds of ids: such a user would be made.
            continue
        address = _address(operation, here, place, awkward)
        answer = client.call(operation.method, decoded(address), here.filled(body))
        assert answer.status in refused, f"{operation.method} {address}: {answer.status} {answer.text}"
        assert here.world.session.store.consumed.write == 0


def test_an_id_does_not_depend_on_how_it_is_spelt(here: Scene) -> None:
    """Letters that look alike, or that Unicode calls the same, are others: nobody becomes somebody else."""
    admin = here.as_("administrator")
    for spelt in ("BOB", "Bob", "\uff42ob", "bo\u0062\u200b", "b\u043eb", "bob ", "bob\u0301"):
        client = Client(here.world.api, spelt)
        assert client.get("/users/me").code == "unknown_user"
        assert admin.get(f"/users/{spelt}").status == 404


@pytest.mark.parametrize("user", ["me", ".", "..", "", " ", "bob#USER", "bob\n", "x" * 200, "USER#bob", "\x00"])
def test_a_token_may_name_anybody(here: Scene, user: str) -> None:
    """An issuer's word for somebody is no key: whom nobody introduced is unknown, or nobody at all."""
    client = Client(here.world.api, user, "[casetree-admins]")
    for answer in (client.get("/users/me"), client.put(f"/users/{user or '-'}", {"displayName": "X"})):
        assert answer.status in {401, 403, 404, 405}
    assert here.world.session.store.consumed.write == 0
