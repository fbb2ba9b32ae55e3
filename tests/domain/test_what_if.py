"""What another version would have made of a case: by its own version, just what has become of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.domain.definitions.vocabulary import MENDED
from shared.domain.definitions.workflow import Field, Follow, Tree, Word, Workflow
from shared.domain.model.task import Entry, Party
from shared.domain.whatif.judging import what_if
from shared.domain.whatif.past import Commit, Past
from shared.domain.whatif.traces import KEPT_TEXT, LEFT_OUT, Step, values
from shared.domain.whatif.verdict import Finding, Verdict
from shared.domain.whatif.versions import Versions
from tests.domain.histories import Choice, Story, nameless
from tests.domain.worlds import workflow
from tests.workflows.claims import claims

CHOICES = st.lists(st.tuples(*[st.integers(0, 20)] * 4), max_size=14)
DAYS = st.lists(st.integers(0, 4), min_size=14, max_size=14)
RULER = {"kind": "user", "id": "rulers-member"}
WRITES = {"organizationId": "any-partner", "writes": True}


def _claims() -> Story:
    return Story(claims(), {"channel": "letter", "agent": WRITES})


def _looks() -> Story:
    return Story(workflow(), more={"template": "standard-look", "caseType": "look"})


def _appeals() -> Story:
    friends = {"organizationId": "any-representative", "writesIhp": True}
    return Story(workflow("appeals"), {"docket": "hearing", "representative": friends})


@pytest.mark.parametrize("begun", [_claims, _looks, _appeals])
@settings(max_examples=20)
@given(choices=CHOICES, days=DAYS)
def test_whatever_was_done_goes_the_same_way_by_its_own_version(
    begun: Callable[[], Story], choices: list[Choice], days: list[int]
) -> None:
    """Children, turns, what follows, cascades, holds and timers among it: each commit is as the history has it."""
    story = begun()
    story.random(choices, days)
    assert story.judged(story.workflow).findings == ()


def other(before: Workflow, **values: Any) -> Workflow:
    """The next version of the workflow, which differs in this."""
    return replace(before, version=before.version + 1, **values)


def other_action(before: Workflow, name: str, **values: Any) -> Workflow:
    """The next version, in which the action differs in this."""
    return other(before, actions={**before.actions, name: replace(before.actions[name], **values)})


def other_type(before: Workflow, name: str, **values: Any) -> Workflow:
    """The next version, in which the type differs in this."""
    return other(before, types={**before.types, name: replace(before.types[name], **values)})


def other_tree(before: Workflow, **values: Any) -> Workflow:
    """The next version, in which children move their parent otherwise."""
    assert isinstance(before.tree, Tree)
    return other(before, tree=replace(before.tree, **values))


def said(verdict: Verdict) -> list[tuple[str, int, str, str, str]]:
    """What is said: kind, step, action, the local part of the task's id, and the rule."""
    return [(f.kind, f.step, f.action, (f.task_id or "").rpartition(".")[2], f.rule) for f in verdict.findings]


def local(task: Any) -> str:
    """The id of the task within its case."""
    return str(task.task_id.rpartition(".")[2])


@pytest.fixture
def story() -> Story:
    """A claim by phone, in which nothing has been done yet."""
    return Story(claims(), {"channel": "phone"})


def test_a_transition_that_is_gone_refuses_just_the_step_that_took_it(story: Story) -> None:
    """With its code and words, when it was, and by whom; the rest is judged as if it had been taken."""
    claim = story.create("Claim", assignedParty=RULER)
    ruling = story.create("Ruling", parentId=claim.task_id, assignedParty=RULER)
    story.act("Ruling", "cancel")
    story.act("Claim", "complete")
    new = other(story.workflow, actions={n: a for n, a in story.workflow.actions.items() if n != "cancel"})
    verdict = story.judged(new)
    assert said(verdict) == [("refused", 4, "cancel", local(ruling), "action")]
    (finding,) = verdict.findings
    assert (finding.code, finding.detail) == ("invalid_input", "There is no action 'cancel'.")
    assert (finding.at, finding.by) == (story.world.tasks[ruling.task_id].closed_at, "administrator")
    assert (verdict.outcome, verdict.steps, verdict.fits) == ("refused", 5, False)


def test_a_case_in_a_place_that_is_gone_is_not_judged_from_there(story: Story) -> None:
    """The step that led to it is refused, and nothing is said of those that came after."""
    claim = story.create("Claim", assignedParty=RULER)
    story.act("Claim", "start")
    story.act("Claim", "complete")
    new = other(story.workflow, actions={n: a for n, a in story.workflow.actions.items() if n != "start"})
    assert said(story.judged(new)) == [
        ("refused", 3, "start", local(claim), "action"),
        ("not_judged", 3, "start", local(claim), "history"),
    ]


def test_a_guard_that_is_new_refuses_by_its_own_words(story: Story) -> None:
    """The reason is that of the real decision."""
    claim = story.create("Claim", assignedParty=RULER)
    story.act("Claim", "complete")
    guards = (*story.workflow.actions["complete"].guards, Word("due_time_passed"))
    verdict = story.judged(other_action(story.workflow, "complete", guards=guards))
    assert said(verdict) == [("refused", 3, "complete", local(claim), "due_time_passed")]
    assert verdict.findings[0].code == "action_not_available"


def test_another_reaction_of_the_parent_leads_otherwise(story: Story) -> None:
    """By the children that Casetree counts between the steps of people; what people did then is refused."""
    claim = story.create("Claim", assignedParty=RULER)
    story.create("Ruling", parentId=claim.task_id, assignedParty=RULER)
    story.act("Ruling", "complete")
    new = other_tree(story.workflow, returned="in_progress")
    verdict = story.judged(new)
    assert said(verdict) == [("otherwise", 4, "complete", local(claim), "status")]
    assert verdict.findings[0].detail == "It would be open / in_progress, where it is open / assigned."
    assert (verdict.outcome, verdict.fits) == ("otherwise", True)
    story.act("Claim", "start")
    assert said(story.judged(new)) == [
        ("refused", 5, "start", local(claim), "from"),
        ("otherwise", 4, "complete", local(claim), "status"),
    ]


def test_a_difference_that_passes_is_none_in_the_end(story: Story) -> None:
    """Where the parent went on from either status, the case has gone the same way."""
    claim = story.create("Claim", assignedParty=RULER)
    story.create("Ruling", parentId=claim.task_id, assignedParty=RULER)
    story.act("Ruling", "complete")
    story.act("Claim", "complete")
    assert story.judged(other_tree(story.workflow, returned="in_progress")).outcome == "same"


def test_a_timer_that_is_shorter_has_fired_before(story: Story) -> None:
    """At its own time, and the parent has reacted; who came later is refused."""
    claim = story.create("Claim", assignedParty=RULER)
    window = story.create("Window", parentId=claim.task_id)
    new = other_type(story.workflow, "Window", lasts=timedelta(days=10))
    story.after(days=9)
    assert story.judged(new).outcome == "same"
    story.after(days=11)
    ran_out = [("otherwise", 3, "", local(one), "status") for one in (claim, window)]
    assert said(story.judged(new)) == ran_out
    assert story.judged(new).findings[0].by is None
    story.act("Window", "complete")
    assert said(story.judged(new)) == [("refused", 4, "complete", local(window), "from"), *ran_out]


def test_a_timer_that_is_longer_has_not_fired_yet(story: Story) -> None:
    """What the sweep did by the old version is not done by the new one."""
    claim = story.create("Claim", assignedParty=RULER)
    window = story.create("Window", parentId=claim.task_id)
    story.after(days=91)
    longer = other_type(story.workflow, "Window", lasts=timedelta(days=100))
    assert [one[3] for one in said(story.judged(longer))] == [local(claim), local(window)]
    story.after(days=5)
    assert story.judged(longer).outcome == "otherwise"


def test_a_timer_waits_for_the_sweep_as_it_did(story: Story) -> None:
    """What was due during an outage had not fired yet, when somebody did something else first."""
    claim = story.create("Claim", assignedParty=RULER)
    story.create("Window", parentId=claim.task_id)
    story.world.pass_time(days=95)
    story.world.play(story.world.decide(story.newest("Window"), "complete", story.admin))
    story.after()
    assert story.judged(other(story.workflow)).findings == ()


def test_a_hold_lasts_as_long_as_history_shows(story: Story) -> None:
    """One that ran out lasted until then; one that was ended was to last longer; one that runs says until when."""
    story.create("Claim", assignedParty=RULER)
    story.act("Claim", "place_timed_hold", days=3)
    story.after(days=4)
    story.act("Claim", "place_timed_hold", days=30)
    story.after(days=7)
    story.act("Claim", "end_hold")
    story.act("Claim", "place_timed_hold", days=12)
    assert story.judged(other(story.workflow)).findings == ()
    fewer = other_action(story.workflow, "end_hold", guards=(Word("no_open_children"), Word("due_time_passed")))
    assert [one[0] for one in said(story.judged(fewer))] == ["refused"]


def test_what_no_longer_follows_is_missing_where_somebody_acted_on_it() -> None:
    """A task that would not have come to be takes no action; the case goes on as if it had."""
    story = _claims()
    story.act("Letter", "complete")
    story.act("Sorting", "complete")
    decision = story.newest("Decision")
    new = other_type(story.workflow, "Sorting", follows=())
    (missing,) = [f for f in story.judged(new).findings if f.task_id == decision.task_id]
    assert (missing.kind, missing.step, missing.by) == ("otherwise", 3, None)
    assert missing.detail == "It would not be there, where it is open / assigned."
    story.act("Decision", "start")
    refused, *_ = story.judged(new).findings
    assert (refused.kind, refused.code, refused.rule) == ("refused", "not_found", "task")


def test_what_follows_as_well_is_told_by_its_type() -> None:
    """There is no such task that could be named."""
    story = _claims()
    story.act("Letter", "complete")
    follows = (Follow(opens="Query", under="root", organization="rulers"),)
    verdict = story.judged(other_type(story.workflow, "Letter", follows=follows))
    assert [(f.kind, f.task_id, f.detail) for f in verdict.findings] == [
        ("otherwise", None, "There would also be: Query.")
    ]


def test_of_several_that_open_at_once_the_missing_one_is_named_by_whose_it_was() -> None:
    """What is left is that of the one who has it by both versions, though another of its type came to be before."""
    story = _claims()
    rulers = Follow(opens="Payment", under="root", organization="rulers")
    both = (rulers, replace(rulers, organization=None, attribute="agent"))
    opening = other_type(story.workflow, "Letter", follows=both)
    story = Story(replace(opening, version=1), {"channel": "letter", "agent": WRITES})
    story.act("Letter", "complete")
    first, second = (t for t in story.world.tasks.values() if t.type == "Payment" and not t.is_delegate)
    assert [t.assigned_party.id for t in (first, second) if t.assigned_party] == ["rulers", "any-partner"]
    verdict = story.judged(other_type(story.workflow, "Letter", follows=both[1:]))
    missing = {first.task_id, *(t.task_id for t in story.world.tasks.values() if t.parent_id == first.task_id)}
    assert {(f.kind, f.task_id) for f in verdict.findings} == {("otherwise", task_id) for task_id in missing}


def test_a_template_that_has_grown_is_taken_as_it_is_now() -> None:
    """It was asked for by its name, and what was asked for beside it stays."""
    story = Story(workflow(), more={"template": "standard-look", "tasks": [{"key": "more", "type": "MVR Check"}]})
    kind = story.workflow.case_types["look"]
    grown = (*kind.templates["standard-look"], {"key": "again", "type": "Follow-Up"})
    new = other(story.workflow, case_types={"look": replace(kind, templates={"standard-look": grown})})
    assert [f.detail for f in story.judged(new).findings] == ["There would also be: Follow-Up."]


def test_a_case_that_could_not_begin_goes_on_as_if_it_had_been_migrated() -> None:
    """Its beginning is refused; what came after is judged all the same."""
    story = Story(claims(), {"channel": "phone"})
    story.create("Claim", assignedParty=RULER)
    kind = story.workflow.case_types["claim"]
    fields = tuple(f for f in kind.attributes if f.name != "urgent")
    needed = replace(next(f for f in kind.attributes if f.name == "urgent"), required=True)
    new = other(story.workflow, case_types={"claim": replace(kind, attributes=(*fields, needed))})
    assert said(story.judged(new))[0] == ("refused", 1, "create", "", "input")
    gone = other(story.workflow, case_types={"other": replace(kind, name="other")})
    assert [one[0] for one in said(story.judged(gone))] == ["refused", "not_judged", "unfit"]


def test_attributes_and_the_end_of_a_case_are_played_as_well() -> None:
    """What a change of an attribute does to the tasks, and what closing the case does to those that are open."""
    story = _claims()
    story.edit(agent=None, urgent=True)
    story.rename("A claim")
    story.edit(agent=WRITES)
    assert story.judged(other(story.workflow)).findings == ()
    look = _looks()
    look.act("Order Verify", "claim")
    look.close()
    assert look.judged(other(look.workflow)).findings == ()
    closing = look.workflow.closing
    assert closing is not None
    never = look.judged(other(look.workflow, closing=None))
    assert said(never)[0] == ("refused", 3, "close", "", "close")


def test_a_new_task_is_asked_for_as_it_was() -> None:
    """In another queue than is usual, due at a time of its own, waiting for another one and for something else."""
    story = _looks()
    first = story.newest("Order Verify")
    given = {"groupQueue": "cis", "dueTime": "2027-01-01T00:00:00Z", "awaiting": "The gate code.", "priority": 3}
    task = story.create("Follow-Up", prerequisites=[first.task_id], **given)
    story.act("Order Verify", "claim")
    story.act("Order Verify", "pass")
    story.world.play(story.world.decide(task, "provide", story.admin))
    story.after()
    story.create("Vacation Mode Reminder", dueTime=None)
    assert story.judged(other(story.workflow)).findings == ()


def test_mail_that_turns_out_to_be_another_is_changed_into_what_history_shows() -> None:
    """The new branch is of the type that was asked for, and ends what was passed on before."""
    story = _appeals()
    story.create("StatusInquiryMailTask")
    story.act("StatusInquiryMailTask", "change_type", type="AodMotionMailTask")
    assert story.newest("AodMotionMailTask").type == "AodMotionMailTask"
    assert story.judged(other(story.workflow)).findings == ()


def test_what_came_of_a_step_shows_what_was_given() -> None:
    """Where the entry does not say it: whose task it is, and in which queue; for the rest there are guesses."""
    now = datetime(2026, 11, 22, tzinfo=UTC)
    ann = Party("user", "ann", "Ann Lee")
    entry = Entry("c1", "c1.1", 2, now, None, "move", "TaskChanged", "c2", "open", "assigned", "Claim", ann, "cis")
    case = Story(claims(), {"channel": "phone"}).world.case
    step = Step(claims(), Past(case, (), (entry,)), Commit((entry,)), entry)
    assert values(step, Field("groupQueue", "group_queue")) == ("cis",)
    assert values(step, Field("assignedParty", "party")) == ({"kind": "user", "id": "ann"},)
    assert values(step, Field("days", "days", required=True)) == (1,)
    assert values(step, Field("date", "due_time", required=True)) == ("2026-11-23T00:00:00.000Z",)
    assert values(step, Field("role", "role", required=True)) == (KEPT_TEXT,)
    nobodys = replace(step, entry=replace(entry, assigned_party=None, group_queue=None))
    assert values(nobodys, Field("assignedParty", "party", nullable=True)) == (None,)
    assert values(nobodys, Field("groupQueue", "group_queue")) == (LEFT_OUT, KEPT_TEXT)


def test_what_is_no_message_is_not_heard() -> None:
    """Of a task with two ends as well, what Casetree did by itself follows by itself, or is not judged."""
    story = Story(workflow("collaboration"), owner="any-team")
    story.create("Task", collaborative=True)
    story.act("Task", "prepare")
    assert story.judged(other(story.workflow)).findings == ()
    (finding,) = _judged(story, _last(story.past(), action="overdue", created_by=None))
    assert (finding.kind, finding.detail[:28]) == ("not_judged", "By its own version, look-1.t")


def test_nobody_could_have_acted_any_more(story: Story) -> None:
    """Neither at the step that is refused, nor in the end, where nobody but administrators may do anything."""
    claim = story.create("Claim", assignedParty=RULER)
    story.act("Claim", "start")
    nobody = {name: replace(action, who=("administrator",)) for name, action in story.workflow.actions.items()}
    new = other(story.workflow, actions=nobody)
    assert story.judged(new).findings[-1].kind == "stuck"
    assert story.judged(new).outcome == "stuck"
    gone = other(story.workflow, actions={n: a for n, a in nobody.items() if n != "start"})
    assert said(story.judged(gone))[:2] == [
        ("refused", 3, "start", local(claim), "action"),
        ("stuck", 3, "start", local(claim), "somebody-can-act"),
    ]


def test_what_does_not_fit_as_it_is_is_not_said_of_the_new_version() -> None:
    """A queue that neither version has keeps no case from the new one."""
    story = _looks()
    past = story.past()
    lost = replace(past, tasks=tuple(replace(task, group_queue="gone") for task in past.tasks))
    assert _judged(story, lost) == []


def test_who_belonged_where_is_not_known(story: Story) -> None:
    """Nobody is refused for it; where fewer may do it than before, or only members have such tasks, that is said."""
    claim = story.create("Claim", assignedParty=RULER)
    story.act("Claim", "complete")
    fewer = other_action(story.workflow, "complete", who=("administrator",))
    members = other_type(story.workflow, "Claim", members_of="rulers")
    creators = other_type(story.workflow, "Claim", created_by=("administrator",))
    assert said(story.judged(fewer)) == [("not_judged", 3, "complete", local(claim), "who")]
    assert {one[4] for one in said(story.judged(members))} == {"members_of"}
    assert said(story.judged(creators)) == [("not_judged", 2, "create", "", "who")]
    assert story.judged(other(story.workflow, create_case=("administrator",))).outcome == "not_judged"


def test_input_that_history_does_not_show_is_found_by_what_came_of_it() -> None:
    """And what is refused for it alone is not judged: it may have been something else."""
    story = _claims()
    story.act("Letter", "complete")
    story.act("Sorting", "complete")
    story.act("Decision", "decide", userId="rulers-member", outcome="paid")
    story.act("Check", "complete")
    assert story.judged(other(story.workflow)).findings == ()
    decide = story.workflow.actions["decide"]
    fields = tuple(
        replace(f, options={"of": ("granted", "denied")}) if f.name == "outcome" else f for f in decide.fields
    )
    verdict = story.judged(other_action(story.workflow, "decide", fields=fields))
    assert said(verdict)[0][:3] == ("not_judged", 4, "decide")


def _judged(story: Story, past: Past) -> list[Finding]:
    new = other(story.workflow)
    return list(what_if(Versions.of(story.workflow, new), past, story.world.now).findings)


def _last(past: Past, **values: Any) -> Past:
    """The past with another last entry."""
    last = max(past.entries, key=lambda entry: (entry.created_at, entry.version))
    return replace(past, entries=tuple(replace(e, **values) if e is last else e for e in past.entries))


def test_it_is_said_why_a_case_is_not_judged(story: Story) -> None:
    """Where history does not have all that it rests on, or the old version does not make of it what there is."""
    claim = story.create("Claim", assignedParty=RULER)
    story.act("Claim", "start")
    past = story.past()
    engine: dict[str, Any] = {"created_by": None}
    for changed, reason in (
        (_last(past, workflow_version=0), "It went by another version, to which it was not seen to be migrated."),
        (_last(past, action="teleport"), "teleport is no action of the file."),
        (_last(past, type="Gone"), "start is no action of the file."),
        (_last(past, action=MENDED, **engine), "The doctor has mended the case."),
        (_last(past, status="completed"), "By its own version, something else would come of it."),
        (_last(past, action="end_hold"), "By its own version, it would be refused: "),
        (nameless(past, claim.task_id), "By its own version, there would be no such task."),
        (replace(past, entries=past.entries[1:]), "Its history has not got its beginning."),
        (replace(past, entries=tuple(replace(e, **engine) for e in past.entries)), "It began with what another case"),
        (replace(past, tasks=tuple(replace(t, status="on_hold") for t in past.tasks)), "By its own version, look-1."),
    ):
        said_of_it = [f.detail for f in _judged(story, changed) if f.kind == "not_judged"]
        assert [detail.startswith(reason) for detail in said_of_it] == [True], (reason, said_of_it)
