from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest

from shared.compile import check
from shared.domain.decide import offers
from shared.domain.definitions.workflow import Workflow
from shared.domain.model.ends import ASSIGNMENT_STATUSES
from shared.domain.model.scene import Context
from shared.domain.words.fields import input_schema
from tests.domain.worlds import admin, as_caller, refused, user
from tests.workflows.pages import DOCS
from tests.workflows.repairs import (
    BEN,
    FIRST,
    OLA,
    PAGE,
    PHOTO,
    QUOTES,
    STEPS,
    Repair,
    end_of,
    grown,
    links,
    named,
    repairs,
    rows,
    shown,
    written,
)

TEXT = PAGE.read_text(encoding="utf-8")
COLLABORATION = (DOCS.parent / "shared" / "workflows" / "collaboration.yaml").read_text(encoding="utf-8")
File = dict[str, Any]


UNFINISHED = {1: "somebody-can-act", 2: "ends-agree"}
"""The steps after which a reader still has to go on, and what the page shows of that."""


@pytest.mark.parametrize("steps", range(len(STEPS) + 1))
def test_every_step_of_the_page_passes_the_checker(steps: int, tmp_path: Path) -> None:
    """Whoever follows the page has a workflow without a mistake at every step, or sees what is still to come."""
    file = written(tmp_path, grown(steps))
    if not steps:
        file.write_text(FIRST, encoding="utf-8")
    problems = check([file])
    if steps in UNFINISHED:
        (shown,) = (problem for problem in problems if problem.rule == UNFINISHED[steps])
        assert str(shown).partition(": ")[2] in TEXT
    else:
        assert [str(problem) for problem in problems] == []


def test_what_the_page_quotes_stands_in_the_file() -> None:
    """A fragment that is said to be of `collaboration` is there word for word."""
    assert QUOTES
    assert [quote for quote in QUOTES if quote not in COLLABORATION] == []


def test_the_page_lists_every_assignment_status() -> None:
    """The table of assignment statuses leaves none out."""
    table = TEXT.partition("| assignment status |")[2].partition("\n\n")[0]
    assert {status for status in ASSIGNMENT_STATUSES if f"`{status}`" not in table} == set()


def option(file: File, name: str) -> File:
    """An option of `assign`."""
    return cast(File, file["actions"]["assign"]["options"][name])


def without_timer(file: File) -> None:
    """No timer says when a request for a connection is over."""
    del file["timers"]


def with_too_little(file: File) -> None:
    """The workshop may decline without a reason."""
    del option(file, "decline")["input"]["reason"]["required"]


def untold(file: File) -> None:
    """Nobody tells that the workshop has started."""
    del file["actions"]["start"]["effects"]


def heard_by_people(file: File) -> None:
    """People are to hear what the workshop tells."""
    file["actions"]["partner_starts"]["who"] = ["case_organization_member"]


@pytest.mark.parametrize(
    ("steps", "forget"), [(1, without_timer), (2, with_too_little), (3, untold), (3, heard_by_people)]
)
def test_the_page_says_what_the_checker_says_of_what_is_forgotten(
    steps: int, forget: Callable[[File], None], tmp_path: Path
) -> None:
    """Each mistake is reported in the words that the page shows; the line depends on the reader's file."""
    wrong = grown(steps)
    forget(wrong)
    file = written(tmp_path, wrong)
    (problem,) = check([file])
    reason = str(problem).partition(f"{file}:")[2].partition(" ")[2]
    assert f" {reason}\n```" in TEXT


@pytest.fixture(scope="module")
def workflow(tmp_path_factory: pytest.TempPathFactory) -> Workflow:
    """The workflow of the page, whole."""
    return repairs(tmp_path_factory.mktemp("whole"))


@pytest.fixture
def repair(workflow: Workflow) -> Repair:
    """A new repair for a workshop."""
    return Repair.begin(workflow, description="The tap drips.", links=[PHOTO])


def offered_to_bolt(repair: Repair) -> Repair:
    """The repair once the workshop has it."""
    return repair.do("offer").do("to", organizationId="bolt").deliver()


WAYS = {"received": 0, "accepted": 1, "cleared": 2, "underway": 3, "repaired": 4}
"""The places of the page's table, each by how many steps lead there from the offer."""


def at(repair: Repair, where: str) -> Repair:
    """The repair in a place of the page's table, everything delivered."""
    offered_to_bolt(repair)
    steps = (("accept", repair.does), ("clear", repair.do), ("start", repair.does), ("report", repair.does))
    for name, take in steps[: WAYS[where]]:
        take(name).deliver()
    return repair


def assigned(repair: Repair) -> str:
    """The assignment status of the office's end."""
    return repair.end.assignment


def ends(repair: Repair) -> tuple[tuple[str, str], tuple[str, str]]:
    """The office's end and the workshop's, each by its status and assignment status."""
    return shown(repair.office, repair.task), shown(repair.workshop, repair.there)


def test_an_office_that_repairs_by_itself_needs_nobody(workflow: Workflow) -> None:
    """The same actions lead a standalone task from its report to its close, and tell nobody."""
    alone = Repair.begin(workflow, collaborative=False).do("clear", "start", "report", "send_back", "report", "close")
    assert shown(alone.office, alone.task) == ("closed", "initial")
    assert alone.office.flight == []
    assert refused(Repair.begin(workflow, collaborative=False).decide("offer")).code == "not_allowed"


def test_only_the_organization_of_its_case_sees_to_an_end(repair: Repair) -> None:
    """Members act on their own end; people inside of other organizations do not."""
    offered_to_bolt(repair)
    assert repair.workshop.offered(repair.there, BEN) == {"assign"}
    assert repair.workshop.offered(repair.there, OLA) == set()
    assert repair.office.offered(repair.task, BEN) == set()
    assert repair.office.offered(repair.task, user("ivo", kind="team", legal=False)) == set()
    assert "clear" in repair.office.offered(repair.task, admin())


def test_an_assignment_is_sent_on_getting_where_it_is_sent(repair: Repair) -> None:
    """A workshop that was chosen early hears nothing before the repair is offered; then it has what the office has."""
    repair.do("to", organizationId="bolt")
    assert shown(repair.office, repair.task) == ("reported", "assigned")
    assert repair.office.flight == []
    repair.do("offer")
    assert assigned(repair) == "ready"
    repair.deliver()
    assert ends(repair) == (("offered", "sent"), ("offered", "received"))
    assert repair.workshop.texts.description == "The tap drips."
    assert repair.workshop.texts.links == links(PHOTO)
    assert repair.workshop.case.display_name == "Housing Office"
    assert repair.workshop.case.organization_id == "bolt"


def schema_of(context: Context) -> list[str]:
    """The options that the action `assign` is offered with."""
    (offer,) = [offer for offer in offers(context) if offer.action.name == "assign" and offer.refusal is None]
    ways = cast(list[Any], input_schema(offer.action, context.scene.workflow)["oneOf"])
    return [way["properties"]["option"]["const"] for way in ways]


def test_people_are_offered_just_the_options_that_are_open(repair: Repair) -> None:
    """What can be done with an assignment follows from the end and the assignment status."""
    office, ola, ben = repair.office, as_caller(OLA), as_caller(BEN)
    assert schema_of(office.context(ola, repair.task)) == ["to"]
    offered_to_bolt(repair)
    assert schema_of(office.context(ola, repair.task)) == ["recall"]
    assert schema_of(repair.workshop.context(ben, repair.there)) == ["accept", "decline", "refer"]


def test_the_two_ends_move_together(repair: Repair) -> None:
    """From the offer to the close, with links and notes that go along, as the page tells it."""
    at(repair, "underway")
    photo = {**PHOTO, "name": "The new tap"}
    repair.does("report", note="Done.", links=[photo]).deliver()
    assert repair.office.texts.links == links(PHOTO, photo)
    assert repair.office.entries[-1].note == "Done."
    repair.do("send_back").deliver()
    assert repair.there.status == "underway"
    assert repair.workshop.entries[-1].note == "It still drips."
    repair.does("report").deliver().do("close").deliver()
    assert ends(repair) == (("closed", "accepted"), ("closed", "accepted"))


def test_accepting_leads_to_where_the_office_is(repair: Repair) -> None:
    """A repair that was cleared before the workshop has accepted it is cleared for the workshop, too."""
    at(repair, "received").do("clear").deliver()
    assert repair.there.status == "offered"
    repair.does("accept").deliver()
    assert ends(repair) == (("cleared", "accepted"), ("cleared", "accepted"))


@pytest.mark.parametrize("to_owner_first", [True, False])
@pytest.mark.parametrize("row", rows(), ids=" ".join)
def test_what_crosses_ends_as_the_table_says(row: tuple[str, ...], repair: Repair, *, to_owner_first: bool) -> None:
    """Both act before either hears of the other; whichever message comes first, the ends are as the page says."""
    where, mine, theirs, *after = row
    at(repair, where).do(mine).does(theirs).deliver(to_owner_first=to_owner_first)
    assert [word for end in ends(repair) for word in end] == after


def test_the_table_has_rows() -> None:
    """The page's table is found, and shows both sides winning."""
    assert len(rows()) == 7


def test_what_is_dropped_leaves_no_entry(repair: Repair) -> None:
    """A message that finds its action not offered moves the number of what was heard, and nothing else."""
    at(repair, "cleared").do("recall").does("start")
    before, entries = repair.task, len(repair.office.entries)
    repair.deliver(to_owner_first=True)
    heard = end_of(before).received + 1
    assert repair.task == replace(before, end=replace(end_of(before), received=heard))
    assert len(repair.office.entries) == entries


def test_a_first_workshop_cannot_spoil_what_a_second_does(repair: Repair) -> None:
    """What belongs to an earlier assignment is dropped."""
    first = at(repair, "received").does("decline").workshop
    late = first.flight.pop()
    repair.do("recall").deliver().do("to", organizationId="weld").deliver()
    first.flight.append(late)
    repair.deliver()
    assert ends(repair) == (("offered", "sent"), ("offered", "received"))


def test_who_is_asked_by_email_gets_the_repair_on_accepting(repair: Repair) -> None:
    """The assignment waits for the connection: required, requested, then on its way to who has accepted."""
    repair.do("offer").do("to", name="New Comers", email="noa@example.org")
    assert assigned(repair) == "connectionRequired"
    asked = repair.office.connection
    assert asked is not None
    repair.office.connection = replace(asked, requested_at=repair.office.now)
    repair.office.settle()
    assert assigned(repair) == "connectionRequested"
    answered = replace(asked.asked, organization_id="newcomer", display_name="Newcomer")
    repair.office.connection = replace(asked, state="connected", asked=answered)
    repair.office.settle()
    assert assigned(repair) == "ready"
    repair.deliver()
    assert ends(repair) == (("offered", "sent"), ("offered", "received"))


def test_a_request_that_nobody_answers_is_over_after_its_time(repair: Repair) -> None:
    """The timer says so, the connection has expired, and the office can assign anew."""
    repair.do("offer").do("to", name="New Comers", email="noa@example.org")
    repair.office.pass_time(days=14)
    repair.office.settle()
    assert assigned(repair) == "connectionDeclined"
    assert repair.office.connection is not None
    assert repair.office.connection.state == "expired"
    repair.do("to", organizationId="bolt").deliver()
    assert assigned(repair) == "sent"


def test_taking_back_withdraws_a_request(repair: Repair) -> None:
    """Nobody can answer for an assignment that is over."""
    repair.do("offer").do("to", name="New Comers", email="noa@example.org").do("recall")
    assert repair.office.connection is not None
    assert repair.office.connection.state == "withdrawn"
    assert assigned(repair) == "recalled"


def test_a_task_is_for_organizations_of_its_role(tmp_path: Path) -> None:
    """Where requests may give a role, one that does not match is refused."""
    file = grown()
    file["create"]["fields"]["role"] = {"is": "role"}
    repair = Repair.begin(repairs(tmp_path, file), role="partner-plumber*")
    assert refused(repair.decide("to", organizationId="weld")).code == "invalid_input"
    assert assigned(repair.do("to", organizationId="bolt")) == "assigned"


@pytest.mark.parametrize("auto_refer", [True, False])
def test_a_referral_is_followed_where_the_task_says_so(workflow: Workflow, *, auto_refer: bool) -> None:
    """With `autoRefer` the suggested workshop has it at once; else the office sees whom was suggested."""
    repair = at(Repair.begin(workflow, autoRefer=auto_refer), "accepted")
    first = repair.workshop
    repair.does("refer").deliver()
    assert shown(first, next(iter(first.tasks))) == ("dropped", "referred")
    if auto_refer:
        assert repair.workshop.case.organization_id == "weld"
        assert repair.office.entries[-2].action == "referred_on"
        assert assigned(repair) == "sent"
    else:
        assert assigned(repair) == "referred"
        assert repair.end.referral is not None
        assert repair.end.referral.organization_id == "weld"


def test_an_end_reads_as_the_page_says(repair: Repair, workflow: Workflow) -> None:
    """The names of the worker status, from the report to the repair, and of one that was taken back."""
    read = [named(workflow, repair.task)]
    steps = (
        ("offer", repair.do),
        ("accept", repair.does),
        ("clear", repair.do),
        ("start", repair.does),
        ("report", repair.does),
    )
    repair.do("to", organizationId="bolt")
    read.append(named(workflow, repair.task))
    for name, take in steps:
        take(name).deliver()
        read.append(named(workflow, repair.task))
    assert ", ".join(f"*{name}*" for name in read) in TEXT
    repair.do("recall").deliver()
    assert f"*{named(workflow, repair.task)}*, the workshop's end of it *{named(workflow, repair.there)}*" in TEXT


@pytest.mark.parametrize(
    ("where", "office", "workshop"),
    [
        ("received", "on_hold", "unassigned"),
        ("accepted", "unassigned", "on_hold"),
        ("cleared", "on_hold", "unassigned"),
        ("underway", "on_hold", "unassigned"),
        ("repaired", "unassigned", "on_hold"),
    ],
)
def test_who_waits_is_on_hold(where: str, office: str, workshop: str, repair: Repair) -> None:
    """Always one of the two ends has something to do, and the other is on hold."""
    at(repair, where)
    assert (repair.task.tab, repair.there.tab) == (office, workshop)


def test_a_deleted_end_is_gone_for_its_people_and_deaf(repair: Repair) -> None:
    """It is in no queue, and what the office does later changes nothing at it."""
    at(repair, "repaired").does("decline")
    repair.does("delete")
    there = repair.there
    assert (there.deleted, there.queue, there.tab) == (True, None, None)
    repair.do("close").deliver()
    assert repair.there == there
    assert ends(repair)[0] == ("closed", "accepted")


def told_too_late(file: File) -> None:
    """The workshop tells that it declines once the hand-off is over."""
    option(file, "decline")["effects"].reverse()


def close_unheard(file: File) -> None:
    """A workshop that has declined does not hear that the office closes."""
    file["actions"]["owner_closes"]["from"].remove("dropped")


def not_sent(file: File) -> None:
    """Offering a repair does not send it."""
    file["actions"]["offer"]["effects"] = []


def not_remembered(file: File) -> None:
    """The workshop does not remember that the office has cleared the repair."""
    file["actions"]["owner_clears"]["effects"] = []


def for_both(file: File) -> None:
    """Both ends can close a repair."""
    file["actions"]["close"]["guards"] = []


@pytest.mark.parametrize(
    ("forget", "play", "office", "workshop"),
    [
        (
            close_unheard,
            lambda r: at(r, "repaired").do("close").does("decline"),
            ("closed", "accepted"),
            ("dropped", "declined"),
        ),
        (
            not_remembered,
            lambda r: at(r, "received").do("clear").deliver().does("accept"),
            ("cleared", "accepted"),
            ("offered", "accepted"),
        ),
        (for_both, lambda r: at(r, "repaired").does("close"), ("repaired", "accepted"), ("closed", "accepted")),
    ],
)
def test_the_checker_sees_where_two_ends_do_not_agree(
    forget: Callable[[File], None],
    play: Callable[[Repair], Repair],
    office: tuple[str, str],
    workshop: tuple[str, str],
    tmp_path: Path,
) -> None:
    """Each such mistake is found, and where the checker says that the two ends are, they are."""
    wrong = grown()
    forget(wrong)
    (told, *_) = (problem.reason for problem in check([written(tmp_path, wrong)]) if problem.rule == "ends-agree")
    repair = play(Repair.begin(repairs(tmp_path, wrong))).deliver()
    assert ends(repair) == (office, workshop)
    for status, assignment in (office, workshop):
        assert f"'{status} ({assignment})'" in told


def test_an_action_that_does_not_send_leaves_an_assignment_lying(tmp_path: Path) -> None:
    """The same for `send`: the workshop hears nothing."""
    wrong = grown()
    not_sent(wrong)
    (problem,) = check([written(tmp_path, wrong)])
    assert problem.reason == "An assignment stays 'assigned' in 'offered', though it is to be sent there."
    repair = Repair.begin(repairs(tmp_path, wrong)).do("to", organizationId="bolt").do("offer").deliver()
    assert shown(repair.office, repair.task) == ("offered", "assigned")


def accepted_too_early(file: File) -> None:
    """What became of the request is heard in one of the two statuses in which it may be waited for."""
    file["actions"]["connection_accepted"]["from"] = ["cleared"]


def accepted_for_nothing(file: File) -> None:
    """Accepting the connection assigns nobody."""
    file["actions"]["connection_accepted"]["effects"] = []


def declined_for_nothing(file: File) -> None:
    """The assignment goes on waiting for a connection that was declined."""
    file["actions"]["connection_declined"]["effects"] = ["expire_connection"]


@pytest.mark.parametrize(
    ("forget", "reason"),
    [
        (told_too_late, "The assignment is over by then"),
        (accepted_too_early, "is not taken while the task is 'offered'"),
        (accepted_for_nothing, "leaves the task waiting for the connection"),
        (declined_for_nothing, "leaves the task waiting for the connection"),
    ],
)
def test_the_checker_sees_what_the_page_says_that_it_does(
    forget: Callable[[File], None], reason: str, tmp_path: Path
) -> None:
    """What would leave one end, or the task, without a word for ever is found before it is deployed."""
    wrong = grown()
    forget(wrong)
    found = check([written(tmp_path, wrong)])
    assert any(reason in problem.reason for problem in found), found
