"""Actions in `appeals`, per person: relation by kind of task by situation, against the tables of appeals_rights.py."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from functools import cache
from typing import cast

import pytest

from shared.domain.creation import create_task
from shared.domain.decide import act, offers
from shared.domain.definitions.workflow import Action, Workflow
from shared.domain.model.people import ENGINE, Caller, Membership, Organization, OrganizationKind, User
from shared.domain.model.plan import Decision, Plan, Refusal
from shared.domain.model.scene import Context
from shared.domain.model.task import Children, Edge, Party, Task
from shared.domain.trees.locks import locks_of
from shared.domain.words.relations import visible
from tests.domain.appeals_rights import (
    BLOCKING_MAIL,
    GENERIC,
    KINDS,
    MAIL_TYPES,
    ROOT,
    STATUS,
    Kind,
    Refused,
    Relation,
    Situation,
    Standing,
    casetree_does,
    expected,
    may_create,
    relations_to,
    rows_of,
    sees,
    uncreated,
)
from tests.domain.worlds import World, played, refused, workflow

ASSIGNER = "assigner"
LOCKED = ("DistributionTask", "HearingTask", "RootTask")
KNOWN = {name for kind in KINDS for name in rows_of(kind)}
"""The actions of the page; no type has one more."""


@cache
def appeals() -> Workflow:
    """The workflow as it is published."""
    return workflow("appeals")


def _user(name: str, organization: str | None = None, kind: OrganizationKind = "team", *, admin: bool = False) -> User:
    member = {organization: Membership(organization, organization.title(), kind, admin)} if organization else {}
    return User(name, f"{name.title()} Lee", memberships=member)


def _caller(kind: Kind, relation: Relation) -> Caller:
    """Somebody who is that to the task, and nothing else."""
    own: OrganizationKind = "representative" if kind.outside else "team"
    above = kind.under[1] if kind.under else ""
    above_is: OrganizationKind = "representative" if above == "vso" else "placeholder"
    users: Mapping[Relation, User] = {
        "nobody": _user("nobody"),
        "outsider": _user("outsider", "others", "representative"),
        "stranger": _user("stranger", "elsewhere"),
        "clerk": _user("clerk", "clerk-of-the-board"),
        "member": _user("member", kind.party, own),
        "admin": _user("admin", kind.party, own, admin=True),
        "assignee": _user("person", None if kind.outside else "elsewhere"),
        "assigner": _user(ASSIGNER, "elsewhere"),
        "holder": _user("holder", kind.party, own),
        "parent_member": _user("parent", above, above_is),
        "parent_admin": _user("parent", above, above_is, admin=True),
        "administrator": _user("administrator"),
    }
    return Caller(users[relation], administrator=relation == "administrator")


def _party(name: str) -> Party:
    return Party("user", name, f"{name.title()} Lee") if name == "person" else Party("organization", name, name.title())


def _world(kind: Kind, situation: Situation) -> tuple[World, Task]:
    """The task in that situation, with what stands above it and what keeps it on hold."""
    world = World(workflow=appeals())
    root = _task(world, "root" if kind.under else "task", "RootTask", "bva")
    parent = root
    if kind.under is not None and kind.under[0] != "RootTask":
        parent = replace(_task(world, "parent", *kind.under), parent_id=root.task_id)
    status = STATUS.get(situation, situation)
    state = "closed" if status in ("completed", "cancelled") else "open"
    task = replace(
        _task(world, "task", kind.type, kind.party),
        state=state,
        status=status,
        closed_at=world.now if state == "closed" else None,
        parent_id=parent.task_id if kind.under else None,
        assigned_by=_user(ASSIGNER).person,
        is_delegate=kind.under is not None and kind.under[0] == kind.type,
    )
    if situation == "held":
        hold = replace(_task(world, "hold", "TimedHoldTask", kind.party), parent_id=task.task_id, status="assigned")
        task = replace(task, hold_id=hold.task_id)
    if situation == "blocked":
        task = replace(task, children=Children(open=1))
    if situation == "passed_on":
        child = replace(_task(world, "child", kind.type, "person"), parent_id=task.task_id, status="assigned")
        child = replace(child, assigned_party=Party("user", "holder", "Holder Lee"))
        world.tasks[child.task_id] = child
        task = replace(task, children=Children(open=1, same_open=1), delegated=True, delegate_id=child.task_id)
    world.tasks[task.task_id] = task
    world.case = replace(world.case, root_id=root.task_id)
    if task.parent_id is not None:
        edge = Edge(parent.task_id, task.task_id, parent.task_id, same_type=task.is_delegate)
        world.edges[task.task_id] = replace(edge, counted_version=1)
    return world, task


def _context(world: World, caller: Caller, task: Task | None = None) -> Context:
    """What a decision looks at, with the locks of the distribution task and of the hearing task."""
    held = {t.type: t.task_id for t in world.tasks.values() if t.type in LOCKED and t.state == "open"}
    context = world.context(caller, task)
    return replace(context, scene=replace(context.scene, held=held))


def _task(world: World, name: str, type_name: str, party: str) -> Task:
    """A task on hold; the tree knows it."""
    task = Task(
        task_id=f"look-1.{name}",
        case_id="look-1",
        workflow="appeals",
        workflow_version=1,
        type=type_name,
        state="open",
        status="on_hold",
        created_at=world.now,
        updated_at=world.now,
        since=world.now,
        assigned_party=_party(party),
    )
    world.tasks[task.task_id] = task
    return task


def _words(kind: Kind, who: frozenset[Standing], caller: Caller) -> set[str]:
    """Those who have these standings, as an explanation names them: to people outside, only their own."""
    if not caller.inside:
        own = {"parent_member", "parent_admin"} if kind.under and caller.member_of(kind.under[1]) else set()
        who = who - {"assigner", "parent_member", "parent_admin"} | (who & own)
    parent = kind.under[1].title() if kind.under and kind.under[1] != "person" else None
    words: dict[Standing, str | None] = {
        "assignee": "Person Lee" if kind.of_user else f"members of {kind.party.title()}",
        "member": None if kind.of_user else f"members of {kind.party.title()}",
        "assigner": "whoever assigned it",
        "parent_member": parent and f"members of {parent}",
        "parent_admin": parent and f"admins of {parent}",
        "inside": "people inside",
        "clerk": "members of clerk-of-the-board",
        "administrator": "administrators",
    }
    return {text for standing in who if (text := words[standing])}


def _as_expected(kind: Kind, refusal: Refusal | None, wanted: Refused | None, caller: Caller) -> bool:
    if refusal is None or wanted is None:
        return refusal is None and wanted is None
    return (refusal.code, refusal.rule, {*refusal.who}) == (wanted.code, wanted.rule, _words(kind, wanted.who, caller))


def _told(refusal: Refusal | Refused | None) -> str:
    return "offered" if refusal is None else f"{refusal.code} by {refusal.rule}, who: {sorted(refusal.who)}"


def _mistakes(kind: Kind, situation: Situation, relation: Relation, context: Context) -> list[str]:
    """Where the decision differs from the table, and where offers and act differ from each other."""
    place = f"{kind}, {situation}, {relation}"
    listed = {offer.action.name: offer.refusal for offer in offers(context)}
    found = []
    for name in sorted(GENERIC.keys() | rows_of(kind).keys() | listed.keys()):
        wanted = expected(kind, situation, relation, name)
        done = act(context, name, {})
        refusal = done if isinstance(done, Refusal) and done.code != "invalid_input" else None
        if name in listed:
            refusal = listed[name]
            if refusal is not None and done != refusal:
                found.append(f"{place}: {name}: act says {done}, offers {refusal}")
            if refusal is None and isinstance(done, Refusal) and done.code in ("not_allowed", "action_not_available"):
                found.append(f"{place}: {name}: offered, but act says {done}")
        elif isinstance(done, Refusal) and done.rule == "action":
            refusal = done
        if name not in KNOWN:  # The engine's own: nobody's, whatever the page's tables hold.
            if refusal is None or refusal.code != "not_allowed":
                found.append(f"{place}: {name}: {_told(refusal)}, which the page does not know")
        elif not _as_expected(kind, refusal, wanted, context.caller):
            found.append(f"{place}: {name}: {_told(refusal)} -- wanted: {_told(wanted)}")
    return found


@pytest.mark.parametrize("kind", KINDS, ids=str)
def test_everybody_is_offered_what_the_page_says(kind: Kind) -> None:
    """Each relation in each situation: the actions offered; else code, rule and who could; and act says the same."""
    found = []
    for situation in sorted(kind.situations):
        world, task = _world(kind, situation)
        for relation in relations_to(kind, situation):
            context = _context(world, _caller(kind, relation), task)
            seen = visible(world.workflow, context.caller, world.case, task)
            if seen != sees(kind, relation):
                found.append(f"{kind}, {situation}, {relation}: seen: {seen}")
            elif seen:
                found += _mistakes(kind, situation, relation, context)
    assert not found, "\n" + "\n".join(found)


CASETREES = ("end", "conclude", "run_out", "remind", "assign_next")


@pytest.mark.parametrize("kind", KINDS, ids=str)
def test_casetree_does_what_the_page_says(kind: Kind) -> None:
    """In each situation, to a task that is late: what it may do by itself, and nothing else; it reminds of no other."""
    for situation in kind.situations:
        world, task = _world(kind, situation)
        late = replace(task, due_time=world.now - timedelta(hours=1))
        context = _context(world, ENGINE, late)
        done = {name for name in CASETREES if isinstance(act(context, name, {}), Plan)}
        assert done == casetree_does(kind, situation), situation
        assert not isinstance(act(_context(world, ENGINE, task), "remind", {}), Plan), situation


@pytest.mark.parametrize("kind", KINDS, ids=str)
def test_creating_a_child_is_offered_to_whoever_may_create_some(kind: Kind) -> None:
    """The two tables agree: the row `create_child`, and that of the types."""
    for situation in kind.situations:
        for relation in relations_to(kind, situation):
            some = any(may_create(kind, situation, relation, name) for name in {k.type for k in KINDS})
            assert (expected(kind, situation, relation, "create_child") is None) == some


GIVEN: Mapping[str, Mapping[str, object]] = {
    "EngineeringTask": {"assignedParty": {"kind": "user", "id": "stranger"}},
    "DecisionReviewTask": {"assignedParty": {"kind": "organization", "id": "compensation"}},
    "ColocatedTask": {"kind": "other"},
}
"""What the creation of such a task needs."""


MAIL_TRIED = frozenset({"CongressionalInterestMailTask", "AodMotionMailTask"})
"""One that blocks and one that does not stand for all mail: the actions of every other one are tried above."""
TRIED = tuple(kind for kind in KINDS if kind.type not in MAIL_TYPES - MAIL_TRIED)
UNLIKE: tuple[Situation, ...] = ("assigned", "blocked", "completed", "cancelled")
"""The situations that differ for a new child; whose task was passed on is tried by the row `create_child`."""


@pytest.mark.parametrize("kind", TRIED, ids=str)
def test_everybody_creates_what_the_page_says(kind: Kind) -> None:
    """Each relation in each situation: the children that may be created, and the codes that refuse others."""
    found = []
    for situation in kind.situations.intersection(UNLIKE):
        world, task = _world(kind, situation)
        world.users = {"stranger": _user("stranger", "elsewhere")}
        world.organizations = {"compensation": Organization("compensation", "Compensation", "business_line")}
        for relation in relations_to(kind, situation):
            if not sees(kind, relation):
                continue
            context = _context(world, _caller(kind, relation))
            for name in _types(kind):
                given = {"type": name, "parentId": task.task_id, **GIVEN.get(name, {})}
                decision = create_task(context, given)
                wanted = uncreated(kind, situation, relation, name)
                if (decision.code if isinstance(decision, Refusal) else None) not in (wanted or {None}):
                    code = f"{decision.code} by {decision.rule}" if isinstance(decision, Refusal) else "created"
                    found.append(f"{kind}, {situation}, {relation}: {name}: {code} -- wanted: {sorted(wanted)}")
    assert not found, "\n" + "\n".join(found)


@pytest.mark.parametrize("kind", TRIED, ids=str)
def test_what_is_offered_as_a_child_can_be_created(kind: Kind) -> None:
    """Taking `create_child` with each type: those that its offer lists open, all others are refused."""
    for situation in kind.situations.intersection(UNLIKE):
        world, task = _world(kind, situation)
        world.users = {"stranger": _user("stranger", "elsewhere")}
        world.organizations = {"compensation": Organization("compensation", "Compensation", "business_line")}
        for relation in relations_to(kind, situation):
            context = _context(world, _caller(kind, relation), task)
            if not sees(kind, relation) or "create_child" not in rows_of(kind):
                continue
            (listed,) = (o for o in offers(context) if o.action.name == "create_child")
            types = _types_of(listed.action)
            assert bool(types) == (listed.refusal is None)
            for name in types:
                plan = act(context, "create_child", {"type": name, **GIVEN.get(name, {})})
                assert isinstance(plan, Plan), (kind, situation, relation, name, plan)
                assert isinstance(plan.subject, Task)
                assert (plan.subject.task_id, plan.subject.status) == (
                    task.task_id,
                    "on_hold",
                ) or task.state == "closed"
            for name in _types(kind) - {*types} if types else ():
                refusal = act(context, "create_child", {"type": name, **GIVEN.get(name, {})})
                assert isinstance(refusal, Refusal), (kind, situation, relation, name)


def _types(kind: Kind) -> frozenset[str]:
    """The types that are tried as children."""
    every = frozenset(appeals().types)
    return every if kind.type in ("RootTask", "DistributionTask") else every - MAIL_TYPES | MAIL_TRIED


def _types_of(action: Action) -> tuple[str, ...]:
    field = action.field("type")
    return cast(tuple[str, ...], field.options["of"]) if field else ()


def test_blocking_mail_under_the_root_waits_for_the_distribution_task_to_close() -> None:
    """While that is open it stands there, and naming the root is 422; so the root's offer still lists it, for later."""
    (board,) = (kind for kind in KINDS if kind.type == "DistributionTask")
    world, _ = _world(board, "blocked")
    root = world["look-1.root"]
    context = _context(world, _caller(board, "stranger"), root)
    for name in BLOCKING_MAIL:
        refusal = refused(act(context, "create_child", {"type": name}))
        assert (refusal.code, refusal.errors[0].pointer) == ("invalid_input", "/parentId")
    unplaced = create_task(_context(world, _caller(board, "stranger")), {"type": BLOCKING_MAIL[0]})
    assert played(unplaced).parent_id == "look-1.task"


ADMINISTRATOR = Caller(_user("administrator"), administrator=True)
UNLOCKED = ("EngineeringTask", "TrackVeteranTask")
"""Rule 7: any number of these may be open; mail, too, but for what was passed on."""


@pytest.mark.parametrize("kind", [kind for kind in TRIED if "reopen" in kind.rows], ids=str)
def test_a_task_is_opened_again_under_an_open_parent_only(kind: Kind) -> None:
    """The parent goes on hold and the locks are taken again; under a closed one: 409 `parent_closed`."""
    world, task = _world(kind, "completed")
    parent = world[task.parent_id or ""]
    world.tasks[parent.task_id] = replace(parent, status="assigned")
    plan = act(_context(world, ADMINISTRATOR, task), "reopen", {})
    again = played(world.play(plan))
    assert (again.status, world[parent].status, world[parent].children.open) == ("assigned", "on_hold", 1)
    assert isinstance(plan, Plan)
    free = kind.type in UNLOCKED or (kind.type in MAIL_TYPES and kind.under == ROOT)
    assert bool(locks_of(plan)) == (not free)
    for status in ("completed", "cancelled"):
        world, task = _world(kind, "cancelled")
        world.tasks[parent.task_id] = replace(world[parent], state="closed", status=status)
        refusal = refused(act(_context(world, ADMINISTRATOR, task), "reopen", {}))
        assert (refusal.code, refusal.rule) == ("parent_closed", "parent_open")


def _asked(**given: object) -> Decision:
    """What comes of an attorney's request for the colocated team."""
    (attorney,) = (kind for kind in KINDS if kind.type == "AttorneyTask")
    world, task = _world(attorney, "assigned")
    return act(_context(world, _caller(attorney, "assignee"), task), "create_child", {"type": "ColocatedTask", **given})


@pytest.mark.parametrize("given", [{}, {"kind": "lunch"}, {"kind": None}, {"kind": 7}])
def test_what_is_asked_of_the_colocated_team_is_of_a_kind(given: dict[str, object]) -> None:
    """422 without one that there is."""
    refusal = refused(_asked(**given))
    assert (refusal.code, {error.pointer for error in refusal.errors}) == ("invalid_input", {"/kind"})


def test_two_kinds_may_be_asked_for_at_once_but_not_two_alike() -> None:
    """Each kind has a lock of its own below the attorney's task."""
    kinds = appeals().types["ColocatedTask"].kinds
    plans = [_asked(kind=kind) for kind in (*kinds, kinds[0])]
    locks = [frozenset(locks_of(plan)) for plan in plans if isinstance(plan, Plan)]
    assert (len(locks), len({*locks})) == (len(kinds) + 1, len(kinds))


def test_only_the_colocated_team_is_asked_for_kinds() -> None:
    """422 for every other type."""
    (root,) = (kind for kind in KINDS if kind.type == "RootTask")
    world, task = _world(root, "blocked")
    given = {"type": "FoiaTask", "kind": "foia"}
    refusal = refused(act(_context(world, _caller(root, "stranger"), task), "create_child", given))
    assert [error.pointer for error in refusal.errors] == ["/kind"]


def test_mail_becomes_other_mail_and_nothing_else() -> None:
    """`change_type`: "mail only, to another mail type"."""
    kind = next(kind for kind in KINDS if kind.type in MAIL_TYPES)
    world, task = _world(kind, "assigned")
    for name in world.workflow.types:
        decision = act(_context(world, _caller(kind, "member"), task), "change_type", {"type": name})
        changed = name in MAIL_TYPES and name != kind.type
        assert isinstance(decision, Plan) == changed, name
        assert changed or refused(decision).errors[0].pointer == "/type"
