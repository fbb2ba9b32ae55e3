"""The demo of `appeals`: three from intake to a dispatched decision, one on each docket, and two docket switches."""

from collections.abc import Mapping
from datetime import timedelta
from itertools import count

from infra.local import clock
from infra.local.demos import figures
from infra.local.demos.figures import Node
from infra.local.demos.stage import Stage, Task
from infra.local.home import command
from infra.local.obstacle import ObstacleError
from infra.local.records import Stack

FIRST_NUMBER = 1001
BY_ITSELF = {"assigned": "hands back", "on_hold": "puts on hold", "completed": "completes", "cancelled": "cancels"}
WRITES_PRESENTATIONS = {"organizationId": "veterans-aid", "writesIhp": True}


def play(stack: Stack) -> Mapping[str, str]:
    """Take three appeals to a decision, switch the docket of one more, and refuse to do so for another."""
    stage = Stage(stack, BY_ITSELF)
    direct, evidence, hearing = _intake(stage)
    _blocking_mail(stage, direct)
    _given_anew(stage, direct)
    _blocked_draft(stage, direct)
    _other_mail(stage, evidence)
    _no_show(stage, hearing)
    _fifteen_days(stage, direct, hearing)
    _reviewed_decision(stage, direct)
    _ninety_days(stage, evidence)
    _two_decisions(stage, evidence, hearing)
    switched = _granted(stage)
    _denied(stage)
    return _next_steps(stage, switched)


def _create(stage: Stage, docket: str, name: str, **attributes: object) -> str:
    tasks = stage.create_case(
        "mia", "appeal", count(FIRST_NUMBER),
        workflow="appeals", caseType="appeal", displayName=name, attributes={"docket": docket, **attributes},
    )  # fmt: skip
    return str(tasks[0]["caseId"])


def _intake(stage: Stage) -> tuple[str, str, str]:
    stage.scene(
        "Three appeals come in",
        "Each case is a tree under one root, and its docket says what it waits for. A task with open children is on "
        "hold. Once nothing is left under DistributionTask, it is assigned: the appeal is ready for a judge.",
    )
    direct = _create(stage, "direct_review", "Rivera", qualityReview=True)
    evidence = _create(stage, "evidence_submission", "Okafor", representative=WRITES_PRESENTATIONS)
    hearing = _create(stage, "hearing", "Lindqvist")
    for case in (direct, evidence, hearing):
        stage.tree("mia", case)
    return direct, evidence, hearing


def _blocking_mail(stage: Stage, case: str) -> None:
    stage.scene(
        "Mail that blocks",
        "A letter from Congress must be answered before a judge gets the appeal. So it stands under "
        "DistributionTask, and is routed at once from the mail team to Litigation Support.",
    )
    stage.create_task("mia", case, "CongressionalInterestMailTask")
    stage.try_to("admin", "distribute", stage.task("admin", case, "DistributionTask"), userId="jo")
    stage.tree("mia", case)
    stage.act("lou", "complete", stage.task("lou", case, "CongressionalInterestMailTask"), note="Answered.")
    stage.await_task("mia", case, "DistributionTask", "assigned")
    stage.say("The mail team's task has closed with the one under it, and nothing holds up distribution any more.")


def _given_anew(stage: Stage, case: str) -> None:
    stage.scene(
        "To a judge, to an attorney, and to another",
        "Every stage opens the next one beside it. An attorney who cancels gives the appeal back: the judge's review "
        "is cancelled and the judge has to assign anew, all in one transaction.",
    )
    _distribute(stage, case)
    stage.act("jo", "assign_to_attorney", stage.task("jo", case, "JudgeAssignTask"), userId="al")
    draft = stage.task("al", case, "AttorneyTask")
    stage.act("al", "cancel", draft, instructions="I represented Mr. Rivera before.")
    stage.act("jo", "assign_to_attorney", stage.task("jo", case, "JudgeAssignTask"), userId="bea")
    stage.tree("jo", case)


def _blocked_draft(stage: Stage, case: str) -> None:
    stage.scene(
        "What blocks a draft",
        "Bea asks for missing records, and an engineer has to mend something in the appeal. Both stand under her task "
        "and can be worked in parallel; the draft waits for both.",
    )
    draft = stage.task("bea", case, "AttorneyTask")
    stage.create_task("bea", case, "ColocatedTask", draft, kind="missing_records")
    stage.create_task("admin", case, "EngineeringTask", draft, instructions="The issues were entered twice.")
    stage.act("lou", "assign_to_person", stage.task("lou", case, "ColocatedTask"), userId="lou")
    stage.tree("bea", case)
    stage.act("lou", "complete", stage.task("lou", case, "ColocatedTask"))
    stage.act("admin", "complete", stage.task("admin", case, "EngineeringTask"))
    stage.await_task("bea", case, "AttorneyTask", "assigned")
    stage.act("bea", "place_timed_hold", draft, days=15, instructions="The records are to come by post.")


def _other_mail(stage: Stage, case: str) -> None:
    stage.scene(
        "Mail that does not block",
        "New evidence is worked on beside everything else: it stands under the root, where tasks run in parallel.",
    )
    stage.create_task("mia", case, "EvidenceOrArgumentMailTask")
    stage.tree("mia", case)
    stage.act("mia", "complete", stage.task("mia", case, "EvidenceOrArgumentMailTask"), note="Added to the file.")


def _no_show(stage: Stage, case: str) -> None:
    stage.scene(
        "A hearing that is missed",
        "It is set for tomorrow, so the local clock is moved ahead. Who does not come has 15 days to say why: "
        "NoShowHearingTask begins with a timed hold.",
    )
    tomorrow = f"{clock.now(stage.stack) + timedelta(days=1):%Y-%m-%dT%H:%M:%SZ}"
    stage.act("hana", "complete", stage.task("hana", case, "ScheduleHearingTask"), date=tomorrow)
    stage.advance("hana", 1)
    missed = stage.task("hana", case, "AssignHearingDispositionTask")
    stage.act("hana", "set_disposition", missed, disposition="no_show")
    stage.tree("hana", case)


def _fifteen_days(stage: Stage, direct: str, hearing: str) -> None:
    stage.scene(
        "Fifteen days pass",
        "Two holds run out by time: Lindqvist's, with which the hearing is over, and the one that Bea has placed on "
        "her draft of Rivera's decision.",
    )
    stage.advance("mia", 15)
    stage.await_task("bea", direct, "AttorneyTask", "assigned")
    stage.await_task("hana", hearing, "DistributionTask", "assigned")
    stage.tree("hana", hearing)


def _reviewed_decision(stage: Stage, case: str) -> None:
    stage.scene(
        "A decision is reviewed, and dispatched",
        "Rivera's appeal asks for a quality review. BVA Dispatch hands its tasks out by turns: nobody assigns them. "
        "Dispatch completes the root, and with it the appeal.",
    )
    _draft_and_decide(stage, case, "bea")
    stage.act("quinn", "assign_to_person", stage.task("quinn", case, "QualityReviewTask"), userId="quinn")
    stage.act("quinn", "complete", stage.task("quinn", case, "QualityReviewTask"), note="Sound.")
    _dispatch(stage, case)
    stage.tree("jo", case)


def _ninety_days(stage: Stage, case: str) -> None:
    stage.scene(
        "The evidence window closes",
        "Of its 90 days, 74 are left. Then the appellant's representative writes a presentation. Vera, who belongs to "
        "Veterans Aid, sees nothing but what is her organization's.",
    )
    stage.advance("mia", 74)
    stage.await_task("mia", case, "InformalHearingPresentationTask", "assigned", verb="opens")
    stage.tree("vera", case)
    written = stage.task("vera", case, "InformalHearingPresentationTask")
    stage.act("vera", "assign_to_person", written, userId="vera")
    stage.act("vera", "complete", stage.task("vera", case, "InformalHearingPresentationTask"), note="Written.")
    stage.await_task("mia", case, "DistributionTask", "assigned")


def _two_decisions(stage: Stage, evidence: str, hearing: str) -> None:
    stage.scene(
        "Two more decisions",
        "Both appeals are ready, and take the same way. Their trees keep all that has happened.",
    )
    for case, attorney in ((evidence, "al"), (hearing, "bea")):
        _distribute(stage, case)
        stage.act("jo", "assign_to_attorney", stage.task("jo", case, "JudgeAssignTask"), userId=attorney)
        _draft_and_decide(stage, case, attorney)
        _dispatch(stage, case)
        if case == evidence:
            stage.await_task("max", case, "TrackVeteranTask", "completed")
        stage.tree("jo", case)


def _granted(stage: Stage) -> str:
    stage.scene(
        "A docket switch is granted",
        "The switch ends the old case and begins a new one on the other docket; from outside, both show it or neither "
        "does. Until a judge has ruled, and the clerk has done what follows, distribution waits.",
    )
    case = _create(stage, "direct_review", "Sandoval")
    granted = _ruled(stage, case, "granted")
    switched = str(stage.act("kit", "complete", granted, docket="hearing")["newCaseId"])
    stage.await_task("kit", case, "DistributionTask", "cancelled")
    hold_against(stage, case, "the figure 'Docket Switch Granted Task Tree'", figures.GRANTED)
    stage.say("The case that follows on it is begun as at intake on its new docket, with the switch on record:")
    hold_against(stage, switched, "what a new appeal stream begins with", figures.BEGUN)
    return switched


def _denied(stage: Stage) -> None:
    stage.scene(
        "A docket switch is denied",
        "The appeal goes on as it was: its evidence window is open all the while.",
    )
    case = _create(stage, "evidence_submission", "Whitfield")
    denied = _ruled(stage, case, "denied")
    stage.act("kit", "complete", denied, note="The appellant has been told.")
    hold_against(stage, case, "the figure 'Docket Switch Denied Task Tree'", figures.DENIED)


def _ruled(stage: Stage, case: str, ruling: str) -> Task:
    """The clerk's task after a judge has ruled on a docket switch."""
    stage.create_task("kit", case, "DocketSwitchMailTask")
    stage.act("kit", "send_to_judge", stage.task("kit", case, "DocketSwitchMailTask"), userId="jo")
    stage.act("jo", "rule", stage.task("jo", case, "DocketSwitchRulingTask"), ruling=ruling)
    return stage.task("kit", case, f"DocketSwitch{ruling.title()}Task")


def hold_against(stage: Stage, case: str, name: str, wanted: Node) -> None:
    """Show the case's tree, and say that it is the figure; another one is an error of the demo."""
    stage.await_rest()
    stage.tree("kit", case)
    (root,) = stage.get("kit", f"/cases/{case}/tree")["roots"]
    wrong = list(figures.differences(wanted, figures.tree_of(root)))
    if wrong:
        raise ObstacleError(f"The tree of {case} is not {name}.", "\n".join(wrong))
    number = figures.count(wanted)
    stage.say(f"The same as {name}, node by node: {number} of {number} in type, place and status.")


def _distribute(stage: Stage, case: str) -> None:
    stage.act("admin", "distribute", stage.task("admin", case, "DistributionTask"), userId="jo")


def _draft_and_decide(stage: Stage, case: str, attorney: str) -> None:
    stage.act(attorney, "complete", stage.task(attorney, case, "AttorneyTask"))
    stage.await_task("jo", case, "JudgeDecisionReviewTask", "assigned")
    stage.act("jo", "complete", stage.task("jo", case, "JudgeDecisionReviewTask"))


def _dispatch(stage: Stage, case: str) -> None:
    stage.await_task("max", case, "BvaDispatchTask", "assigned", by="max", verb="assigns")
    stage.act("max", "complete", stage.task("max", case, "BvaDispatchTask"))
    stage.await_task("max", case, "RootTask", "completed")


def _next_steps(stage: Stage, case: str) -> Mapping[str, str]:
    call = "curl -sS -w '\\n' -H \"Authorization: Bearer $HANA\""
    return {
        "Set up a shell as Hana, who belongs to Hearings Management": (
            f"API={stage.stack.api_url} HANA=$({command('token hana')})"
        ),
        "What waits for her?": f'{call} "$API/queues/organizations/hearings-management?tab=unassigned"',
        "The tree of the appeal that was switched": f'{call} -H "Accept: text/plain" "$API/cases/{case}/tree"',
        "The same as a Mermaid diagram": f'{call} -H "Accept: text/vnd.mermaid" "$API/cases/{case}/tree"',
        "All that has happened, newest first": f'{call} "$API/cases/{case}/timeline"',
    }
