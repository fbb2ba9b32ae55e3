"""Cases of all three workflows that have really run: by a version that changes nothing, each has gone the same way."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any, cast

from infra.local import export
from infra.local.target import Target
from shared.compile.whatif import past_of
from shared.domain.definitions.workflow import Field, Word, Workflow
from shared.domain.whatif.judging import what_if
from shared.domain.whatif.past import Past
from shared.domain.whatif.verdict import Finding
from shared.domain.whatif.versions import Versions
from shared.workflows import load
from tests.bench import plays
from tests.bench.deployment import Deployment
from tests.engine import board
from tests.engine.board import CLEO, JO, VI
from tests.engine.parties import HAL, TIA, Parties, by_email
from tests.engine.world import World

Pasts = dict[str, Past]
STOPPED = Word("stopped")
"""Holds only while people have stopped the task."""


def pasts(world: World, name: str) -> Pasts:
    """The cases in the table as an export has them, by their ids."""
    found = export.cases(Target(lambda _: world.client, world.table, "queue", {}), name)
    return {past.case.case_id: past for items in found if (past := past_of(items)) is not None}


def outcomes(world: World, cases: Pasts, new: Workflow) -> dict[str, list[str]]:
    """What a version makes of them: what comes of each, and then by which rules, or why it was not judged."""
    versions = Versions.of(load().latest(new.name), new)
    found = {case_id: what_if(versions, past, world.now) for case_id, past in cases.items()}
    return {case_id: [v.outcome, *map(_shown, v.findings)] for case_id, v in found.items()}


def _shown(finding: Finding) -> str:
    return finding.detail if finding.rule == "history" else f"{finding.action}: {finding.rule}"


def following(workflow: Workflow, **values: Any) -> Workflow:
    """The version after it, which differs in this; if in nothing, it changes nothing."""
    return replace(workflow, version=workflow.version + 1, **values)


def test_a_look_in_which_every_action_was_taken(world: World) -> None:
    """Prerequisites and due times are played; without the action that makes a task wait, what led there is refused."""
    world.session = replace(world.session, workflows=load())
    plays.inspection(cast(Deployment, world))
    looks, workflow = pasts(world, "inspection"), load().latest("inspection")
    assert outcomes(world, looks, following(workflow)) == {"look-1": ["same"]}
    actions = {name: action for name, action in workflow.actions.items() if name != "fail"}
    (said,) = outcomes(world, looks, following(workflow, actions=actions)).values()
    assert said == ["refused", "fail: action", "As it was then, the case has no place in version 2."]


def test_an_appeal_with_timers_holds_cascades_and_a_switch(world: World) -> None:
    """All that Casetree did by itself is played; the case that follows on a switch began with what it took along.

    While evidence may still be handed in, there would be no presentation to complete.
    """
    board.seat(world)
    board.intake(world, "evidence_submission", representative={"organizationId": "vso", "writesIhp": True})
    board.advance(world, 90)
    board.act(world, VI, "InformalHearingPresentation", "complete")
    board.create(world, CLEO, "DocketSwitchMail")
    board.act(world, CLEO, "DocketSwitchMail", "send_to_judge", userId="jo")
    board.act(world, JO, "DocketSwitchRuling", "place_timed_hold", days=2)
    board.advance(world, 3)
    board.act(world, JO, "DocketSwitchRuling", "rule", ruling="granted")
    board.act(world, CLEO, "DocketSwitchGranted", "complete", docket="hearing")
    appeals, workflow = pasts(world, "appeals"), load().latest("appeals")
    (switched,) = appeals.keys() - {"a1"}
    same = outcomes(world, appeals, following(workflow))
    assert same == {"a1": ["same"], switched: ["same"]}
    name = "EvidenceSubmissionWindowTask"
    longer = replace(workflow.types[name], lasts=timedelta(days=200))
    said = outcomes(world, appeals, following(workflow, types={**workflow.types, name: longer}))
    assert said["a1"][:2] == ["refused", "complete: task"]


def test_both_ends_of_a_task_hear_what_the_other_one_has_said(world: World) -> None:
    """Accepted, done and finished; declined, deleted and referred. Each case is played for itself."""
    world.session = replace(world.session, workflows=load())
    parties = Parties(world)
    parties.populate()
    task = parties.task(dueTime="2026-12-20T17:00:00Z")
    parties.do(task, "prepare", "begin_assignment", "assign:harbor")
    there = parties.partner(task)
    parties.answer(there, "accept", note="Gladly.")
    parties.do(task, "ready")
    parties.do(there, "start", "submit", by=HAL)
    parties.do(task, "finish")
    other = parties.task("job-2")
    parties.do(other, "prepare", "ready", "assign:harbor")
    parties.answer(parties.partner(other), "decline", reason="No time.")
    parties.do(parties.partner(other), "delete", by=HAL)
    parties.do(other, "assign:tide")
    parties.answer(parties.partner(other, 2), "refer", TIA, organizationId="harbor", reason="They can.")
    asked = parties.task("job-3")
    parties.do(asked, "prepare", "ready")
    parties.act(asked, "assign", **by_email())  # type: ignore[arg-type]
    parties.drain()
    jobs, workflow = pasts(world, "collaboration"), load().latest("collaboration")
    said = outcomes(world, jobs, following(workflow))
    assert {case_id: said.pop(case_id) for case_id in ("job-1", "job-2", "job-3")} == {
        "job-1": ["same"],
        "job-2": ["same"],
        "job-3": ["same"],
    }
    gone = ["not_judged", "It began with what another case had sent, and was deleted."]
    assert sorted(said.values()) == [gone, ["same"], ["same"]]
    deaf = {name: action for name, action in workflow.actions.items() if name != "partner_declines"}
    said = outcomes(world, jobs, following(workflow, actions=deaf))
    assert (said["job-1"], said["job-2"]) == (["same"], ["refused", "partner_declines: other_end"])
    declines = workflow.actions["partner_declines"]
    needs = replace(declines, fields=(*declines.fields, Field("code", "text", required=True)))
    said = outcomes(world, jobs, following(workflow, actions={**workflow.actions, "partner_declines": needs}))
    assert said["job-2"] == ["refused", "partner_declines: other_end"]
    other_types = {"Job": replace(workflow.types["Task"], name="Job")}
    said = outcomes(world, jobs, following(workflow, types=other_types))
    assert sorted(one[:2] for one in said.values() if one[0] == "refused") == [
        *[["refused", "create: input"]] * 3,
        *[["refused", "create: other_end"]] * 2,
    ]
    stern = {**workflow.actions, "partner_starts": replace(workflow.actions["partner_starts"], guards=(STOPPED,))}
    said = outcomes(world, jobs, following(workflow, actions=stern))
    assert (said["job-1"][0], said["job-2"]) == ("refused", ["same"])
