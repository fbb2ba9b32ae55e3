"""The checker of workflows: what opens by declaration, where it stands, and what Casetree takes on tasks."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from shared.domain.checks.verify import verify
from shared.domain.definitions.workflow import (
    Action,
    CaseClosing,
    CaseType,
    Change,
    Field,
    Follow,
    TargetCase,
    TaskType,
    Waiting,
    Word,
    Workflow,
)
from tests.domain.worlds import workflow
from tests.workflows.claims import claims
from tests.workflows.letters import letters

CLAIMED, LETTERS, APPEALS = claims(), letters(), workflow("appeals")
RULERS: dict[str, Any] = {"organization": "rulers"}


def typed(whole: Workflow, name: str, **values: Any) -> Workflow:
    """The workflow with one type that differs, or that is new."""
    before = whole.types.get(name) or TaskType(name, name)
    return replace(whole, types={**whole.types, name: replace(before, **values)})


def added(whole: Workflow = CLAIMED, parents: tuple[str, ...] = ("File",), **values: Any) -> Workflow:
    """The workflow with a type `New` more."""
    return typed(whole, "New", parents=frozenset(parents), queue="none", **values)


def beginning(*declared: Follow) -> Workflow:
    """The claims, with cases that begin so."""
    case_type = replace(CLAIMED.case_types["claim"], begins=declared)
    return replace(CLAIMED, case_types={"claim": case_type})


def found(whole: Workflow, rule: str) -> list[str]:
    """What is found by the rule."""
    return [finding.detail for finding in verify(whole) if finding.rule == rule]


@pytest.mark.parametrize("whole", [CLAIMED, LETTERS, APPEALS], ids=lambda w: w.name)
def test_whole_trees_pass(whole: Workflow) -> None:
    """Nothing is found in workflows that use all of this."""
    assert verify(whole) == ()


class TestWithoutEnd:
    """What opens with a task opens at once, and all that opens with that."""

    def test_two_types_that_open_each_other(self) -> None:
        """Each is told, with what opens with it."""
        first = added(opens_with=(Follow(opens="Other"),))
        other = typed(first, "Other", parents=frozenset({"New"}), queue="none", opens_with=(Follow(opens="New"),))
        assert found(other, "openings-end") == [
            "With a 'New' opens 'Other', with which another 'New' would, without end.",
            "With a 'Other' opens 'New', with which another 'Other' would, without end.",
        ]

    def test_what_opens_under_what_opens(self) -> None:
        """`children` count as well; a delegate opens nothing."""
        below = Follow(opens="Slip", **RULERS, children=(Follow(opens="New"),))
        assert len(found(added(opens_with=(below,)), "openings-end")) == 1
        assert found(added(opens_with=(Follow(opens="same", **RULERS),)), "openings-end") == []


class TestWhatCounts:
    """What is said of a declared task is read, or refused."""

    @pytest.mark.parametrize(
        ("said", "told"),
        [
            ({"after": "completed"}, "after"),
            ({"under": "root"}, "under"),
            ({"counts_at": "root"}, "counts_at"),
            ({"if_free": True}, "if_free"),
            ({"given": {"outcome": "paid"}}, "given"),
            ({"due": "userId"}, "due"),
        ],
    )
    def test_of_what_opens_at_once(self, said: dict[str, Any], told: str) -> None:
        """With a task or a case, what belongs to the end of a task is refused."""
        with_task = typed(CLAIMED, "Survey", opens_with=(Follow(opens="same", **RULERS, **said),))
        with_case = beginning(Follow(opens="Claim", **RULERS, **said))
        below = beginning(Follow(opens="File", children=(Follow(opens="Watch", **said),)))
        for whole in (with_task, with_case, below):
            assert f"Nothing reads {told!r} here." in found(whole, "follows-fit")

    def test_what_is_open_is_looked_up_for_new_tasks_alone(self) -> None:
        """In `follows`, `begins`, `children` and after a change nobody knows what is open in the case."""
        asked = Follow(opens="Watch", while_open="Decision")
        told = "Nothing reads 'while_open' here."
        assert told in found(added(follows=(asked,)), "follows-fit")
        assert told in found(beginning(Follow(opens="File", children=(asked,))), "follows-fit")
        assert told in found(added(opens_with=(Follow(opens="File", children=(asked,)),)), "follows-fit")
        case_type = CLAIMED.case_types["claim"]
        changes = {"urgent": (Change(opens=(Follow(opens="File", children=(asked,)),)),)}
        changed = replace(CLAIMED, case_types={"claim": replace(case_type, when_changed=changes)})
        assert told in found(changed, "follows-fit")

    def test_what_opens_with_a_declared_task_cannot_ask_what_is_open(self) -> None:
        """A type with such an `opens_with` is created by requests only."""
        asking = typed(CLAIMED, "Watch", opens_with=(Follow(opens="same", **RULERS, unless_open="Decision"),))
        (detail,) = set(found(asking, "follows-fit"))
        assert detail == "What opens with a 'Watch' depends on what is open in the case, which nobody looks up here."

    def test_what_ends_does_not_open(self) -> None:
        """Of a task above that ends, nothing is said of one that would open."""
        whole = added(follows=(Follow(ends="parent", assignee="same"),))
        assert found(whole, "follows-fit") == ["Nothing reads 'assignee' here."]

    def test_assignees_that_are_nobody(self) -> None:
        """No task has ended when a case begins, and nobody gives a user when a task is created."""
        detail = "Nothing has ended here that 'same' could be said of."
        assert detail in found(beginning(Follow(opens="Claim", assignee="same")), "follows-fit")
        given = typed(CLAIMED, "Survey", opens_with=(Follow(opens="same", assignee="input"),))
        assert "Nobody gives a user when a task is created." in found(given, "follows-fit")
        child = Follow(opens="Watch", assignee="parent")
        changes = {"urgent": (Change(opens=(Follow(opens="File", children=(child,)),)),)}
        case_type = replace(CLAIMED.case_types["claim"], when_changed=changes)
        changed = replace(CLAIMED, case_types={"claim": case_type})
        assert "Nothing has ended here that 'parent' could be said of." in found(changed, "follows-fit")

    def test_a_task_in_nobodys_queue(self) -> None:
        """What is listed in the queue of its assignee has one."""
        nobody = added(follows=(Follow(opens="Letter"),))
        detail = "A 'Letter' is listed in the queue of its assignee, and this one would have none."
        assert found(nobody, "follows-fit") == [detail]


class TestTwins:
    """Work is passed on to somebody else."""

    @pytest.mark.parametrize("said", [{"organization": "rulers"}, {"assignee": "same"}])
    def test_with_a_task(self, said: dict[str, Any]) -> None:
        """A type that is assigned to an organization does not pass on to that."""
        whole = added(assigned_to="rulers", opens_with=(Follow(opens="same", **said),))
        assert found(whole, "follows-fit") == [
            "A 'New' would be passed on to whom it is assigned to, and could never open."
        ]

    def test_below_what_follows(self) -> None:
        """Nor does what follows on an end."""
        twin = Follow(opens="Survey", under="Claim", **RULERS, children=(Follow(opens="same", **RULERS),))
        assert len(found(added(parents=("Claim",), follows=(twin,)), "follows-fit")) == 1
        other = replace(twin, children=(Follow(opens="same", assignee="actor"),))
        assert found(added(parents=("Claim",), follows=(other,)), "follows-fit") == []


class TestCounting:
    """What counts elsewhere counts above the task that has ended."""

    @pytest.mark.parametrize(
        ("said", "fits"),
        [
            ({"under": "self", "counts_at": "parent"}, True),
            ({"under": "self", "counts_at": "root"}, True),
            ({"under": "self", "counts_at": "Claim"}, True),
            ({"under": "parent", "counts_at": "root"}, True),
            ({"under": "root", "counts_at": "Folder"}, False),
            ({"under": "self", "counts_at": "Window"}, False),
        ],
    )
    def test_a_place_above_both(self, said: dict[str, Any], *, fits: bool) -> None:
        """It is the parent, the root, or a type above."""
        whole = added(parents=("Folder", "Nowhere"), follows=(Follow(opens="Rest", **said),))
        whole = typed(whole, "Rest", parents=frozenset({"New", "Folder", "Claim"}), queue="none")
        whole = typed(whole, "Nowhere", parents=frozenset({"Folder"}), queue="none")
        assert (found(whole, "follows-fit") == []) == fits

    def test_under_itself(self) -> None:
        """A closed task counts nobody, so what stands under it counts elsewhere."""
        whole = typed(added(follows=(Follow(opens="Rest", under="self"),)), "Rest", parents=frozenset({"New"}))
        assert found(whole, "follows-fit") == ["The 'New' that has ended is closed, so that nothing can open under it."]


class TestInput:
    """What an end gives to what follows on it."""

    def test_an_end_that_does_not_name_the_next_assignee(self) -> None:
        """Every action that ends the task so takes a user, or is told apart by what is given."""
        declared = Follow(after="completed", opens="Decision", assignee="input")
        actions = frozenset({"complete", "decide", "cancel", "note_delay", "end"})
        whole = added(follows=(declared,), actions=actions)
        assert found(whole, "follows-fit") == ["A 'New' may end by 'complete', without 'userId', which is read here."]
        for other in (
            added(follows=(declared,), actions=actions - {"complete"}),
            added(follows=(replace(declared, given={"outcome": "paid"}),), actions=actions),
        ):
            assert found(other, "follows-fit") == []

    def test_an_end_that_says_no_due_time(self) -> None:
        """A due time that an action need not give is missing at times."""
        declared = LETTERS.types["Approval"].follows[0]
        approve = LETTERS.types["Approval"].own_actions["approve"]
        optional = replace(approve, fields=tuple(replace(field, required=False) for field in approve.fields))
        assert declared.due == "until"
        whole = typed(LETTERS, "Approval", own_actions={"approve": optional})
        assert found(whole, "follows-fit") == [
            "A 'Approval' may end by 'approve', without 'until', which is read here."
        ]

    def test_an_end_by_the_last_child(self) -> None:
        """Nobody gives input when a task ends with its children."""
        declared = Follow(after="completed", opens="Decision", assignee="input")
        actions = frozenset({"decide", "cancel", "note_delay", "end"})
        whole = added(follows=(declared,), actions=actions, ends="with_children")
        (detail,) = found(whole, "follows-fit")
        assert detail == "A 'New' may end by 'children_closed', without 'userId', which is read here."

    def test_input_that_no_end_takes(self) -> None:
        """A condition on it would never hold."""
        declared = Follow(after="cancelled", opens="Decision", given={"outcome": "paid"})
        assert found(added(follows=(declared,)), "follows-fit") == [
            "Nothing that ends a 'New' so takes 'outcome' as input."
        ]


class TestLocks:
    """Two that would take the same lock never open together."""

    @pytest.mark.parametrize(
        ("first", "second", "clashes"),
        [
            ({}, {}, True),
            ({}, {"when": {"urgent": True}}, True),
            ({"when": {"urgent": True}}, {"unless": {"urgent": True}}, False),
            ({"after": "completed"}, {"after": "cancelled"}, False),
            ({"after": "completed"}, {}, True),
        ],
    )
    def test_on_an_end(self, first: dict[str, Any], second: dict[str, Any], *, clashes: bool) -> None:
        """They are told apart by how it ends, by attributes or by input."""
        follows = tuple(Follow(opens="Decision", under="root", **said) for said in (first, second))
        details = ["Of 'Decision' only one may be open in a case, but two would open at once."]
        assert found(added(follows=follows), "locks-are-free") == (details if clashes else [])

    def test_in_a_branch_that_opens_at_times(self) -> None:
        """What is asked of what is above both does not tell them apart."""
        twice = tuple(Follow(opens="Decision") for _ in range(2))
        whole = beginning(Follow(opens="File", when={"channel": "letter"}, children=twice))
        assert len(found(whole, "locks-are-free")) == 1

    def test_with_itself(self) -> None:
        """The one that opens with a task of its own type would be the second."""
        whole = typed(CLAIMED, "Decision", opens_with=(Follow(opens="same", **RULERS),))
        assert len(found(whole, "locks-are-free")) == 1


class TestPlaces:
    """Where a new task stands by itself."""

    def test_a_place_is_one(self) -> None:
        """It is of a type of which one is open in a case, or, at last, that with which the case begins."""
        detail = "There may be several open 'Payment' in a case, so a 'New' is not placed there."
        assert found(added(parents=("Payment", "File"), placed=("Payment", "File")), "places-fit") == [detail]
        assert found(added(parents=("Decision", "File"), placed=("Decision", "File")), "places-fit") == []
        early = "There may be several open 'File' in a case, so a 'New' is not placed there."
        assert found(added(parents=("Decision", "File"), placed=("File", "Decision")), "places-fit") == [early]

    def test_a_place_takes_it(self) -> None:
        """It stands there, and so it does where it may be created."""
        detail = "A 'New' does not stand under a 'Decision'."
        assert found(added(placed=("Decision",)), "places-fit") == [detail]
        assert found(added(created_under={"Decision": ("assignee",)}), "places-fit") == [detail]

    def test_kinds_are_said_by_whoever_creates(self) -> None:
        """Without that field nothing of the type could be created."""
        detail = "A 'New' is of one of its kinds, but nobody can say which when creating it."
        assert found(added(kinds=("one", "other")), "kinds-fit") == [detail]

    def test_members_are_people(self) -> None:
        """What is for members of an organization is assigned to no organization, and not to Casetree."""
        detail = "'assigned_to' names no member of 'rulers', whose members alone have such tasks."
        assert found(added(assigned_to="rulers", members_of="rulers"), "assignees-fit") == [detail]
        assert len(found(added(assigned_to_user="system", members_of="rulers"), "assignees-fit")) == 1


class TestNames:
    """History tells by names what happened."""

    def test_creating_has_a_name_of_its_own(self) -> None:
        """It is no action's, and none of those that history has."""
        for name in ("complete", "child_opened"):
            whole = replace(CLAIMED, creation=replace(CLAIMED.creation, action=name))
            assert len(found(whole, "names-differ")) == 1
        adding = replace(LETTERS.actions["complete"], name="add")
        whole = typed(LETTERS, "Office", own_actions={"add": adding})
        assert found(whole, "names-differ") == ["'add' is the name under which creating a child is listed."]

    def test_an_action_of_a_type_too(self) -> None:
        """A name that history has is no action's."""
        taken = replace(CLAIMED.actions["complete"], name="switched")
        assert found(added(own_actions={"switched": taken}), "names-differ") == [
            "'switched' is what history calls something else."
        ]


def engine(name: str, to: str = "same", *, who: str = "engine") -> dict[str, Action]:
    """An action of a type, in place of the workflow's."""
    return {name: Action(name, name, CLAIMED.actions["end"].sources, (TargetCase(to),), (who,))}


class TestTaken:
    """What Casetree takes by itself, it can take on tasks of every type."""

    @pytest.mark.parametrize(
        ("own", "rule", "told"),
        [
            (engine("end"), "trees-fit", "Cancelling a parent takes 'end', which leads to 'same'"),
            (engine("end", "cancelled", who="assignee"), "engine-acts", "Casetree itself is to take 'end', but may"),
            (engine("conclude"), "trees-fit", "Completing a parent takes 'conclude', which leads to 'same'"),
            (engine("run_out"), "timed-tasks-end", "When the time of a 'New' is over, 'run_out' does not always"),
            (engine("note_delay", who="assignee"), "engine-acts", "Casetree itself is to take 'note_delay', but may"),
            (engine("assign_next"), "assigning-fits", "'assign_next' assigns nobody."),
        ],
    )
    def test_an_action_in_place_of_one_that_is_taken(self, own: dict[str, Action], rule: str, told: str) -> None:
        """It is taken too, and does what is demanded of the other."""
        details = found(added(own_actions=own, lasts=timedelta(days=1)), rule)
        assert [detail for detail in details if detail.startswith(told)]
        if rule == "trees-fit":
            fits = engine("end", "cancelled") | engine("conclude", "completed") | engine("run_out", "completed")
            actions = frozenset({"complete", "note_delay"})
            assert verify(added(own_actions=fits, actions=actions, lasts=timedelta(days=1))) == ()

    def test_who_takes_it_instead(self) -> None:
        """A type cannot keep Casetree from what it is to take."""
        who: dict[str, tuple[str, ...]] = {"end": ("assignee",)}
        assert found(added(who=who), "engine-acts") == ["Casetree itself is to take 'end', but may not."]
        limited = added(who=who, actions=frozenset({"complete", "end", "note_delay"}))
        assert found(limited, "engine-acts") == ["Casetree itself is to take 'end', but may not."]
        assert "Casetree itself is to take 'end', but may not." not in found(
            added(who=who, actions=frozenset({"complete"})), "engine-acts"
        )

    def lacks(self, whole: Workflow) -> list[str]:
        """The actions that a type does not have, as they are told."""
        told = (detail.split("'") for detail in found(whole, "engine-acts") if "has no such action" in detail)
        return [parts[1] for parts in told]

    def test_a_type_that_lacks_one(self) -> None:
        """Whatever stands below another task ends with it; what can be due has the timer's action."""
        only = frozenset({"complete"})
        assert self.lacks(added(actions=only)) == ["end", "note_delay"]
        assert self.lacks(added(actions=only, under_completed="completed")) == ["end", "conclude", "note_delay"]
        passed_on = only | {"assign_to_person", "end"}
        assert self.lacks(typed(CLAIMED, "Claim", actions=passed_on - {"end"})) == ["end", "note_delay"]
        assert self.lacks(typed(CLAIMED, "Claim", actions=only)) == ["note_delay"]

    def test_a_type_that_can_be_due(self) -> None:
        """By its type, by a request, by an action, or by what it follows on."""
        only = frozenset({"complete", "end"})
        by_engine: dict[str, Any] = {"actions": only, "created_by": ("engine",)}
        assert self.lacks(added(**by_engine)) == []
        assert self.lacks(added(**by_engine, due_in=timedelta(days=1))) == ["note_delay"]
        assert self.lacks(added(**by_engine, created_by_members_of="rulers")) == ["note_delay"]
        assert self.lacks(typed(LETTERS, "Answer", actions=only)) == ["remind"]
        put_off = replace(CLAIMED.actions["complete"], name="put_off", effects=(Word("set_due_time"),))
        assert self.lacks(added(**by_engine, own_actions={"put_off": put_off})) == ["note_delay"]
        untimed = replace(CLAIMED, timers={"time": "run_out"})
        assert self.lacks(added(untimed, actions=only)) == []

    def test_closing_and_waiting(self) -> None:
        """Closing a case ends what any type has, and what can wait can be made ready."""
        whole = replace(CLAIMED, closing=CaseClosing(("inside",), "end"))
        assert self.lacks(typed(whole, "Claim", actions=frozenset({"complete", "note_delay"}))) == ["end"]
        waits = replace(CLAIMED, prerequisites=Waiting("on_hold", "assigned", "start"))
        creation = replace(waits.creation, target=(TargetCase("by_prerequisites"),))
        told = self.lacks(replace(waits, creation=creation))
        assert told
        assert set(told) == {"start"}
        assert self.lacks(waits) == []

    def test_what_makes_ready_in_a_type(self) -> None:
        """An action of a type in its place leads from waiting to ready as well."""
        waits = replace(CLAIMED, prerequisites=Waiting("on_hold", "assigned", "start"))
        details = [f.where for f in verify(added(waits, own_actions=engine("start"))) if f.rule == "waits-end"]
        assert ("types", "New", "own_actions", "start") in details


class TestHeld:
    """A task that begins with a timed hold."""

    def test_it_can_have_one(self) -> None:
        """A hold may stand under it, and there is a type of holds."""
        held = timedelta(days=3)
        assert "A 'New' begins with a timed hold, but a 'Pause' does not stand under one." in found(
            added(held_for=held), "timed-tasks-end"
        )
        assert CLAIMED.tree is not None
        none = replace(CLAIMED, tree=replace(CLAIMED.tree, hold=None))
        assert "A 'New' begins with a timed hold, but no type is one." in found(
            added(none, held_for=held), "timed-tasks-end"
        )

    def test_nothing_opens_with_it(self) -> None:
        """A child would end the hold at once."""
        whole = typed(LETTERS, "Wait", opens_with=(Follow(opens="same", organization="desk"),))
        assert found(whole, "timed-tasks-end") == [
            "What opens with a 'Wait' would end the hold with which that begins."
        ]


GRANTED = APPEALS.types["DocketSwitchGrantedTask"]
SWITCH = GRANTED.own_actions["complete"]


class TestSwitches:
    """A case that follows on another."""

    def granted(self, **values: Any) -> Workflow:
        """The appeals, with another action that switches."""
        action = replace(SWITCH, **values)
        return typed(APPEALS, GRANTED.name, own_actions={**GRANTED.own_actions, SWITCH.name: action})

    def test_the_task_ends(self) -> None:
        """Its tree does, and so does the one that was passed on."""
        whole = self.granted(target=(TargetCase("same"),))
        assert found(whole, "switches-fit") == ["'complete' may leave the task open, although its tree ends."]
        later = typed(APPEALS, GRANTED.name, ends="when_delegated")
        detail = "A 'DocketSwitchGrantedTask' that was passed on would end later than its tree."
        assert found(later, "switches-fit") == [detail]

    def test_its_attribute_can_have_the_value(self) -> None:
        """What can be chosen is a choice of the attribute."""
        fields = (Field("docket", "choice", required=True, options={"of": ["direct_review", "other"]}),)
        assert found(self.granted(fields=fields), "switches-fit") == [
            "'docket' could get a value that the new case cannot have."
        ]

    def test_every_case_has_the_attribute(self) -> None:
        """It would have nothing in which it could differ."""
        begins = APPEALS.case_types["appeal"].begins
        remand = CaseType("remand", "Remand", begins=(replace(begins[0], children=()),))
        whole = replace(APPEALS, case_types={**APPEALS.case_types, "remand": remand})
        assert found(whole, "switches-fit") == ["A 'remand' has no 'docket' in which it could differ."]

    @pytest.mark.parametrize("below", [False, True])
    def test_nothing_of_the_case_is_asked_after_it(self, *, below: bool) -> None:
        """What follows on it is not assigned by an attribute, nor is what opens under that."""
        track = Follow(after="completed", opens="TrackVeteranTask", under="root", attribute="representative")
        first = Follow(after="completed", opens="RootTask", under="root", children=(track,)) if below else track
        whole = typed(APPEALS, GRANTED.name, follows=(first,))
        assert found(whole, "switches-fit") == [
            "What follows on a 'DocketSwitchGrantedTask' would open by an attribute of a case whose tree has ended."
        ]

    def test_a_changed_task_ends(self) -> None:
        """Another stands in its place."""
        stays = replace(APPEALS.actions["change_type"], target=(TargetCase("same"),))
        whole = replace(APPEALS, actions={**APPEALS.actions, "change_type": stays})
        assert found(whole, "families-fit") == ["'change_type' opens a task in place of one that may stay open."]

    @pytest.mark.parametrize(
        ("said", "told"),
        [
            ({"placed": ()}, "nothing says where that stands"),
            ({"assigned_to": None}, "it would be nobody's"),
            ({"kinds": ("one",)}, "nobody would say of which kind"),
        ],
    )
    def test_what_a_task_can_be_changed_into(self, said: dict[str, Any], told: str) -> None:
        """It opens without anybody saying more than its type."""
        whole = typed(APPEALS, "StatusInquiryMailTask", **said)
        detail = f"A task can be changed into a 'StatusInquiryMailTask', but {told}."
        assert found(whole, "families-fit") == [detail]
