"""What the checker finds is proven by a case that is decided once more, and unproven without one."""

from __future__ import annotations

from dataclasses import replace

from shared.compile import workflow_of
from shared.domain.checks.counterexamples import (
    nobody_can_act,
    proven,
    proven_case,
    proven_stuck,
    waiting_on,
    without_way_out,
)
from shared.domain.checks.finding import Finding
from shared.domain.checks.lives import lives_of
from shared.domain.checks.verify import examine, play, verify
from shared.domain.checks.waivers import Waiver, waived
from shared.domain.checks.worlds.beginnings import births, cases
from shared.domain.checks.worlds.local import live
from shared.domain.checks.worlds.moves import moves
from shared.domain.checks.worlds.real import Real
from shared.domain.checks.worlds.replay import replayed
from shared.domain.checks.worlds.world import World
from shared.domain.definitions.workflow import Follow, TargetCase, Tree, Workflow
from tests.domain.test_verify import changed, typed
from tests.workflows.broken import ERRANDS, FAVOURS
from tests.workflows.letters import letters

SMALL, FAVOUR, LETTERS = workflow_of(ERRANDS), workflow_of(FAVOURS), letters()
WAY_OUT, NOBODY_CAN = "open-statuses-have-a-way-out", "somebody-can-act"
NOBODY = ("parent_organization_admin",)


def shelved(who: tuple[str, ...] = NOBODY) -> Workflow:
    """Errands that can be shelved; what is bought leaves no shelf, but only these may put it there."""
    ready = SMALL.statuses["ready"]
    shelf = replace(ready, key="shelf", status="Shelved", active=False, measure=None)
    start, drop = SMALL.actions["start"], SMALL.actions["drop"]
    shelve = replace(
        start,
        name="shelve",
        sources=frozenset({"underway"}),
        target=(TargetCase("shelf"),),
        who=("assignee",),
        guards=(),
        effects=(),
    )
    take = replace(shelve, name="take", sources=frozenset({"shelf"}), target=SMALL.actions["finish"].target)
    shut = replace(drop, name="drop", sources=drop.sources | {"shelf"})
    actions = {**SMALL.actions, "shelve": shelve, "take": take, "drop": shut}
    whole = replace(SMALL, statuses={**SMALL.statuses, "shelf": shelf}, actions=actions)
    own = {"shelve": who, "drop": ("engine",)}
    return typed(whole, "Buy", actions=frozenset(actions.keys() - {"take"}), who=own)


def late(under: str = "Tray") -> Workflow:
    """Letters with a task that nobody closes, and that opens after what never happens."""
    asked = LETTERS.types["Copy"]
    never = Follow(after="cancelled", opens="Late", under=under, organization="archive")
    opened = replace(asked, name="Late", label="Late", parents=frozenset({under}))
    opened = replace(opened, created_by=("engine",), actions=frozenset({"end"}))
    whole = replace(LETTERS, types={**LETTERS.types, "Late": opened})
    return typed(whole, "Wait", actions=frozenset({"complete", "reopen", "end"}), follows=(never,))


def begun(whole: Workflow, type_name: str) -> World:
    """A case in which such a task has just come to be."""
    return next(births(whole, cases(whole), type_name)).world


def test_what_was_done_is_decided_again_step_by_step() -> None:
    """Each step says who took it, by which relation, and with what input."""
    world = begun(SMALL, "Buy")
    steps = replayed(world, lambda there: any(task.type == "Buy" for task in there.tasks.values()))
    assert [str(step) for step in steps or ()] == [
        "Case: (nothing) --create by inside or administrator (Household's member)--> open, with attributes: {}",
        "Buy: (nothing) --create by inside or administrator (Household's member)--> ready, with type: Buy",
    ]


def test_a_step_that_makes_no_difference_is_left_out() -> None:
    """The other errand, with which the checker begins, is nothing that this one needs; its ids stay as they were."""
    world = begun(SMALL, "Buy")
    assert len(world.deeds) == 3
    assert len(replayed(world, lambda there: bool(there.tasks)) or ()) == 2
    assert len(replayed(world, lambda there: len(there.tasks) == 2) or ()) == 3


def test_what_does_not_come_about_again_is_no_counterexample() -> None:
    """Neither a case of which the deeds tell less, nor one in which the rule is not broken in the end."""
    world = begun(SMALL, "Buy")
    assert replayed(replace(world, deeds=world.deeds[:1]), lambda there: True) is None
    assert replayed(world, lambda there: False) is None
    (task,) = (task for task in world.tasks.values() if task.type == "Buy")
    after = next(moves(world, task)).after
    first, *others = after.deeds
    assert replayed(after, lambda there: True) is not None
    assert replayed(replace(after, deeds=(first, *reversed(others))), lambda there: True) is None


def test_a_task_that_was_put_there_is_staged() -> None:
    """And so is all that comes of it, until the same comes about by what people do."""
    assert all(birth.world.staged for birth in births(late(), cases(late()), "Late"))
    asked = next(births(LETTERS, cases(LETTERS), "Approval"))
    assert not asked.world.staged


def test_a_dead_end_that_no_case_gets_to_is_unproven() -> None:
    """The task is declared to open, but it never does."""
    (found,) = [f for f in play(late()) if f.rule == WAY_OUT]
    assert (found.type, found.status, found.unproven) == ("Late", "assigned", True)
    assert [step.by for step in found.path] == [""]


def test_a_case_that_is_stuck_for_real_is_found_beside_one_that_is_not_proven() -> None:
    """The task that never opens would be alone with an office that nobody closes; that office is alone as it is."""
    stuck = [
        f for f in play(typed(late("Office"), "Office", actions=frozenset({"add", "end"}))) if f.rule == NOBODY_CAN
    ]
    assert [(f.type, f.unproven) for f in stuck] == [("Late", True), ("Office", False)]


def test_of_the_states_that_share_a_status_the_nearest_is_told() -> None:
    """Whoever has a request that nobody can close, it is one dead end."""
    asked = typed(LETTERS, "Request", actions=frozenset({"end"}))
    assert [(f.type, f.status) for f in play(asked) if f.rule == WAY_OUT] == [("Request", "assigned")]


def test_a_dead_end_is_proven_by_a_task_that_comes_about_for_real() -> None:
    """It is looked for among what follows on tasks that people ask for, where the first one found was staged."""
    stuck = typed(LETTERS, "Copy", actions=frozenset({"end"}), created_by=("engine",))
    (found,) = [f for f in play(stuck) if f.rule == WAY_OUT]
    assert (found.type, found.unproven) == ("Copy", False)
    assert [(step.of, step.action) for step in found.path][-1] == ("Answer", "complete")
    assert all(step.by for step in found.path)


def test_tasks_come_about_for_real_by_what_they_follow_on_and_stand_under() -> None:
    """An answer follows on an approval, which somebody asks for under the tray of a case."""
    nothing_yet = live(iter(()))
    own, real = Real(LETTERS, cases(LETTERS), {"Answer": nothing_yet}).lives("Answer")
    assert not own.places
    assert {state.status for state in real.places} >= {"assigned", "on_hold", "completed"}
    assert not any(place.world.staged for place in real.places.values())


def test_tasks_that_nobody_can_bring_about_are_not_found() -> None:
    """Not even if each of two types would follow on the other."""
    first = Follow(opens="Copy", under="Tray", organization="archive")
    whole = typed(LETTERS, "Parcel", created_by=("engine",), follows=(first,))
    whole = typed(whole, "Copy", created_by=("engine",), follows=(replace(first, opens="Parcel"),))
    whole = typed(typed(whole, "Approval", follows=()), "Answer", follows=())
    _, real = Real(whole, cases(whole), {"Copy": live(iter(()))}).lives("Copy")
    assert not real.places


def test_a_status_that_is_a_dead_end_as_it_is_written_is_proven_by_who_gets_there() -> None:
    """Guards and relations are looked at in the replay only."""
    (found,) = examine(shelved(("assignee",)), ())
    assert (found.rule, found.type, found.status, found.unproven) == (WAY_OUT, "Buy", "shelf", False)
    assert [step.action for step in found.path] == ["create", "create", "start", "shelve"]
    assert found.path[-1].actor == "assignee (Household's member)"


def test_a_status_that_no_such_task_gets_to_is_unproven() -> None:
    """Then the way there is that of the file, and it is said what to do about it."""
    (found,) = examine(shelved(), ())
    assert (found.rule, found.type, found.status, found.unproven) == (WAY_OUT, "Buy", "shelf", True)
    assert "waived" in found.hint
    assert examine(shelved(), (Waiver(WAY_OUT, "Buy", "Nobody shelves what is to be bought.", "shelf"),)) == ()


def test_a_waived_finding_does_not_keep_a_workflow_from_being_played() -> None:
    """What is found in play is told beside it."""
    waiver = Waiver(WAY_OUT, "Buy", "Nobody shelves what is to be bought.", "shelf")
    kept = changed(shelved(), "put_back", guards=(replace(SMALL.actions["wake"].guards[0], name="something_awaited"),))
    assert {found.rule for found in examine(kept, (waiver,))} == {"actions-have-somebody"}


def test_nothing_is_replayed_while_there_are_simpler_mistakes() -> None:
    """Nor are waivers judged: the decision goes by what the file says, and that must make sense first."""
    whole = changed(shelved(), "drop", sources=SMALL.actions["drop"].sources)
    found = examine(whole, (Waiver(WAY_OUT, "Buy", "x", "shelf"), Waiver("waits-end", "Buy", "x", "ready")))
    assert {f.rule for f in found} == {"closing-ends-tasks", WAY_OUT}
    assert [f.unproven for f in found if f.rule == WAY_OUT] == [True]


def test_a_dead_end_of_both_ends_is_proven_where_they_are_played() -> None:
    """It is not told again as it is written; of each end that gets there, it is told."""
    begin, limbo = FAVOUR.actions["begin"], replace(FAVOUR.statuses["doing"], key="limbo", status="limbo")
    guards = tuple(replace(word, arguments={"value": ["owner", "partner"]}) for word in begin.guards)
    strand = replace(begin, name="strand", sources=frozenset({"asked"}), target=(TargetCase("limbo"),), guards=guards)
    actions = {**FAVOUR.actions, "strand": strand}
    whole = replace(FAVOUR, statuses={**FAVOUR.statuses, "limbo": limbo}, actions=actions)
    (written,) = verify(whole)
    assert (written.status, written.unproven) == ("limbo", True)
    told = [f for f in examine(whole, (Waiver(WAY_OUT, "Favour", "x", "limbo"),)) if f.status == "limbo"]
    assert [(f.rule, f.type, f.unproven) for f in told] == [(WAY_OUT, "Favour", False)] * 2
    assert {f.path[-1].of for f in told} == {"Favour (owner)", "Favour (partner)"}


def test_a_waiver_is_for_one_unproven_finding() -> None:
    """By its rule, type and status; what is proven stays, and so does a word about the waiver."""
    unproven = Finding(WAY_OUT, ("statuses", "shelf"), "x", type="Buy", unproven=True)
    waiver = Waiver(WAY_OUT, "Buy", "x", "shelf")
    assert waived((waiver,), (unproven,)) == ()
    assert str(waiver) == f"{WAY_OUT} of 'Buy' in 'shelf', because: x"
    assert str(Waiver(NOBODY_CAN, "Buy", "x")) == f"{NOBODY_CAN} of 'Buy', because: x"
    for other in (replace(waiver, type="Sell"), replace(waiver, status=""), replace(waiver, rule="waits-end")):
        assert [f.rule for f in waived((other,), (unproven,))] == [WAY_OUT]
    told = waived((waiver,), (replace(unproven, unproven=False),))
    assert [(f.rule, f.where) for f in told] == [(WAY_OUT, ("statuses", "shelf")), ("waivers-fit", ("waived", 0))]


def test_a_waiver_that_waives_nothing_is_a_mistake() -> None:
    """So is a second one for the same finding."""
    unproven = Finding(WAY_OUT, ("statuses", "shelf"), "x", type="Buy", unproven=True)
    waiver = Waiver(WAY_OUT, "Buy", "x", "shelf")
    told = waived((waiver, replace(waiver, reason="y"), Waiver("somebody-can-act", "Buy", "x")), (unproven,))
    assert [f.where for f in told] == [("waived", 1), ("waived", 2)]


def test_a_case_in_which_nobody_can_act_is_proven_as_it_is() -> None:
    """The rule is asked once more, of every task of the case that was decided again."""
    finding = Finding("somebody-can-act", ("types", "Office"), "x", type="Office")
    assert proven_case(finding, None).unproven
    life = live(births(SMALL, cases(SMALL), "Buy"))
    assert proven_stuck(finding, (life,), lambda life: life.places).unproven
    assert proven_case(finding, begun(SMALL, "Buy")).unproven
    assert not nobody_can_act(begun(SMALL, "Buy"))


def test_a_task_that_can_go_on_after_all_proves_nothing() -> None:
    """A state of another life, from which this one finds a way out."""
    lives = lives_of(SMALL, lambda said: None)
    finding = Finding(WAY_OUT, ("statuses", "ready"), "x", type="Buy")
    told = proven(finding, (lives.by_type["Buy"],), lambda life: (s for s in life.places if s.status == "done"))
    assert told.unproven
    assert list(without_way_out(lives.by_type["Buy"])) == []


def test_who_waits_for_nothing_is_looked_for_in_trees_too() -> None:
    """On hold is a wait as well."""
    tree = Tree("waiting", "ready", "done", "dropped", "drop")
    whole = replace(SMALL, tree=tree, prerequisites=None)
    states = live(births(SMALL, cases(SMALL), "Buy"))
    assert list(waiting_on(whole)(states)) == list(waiting_on(SMALL)(states)) == []
