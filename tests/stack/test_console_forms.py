"""New cases and tasks by forms in the console; every page and dialog for keyboards and screen readers."""

import re

import pytest
from playwright.sync_api import Page, expect

from infra.local.records import Stack
from tests.stack.accessibility import serious_findings
from tests.stack.browser import sign_in
from tests.stack.conftest import AsPerson
from tests.stack.looks import new_case_id, new_task

pytestmark = pytest.mark.stack


def _go(page: Page, place: str) -> None:
    page.evaluate("place => { location.hash = place; }", place)


def test_a_case_is_begun_and_a_task_added_by_forms(page: Page, stack: Stack, as_person: AsPerson) -> None:
    """They ask for what the workflow's schema says; what is optional as a whole may be left out as a whole."""
    case_id = new_case_id()
    sign_in(page, stack, "ann", "#/new/appeals")
    expect(page.get_by_label("Docket")).to_be_visible()
    page.get_by_label("Workflow").select_option("inspection")
    page.get_by_label("Kind").select_option("look")
    expect(page.get_by_label("Template")).to_have_accessible_description(re.compile("begins without tasks"))
    page.get_by_label("Display name").fill("By hand")
    page.get_by_label("Case id").fill(case_id)
    page.get_by_role("button", name="Create").click()
    expect(page.get_by_role("heading", name="By hand", level=1)).to_be_focused()
    page.get_by_role("button", name="New task").click()
    page.get_by_role("dialog").get_by_role("button", name="Go back").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    for task_type in ("Order Verify", "QA"):
        page.get_by_role("button", name="New task").click()
        dialog = page.get_by_role("dialog", name="New task")
        dialog.get_by_label("Type").select_option(task_type)
        if task_type == "QA":
            dialog.get_by_role("checkbox", name="Order Verify").check()
        dialog.get_by_role("button", name="Create").click()
        expect(page.get_by_role("region", name="Tasks").get_by_role("link", name=task_type).first).to_be_visible()
    tasks = {task["type"]: task for task in as_person("ann").need("GET", f"/cases/{case_id}/tasks")["items"]}
    assert tasks["QA"]["prerequisites"] == [tasks["Order Verify"]["taskId"]]
    _go(page, "#/new/inspection/look")
    page.get_by_label("Case id").fill(case_id)
    page.get_by_role("button", name="Create").click()
    expect(page.get_by_role("alert").get_by_text("There is a case")).to_be_visible()


def test_who_may_begin_no_case_is_led_to_no_form(page: Page, newcomer: tuple[Stack, str]) -> None:
    """And told so where the address was typed."""
    sign_in(page, *newcomer, "#/new")
    expect(page.get_by_text("You may not begin cases of any workflow.")).to_be_visible()
    expect(page.get_by_role("link", name="New case")).to_have_count(0)
    _go(page, "#/")
    expect(page.get_by_text("you are a member of none yet")).to_be_visible()


def test_who_follows_a_link_hears_where_it_led(page: Page, stack: Stack, as_person: AsPerson) -> None:
    """The heading has the focus and keeps it when the page is whole, and the title is of the place."""
    task = new_task(as_person("admin"), "Contact Schedule Refused")
    sign_in(page, stack, "dee")
    expect(page).to_have_title("My tasks · Casetree")
    for place, heading, title in (
        (f"#/tasks/{task['taskId']}", "Contact Schedule Refused", f"Contact Schedule Refused · {task['caseId']}"),
        (f"#/cases/{task['caseId']}", task["caseId"], task["caseId"]),
        ("#/queues/organizations/customer-support", "Customer Support", "Customer Support"),
        ("#/workflows/inspection", re.compile("Inspection tasks"), "Inspection tasks"),
        ("#/cases/none", "none", "none"),
        ("#/", "My tasks", "My tasks"),
    ):
        _go(page, place)
        expect(page.get_by_role("heading", name=heading, level=1)).to_be_focused()
        expect(page).to_have_title(f"{title} · Casetree")
    _go(page, f"#/tasks/{task['taskId']}")
    page.get_by_role("button", name="Claim and start").focus()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Pass").wait_for()
    expect(page.get_by_role("heading", name="Contact Schedule Refused", level=1)).to_be_focused()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_forms_and_operations_are_for_keyboards_and_screen_readers(
    page: Page, stack: Stack, as_person: AsPerson, scheme: str
) -> None:
    """Nothing serious to be found by axe on any page or dialog, at either width; nothing is wider than a phone."""
    task = new_task(as_person("admin"), "Contact Schedule Refused")
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    page.goto(f"{stack.console_url}/index.html")
    page.get_by_role("button", name="Sign in").wait_for()
    assert serious_findings(page) == []
    sign_in(page, stack, "admin", "#/new/appeals")
    for place, ready in (
        ("#/new/appeals", "Create"),
        (f"#/cases/{task['caseId']}", "New task"),
        (f"#/tasks/{task['taskId']}", "Reschedule"),
        (f"#/operations/{task['caseId']}", "Examine again"),
        ("#/workflows/inspection", None),
        ("#/cases/none", "Look again"),
    ):
        page.set_viewport_size({"width": 1280, "height": 844})
        _go(page, place)
        if ready is None:
            page.get_by_role("img", name=re.compile("Statuses of")).wait_for()
        else:
            page.get_by_role("button", name=ready).wait_for()
        if ready in ("New task", "Reschedule"):
            page.get_by_role("button", name=ready).click()
            page.get_by_role("dialog").get_by_role("button", name=re.compile("Create|Reschedule")).wait_for()
            assert serious_findings(page) == [], place
            page.keyboard.press("Escape")
        for width in (1280, 390):
            page.set_viewport_size({"width": width, "height": 844})
            assert serious_findings(page) == [], (place, width)
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{place} wider than {width}"
