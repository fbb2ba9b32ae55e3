"""Cases of all three workflows, played so that every action of their files is taken at least once."""

from __future__ import annotations

from dataclasses import dataclass

from shared.engine import cases, connections, people, tasks, timers
from shared.engine.session import Identity, Request
from tests.bench.deployment import Deployment
from tests.engine import board
from tests.engine.board import AL, CLEO, DEE, HANK, HEARING, JO, QUIN, act, advance, intake
from tests.engine.parties import HAL, OLA, Parties, by_email
from tests.engine.world import BOB, ROOT

LEE = Identity("lee")
DUE, LATER = "2026-12-20T17:00:00Z", "2026-12-21T17:00:00Z"
ANN_AS_PARTY = {"kind": "user", "id": "ann"}


def inspection(here: Deployment) -> None:
    """A look: two tasks one after the other, one that is put aside and moved, one that becomes overdue."""
    here.case("look-1", displayName="Look 1")
    first = here.task("look-1", description="Ring twice.")
    second = here.task("look-1", prerequisites=[first], dueTime=DUE, links=[])
    for name, given in (
        ("claim", {}),
        ("release", {}),
        ("assign", {"assignedParty": ANN_AS_PARTY}),
        ("assign", {"assignedParty": None}),
        ("await", {"awaiting": "The gate code."}),
        ("provide", {}),
        ("claim", {}),
        ("fail", {"reason": "Nobody there."}),
        ("retry", {}),
        ("pass", {"note": "Done."}),
    ):
        here.act(first, name, BOB, **given)
    here.drain()
    here.act(second, "reschedule", BOB, dueTime=LATER)
    here.act(second, "add_instructions", BOB, instructions="Mind the dog.")
    here.act(second, "edit", BOB, priority=7, description="Ring three times.")
    advance(here, 60)
    here.act(second, "move", BOB, groupQueue="Quality Assurance")
    here.act(second, "skip", BOB, reason="Sold.")
    here.drain()


def appeals(here: Deployment) -> None:
    """Appeals of all dockets on their way, with mail, holds, members who come and go, and a switch."""
    board.seat(here)
    here.put_user("lee")
    here.join("litigation-support", "lee")
    _hearing(here)
    _work_that_is_passed_on(here, "b1")
    _switch(here, "c1")


def _hearing(here: Deployment) -> None:
    represented = {"organizationId": "vso", "writesIhp": False}
    intake(here, "hearing", qualityReview=True, representative=represented)
    act(here, HANK, "ScheduleHearing", "start")
    act(here, HANK, "ScheduleHearing", "complete", date=HEARING)
    advance(here, 60)
    act(here, HANK, "AssignHearingDisposition", "set_disposition", disposition="held")
    advance(here, 90)
    act(here, ROOT, "Distribution", "distribute", userId="jo")
    act(here, JO, "JudgeAssign", "assign_to_attorney", userId="al")
    act(here, AL, "Attorney", "complete")
    act(here, JO, "JudgeDecisionReview", "complete")
    act(here, QUIN, "QualityReview", "assign_to_person", userId="quin")
    act(here, QUIN, "QualityReview", "complete")
    act(here, DEE, "BvaDispatch", "complete")


def _appeal(here: Deployment, case_id: str) -> None:
    given = {"workflow": "appeals", "caseId": case_id, "attributes": {"docket": "direct_review"}}
    cases.create_case(here.session, ROOT, given, Request())
    here.drain()


def _newest(here: Deployment, case_id: str, type_name: str) -> str:
    found = (t for t in reversed(board.tasks_of(here, case_id)) if t.type == type_name and t.closed_at is None)
    return next(found).task_id


def _work_that_is_passed_on(here: Deployment, case_id: str) -> None:
    """A translation that goes from hand to hand, mail that turns out to be another, and the end of it all."""
    _appeal(here, case_id)
    root = _newest(here, case_id, "RootTask")
    task = here.task(case_id, "TranslationTask", parentId=root)
    here.act(task, "place_timed_hold", days=5, instructions="Wait.")
    here.act(task, "end_hold")
    here.act(task, "place_timed_hold", days=5)
    advance(here, 6)
    here.act(task, "add_instructions", instructions="Into English.")
    here.act(task, "edit", priority=3)
    here.act(task, "reassign", assignedParty={"kind": "organization", "id": "privacy"})
    here.act(task, "assign_to_organization", organizationId="litigation-support")
    here.drain()
    below = _newest(here, case_id, "TranslationTask")
    here.act(below, "assign_to_person", LEE, userId="lee")
    here.drain()
    people.hand_back(here.session, ROOT, "lee", {})
    here.drain()
    here.act(below, "cancel", instructions="No need.")
    here.drain()
    here.task(case_id, "StatusInquiryMailTask", parentId=root)
    here.drain()
    passed_on = _newest(here, case_id, "StatusInquiryMailTask")
    here.act(passed_on, "change_type", LEE, type="AodMotionMailTask")
    here.drain()
    leaf = here.task(case_id, "EngineeringTask", parentId=root)
    here.act(leaf, "complete")
    here.drain()
    here.act(leaf, "reopen")
    here.drain()
    here.act(root, "cancel")
    here.drain()


def _switch(here: Deployment, case_id: str) -> None:
    _appeal(here, case_id)
    tasks.create_task(here.session, CLEO, case_id, {"type": "DocketSwitchMailTask"}, Request())
    here.drain()
    here.act(_newest(here, case_id, "DocketSwitchMailTask"), "send_to_judge", userId="jo")
    here.drain()
    here.act(_newest(here, case_id, "DocketSwitchRulingTask"), "rule", JO, ruling="granted")
    here.drain()
    here.act(_newest(here, case_id, "DocketSwitchGrantedTask"), "complete", docket="hearing")
    here.drain()


@dataclass
class Ends(Parties):
    """Parties whose stream is that of the deployment."""

    def drain(self) -> None:
        self.world.drain()


def collaboration(here: Deployment) -> None:
    """An owner and partners: accepted and done, declined, referred, recalled, deleted, and somebody still unknown."""
    parties = Ends(here, here.invitations)
    parties.populate()
    _done(parties)
    _refused(parties)
    _unknown(here, parties)


def _done(parties: Parties) -> None:
    task = parties.task(dueTime=DUE, description="Look at the roof.")
    parties.do(task, "prepare", "begin_assignment", "assign:harbor")
    there = parties.partner(task)
    parties.answer(there, "accept")
    parties.do(task, "wait", "ready", "hold", "resume", "claim", "release")
    parties.do(there, "start", "submit", by=HAL)
    parties.act(task, "redo", note="Which ones?")
    parties.drain()
    parties.do(there, "submit", by=HAL)
    parties.act(task, "edit", priority=3)
    advance(parties.world, 40)
    parties.do(task, "finish")


def _refused(parties: Parties) -> None:
    task = parties.task("job-2")
    parties.do(task, "prepare", "ready", "assign:harbor")
    parties.answer(parties.partner(task), "decline", reason="No time.")
    parties.do(task, "assign:tide")
    tide = parties.partner(task, 2)
    parties.answer(tide, "refer", Identity("tia"), organizationId="harbor", reason="They can.")
    parties.do(task, "assign:harbor")
    parties.answer(task, "recall", OLA)
    parties.do(parties.partner(task, 3), "delete", by=HAL)
    parties.do(task, "cancel")


def _unknown(here: Deployment, parties: Parties) -> None:
    """Two are asked by email: one accepts, and one lets the request run out."""
    for case_id, accepts in (("job-3", True), ("job-4", False)):
        task = parties.task(case_id)
        parties.do(task, "prepare", "ready")
        asked = by_email(email=f"{case_id}@example.org")
        tasks.act(here.session, OLA, task, "assign", asked, Request())
        parties.drain()
        if accepts:
            token = parties.invitations[-1].token
            connection = parties.connection(task).id
            given = {"token": token}
            connections.accept(here.session, Identity("ida"), connection, given, Request())
        else:
            timers.sweep(here.session, range(16), lambda: False, lambda what, error: None)
        advance(here, 15)
