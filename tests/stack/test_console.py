"""The console as people use it: in a browser, against the whole stack."""

import re

import pytest
from playwright.sync_api import Page, expect

from infra.local.functions import wait_until_at_rest
from infra.local.records import Stack
from tests.stack.accessibility import serious_findings
from tests.stack.browser import cut_off, sign_in, sign_out
from tests.stack.conftest import AsPerson
from tests.stack.looks import act, eventually, new_look, new_task, read

pytestmark = pytest.mark.stack

# Dee works for Customer Support, which no other test here counts.
QUEUE = "#/queues/organizations/customer-support"
TYPE = "Contact Schedule Refused"
# What is left beside an input's placeholder.
ROOM = """input => {
  const style = getComputedStyle(input), pen = document.createElement("canvas").getContext("2d");
  pen.font = `${style.fontSize} ${style.fontFamily}`;
  const padding = parseFloat(style.paddingLeft) + parseFloat(style.paddingRight);
  return input.clientWidth - padding - pen.measureText(input.placeholder).width;
}"""


def test_people_sign_in_at_the_issuer_and_out_again(page: Page, stack: Stack) -> None:
    """A wrong password leads nowhere; the right one back to the place that was asked for. No address keeps a token."""
    page.goto(f"{stack.console_url}{QUEUE}")
    page.get_by_role("button", name="Sign in").click()
    page.get_by_label("Username").fill("dee")
    page.get_by_label("Password").fill("not hers")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_text("Incorrect username or password.")).to_be_visible()
    sign_in(page, stack, "dee", QUEUE)
    expect(page.get_by_role("heading", name="Customer Support", level=1)).to_be_visible()
    assert page.url == f"{stack.console_url}/index.html{QUEUE}"
    page.reload()
    expect(page.get_by_role("heading", name="Customer Support", level=1)).to_be_visible()
    sign_out(page)
    assert page.evaluate("sessionStorage.length") == 0


def test_several_tasks_are_claimed_from_the_list(page: Page, stack: Stack, as_person: AsPerson) -> None:
    """What all of them offer is offered for all; they are then in the other tab, and in one's own queue."""
    dee = as_person("dee")
    tasks = [new_task(as_person("admin"), TYPE) for _ in range(2)]
    sign_in(page, stack, "dee", f"{QUEUE}?limit=100")
    for task in tasks:
        page.get_by_role("checkbox", name=f"Choose {TYPE}, {task['caseId']}").check()
    page.get_by_role("button", name="Claim and start").click()
    expect(page.get_by_role("status").get_by_text("Done for 2 tasks.")).to_be_visible()
    for task in tasks:
        assert read(dee, task)["assignedParty"]["id"] == "dee"
        expect(page.get_by_role("link", name=task["caseId"])).to_have_count(0)
    page.get_by_role("link", name="My tasks").click()
    expect(page.get_by_role("columnheader", name="Due")).to_have_attribute("aria-sort", "ascending")
    for task in tasks:
        expect(page.get_by_role("link", name=task["caseId"])).to_be_visible()


def test_what_somebody_else_changed_is_refused_and_shown(page: Page, stack: Stack, as_person: AsPerson) -> None:
    """The page sends the version that it shows; who comes second learns so, and sees the task as it is."""
    admin = as_person("admin")
    task = new_task(admin, TYPE)
    sign_in(page, stack, "dee", f"{QUEUE}?limit=100")
    page.get_by_role("checkbox", name=f"Choose {TYPE}, {task['caseId']}").check()
    page.get_by_role("button", name="Reschedule").wait_for()
    cut_off(page, "**/queues/**")
    assert act(admin, task, "add_instructions", instructions="Ring twice.").status == 200
    page.get_by_role("button", name="Claim and start").click()
    expect(page.get_by_role("alert").get_by_text("somebody else changed it since you looked")).to_be_visible()
    assert read(admin, task)["status"] == "Ready"


def test_of_several_tasks_each_is_done_as_it_was_seen(page: Page, stack: Stack, as_person: AsPerson) -> None:
    """One request for all of them; what somebody else has changed is refused on its own, by name."""
    admin = as_person("admin")
    tasks = [new_task(admin, TYPE) for _ in range(3)]
    sign_in(page, stack, "dee", f"{QUEUE}?limit=100")
    for task in tasks:
        page.get_by_role("checkbox", name=f"Choose {TYPE}, {task['caseId']}").check()
    page.get_by_role("button", name="Claim and start").wait_for()
    cut_off(page, "**/queues/**")
    asked = []
    page.on("request", lambda request: asked.append(request.url) if request.method == "POST" else None)
    assert act(admin, tasks[1], "add_instructions", instructions="Ring twice.").status == 200
    page.get_by_role("button", name="Claim and start").click()
    told = page.get_by_role("alert")
    expect(told.get_by_text("Done for 2 tasks. Not done for 1 task:")).to_be_visible()
    expect(told.get_by_role("link", name=tasks[1]["caseId"])).to_be_visible()
    assert [read(admin, task)["status"] for task in tasks] == ["In Progress", "Ready", "In Progress"]
    assert [url.rpartition("/bulk/")[2] for url in asked] == ["actions"]


def test_a_change_by_somebody_else_shows_by_itself(page: Page, stack: Stack, as_person: AsPerson) -> None:
    """Nobody has to load the page again."""
    sign_in(page, stack, "dee", f"{QUEUE}?limit=100")
    expect(page.get_by_role("heading", name="Customer Support", level=1)).to_be_visible()
    task = new_task(as_person("admin"), TYPE)
    expect(page.get_by_role("link", name=task["caseId"])).to_be_visible()
    act(as_person("admin"), task, "skip", reason="Not needed.")
    expect(page.get_by_role("link", name=task["caseId"])).to_have_count(0)


def test_a_queue_is_filtered_sorted_and_read_page_by_page(page: Page, stack: Stack, as_person: AsPerson) -> None:
    """Tabs and filters say how many there are; the address holds what was chosen, so it can be sent to somebody."""
    admin = as_person("admin")
    queue = "/queues/organizations/looker-support"
    # A case begins with up to fifteen tasks.
    for number in (15, 2):
        look = new_look(admin, tasks=[{"type": "Vacation Mode Reminder"} for _ in range(number)])
    last = look["Vacation Mode Reminder"]["caseId"]
    new_look(admin, tasks=[{"type": "Schedule Car Service", "groupQueue": "looker-support"}])
    assert wait_until_at_rest(stack)
    counts = eventually(lambda: admin.need("GET", queue)["counts"], lambda seen: seen["unassigned"] >= 18)
    sign_in(page, stack, "admin", "#" + queue)
    expect(page.get_by_role("link", name=f"Unassigned {counts['unassigned']}")).to_be_visible()
    page.get_by_role("button", name=re.compile("Vacation Mode Reminder 17")).click()
    expect(page.get_by_text("15 shown")).to_be_visible()
    expect(page.get_by_role("link", name="Schedule Car Service")).to_have_count(0)
    page.get_by_role("button", name="Age").click()
    expect(page.get_by_role("columnheader", name="Age", exact=True)).to_have_attribute("aria-sort", "ascending")
    page.get_by_role("link", name="Next page").click()
    expect(page.get_by_text("2 shown")).to_be_visible()
    expect(page.get_by_role("link", name=last)).to_have_count(2)
    page.reload()
    expect(page.get_by_text("2 shown")).to_be_visible()
    page.get_by_role("link", name="First page").click()
    expect(page.get_by_text("15 shown")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_queue_is_for_keyboards_and_screen_readers(
    page: Page, stack: Stack, as_person: AsPerson, scheme: str
) -> None:
    """Nothing serious to be found by axe, on a desk and on a phone; and every control is reached by Tab alone."""
    new_task(as_person("admin"), TYPE)
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    sign_in(page, stack, "dee", QUEUE)
    page.get_by_role("checkbox", name="Choose all of this page").check()
    page.get_by_role("button", name="Skip").wait_for()
    assert serious_findings(page) == []
    page.set_viewport_size({"width": 390, "height": 844})
    assert serious_findings(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "nothing is wider than a phone"
    for lists in (".tabs ul", ".queues > ul"):
        assert page.locator(lists).evaluate("each => each.scrollWidth <= each.clientWidth"), f"{lists} is cut"
    search = page.get_by_role("searchbox")
    assert search.evaluate(ROOM) > 0, "the search says all of what it looks for"
    box = page.get_by_role("checkbox", name="Choose all of this page").bounding_box()
    assert box is not None
    assert min(box["width"], box["height"]) > 10, "there is a box to choose all on a phone, too"
    page.get_by_role("button", name="Skip").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog", name="Skip")).to_be_visible()
    assert serious_findings(page) == []
    page.keyboard.type("Not needed.")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.get_by_role("button", name="Skip")).to_be_focused()
