"""What axe finds on a page: the rules that screen readers and keyboards live by."""

from functools import cache
from typing import Any

from playwright.sync_api import Page

from infra.libraries import PACKAGES

SERIOUS = {"serious", "critical"}


@cache
def _axe() -> str:
    return (PACKAGES / "axe-core" / "axe.min.js").read_text("utf-8")


def serious_findings(page: Page) -> list[str]:
    """Each with its rule and the place on the page."""
    # Not as a script of the page: its policy lets in none.
    page.evaluate(_axe())
    found: dict[str, Any] = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [
        f"{finding['id']}: {finding['help']} {[node['target'] for node in finding['nodes']]}"
        for finding in found["violations"]
        if finding["impact"] in SERIOUS
    ]
