"""Cases and tasks in the console: looked at, worked on, explained."""

import re
from datetime import datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from infra.local.functions import wait_until_at_rest
from infra.local.records import Stack
from tests.stack.accessibility import serious_findings
from tests.stack.browser import cut_off, sign_in, sign_out
from tests.stack.conftest import AsPerson
from tests.stack.looks import act, eventually, new_look, new_task, read

pytestmark = pytest.mark.stack

Case = dict[str, Any]


def _appeal(as_person: AsPerson) -> dict[str, Case]:
    """The tasks of a new appeal on the direct review docket, by type."""
    given = {"workflow": "appeals", "caseType": "appeal", "displayName": "Rivera"}
    case = as_person("mia").need("POST", "/cases", {**given, "attributes": {"docket": "direct_review"}})
    return {task["type"]: task for task in case["tasks"]["items"]}


def _open(page: Page, task: Case) -> None:
    page.evaluate("place => { location.hash = place; }", f"#/tasks/{task['taskId']}")


def test_a_look_is_worked_from_the_queue_to_its_end(page: Page, stack: Stack, as_person: AsPerson) -> None:
    """Each task is found in a queue, claimed and passed; then nothing is open, and the history tells all."""
    admin = as_person("admin")
    look = new_look(
        admin,
        tasks=[
            {"key": "first", "type": "Looker Schedule Look"},
            {"type": "Contact Schedule Refused", "prerequisites": ["first"]},
        ],
    )
    case_id = look["Looker Schedule Look"]["caseId"]
    for task_type in ("Looker Schedule Look", "Contact Schedule Refused"):
        task = look[task_type]
        eventually(lambda task=task: read(admin, task)["status"], lambda status: status == "Ready")  # type: ignore[misc]
        queue = "customer-support" if task_type == "Contact Schedule Refused" else "dispatch"
        person = "dee" if queue == "customer-support" else "ann"
        sign_in(page, stack, person, f"#/queues/organizations/{queue}?limit=100")
        page.get_by_role("row", name=re.compile(rf"{case_id}\b")).get_by_role("link", name=task_type).click()
        page.get_by_role("button", name="Claim and start").click()
        page.get_by_role("button", name="Pass").click()
        dialog = page.get_by_role("dialog")
        dialog.get_by_label("Note").fill("All is well.")
        dialog.get_by_role("button", name="Pass").click()
        expect(page.get_by_role("status").get_by_text("Done: Pass.")).to_be_visible()
        history = page.get_by_role("region", name="History")
        expect(history.get_by_text("All is well.")).to_be_visible()
        sign_out(page)
    assert admin.need("GET", f"/cases/{case_id}")["tasks"] == {"open": 0, "closed": 2}


def test_an_appeal_is_taken_through_an_action_with_a_form(page: Page, stack: Stack, as_person: AsPerson) -> None:
    """The form asks for what the API says that the action takes; the tree then shows what came of it."""
    appeal = _appeal(as_person)
    admin = as_person("admin")
    task = appeal["DistributionTask"]
    eventually(lambda: read(admin, task)["status"], lambda status: status == "assigned")
    sign_in(page, stack, "admin", f"#/cases/{task['caseId']}")
    tree = page.get_by_role("region", name="Tasks")
    expect(tree.get_by_role("link", name="Root task")).to_be_visible()
    expect(tree.get_by_text("waits for 1 task under it")).to_be_visible()
    tree.get_by_role("link", name="Distribution task").click()
    page.get_by_role("button", name="Distribute to a judge").click()
    dialog = page.get_by_role("dialog", name="Distribute to a judge")
    dialog.get_by_label("User", exact=True).fill("jo")
    dialog.get_by_role("button", name="Distribute to a judge").click()
    expect(page.get_by_role("status").get_by_text("Done: Distribute to a judge.")).to_be_visible()
    page.get_by_role("link", name=task["caseId"]).click()
    expect(tree.get_by_role("link", name="Judge assign task")).to_be_visible()
    expect(tree.get_by_text("Jo Abshire")).to_be_visible()


def test_a_refusal_is_explained(page: Page, stack: Stack, as_person: AsPerson) -> None:
    """What one may not do is told on demand, with the rule and who could; what fails is told by the form."""
    task = new_task(as_person("admin"), "Contact Schedule Refused")
    sign_in(page, stack, "dee", f"#/tasks/{task['taskId']}")
    page.get_by_role("button", name="Claim and start").wait_for()
    expect(page.get_by_role("button", name="Retry", exact=True)).to_have_count(0)
    page.get_by_text("What you may not do, and why").click()
    refused = page.get_by_role("region", name="Actions").get_by_role("term").filter(has_text="Retry")
    expect(refused).to_be_visible()
    expect(page.get_by_text("Become overdue")).to_have_count(0)
    page.get_by_role("button", name="Reschedule").click()
    dialog = page.get_by_role("dialog", name="Reschedule")
    due = dialog.get_by_label("Due")
    due.fill("2020-01-01T12:00")
    dialog.get_by_role("button", name="Reschedule").click()
    expect(dialog.get_by_role("alert")).to_be_visible()
    expect(due).to_have_attribute("aria-invalid", "true")
    assert read(as_person("admin"), task)["dueTime"] is None


def test_a_case_is_closed_with_what_is_open_in_it(page: Page, stack: Stack, as_person: AsPerson) -> None:
    """For a reason, by whom the workflow lets do so; an appeal is closed by nobody's hand."""
    ann = as_person("ann")
    task = new_task(ann, "Contact Schedule Refused")
    sign_in(page, stack, "ann", f"#/cases/{task['caseId']}")
    page.get_by_role("button", name="Close case").click()
    dialog = page.get_by_role("dialog", name="Close case")
    expect(dialog.get_by_text("It ends with what is open in it: 1 task.")).to_be_visible()
    assert serious_findings(page) == []
    dialog.get_by_label("Reason").fill("The client has withdrawn.")
    dialog.get_by_role("button", name="Close case").click()
    expect(page.get_by_role("button", name="Close case")).to_have_count(0)
    expect(page.get_by_role("heading", level=1)).to_be_focused()
    expect(page.get_by_role("definition").filter(has_text="The client has withdrawn.")).to_be_visible()
    eventually(lambda: read(ann, task)["status"], lambda status: status == "Skipped")
    appeal = _appeal(as_person)
    page.evaluate("place => { location.hash = place; }", f"#/cases/{appeal['RootTask']['caseId']}")
    expect(page.get_by_role("button", name="New task")).to_be_visible()
    expect(page.get_by_role("button", name="Close case")).to_have_count(0)


def test_what_others_do_shows_on_the_pages_of_case_and_task(page: Page, stack: Stack, as_person: AsPerson) -> None:
    """The tree, the timeline, the task and its menu change by themselves; who comes second is told."""
    admin = as_person("admin")
    task = new_task(admin, "Contact Schedule Refused")
    sign_in(page, stack, "dee", f"#/cases/{task['caseId']}")
    timeline = page.get_by_role("region", name="Timeline")
    expect(timeline.get_by_text("Create", exact=True).first).to_be_visible()
    assert act(admin, task, "add_instructions", instructions="Ring twice.").status == 200
    expect(timeline.get_by_text("Add instructions")).to_be_visible()
    _open(page, task)
    page.get_by_role("button", name="Claim and start").wait_for()
    cut_off(page, f"**/tasks/{task['taskId']}")
    assert act(admin, task, "add_instructions", instructions="Not before noon.").status == 200
    page.get_by_role("button", name="Claim and start").click()
    expect(page.get_by_role("alert").get_by_text("Somebody else changed this since you looked.")).to_be_visible()
    page.unroute(f"**/tasks/{task['taskId']}")
    page.get_by_role("button", name="Look again").first.click()
    expect(page.get_by_text("Not before noon.")).to_be_visible()


def test_a_history_is_told_from_its_end_in_the_words_of_the_page(page: Page, stack: Stack, as_person: AsPerson) -> None:
    """Newest first, as the timeline is; actions by the names of their buttons, fields by those that the page has."""
    task = new_task(as_person("admin"), "Contact Schedule Refused")
    assert act(as_person("dee"), task, "claim").status == 200
    sign_in(page, stack, "dee", f"#/tasks/{task['taskId']}")
    entries = page.get_by_role("region", name="History").locator(".entries > li")
    expect(entries.filter(has_text="Claim and start").get_by_text("Assigned to: Dee")).to_be_visible()
    expect(entries.first).to_contain_text("Claim and start → In Progress")
    assert act(as_person("dee"), task, "add_instructions", instructions="Ring twice.").status == 200
    expect(entries.first).to_contain_text("Add instructions")
    expect(entries.first).to_contain_text("Instructions changed")
    expect(entries.first).not_to_contain_text("In Progress")
    expect(entries.last).to_contain_text("Create → Ready")
    page.get_by_role("link", name=task["caseId"]).click()
    timeline = page.get_by_role("region", name="Timeline").get_by_role("listitem")
    expect(timeline.filter(has_text="Claim and start")).to_have_count(1)


def test_the_end_of_a_hold_is_told_without_its_id(page: Page, stack: Stack, as_person: AsPerson) -> None:
    """Which task it is, is nothing that people can use."""
    appeal, admin, jo = _appeal(as_person), as_person("admin"), as_person("jo")
    distribution = appeal["DistributionTask"]
    eventually(lambda: read(admin, distribution)["status"], lambda status: status == "assigned")
    assert act(admin, distribution, "distribute", userId="jo").status == 200
    tasks = admin.need("GET", f"/cases/{distribution['caseId']}/tasks")["items"]
    task = next(each for each in tasks if each["type"] == "JudgeAssignTask")
    assert act(jo, task, "place_timed_hold", days=30).status == 200
    assert act(jo, task, "end_hold").status == 200
    sign_in(page, stack, "jo", f"#/tasks/{task['taskId']}")
    entries = page.get_by_role("region", name="History").locator(".entries > li")
    expect(entries.first).to_contain_text("End the hold")
    expect(entries.filter(has_text="Place on hold for some days")).to_have_count(1)
    expect(entries.filter(has_text=re.compile("hold id", re.IGNORECASE))).to_have_count(0)
    expect(page.get_by_text("On hold since")).to_have_count(0)


def test_a_closed_task_is_not_overdue(page: Page, stack: Stack, as_person: AsPerson) -> None:
    """Open, it says when it is due, to the nearest; closed, on which day it was, and that it was in time."""
    admin = as_person("admin")
    due = datetime.fromisoformat(admin.need("GET", "/users/me")["now"]) + timedelta(days=2)
    task = new_task(admin, "Contact Schedule Refused", dueTime=due.isoformat().replace("+00:00", "Z"))
    sign_in(page, stack, "dee", f"#/tasks/{task['taskId']}")
    fact = page.get_by_role("definition").filter(has=page.locator("time.due"))
    expect(fact).to_contain_text("in 2 d")
    act(admin, task, "skip", reason="Not needed.")
    expect(page.get_by_role("definition").filter(has_text="(closed in time)")).to_be_visible()
    expect(fact).to_have_count(0)


def test_both_lines_of_a_shared_task_are_shown(page: Page, stack: Stack, as_person: AsPerson) -> None:
    """Where the work stands, where its assignment does, and who has the other end."""
    ola = as_person("ola")
    given = {"workflow": "collaboration", "caseType": "job", "organizationId": "acme-claims"}
    case = ola.need("POST", "/cases", {**given, "tasks": [{"type": "Task", "collaborative": True}]})
    (task,) = case["tasks"]["items"]
    for action, more in (("prepare", {}), ("ready", {}), ("assign", {"option": "to", "organizationId": "harbor"})):
        assert act(ola, task, action, **more).status == 200, action
    assert wait_until_at_rest(stack)
    sign_in(page, stack, "ola", f"#/tasks/{task['taskId']}")
    expect(page.get_by_text("Ready (sent)")).to_be_visible()
    expect(page.get_by_role("definition").filter(has_text="Harbor Surveyors")).to_be_visible()


def test_what_most_likely_comes_next_stands_out(page: Page, stack: Stack, as_person: AsPerson) -> None:
    """Of the ways to take an action each has a button, with a form of its own; the partner's first one is to accept."""
    ola = as_person("ola")
    given = {"workflow": "collaboration", "caseType": "job", "organizationId": "acme-claims"}
    case = ola.need("POST", "/cases", {**given, "tasks": [{"type": "Task", "collaborative": True}]})
    (task,) = case["tasks"]["items"]
    before = {each["taskId"] for each in _offered_to_harbor(as_person)}
    for action in ("prepare", "ready"):
        assert act(ola, task, action).status == 200, action
    sign_in(page, stack, "ola", f"#/tasks/{task['taskId']}")
    page.get_by_role("button", name="Assign to a partner").click()
    dialog = page.get_by_role("dialog", name="Assign to a partner")
    expect(dialog.get_by_text("Give either Organization, or Name and Email.")).to_be_visible()
    # Before the page knows whose name that is.
    dialog.get_by_label("Organization").fill("Harbor Surveyors")
    dialog.locator("datalist option[value='Harbor Surveyors']").wait_for(state="attached")
    dialog.get_by_role("button", name="Assign to a partner").click()
    expect(page.get_by_role("status").get_by_text("Done: Assign to a partner.")).to_be_visible()
    sign_out(page)
    come = eventually(lambda: [e for e in _offered_to_harbor(as_person) if e["taskId"] not in before], bool)
    sign_in(page, stack, "hal", f"#/tasks/{come[0]['taskId']}")
    menu = page.get_by_role("region", name="Actions")
    expect(menu.get_by_role("button", name="Decline")).to_be_visible()
    expect(menu.locator("button.primary")).to_have_text("Accept")
    menu.get_by_role("button", name="Accept").click()
    page.get_by_role("dialog", name="Accept").get_by_role("button", name="Accept").click()
    expect(page.get_by_role("status").get_by_text("Done: Accept.")).to_be_visible()
    expect(menu.locator("button.primary")).to_have_text("Start")
    menu.get_by_role("button", name="Start").click()
    expect(menu.locator("button.primary")).to_have_text("Submit")


def _offered_to_harbor(as_person: AsPerson) -> list[Case]:
    """The tasks that nobody of the partner sees to yet."""
    found: list[Case] = as_person("hal").need("GET", "/queues/organizations/harbor?tab=unassigned&limit=100")["items"]
    return found


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_cases_and_tasks_are_for_keyboards_and_screen_readers(
    page: Page, stack: Stack, as_person: AsPerson, scheme: str
) -> None:
    """Nothing serious to be found by axe, on a desk and on a phone, on which nothing is wider than it."""
    appeal = _appeal(as_person)
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    sign_in(page, stack, "admin", f"#/cases/{appeal['RootTask']['caseId']}")
    page.get_by_role("region", name="Timeline").get_by_role("listitem").first.wait_for()
    for place in (None, appeal["DistributionTask"]):
        if place is not None:
            _open(page, place)
            page.get_by_text("What you may not do, and why").click()
            page.get_by_role("region", name="History").get_by_role("listitem").first.wait_for()
        for width in (1280, 390):
            page.set_viewport_size({"width": width, "height": 844})
            assert serious_findings(page) == []
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"wider than {width}"
