"""Routes of users, organizations and members; who sees which name."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
from botocore.exceptions import EndpointConnectionError

from shared.engine.bulk import chosen
from shared.engine.session import refuse
from shared.engine.tasks import act
from shared.timestamps import parse
from tests.functions.api.client import Answer, Client
from tests.functions.api.conftest import World


def _refused(answer: Answer, *pointers: str) -> None:
    assert (answer.status, answer.code) == (422, "invalid_input"), answer.text
    assert answer.pointers == list(pointers)


def test_one_sees_oneself(world: World, ann: Client, admin: Client) -> None:
    """With email, organizations, whether one is an administrator, and what time it is for the stack."""
    me = ann.get("/users/me")
    assert (me.json["userId"], me.json["email"], me.json["administrator"]) == ("ann", "ann@example.org", False)
    assert [(o["organizationId"], o["admin"]) for o in me.json["organizations"]] == [
        ("dispatch", False),
        ("order-intake", True),
        ("quality-assurance", True),
    ]
    assert me.json["inside"] is True
    assert me.json == {**ann.get("/users/ann").json, "now": me.json["now"]}
    assert parse(me.json["now"]) == world.session.now()
    assert me.headers["etag"] == f'"{me.json["version"]}"'
    assert admin.get("/users/me").json["administrator"] is True


def test_email_is_for_oneself_and_administrators(world: World, ann: Client, admin: Client) -> None:
    """People inside see everybody, but not their addresses here."""
    assert "email" not in ann.get("/users/bob").json
    assert admin.get("/users/bob").json["email"] == "bob@example.org"
    assert "email" not in world.as_("fay").get("/users/gil").json


def test_people_outside_see_whom_they_share_an_organization_with(world: World, eve: Client) -> None:
    """Others are 404, as are users that there are not."""
    fay = world.as_("fay")
    assert fay.get("/users/gil").json["organizations"][0]["organizationId"] == "harbor"
    for answer in (fay.get("/users/ann"), fay.get("/users/none"), eve.get("/users/fay"), eve.get("/users/a#b")):
        assert (answer.status, answer.code) == (404, "not_found")


def test_an_administrator_makes_a_user_known(admin: Client) -> None:
    """201 with where it is; a second time 200, and what is not named stays."""
    given = {"displayName": "Zoe Fox", "firstName": "Zoe", "lastName": "Fox", "email": "zoe@example.org"}
    created = admin.put("/users/zoe", given)
    assert (created.status, created.headers["location"], created.headers["etag"]) == (201, "/users/zoe", '"1"')
    assert (created.json["active"], created.json["inside"], created.json["organizations"]) == (True, False, [])
    changed = admin.put("/users/zoe", {"lastName": "Fuchs"})
    assert (changed.status, changed.json["firstName"], changed.json["lastName"]) == (200, "Zoe", "Fuchs")
    assert admin.put("/users/zoe", {"lastName": "Fuchs"}).json["version"] == 2


@pytest.mark.parametrize(
    ("given", "pointer"),
    [
        ({"displayName": ""}, "/displayName"),
        ({"displayName": "x" * 201}, "/displayName"),
        ({"displayName": "a\u0000"}, "/displayName"),
        ({"displayName": "a\nb"}, "/displayName"),
        ({"displayName": 7}, "/displayName"),
        ({"firstName": "x" * 101}, "/firstName"),
        ({"email": "nobody"}, "/email"),
        ({"active": "yes"}, "/active"),
        ({"organizations": []}, "/organizations"),
    ],
)
def test_a_user_that_does_not_fit_is_refused(world: World, admin: Client, given: dict[str, Any], pointer: str) -> None:
    """422 with a pointer, and nothing is stored."""
    before = world.items()
    _refused(admin.put("/users/zoe", {"displayName": "Zoe", **given}), pointer)
    assert world.items() == before


def test_administrators_cannot_lock_themselves_out(admin: Client) -> None:
    """Another administrator has to do it, so that there always is one."""
    answer = admin.put("/users/admin", {"active": False, "lastName": "Else"})
    _refused(answer, "/active")
    assert answer.json["errors"][0]["detail"] == "Nobody deactivates themselves: ask another administrator to do it."
    me = admin.get("/users/me").json
    assert (me["active"], me["lastName"]) == (True, "Min")
    assert admin.put("/users/admin", {"active": True, "lastName": "Else"}).status == 200


@pytest.mark.parametrize("user_id", ["auth0|abc", "ann+casetree@example.org", "https:sub", "u" * 128])
def test_an_issuers_sub_is_an_id_everywhere(world: World, admin: Client, user_id: str) -> None:
    """As a user, a member, a caller and the owner of a queue."""
    assert admin.put(f"/users/{user_id}", {"displayName": "X"}).status == 201
    assert admin.put(f"/organizations/dispatch/members/{user_id}", {"admin": False}).status in (200, 201, 204)
    assert user_id in [m["userId"] for m in admin.get("/organizations/dispatch/members").json["items"]]
    assert world.as_(user_id).get("/users/me").json["userId"] == user_id
    assert world.as_(user_id).get(f"/queues/users/{user_id}").status == 200


def test_an_id_that_no_user_can_have_is_refused(admin: Client) -> None:
    """Nothing is made under it."""
    for user_id in ("a b", "é", "x" * 129, "a%b", "a$", ".", ".."):
        answer = admin.put(f"/users/{user_id}", {"displayName": "X"})
        assert (answer.status, answer.code) == (422, "invalid_input")
        assert admin.get(f"/users/{user_id}").code == "not_found"
    assert admin.put("/users/me", {"displayName": "X"}).code == "method_not_allowed"
    assert admin.put("/users/a#b", {"displayName": "X"}).status in (404, 405)


def test_only_administrators_put_people_and_organizations(ann: Client, eve: Client) -> None:
    """403, with who could."""
    for client in (ann, eve):
        for answer in (
            client.put("/users/zoe", {"displayName": "Zoe"}),
            client.put("/organizations/new", {"displayName": "New", "kind": "team"}),
            client.put("/organizations/harbor/members/bob", {}),
            client.delete("/organizations/harbor/members/fay"),
            client.post("/users/bob/hand-back", {"dryRun": True}),
            client.post("/users/bob/hand-back", {"colour": "red"}),
        ):
            assert (answer.status, answer.code, answer.json["who"]) == (403, "not_allowed", ["administrators"])


def test_organizations_are_listed_to_those_who_may_see_them(world: World, ann: Client, eve: Client) -> None:
    """All of them to people inside, one's own to others; in pages."""
    whole = ann.get("/organizations").json
    known = (world.session.workflows.latest(name) for name in world.session.workflows.names)
    expected = {"harbor"}.union(*(workflow.organizations for workflow in known))
    assert {item["organizationId"] for item in whole["items"]} == expected
    assert len(whole["items"]) == len(expected)
    assert whole["items"][0] == {
        "organizationId": "account-management",
        "displayName": "Account Management",
        "kind": "queue",
        "autoAssign": False,
        "version": 1,
    }
    limit = str(len(expected) - 1)
    first = ann.get("/organizations", {"limit": limit}).json
    rest = ann.get("/organizations", {"limit": limit, "cursor": first["nextCursor"]}).json
    assert first["items"] + rest["items"] == whole["items"]
    assert rest["nextCursor"] is None
    assert [o["organizationId"] for o in world.as_("fay").get("/organizations").json["items"]] == ["harbor"]
    assert eve.get("/organizations").json == {"items": [], "nextCursor": None}


def test_an_organization_that_one_may_not_see_is_404(world: World, ann: Client, eve: Client) -> None:
    """With its members and its queue."""
    fay = world.as_("fay")
    assert fay.get("/organizations/harbor").headers["etag"] == '"1"'
    hidden = ["/organizations/dispatch", "/organizations/dispatch/members", "/queues/organizations/dispatch"]
    for client, paths in [
        (fay, hidden),
        (eve, hidden),
        (ann, ["/organizations/none", "/organizations/NONE", "/organizations/a#b"]),
    ]:
        for path in paths:
            assert client.get(path).code == "not_found"


def test_an_administrator_makes_an_organization_known(admin: Client) -> None:
    """Its kind is settled once it is there."""
    created = admin.put("/organizations/new", {"displayName": "New", "kind": "partner"})
    assert (created.status, created.headers["location"]) == (201, "/organizations/new")
    changed = admin.put("/organizations/new", {"displayName": "Newer", "autoAssign": True})
    assert (changed.status, changed.json["displayName"], changed.json["autoAssign"]) == (200, "Newer", True)
    _refused(admin.put("/organizations/new", {"kind": "team"}), "/kind")
    _refused(admin.put("/organizations/other", {"displayName": "Other", "kind": "club"}), "/kind")
    _refused(admin.put("/organizations/other", {}), "/displayName", "/kind")
    for organization_id in ("New", "a_b", "x" * 65):
        answer = admin.put(f"/organizations/{organization_id}", {"displayName": "X", "kind": "team"})
        assert (answer.status, answer.code) == (422, "invalid_input")


def test_members_come_and_go(world: World, admin: Client, eve: Client) -> None:
    """What a person may do follows at once."""
    task_id = world.task()["taskId"]
    assert eve.get(f"/tasks/{task_id}").status == 404
    path = "/organizations/quality-assurance/members/eve"
    added = admin.put(path, {})
    assert (added.status, added.headers["location"]) == (201, path)
    assert added.json == {
        "organizationId": "quality-assurance",
        "userId": "eve",
        "displayName": "Eve Lee",
        "active": True,
        "admin": False,
    }
    assert eve.act(task_id, "claim").status == 200
    assert (admin.put(path, {"admin": True}).status, admin.put(path, {"admin": True}).json["admin"]) == (200, True)
    listed = admin.get("/organizations/quality-assurance/members").json["items"]
    assert [member["userId"] for member in listed] == ["ann", "bob", "eve"]
    removed = admin.delete(path)
    assert (removed.status, removed.text) == (204, "")
    assert admin.delete(path).code == "not_found"
    _refused(admin.put(path, {"admin": "yes"}), "/admin")
    _refused(admin.put(path, {"role": "x"}), "/role")
    for missing in ("/organizations/none/members/eve", "/organizations/harbor/members/none"):
        assert admin.put(missing, {}).code == "not_found"


@pytest.mark.parametrize("path", ["/organizations", "/organizations/dispatch/members"])
@pytest.mark.parametrize("cursor", ["x", "W10", "MQ", "!!!"])
def test_an_altered_cursor_is_400(ann: Client, path: str, cursor: str) -> None:
    """Only what a page handed out leads on."""
    assert ann.get(path, {"cursor": cursor}).code == "invalid_request"


def test_a_departing_users_tasks_go_back(world: World, admin: Client, bob: Client) -> None:
    """Released where in progress, else taken off them; a dry run only says so."""
    claimed, waiting = world.task()["taskId"], world.task(assignedParty={"kind": "user", "id": "bob"})["taskId"]
    bob.act(claimed, "claim")
    before = world.items()
    plan = admin.post("/users/bob/hand-back", {"dryRun": True}).json
    assert plan["dryRun"] is True
    assert {(task["taskId"], task["action"]) for task in plan["items"]} == {(claimed, "release"), (waiting, "assign")}
    assert world.items() == before
    done = admin.post("/users/bob/hand-back").json
    assert (done["dryRun"], done["more"], done["items"]) == (False, False, plan["items"])
    for task_id in (claimed, waiting):
        task = admin.get(f"/tasks/{task_id}").json
        assert (task["status"], task["assignedParty"]) == ("Ready", None)
    assert admin.post("/users/bob/hand-back", {}).json["items"] == []
    assert admin.post("/users/none/hand-back", {}).code == "not_found"
    _refused(admin.post("/users/bob/hand-back", {"dryRun": "yes", "force": True}), "/force", "/dryRun")


def test_a_person_of_another_side_is_shown_as_their_organization(world: World, ann: Client) -> None:
    """Names and email are for people of the same side: inside, or of the same organization."""
    task_id = world.task(assignedParty={"kind": "organization", "id": "harbor"})["taskId"]
    fay, gil = world.as_("fay"), world.as_("gil")
    assert fay.act(task_id, "claim").status == 200
    by_viewer = {
        name: client.get(f"/tasks/{task_id}").json for name, client in (("ann", ann), ("fay", fay), ("gil", gil))
    }
    ann_named = {"id": "ann", "firstName": "Ann", "lastName": "Lee", "email": "ann@example.org"}
    fay_named = {"id": "fay", "firstName": "Fay", "lastName": "Lee", "email": "fay@example.org"}
    assert by_viewer["ann"]["createdBy"] == ann_named
    assert by_viewer["ann"]["updatedBy"] == {"displayName": "Harbor Surveyors"}
    for name in ("fay", "gil"):
        assert by_viewer[name]["createdBy"] == {"displayName": "Dispatch"}
        assert by_viewer[name]["updatedBy"] == fay_named
    history = fay.get(f"/tasks/{task_id}/history").json["items"]
    assert [entry["createdBy"] for entry in history] == [{"displayName": "Dispatch"}, fay_named]


def test_who_was_responsible_before_is_not_told_to_people_outside(world: World, ann: Client, eve: Client) -> None:
    """In history and timeline: themselves and their organizations whole, of any other party neither name nor id."""
    task_id = world.task(assignedParty={"kind": "user", "id": "bob"})["taskId"]
    harbor = {"kind": "organization", "id": "harbor", "displayName": "Harbor Surveyors"}
    parties = [
        {"kind": "organization", "id": "cis", "displayName": "CIS"},
        {"kind": "external", "id": "7", "displayName": "Vic Tim"},
        {"kind": "user", "id": "gil", "displayName": "Gil Lee"},
        {"kind": "user", "id": "eve", "displayName": "Eve Lee"},
        harbor,
    ]
    for party in parties:
        given = party if party["kind"] == "external" else {name: party[name] for name in ("kind", "id")}
        assert ann.act(task_id, "assign", {"assignedParty": given}).status == 200
    bob = {"kind": "user", "id": "bob", "displayName": "Bob Lee"}
    paths = f"/tasks/{task_id}/history", "/cases/look-1/timeline"
    assert _parties(ann, paths[0]) == _told([bob, *parties])
    fay = world.as_("fay")
    hidden = [{"kind": party["kind"], "displayName": "Another party"} for party in (bob, *parties[:-1])]
    for path in paths:
        assert _parties(fay, path) == _told([*hidden, harbor])
        assert not any(word in fay.get(path).text for word in ("bob", "Bob", "cis", "CIS", "Vic", "gil", "Gil", "Eve"))
    assert ann.act(task_id, "assign", {"assignedParty": {"kind": "user", "id": "eve"}}).status == 200
    harbors = {"kind": "organization", "displayName": "Another party"}
    assert _parties(eve, paths[0]) == _told([*hidden[:-1], parties[3], harbors, parties[3]])


def _parties(client: Client, path: str) -> list[Any]:
    """Whom each entry names: now responsible, before and after, in the order of the versions."""
    entries = [entry for entry in client.get(path).json["items"] if entry["taskId"]]
    entries.sort(key=lambda entry: entry["version"])
    return [(entry["assignedParty"], entry["changes"].get("assignedParty")) for entry in entries]


def _told(parties: list[Any]) -> list[Any]:
    """The same for a task that had these parties, one after another."""
    pairs = pairwise(parties)
    return [(parties[0], None), *((after, {"from": before, "to": after}) for before, after in pairs)]


def test_somebody_of_no_organization_is_nobodys_colleague(world: World, ann: Client, eve: Client) -> None:
    """Not even of others who belong nowhere; one sees oneself."""
    task_id = world.task(assignedParty={"kind": "user", "id": "eve"})["taskId"]
    assert eve.act(task_id, "claim").json["updatedBy"]["email"] == "eve@example.org"
    assert ann.get(f"/tasks/{task_id}").json["updatedBy"] == {"displayName": "No organization"}


def test_tasks_are_assigned_in_bulk(world: World, ann: Client, bob: Client) -> None:
    """The oldest first, with one result for each in order; refusals as everywhere."""
    first, second, third = (world.task()["taskId"] for _ in range(3))
    address = "/organizations/quality-assurance/bulk-assign"
    answer = ann.post(address, {"userId": "bob", "count": 2})
    assert answer.json == {
        "items": [{"taskId": task_id, "status": 200, "problem": None} for task_id in (first, second)],
        "assigned": 2,
        "truncated": False,
    }
    assert bob.get(f"/tasks/{first}").json["assignedParty"]["id"] == "bob"
    assert ann.post(address, {"userId": "bob", "count": 5, "type": "MVR Check"}).json == {
        "items": [],
        "assigned": 0,
        "truncated": False,
    }
    _refused(ann.post(address, {"userId": "bob", "count": 5, "type": "Riddle"}), "/type")
    _refused(ann.post(address, {"userId": "nobody", "count": 101}), "/userId", "/count")
    refused = bob.post(address, {"userId": "bob", "count": 1})
    assert (refused.status, refused.json["who"]) == (403, ["admins of Quality Assurance", "administrators"])
    assert ann.post(address, {"userId": "eve", "count": 1}).code == "assignee_not_member"
    assert ann.post("/organizations/none/bulk-assign", {"userId": "bob", "count": 1}).code == "not_found"
    assert ann.get(f"/tasks/{third}").json["assignedParty"] is None


def test_each_task_of_a_bulk_assignment_says_what_became_of_it(
    world: World, ann: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The problem of one that was refused is the one that it alone would have been answered."""
    task_id = world.task()["taskId"]

    def refusing(*args: object) -> None:
        refuse("conflict", "Not now.")

    monkeypatch.setattr(chosen, "act", refusing)
    answer = ann.post("/organizations/quality-assurance/bulk-assign", {"userId": "bob", "count": 1})
    (item,) = answer.json["items"]
    assert (answer.status, answer.json["assigned"]) == (200, 0)
    assert (item["taskId"], item["status"], item["problem"]["code"]) == (task_id, 409, "conflict")


@pytest.mark.parametrize("part", ["chosen", "actions"])
def test_an_unexpected_error_is_told_of_its_task_alone(
    world: World,
    ann: Client,
    admin: Client,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    part: str,
) -> None:
    """The others are done, and told of; the error is in the log, and its message is in neither."""
    ids = [world.task()["taskId"] for _ in range(3)]

    def failing(session: Any, identity: Any, task_id: str, *rest: Any) -> Any:
        if task_id == ids[1]:
            raise KeyError("a secret text")
        return act(session, identity, task_id, *rest)

    monkeypatch.setattr(f"shared.engine.bulk.{part}.act", failing)
    with caplog.at_level("ERROR"):
        if part == "chosen":
            answer = ann.post("/organizations/quality-assurance/bulk-assign", {"userId": "bob", "count": 3})
        else:
            answer = ann.post("/bulk/actions", {"taskIds": ids, "action": "claim"})
    assert (answer.status, [item["status"] for item in answer.json["items"]]) == (200, [200, 500, 200])
    problem = answer.json["items"][1]["problem"]
    assert (problem["code"], problem["title"]) == ("internal_error", "Something went wrong here")
    assert problem["detail"].endswith("It is logged under the request id request-1.")
    (logged,) = [record for record in caplog.records if record.getMessage() == "unexpected"]
    assert (vars(logged)["exception_name"], bool(vars(logged)["frames"])) == ("KeyError", True)
    assert "secret" not in answer.text + caplog.text
    assert [ann.get(f"/tasks/{each}").json["version"] for each in ids] == [2, 1, 2]


def test_a_secret_that_cannot_be_read_is_no_fault_of_the_task(
    world: World, ann: Client, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """As where one task is asked for: 503, and nothing to look for in the log."""

    def failing(*_: object) -> None:
        raise EndpointConnectionError(endpoint_url="https://secrets.example")

    world.task()
    monkeypatch.setattr(chosen, "act", failing)
    (item,) = ann.post("/organizations/quality-assurance/bulk-assign", {"userId": "bob", "count": 1}).json["items"]
    assert (item["status"], item["problem"]["code"]) == (503, "unavailable")
    assert "unexpected" not in [record.getMessage() for record in caplog.records]


def test_a_hand_back_goes_on_behind_an_unexpected_error(
    world: World, admin: Client, bob: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The task says that something happened to it; the others are handed back."""
    ids = [world.task()["taskId"] for _ in range(2)]
    for task_id in ids:
        bob.act(task_id, "claim")

    def failing(session: Any, identity: Any, task_id: str, *rest: Any) -> Any:
        if task_id == ids[0]:
            raise ZeroDivisionError
        return act(session, identity, task_id, *rest)

    monkeypatch.setattr(chosen, "act", failing)
    items = {item["taskId"]: item for item in admin.post("/users/bob/hand-back", {}).json["items"]}
    assert (items[ids[0]]["action"], items[ids[1]]["action"]) == (None, "release")
    assert "request-1" in items[ids[0]]["reason"]


def test_the_user_system_is_left_as_it_is(admin: Client) -> None:
    """It is never deactivated, and never a member: 422 says why."""
    answer = admin.put("/users/system", {"active": False})
    _refused(answer, "/active")
    answer = admin.put("/organizations/dispatch/members/system", {})
    _refused(answer)
    assert answer.json["detail"] == "system is no person, and a member of no organization."
    assert admin.get("/users/system").json["active"] is True


@pytest.mark.parametrize(
    ("address", "body", "other"),
    [
        ("/organizations/quality-assurance/bulk-assign", {"userId": "bob", "count": 1}, {"userId": "bob", "count": 2}),
        ("/users/bob/hand-back", {}, {"dryRun": False}),
    ],
)
def test_what_a_request_for_several_tasks_chose_is_good_for_its_key(
    world: World, admin: Client, bob: Client, address: str, body: dict[str, Any], other: dict[str, Any]
) -> None:
    """A repeat is answered as the request was, and does nothing more; the same key with another body is 422."""
    chosen_one, left = (world.task()["taskId"] for _ in range(2))
    if address.startswith("/users"):
        bob.act(chosen_one, "claim")
    first = admin.post(address, body, Idempotency_Key="one")
    assert ([item["taskId"] for item in first.json["items"]], first.status) == ([chosen_one], 200)
    assert "idempotency-replayed" not in first.headers
    if address.startswith("/users"):
        bob.act(left, "claim")
    before = world.items()
    again = admin.post(address, body, Idempotency_Key="one")
    assert (again.json, again.headers["idempotency-replayed"]) == (first.json, "true")
    assert admin.post(address, other, Idempotency_Key="one").code == "idempotency_key_reused"
    assert world.items() == before
