"""What another value of a case's attribute does to its tasks, in the workflow `claims`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from shared.compile import workflow_of
from shared.domain import attribute_changes
from shared.domain.cases import create_case, edit_case
from shared.domain.checks.verify import verify
from shared.domain.decide import act
from shared.domain.definitions.workflow import Change, Follow, Workflow
from shared.domain.model.people import ENGINE, Organization
from shared.domain.model.plan import Decision, Plan
from shared.domain.model.task import Task
from shared.domain.model.writes import AdvanceGraph, ChangeCase, PassLock
from tests.domain.worlds import ACME, ANN, World, as_caller, refused, user
from tests.workflows.broken import ERRANDS
from tests.workflows.claims import claims

RUE = user("rue", rulers=False)
ZED = user("zed", kind="partner", zeta=False)
RULERS = Organization("rulers", "Rulers", "team")
ZETA = Organization("zeta", "Zeta Law", "partner")
ACME_WRITES = {"organizationId": "acme", "writes": True}
ZETA_WRITES = {"organizationId": "zeta", "writes": True}
ZETA_READS = {"organizationId": "zeta", "writes": False}
WHEN = "agent.organizationId"


def _begun(whole: Workflow | None = None, **attributes: object) -> World:
    """A case with these attributes, as it is when it has begun."""
    world = World(workflow=whole or claims())
    world.users = {**world.users, "rue": RUE, "zed": ZED}
    world.organizations = {o.id: o for o in (ACME, ZETA, RULERS)}
    world.play(create_case(world.context(as_caller(ANN)), {"attributes": {"channel": "letter", **attributes}}))
    return world


def _edit(world: World, **attributes: object) -> Decision:
    return edit_case(world.context(as_caller(ANN)), {"attributes": attributes})


def _change(world: World, **attributes: object) -> Plan:
    """The plan of the edit, which must be possible, with its writes in effect."""
    decision = _edit(world, **attributes)
    assert isinstance(decision, Plan), decision
    world.play(decision)
    return decision


def _open(world: World) -> dict[str, str | None]:
    """The open tasks but the root and the sorting: who has them, by type."""
    found = [t for t in world.tasks.values() if t.closed_at is None and t.type not in ("File", "Sorting")]
    assert len({t.type for t in found}) == len(found)
    return {t.type: t.assigned_party.id if t.assigned_party else None for t in found}


def _only(world: World, type_name: str) -> Task:
    (task,) = (t for t in world.tasks.values() if t.type == type_name and t.closed_at is None)
    return task


def _changed(changes: Mapping[str, tuple[Change, ...]], **attributes: Any) -> Workflow:
    """The workflow with other reactions."""
    whole = claims()
    return replace(whole, case_types={"claim": replace(whole.case_types["claim"], when_changed=changes, **attributes)})


def test_another_value_ends_tasks_and_opens_others_in_their_place() -> None:
    """In one transaction, by the caller, with the reason; the lock passes from the one to the other."""
    world = _begun(agent=ACME_WRITES)
    letter, watch, file = _only(world, "Letter"), _only(world, "Watch"), _only(world, "File")
    plan = _change(world, agent=ZETA_WRITES)
    assert _open(world) == {"Letter": "zeta", "Watch": "zeta"}
    ended = world[letter]
    assert (ended.status, ended.cancellation_reason, ended.cancelled_by) == ("cancelled", "settled", ANN.person)
    assert (world[watch].status, world[watch].cancellation_reason) == ("cancelled", None)
    new = _only(world, "Letter")
    assert (new.parent_id, new.assigned_by, new.version) == (file.task_id, ANN.person, 1)
    assert [w for w in plan.writes if isinstance(w, PassLock)] == [
        PassLock(letter.task_id, new.task_id, f"Letter#{file.task_id.rpartition('.')[2]}")
    ]
    actions = [(e.action, e.type) for e in plan.entries]
    assert actions[:2] == [("edit", "claim"), ("case_changed", "Letter")]
    assert sorted(actions[2:]) == [("case_changed", "Watch"), ("create", "Letter"), ("create", "Watch")]
    assert plan.entries[1].changes == {"cancellationReason": {"from": None, "to": "settled"}}
    world.settle()
    assert world[file].children.open == 3
    assert world[file].status == "on_hold"


def test_nothing_opens_in_place_of_what_was_not_open() -> None:
    """A letter that is written already is not asked for again; what does not depend on it opens."""
    world = _begun(agent=ACME_WRITES)
    world.act(_only(world, "Letter"), "complete", user("amy", kind="partner", acme=False))
    _change(world, agent=ZETA_WRITES)
    assert _open(world) == {"Watch": "zeta"}


def test_conditions_choose_what_opens() -> None:
    """A new agent who does not write gets no letter; the parent goes back to work by the ordinary way."""
    world = _begun(agent=ACME_WRITES, urgent=True)
    _change(world, agent=ZETA_READS)
    assert _open(world) == {"Watch": "zeta"}


def test_from_nobody_to_somebody_and_back_again() -> None:
    """Nobody, one, another, the first again, nobody: each time just what is declared."""
    world = _begun()
    for agent, left in (
        (ACME_WRITES, {"Watch": "acme"}),
        (ZETA_READS, {"Watch": "zeta"}),
        (ACME_WRITES, {"Watch": "acme"}),
        (None, {}),
    ):
        _change(world, agent=agent)
        world.settle()
        assert _open(world) == left


@pytest.mark.parametrize("agent", [ACME_WRITES, {"organizationId": "acme", "writes": False}])
def test_only_the_declared_part_counts(agent: dict[str, object]) -> None:
    """The same organization again, or with another flag, does nothing to tasks."""
    world = _begun(agent=ACME_WRITES)
    plan = _change(world, agent=agent)
    assert [e.action for e in plan.entries] == (["edit"] if agent != ACME_WRITES else [])
    assert _open(world) == {"Letter": "acme", "Watch": "acme"}


def test_what_was_passed_on_ends_by_the_cascade() -> None:
    """The organization's task is cancelled and replaced, once; its child follows it, with a hold that runs on it."""
    whole = claims()
    types = {**whole.types, "Letter": replace(whole.types["Letter"], parents=frozenset({"File", "Letter"}))}
    world = _begun(replace(whole, types=types), agent=ACME_WRITES)
    letter = _only(world, "Letter")
    amy = user("amy", kind="partner", acme=False)
    world.users = {**world.users, "amy": amy}
    world.act(letter, "assign_to_person", amy, userId="amy")
    child = world[letter].delegate_id or ""
    _change(world, agent=ZETA_WRITES)
    assert (world[letter].status, world[child].status) == ("cancelled", "assigned")
    world.settle()
    assert (world[child].status, world[child].cancellation_reason) == ("cancelled", None)
    assert _open(world) == {"Letter": "zeta", "Watch": "zeta"}


def test_a_timed_hold_ends_with_its_task() -> None:
    """In the same transaction."""
    world = _begun(agent=ACME_WRITES)
    letter = _only(world, "Letter")
    world.act(letter, "place_timed_hold", user("amy", kind="partner", acme=False), days=3)
    _change(world, agent=ZETA_READS)
    assert (world[letter].status, world[letter].hold_id) == ("cancelled", None)
    assert _open(world) == {"Watch": "zeta"}


def test_nothing_opens_under_what_is_closed() -> None:
    """While a cascade is under way what is still open ends, and nothing is put in its place."""
    world = _begun(agent=ACME_WRITES)
    world.act(_only(world, "Sorting"), "cancel", RUE)
    assert _open(world) == {"Letter": "acme", "Watch": "acme"}
    _change(world, agent=ZETA_WRITES)
    assert _open(world) == {}


def test_an_edit_of_something_else_does_nothing_to_tasks() -> None:
    """Nor does it need them; the graph of the case stays as it is."""
    world = _begun(agent=ACME_WRITES)
    given: dict[str, object] = {"attributes": {"urgent": True}}
    assert not attribute_changes.looks_at_tasks(world.workflow, world.case, given)
    assert not attribute_changes.looks_at_tasks(world.workflow, world.case, {"attributes": 7})
    assert attribute_changes.looks_at_tasks(world.workflow, world.case, {"attributes": {"agent": None}})
    _change(world, urgent=True)
    assert (world.case.version, world.case.graph_version) == (2, 0)


def test_the_case_changes_only_as_it_was_read() -> None:
    """Its graph advances too, so a task that opens meanwhile by the value of before makes the edit fail."""
    world = _begun(agent=ACME_WRITES)
    plan = _change(world, agent=None)
    (change,) = (w for w in plan.writes if isinstance(w, ChangeCase))
    assert (change.before.graph_version, change.after.graph_version) == (0, 1)


def test_what_follows_by_such_an_attribute_says_so() -> None:
    """It opens only if the case's graph, and so the attribute, is as it was read; what has none needs no case."""
    whole = claims()
    letter = Follow(opens="Letter", attribute="agent")
    below = Follow(opens="Letter", organization="rulers", children=(Follow(opens="Slip"), letter))
    for follows, guarded in (((letter,), True), ((below,), True), ((replace(letter, attribute=None),), False)):
        sorting = replace(whole.types["Sorting"], follows=follows)
        types = {**whole.types, "Sorting": sorting}
        types["Letter"] = replace(types["Letter"], parents=frozenset({"File", "Letter"}), one_open=())
        types["Slip"] = replace(types["Slip"], parents=frozenset({"Letter"}))
        world = _begun(replace(whole, types=types), agent=ACME_WRITES)
        decision = world.decide(_only(world, "Sorting"), "complete", RUE)
        assert isinstance(decision, Plan)
        assert (AdvanceGraph(world.case) in decision.writes) == guarded
    world.case = replace(world.case, state="closed")
    closed = act(world.context(ENGINE, _only(world, "Sorting")), "complete", {})
    assert refused(closed).code == "not_allowed"


def test_two_of_what_may_be_open_once_are_refused() -> None:
    """409, and nothing happens: neither to the case nor to its tasks."""
    opens = Change(opens=(Follow(opens="Letter", attribute="agent"),))
    world = _begun(_changed({WHEN: (opens,)}), agent=ACME_WRITES)
    assert refused(_edit(world, agent=ZETA_WRITES)).code == "duplicate_open_task"
    twice = _begun(_changed({WHEN: (opens, opens)}))
    assert refused(_edit(twice, agent=ZETA_WRITES)).rule == "when_changed"


def test_what_has_ended_is_not_ended_again() -> None:
    """Several changes may name one type: the first one ends what is open, and what opened meanwhile stays."""
    change = claims().case_types["claim"].when_changed[WHEN][0]
    world = _begun(_changed({WHEN: (change, change)}), agent=ACME_WRITES)
    plan = _change(world, agent=ZETA_WRITES)
    assert [e.action for e in plan.entries].count("case_changed") == 1
    assert _open(world)["Letter"] == "zeta"


def test_what_cannot_open_refuses_the_edit() -> None:
    """The refusal of one task is that of the whole."""
    for name, change in (("Watch", Change()), ("Letter", Change(ends="Letter"))):
        twins = Follow(opens=name, attribute="agent", children=(Follow(opens=name, attribute="agent"),))
        whole = _changed({WHEN: (replace(change, opens=(twins,)),)})
        types = {**whole.types, name: replace(whole.types[name], parents=frozenset({"File", name}), one_open=())}
        world = _begun(replace(whole, types=types), agent=ACME_WRITES)
        assert refused(_edit(world, agent=ZETA_WRITES)).rule == "not_its_parents_twin"


def test_more_than_fits_one_transaction_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """409 with the number, before anything is written."""
    world = _begun(agent=ACME_WRITES)
    monkeypatch.setattr(attribute_changes, "MOST", 5)
    refusal = refused(_edit(world, agent=ZETA_WRITES))
    assert (refusal.code, refusal.rule) == ("action_not_available", "when_changed")
    assert "of 5 that fit" in refusal.detail


@pytest.mark.parametrize("value", ["phone", None, "letter"])
def test_what_is_fixed_is_never_changed(value: str | None) -> None:
    """422 at its place; the value that it has is no change."""
    world = _begun()
    decision = _edit(world, channel=value)
    if value == "letter":
        assert isinstance(decision, Plan)
        assert decision.writes == ()
    else:
        assert [e.pointer for e in refused(decision).errors] == ["/attributes/channel"]


def test_what_every_case_has_is_not_taken_away() -> None:
    """A required attribute may get another value, but not none."""
    whole = claims()
    case_type = whole.case_types["claim"]
    fields = tuple(replace(f, fixed=False) for f in case_type.attributes)
    world = _begun(replace(whole, case_types={"claim": replace(case_type, attributes=fields)}))
    assert [e.pointer for e in refused(_edit(world, channel=None)).errors] == ["/attributes/channel"]
    _change(world, channel="phone")
    assert world.case.attributes["channel"] == "phone"


def test_an_organization_of_another_kind_is_refused() -> None:
    """422 that names the organization and the kind, at a new case and at an edit alike."""
    rulers = {"organizationId": "rulers"}
    world = _begun()
    for decision in (
        _edit(world, agent=rulers),
        create_case(world.context(as_caller(ANN)), {"attributes": {"channel": "letter", "agent": rulers}}),
    ):
        (error,) = refused(decision).errors
        assert error.pointer == "/attributes/agent/organizationId"
        assert error.detail == "'rulers' is no organization of the kind partner."


OPENS = Follow(opens="Watch", attribute="agent")


@pytest.mark.parametrize(
    ("path", "change", "said"),
    [
        ("colour", Change(ends="Letter"), "There is no attribute 'colour'."),
        ("channel", Change(ends="Letter"), "There is no attribute 'channel'."),
        ("agent.reads", Change(ends="Letter"), "There is no attribute 'agent.reads'."),
        ("agent.writes", Change(), "Nothing happens."),
        ("agent", Change(ends="Nobody"), "There is no type 'Nobody'."),
        (WHEN, Change(ends="Letter", reason="boredom"), "No task is cancelled for the reason 'boredom'."),
        (WHEN, Change(reason="settled", opens=(OPENS,)), "No task is cancelled for the reason 'settled'."),
        (WHEN, Change(ends="Sorting"), "Something follows on a cancelled 'Sorting', but not where a change ends it."),
        ("urgent", Change(opens=(replace(OPENS, under="root"),)), "A change has no 'under'."),
        ("urgent", Change(opens=(replace(OPENS, assignee="input", attribute=None),)), "No task has ended"),
        ("urgent", Change(opens=(Follow(opens="Nothing"),)), "There is no type 'Nothing'."),
        ("urgent", Change(opens=(replace(OPENS, attribute="agents"),)), "There is no attribute 'agents' that names"),
        (WHEN, Change(opens=(Follow(opens="Slip"),)), "A 'Slip' does not stand under a root."),
        (WHEN, Change(ends="Letter", opens=(Follow(opens="Slip"),)), "A 'Slip' does not stand wherever a 'Letter'"),
    ],
)
def test_the_checker_knows_what_a_change_can_do(path: str, change: Change, said: str) -> None:
    """Attributes that may change, types, reasons and places that there are, and nothing lost on the way."""
    found = [f for f in verify(_changed({path: (change,)})) if f.rule == "changes-fit"]
    assert any(finding.detail.startswith(said) for finding in found), found
    assert all(finding.where[:4] == ("case", "types", "claim", "when_changed") for finding in found)


def test_tasks_end_and_open_so_in_trees_only() -> None:
    """A workflow without trees has no place for them."""
    whole = workflow_of(ERRANDS)
    types = {"trip": replace(whole.case_types["trip"], when_changed={"who": (Change(ends="Buy"),)})}
    found = [f.detail for f in verify(replace(whole, case_types=types)) if f.rule == "changes-fit"]
    assert "Tasks end and open so in trees only, and there are no trees here." in found


@pytest.mark.parametrize(
    ("declared", "said"),
    [
        (Follow(opens="Slip", when={"channel": "fax"}), "'channel' is never 'fax'."),
        (Follow(opens="Slip", unless={"agent.writes": "yes"}), "'agent.writes' is never 'yes'."),
        (Follow(opens="Slip", given={"outcome": "lost"}), "'outcome' is never 'lost'."),
        (Follow(opens="Slip", given={"userId": "rue"}), "No input of few values is called 'userId'."),
    ],
)
def test_a_condition_asks_for_one_of_few_values(declared: Follow, said: str) -> None:
    """What no attribute and no input can be is refused: all values of what is asked for are known."""
    whole = claims()
    types = {**whole.types, "Query": replace(whole.types["Query"], follows=(declared,))}
    assert said in [f.detail for f in verify(replace(whole, types=types)) if f.rule == "follows-fit"]
