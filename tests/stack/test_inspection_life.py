"""The life of inspection tasks over the HTTP API, with people who have really signed in."""

import pytest

from tests.stack.conftest import AsPerson
from tests.stack.looks import act, eventually, history, new_case_id, new_look, new_task, pair, read

pytestmark = pytest.mark.stack

PENDING, READY, IN_PROGRESS = ("Created", "Pending"), ("Created", "Ready"), ("Created", "In Progress")
FAILED, PASSED = ("Created", "Failed"), ("Completed", "Passed")
SKIPPED, CANCELLED = ("Completed", "Skipped"), ("Canceled", "Skipped")


def test_a_look_from_its_template_to_the_last_review(as_person: AsPerson) -> None:
    """Whatever waits becomes Ready by the stream when what it waits for is closed, until nothing is open."""
    ann, bob, cho = as_person("ann"), as_person("bob"), as_person("cho")
    tasks = new_look(ann, template="standard-look")
    assert [pair(task) for task in tasks.values()] == [READY, PENDING, PENDING, PENDING, PENDING]
    order = ("Order Verify", "Looker Schedule Look", "Look Schedule Review", "QA", "Expense Review")
    for name, person in zip(order, (bob, ann, bob, cho, cho), strict=True):
        task = tasks[name]
        eventually(lambda task=task: pair(read(ann, task)), lambda seen: seen == READY)  # type: ignore[misc]
        assert pair(act(person, task, "claim").body) == IN_PROGRESS
        assert pair(act(person, task, "pass").body) == PASSED
    case = ann.need("GET", f"/cases/{tasks['QA']['caseId']}")
    assert case["tasks"] == {"open": 0, "closed": 5}


def test_every_version_is_in_the_history(as_person: AsPerson) -> None:
    """Who did what, when, what it became, and why, in the order in which it happened."""
    ann, bob = as_person("ann"), as_person("bob")
    task = new_task(ann, "Order Verify")
    act(bob, task, "claim")
    act(bob, task, "fail", reason="The address is of another town.")
    act(bob, task, "retry")
    act(bob, task, "pass", note="It was renamed.")
    entries = history(ann, task)
    assert [(entry["version"], entry["action"], *pair(entry), entry["note"]) for entry in entries] == [
        (1, "create", *READY, None),
        (2, "claim", *IN_PROGRESS, None),
        (3, "fail", *FAILED, "The address is of another town."),
        (4, "retry", *IN_PROGRESS, None),
        (5, "pass", *PASSED, "It was renamed."),
    ]
    assert [entry["createdBy"]["id"] for entry in entries] == ["ann", "bob", "bob", "bob", "bob"]
    assert entries == sorted(entries, key=lambda entry: str(entry["createdAt"]))


def test_a_task_that_ever_failed_is_completed_by_skipping(as_person: AsPerson) -> None:
    """Also after it was retried: the history decides, not the present status."""
    cho = as_person("cho")
    task = new_task(cho)
    act(cho, task, "claim")
    act(cho, task, "fail", reason="Blurred.")
    act(cho, task, "retry")
    assert pair(act(cho, task, "skip", reason="The car was sold.").body) == SKIPPED


def test_a_task_that_never_failed_is_cancelled_by_skipping(as_person: AsPerson) -> None:
    """It was never evaluated."""
    cho = as_person("cho")
    task = new_task(cho)
    act(cho, task, "claim")
    assert pair(act(cho, task, "skip", reason="The car was sold.").body) == CANCELLED


def test_information_is_awaited_and_provided(as_person: AsPerson) -> None:
    """Meanwhile the task is Pending, and says what is missing."""
    cho = as_person("cho")
    task = new_task(cho)
    waiting = act(cho, task, "await", awaiting="The gate code.").body
    assert (*pair(waiting), waiting["awaiting"]) == (*PENDING, "The gate code.")
    provided = act(cho, task, "provide").body
    assert (*pair(provided), provided["awaiting"]) == (*READY, None)


def test_what_one_may_not_do_is_explained(as_person: AsPerson) -> None:
    """The list of actions, its explanation and the action itself say the same."""
    ann, bob = as_person("ann"), as_person("bob")
    task = new_task(ann, "Looker Schedule Look")
    act(ann, task, "claim")
    explained = bob.need("GET", f"/tasks/{task['taskId']}/actions?explain=true")
    assert "skip" in {action["name"] for action in explained["items"]}
    (why,) = (action for action in explained["refused"] if action["name"] == "pass")
    refused = act(bob, task, "pass")
    assert (refused.status, refused.body["code"]) == (403, "not_allowed")
    assert (refused.body["detail"], refused.body["rule"], refused.body["who"]) == (
        why["reason"],
        why["rule"],
        why["who"],
    )
    assert why["who"] == ["Ann Lee", "admins of Dispatch"]
    assert len(history(ann, task)) == 2


def test_what_one_may_not_see_does_not_exist(as_person: AsPerson) -> None:
    """Eve belongs to nothing: neither the case nor its task is there, nor can she create one."""
    ann, eve = as_person("ann"), as_person("eve")
    task = new_task(ann)
    for path in (f"/cases/{task['caseId']}", f"/tasks/{task['taskId']}", f"/tasks/{task['taskId']}/history"):
        assert eve.call("GET", path).status == 404
    assert act(eve, task, "claim").status == 404
    assert eve.call("POST", "/cases", {"workflow": "inspection", "caseType": "look"}).status == 403
    assert eve.call("GET", "/cases/no-such").body == eve.call("GET", f"/cases/{task['caseId']}").body


def test_an_outsider_sees_the_task_of_their_own_and_nothing_else(as_person: AsPerson) -> None:
    """Once Eve is the assigned party, she may work on that task, and the case shows her that one only."""
    cho, eve = as_person("cho"), as_person("eve")
    tasks = new_look(cho, tasks=[{"type": "QA"}, {"type": "Hover Inspection"}])
    act(cho, tasks["QA"], "assign", assignedParty={"kind": "user", "id": "eve"})
    shown = eve.need("GET", f"/cases/{tasks['QA']['caseId']}/tasks")["items"]
    assert [task["type"] for task in shown] == ["QA"]
    assert eve.call("GET", f"/tasks/{tasks['Hover Inspection']['taskId']}").status == 404
    assert pair(act(eve, tasks["QA"], "claim").body) == IN_PROGRESS


def test_a_stale_version_is_refused(as_person: AsPerson) -> None:
    """If-Match guards against what somebody else did meanwhile; the ETag of the answer is good."""
    cho = as_person("cho")
    task = new_task(cho)
    path = f"/tasks/{task['taskId']}/actions"
    claimed = cho.call("POST", f"{path}/claim", {}, **{"If-Match": '"1"'})
    assert (claimed.status, claimed.headers["ETag"]) == (200, '"2"')
    refused = cho.call("POST", f"{path}/pass", {}, **{"If-Match": '"1"'})
    assert (refused.status, refused.body["code"]) == (412, "version_mismatch")
    assert pair(read(cho, task)) == IN_PROGRESS


def test_a_repeated_request_takes_effect_once(as_person: AsPerson) -> None:
    """With the same Idempotency-Key: the same status again, and the case as it is now."""
    ann = as_person("ann")
    name = new_case_id()
    body = {"workflow": "inspection", "caseType": "look", "caseId": name, "tasks": [{"type": "QA"}]}
    first, again = (ann.call("POST", "/cases", body, **{"Idempotency-Key": name}) for _ in range(2))
    assert (first.status, again.status) == (201, 201)
    assert again.headers["Idempotency-Replayed"] == "true"
    assert again.body == first.body
    assert ann.call("POST", "/cases", body).body["code"] == "case_exists"
    other = ann.call("POST", "/cases", {**body, "displayName": "Another"}, **{"Idempotency-Key": name})
    assert (other.status, other.body["code"]) == (422, "idempotency_key_reused")


def test_input_that_does_not_fit_changes_nothing(as_person: AsPerson) -> None:
    """Through the real gateway, too, each mistake has its status, and a problem that names it."""
    cho = as_person("cho")
    task = new_task(cho)
    path = f"/tasks/{task['taskId']}"
    wrong = [
        ("GET", f"{path}?verbose=1", None, 400, "invalid_request"),
        ("GET", "/tasks/look-1%23x.1", None, 404, "not_found"),
        ("POST", f"{path}/actions/fly", {}, 422, "invalid_input"),
        ("POST", f"{path}/actions/claim", {"speed": 9}, 422, "invalid_input"),
        ("POST", f"{path}/actions/retry", {}, 409, "action_not_available"),
        ("POST", f"{path}/actions/skip", {"reason": "x" * 300_000}, 413, "too_large"),
        ("PATCH", path, {"prerequisites": [task["taskId"]]}, 422, "invalid_input"),
        ("POST", f"{path}/actions/reschedule", {"dueTime": "2001-01-01T00:00:00Z"}, 422, "invalid_input"),
    ]
    for method, address, body, status, code in wrong:
        answer = cho.call(method, address, body)
        assert (address, answer.status, answer.body["code"]) == (address, status, code)
        assert answer.headers["Content-Type"] == "application/problem+json"
    assert read(cho, task)["version"] == 1
