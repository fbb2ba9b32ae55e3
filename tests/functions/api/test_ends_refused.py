"""What does not fit an end of a task is refused with status, code and pointer, and changes nothing on either end."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from tests.functions.api.conftest import World
from tests.functions.api.parties import BROOK, Parties, expect, made_once, parties

LONG = "x" * 10_001
NONE: tuple[str, ...] = ()
WRONG = (422, "invalid_input")
NOT_NOW = (409, "action_not_available")
NEVER = (403, "not_allowed")
TO = {"option": "to"}


@pytest.fixture
def here(world: World) -> Parties:
    """The organizations, connected."""
    return parties(world)


@pytest.fixture
def tasks(here: Parties) -> Mapping[str, str]:
    """By name: a new task for surveyors; a standalone one; both ends of one received, and of one ready, on hold."""
    made: Mapping[str, str] = made_once(here, "refused", lambda: _tasks(here))
    return made


def _tasks(here: Parties) -> Mapping[str, str]:
    new, alone = here.task("new", role="partner-lab*"), here.task("alone", collaborative=False)
    _, received = here.sent(case_id="received")
    owner, ready = here.accepted(case_id="ready")
    here.do("hal", ready, "start", "hold")
    here.do("ola", owner, "hold")
    return {"new": new, "alone": alone, "received": received, "owner": owner, "working": ready}


ACTIONS: tuple[tuple[str, str, str, Any, tuple[int, str], tuple[str, ...]], ...] = (
    ("ola", "new", "assign", {}, WRONG, ("/option",)),
    ("ola", "new", "assign", {"option": "give"}, WRONG, ("/option",)),
    ("ola", "new", "assign", {"option": ["to"]}, WRONG, ("/option",)),
    ("ola", "new", "assign", TO, WRONG, ("",)),
    ("ola", "new", "assign", {**TO, "organizationId": "acme"}, WRONG, ("/organizationId",)),
    ("ola", "new", "assign", {**TO, "organizationId": "dispatch"}, WRONG, ("/organizationId",)),
    ("ola", "new", "assign", {**TO, "organizationId": "none"}, WRONG, ("/organizationId",)),
    ("ola", "new", "assign", {**TO, "organizationId": "a#b"}, WRONG, ("/organizationId",)),
    ("ola", "new", "assign", {**TO, "organizationId": ["harbor"]}, WRONG, ("/organizationId",)),
    ("ola", "new", "assign", {**TO, "organizationId": "harbor"}, WRONG, ("/organizationId",)),
    ("ola", "new", "assign", {**TO, "organizationId": "tide"}, WRONG, ("/organizationId",)),
    ("ola", "new", "assign", {**TO, **BROOK, "organizationId": "tide"}, WRONG, ("",)),
    ("ola", "new", "assign", {**TO, "name": "Brook"}, WRONG, ("/email",)),
    ("ola", "new", "assign", {**TO, "email": "a@b"}, WRONG, ("/name",)),
    ("ola", "new", "assign", {**TO, "name": "Brook", "email": "nobody"}, WRONG, ("/email",)),
    ("ola", "new", "assign", {**TO, "name": "B\r\nBcc: x", "email": "a@b\n"}, WRONG, ("/name", "/email")),
    ("ola", "new", "assign", {**TO, **BROOK, "name": "x" * 201}, WRONG, ("/name",)),
    ("ola", "new", "assign", {**TO, **BROOK, "email": f"{'x' * 250}@b.cd"}, WRONG, ("/email",)),
    ("ola", "new", "assign", {**TO, **BROOK, "role": "partner"}, WRONG, ("/role",)),
    ("ola", "new", "assign", {"option": "recall"}, NOT_NOW, NONE),
    ("ola", "new", "assign", {"option": "accept"}, NEVER, NONE),
    ("ola", "new", "start", {}, NEVER, NONE),
    ("ola", "new", "delete", {}, NEVER, NONE),
    ("ola", "new", "partner_accepts", {}, NEVER, NONE),
    ("ola", "new", "begin_assignment", {}, NOT_NOW, NONE),
    ("ola", "new", "cancel", {"reason": LONG}, WRONG, ("/reason",)),
    ("ola", "alone", "assign", {**TO, "organizationId": "harbor"}, NEVER, NONE),
    ("ola", "alone", "begin_assignment", {}, NEVER, NONE),
    ("ola", "alone", "delete", {}, NEVER, NONE),
    ("hal", "received", "assign", {"option": "decline"}, WRONG, ("/reason",)),
    ("hal", "received", "assign", {"option": "decline", "reason": " "}, WRONG, ("/reason",)),
    ("hal", "received", "assign", {"option": "accept", "colour": "red"}, WRONG, ("/colour",)),
    ("hal", "received", "assign", {"option": "refer", "organizationId": "tide"}, WRONG, ("/reason",)),
    ("hal", "received", "assign", {"option": "refer", "reason": "x"}, WRONG, ("",)),
    (
        "hal",
        "received",
        "assign",
        {"option": "refer", "reason": "x", "organizationId": "harbor"},
        WRONG,
        ("/organizationId",),
    ),
    ("hal", "received", "assign", {"option": "recall"}, NEVER, NONE),
    ("hal", "received", "start", {}, NOT_NOW, NONE),
    ("hal", "received", "delete", {}, NOT_NOW, NONE),
    ("hal", "received", "ready", {}, NEVER, NONE),
    ("hal", "received", "owner_recalls", {}, NEVER, NONE),
    ("hal", "working", "submit", {}, NOT_NOW, NONE),
    ("hal", "working", "hold", {}, NOT_NOW, NONE),
    ("hal", "working", "assign", {"option": "accept"}, NOT_NOW, NONE),
    ("hal", "working", "finish", {}, NEVER, NONE),
    ("ola", "owner", "redo", {"note": "x"}, NOT_NOW, NONE),
    ("ola", "owner", "wait", {}, NOT_NOW, NONE),
    ("ola", "owner", "submit", {}, NEVER, NONE),
    ("ola", "owner", "assign", {**TO, "organizationId": "harbor"}, NOT_NOW, NONE),
    ("ola", "owner", "explode", {}, WRONG, NONE),
)


def test_an_action_that_does_not_fit_changes_nothing(here: Parties, tasks: Mapping[str, str]) -> None:
    """Malformed, misplaced, not open in this status, or never for this end: neither end is another afterwards."""
    before = here.world.items()
    for who, task, action, given, refused, pointers in ACTIONS:
        answer = here.world.as_(who).act(tasks[task], action, given)
        found = (answer.status, answer.json.get("code")), tuple(answer.pointers)
        assert found == (refused, pointers), (who, task, action, given, answer.text)
    here.settle()
    assert here.world.items() == before


NEW = {"type": "Task", "collaborative": True}
CREATIONS: tuple[tuple[Any, tuple[str, ...]], ...] = (
    ({"type": "Task", "role": "partner"}, ("/role",)),
    ({"type": "Task", "collaborative": False, "autoRefer": True}, ("/autoRefer",)),
    *(({**NEW, "role": role}, ("/role",)) for role in ("Partner", "part ner", "*x", "a**", "", "-", "x" * 65, 7, None)),
    ({**NEW, "autoRefer": "yes"}, ("/autoRefer",)),
    ({**NEW, "collaborative": "yes"}, ("/collaborative",)),
    ({**NEW, "organizationId": "harbor"}, ("/organizationId",)),
    ({**NEW, "end": "partner"}, ("/end",)),
    ({**NEW, "assignedParty": {"kind": "organization", "id": "acme"}}, ("/assignedParty/kind",)),
    *(({**NEW, "assignedParty": {"kind": "user", "id": who}}, ("/assignedParty/id",)) for who in ("hal", "ann", "no")),
    ({**NEW, "description": LONG}, ("/description",)),
    ({**NEW, "links": [{"type": "t", "link": "l", "name": "n"}] * 101}, ("/links",)),
)


def test_a_task_that_does_not_fit_is_not_made(here: Parties, tasks: Mapping[str, str]) -> None:
    """422 at the field. Nobody is assigned who is no member: of such a person no more is told than of nobody."""
    before, ola = here.world.items(), here.world.as_("ola")
    for given, pointers in CREATIONS:
        answer = ola.post("/cases/new/tasks", given)
        assert (answer.status, answer.code, tuple(answer.pointers)) == (*WRONG, pointers), (given, answer.text)
    told = [
        ola.post("/cases/new/tasks", {**NEW, "assignedParty": {"kind": "user", "id": who}}).text.replace(who, "")
        for who in ("hal", "ann", "nobody")
    ]
    assert len(set(told)) == 1
    assert here.world.items() == before
    member = {"kind": "user", "id": "otto"}
    assert ola.post("/cases/new/tasks", {**NEW, "assignedParty": member}).json["assignedParty"]["id"] == "otto"


def test_a_case_belongs_to_an_organization_of_its_maker(here: Parties) -> None:
    """422 without one, 403 for somebody else's or for none that there is, and for people inside; nothing is made."""
    before = here.world.items()
    body = {"workflow": "collaboration", "caseId": "mine"}
    wrong: tuple[Any, ...] = (
        {},
        {"organizationId": ["acme"]},
        {"organizationId": None},
        {"organizationId": "acme", "caseId": "p-1"},
    )
    for given, pointer in zip(wrong, (*["/organizationId"] * 3, "/caseId"), strict=True):
        answer = here.world.as_("ola").post("/cases", {**body, **given})
        assert (answer.status, answer.pointers) == (422, [pointer]), answer.text
    for who, organization in (("ola", "harbor"), ("ola", "none"), ("bob", "acme"), ("eve", "acme")):
        answer = here.world.as_(who).post("/cases", {**body, "organizationId": organization})
        assert (answer.status, answer.code) == NEVER
    given = {"workflow": "inspection", "caseId": "look", "organizationId": "dispatch"}
    assert here.world.as_("ann").post("/cases", given).pointers == ["/organizationId"]
    assert here.world.items() == before


def test_a_case_stays_with_its_organization(here: Parties, tasks: Mapping[str, str]) -> None:
    """It is renamed by its members, on either side for itself, and neither given away nor closed by hand."""
    for who, case_id in (("otto", "ready"), ("gil", tasks["working"].partition(".")[0])):
        client = here.world.as_(who)
        assert client.patch(f"/cases/{case_id}", {"organizationId": "tide"}).pointers == ["/organizationId"]
        assert client.post(f"/cases/{case_id}/close", {"reason": "x"}).code == "not_allowed"
        assert expect(200, client.patch(f"/cases/{case_id}", {"displayName": who})).json["displayName"] == who


def test_what_the_partner_deletes_is_gone(here: Parties) -> None:
    """404 everywhere, in no list, tree or queue, and its texts in no item; the owner's end stays as it is."""
    link = {"type": "t", "link": "https://deep", "name": "Deep"}
    owner, partner = here.accepted(description="Deeptext", links=[link])
    case_id = partner.partition(".")[0]
    here.assign("hal", partner, "decline", reason="No boat.")
    here.do("gil", partner, "delete")
    gil = here.world.as_("gil")
    for path in ("", "/actions", "/history", "/children"):
        assert gil.get(f"/tasks/{partner}{path}").code == "not_found"
    assert gil.patch(f"/tasks/{partner}", {"priority": 1}).code == "not_found"
    for action in ("delete", "hold", "owner_recalls"):
        assert gil.act(partner, action).code == "not_found"
    assert gil.get(f"/cases/{case_id}/tasks").json["items"] == []
    assert gil.get(f"/cases/{case_id}/tree").json["roots"] == []
    assert gil.get(f"/cases/{case_id}").json["tasks"] == {"open": 0, "closed": 0}
    for tab in ("unassigned", "assigned", "on_hold", "completed"):
        page = gil.get("/queues/organizations/harbor", {"tab": tab}).json
        assert (page["items"], page["counts"][tab]) == ([], 0)
    texts = [item["PK"]["S"] for item in here.world.items() if "Deep" in str(item)]
    assert {text.partition("#")[2] for text in texts} == {"job-1"}
    for action, given in (
        ("assign", {**TO, "organizationId": "tide"}),
        ("assign", {"option": "recall"}),
        ("cancel", {}),
    ):
        here.do("ola", owner, action, **given)
    assert gil.get(f"/tasks/{partner}").code == "not_found"
