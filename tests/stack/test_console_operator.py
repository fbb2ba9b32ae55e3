"""The console for who looks after the stack: how types live, how the stack does, and a broken tree repaired."""

import re
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from infra.laptop_metrics import FUNCTION as LAPTOP_METRICS
from infra.local import aws
from infra.local.functions import wait_until_at_rest
from infra.local.records import Stack
from tests.stack.accessibility import serious_findings
from tests.stack.browser import sign_in, sign_out
from tests.stack.conftest import AsPerson
from tests.stack.looks import act, eventually, new_task, read

pytestmark = pytest.mark.stack


def _break(stack: Stack, task: dict[str, Any]) -> None:
    """The parent counts more open children than it has: no action leads there."""
    aws.client("dynamodb", stack.endpoint_url).update_item(
        TableName=stack.table_name,
        Key={"PK": {"S": f"CASE#{task['caseId']}"}, "SK": {"S": f"TASK#{task['taskId'].rpartition('.')[2]}"}},
        UpdateExpression="SET childrenOpen = :open",
        ConditionExpression="attribute_exists(PK)",
        ExpressionAttributeValues={":open": {"N": "7"}},
    )


def _with_an_idle_action(route: Route) -> None:
    """What the API says, and an action besides that cost nothing."""
    answer = route.fetch()
    said = answer.json()
    said["costs"].append({"action": "idle", "service": "api", "readUnits": 0.0, "writeUnits": 0.0})
    route.fulfill(response=answer, json=said)


def test_a_broken_tree_is_found_and_repaired(page: Page, stack: Stack, as_person: AsPerson) -> None:
    """The finding is told in words, a dry run shows what would change and changes nothing, the repair heals it."""
    admin = as_person("admin")
    given = {"workflow": "appeals", "caseType": "appeal", "attributes": {"docket": "direct_review"}}
    case = as_person("mia").need("POST", "/cases", given)
    parent = next(task for task in case["tasks"]["items"] if task["type"] == "DistributionTask")
    # Intake has closed, and nothing is owed to the parent.
    eventually(lambda: read(admin, parent)["status"], lambda status: status == "assigned")
    assert wait_until_at_rest(stack)
    _break(stack, parent)
    sign_in(page, stack, "admin", f"#/cases/{case['caseId']}")
    page.get_by_role("link", name="Operations").click()
    page.get_by_label("Case", exact=True).fill(case["caseId"])
    page.get_by_role("button", name="Examine", exact=True).click()
    expect(page.get_by_text("counts-match")).to_be_visible()
    page.get_by_role("button", name="Dry run").click()
    expect(page.get_by_role("heading", name="What a repair would change")).to_be_visible()
    expect(page.get_by_role("row", name=re.compile(parent["taskId"])).first).to_be_visible()
    path = f"/cases/{case['caseId']}/diagnosis"
    assert "counts-match" in [finding["invariant"] for finding in admin.need("GET", path)["findings"]]
    assert serious_findings(page) == []
    page.get_by_role("button", name="Repair").click()
    expect(page.get_by_text("1 finding repaired.")).to_be_visible()
    expect(page.get_by_text("Everything holds of this case.")).to_be_visible()
    assert admin.need("GET", path)["findings"] == []


def test_the_stack_tells_how_it_does(page: Page, stack: Stack, as_person: AsPerson) -> None:
    """An empty failure queue is told, and what actions cost. Others are not led there."""
    act(as_person("cho"), new_task(as_person("cho")), "skip", reason="Not needed.")
    assert wait_until_at_rest(stack)
    aws.client("lambda", stack.endpoint_url, stack.region).invoke(FunctionName=LAPTOP_METRICS)
    page.route("**/operations", _with_an_idle_action)
    sign_in(page, stack, "admin", "#/operations")
    expect(page.get_by_role("definition").filter(has_text="empty")).to_be_visible()
    skipped = page.get_by_role("row", name=re.compile("^skip api")).get_by_role("cell")
    expect(skipped.nth(2)).to_have_text(re.compile("[1-9]"))
    expect(page.get_by_role("definition").filter(has_text="not measured here")).to_have_count(1)
    idle = page.get_by_role("row", name="idle api 0 0")
    expect(idle).to_have_count(0)
    page.get_by_label("Those that cost nothing, too").check()
    expect(idle).to_be_visible()
    assert serious_findings(page) == []
    page.unroute_all(behavior="wait")
    sign_out(page)
    sign_in(page, stack, "dee", "#/operations")
    expect(page.get_by_role("alert")).to_be_visible()
    expect(page.get_by_role("link", name="Operations")).to_have_count(0)


def test_a_type_is_shown_with_its_open_tasks_by_status(page: Page, stack: Stack, as_person: AsPerson) -> None:
    """The diagram of its lifecycle is drawn, and a table says how many open tasks stand at each status."""
    new_task(as_person("admin"), "Expense Review")
    assert wait_until_at_rest(stack)
    sign_in(page, stack, "admin", "#/workflows/inspection?type=Expense+Review")
    ready = page.get_by_role("row", name=re.compile("^Ready"))
    expect(ready.get_by_role("cell").first).to_have_text(re.compile("[1-9]"))
    picture = page.get_by_role("img", name=re.compile("Statuses of Expense Review"))
    expect(picture).to_be_visible()
    assert picture.evaluate("image => image.decode().then(() => image.naturalWidth)") > 100
    assert serious_findings(page) == []
    page.get_by_label("Type of task").select_option("QA")
    expect(page.get_by_role("img", name=re.compile("Statuses of QA"))).to_be_visible()
