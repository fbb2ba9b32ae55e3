"""To whom a new task is assigned: by the request, or by its type, and what the type rules out."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from shared.domain.checks.verify import verify
from shared.domain.definitions.workflow import Field
from shared.domain.model.people import SYSTEM, Organization, OrganizationKind
from shared.domain.model.plan import FieldError
from tests.domain.worlds import ANN, World, refused, user
from tests.workflows.claims import claims

MINE = {"kind": "user", "id": "ann"}
CREW = {"kind": "organization", "id": "crew"}


@pytest.fixture
def world() -> World:
    """A claim of ann's; claims knows the rulers, a crew is there beside them."""
    made = World(workflow=claims())
    made.users = {u.id: u for u in (ANN, SYSTEM)}
    made.organizations = {
        "crew": Organization("crew", "Crew", "team"),
        "rulers": Organization("rulers", "Rulers", "team"),
    }
    made.create("Claim", assignedParty=MINE)
    return made


def _typed(world: World, name: str = "Survey", **values: Any) -> None:
    """Tasks of the type are as the values say."""
    world.workflow = replace(claims(), types={**claims().types, name: replace(claims().types[name], **values)})


def _errors(world: World, type_name: str = "Survey", **given: Any) -> tuple[FieldError, ...]:
    refusal = refused(world.decide_creation(type_name, parentId=next(iter(world.tasks)), **given))
    assert (refusal.code, refusal.rule) == ("invalid_input", "assignee")
    return refusal.errors


def test_what_is_in_the_queue_of_its_assignee_has_one(world: World) -> None:
    """Else it would be in nobody's; a type that is listed elsewhere needs none."""
    assert _errors(world) == (FieldError("/assignedParty", "This field is required."),)
    assert world.create("Folder", parentId=next(iter(world.tasks))).assigned_party is None


def test_a_type_is_assigned_to_one_organization_alone(world: World) -> None:
    """It need not be named, and can be; another one, or a person, is refused."""
    _typed(world, assigned_to="rulers")
    silent: dict[str, Any] = {}
    for given in (silent, {"assignedParty": {"kind": "organization", "id": "rulers"}}):
        party = world.create("Survey", parentId=next(iter(world.tasks)), **given).assigned_party
        assert party is not None
        assert (party.kind, party.id) == ("organization", "rulers")
    detail = "A Survey is assigned to Rulers. It need not be named."
    for other in (CREW, MINE):
        assert _errors(world, assignedParty=other) == (FieldError("/assignedParty", detail),)


def test_a_type_is_assigned_to_a_user_unless_another_is_named(world: World) -> None:
    """The user is held to what holds for every assignee."""
    _typed(world, assigned_to_user="system")
    top = next(iter(world.tasks))
    assert world.create("Survey", parentId=top).assigned_party == SYSTEM.party
    assert world.create("Survey", parentId=top, assignedParty=MINE).assigned_party == ANN.party
    world.users = {"ann": ANN, "system": replace(SYSTEM, active=False)}
    refusal = refused(world.decide_creation("Survey", parentId=top))
    assert refusal.errors == (FieldError("/assignedParty/id", "The user 'system' is not active."),)


@pytest.mark.parametrize(("kind", "fits"), [("team", True), ("business_line", False)])
def test_a_type_is_assigned_to_organizations_of_a_kind(world: World, kind: OrganizationKind, fits: bool) -> None:  # noqa: FBT001 (a parameter of the test)
    """Those of other kinds are refused, and so are persons."""
    _typed(world, assigned_kind=kind)
    detail = f"A Survey is assigned to an organization of the kind {kind}."
    assert _errors(world, assignedParty=MINE) == (FieldError("/assignedParty", detail),)
    if fits:
        assert world.create("Survey", parentId=next(iter(world.tasks)), assignedParty=CREW).assigned_party is not None
    else:
        assert _errors(world, assignedParty=CREW) == (FieldError("/assignedParty", detail),)


def test_a_task_is_assigned_since_now_or_since_the_time_given(world: World) -> None:
    """That time may have passed, and not lie ahead."""
    top, earlier = next(iter(world.tasks)), world.now - timedelta(days=3)
    given: dict[str, Any] = {"parentId": top, "assignedParty": MINE}
    assert world.create("Survey", **given).assigned_at == world.now
    task = world.create("Survey", **given, assignedAt=earlier.isoformat())
    assert (task.assigned_at, task.created_at) == (earlier, world.now)
    ahead = (world.now + timedelta(seconds=1)).isoformat()
    refusal = refused(world.decide_creation("Survey", **given, assignedAt=ahead))
    assert refusal.errors == (FieldError("/assignedAt", "This must not be in the future."),)


@pytest.mark.parametrize(
    ("values", "rule"),
    [
        ({"assigned_to": "rulers", "assigned_to_user": "system"}, "assignees-fit"),
        ({"assigned_to": "rulers", "assigned_kind": "team"}, "assignees-fit"),
        ({"assigned_to_user": "ann"}, "names-resolve"),
    ],
)
def test_a_wrong_assignee_of_a_type_is_found(world: World, values: dict[str, Any], rule: str) -> None:
    """One of the ways, and of users only the one who is there from deployment on."""
    _typed(world, **values)
    assert {finding.rule for finding in verify(world.workflow)} == {rule}


def test_a_field_takes_parties_that_there_are(world: World) -> None:
    """Of another kind than the known ones there is none."""
    fields = tuple(replace(f, options={"of": ["user", "robot"]}) if f.kind == "party" else f for f in _fields(world))
    broken = replace(claims(), creation=replace(claims().creation, fields=fields))
    assert [finding.rule for finding in verify(broken)] == ["options-fit"]


def _fields(world: World) -> tuple[Field, ...]:
    return world.workflow.creation.fields


def test_a_person_who_left_is_assigned_nothing(world: World) -> None:
    """Whatever names them."""
    world.users = {**world.users, "gus": user("gus", active=False)}
    given: dict[str, Any] = {"parentId": next(iter(world.tasks)), "assignedParty": {"kind": "user", "id": "gus"}}
    assert refused(world.decide_creation("Survey", **given)).errors[0].pointer == "/assignedParty/id"
