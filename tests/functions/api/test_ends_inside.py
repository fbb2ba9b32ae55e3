"""People inside are no members of the organizations that hand tasks to each other: they see nothing of such tasks."""

from __future__ import annotations

from typing import Any

import pytest

from tests.functions.api.conftest import World
from tests.functions.api.parties import Parties, expect, parties

TABS = ("unassigned", "assigned", "on_hold", "completed")


@pytest.fixture
def here(world: World) -> Parties:
    """The organizations, connected; ann, bob and cho are inside."""
    return parties(world)


def _queue(here: Parties, who: str, path: str, **query: str) -> Any:
    return expect(200, here.world.as_(who).get(f"/queues/{path}", query)).json


def _nothing(page: Any) -> bool:
    return not (page["items"] or page["nextCursor"] or any(page["counts"].values()) or page["facets"]["type"])


def test_nobody_inside_sees_or_changes_an_end(here: Parties) -> None:
    """Neither task nor case is there for them, whichever end it is; administrators see both."""
    for task_id in here.accepted():
        case_id = task_id.partition(".")[0]
        for path in (f"/cases/{case_id}", f"/cases/{case_id}/tree", f"/cases/{case_id}/timeline", f"/tasks/{task_id}"):
            assert here.world.as_("bob").get(path).code == "not_found"
            assert here.world.as_("admin").get(path).status == 200
        assert here.world.as_("bob").act(task_id, "hold").code == "not_found"
    for organization in ("acme", "harbor"):
        body = {"workflow": "collaboration", "organizationId": organization}
        assert here.world.as_("bob").post("/cases", body).code == "not_allowed"
        assert here.world.as_("bob").get("/connections", {"organizationId": organization}).code == "not_found"


def test_an_organizations_queue_does_not_tell_people_inside_what_only_members_see(here: Parties) -> None:
    """Neither by items, cursor, counts nor facets, in any tab or sort; members and administrators are told all."""
    for number in range(3):
        here.task(f"job-{number}")
    here.accepted()
    for organization in ("acme", "harbor"):
        path = f"organizations/{organization}"
        for tab in TABS:
            assert _nothing(_queue(here, "bob", path, tab=tab, limit="1"))
            assert _nothing(_queue(here, "bob", path, tab=tab, limit="1", order="desc", type="Task"))
        assert _nothing(_queue(here, "bob", path, tab="unassigned", sort="createdAt", limit="1"))
    whole = _queue(here, "otto", "organizations/acme", limit="1")
    assert (whole["counts"]["unassigned"], len(whole["items"]), whole["facets"]) == (3, 1, {"type": {"Task": 3}})
    assert whole["nextCursor"] is not None
    assert _queue(here, "admin", "organizations/acme")["counts"] == whole["counts"]


def test_what_people_inside_may_see_is_paged_past_what_they_may_not(here: Parties) -> None:
    """Tasks of other workflows in the same queue are all there, as if there were no others."""
    party = {"kind": "organization", "id": "harbor"}
    due = (f"2026-12-{day:02}T00:00:00Z" for day in range(1, 9))
    seen = []
    for number in range(2):
        seen.append(here.world.task(assignedParty=party, dueTime=next(due))["taskId"])
        here.sent(case_id=f"job-{number}", dueTime=next(due))
    here.settle()
    found, query = [], {"tab": "assigned", "limit": "1"}
    while True:
        page = _queue(here, "bob", "organizations/harbor", **query)
        found += [item["taskId"] for item in page["items"]]
        assert (page["counts"]["assigned"], page["counts"]["unassigned"]) == (2, 0)
        if page["nextCursor"] is None:
            break
        query["cursor"] = page["nextCursor"]
    assert found == seen


def test_statistics_do_not_tell_people_inside_what_only_members_see(here: Parties) -> None:
    """How the tasks of a partner went is for the partner."""
    task_id, partner = here.accepted()
    here.do("gil", partner, "claim")
    here.do("gil", partner, "start", "submit")
    here.do("ola", task_id, "finish")
    for path in ("organizations/harbor", "organizations/acme", "users/gil"):
        assert _queue(here, "bob", f"{path}/statistics")["types"] == []
        assert [t["type"] for t in _queue(here, "admin", f"{path}/statistics")["types"]] == ["Task"]
    assert [t["closed"] for t in _queue(here, "gil", "users/gil/statistics")["types"]] == [1]


def test_open_tasks_that_only_members_see_are_counted_to_members(here: Parties) -> None:
    """By status: each side is told of its own end, administrators of both, others of none."""
    here.sent()
    here.settle()
    for who, open_tasks in {"ola": 1, "gil": 1, "admin": 2, "bob": 0, "eve": 0}.items():
        counted = expect(200, here.world.as_(who).get("/workflows/collaboration/statistics")).json
        assert sum(found["open"] for found in counted["types"]) == open_tasks, who


def test_a_persons_queue_does_not_tell_people_inside_what_only_members_see(here: Parties) -> None:
    """They are told of the person's other tasks alone; who is a member, or an administrator, is told of all."""
    _, partner = here.sent()
    here.do("gil", partner, "claim")
    other = here.world.task(assignedParty={"kind": "user", "id": "gil"})["taskId"]
    page = _queue(here, "bob", "users/gil", limit="1")
    assert ([item["taskId"] for item in page["items"]], page["nextCursor"]) == ([other], None)
    assert (page["counts"]["assigned"], page["facets"]) == (1, {"type": {"QA": 1}})
    expect(201, here.world.as_("admin").put("/organizations/harbor/members/cho", {}))
    for who in ("gil", "cho", "admin"):
        assert _queue(here, who, "users/gil")["counts"]["assigned"] == 2
        assert len(_queue(here, who, "users/gil")["items"]) == 2


def test_an_organization_inside_may_own_such_tasks(here: Parties) -> None:
    """Its members see them, and others inside do not."""
    here.world.as_("bob").post(
        "/cases",
        {
            "workflow": "collaboration",
            "organizationId": "quality-assurance",
            "caseId": "qa",
            "tasks": [{"type": "Task"}],
        },
    )
    here.settle()
    path = "organizations/quality-assurance"
    assert _queue(here, "bob", path)["counts"]["unassigned"] == 1
    assert _nothing(_queue(here, "cho", path))
    assert here.world.as_("cho").get("/cases/qa").code == "not_found"


def test_a_connected_organization_is_known_by_name_and_its_members_are_not(here: Parties) -> None:
    """People outside are shown the organizations that work with theirs, in list and alone; of others nothing."""
    listed = {
        who: [o["organizationId"] for o in here.world.as_(who).get("/organizations").json["items"]]
        for who in ("otto", "gil", "tia", "eve")
    }
    assert listed == {"otto": ["acme", "harbor", "tide"], "gil": ["acme", "harbor"], "tia": ["acme", "tide"], "eve": []}
    gil = here.world.as_("gil")
    assert gil.get("/organizations/acme").json["displayName"] == "Acme Claims"
    for path in ("/organizations/tide", "/organizations/acme/members", "/users/otto", "/queues/organizations/acme"):
        assert gil.get(path).code == "not_found"
