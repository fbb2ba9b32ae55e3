"""Who stands in which relation to a task, and who may see it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from shared.domain.model.people import ENGINE, Caller
from shared.domain.words.relations import RELATIONS, describe, relations, visible
from tests.domain.worlds import ANN, BOB, CHO, EVE, FAY, World, admin, as_caller, user

ACME = {"kind": "organization", "id": "acme"}


@pytest.mark.parametrize(
    ("caller", "held"),
    [
        (as_caller(ANN), {"inside", "group_queue_member", "group_queue_admin"}),
        (as_caller(BOB), {"inside", "group_queue_member", "assignee", "assigner"}),
        (as_caller(CHO), {"inside"}),
        (as_caller(EVE), set()),
        (admin(), {"administrator", "assignee", "group_queue_member", "group_queue_admin"}),
        (ENGINE, {"engine"}),
    ],
)
def test_relations_follow_from_memberships_and_the_task(caller: Caller, held: set[str]) -> None:
    """What somebody is to a task follows from membership, assignment and group, and nothing else."""
    world = World()
    task = world.act(world.create(), "claim", BOB)
    assert relations(world.context(caller, task).scene, caller) == held


def test_a_member_of_the_queue_is_proxy_for_organizations_and_external_parties() -> None:
    """The group queue acts for a party that is no person, and for no person."""
    world = World()
    for party, proxy in ((ACME, True), ({"kind": "user", "id": "ann"}, False), (None, False)):
        task = world.create(assignedParty=party)
        held = relations(world.context(as_caller(BOB), task).scene, as_caller(BOB))
        assert ("group_queue_proxy" in held) == proxy


def test_without_a_task_only_belonging_counts() -> None:
    """Before there is a task nobody is its assignee or its queue's member."""
    world = World()
    for caller in (as_caller(ANN), admin(ANN)):
        assert relations(world.context(caller).scene, caller) <= {"inside", "administrator"}


def test_everybody_who_may_is_described_in_words() -> None:
    """Each relation has words, where anybody can stand in it at all."""
    world = World()
    names = tuple(RELATIONS)
    bare = describe(world.context(as_caller(ANN)).scene, names, as_caller(ANN))
    assert "people inside" in bare
    assert "members of the group queue" in bare
    told = describe(world.context(as_caller(ANN), world.create(assignedParty=ACME)).scene, names, as_caller(ANN))
    assert "members of Acme Surveys" in told
    assert "members of Quality Assurance" in told
    unknown = replace(world.create(), group_queue="gone")
    assert "members of gone" in describe(world.context(as_caller(ANN), unknown).scene, names, as_caller(ANN))


def test_people_inside_see_all_and_others_only_their_own() -> None:
    """Inside: every case. Outside: tasks of oneself or one's organization, never a whole case."""
    world = World()
    own, other = world.create(assignedParty=ACME), world.create()
    for caller in (as_caller(CHO), admin(), ENGINE):
        assert visible(world.workflow, caller, world.case)
        assert visible(world.workflow, caller, world.case, other)
    fay = as_caller(FAY)
    assert visible(world.workflow, fay, world.case, own)
    assert not visible(world.workflow, fay, world.case, other)
    assert not visible(world.workflow, fay, world.case)
    assert not visible(world.workflow, as_caller(EVE), world.case, own)


def test_a_case_of_an_organization_is_seen_by_its_members_only() -> None:
    """`organization`: members of the case's organization, administrators and the engine."""
    world = World()
    workflow, case = replace(world.workflow, visibility="organization"), replace(world.case, organization_id="acme")
    assert visible(workflow, as_caller(FAY), case)
    assert visible(workflow, admin(), case)
    assert visible(workflow, ENGINE, case)
    assert not visible(workflow, as_caller(ANN), case)
    scene = replace(world.context(as_caller(FAY)).scene, case=case)
    assert "case_organization_member" in relations(scene, as_caller(FAY))


def test_a_person_stands_for_an_internal_organization_first() -> None:
    """People of another side see the organization; an internal one goes before an external one."""
    both = user("gil", kind="partner", acme=False)
    both = replace(both, memberships={**both.memberships, **BOB.memberships})
    assert (both.person.inside, both.person.organization_id) == (True, "quality-assurance")
    assert (FAY.person.inside, FAY.person.organization) == (False, "Acme")
    assert (EVE.person.organization_id, EVE.inside) == (None, False)


def test_people_outside_are_told_of_nobody_but_themselves() -> None:
    """Neither of another organization above, nor of who assigned their task; nor of whose it is unless it is theirs."""
    world = World()
    above = world.create(assignedParty={"kind": "organization", "id": "dispatch"})
    task = replace(world.create(assignedParty=ACME), parent_id=above.task_id)
    names = ("assignee", "assigner", "parent_organization_member", "parent_organization_admin", "administrator")
    scene = world.context(as_caller(FAY), task).scene
    assert describe(scene, names, as_caller(FAY)) == ("members of Acme Surveys", "administrators")
    everybody = (
        "members of Acme Surveys",
        "whoever assigned it",
        "members of Dispatch",
        "admins of Dispatch",
        "administrators",
    )
    assert describe(scene, names, as_caller(BOB)) == everybody
    own = replace(task, parent_id=world.create(assignedParty=ACME).task_id)
    told = describe(replace(world.context(as_caller(FAY), own).scene, task=own), names[2:], as_caller(FAY))
    assert told == ("members of Acme Surveys", "admins of Acme Surveys", "administrators")
    assert describe(replace(scene, task=above), names, as_caller(FAY)) == ("administrators",)
    assert describe(replace(scene, task=None), names, as_caller(FAY)) == ("administrators",)
