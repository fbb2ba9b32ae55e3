"""The checker of workflows: it finds dead ends, and its states are those of the real decision."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.compile import workflow_of
from shared.domain.checks.explore import State, explore
from shared.domain.checks.finding import nearest
from shared.domain.checks.verify import verify
from shared.domain.definitions.lifecycle import Step, creations, engine_moves, steps
from shared.domain.definitions.workflow import Action, Field, Follow, TargetCase, TaskType, Tree, Word, Workflow
from shared.domain.model.plan import Plan
from shared.domain.model.scene import status_of
from shared.domain.model.writes import ChangeTask, CreateTask
from shared.domain.settling import due
from tests.domain.worlds import ANN, World, admin, user, workflow
from tests.workflows.broken import ERRANDS
from tests.workflows.claims import claims

INSPECTION = workflow("inspection")
SMALL = workflow_of(ERRANDS)
TREE = Tree("waiting", "ready", "done", "dropped", "drop")
INPUTS: dict[str, dict[str, object]] = {
    "await": {"awaiting": "x"},
    "fail": {"reason": "x"},
    "skip": {"reason": "x"},
    "drop": {"reason": "x"},
    "assign": {"assignedParty": None},
    "move": {"groupQueue": "cis"},
    "reschedule": {"dueTime": "2027-01-01T00:00:00Z"},
    "add_instructions": {"instructions": "x"},
}


def changed(whole: Workflow, action: str, **values: Any) -> Workflow:
    """The workflow with one action that differs."""
    return replace(whole, actions={**whole.actions, action: replace(whole.actions[action], **values)})


def typed(whole: Workflow, name: str, **values: Any) -> Workflow:
    """The workflow with one type that differs."""
    return replace(whole, types={**whole.types, name: replace(whole.types[name], **values)})


def rules(whole: Workflow) -> list[str]:
    """The rules that the workflow breaks."""
    return [finding.rule for finding in verify(whole)]


@pytest.mark.parametrize("whole", [INSPECTION, SMALL], ids=lambda w: w.name)
def test_a_whole_workflow_passes(whole: Workflow) -> None:
    """Nothing is found in a workflow without mistakes."""
    assert verify(whole) == ()


def test_nothing_else_is_said_while_names_do_not_resolve() -> None:
    """A rule about states is not asked of a workflow whose names stand for nothing."""
    broken = changed(SMALL, "finish", target=(TargetCase("gone"),), who=("engine",))
    assert rules(broken) == ["names-resolve"]


def test_a_dead_end_is_shown_with_a_shortest_way_into_it() -> None:
    """The counterexample is a sequence of steps from creation on, none of which can be left out."""
    broken = changed(SMALL, "finish", target=(TargetCase("waiting"),), sources=frozenset({"underway"}))
    broken = changed(broken, "put_back", who=("engine",))
    broken = changed(broken, "drop", sources=frozenset({"ready"}))
    broken = changed(broken, "wake", who=("administrator",))
    broken = changed(broken, "finish", who=("engine",))
    (found,) = (f for f in verify(broken) if f.rule == "open-statuses-have-a-way-out")
    assert found.where == ("statuses", "underway")
    assert [(s.source, s.action, s.target) for s in found.path] == [
        (None, "create", "ready"),
        ("ready", "start", "underway"),
    ]
    assert found.hint == "Only the engine may take 'put_back', 'finish', and nothing makes it: name a person in `who`."


def test_a_way_out_must_end_the_task() -> None:
    """Going round in circles is no way out."""
    broken = changed(SMALL, "finish", target=(TargetCase("underway"),))
    broken = changed(broken, "drop", target=(TargetCase("ready"),))
    found = [f for f in verify(broken) if f.rule == "open-statuses-have-a-way-out"]
    assert [f.where for f in found] == [("statuses", "waiting")]
    assert found[0].hint == "From there 'wake', 'drop' can be taken, but nothing that follows ends the task."


def test_closing_the_case_is_no_way_out_for_a_task() -> None:
    """A status that only the closing of the whole case ends is a dead end."""
    broken = changed(changed(SMALL, "finish", who=("engine",)), "drop", who=("engine",))
    assert "open-statuses-have-a-way-out" in rules(broken)


def test_what_casetree_takes_by_itself_is_a_way_out() -> None:
    """A timer that ends the task is enough."""
    timed = changed(SMALL, "remind", target=(TargetCase("dropped"),))
    timed = changed(changed(timed, "finish", who=("engine",)), "drop", who=("engine",))
    assert "open-statuses-have-a-way-out" not in rules(timed)


def test_types_are_looked_at_one_by_one() -> None:
    """A type that lacks an action has a dead end where the others have none."""
    broken = typed(SMALL, "Buy", actions=frozenset({"wake", "start", "drop"}))
    broken = changed(broken, "drop", sources=frozenset({"waiting", "ready"}))
    found = [f for f in verify(broken) if f.rule == "open-statuses-have-a-way-out"]
    assert [f.detail for f in found] == ["A task of type 'Buy' that gets to 'underway' is never closed by anybody."]
    assert found[0].hint == "Give an action from there to a status with `open: false`."


def test_a_condition_that_never_holds_leads_nowhere() -> None:
    """A status behind a condition is reached only if the condition can hold."""
    whole = changed(INSPECTION, "fail", target=(TargetCase("ready"),))
    found = {f.where: f.hint for f in verify(whole)}
    assert found[("statuses", "failed")] == "Give an action that leads there, or remove the status."
    assert found[("statuses", "skipped")].startswith("Only 'skip' would lead there, from ")
    assert found[("statuses", "skipped")].endswith(", but never under its conditions.")


def test_a_status_behind_an_unreachable_one_says_so() -> None:
    """What leads to a status is named, with where it would have to start."""
    whole = changed(SMALL, "start", target=(TargetCase("ready"),))
    hints = {f.where[1]: f.hint for f in verify(whole) if f.rule == "statuses-reachable"}
    assert hints["done"] == "Only 'finish' would lead there, from 'underway', which no task gets to either."


def test_a_remembered_status_tells_states_apart() -> None:
    """Skipped once failed, cancelled if never: the ending follows from what the task remembers."""
    found = explore(INSPECTION, "QA")
    never, once = frozenset[str](), frozenset({"failed"})
    ended = {(s.status, s.remembered) for s in found.ways if s.status in ("skipped", "cancelled", "failed")}
    assert ended == {("skipped", once), ("cancelled", never), ("failed", once)}
    assert State("pending", once) in found.ways


def test_a_condition_that_the_state_does_not_tell_may_hold_or_not() -> None:
    """Where the checker cannot know, it looks at both."""
    whole = changed(INSPECTION, "skip", target=(TargetCase("skipped", (Word("lucky"),)), TargetCase("cancelled")))
    assert {"skipped", "cancelled"} <= explore(whole, "QA").statuses()


def test_a_wait_for_information_begins_by_prerequisites() -> None:
    """An action that names missing information leaves the task waiting, never ready."""
    assert {s.target for s in steps(INSPECTION, "QA") if s.action == "await"} == {"pending"}
    optional = changed(INSPECTION, "await", fields=(Field("awaiting", "text"),))
    assert {s.target for s in steps(optional, "QA") if s.action == "await"} == {"pending", "ready"}


def test_work_that_has_begun_is_not_held_back() -> None:
    """By prerequisites, only a task that has not begun moves."""
    edits = {(s.source, s.target) for s in steps(INSPECTION, "QA") if s.action == "edit"}
    assert ("in_progress", "in_progress") in edits
    assert ("in_progress", "pending") not in edits


def test_a_new_task_cannot_stay_where_it_is() -> None:
    """`same` says nothing of a task that is not there yet."""
    whole = replace(SMALL, creation=replace(SMALL.creation, target=(TargetCase("same"),)))
    assert creations(whole) == ()
    assert rules(whole) == ["names-resolve"]


def test_the_engine_moves_what_it_may_move() -> None:
    """Timers and prerequisites move tasks, if `engine` is among those who may."""
    assert engine_moves(SMALL) == {"wake", "remind", "children_closed", "ended_below"}
    assert engine_moves(replace(SMALL, prerequisites=None)) == {"remind", "children_closed", "ended_below"}
    assert engine_moves(changed(SMALL, "wake", who=("inside",))) == {"remind", "children_closed", "ended_below"}


class TestTrees:
    """Children hold their parent, and the parent goes on or ends."""

    def small(self, **parent: Any) -> Workflow:
        """A workflow in which `Buy` may stand under `Write the list`."""
        fields = (*SMALL.creation.fields, Field("parentId", "parent"))
        whole = replace(SMALL, tree=TREE, case_types={}, creation=replace(SMALL.creation, fields=fields))
        whole = changed(whole, "drop", fields=(Field("reason", "note"),))
        whole = typed(whole, "Buy", parents=frozenset({"Write the list"}))
        return typed(whole, "Write the list", **parent)

    def by_children(self, whole: Workflow) -> set[tuple[str | None, str]]:
        """What children do to a `Write the list`."""
        return {(s.source, s.target) for s in steps(whole, "Write the list") if s.action.startswith("child")}

    def test_a_tree_that_fits_passes(self) -> None:
        """A workflow with trees is explored like any other."""
        assert verify(self.small()) == ()

    def test_a_parent_is_held_and_returns(self) -> None:
        """While a child is open the parent is on hold; then it goes back to work."""
        assert self.by_children(self.small()) == {
            ("ready", "waiting"),
            ("underway", "waiting"),
            ("waiting", "ready"),
        }

    @pytest.mark.parametrize(
        ("ends", "becomes"),
        [
            ("by_action", {"ready"}),
            ("when_delegated", {"ready", "done", "dropped"}),
            ("with_children", {"done", "dropped"}),
        ],
    )
    def test_a_parent_may_end_with_its_children(self, ends: str, becomes: set[str]) -> None:
        """What becomes of a parent is what its type says."""
        assert {target for source, target in self.by_children(self.small(ends=ends)) if source == "waiting"} == becomes

    def test_a_type_without_children_is_not_held(self) -> None:
        """Only types under which others may stand are held."""
        assert not [s for s in steps(self.small(), "Buy") if s.action.startswith("child")]


class TestArguments:
    """Rules that the schema enforces for files hold for workflows from elsewhere too."""

    def test_a_word_without_its_argument(self) -> None:
        """`visited` needs a status."""
        unclear = (TargetCase("skipped", (Word("visited", {"value": 3}),)), TargetCase("cancelled"))
        assert rules(changed(INSPECTION, "skip", target=unclear))[0] == "words-take-their-arguments"
        broken = changed(INSPECTION, "claim", guards=(Word("not_anothers", {"value": "x"}),))
        assert rules(broken) == ["words-take-their-arguments"]

    @pytest.mark.parametrize(
        ("options", "broken"),
        [
            ({"of": ["a", "b"]}, False),
            ({"of": []}, True),
            ({"of": ["a", "a"]}, True),
            ({"of": "ab"}, True),
            ({"of": [1]}, True),
        ],
    )
    def test_choices_are_different_texts(self, options: dict[str, object], *, broken: bool) -> None:
        """Something can be chosen, and no two choices look alike."""
        whole = changed(SMALL, "finish", fields=(Field("note", "choice", options=options),))
        assert ("options-fit" in rules(whole)) == broken

    def test_a_kind_that_there_is_not(self) -> None:
        """Of a field of an unknown kind, nothing else is said."""
        whole = changed(SMALL, "finish", fields=(Field("note", "song", options={"max": 3}),))
        assert [finding.detail for finding in verify(whole)] == ["There is no kind of field 'song'."]

    def test_a_number_is_a_number(self) -> None:
        """A limit is a whole number that is not negative."""
        for value, broken in ((3, False), (-1, True), (True, True), ("3", True)):
            whole = changed(SMALL, "finish", fields=(Field("why", "text", options={"max": value}),))
            assert ("options-fit" in rules(whole)) == broken

    def test_a_workflow_needs_a_status_of_each_kind(self) -> None:
        """Without an open status, or without a terminal one, there is no life of a task."""
        terminal = {key: status for key, status in SMALL.statuses.items() if not status.open}
        broken = Workflow(
            "x",
            1,
            "X",
            "organization",
            (),
            terminal,
            {},
            {"A": TaskType("A", "A")},
            {},
            ("inside",),
            replace(SMALL.creation, target=(TargetCase("done"),), fields=()),
            {},
        )
        assert "There is no open status." in {finding.detail for finding in verify(broken)}
        open_ones = {key: status for key, status in SMALL.statuses.items() if key == "ready"}
        broken = replace(broken, statuses=open_ones, creation=replace(broken.creation, target=(TargetCase("ready"),)))
        assert "There is no terminal status." in {finding.detail for finding in verify(broken)}

    def test_a_large_template_is_refused(self) -> None:
        """What a case begins with fits one transaction."""
        case_type = SMALL.case_types["trip"]
        many = tuple({"key": f"k{n}", "type": "Buy"} for n in range(16))
        broken = replace(SMALL, case_types={"trip": replace(case_type, templates={"big": many})})
        assert rules(broken) == ["templates-fit"]

    def test_prerequisites_of_a_template_are_a_list(self) -> None:
        """Something else in their place counts as none."""
        case_type = SMALL.case_types["trip"]
        odd = ({"key": "a", "type": "Buy", "prerequisites": "b"},)
        assert verify(replace(SMALL, case_types={"trip": replace(case_type, templates={"odd": odd})})) == ()

    def test_a_status_that_is_no_status_is_not_asked_to_be_remembered(self) -> None:
        """Other conditions than `visited` ask nothing of statuses."""
        assert verify(changed(SMALL, "finish", target=(TargetCase("done"),))) == ()


def test_the_nearest_word_is_offered() -> None:
    """A slip of the finger, or of the shift key, is recognised; a stranger is shown what there is."""
    assert nearest("clame", ["claim", "release"]) == "Did you mean 'claim'?"
    assert nearest("HOUSEHOLD", ["household"]) == "Did you mean 'household'?"
    assert nearest("zebra", ["claim", "release"]) == "Known here: claim, release."
    assert nearest("zebra", []) == ""


def test_a_step_reads_as_a_sentence() -> None:
    """A counterexample can be read aloud."""
    assert str(Step("create", None, "ready", ("inside",))) == "(nothing) --create by inside--> ready"
    assert (
        str(Step("drop", "ready", "dropped", ("assignee", "engine"))) == "ready --drop by assignee or engine--> dropped"
    )


PLAYED = st.lists(st.tuples(st.integers(0, 2), st.integers(0, 30), st.booleans()), max_size=40)


@pytest.mark.parametrize("whole", [INSPECTION, SMALL], ids=lambda w: w.name)
@given(played=PLAYED)
def test_every_change_is_a_step_that_the_checker_knows(whole: Workflow, played: list[tuple[int, int, bool]]) -> None:
    """Whatever the real decision does to a task, the checker has looked at: nothing happens behind its back."""
    world = World(whole)
    type_name = list(whole.types)[-1]
    boss = admin(user("boss", household=True))
    first = world.create(type_name, ANN, dueTime="2026-11-22T09:00:00Z")
    ids = [first.task_id, *(world.create(type_name, ANN, prerequisites=[first.task_id]).task_id for _ in range(2))]
    known = {name: explore(whole, name) for name in whole.types}
    assert {task.type for task in world.tasks.values()} <= known.keys()
    for which, what, settles in played:
        task = world[ids[which]]
        name = list(whole.actions)[what % len(whole.actions)]
        check(world, known[task.type].moves, name, world.decide(task, name, boss, **INPUTS.get(name, {})))
        world.pass_time(minutes=7)
        for task_id in ids if settles else ():
            while owed := due(world.context(boss, world[task_id]).scene, world.now):
                decision = world.decide(task_id, owed.action, **dict[str, Any](owed.input))
                check(world, known[task.type].moves, owed.action, decision)


def check(world: World, moves: tuple[tuple[State, Step, State], ...], action: str, decision: object) -> None:
    """A plan's change of status is among the moves; then it takes effect."""
    if not isinstance(decision, Plan):
        return
    for write in decision.writes:
        assert not isinstance(write, CreateTask)
        if isinstance(write, ChangeTask):
            before, after = (state_of(world.workflow, task) for task in (write.before, write.after))
            assert (before, action, after) in {(source, step.action, target) for source, step, target in moves}
    world.play(decision)


def state_of(whole: Workflow, task: Any) -> State:
    """The state of the checker in which a stored task is."""
    return State(status_of(whole, task).key, frozenset(task.remembered))


def test_an_action_of_nobody_is_found() -> None:
    """An action that only the engine may take, and never takes, is reported by its name."""
    idle = Action("tidy", "Tidy", frozenset({"ready"}), (TargetCase("same"),), ("engine",))
    (found,) = verify(replace(SMALL, actions={**SMALL.actions, "tidy": idle}))
    assert (found.rule, found.where) == ("engine-acts", ("actions", "tidy"))


CLAIMED = claims()


def _hint_of(whole: Workflow, rule: str) -> list[str]:
    return [finding.detail for finding in verify(whole) if finding.rule == rule]


def test_a_whole_tree_passes() -> None:
    """Nothing is found in a workflow with timed holds."""
    assert verify(CLAIMED) == ()


def test_the_timer_of_a_timed_task_ends_it() -> None:
    """It is an action that the type has, in every open status, with an end."""
    other = replace(CLAIMED, timers={"time": "end_hold"})
    assert "the time of a 'Pause' is over, which has no such action." in _hint_of(other, "timed-tasks-end")[0]
    left = changed(CLAIMED, "run_out", sources=frozenset({"assigned"}))
    assert _hint_of(left, "timed-tasks-end")[0].endswith("'run_out' does not always end it.")
    back = changed(CLAIMED, "run_out", target=(TargetCase("by_children"),))
    assert _hint_of(back, "timed-tasks-end")[0].endswith("'run_out' does not always end it.")


def test_a_timed_hold_takes_no_children_and_stands_where_it_is_placed() -> None:
    """No type may stand under it, and it may stand under whatever can be held."""
    under = typed(CLAIMED, "Survey", parents=frozenset({"Pause"}))
    assert _hint_of(under, "timed-tasks-end") == ["A 'Survey' would stand under a timed hold, which takes no children."]
    nowhere = typed(CLAIMED, "Pause", parents=frozenset({"Claim"}))
    assert "A 'Survey' can be held, but a 'Pause' does not stand under one." in _hint_of(nowhere, "timed-tasks-end")


def test_placing_a_hold_needs_a_type_of_holds() -> None:
    """An effect that places a timed hold is refused where no type is one."""
    assert CLAIMED.tree is not None
    none = replace(CLAIMED, tree=replace(CLAIMED.tree, hold=None))
    assert _hint_of(none, "timed-tasks-end") == ["'place_timed_hold' would place a timed hold, but no type is one."]


@pytest.mark.parametrize(
    ("declared", "said"),
    [
        (Follow(), "Either a task opens, or one above ends."),
        (Follow(opens="Slip", ends="root"), "Either a task opens, or one above ends."),
        (Follow(opens="Slip", under="Payment", assignee="same", attribute="agent"), "It would be assigned to two."),
        (Follow(ends="Nobody"), "There is no type 'Nobody'."),
        (Follow(opens="Slip", under="Window"), "A 'Slip' does not stand under a 'Window'."),
        (Follow(opens="Slip", organization="nobody"), "There is no organization 'nobody'."),
        (Follow(opens="Slip", attribute="agents"), "There is no attribute 'agents' that names an organization."),
        (Follow(opens="Slip", when={"agent": True}), "No attribute of few values is called 'agent'."),
        (Follow(opens="Slip", unless={"agent.reads": True}), "No attribute of few values is called 'agent.reads'."),
        (Follow(opens="Slip", given={"colour": "red"}), "No input of few values is called 'colour'."),
        (Follow(opens="Slip", children=(Follow(opens="Check"),)), "A 'Check' does not stand under a 'Slip'."),
        (Follow(opens="Payment", children=(Follow(opens="Slip", ends="root"),)), "Either a task opens, or one above"),
    ],
)
def test_what_follows_names_what_there_is(declared: Follow, said: str) -> None:
    """Types, places, organizations, attributes and input, each known, and a place that the new task may have."""
    details = _hint_of(typed(CLAIMED, "Window", follows=(declared,)), "follows-fit")
    assert any(detail.startswith(said) for detail in details)


def test_a_case_begins_with_roots() -> None:
    """What stands under a parent is written under it; an assignee by input needs an action that takes a user."""
    case_type = CLAIMED.case_types["claim"]
    first = Follow(opens="Slip", organization="rulers")
    whole = replace(CLAIMED, case_types={"claim": replace(case_type, begins=(first,))})
    assert _hint_of(whole, "follows-fit") == ["A 'Slip' stands under a parent."]
    unasked = replace(SMALL, types={**SMALL.types, "Buy": replace(SMALL.types["Buy"], follows=(Follow(),))})
    followed = Follow(opens="Buy", assignee="input")
    unasked = replace(SMALL, types={**SMALL.types, "Buy": replace(unasked.types["Buy"], follows=(followed,))})
    assert _hint_of(unasked, "follows-fit")[0] == "No action takes a user."


def test_ending_with_a_completed_parent_is_a_way_out() -> None:
    """Casetree takes the tree's action then, which ends the task; without it nobody would."""
    assert "open-statuses-have-a-way-out" in rules(typed(CLAIMED, "Watch", under_completed="stays"))
    assert "open-statuses-have-a-way-out" not in rules(typed(CLAIMED, "Watch", under_completed="cancelled"))
    assert CLAIMED.tree is not None
    assert "trees-fit" in rules(replace(CLAIMED, tree=replace(CLAIMED.tree, conclude="start")))


def test_a_target_asks_for_input_that_the_action_takes() -> None:
    """A field that is not there is no name of anything, and an argument that is no mapping does not fit."""
    asked = TargetCase("cancelled", (Word("asked", {"value": {"colour": "red"}}),))
    assert rules(changed(CLAIMED, "answer", target=(asked, TargetCase("completed")))) == ["names-resolve"]
    odd = TargetCase("cancelled", (Word("asked", {"value": "red"}),))
    assert "words-take-their-arguments" in rules(changed(CLAIMED, "answer", target=(odd, TargetCase("completed"))))


def test_who_creates_is_shown_with_the_first_step() -> None:
    """A type that says who may create it says so in its lifecycle; others follow the workflow."""
    assert [s.who for s in creations(CLAIMED, "Slip")] == [("assignee", "administrator")]
    assert [s.who for s in creations(CLAIMED, "Watch")] == [("inside", "administrator")]


def test_who_takes_an_action_on_a_type_is_looked_up() -> None:
    """The action is there, and so are the relations; a type that names no actions has them all."""
    assert rules(typed(CLAIMED, "Query", who={"fly": ("assignee",)})) == ["names-resolve"]
    assert rules(typed(CLAIMED, "Query", who={"cancel": ("pilot",)})) == ["names-resolve"]
    actions = typed(CLAIMED, "Folder", who={"cancel": ("administrator",)}).actions_of("Folder")
    assert (actions.keys(), actions["cancel"].who) == (CLAIMED.actions.keys(), ("administrator",))
