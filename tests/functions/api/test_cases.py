"""Routes of cases."""

from __future__ import annotations

import json
from typing import Any

import pytest

from shared.storage.case_reads import CaseReads
from tests.functions.api.client import Answer, Client
from tests.functions.api.conftest import World

NEW = {"workflow": "inspection", "caseId": "look-1"}


def _refused(answer: Answer, *pointers: str) -> None:
    assert (answer.status, answer.code) == (422, "invalid_input"), answer.text
    assert answer.pointers == list(pointers)


def test_a_new_case_is_answered_with_its_tasks(ann: Client) -> None:
    """201, where it is, and every task as it begins, in the order given."""
    answer = ann.post("/cases", {**NEW, "template": "standard-look", "displayName": "Look 1"})
    assert (answer.status, answer.headers["location"], answer.headers["etag"]) == (201, "/cases/look-1", '"1"')
    tasks = answer.json["tasks"]
    assert (tasks["open"], tasks["closed"]) == (5, 0)
    assert [task["status"] for task in tasks["items"]] == ["Ready", "Pending", "Pending", "Pending", "Pending"]
    assert tasks["items"][0]["entity"] == {"look": {"id": "look-1", "displayName": "Look 1"}}
    assert answer.json["createdBy"] == {"id": "ann", "firstName": "Ann", "lastName": "Lee", "email": "ann@example.org"}


def test_tasks_of_a_new_case_are_tied_by_key(ann: Client) -> None:
    """`prerequisites` of a task may name keys of others; the answer names their ids."""
    listed = [{"type": "QA", "prerequisites": ["first"]}, {"type": "Order Verify", "key": "first"}]
    qa, order = ann.post("/cases", {**NEW, "tasks": listed}).json["tasks"]["items"]
    assert qa["prerequisites"] == [order["taskId"]]
    assert (qa["status"], order["status"]) == ("Pending", "Ready")


def test_a_case_without_an_id_gets_one(ann: Client) -> None:
    """Two requests make two cases."""
    first, second = (ann.post("/cases", {"workflow": "inspection"}).json["caseId"] for _ in range(2))
    assert first != second
    assert ann.get(f"/cases/{first}").status == 200


def test_a_case_that_is_there_is_not_made_again(world: World, ann: Client) -> None:
    """409, and it stays as it is."""
    world.look()
    answer = ann.post("/cases", NEW)
    assert (answer.status, answer.code) == (409, "case_exists")


@pytest.mark.parametrize(
    ("given", "pointer"),
    [
        ({"workflow": "none"}, "/workflow"),
        ({"workflow": 7}, "/workflow"),
        ({"workflow": None}, "/workflow"),
        ({"caseType": "boat"}, "/caseType"),
        ({"caseType": []}, "/caseType"),
        ({"caseId": "a#b"}, "/caseId"),
        ({"caseId": ""}, "/caseId"),
        ({"caseId": "x" * 41}, "/caseId"),
        ({"caseId": "p-1"}, "/caseId"),
        ({"caseId": "a\u0000"}, "/caseId"),
        ({"caseId": "a.b"}, "/caseId"),
        ({"caseId": 7}, "/caseId"),
        ({"displayName": ""}, "/displayName"),
        ({"displayName": "x" * 201}, "/displayName"),
        ({"displayName": "a\u0007"}, "/displayName"),
        ({"displayName": None}, "/displayName"),
        ({"organizationId": "harbor"}, "/organizationId"),
        ({"attributes": []}, "/attributes"),
        ({"attributes": {"colour": "red"}}, "/attributes/colour"),
        ({"attributes": {"lookId": "x" * 101}}, "/attributes/lookId"),
        ({"template": "tea"}, "/template"),
        ({"tasks": {}}, "/tasks"),
        ({"tasks": [7]}, "/tasks/0"),
        ({"tasks": [{"type": "Tea"}]}, "/tasks/0/type"),
        ({"tasks": [{"type": "QA", "colour": "red"}]}, "/tasks/0/colour"),
        ({"tasks": [{"type": "QA", "prerequisites": ["none"]}]}, "/tasks/0/prerequisites/0"),
        ({"tasks": [{"type": "QA", "key": "a", "prerequisites": ["a"]}]}, "/tasks"),
        ({"tasks": [{"type": "QA"}] * 16}, "/tasks"),
        ({"template": "standard-look", "tasks": [{"type": "QA"}, {"type": "Tea"}]}, "/tasks/1/type"),
        ({"colour": "red"}, "/colour"),
        ({"a/b~c": "red"}, "/a~1b~0c"),
    ],
)
def test_what_does_not_fit_begins_no_case(world: World, ann: Client, given: dict[str, Any], pointer: str) -> None:
    """422 with a pointer to it, and nothing of the case is stored."""
    before = world.items()
    _refused(ann.post("/cases", {**NEW, **given}), pointer)
    assert world.items() == before


def test_people_outside_begin_no_case(world: World, eve: Client) -> None:
    """403, whatever else is wrong with the request."""
    for body in (NEW, {**NEW, "tasks": 7, "colour": "red"}):
        answer = eve.post("/cases", body)
        assert (answer.status, answer.code, answer.json["rule"]) == (403, "not_allowed", "who")
        assert "people inside" in answer.json["who"]
    assert not world.items("CASE")


def test_a_case_counts_its_tasks(world: World, ann: Client) -> None:
    """Open and closed ones."""
    task = world.task()
    world.task()
    ann.act(task["taskId"], "skip", {"reason": "Not needed."})
    answer = ann.get("/cases/look-1")
    assert answer.json["tasks"] == {"open": 1, "closed": 1}
    assert answer.headers["etag"] == '"1"'


def test_a_case_that_one_may_not_see_is_404(world: World, eve: Client) -> None:
    """As is one that there is not: nobody can tell the difference."""
    world.look()
    paths = ["/cases/{}", "/cases/{}/tasks", "/cases/{}/timeline"]
    hidden = [eve.get(path.format("look-1")) for path in paths]
    missing = [eve.get(path.format("none")) for path in paths]
    assert [answer.text for answer in hidden] == [answer.text for answer in missing]
    assert {answer.code for answer in hidden} == {"not_found"}
    for method, path, body in [
        ("PATCH", "/cases/look-1", {"displayName": "x"}),
        ("POST", "/cases/look-1/close", {"reason": "x"}),
        ("POST", "/cases/look-1/tasks", {"type": "QA"}),
    ]:
        assert eve.call(method, path, body).code == "not_found"


@pytest.mark.parametrize("case_id", ["a#b", "CASE", "a b", "x" * 41, "a%23b", "a.b", "a%00b", '"', "é"])
def test_an_id_that_no_case_can_have_is_404(ann: Client, case_id: str) -> None:
    """Whatever it is made of, it reaches nothing."""
    for path in (f"/cases/{case_id}", f"/cases/{case_id}/tasks", f"/cases/{case_id}/timeline"):
        assert ann.get(path).code == "not_found"
    assert ann.patch(f"/cases/{case_id}", {"displayName": "x"}).code == "not_found"


def test_a_case_is_changed_by_what_is_named(world: World, ann: Client) -> None:
    """The rest stays; null takes an attribute away."""
    world.look(attributes={"lookId": "4711"})
    assert ann.patch("/cases/look-1", {"displayName": "Other"}).json["attributes"] == {"lookId": "4711"}
    answer = ann.patch("/cases/look-1", {"attributes": {"lookId": None}})
    assert (answer.json["displayName"], answer.json["attributes"]) == ("Other", {})
    assert answer.headers["etag"] == '"3"'
    _refused(ann.patch("/cases/look-1", {"state": "closed"}), "/state")
    _refused(ann.patch("/cases/look-1", {"displayName": "a\nb"}), "/displayName")
    _refused(ann.patch("/cases/look-1", {"attributes": 0}), "/attributes")


def test_closing_a_case_ends_its_tasks(world: World, ann: Client) -> None:
    """By a cascade that follows; a closed case takes no task and no change."""
    world.look(template="standard-look")
    assert ann.get("/cases/look-1").json["mayClose"]
    answer = ann.post("/cases/look-1/close", {"reason": "The customer has cancelled."})
    assert not answer.json["mayClose"]
    assert (answer.status, answer.json["state"]) == (200, "closed")
    assert answer.json["closeReason"] == "The customer has cancelled."
    world.settle()
    tasks = ann.get("/cases/look-1/tasks").json["items"]
    assert {(task["state"], task["status"]) for task in tasks} == {("Canceled", "Skipped")}
    for refused in (
        ann.post("/cases/look-1/tasks", {"type": "QA"}),
        ann.patch("/cases/look-1", {"displayName": "x"}),
        ann.post("/cases/look-1/close", {"reason": "Again."}),
    ):
        assert (refused.status, refused.code) == (409, "case_closed")


def test_closing_needs_a_reason(world: World, ann: Client) -> None:
    """Without one, or with more, it is refused."""
    world.look()
    _refused(ann.post("/cases/look-1/close", {}), "/reason")
    _refused(ann.post("/cases/look-1/close", {"reason": "x" * 10_001}), "/reason")
    _refused(ann.post("/cases/look-1/close", {"reason": "x", "force": True}), "/force")


def test_the_tasks_of_a_case_come_in_pages(world: World, ann: Client) -> None:
    """In the order in which they were created, without their long texts; the pages make up the list."""
    world.look(template="standard-look")
    whole = ann.get("/cases/look-1/tasks").json
    assert whole["nextCursor"] is None
    found: list[Any] = []
    cursor: dict[str, str] = {}
    while True:
        page = ann.get("/cases/look-1/tasks", {"limit": "2", **cursor}).json
        found += page["items"]
        if page["nextCursor"] is None:
            break
        cursor = {"cursor": page["nextCursor"]}
    assert found == whole["items"]
    assert len(found) == 5
    assert not {"description", "instructions", "links"} & found[0].keys()


def test_a_list_of_tasks_costs_no_more_for_what_it_does_not_show(
    world: World, ann: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The long texts, which are kept beside each task, are not read for it."""
    world.look(tasks=[{"type": "QA", "description": "Long."}] * 3)
    monkeypatch.delattr(CaseReads, "texts")
    assert len(ann.get("/cases/look-1/tasks").json["items"]) == 3


def test_the_timeline_is_newest_first(world: World, ann: Client) -> None:
    """Every change of the case and its tasks, in pages."""
    world.look(tasks=[{"type": "QA"}])
    for _ in range(2):
        world.clock.advance(minutes=1)
        ann.patch("/cases/look-1", {"displayName": f"Look {world.clock.now:%M}"})
    whole = ann.get("/cases/look-1/timeline").json["items"]
    assert [(entry["action"], entry["version"]) for entry in whole[:2]] == [("edit", 3), ("edit", 2)]
    assert {entry["action"] for entry in whole[2:]} == {"create"}
    assert whole[0]["changes"] == {"displayName": {"from": "Look 01", "to": "Look 02"}}
    first = ann.get("/cases/look-1/timeline", {"limit": "1"}).json
    rest = ann.get("/cases/look-1/timeline", {"cursor": first["nextCursor"]}).json
    assert [*first["items"], *rest["items"]] == whole
    assert rest["nextCursor"] is None


@pytest.mark.parametrize("path", ["/cases/look-1/tasks", "/cases/look-1/timeline"])
@pytest.mark.parametrize("cursor", ["x", "W10", "eyJhIjoxfQ", "InQi", "IiM", "!!!", "é", '"', "A" * 900])
def test_an_altered_cursor_is_400(world: World, ann: Client, path: str, cursor: str) -> None:
    """It shows nothing, and says nothing but that it is none."""
    world.look(tasks=[{"type": "QA"}])
    answer = ann.get(path, {"cursor": cursor})
    assert (answer.status, answer.code) == (400, "invalid_request")


def test_a_cursor_of_another_case_shows_nothing_of_it(world: World, ann: Client) -> None:
    """Which list a cursor is a place in is said by the path alone."""
    world.look("look-1", tasks=[{"type": "QA"}, {"type": "QA"}])
    world.look("look-2", tasks=[{"type": "QA"}, {"type": "QA"}])
    for kind in ("tasks", "timeline"):
        cursor = ann.get(f"/cases/look-1/{kind}", {"limit": "1"}).json["nextCursor"]
        answer = ann.get(f"/cases/look-2/{kind}", {"cursor": cursor})
        assert answer.status in (200, 400)
        assert "look-1" not in json.dumps(answer.json)


def test_a_party_outside_sees_only_its_own_tasks(world: World, ann: Client) -> None:
    """The case of which one's organization has a task is there, with that task alone."""
    world.look(tasks=[{"type": "QA"}, {"type": "QA", "assignedParty": {"kind": "organization", "id": "harbor"}}])
    fay = world.as_("fay")
    case = fay.get("/cases/look-1")
    assert (case.status, case.json["tasks"]) == (200, {"open": 1, "closed": 0})
    [task] = fay.get("/cases/look-1/tasks").json["items"]
    assert task["assignedParty"] == {"kind": "organization", "id": "harbor", "displayName": "Harbor Surveyors"}
    others = [t["taskId"] for t in ann.get("/cases/look-1/tasks").json["items"] if t["taskId"] != task["taskId"]]
    assert [fay.get(f"/tasks/{task_id}").status for task_id in others] == [404]
    seen = fay.get("/cases/look-1/timeline").json["items"]
    assert {entry["taskId"] for entry in seen} == {task["taskId"]}
