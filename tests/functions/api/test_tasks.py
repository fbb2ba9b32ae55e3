"""Routes of tasks: create, read, change, act, look back."""

from __future__ import annotations

from typing import Any

import pytest

from tests.functions.api.client import Answer, Client
from tests.functions.api.conftest import World

DUE = "2026-12-01T17:00:00.000Z"


def _refused(answer: Answer, *pointers: str) -> None:
    assert (answer.status, answer.code) == (422, "invalid_input"), answer.text
    assert answer.pointers == list(pointers)


def test_a_new_task_has_what_was_given_and_what_follows(world: World, ann: Client) -> None:
    """201 with every field; the queue by its name, whichever way it was given."""
    world.look()
    given = {
        "type": "Expense Review",
        "description": "Look at the\nreceipts.",
        "instructions": "Call first.",
        "assignedParty": {"kind": "user", "id": "bob"},
        "groupQueue": "customer-support",
        "dueTime": "2026-12-01T18:00:00+01:00",
        "entity": {"look": {"id": "4711", "displayName": "Look 4711"}},
        "links": [{"type": "photo", "link": "https://photos.example.org/1", "name": "Front"}],
        "priority": 7,
    }
    answer = ann.post("/cases/look-1/tasks", given)
    task = answer.json
    assert (answer.status, answer.headers["location"]) == (201, f"/tasks/{task['taskId']}")
    assert task["description"] == "Look at the\nreceipts."
    assert task["instructions"] == ["Call first."]
    assert task["assignedParty"] == {"kind": "user", "id": "bob", "displayName": "Bob Lee"}
    assert (task["groupQueue"], task["dueTime"], task["internal"]) == ("Customer Support", DUE, True)
    assert (task["entity"], task["links"], task["priority"]) == (given["entity"], given["links"], 7)
    assert [(timer["name"], timer["at"]) for timer in task["timers"]] == [("due", DUE)]
    assert ann.get(f"/tasks/{task['taskId']}").json == task


def test_a_task_has_the_defaults_of_its_type(world: World) -> None:
    """Queue and time until due come from the workflow file."""
    task = world.task(type="Vacation Mode Reminder")
    assert (task["groupQueue"], task["dueTime"]) == ("Looker Support", "2026-12-22T08:00:00.000Z")
    assert (task["state"], task["status"], task["open"], task["active"]) == ("Created", "Ready", True, True)


@pytest.mark.parametrize(
    ("given", "pointer"),
    [
        ({"type": "Tea"}, "/type"),
        ({"type": None}, "/type"),
        ({"type": 7}, "/type"),
        ({"status": "Passed"}, "/status"),
        ({"description": ""}, "/description"),
        ({"description": "   "}, "/description"),
        ({"description": 7}, "/description"),
        ({"description": "x" * 10_001}, "/description"),
        ({"description": "a\u0000b"}, "/description"),
        ({"description": "a\u001bb"}, "/description"),
        ({"instructions": ["x"]}, "/instructions"),
        ({"assignedParty": "bob"}, "/assignedParty"),
        ({"assignedParty": {"kind": "robot", "id": "x"}}, "/assignedParty/kind"),
        ({"assignedParty": {"kind": "user"}}, "/assignedParty/id"),
        ({"assignedParty": {"kind": "user", "id": "none"}}, "/assignedParty/id"),
        ({"assignedParty": {"kind": "user", "id": "bob#x"}}, "/assignedParty/id"),
        ({"assignedParty": {"kind": "organization", "id": "none"}}, "/assignedParty/id"),
        ({"assignedParty": {"kind": "user", "id": "bob", "role": "x"}}, "/assignedParty/role"),
        ({"internal": "yes"}, "/internal"),
        ({"groupQueue": "Tea"}, "/groupQueue"),
        ({"groupQueue": None}, "/groupQueue"),
        ({"dueTime": "2026-11-22T07:59:59Z"}, "/dueTime"),
        ({"dueTime": "2026-12-01T17:00:00"}, "/dueTime"),
        ({"dueTime": "2026-12-01"}, "/dueTime"),
        ({"dueTime": "tomorrow"}, "/dueTime"),
        ({"dueTime": 1796144400}, "/dueTime"),
        ({"entity": {"car": {"id": "1", "displayName": "x"}}}, "/entity/car"),
        ({"entity": {"look": {"id": "1"}}}, "/entity/look/displayName"),
        ({"prerequisites": "x"}, "/prerequisites"),
        ({"prerequisites": [7]}, "/prerequisites/0"),
        ({"prerequisites": ["look-1.none"]}, "/prerequisites/0"),
        ({"prerequisites": ["look-2.none"]}, "/prerequisites/0"),
        ({"prerequisites": ["x"] * 51}, "/prerequisites"),
        ({"awaiting": "x" * 501}, "/awaiting"),
        ({"awaiting": "a\nb"}, "/awaiting"),
        ({"links": [{"type": "a", "link": "b"}]}, "/links/0/name"),
        ({"links": [{"type": "a", "link": "b", "name": "c", "size": 1}]}, "/links/0/size"),
        ({"links": [{"type": "a", "link": "b", "name": "c"}] * 101}, "/links"),
        ({"priority": 101}, "/priority"),
        ({"priority": 1.5}, "/priority"),
        ({"priority": True}, "/priority"),
        ({"parentId": "look-1.none"}, "/parentId"),
    ],
)
def test_what_does_not_fit_makes_no_task(world: World, ann: Client, given: dict[str, Any], pointer: str) -> None:
    """422 with a pointer to it, and nothing of the task is stored."""
    world.look()
    before = world.items()
    _refused(ann.post("/cases/look-1/tasks", {"type": "QA", **given}), pointer)
    assert world.items() == before


def test_every_misfit_is_named_at_once(world: World, ann: Client) -> None:
    """A form can mark all its fields."""
    world.look()
    answer = ann.post("/cases/look-1/tasks", {"priority": -1, "colour": "red", "dueTime": "soon"})
    assert sorted(answer.pointers) == ["/colour", "/dueTime", "/priority", "/type"]


def test_a_prerequisite_of_another_case_is_refused(world: World, ann: Client) -> None:
    """Tasks wait for tasks of their own case."""
    other = world.task("look-2")["taskId"]
    task = world.task("look-1")["taskId"]
    _refused(ann.post("/cases/look-1/tasks", {"type": "QA", "prerequisites": [other]}), "/prerequisites/0")
    _refused(ann.patch(f"/tasks/{task}", {"prerequisites": [other]}), "/prerequisites/0")


def test_a_cycle_of_prerequisites_is_refused(world: World, ann: Client) -> None:
    """Of one task with itself, and over others."""
    one = world.task()["taskId"]
    two = world.task(prerequisites=[one])["taskId"]
    _refused(ann.patch(f"/tasks/{one}", {"prerequisites": [one]}), "/prerequisites/0")
    answer = ann.patch(f"/tasks/{one}", {"prerequisites": [two]})
    assert (answer.status, answer.code) == (422, "invalid_input")
    assert ann.get(f"/tasks/{one}").json["prerequisites"] == []


def test_a_task_is_changed_by_what_is_named(world: World, ann: Client) -> None:
    """What is no action; the rest stays, and so do fields that an action changes."""
    task_id = world.task(description="Old.", priority=3)["taskId"]
    links = [{"type": "photo", "link": "https://photos.example.org/1", "name": "Front"}]
    task = ann.patch(f"/tasks/{task_id}", {"links": links}).json
    assert (task["links"], task["description"], task["priority"], task["version"]) == (links, "Old.", 3, 2)
    task = ann.patch(f"/tasks/{task_id}", {"links": [], "description": "New."}).json
    assert (task["links"], task["description"]) == ([], "New.")
    for name in ("type", "state", "status", "assignedParty", "groupQueue", "dueTime", "version", "instructions"):
        _refused(ann.patch(f"/tasks/{task_id}", {name: "x"}), f"/{name}")


def test_adding_a_prerequisite_makes_a_task_wait(world: World, ann: Client) -> None:
    """And closing it makes the task ready, by the stream."""
    one, two = world.task()["taskId"], world.task()["taskId"]
    assert ann.patch(f"/tasks/{two}", {"prerequisites": [one]}).json["status"] == "Pending"
    ann.act(one, "claim")
    ann.act(one, "pass")
    world.settle()
    assert ann.get(f"/tasks/{two}").json["status"] == "Ready"


def test_a_task_goes_through_its_life(world: World, ann: Client, bob: Client) -> None:
    """Claimed, failed, retried, passed: each answer is the task as it is then."""
    task_id = world.task()["taskId"]
    steps = [
        (bob, "claim", {}, "In Progress"),
        (bob, "fail", {"reason": "Nobody opened."}, "Failed"),
        (ann, "retry", {}, "In Progress"),
        (ann, "pass", {"note": "Done."}, "Passed"),
    ]
    for version, (who, action, given, status) in enumerate(steps, start=2):
        answer = who.act(task_id, action, given)
        assert (answer.status, answer.json["status"], answer.headers["etag"]) == (200, status, f'"{version}"')
    task = ann.get(f"/tasks/{task_id}").json
    assert (task["state"], task["open"], task["completedBy"]["id"]) == ("Completed", False, "ann")
    assert (task["closedAt"], task["timers"]) == ("2026-11-22T08:00:00.000Z", [])


@pytest.mark.parametrize(("failed", "ending"), [(True, ("Completed", "Skipped")), (False, ("Canceled", "Skipped"))])
def test_how_a_skipped_task_ends_follows_from_its_history(
    world: World, ann: Client, *, failed: bool, ending: tuple[str, str]
) -> None:
    """Completed if it was ever found to have failed, else cancelled; nobody can say otherwise."""
    task_id = world.task()["taskId"]
    ann.act(task_id, "claim")
    if failed:
        ann.act(task_id, "fail", {"reason": "It rained."})
    _refused(ann.act(task_id, "skip", {"reason": "Not needed.", "state": "Completed"}), "/state")
    task = ann.act(task_id, "skip", {"reason": "Not needed."}).json
    assert (task["state"], task["status"]) == ending


@pytest.mark.parametrize(
    ("action", "given", "pointers"),
    [
        ("claim", {"force": True}, ["/force"]),
        ("skip", {}, ["/reason"]),
        ("skip", {"reason": ""}, ["/reason"]),
        ("skip", {"reason": "a\u0000"}, ["/reason"]),
        ("skip", {"reason": "x" * 10_001}, ["/reason"]),
        ("skip", {"reason": ["x"]}, ["/reason"]),
        ("assign", {}, ["/assignedParty"]),
        ("assign", {"assignedParty": {"kind": "user", "id": "none"}}, ["/assignedParty/id"]),
        ("move", {"groupQueue": "none"}, ["/groupQueue"]),
        ("reschedule", {"dueTime": "2026-11-22T08:00:00.000Z"}, ["/dueTime"]),
        ("reschedule", {"dueTime": "2026-12-01T17:00:00"}, ["/dueTime"]),
        ("await", {"awaiting": ""}, ["/awaiting"]),
        ("add_instructions", {"instructions": "x" * 10_001}, ["/instructions"]),
        ("fly", {}, []),
        ("CLAIM", {}, []),
        ("x" * 300, {}, []),
    ],
)
def test_what_does_not_fit_takes_no_action(
    world: World, ann: Client, action: str, given: dict[str, Any], pointers: list[str]
) -> None:
    """422, and neither task nor history changes."""
    task_id = world.task()["taskId"]
    before = world.items()
    _refused(ann.act(task_id, action, given), *pointers)
    assert world.items() == before


def test_a_longest_text_is_taken(world: World, ann: Client) -> None:
    """10,000 characters, whatever they are, with tabs and line breaks."""
    text = "é\t\n" * 3_333 + "x"
    task_id = world.task(description=text)["taskId"]
    assert ann.act(task_id, "add_instructions", {"instructions": text}).status == 200
    task = ann.get(f"/tasks/{task_id}").json
    assert (task["description"], task["instructions"]) == (text, [text])


def test_a_task_that_one_may_not_see_is_404(world: World, eve: Client) -> None:
    """On every route, and whatever was sent; the same as for one that there is not."""
    task_id = world.task()["taskId"]
    before = world.items()
    for known in (task_id, "look-1.none", "none"):
        answers = [
            eve.get(f"/tasks/{known}"),
            eve.get(f"/tasks/{known}/actions"),
            eve.get(f"/tasks/{known}/history"),
            eve.get(f"/tasks/{known}/children"),
            eve.patch(f"/tasks/{known}", {"colour": "red"}, If_Match='"9"'),
            eve.act(known, "claim", Idempotency_Key="k"),
            eve.act(known, "fly"),
        ]
        assert {(answer.status, answer.json["detail"]) for answer in answers} == {(404, "There is no such task.")}
    assert world.items() == before


@pytest.mark.parametrize("task_id", ["x", ".", "look-1.", ".x", "look-1.a#b", "look-1.A", "look-1.TASK", "a.b.c", "é"])
def test_an_id_that_no_task_can_have_is_404(world: World, ann: Client, task_id: str) -> None:
    """Whatever it is made of, it reaches nothing."""
    world.look()
    for path in (f"/tasks/{task_id}", f"/tasks/{task_id}/actions", f"/tasks/{task_id}/history"):
        assert ann.get(path).code == "not_found"
    assert ann.act(task_id, "claim").code == "not_found"


def test_the_actions_are_those_that_one_may_take_now(world: World, ann: Client, bob: Client) -> None:
    """Each offered one has the schema of its input, and each, with such an input, is taken."""
    task_id = world.task()["taskId"]
    offered = {action["name"]: action for action in bob.get(f"/tasks/{task_id}/actions").json["items"]}
    assert {"claim", "skip", "assign", "move"} <= offered.keys()
    assert not {"pass", "ready", "overdue", "edit"} & offered.keys()
    assert offered["skip"]["inputSchema"]["required"] == ["reason"]
    assert offered["claim"]["inputSchema"]["additionalProperties"] is False
    bob.act(task_id, "claim")
    names = {action["name"] for action in bob.get(f"/tasks/{task_id}/actions").json["items"]}
    assert "pass" in names
    assert "claim" not in names
    ann.act(task_id, "skip", {"reason": "x"})
    assert ann.get(f"/tasks/{task_id}/actions").json["items"] == []


def test_the_action_that_comes_next_is_suggested(world: World, bob: Client) -> None:
    """To those who may take it; nobody is told what others do, or what there is to do with a closed task."""
    task_id = world.task()["taskId"]
    seen = []
    for action in ("claim", "pass"):
        seen.append([who.get(f"/tasks/{task_id}/actions").json["suggested"] for who in (bob, world.as_("cho"))])
        bob.act(task_id, action)
    assert seen == [[{"action": name, "option": None}, None] for name in ("claim", "pass")]
    assert bob.get(f"/tasks/{task_id}/actions").json["suggested"] is None


def test_a_refused_action_is_explained(world: World, ann: Client) -> None:
    """On demand: by which rule, in words, and who could; in the words of the action's own refusal."""
    task_id = world.task()["taskId"]
    cho = world.as_("cho")
    answer = cho.get(f"/tasks/{task_id}/actions", {"explain": "true"}).json
    refused = {action["name"]: action for action in answer["refused"]}
    assert answer["items"] == []
    assert refused["claim"]["rule"] == "who"
    assert refused["claim"]["who"] == ["members of Quality Assurance"]
    tried = cho.act(task_id, "claim").json
    assert (tried["detail"], tried["rule"], tried["who"]) == tuple(
        refused["claim"][n] for n in ("reason", "rule", "who")
    )
    explained = ann.get(f"/tasks/{task_id}/actions", {"explain": "true"}).json["refused"]
    [not_now] = [action for action in explained if action["name"] == "pass"]
    tried = ann.act(task_id, "pass").json
    assert (tried["code"], tried["detail"], tried["rule"]) == (
        "action_not_available",
        not_now["reason"],
        not_now["rule"],
    )
    assert "refused" not in ann.get(f"/tasks/{task_id}/actions", {"explain": "false"}).json


def test_what_casetree_alone_takes_is_explained_to_nobody(world: World, ann: Client) -> None:
    """Nobody could take it, now or later; that it is for no person is said to who tries."""
    task_id = world.task()["taskId"]
    refused = ann.get(f"/tasks/{task_id}/actions", {"explain": "true"}).json["refused"]
    names = {action["name"] for action in refused}
    assert "pass" in names
    assert names.isdisjoint({"ready", "overdue"})
    assert ann.act(task_id, "overdue").json["who"] == ["Casetree itself"]


def test_another_persons_task_is_not_available(world: World, ann: Client, bob: Client) -> None:
    """Claiming what somebody else has: 409."""
    task_id = world.task(assignedParty={"kind": "user", "id": "ann"})["taskId"]
    answer = bob.act(task_id, "claim")
    assert (answer.status, answer.code) == (409, "action_not_available")
    assert ann.act(task_id, "claim").status == 200


def test_what_only_the_engine_does_is_not_allowed(world: World, admin: Client) -> None:
    """Not even to administrators."""
    task_id = world.task(dueTime=DUE)["taskId"]
    for action in ("ready", "overdue"):
        assert admin.act(task_id, action).code == "not_allowed"


def test_the_history_has_every_version_oldest_first(world: World, ann: Client) -> None:
    """With who, what, when, what changed and the reason given; in pages."""
    task_id = world.task(groupQueue="dispatch")["taskId"]
    world.clock.advance(minutes=5)
    ann.act(task_id, "move", {"groupQueue": "quality-assurance"})
    ann.act(task_id, "reschedule", {"dueTime": DUE})
    ann.patch(f"/tasks/{task_id}", {"description": "New."})
    ann.act(task_id, "skip", {"reason": "Not needed."})
    whole = ann.get(f"/tasks/{task_id}/history").json["items"]
    assert [(e["version"], e["action"]) for e in whole] == list(
        enumerate(["create", "move", "reschedule", "edit", "skip"], start=1)
    )
    labels = ["Create", "Move to another queue", "Reschedule", "Edit", "Skip"]
    assert [e["label"] for e in whole] == labels, "they are called what the buttons are"
    assert whole[1]["changes"] == {"groupQueue": {"from": "Dispatch", "to": "Quality Assurance"}}
    assert whole[1]["createdAt"] == "2026-11-22T08:05:00.000Z"
    assert whole[2]["changes"]["dueTime"] == {"from": None, "to": DUE}
    assert whole[3]["changes"] == {"description": {}}
    assert (whole[4]["note"], whole[4]["state"], whole[4]["createdBy"]["id"]) == ("Not needed.", "Canceled", "ann")
    first = ann.get(f"/tasks/{task_id}/history", {"limit": "2"}).json
    rest = ann.get(f"/tasks/{task_id}/history", {"cursor": first["nextCursor"]}).json
    assert [*first["items"], *rest["items"]] == whole
    assert rest["nextCursor"] is None


@pytest.mark.parametrize(
    "cursor", ["x", "W10", "InQi", "Ii0xIg", "IjFlOSI", "IjEyMzQ1Njc4OTAxMiI", "MQ", "é", "IsK5Ig"]
)
def test_an_altered_history_cursor_is_400(world: World, ann: Client, cursor: str) -> None:
    """Only what a page handed out leads on."""
    task_id = world.task()["taskId"]
    assert ann.get(f"/tasks/{task_id}/history", {"cursor": cursor}).code == "invalid_request"


def test_a_flat_task_has_no_children(world: World, ann: Client) -> None:
    """The list is there, and empty."""
    task_id = world.task()["taskId"]
    assert ann.get(f"/tasks/{task_id}/children").json == {"items": [], "nextCursor": None}


def test_an_action_is_taken_on_several_tasks(world: World, ann: Client, bob: Client) -> None:
    """One result for each in order, with the status and the problem that it alone would have been answered."""
    first, second = (world.task()["taskId"] for _ in range(2))
    assert ann.act(second, "claim").status == 200
    body = {"taskIds": [first, second, "look-9.x"], "action": "claim"}
    answer = bob.post("/bulk/actions", body, Idempotency_Key="k")
    assert (answer.status, answer.json["done"]) == (200, 1)
    assert [(item["taskId"], item["status"]) for item in answer.json["items"]] == [
        (first, 200),
        (second, 409),
        ("look-9.x", 404),
    ]
    assert answer.json["items"][1]["problem"] == bob.act(second, "claim").json
    assert answer.json["items"][2]["problem"] == bob.act("look-9.x", "claim").json
    assert bob.post("/bulk/actions", body, Idempotency_Key="k").headers["idempotency-replayed"] == "true"
    other = bob.post("/bulk/actions", {**body, "action": "release"}, Idempotency_Key="k")
    assert (other.status, other.code) == (422, "idempotency_key_reused")


def test_several_tasks_are_acted_on_as_they_were_seen(world: World, ann: Client, bob: Client) -> None:
    """Who has changed since is answered as the task alone would be with If-Match; the others are done."""
    first, second = (world.task()["taskId"] for _ in range(2))
    assert ann.act(second, "add_instructions", {"instructions": "Ring twice."}).status == 200
    body = {"taskIds": [first, second], "action": "claim", "versions": {first: 1, second: 1}}
    answer = bob.post("/bulk/actions", body)
    assert [item["status"] for item in answer.json["items"]] == [200, 412]
    alone = bob.post(f"/tasks/{second}/actions/claim", {}, If_Match='"1"')
    assert answer.json["items"][1]["problem"] == alone.json


def test_several_tasks_tell_their_cost_unless_one_is_hidden(world: World, ann: Client, eve: Client) -> None:
    """What it cost to look at a hidden task is not told, as it is not of one alone."""
    tasks = [world.task()["taskId"] for _ in range(2)]
    answer = ann.post("/bulk/actions", {"taskIds": tasks, "action": "claim"})
    alone = ann.act(tasks[0], "release")
    assert _read_units(answer) > 2 * _read_units(alone) > 0
    hidden = eve.post("/bulk/actions", {"taskIds": tasks, "action": "claim"})
    assert [item["status"] for item in hidden.json["items"]] == [404, 404]
    assert "casetree-capacity" not in hidden.headers


def _read_units(answer: Answer) -> float:
    return float(answer.headers["casetree-capacity"].removeprefix("read=").partition(",")[0])


def test_an_answer_on_several_tasks_has_room_for_every_refusal(world: World, ann: Client) -> None:
    """Lambda fails at more than 6 MB: then each task says what it was refused for, without the fields."""
    first = world.task()["taskId"]
    ids = [first, *(world.task()["taskId"] for _ in range(49))]
    wrong = {f"{'x' * 100}{n}": 1 for n in range(1_000)}
    few = ann.post("/bulk/actions", {"taskIds": ids[:1], "action": "claim", "input": wrong})
    assert len(few.json["items"][0]["problem"]["errors"]) == 1_000
    many = ann.post("/bulk/actions", {"taskIds": ids, "action": "claim", "input": wrong})
    assert [item["problem"]["code"] for item in many.json["items"]] == ["invalid_input"] * 50
    assert not any("errors" in item["problem"] for item in many.json["items"])
