"""A real browser for the console: Debian's Chromium, driven by Playwright."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from infra.local.records import Stack

# Nothing in the background: a test talks to the stack alone.
OPTIONS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
MISSING = (
    "The tests of the console need Chromium, and there is none here. Install it (Debian, Ubuntu: apt-get install "
    "chromium), or name one: CHROMIUM=/path/to/chromium."
)


def chromium() -> str | None:
    """The browser that is here; None where there is none."""
    named = os.environ.get("CHROMIUM")
    return named or shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


@contextmanager
def running() -> Iterator[Browser]:
    """A browser that knows nobody, and that nothing is left of afterwards; without one the test fails."""
    program = chromium()
    if program is None:
        pytest.fail(MISSING, pytrace=False)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=OPTIONS)
        yield browser
        browser.close()


def sign_in(page: Page, stack: Stack, name: str, place: str = "") -> None:
    """The person signs in as people do: at the issuer's page, with a name and a password."""
    page.goto(f"{stack.console_url}/index.html{place}")
    page.get_by_role("button", name="Sign in").click()
    page.get_by_label("Username").fill(name)
    page.get_by_label("Password").fill(stack.users[name].password)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("button", name="Sign out").wait_for()


def cut_off(page: Page, addresses: str) -> None:
    """The page hears no more from these addresses: what it shows is what was, as no request is under way either."""
    page.route(addresses, lambda route: route.abort())
    expect(page.get_by_role("alert").get_by_text("The stack cannot be reached.").first).to_be_visible()


def sign_out(page: Page) -> None:
    """Nobody is signed in, and the page has come back from the issuer: whoever signs in before that is taken there."""
    with page.expect_event("load"):
        page.get_by_role("button", name="Sign out").click()
    page.get_by_role("button", name="Sign in").wait_for()
