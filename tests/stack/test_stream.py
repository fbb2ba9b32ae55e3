"""What follows from a change by the real stream: dependents, cascades, events, and what a lost record leaves."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from infra.local import aws, events
from infra.local.deploy import STACK, outputs
from infra.local.functions import wait_until_at_rest
from infra.local.records import Stack
from tests.stack.conftest import AsPerson, Command
from tests.stack.looks import act, eventually, history, new_look, new_task, pair, read

pytestmark = pytest.mark.stack


def test_a_task_becomes_ready_once_however_many_prerequisites_close_at_once(as_person: AsPerson) -> None:
    """The last of them makes it Ready, whichever that is; never two of them do."""
    cho = as_person("cho")
    waited_for = [{"key": f"k{n}", "type": "Hover Inspection"} for n in range(8)]
    waiting = {"type": "QA", "prerequisites": [task["key"] for task in waited_for]}
    tasks = new_look(cho, tasks=[*waited_for, waiting])
    qa = tasks["QA"]
    prerequisites = [{"taskId": task} for task in qa["prerequisites"]]
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda task: act(cho, task, "skip", reason="Not needed."), prerequisites))
    assert {answer.status for answer in answers} == {200}
    eventually(lambda: pair(read(cho, qa)), lambda seen: seen == ("Created", "Ready"))
    assert [entry["action"] for entry in history(cho, qa)] == ["create", "ready"]


def test_a_task_waits_as_long_as_one_prerequisite_is_open(as_person: AsPerson, stack: Stack) -> None:
    """Failed is open, too."""
    cho = as_person("cho")
    tasks = new_look(
        cho, tasks=[{"key": "hover", "type": "Hover Inspection"}, {"type": "QA", "prerequisites": ["hover"]}]
    )
    act(cho, tasks["Hover Inspection"], "claim")
    act(cho, tasks["Hover Inspection"], "fail", reason="Too windy.")
    assert wait_until_at_rest(stack)
    assert pair(read(cho, tasks["QA"])) == ("Created", "Pending")


def test_a_closed_case_ends_its_open_tasks_and_takes_no_more(as_person: AsPerson) -> None:
    """What was closed stays as it is; what ever failed is completed, the rest cancelled."""
    ann, cho = as_person("ann"), as_person("cho")
    tasks = new_look(ann, template="standard-look", tasks=[{"type": "Hover Inspection"}, {"type": "Follow-Up"}])
    case = tasks["QA"]["caseId"]
    act(cho, tasks["Hover Inspection"], "claim")
    act(cho, tasks["Hover Inspection"], "fail", reason="Too windy.")
    closed = ann.need("POST", f"/cases/{case}/close", {"reason": "Withdrawn."})
    assert closed["state"] == "closed"
    assert ann.call("POST", f"/cases/{case}/tasks", {"type": "QA"}).body["code"] == "case_closed"
    eventually(lambda: ann.need("GET", f"/cases/{case}")["tasks"], lambda seen: seen == {"open": 0, "closed": 7})
    endings = {task["type"]: pair(task) for task in ann.need("GET", f"/cases/{case}/tasks")["items"]}
    assert endings.pop("Hover Inspection") == ("Completed", "Skipped")
    assert set(endings.values()) == {("Canceled", "Skipped")}


def test_every_change_is_heard_on_the_bus(as_person: AsPerson, stack: Stack) -> None:
    """One event for each version, with ids, and without a word that people wrote."""
    cho = as_person("cho")
    with events.subscription(stack) as queue:
        task = new_task(cho, description="Ring twice.")
        act(cho, task, "claim")
        act(cho, task, "pass", note="Shiny.")
        heard: dict[str, str] = {}

        def listen() -> dict[str, str]:
            for event in events.receive(stack, queue):
                assert "Shiny" not in json.dumps(event)
                assert "cho@" not in json.dumps(event)
                heard[event["detail"]["id"]] = event["detail-type"]
            return heard

        wanted = {f"{task['taskId']}/{version}" for version in (1, 2, 3)} | {f"{task['caseId']}/1"}
        eventually(listen, lambda seen: wanted <= seen.keys())
    assert heard[f"{task['taskId']}/1"] == "TaskCreated"
    assert heard[f"{task['taskId']}/2"] == "TaskChanged"


@pytest.fixture
def deaf(stack: Stack) -> Iterator[None]:
    """The stream reaches the hooks no more; afterwards it does again."""
    functions = aws.client("lambda", stack.endpoint_url, stack.region)
    (mapping,) = functions.list_event_source_mappings(FunctionName=stack.functions["hooks"])["EventSourceMappings"]
    functions.update_event_source_mapping(UUID=mapping["UUID"], Enabled=False)
    yield
    functions.update_event_source_mapping(UUID=mapping["UUID"], Enabled=True)


@pytest.mark.usefixtures("deaf")
def test_what_a_lost_record_leaves_behind_is_settled(as_person: AsPerson, stack: Stack, casetree: Command) -> None:
    """`casetree doctor --settle` finds it in the items, and does it."""
    cho = as_person("cho")
    tasks = new_look(
        cho, tasks=[{"key": "hover", "type": "Hover Inspection"}, {"type": "QA", "prerequisites": ["hover"]}]
    )
    act(cho, tasks["Hover Inspection"], "skip", reason="Not needed.")
    assert wait_until_at_rest(stack)
    assert pair(read(cho, tasks["QA"])) == ("Created", "Pending")
    done = casetree("doctor", "--settle", tasks["QA"]["caseId"])
    assert done.returncode == 0, done.stderr
    assert '"found": 1' in done.stdout
    assert pair(read(cho, tasks["QA"])) == ("Created", "Ready")


@pytest.mark.usefixtures("deaf")
def test_what_was_put_aside_is_done_by_one_command(as_person: AsPerson, stack: Stack, casetree: Command) -> None:
    """`casetree redrive` sends the entry to its function again; a second run finds nothing."""
    cho = as_person("cho")
    tasks = new_look(
        cho, tasks=[{"key": "hover", "type": "Hover Inspection"}, {"type": "QA", "prerequisites": ["hover"]}]
    )
    act(cho, tasks["Hover Inspection"], "skip", reason="Not needed.")
    put_aside(stack, tasks["Hover Inspection"]["taskId"])
    case_id = tasks["QA"]["caseId"]
    assert f"CASE#{case_id} HISTORY#" in casetree("redrive", "--dry-run").stdout
    assert pair(read(cho, tasks["QA"])) == ("Created", "Pending")
    done = casetree("redrive")
    assert "sent to hooks again (1)" in done.stdout, done.stdout + done.stderr
    assert "sent to relay again (1)" in done.stdout
    assert pair(read(cho, tasks["QA"])) == ("Created", "Ready")
    assert f"CASE#{case_id}" not in casetree("redrive").stdout


def put_aside(stack: Stack, task_id: str) -> None:
    """The last record of the task is on the failure queue, as hooks and relay each put it there."""
    case_id, _, local = task_id.partition(".")
    entries = aws.client("dynamodb", stack.endpoint_url, stack.region).query(
        TableName=stack.table_name,
        KeyConditionExpression="PK = :case AND begins_with(SK, :history)",
        ExpressionAttributeValues={":case": {"S": f"CASE#{case_id}"}, ":history": {"S": f"HISTORY#{local}#"}},
    )["Items"]
    keys = {name: entries[-1][name]["S"] for name in ("PK", "SK")}
    queue = outputs(aws.client("cloudformation", stack.endpoint_url), STACK)["FailureQueueUrl"]
    for function in ("hooks", "relay"):
        message = json.dumps({"keys": keys, "error": "ValueError: x", "function": function})
        aws.client("sqs", stack.endpoint_url, stack.region).send_message(QueueUrl=queue, MessageBody=message)


def test_no_record_was_put_aside(as_person: AsPerson, stack: Stack) -> None:
    """Whatever has happened so far, and what happens now, leaves the failure queue empty."""
    cho = as_person("cho")
    act(cho, new_task(cho), "skip", reason="Not needed.")
    assert wait_until_at_rest(stack)
    queue = outputs(aws.client("cloudformation", stack.endpoint_url), STACK)["FailureQueueUrl"]
    sqs = aws.client("sqs", stack.endpoint_url, stack.region)
    messages = sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get("Messages", [])
    assert [message["Body"] for message in messages] == []
