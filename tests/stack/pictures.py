"""The README's pictures of the console, taken of the stack that runs here with the demos' cases.

casetree demo; casetree demo appeals; .venv/bin/python -m tests.stack.pictures
"""

import sys
from pathlib import Path

from playwright.sync_api import Page
from rich.console import Console

from infra.local.calls import Api
from infra.local.home import REPOSITORY, current_home
from infra.local.records import Stack, load_stack
from infra.local.signin import fresh_token
from tests.stack.browser import running, sign_in

PICTURES = REPOSITORY / "docs" / "pictures"
QUEUE = "/queues/organizations/dispatch"
# An appeal of the demo that is still under way.
CASE = "/cases/appeal-1005"


def take(stack: Stack) -> list[Path]:
    """Each page is in a file of its own name; the files."""
    task = Api(stack.api_url, fresh_token(stack, "ann")).need("GET", QUEUE)["items"][0]["taskId"]
    places = {
        "queue": ("ann", QUEUE, "light"),
        "case": ("admin", CASE, "light"),
        "task": ("ann", f"/tasks/{task}", "dark"),
        "workflow": ("admin", "/workflows/inspection?type=Looker+Schedule+Look", "light"),
        "operator": ("admin", f"/operations{CASE.removeprefix('/cases')}", "light"),
    }
    with running() as browser:
        for name, (person, place, scheme) in places.items():
            page = browser.new_page(viewport={"width": 1180, "height": 740}, reduced_motion="reduce")
            page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
            sign_in(page, stack, person, f"#{place}")
            _settled(page)
            page.screenshot(path=PICTURES / f"{name}.png")
            page.close()
    return [PICTURES / f"{name}.png" for name in places]


def _settled(page: Page) -> None:
    """Everything that the page asks for is there."""
    page.get_by_role("heading", level=1).wait_for()
    page.wait_for_load_state("networkidle")


def main() -> int:
    """Take the pictures of the stack that is up."""
    console = Console(highlight=False)
    stack = load_stack(current_home())
    if stack is None:
        console.print("No stack runs here: 'make demo' starts one with something to see.")
        return 1
    PICTURES.mkdir(parents=True, exist_ok=True)
    for picture in take(stack):
        console.print(f"{picture.relative_to(REPOSITORY)}: {picture.stat().st_size / 1000:.0f} kB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
