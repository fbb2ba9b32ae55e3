"""Routes about the API itself, and addresses that are none."""

from __future__ import annotations

import base64
import hashlib
import json
import re

import pytest

from tests.functions.api.client import Client
from tests.functions.api.conftest import World


def test_health_needs_no_token_and_no_table(world: World) -> None:
    """It says that the API answers."""
    answer = world.as_(None).get("/health")
    assert (answer.status, answer.json) == (200, {"status": "ok"})
    assert answer.headers["casetree-capacity"] == "read=0, write=0"


def test_the_document_is_open_to_everybody(world: World) -> None:
    """It holds nothing of any case."""
    answer = world.as_(None).get("/openapi.json")
    assert answer.status == 200
    assert answer.json["openapi"] == "3.1.0"
    assert answer.headers["cache-control"] == "public, max-age=300"


def test_large_pages_are_compressed_for_those_who_can_read_it(world: World) -> None:
    """An HTTP API compresses nothing by itself."""
    nobody = world.as_(None)
    for path in ("/docs", "/openapi.json"):
        event = nobody.event("GET", path, None, None, {"Accept-Encoding": "gzip"})
        answer = world.api(event, None)
        assert answer["headers"]["Content-Encoding"] == "gzip"
        assert len(answer["body"]) < 1_000_000
        assert "content-encoding" not in nobody.get(path).headers


def test_the_docs_load_nothing_from_elsewhere(world: World) -> None:
    """Script and style are in the page, and the policy lets a browser run just this script."""
    answer = world.as_(None).get("/docs")
    assert answer.headers["content-type"].startswith("text/html")
    policy = dict(part.strip().split(" ", 1) for part in answer.headers["content-security-policy"].split(";"))
    assert policy["default-src"] == "'none'"
    assert policy["connect-src"] == "'self'"
    assert "http" not in answer.headers["content-security-policy"]
    scripts = re.findall(r"<script>(.*?)</script>", answer.text, re.DOTALL)
    digests = [base64.b64encode(hashlib.sha256(script.encode()).digest()).decode() for script in scripts]
    assert policy["script-src"] == " ".join(f"'sha256-{digest}'" for digest in digests)
    outside = re.sub(r"<(script|style)>.*?</\1>", "", answer.text, flags=re.DOTALL)
    assert not re.search(r"https?://|//", outside)
    assert 'url: "openapi.json"' in scripts[-1]
    assert "validatorUrl: null" in scripts[-1]


@pytest.mark.parametrize(
    "path", ["/", "/nowhere", "/cases/", "/cases/look-1/", "/cases//tasks", "/tasks/a/b/c", "/Cases"]
)
def test_an_unknown_address_is_404(ann: Client, path: str) -> None:
    """As a problem, like every error."""
    answer = ann.get(path)
    assert (answer.status, answer.code) == (404, "not_found")


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("DELETE", "/cases", "POST"),
        ("GET", "/cases", "POST"),
        ("PUT", "/cases/look-1", "GET, PATCH"),
        ("HEAD", "/tasks/x", "GET, PATCH"),
        ("POST", "/users/me", "GET"),
        ("PUT", "/users/me", "GET"),
        ("POST", "/users/ann", "GET, PUT"),
        ("OPTIONS", "/workflows", "GET"),
    ],
)
def test_a_method_that_an_address_does_not_take_is_405(ann: Client, method: str, path: str, allowed: str) -> None:
    """With those that it does, each named once."""
    answer = ann.call(method, path)
    assert (answer.status, answer.code) == (405, "method_not_allowed")
    assert sorted(answer.headers["allow"].split(", ")) == allowed.split(", ")


def test_no_answer_is_kept_by_caches(world: World, ann: Client) -> None:
    """What one may see changes; only the document and its page are the same for all."""
    world.look()
    for answer in (ann.get("/cases/look-1"), ann.get("/cases/none"), world.as_(None).get("/health")):
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["x-content-type-options"] == "nosniff"


def test_texts_of_all_languages_are_answered_as_they_are(world: World, ann: Client) -> None:
    """UTF-8, and not a letter changed."""
    text = "Grüße, 検査 ✓ 🏠"
    world.look(displayName=text)
    answer = ann.get("/cases/look-1")
    assert answer.json["displayName"] == text
    assert json.dumps(text, ensure_ascii=False) in answer.text
