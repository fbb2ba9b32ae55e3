"""Routes of the doctor: administrators see what is wrong with a case, look at the repair, and have it done."""

from __future__ import annotations

from typing import Any

from shared.storage.schema import SORT
from tests.functions.api.client import Client
from tests.functions.api.conftest import TABLE, World
from tests.storage.table import client


def _break(world: World, **values: Any) -> str:
    """The id of a task whose item was changed by hand."""
    task_id = str(world.task()["taskId"])
    world.settle()
    (item,) = (i for i in world.items("TASK#") if task_id.endswith(i[SORT]["S"].removeprefix("TASK#")))
    client().put_item(TableName=TABLE, Item={**item, **values})
    return task_id


def test_a_sound_case_has_no_findings(world: World, admin: Client) -> None:
    """Its diagnosis is empty, and there is nothing to repair."""
    world.task()
    world.settle()
    assert admin.get("/cases/look-1/diagnosis").json == {"caseId": "look-1", "findings": []}
    done = admin.post("/cases/look-1/repairs", {}).json
    assert done == {"caseId": "look-1", "dryRun": False, "repairs": [], "findings": []}


def test_what_is_wrong_is_shown_tried_and_repaired(world: World, admin: Client) -> None:
    """A dry run shows what would change; the repair is in the history, in the administrator's name."""
    task_id = _break(world, closedAt={"S": "2026-11-22T08:00:00.000Z"})
    findings = admin.get("/cases/look-1/diagnosis").json["findings"]
    assert [(f["invariant"], f["taskIds"], f["repairable"]) for f in findings] == [
        ("open-has-none", [task_id], True),
        # It is listed by when it was closed.
        ("index-matches", [task_id], True),
    ]
    finding = findings[0]
    before = world.items()
    plan = admin.post("/cases/look-1/repairs", {"dryRun": True}).json
    assert world.items() == before
    step = plan["repairs"][0]
    change = {"item": f"task {task_id}", "field": "closed at", "before": "2026-11-22T08:00:00Z", "after": None}
    assert change in step["changes"]
    assert (step["done"], plan["findings"]) == (False, findings)
    done = admin.post("/cases/look-1/repairs", {"findings": [finding["id"]]}).json
    assert [(s["finding"]["id"], s["done"]) for s in done["repairs"]] == [(finding["id"], True)]
    assert done["findings"] == []
    last = admin.get(f"/tasks/{task_id}/history").json["items"][-1]
    assert (last["action"], last["createdBy"]["id"]) == ("mended", "admin")


def test_what_does_not_fit_is_refused(admin: Client, world: World) -> None:
    """Unknown fields and values are 422, another version of the case is 412."""
    world.task()
    answer = admin.post("/cases/look-1/repairs", {"findings": "all", "dryRun": 1, "force": True})
    assert (answer.status, sorted(answer.pointers)) == (422, ["/dryRun", "/findings", "/force"])
    assert admin.post("/cases/look-1/repairs", {"findings": None}).status == 422
    assert admin.post("/cases/look-1/repairs", {}, if_match='"9"').status == 412
    assert admin.post("/cases/look-1/repairs", {}, if_match='"1"').status == 200


def test_only_administrators_ask_the_doctor(world: World, admin: Client, ann: Client, eve: Client) -> None:
    """Who sees the case is told so; who does not is told of no case."""
    world.task()
    for who, code in ((ann, "not_allowed"), (eve, "not_found")):
        assert who.get("/cases/look-1/diagnosis").code == code
        assert who.post("/cases/look-1/repairs", {}).code == code
    assert admin.get("/cases/look-2/diagnosis").code == "not_found"
