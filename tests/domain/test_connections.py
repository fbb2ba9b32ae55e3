"""Connections: who may be asked, what a request says, and what an answer makes of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import count

import pytest

from shared.domain.ends import connections as changes
from shared.domain.ends.answering import (
    LASTS,
    Asking,
    accept,
    accept_anew,
    ask,
    decline,
    read_answer,
    read_asking,
    slug,
)
from shared.domain.ends.roles import is_pattern, is_role, matches
from shared.domain.members import MEMBERSHIPS
from shared.domain.model.connections import Connection, Side, Tie
from shared.domain.model.people import Caller, Membership, Organization, User
from shared.domain.model.plan import Plan, Refusal
from shared.domain.model.reactions import CONNECTION
from shared.domain.model.scene import Ids, Occasion
from shared.domain.model.writes import (
    AddEntry,
    ChangeConnection,
    CreateConnection,
    ListConnection,
    PutMember,
    PutOrganization,
    PutTie,
    PutUser,
)
from tests.domain.two_ends import ACME, HARBOR, OLA
from tests.domain.worlds import START, admin

BY_EMAIL = {"organizationId": "acme", "partner": {"name": "Brook Labs", "email": "ida@example.org"}}


def on(caller: Caller | None = None) -> Occasion:
    """Somebody asks or answers, now."""
    return Occasion(caller or Caller(OLA), START, Ids("c1", _fresh()))


def _fresh() -> Iterator[str]:
    return (f"n{number}" for number in count())


def request() -> Connection:
    """Brook Labs were asked by email."""
    return planned(ask(on(), Asking("acme", None, "Brook Labs", "ida@example.org"), ACME, None))


def planned(decision: object) -> Connection:
    """The connection as a plan leaves it."""
    assert isinstance(decision, Plan), decision
    assert isinstance(decision.subject, Connection)
    return decision.subject


def test_a_request_is_read() -> None:
    """An organization or somebody by email, and what each is to the other."""
    assert read_asking(BY_EMAIL) == Asking("acme", None, "Brook Labs", "ida@example.org")
    given = {"organizationId": "acme", "partner": {"organizationId": "harbor"}, "role": "lab", "ownRole": "client"}
    assert read_asking(given) == Asking("acme", "harbor", "", None, "lab", "client")


@pytest.mark.parametrize(
    ("given", "pointers"),
    [
        ({}, ["/organizationId", "/partner"]),
        ({**BY_EMAIL, "organizationId": 1}, ["/organizationId"]),
        ({**BY_EMAIL, "partner": "harbor"}, ["/partner"]),
        ({**BY_EMAIL, "partner": {}}, ["/partner/email"]),
        ({**BY_EMAIL, "partner": {"organizationId": "x", "name": "y"}}, ["/partner/name"]),
        ({**BY_EMAIL, "partner": {"name": "x", "email": "nowhere"}}, ["/partner/email"]),
        ({**BY_EMAIL, "partner": {"name": "", "email": "a@b"}}, ["/partner/name"]),
        ({**BY_EMAIL, "role": "partner*"}, ["/role"]),
        ({**BY_EMAIL, "ownRole": 7}, ["/ownRole"]),
        ({**BY_EMAIL, "a/b": 7}, ["/a~1b"]),
    ],
)
def test_a_request_that_is_not_well_formed_is_refused(given: Mapping[str, object], pointers: list[str]) -> None:
    """With every field that is wrong."""
    refusal = read_asking(given)
    assert isinstance(refusal, Refusal)
    assert [error.pointer for error in refusal.errors] == pointers


def test_an_answer_is_read() -> None:
    """Token and organization may each be there; nothing else may."""
    assert read_answer({}) == (None, None)
    assert read_answer({"token": "t", "organizationId": "o"}) == ("t", "o")
    refusal = read_answer({"token": 1, "x": 2})
    assert isinstance(refusal, Refusal)
    assert [error.pointer for error in refusal.errors] == ["/x", "/token"]


def test_who_is_asked_by_email_is_no_organization_yet() -> None:
    """The request is open for 14 days, goes out as an event of its own, and is listed by who has asked."""
    plan = ask(on(), Asking("acme", None, "Brook Labs", "ida@example.org"), ACME, None)
    asked = planned(plan)
    assert (asked.asking.organization_id, asked.asked) == (
        "acme",
        Side("partner", "Brook Labs", None, "ida@example.org"),
    )
    assert (asked.state, asked.expires_at) == ("requested", START + LASTS)
    assert isinstance(plan, Plan)
    created, listed, entry = plan.writes
    assert isinstance(created, CreateConnection)
    assert listed == ListConnection("acme", asked.id)
    assert isinstance(entry, AddEntry)
    assert (entry.entry.event, entry.entry.reacts) == ("ConnectionRequested", ())


def test_an_organization_that_is_asked_lists_the_request() -> None:
    """Its admins answer without a token; nothing goes out by email."""
    plan = ask(on(), Asking("acme", "harbor", "", None), ACME, HARBOR)
    assert isinstance(plan, Plan)
    assert planned(plan).state == "requested"
    assert [w.organization_id for w in plan.writes if isinstance(w, ListConnection)] == ["acme", "harbor"]
    assert [w.entry.event for w in plan.writes if isinstance(w, AddEntry)] == ["ConnectionChanged"]


def test_an_administrator_connects_two_organizations_at_once() -> None:
    """Whoever may act for both needs no answer; each is tied to the other, by its role."""
    plan = ask(on(admin()), Asking("acme", "harbor", "", None, "lab", "client"), ACME, HARBOR)
    assert isinstance(plan, Plan)
    asked = planned(plan)
    assert asked.state == "connected"
    ties = [write.tie for write in plan.writes if isinstance(write, PutTie)]
    assert ties == [Tie("acme", "harbor", "Harbor", "lab", asked.id), Tie("harbor", "acme", "Acme", "client", asked.id)]


def test_nobody_is_connected_with_themselves() -> None:
    """Neither by asking nor by answering."""
    for refusal in (ask(on(), Asking("acme", "acme", "", None), ACME, ACME), accept(on(), request(), ACME)):
        assert isinstance(refusal, Refusal)
        assert refusal.code == "invalid_input"


def test_an_organization_accepts() -> None:
    """The two are tied, and the request is answered on condition that nobody answered it before."""
    plan = accept(on(), request(), HARBOR)
    assert isinstance(plan, Plan)
    after = planned(plan)
    assert (after.state, after.asked.organization_id, after.version) == ("connected", "harbor", 2)
    changed = next(write for write in plan.writes if isinstance(write, ChangeConnection))
    assert (changed.before, changed.after.asked.organization_id) == (request(), "harbor")
    assert {write.tie.other_id for write in plan.writes if isinstance(write, PutTie)} == {"acme", "harbor"}
    assert ListConnection("harbor", after.id) in plan.writes


def test_somebody_unknown_accepts_and_becomes_a_user() -> None:
    """With the name and the email of the request, and as the admin of an organization of that name."""
    plan = accept_anew(on(Caller(User("ida", ""))), request(), "brook-labs", None, "ida")
    assert isinstance(plan, Plan)
    (user,) = [write for write in plan.writes if isinstance(write, PutUser)]
    assert (user.user.email, user.user.display_name, user.user.active, user.previous) == (
        "ida@example.org",
        "Brook Labs",
        True,
        None,
    )
    assert user.user.memberships["brook-labs"].admin
    assert PutOrganization(Organization("brook-labs", "Brook Labs", "partner"), None) in plan.writes
    assert [write.user_id for write in plan.writes if isinstance(write, PutMember)] == ["ida"]


def test_somebody_known_keeps_their_name() -> None:
    """And gets one organization more, if they do not belong to too many."""
    plan = accept_anew(on(), request(), "brook-labs", OLA, "ola")
    assert isinstance(plan, Plan)
    (user,) = [write for write in plan.writes if isinstance(write, PutUser)]
    assert (user.user.display_name, user.user.email, user.previous) == (OLA.display_name, OLA.email, OLA.version)
    assert set(user.user.memberships) == {"acme", "brook-labs"}
    many = {f"o{n}": Membership(f"o{n}", "O", "partner") for n in range(MEMBERSHIPS)}
    refusal = accept_anew(on(), request(), "brook-labs", replace(OLA, memberships=many), "ola")
    assert isinstance(refusal, Refusal)
    assert refusal.code == "action_not_available"


def test_a_request_is_declined() -> None:
    """Nobody is tied to anybody."""
    plan = decline(on(), request())
    assert planned(plan).state == "declined"
    assert not [write for write in plan.writes if isinstance(write, PutTie)]


def test_only_the_task_that_waits_is_looked_at() -> None:
    """An answer, or that the request went out, has the stream look at the task; the request itself does not."""
    waiting = replace(request(), task_id="job-1.t1")
    steps = {
        "asked again": changes.asked_again(on(), waiting),
        "went out": changes.went_out(on(), waiting),
        "declined": changes.changed(on(), waiting, "declined"),
        "for no task": changes.changed(on(), request(), "declined"),
    }
    reacts = {name: [w.entry.reacts for w in writes if isinstance(w, AddEntry)] for name, writes in steps.items()}
    assert reacts == {
        "asked again": [()],
        "went out": [(CONNECTION,)],
        "declined": [(CONNECTION,)],
        "for no task": [()],
    }


def test_a_request_can_be_answered_until_it_expires() -> None:
    """Whether or not anybody has noted that it did."""
    asked = request()
    assert asked.open_at(START)
    assert not asked.open_at(START + LASTS)
    assert (asked.state_at(START), asked.state_at(START + LASTS)) == ("requested", "expired")
    assert replace(asked, state="declined").state_at(START + LASTS) == "declined"


@pytest.mark.parametrize(
    ("name", "made"),
    [
        ("Brook Labs", "brook-labs"),
        ("  A&B -- Söhne, GmbH! ", "a-b-sohne-gmbh"),
        ("株式会社", ""),
        ("x" * 300, "x" * 48),
        (f"{'x' * 47} y", "x" * 47),
    ],
)
def test_a_name_makes_an_id(name: str, made: str) -> None:
    """Of the letters and digits that an id may have; the rest parts words."""
    assert slug(name) == made


def test_roles_and_patterns() -> None:
    """A pattern is a role, or the beginning of one; a role is never a pattern of several."""
    roles = [text for text in ("partner", "partner-2", "partner*", "-partner", "") if is_role(text)]
    patterns = [text for text in ("partner", "partner*", "partner-*", "*", "**", "-*") if is_pattern(text)]
    assert roles == ["partner", "partner-2"]
    assert patterns == ["partner", "partner*", "partner-*", "*"]
    assert matches("partner*", "partner-surveyor")
    assert matches("partner", "partner")
    assert not matches("partner", "partner-surveyor")
    assert not matches("partner-*", "partner")
