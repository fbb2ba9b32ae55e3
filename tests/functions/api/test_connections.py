"""Routes of connections: who asks, who answers, who sees them."""

from __future__ import annotations

from typing import Any

import pytest

from functions.api.routes import OPERATIONS
from shared.domain.model.plan import Plan
from shared.storage.store import Store
from tests.functions.api.client import Answer
from tests.functions.api.conftest import World
from tests.functions.api.parties import BROOK, Parties, expect, parties

KEY = {"Idempotency_Key": "k"}
ANSWERED = {"acceptConnection", "declineConnection"}


@pytest.fixture
def here(world: World) -> Parties:
    """The organizations, connected; harbor and tide are not connected with each other."""
    return parties(world)


def _ask(here: Parties, who: str = "ola", organization: str = "acme", **more: Any) -> Answer:
    body = {"organizationId": organization, "partner": BROOK, **more}
    return here.world.as_(who).post("/connections", body)


def _requested(here: Parties) -> tuple[str, str]:
    """The id of a connection that acme has asked for by email, and the token of the request, which went out."""
    connection = expect(201, _ask(here)).json["connectionId"]
    here.settle()
    return connection, here.world.tokens[connection]


def _answer(here: Parties, who: str, connection: str, how: str = "accept", **given: Any) -> Answer:
    headers = {name: given.pop(name) for name in ("Idempotency_Key",) if name in given}
    return here.world.as_(who).post(f"/connections/{connection}/{how}", given, **headers)


def _roles(here: Parties, who: str, organization: str, **query: str) -> list[tuple[str, str]]:
    answer = here.world.as_(who).get("/connections", {"organizationId": organization, **query})
    items = expect(200, answer).json["items"]
    return [(item["counterpart"]["displayName"], item["counterpart"]["role"]) for item in items]


def test_connections_are_listed_by_pattern_of_role(here: Parties) -> None:
    """With the role of the other; a trailing asterisk fits any rest. Each side sees its own view, in pages."""
    harbor, tide = ("Harbor Surveyors", "partner-surveyor"), ("Tidewater Labs", "partner")
    for role, expected in [("partner*", [harbor, tide]), ("partner", [tide]), ("partner-s*", [harbor]), ("lab*", [])]:
        assert _roles(here, "otto", "acme", role=role) == expected
    assert _roles(here, "otto", "acme") == [harbor, tide]
    assert _roles(here, "gil", "harbor", role="partner*") == [("Acme Claims", "partner")]
    otto = here.world.as_("otto")
    first = otto.get("/connections", {"organizationId": "acme", "limit": "1"}).json
    rest = otto.get("/connections", {"organizationId": "acme", "cursor": first["nextCursor"]}).json
    assert [item["organizationId"] for item in (*first["items"], *rest["items"])] == ["acme", "acme"]
    assert rest["nextCursor"] is None
    for role in ("Partner", "part ner", "*partner", "partner**", "", "x" * 65):
        assert otto.get("/connections", {"organizationId": "acme", "role": role}).code == "invalid_request"
    assert otto.get("/connections").code == "invalid_request"


def test_only_admins_of_an_organization_ask_for_it(here: Parties) -> None:
    """403 for its members, for admins of others, for strangers and people inside, whatever they send."""
    before = here.world.items()
    for who in ("otto", "hal", "eve", "ann"):
        assert (_ask(here, who).status, _ask(here, who).code) == (403, "not_allowed")
        assert here.world.as_(who).post("/connections", {"organizationId": "none", "partner": BROOK}).status == 403
    for who in ("otto", "eve"):
        assert here.world.as_(who).post("/connections", {"colour": "red"}).code == "not_allowed"
    assert here.world.items() == before
    assert _ask(here, "ola").status == 201


MISFITS: tuple[tuple[dict[str, Any], str], ...] = (
    ({"partner": {"name": "Brook", "email": "nobody"}}, "/partner/email"),
    ({"partner": {"name": "Brook", "email": "a@b\r\nBcc: c@d"}}, "/partner/email"),
    ({"partner": {"name": "Brook\nLabs", "email": "a@b"}}, "/partner/name"),
    ({"partner": {"name": " ", "email": "a@b"}}, "/partner/name"),
    ({"partner": {"email": "a@b"}}, "/partner/name"),
    ({"partner": {"organizationId": "harbor", "email": "a@b"}}, "/partner/email"),
    ({"partner": {"organizationId": "acme"}}, "/partner/organizationId"),
    ({"partner": {"organizationId": "dispatch"}}, "/partner/organizationId"),
    ({"partner": {"organizationId": "none"}}, "/partner/organizationId"),
    ({"partner": "harbor"}, "/partner"),
    ({"role": "Partner"}, "/role"),
    ({"role": "partner*"}, "/role"),
    ({"ownRole": 7}, "/ownRole"),
    ({"token": "x"}, "/token"),
)


def test_a_request_that_does_not_fit_is_refused(here: Parties) -> None:
    """422 at the field, and nothing is stored; an organization that one may not see is as one that there is not."""
    before = here.world.items()
    for given, pointer in MISFITS:
        answer = _ask(here, **given)
        assert (answer.status, answer.code, answer.pointers) == (422, "invalid_input", [pointer]), given
    assert here.world.items() == before


def test_who_was_unknown_becomes_the_admin_of_a_new_partner(here: Parties) -> None:
    """An organization of the name that was asked for; a user with name and email of the request; both see it."""
    connection, token = _requested(here)
    accepted = expect(200, _answer(here, "ida", connection, token=token)).json
    assert (accepted["organizationId"], accepted["state"], accepted["askedFor"]) == ("brook-labs", "connected", False)
    assert accepted["counterpart"] == {
        "organizationId": "acme",
        "displayName": "Acme Claims",
        "email": None,
        "role": "partner",
    }
    me = here.world.as_("ida").get("/users/me").json
    assert (me["displayName"], me["email"], me["active"], me["inside"]) == (
        "Brook Labs",
        "ida@example.org",
        True,
        False,
    )
    assert [(o["organizationId"], o["kind"], o["admin"]) for o in me["organizations"]] == [
        ("brook-labs", "partner", True)
    ]
    assert _roles(here, "ida", "brook-labs") == [("Acme Claims", "partner")]
    assert ("Brook Labs", "partner") in _roles(here, "ola", "acme")
    expect(201, _ask(here, "ida", "brook-labs"))


def test_the_name_of_an_organization_that_is_there_makes_another_one(here: Parties) -> None:
    """Whoever is asked by the name of somebody else's organization gets into none but a new one."""
    names = "Harbor", "Quality Assurance", "../../x", "Überprüfung", "東京"
    seen = set()
    for name in names:
        connection = expect(201, _ask(here, partner={"name": name, "email": "ida@example.org"})).json["connectionId"]
        here.settle()
        token = here.world.tokens[connection]
        seen.add(expect(200, _answer(here, "ida", connection, token=token)).json["organizationId"])
    assert len(seen) == len(names)
    assert not seen & {"harbor", "quality-assurance"}
    assert {o["kind"] for o in here.world.as_("ida").get("/users/me").json["organizations"]} == {"partner"}


def test_an_admin_accepts_for_an_organization_that_is_there(here: Parties) -> None:
    """By email with the token and for their own; by id as its admin. Members who are none are told so, others 404."""
    connection, token = _requested(here)
    for who, organization in (("gil", "harbor"), ("hal", "acme"), ("hal", "none"), ("ida", "harbor")):
        answer = _answer(here, who, connection, token=token, organizationId=organization)
        assert (answer.status, answer.code) == (403, "not_allowed")
    itself = _answer(here, "ola", connection, token=token, organizationId="acme")
    assert (itself.status, itself.pointers) == (422, ["/organizationId"])
    assert expect(200, _answer(here, "tia", connection, token=token, organizationId="tide")).json["role"] == "partner"
    expect(201, here.world.as_("admin").put("/organizations/tide/members/eve", {"admin": True}))
    expect(201, here.world.as_("admin").put("/organizations/harbor/members/eve", {"admin": False}))
    by_id = expect(201, _ask(here, "eve", "tide", partner={"organizationId": "harbor"})).json
    assert (by_id["state"], by_id["counterpart"]["organizationId"]) == ("requested", "harbor")
    assert _answer(here, "gil", by_id["connectionId"]).code == "not_allowed"
    assert _answer(here, "ola", by_id["connectionId"]).code == "not_found"
    expect(201, here.world.as_("admin").put("/organizations/tide/members/hal", {"admin": True}))
    for_another = _answer(here, "hal", by_id["connectionId"], organizationId="tide")
    assert (for_another.status, for_another.pointers) == (422, ["/organizationId"])
    assert expect(200, _answer(here, "hal", by_id["connectionId"])).json["state"] == "connected"
    assert _answer(here, "hal", by_id["connectionId"]).code == "action_not_available"


def test_none_but_the_organization_that_was_asked_is_connected(here: Parties) -> None:
    """A member of it accepts for no other one, though they are an admin there; nor does an admin of both."""
    admin = here.world.as_("admin")
    expect(201, admin.put("/organizations/tide/members/eve", {"admin": True}))
    expect(201, admin.put("/organizations/harbor/members/eve", {"admin": False}))
    expect(201, admin.put("/organizations/acme/members/gil", {"admin": True}))
    expect(201, admin.put("/organizations/acme/members/hal", {"admin": True}))
    asked = expect(201, _ask(here, "eve", "tide", partner={"organizationId": "harbor"})).json["connectionId"]
    assert _answer(here, "gil", asked, organizationId="acme").code == "not_allowed"
    elsewhere = _answer(here, "hal", asked, organizationId="acme")
    assert (elsewhere.status, elsewhere.pointers) == (422, ["/organizationId"])
    assert expect(200, _answer(here, "hal", asked, organizationId="harbor")).json["organizationId"] == "harbor"


def test_two_that_are_connected_stay_what_they_are_to_each_other(here: Parties) -> None:
    """A request by email that a connected organization accepts changes no role, in no list and for no task."""
    given = {"organizationId": "acme", "partner": BROOK, "role": "partner-lab", "ownRole": "client"}
    connection = expect(201, here.world.as_("ola").post("/connections", given)).json["connectionId"]
    here.settle()
    token = here.world.tokens[connection]
    accepted = expect(200, _answer(here, "hal", connection, token=token, organizationId="harbor")).json
    assert (accepted["role"], accepted["counterpart"]["role"]) == ("partner-surveyor", "partner")
    assert {role for name, role in _roles(here, "ola", "acme") if name == "Harbor Surveyors"} == {"partner-surveyor"}
    here.sent(role="partner-surveyor")


def test_two_requests_that_are_accepted_at_once_make_one_tie(here: Parties, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first one's roles stay; the second takes them on."""
    asked = []
    for role in ("lab", "court"):
        given = {"organizationId": "tide", "partner": BROOK, "role": role}
        asked.append(expect(201, here.world.as_("tia").post("/connections", given)).json["connectionId"])
        here.settle()
    commit = Store.commit

    def late(store: Store, plan: Plan) -> None:
        monkeypatch.setattr(Store, "commit", commit)
        expect(200, _answer(here, "hal", asked[0], token=here.world.tokens[asked[0]], organizationId="harbor"))
        commit(store, plan)

    monkeypatch.setattr(Store, "commit", late)
    second = _answer(here, "hal", asked[1], token=here.world.tokens[asked[1]], organizationId="harbor")
    assert expect(200, second).json["role"] == "lab"
    assert [role for name, role in _roles(here, "tia", "tide") if name == "Harbor Surveyors"] == ["lab", "lab"]


def test_a_request_is_declined(here: Parties) -> None:
    """By whoever has its token, also somebody whom Casetree does not know, and who stays unknown."""
    connection, token = _requested(here)
    assert _answer(here, "ida", connection, "decline").code == "not_found"
    assert expect(200, _answer(here, "ida", connection, "decline", token=token)).json["state"] == "declined"
    assert _answer(here, "ida", connection, token=token).code == "not_found"
    assert here.world.as_("ida").get("/users/me").code == "unknown_user"
    [shown] = [
        item
        for item in here.world.as_("otto").get("/connections", {"organizationId": "acme"}).json["items"]
        if item["connectionId"] == connection
    ]
    assert (shown["state"], shown["counterpart"]["email"]) == ("declined", "ida@example.org")


def test_an_administrator_connects_two_organizations_at_once(here: Parties) -> None:
    """Without a request; connected as they are, they are not connected again from either side."""
    admin = here.world.as_("admin")
    body = {"organizationId": "tide", "partner": {"organizationId": "harbor"}, "role": "lab", "ownRole": "surveyor"}
    answer = expect(201, admin.post("/connections", body))
    assert (answer.json["state"], answer.headers["location"]) == ("connected", "/connections?organizationId=tide")
    assert _roles(here, "tia", "tide", role="lab") == [("Harbor Surveyors", "lab")]
    assert _roles(here, "hal", "harbor", role="surveyor") == [("Tidewater Labs", "surveyor")]
    again = admin.post("/connections", {"organizationId": "harbor", "partner": {"organizationId": "tide"}})
    assert (again.status, again.code) == (409, "action_not_available")


def test_a_repeat_answers_with_what_the_first_did(here: Parties) -> None:
    """One connection, one acceptance; with another body 422; nothing to who has left the organization since."""
    ola, body = here.world.as_("ola"), {"organizationId": "acme", "partner": BROOK}
    first, again = (ola.post("/connections", body, **KEY) for _ in range(2))
    assert (first.status, again.status, again.headers["idempotency-replayed"]) == (201, 201, "true")
    assert first.json == again.json
    assert ola.post("/connections", {**body, "role": "lab"}, **KEY).code == "idempotency_key_reused"
    here.settle()
    connection, token = first.json["connectionId"], here.world.tokens[first.json["connectionId"]]
    answers = [_answer(here, "ida", connection, token=token, **KEY) for _ in range(2)]
    assert [answer.status for answer in answers] == [200, 200]
    assert answers[1].headers["idempotency-replayed"] == "true"
    assert _answer(here, "hal", connection, token=token, organizationId="harbor", **KEY).code == "not_found"
    admin = here.world.as_("admin")
    for path in ("acme/members/ola", "brook-labs/members/ida"):
        expect(204, admin.delete(f"/organizations/{path}"))
    assert ola.post("/connections", body, **KEY).code == "not_allowed"
    assert _answer(here, "ida", connection, token=token, **KEY).code == "not_allowed"


def test_two_who_accept_at_the_same_time_make_one(here: Parties, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first one's organization is there and connected; of the other nothing is."""
    connection, token = _requested(here)
    commit = Store.commit

    def late(store: Store, plan: Plan) -> None:
        monkeypatch.setattr(Store, "commit", commit)
        expect(200, _answer(here, "ida", connection, token=token))
        commit(store, plan)

    monkeypatch.setattr(Store, "commit", late)
    assert _answer(here, "isa", connection, token=token).code == "not_found"
    assert here.world.as_("isa").get("/users/me").code == "unknown_user"
    found = here.world.as_("admin").get("/organizations", {"limit": "500"}).json["items"]
    assert [o["organizationId"] for o in found if o["displayName"] == "Brook Labs"] == ["brook-labs"]


def test_who_is_unknown_is_told_so_everywhere_else(here: Parties) -> None:
    """403 on every route but the public ones and the two that answer a request; there, 404 without its token."""
    connection, _ = _requested(here)
    before, ida = here.world.items(), here.world.as_("ida")
    for operation in OPERATIONS:
        if not operation.public:
            path = operation.path.replace("{connectionId}", connection).replace("{", "").replace("}", "")
            query = {"organizationId": "acme"} if operation.name == "listConnections" else None
            answer = ida.call(operation.method, path, {} if operation.body else None, query)
            code = "not_found" if operation.name in ANSWERED else "unknown_user"
            assert answer.code == code, (operation.name, answer.text)
    assert here.world.items() == before
