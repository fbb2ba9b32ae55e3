"""Routes of workflows."""

from __future__ import annotations

from typing import Any
from xml.etree import ElementTree as ET

import pytest

from tests.functions.api.client import Client
from tests.functions.api.conftest import World


def test_workflows_are_listed_to_everybody_signed_in(eve: Client) -> None:
    """Each in the version that new cases start with."""
    items = eve.get("/workflows").json["items"]
    shown = {"name": "inspection", "label": "Inspection tasks", "version": 1, "versions": [1], "mayBegin": False}
    assert shown in items


def test_a_workflow_says_what_forms_need(eve: Client) -> None:
    """Types, statuses, actions and fields."""
    workflow = eve.get("/workflows/inspection").json
    assert [case_type["name"] for case_type in workflow["caseTypes"]] == ["look", "user"]
    assert workflow["caseTypes"][0]["templates"] == ["standard-look"]
    assert len(workflow["types"]) == 15
    types = {task_type["name"]: task_type for task_type in workflow["types"]}
    assert types["Vacation Mode Reminder"]["dueInSeconds"] == 30 * 24 * 60 * 60
    assert types["QA"]["groupQueue"] == "Quality Assurance"
    assert len(workflow["statuses"]) == 7
    actions = {action["name"]: action for action in workflow["actions"]}
    assert [status["status"] for status in actions["claim"]["from"]] == ["Ready"]
    assert actions["fail"]["inputSchema"]["required"] == ["reason"]
    assert "edit" not in actions
    assert "dueTime" in workflow["creationSchema"]["properties"]


def test_a_workflow_says_who_may_begin_cases_and_with_what(world: World, ann: Client, eve: Client) -> None:
    """What its schema takes is taken: who belongs inside may begin looks, and who does not is refused."""
    look, user = ann.get("/workflows/inspection").json["caseTypes"]
    assert look["creationSchema"]["properties"].keys() == {"displayName", "attributes", "template", "caseId"}
    assert look["creationSchema"]["properties"]["template"]["enum"] == look["templates"]
    assert "begins without tasks" in look["creationSchema"]["properties"]["template"]["description"]
    assert list(look["creationSchema"]["properties"]).index("template") < 2, "what it says most by is asked for first"
    assert "template" not in user["creationSchema"]["properties"]
    given = {"workflow": "inspection", "caseType": "look", "displayName": "Look", "template": "standard-look"}
    for who, status in ((ann, 201), (eve, 403)):
        shown = who.get("/workflows/inspection").json
        assert shown["mayBegin"] is (status == 201)
        assert {item["name"]: item["mayBegin"] for item in who.get("/workflows").json["items"]}["inspection"] is (
            status == 201
        )
        assert who.post("/cases", given).status == status


def test_cases_of_an_organization_name_it(ann: Client) -> None:
    """And where an attribute has to be given, attributes have to."""
    job = ann.get("/workflows/collaboration").json["caseTypes"][0]["creationSchema"]
    appeal = ann.get("/workflows/appeals").json["caseTypes"][0]["creationSchema"]
    assert (job["required"], appeal["required"]) == (["organizationId"], ["attributes"])


@pytest.mark.parametrize("name", ["none", "INSPECTION", "inspection-1", "..", "a#b"])
def test_an_unknown_workflow_is_404(ann: Client, name: str) -> None:
    """With its diagram."""
    for path in (f"/workflows/{name}", f"/workflows/{name}/diagram"):
        assert ann.get(path).code == "not_found"


def test_a_lifecycle_is_drawn_as_text_or_image(ann: Client) -> None:
    """As Accept prefers; as text where it does not say."""
    for accept in ("", "*/*", "text/vnd.mermaid", "application/json"):
        answer = ann.get("/workflows/inspection/diagram", {"type": "QA"}, Accept=accept)
        assert answer.headers["content-type"] == "text/vnd.mermaid; charset=utf-8"
        assert answer.text.startswith("stateDiagram-v2")
        assert "In Progress" in answer.text
    image = ann.get("/workflows/inspection/diagram", Accept="image/svg+xml,text/vnd.mermaid;q=0.5")
    assert image.headers["content-type"] == "image/svg+xml"
    assert "default-src 'none'" in image.headers["content-security-policy"]
    assert ET.fromstring(image.text).tag.endswith("svg")  # noqa: S314 (our own)


def test_a_diagram_of_an_unknown_type_is_400(ann: Client) -> None:
    """As is any other parameter."""
    assert ann.get("/workflows/inspection/diagram", {"type": "Tea"}).code == "invalid_request"
    assert ann.get("/workflows/inspection/diagram", {"colour": "red"}).code == "invalid_request"


def test_strangers_see_no_workflow(world: World) -> None:
    """A caller whom Casetree does not know sees nothing of it."""
    stranger = world.as_("zed")
    for path in ("/workflows", "/workflows/inspection", "/workflows/inspection/diagram", "/workflows/none"):
        assert stranger.get(path).code == "unknown_user"


def test_open_tasks_are_counted_by_status(world: World, ann: Client, bob: Client) -> None:
    """To whom may look at the queues, by type; a stranger is told of none."""
    bob.act(world.task()["taskId"], "claim")
    world.task()
    world.settle()
    statuses = [
        {"state": "Created", "status": "In Progress", "open": 1},
        {"state": "Created", "status": "Ready", "open": 1},
    ]
    answer = ann.get("/workflows/inspection/statistics").json
    (counted,) = answer["types"]
    assert (answer["workflow"], counted["type"], counted["label"], counted["open"]) == ("inspection", "QA", "QA", 2)
    assert sorted(counted["statuses"], key=lambda status: str(status["status"])) == statuses
    assert world.as_("eve").get("/workflows/inspection/statistics").json["types"] == []
    assert ann.get("/workflows/none/statistics").code == "not_found"
    assert answer["nextCursor"] is None
    told, query = list[Any](), {"limit": "1"}
    while query.get("cursor") != "":
        page = ann.get("/workflows/inspection/statistics", query).json
        told, query = [*told, *page["types"]], {"limit": "1", "cursor": page["nextCursor"] or ""}
    assert told == [counted]
    assert ann.get("/workflows/inspection/statistics", {"limit": "501"}).code == "invalid_request"
