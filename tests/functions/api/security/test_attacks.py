"""What an attacker would try who has a token, or a browser that somebody signed in with."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.functions.api.client import Answer
from tests.functions.api.conftest import World
from tests.functions.api.security.scene import Scene, scene

HOSTILE = (
    'x"]:::c',
    "<img src=x onerror=alert(1)>",
    "%%{init: {}}%%",
    "a\u2028click t0 href",
    "`b`",
    "#quot;",
    "a;b|c",
)


@pytest.fixture
def here(world: World) -> Scene:
    """People in every relation to three tasks."""
    return scene(world)


def test_a_key_is_good_for_its_caller_its_address_and_its_body(here: Scene) -> None:
    """Nobody is answered with what somebody else did, nor with what they did elsewhere."""
    body = {"displayName": "Once"}

    def sent(relation: str, path: str, **given: Any) -> Answer:
        return here.as_(relation).patch(path, body | given, Idempotency_Key="one")

    partner = f"/cases/{here.names['partner']['caseId']}"
    assert sent("owner", "/cases/job-1").status == 200
    assert sent("owner", "/cases/job-1").headers["idempotency-replayed"] == "true"
    assert sent("owner", "/cases/job-1", displayName="Twice").code == "idempotency_key_reused"
    assert "idempotency-replayed" not in sent("administrator", "/cases/job-1").headers
    assert sent("partner", "/cases/job-1").code == "not_found"
    assert sent("owner", partner).code == "not_found"
    assert "idempotency-replayed" not in sent("partner", partner).headers


def test_a_key_opens_nothing_that_was_closed_meanwhile(here: Scene) -> None:
    """Who was removed since is answered as a stranger, whatever they did before."""
    member, admin = here.as_("owner"), here.as_("administrator")
    case = {"workflow": "collaboration", "organizationId": "acme"}
    assert member.post("/cases", case, Idempotency_Key="one").status == 201
    assert admin.delete("/organizations/acme/members/ola").status == 204
    assert member.post("/cases", case, Idempotency_Key="one").status in {403, 404}
    assert admin.put("/users/ola", {"active": False}).status == 200
    assert member.post("/cases", case, Idempotency_Key="one").code == "unknown_user"


@pytest.mark.parametrize("header", ["X_HTTP_Method_Override", "X_HTTP_Method", "X_Method_Override"])
def test_the_method_is_the_one_of_the_request(here: Scene, header: str) -> None:
    """Nothing in it makes a reading one a writing one, or the other way round."""
    client = here.as_("administrator")
    assert client.call("GET", "/cases/look-1/close", **{header: "POST"}).code == "method_not_allowed"
    assert client.post("/cases/look-1", {"displayName": "X"}, **{header: "PATCH"}).code == "method_not_allowed"
    for method in ("HEAD", "OPTIONS", "TRACE", "QUERY"):
        assert client.call(method, "/cases/look-1").code == "method_not_allowed"


def test_nobody_is_whom_a_header_names(here: Scene) -> None:
    """Only what the authorizer says of the token counts, whatever else claims to speak of the caller."""
    said = {
        "X_Amzn_Oidc_Identity": "admin",
        "X_Forwarded_User": "admin",
        "Cognito_Username": "admin",
        "Cookie": "u=admin",
    }
    assert here.as_("stranger").get("/users/me", **said).json["userId"] == "eve"
    assert here.as_("nobody").get("/users/me", **said).code == "unauthenticated"


@pytest.mark.parametrize("name", HOSTILE)
def test_a_name_draws_nothing_of_its_own(here: Scene, name: str) -> None:
    """In a diagram of a tree it is text: no tag, no directive, no line that a browser or Mermaid would follow."""
    here.as_("admin").patch("/cases/look-1", {"displayName": name})
    here.as_("administrator").put("/users/gus", {"displayName": name, "firstName": "", "lastName": ""})
    answer = here.as_("admin").get("/cases/look-1/tree", Accept="text/vnd.mermaid")
    usual = r"flowchart LR|accTitle: [\w\s.,:()/'-]+|t0\[\"[\w\s.,()/'#;<>-]+\"\]:::s_ready|classDef s_ready [\w:,#-]+"
    assert [line for line in answer.text.splitlines() if not re.fullmatch(usual, line.strip())] == []
    assert "<img" not in answer.text


@pytest.mark.parametrize("link", ["javascript:alert(1)", "JaVaScRiPt:x", "data:text/html,x", "vbscript:x"])
def test_a_link_is_no_program(here: Scene, link: str) -> None:
    """Whoever opens it does so with their own token in the page."""
    task = f"/tasks/{here.names['look']['taskId']}"
    answer = here.as_("admin").patch(task, {"links": [{"type": "photo", "link": link, "name": "Front"}]})
    assert (answer.status, answer.pointers) == (422, ["/links/0/link"])


@pytest.mark.parametrize("email", ["a@b.example,c@d.example", "<a@b.example>", "a@b.example;c", "a\u202e@b.example"])
def test_an_invitation_goes_to_one_address(here: Scene, email: str) -> None:
    """What a mailer would take for two is none."""
    asked = {"organizationId": "acme", "partner": {"name": "X", "email": email}}
    assert here.as_("owner").post("/connections", asked).pointers == ["/partner/email"]


def test_every_answer_is_taken_for_what_it_says(here: Scene) -> None:
    """No browser guesses at a media type; what is somebody's is kept nowhere; pages run their own scripts alone."""
    for path in ("/users/me", "/nowhere", "/cases/look-1/tree", "/docs", "/health"):
        assert here.as_("admin").get(path).headers["x-content-type-options"] == "nosniff"
    assert here.as_("admin").get("/users/me").headers["cache-control"] == "no-store"
    policy = here.as_("nobody").get("/docs").headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe-eval" not in policy
    assert "'unsafe-inline'" not in policy.partition("script-src")[2].partition(";")[0]
