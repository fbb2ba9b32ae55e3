"""The checker plays workflows: what it says of a type, or of a case, the real decision has done."""

from __future__ import annotations

from dataclasses import replace

import pytest

from shared.compile import workflow_of
from shared.domain.checks.finding import Finding
from shared.domain.checks.verify import play
from shared.domain.checks.worlds import composed
from shared.domain.checks.worlds.beginnings import births, cases, ways_to_begin
from shared.domain.checks.worlds.changes import changes
from shared.domain.checks.worlds.composed import Found, beside_the_way, first_case, seen_as
from shared.domain.checks.worlds.happenings import at_hand
from shared.domain.checks.worlds.inputs import inputs
from shared.domain.checks.worlds.local import live
from shared.domain.checks.worlds.moves import ENDED_ABOVE
from shared.domain.checks.worlds.people import people_of
from shared.domain.checks.worlds.shapes import shapes
from shared.domain.checks.worlds.sides import Side
from shared.domain.definitions.workflow import Action, Field, Follow, TargetCase, Word, Workflow
from shared.domain.trees import delegation
from shared.domain.words.relations import passed_on_by
from tests.domain.test_verify import changed, typed
from tests.domain.worlds import workflow
from tests.workflows.broken import ERRANDS
from tests.workflows.claims import claims
from tests.workflows.letters import letters

SMALL, LETTERS, APPEALS = workflow_of(ERRANDS), letters(), workflow("appeals")


def found(whole: Workflow, rule: str) -> list[Finding]:
    """What the rule finds where the workflow is played."""
    return [finding for finding in play(whole) if finding.rule == rule]


def steps(finding: Finding) -> list[str]:
    """The steps of the counterexample, by what is done."""
    return [f"{step.of}: {step.action}" for step in finding.path]


def test_a_workflow_without_mistakes_plays_well() -> None:
    """Nothing is found, and it is told what is looked at."""
    told: list[str] = []
    assert play(SMALL, told.append) == ()
    assert told == ["Errands: tasks of type Write the list (1 of 2)", "Errands: tasks of type Buy (2 of 2)"]


def test_a_type_is_looked_at_in_every_state_that_matters() -> None:
    """With no, one and many open children, passed on and not, on hold for time and for work."""
    (begun,) = cases(LETTERS)
    life = live(births(LETTERS, (begun,), "Letter"))
    states = [state for state in life.explored.ways if state.open]
    assert {state.children for state in states} == {0, 1}
    assert {(state.delegated, state.delegate) for state in states} >= {(False, False), (True, False), (False, True)}
    assert life.explored.statuses() == {"assigned", "on_hold", "completed", "cancelled"}
    tray = live(births(LETTERS, (begun,), "Tray"))
    assert {state.children for state in tray.explored.ways if state.open} == {0, 1, 2}


def test_what_nobody_did_is_told_of_nobody() -> None:
    """That the task above is completed is nobody's deed at the one below: the last deed was somebody's, before that."""
    birth = next(b for b in births(claims(), cases(claims()), "Letter") if b.world.deeds)
    side = Side(birth.world, birth.task_id)
    told = {happening.step.action: happening.step for happening in at_hand(side, ())}
    assert told["cancel"].by
    assert (told[ENDED_ABOVE].by, told[ENDED_ABOVE].given) == ("", "")


def test_a_way_into_a_state_is_one_of_steps_that_people_can_take() -> None:
    """Each begins where the one before has led."""
    (begun,) = cases(LETTERS)
    for way in live(births(LETTERS, (begun,), "Answer")).explored.ways.values():
        own = [step for step in way if step.of == "Answer"]
        assert own[0].source is None
        assert all(step.who for step in way)


def test_a_case_is_stuck_where_what_is_left_waits_for_nothing() -> None:
    """The office that nobody can close outlives the tray: the shortest way there is shown."""
    office = typed(LETTERS, "Office", actions=frozenset({"add", "end"}))
    (stuck,) = found(office, "somebody-can-act")
    assert stuck.where == ("types", "Office")
    assert steps(stuck) == ["Case: create", "Tray: complete"]


def test_what_comes_of_a_case_that_begins_beyond_the_bounds_is_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    """With four of a type, of which at most two are looked at else: in the end, the office is left alone."""
    (case_type,) = LETTERS.case_types.values()
    (office,) = case_type.begins
    tray = replace(office.children[0], children=(Follow(opens="Second", organization="desk"),) * 4)
    types = {**LETTERS.types, "Second": replace(LETTERS.types["Copy"], name="Second", one_open=())}
    large = replace(case_type, begins=(replace(office, children=(tray,)),))
    whole = replace(LETTERS, types=types, case_types={"file": large})
    # Nobody can cancel those above, which would end all of them at once.
    whole = typed(whole, "Tray", actions=frozenset({"complete", "add", "end"}))
    begun = cases(typed(whole, "Office", actions=frozenset({"add", "end"})))
    assert first_case(begun, lambda world: [t.type for t in world.open_tasks()] == ["Office"]).world is not None
    monkeypatch.setattr(composed, "MOST", 3)
    assert not first_case(begun, lambda world: False).whole


def test_what_could_not_be_looked_at_whole_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is no proof that nothing was found in a part."""
    monkeypatch.setattr(composed, "MOST", 0)
    office = typed(LETTERS, "Office", actions=frozenset({"add", "end"}))
    assert [finding.where for finding in found(office, "explored-whole")] == [("case", "types")]


def test_an_administrator_who_stands_in_for_nobody_is_no_way_out() -> None:
    """What is for the assignee alone is for nobody where nobody has the task; one whom `who` names counts."""
    whole = replace(SMALL, administrators_act_as=("assignee",))
    whole = changed(changed(whole, "start", who=("assignee",)), "drop", who=("assignee",))
    endless = found(whole, "open-statuses-have-a-way-out")
    assert {finding.where for finding in endless} >= {("statuses", "ready")}
    assert not any(finding.unproven for finding in endless)
    named = changed(whole, "drop", who=("assignee", "administrator"))
    assert found(named, "open-statuses-have-a-way-out") == []


def test_what_follows_for_nobody_is_found_where_it_follows(monkeypatch: pytest.MonkeyPatch) -> None:
    """The task of an organization that has gone over to a person: its end would open a task that nobody has."""
    monkeypatch.setattr(delegation, "passed_on_from", passed_on_by)
    few = ("RootTask", "DistributionTask", "DocketSwitchMailTask", "DocketSwitchRulingTask", "TimedHoldTask")
    types = {name: APPEALS.types[name] for name in few}
    types |= {name: replace(types[name], follows=()) for name in ("DistributionTask", "DocketSwitchRulingTask")}
    (appeal,) = APPEALS.case_types.values()
    (root,) = appeal.begins
    begins = (replace(root, children=(Follow(opens="DistributionTask", organization="bva"),)),)
    whole = replace(APPEALS, types=types, case_types={"appeal": replace(appeal, begins=begins, attributes=())})
    (stuck,) = found(whole, "somebody-can-act")
    assert (stuck.type, stuck.unproven) == ("DocketSwitchRulingTask", False)
    assert steps(stuck)[1:] == [
        "DocketSwitchMailTask: create",
        "DocketSwitchMailTask: reassign",
        "DocketSwitchMailTask: send_to_judge",
    ]


def test_a_lasting_wait_is_found_whoever_could_drop_it() -> None:
    """Waiting for nothing is a mistake also where people can end it."""
    asleep = changed(SMALL, "wake", guards=(replace(SMALL.actions["wake"].guards[0], name="something_awaited"),))
    (waits,) = found(asleep, "waits-end")
    assert steps(waits)[:2] == ["Case: create", "Write the list: create"]


def test_what_only_people_ask_for_is_beside_the_way_of_a_case() -> None:
    """As is what follows on that alone; what opens with a case, and what that leads to, is on its way."""
    beside = beside_the_way(APPEALS)
    assert {"FoiaTask", "AodMotionMailTask", "DocketSwitchMailTask", "DocketSwitchGrantedTask"} <= beside
    assert not beside & {"RootTask", "DistributionTask", "AttorneyTask", "BvaDispatchTask", "NoShowHearingTask"}


def test_types_that_differ_in_names_alone_are_of_one_shape() -> None:
    """What opens with a task, or follows on it, makes another one."""
    named = shapes(APPEALS)
    alike = next(names for names in named.values() if "AodMotionMailTask" in names)
    assert {"StatusInquiryMailTask", "VacateMotionMailTask"} <= set(alike)
    assert not {"AddressChangeMailTask", "EvidenceOrArgumentMailTask", "RootTask"} & set(alike)
    # Both are routed in the same way, and one may stand under distribution as well.
    assert named["HearingRelatedMailTask"] == ["HearingRelatedMailTask", "PowerOfAttorneyRelatedMailTask"]


def test_types_are_told_apart_by_what_may_stand_under_them() -> None:
    """A shelf ends with what is put there; a rack, of which the same is said, ends never, as nothing stands there."""
    shelf = replace(LETTERS.types["Tray"], name="Shelf", parents=frozenset({"Tray"}), one_open=(), ends="with_children")
    shelf = replace(shelf, queue="none", created_by=None, actions=frozenset({"end", "add"}))
    types = {**LETTERS.types, "Shelf": shelf, "Rack": replace(shelf, name="Rack")}
    whole = replace(LETTERS, types=types)
    whole = typed(whole, "Approval", parents=frozenset({"Tray", "Shelf"}))
    endless = found(whole, "open-statuses-have-a-way-out")
    assert [(finding.type, finding.unproven) for finding in endless] == [("Rack", False)]


def test_only_names_of_types_and_organizations_are_left_out_of_a_shape() -> None:
    """A status that is called as an organization is no organization, and what opens otherwise is no other name."""
    named = LETTERS.organizations["desk"]
    organizations = {**LETTERS.organizations, **{key: replace(named, id=key) for key in ("assigned", "on_hold")}}
    whole = replace(LETTERS, organizations=organizations)
    begin = {key: replace(LETTERS.types["Copy"], name=key, begins=key) for key in ("assigned", "on_hold")}
    assert shapes(replace(whole, types=begin)) == {"assigned": ["assigned"], "on_hold": ["on_hold"]}
    types = {**LETTERS.types, "Second": replace(LETTERS.types["Copy"], name="Second")}
    opened = typed(replace(LETTERS, types=types), "Approval", follows=(Follow(opens="Second", assignee="actor"),))
    assert shapes(opened)["Copy"] == ["Copy"]


def test_cases_that_differ_in_ids_alone_are_one() -> None:
    """What a task is called tells no case from another."""
    first, again = cases(LETTERS)[0], cases(LETTERS)[0]
    renamed = first.after(())
    assert renamed != again
    assert seen_as(renamed) == seen_as(again)


def test_cases_of_all_attributes_are_looked_at() -> None:
    """Three dockets, with no representative, or one who writes or does not, with quality review or without."""
    assert len(cases(APPEALS)) == 18
    assert first_case(cases(APPEALS), lambda world: not list(world.open_tasks())).world is not None


def test_every_organization_has_a_member_and_an_admin() -> None:
    """Also one of each kind that the workflow does not name."""
    people = people_of(SMALL)
    assert [user.id for user in people.members("household")] == ["household-member", "household-admin"]
    assert people.of_kind("partner").id == "any-partner"
    assert people.members("nobody") == ()


def test_a_case_that_nobody_may_begin_is_none() -> None:
    """Then no task comes to be, either."""
    closed = replace(SMALL, create_case=("engine",))
    assert cases(closed) == ()


def test_every_kind_of_parent_and_of_party_is_tried() -> None:
    """A task is staged under whatever may be above it, also where that opens only by a request or after another."""
    whole = claims()
    begun = cases(whole)
    for name in ("Slip", "Window", "Watch", "Ruling"):
        assert {"completed"} <= live(births(whole, begun, name)).explored.statuses()


def test_inspections_play_well() -> None:
    """Information that is awaited, prerequisites, group queues and what is remembered."""
    assert play(workflow("inspection")) == ()


def test_an_action_with_options_is_tried_as_each_of_them() -> None:
    """One that nobody may ever take is named by itself."""
    finish = SMALL.actions["finish"]
    options = {
        "well": replace(finish, name="finish_well"),
        "badly": replace(finish, name="finish_badly", who=("parent_organization_admin",)),
    }
    whole = changed(SMALL, "finish", fields=(), target=(TargetCase("same"),), options=options)
    assert [f.detail for f in found(whole, "actions-have-somebody")] == ["Nobody may ever take 'finish_badly'."]


def test_a_type_under_no_task_that_there_is_never_begins() -> None:
    """Not even if people might ask for one."""
    below = typed(LETTERS, "Parcel", parents=frozenset({"Copy"}), placed=("Copy",))
    below = typed(below, "Copy", parents=frozenset({"Parcel"}), created_by=("engine",))
    assert list(births(below, cases(below), "Parcel")) == []


def test_a_task_may_be_staged_with_the_one_that_it_stands_under() -> None:
    """A review opens with the attorney's task, so there is no second one to open."""
    (birth, *_) = births(APPEALS, cases(APPEALS)[-1:], "ColocatedTask")
    assert birth.world.tasks[birth.world.tasks[birth.task_id].parent_id or ""].type == "AttorneyTask"


def test_what_stands_under_a_task_that_never_opens_never_begins() -> None:
    """Nor does what is declared for an attribute that the case has not."""
    parcels = typed(LETTERS, "Parcel", created_by=("engine",), opens_with=())
    asked = typed(parcels, "Request", parents=frozenset({"Parcel"}))
    assert list(births(asked, cases(asked), "Request")) == []
    letters_there = births(claims(), cases(claims())[:1], "Letter")
    assert all(birth.step.who != ("engine",) for birth in letters_there)


def test_the_way_of_a_case_comes_to_an_end() -> None:
    """Every case is looked at once, and what stands beside the way is left as it is."""
    assert first_case(cases(LETTERS), lambda world: False) == Found(None)
    birth = next(births(LETTERS, cases(LETTERS), "Copy"))
    assert first_case((birth.world,), lambda world: False).whole


def test_only_who_may_edit_a_case_changes_its_attributes() -> None:
    """Each other representative leads to another case, for those who may."""
    (_, there, *_) = [world for world in cases(claims()) if world.tasks]
    assert {seen_as(move.after) for move in changes(there)}
    nobody = replace(there, workflow=replace(claims(), create_case=("engine",)))
    assert list(changes(nobody)) == []


def test_a_field_is_given_what_its_kind_takes() -> None:
    """Numbers from the lowest on, other types of the family, organizations with each flag on and off."""
    begun = cases(APPEALS)[0]
    fields = (
        Field("priority", "integer", required=True, options={"min": 3}),
        Field("type", "task_type", required=True, options={"family": "mail"}),
    )
    given = list(inputs(begun.people, begun.scene(), replace(APPEALS.actions["start"], fields=fields)))
    assert {"priority": 3, "type": "AodMotionMailTask"} in given
    agent = Field("agent", "flagged_organization", required=True, options={"flags": ["writes"]})
    (case_type,) = SMALL.case_types.values()
    assert ways_to_begin(SMALL, replace(case_type, attributes=(agent,))) == 2


def test_a_type_that_follows_on_itself_is_of_a_shape_of_its_own() -> None:
    """Its own name tells it from none."""
    assert shapes(claims())["Query"] == ["Query"]


def test_what_is_declared_for_nobody_or_for_its_own_twin_does_not_open() -> None:
    """An attribute that the case has not, and a task that is passed on to who has it."""
    to_itself = Follow(opens="Answer", assignee="actor", children=(Follow(opens="same", assignee="actor"),))
    to_nobody = Follow(opens="Answer", attribute="agent")
    whole = typed(LETTERS, "Approval", follows=(to_itself, to_nobody))
    whole = typed(whole, "Answer", created_by=("engine",))
    assert list(births(whole, cases(whole), "Answer")) == []


def test_who_has_the_task_above_matters_where_only_its_members_act() -> None:
    """While a request is looked at, the tray above it goes from the desk to a person, and back to an organization."""
    give = Action(
        *("give", "Give", frozenset({"on_hold"}), (TargetCase("by_children"),), ("assignee",)),
        fields=(Field("assignedParty", "party", required=True, options={"of": ["user", "organization"]}),),
        effects=(Word("reassign"),),
    )
    given = typed(LETTERS, "Tray", own_actions={"give": give})
    asking = typed(given, "Request", who={"complete": ("parent_organization_member",)})
    above = {
        name: {state.above for state in live(births(whole, cases(whole), "Request")).explored.ways if state.open}
        for name, whole in (("given", given), ("asking", asking))
    }
    assert above == {"given": {None}, "asking": {"organization", "user"}}
