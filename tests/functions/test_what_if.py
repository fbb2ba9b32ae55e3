"""`casetree check --against`: what another version would have made of cases that have really run."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from infra.local import cli, export, judging
from infra.local.target import Target
from shared.compile import workflow_of
from shared.compile.whatif import exported, judge, past_of, told
from shared.domain.model.people import User
from shared.domain.whatif.judging import what_if
from shared.domain.whatif.verdict import Verdict
from shared.domain.whatif.versions import Versions
from shared.engine import cases, migration, people, tasks
from shared.engine.session import Request
from shared.workflows import Registry
from tests.engine.world import ANN, ROOT, START, World
from tests.workflows.claims import CLAIMS
from tests.workflows.versions import FIRST, SECOND, changed, published

LAST = "    who: [assignee]\n    input:\n      note: {is: note}\n"
GUARDED = changed(FIRST, (LAST, f"{LAST}    guards: [due_time_passed]\n"))
"""Errands that are finished only once they are overdue."""
NOTED = changed(FIRST, (LAST, LAST.replace("{is: note}", "{is: note, required: true}")))
"""Errands that are finished with a note only."""
MINE = {"kind": "user", "id": "ann"}


@pytest.fixture
def shelf(tmp_path: Path) -> Path:
    """The folder of an author, in which the first versions are published."""
    published(tmp_path, FIRST, CLAIMS.read_text(encoding="utf-8"), shipped=False)
    return tmp_path


@pytest.fixture
def trips(world: World, shelf: Path) -> World:
    """Two errands of ann: one begun, put back and finished after a note; one dropped."""
    world.session = replace(world.session, workflows=Registry(shelf / "compiled"))
    people.bootstrap(world.session, User("root", "Root"))
    world.join("household", "ann")
    for case_id in ("t1", "t2"):
        body = {"workflow": "errands", "caseId": case_id, "tasks": [{"key": "a", "type": "Write the list"}]}
        cases.create_case(world.session, ANN, body, Request())
        world.pass_time(minutes=1)
    (first,), (second,) = (list(world.store.tasks(case_id)) for case_id in ("t1", "t2"))
    for action in ("start", "put_back", "start", "finish"):
        _act(world, first.task_id, action)
    _act(world, second.task_id, "drop", reason="Not hungry.")
    buy = tasks.create_task(world.session, ANN, "t1", {"type": "Buy"}, Request()).value.task.task_id
    world.pass_time(minutes=1)
    _act(world, buy, "start")
    world.drain()
    return world


def _act(world: World, task_id: str, action: str, **given: object) -> None:
    tasks.act(world.session, ANN, task_id, action, given, Request())
    world.pass_time(minutes=1)


def target(world: World) -> Target:
    """The stack as its operator sees it."""
    return Target(lambda _: world.client, world.table, "queue", {})


def verdicts(world: World, shelf: Path, text: str) -> dict[str, Verdict]:
    """What a file makes of the cases of the table, by their ids."""
    file = written(shelf, text)
    new = workflow_of(file)
    return {v.case_id: v for v in judge(file, new, export.cases(target(world), new.name), START)}


def found(verdict: Verdict) -> list[tuple[str, int, str, str]]:
    """What is said of a case: kind, step, action, rule."""
    return [(f.kind, f.step, f.action, f.rule) for f in verdict.findings]


def test_a_version_that_changes_nothing_fits_every_case(trips: World, shelf: Path) -> None:
    """Each step of the past would have been just so."""
    said = verdicts(trips, shelf, changed(FIRST))
    assert {case_id: (verdict.fits, found(verdict)) for case_id, verdict in said.items()} == {
        "t1": (True, []),
        "t2": (True, []),
    }
    assert said["t1"].steps == 7
    assert {verdict.outcome for verdict in said.values()} == {"same"}


def test_a_case_that_was_migrated_is_judged_by_all_versions_that_it_went_by(trips: World, shelf: Path) -> None:
    """Each is looked for among those that are published; a case beside it that was not migrated is judged as before."""
    published(shelf, SECOND, shipped=False)
    trips.session = replace(trips.session, workflows=Registry(shelf / "compiled"))
    migration.migrate(trips.session, ROOT, "t1", {"toVersion": 2}, Request())
    trips.pass_time(minutes=1)
    buy = next(t for t in trips.store.tasks("t1") if t.type == "Buy")
    _act(trips, buy.task_id, "pause")
    said = verdicts(trips, shelf, changed(SECOND, version=3))
    assert {case_id: found(verdict) for case_id, verdict in said.items()} == {"t1": [], "t2": []}


def test_an_action_that_is_gone_would_have_been_refused(trips: World, shelf: Path) -> None:
    """At each step that took it, and nowhere else."""
    gone = FIRST[FIRST.index("  put_back:") : FIRST.index("  finish:")]
    text = changed(FIRST, (gone, ""), ("hand_back:\n  - {action: put_back}\n", ""))
    said = verdicts(trips, shelf, text)
    assert found(said["t1"]) == [("refused", 3, "put_back", "action")]
    assert said["t2"].fits
    assert not said["t1"].fits


def test_an_action_that_a_new_guard_stands_before_would_have_been_refused(trips: World, shelf: Path) -> None:
    """The rule and the reason are those of the real decision."""
    said = verdicts(trips, shelf, GUARDED)
    assert found(said["t1"]) == [("refused", 5, "finish", "due_time_passed")]
    assert said["t2"].fits


def test_input_that_is_needed_now_would_have_been_missing(trips: World, shelf: Path) -> None:
    """Where history shows that it was not given."""
    assert found(verdicts(trips, shelf, NOTED)["t1"]) == [("refused", 5, "finish", "input")]


def test_a_case_that_would_have_gone_otherwise_is_no_misfit(trips: World, shelf: Path) -> None:
    """It is said from when on, and where its task would be in the end."""
    other = "  finish_all:\n    from: [underway]\n    to: done\n    who: [assignee]\n\n  finish:\n"
    drops = ("    from: [underway]\n    to: done", "    from: [underway]\n    to: dropped")
    said = verdicts(trips, shelf, changed(FIRST, drops, ("  finish:\n", other)))
    assert found(said["t1"]) == [("otherwise", 5, "finish", "status")]
    assert said["t1"].findings[0].detail == "It would be Closed / Dropped, where it is Closed / Done."
    assert (said["t1"].outcome, said["t1"].fits) == ("otherwise", True)


def test_who_may_act_is_not_judged_but_told(trips: World, shelf: Path) -> None:
    """History does not keep who belonged to what; where fewer may do it, a person has to look."""
    said = verdicts(trips, shelf, changed(FIRST, ("who: [group_queue_member, assignee]", "who: [assignee]")))
    assert [(k, r) for k, _, _, r in found(said["t1"])] == [("not_judged", "who")] * 3
    assert said["t1"].outcome == "not_judged"
    assert said["t1"].fits


def test_a_type_that_is_gone_is_refused_and_the_case_has_no_place(trips: World, shelf: Path) -> None:
    """From its creation on, and as it is now."""
    text = changed(
        FIRST,
        ("  Buy:            {groupQueue: household, due: 2d}", "  Fetch:          {groupQueue: household, due: 2d}"),
        ("type: Buy, prerequisites", "type: Fetch, prerequisites"),
    )
    said = verdicts(trips, shelf, text)
    assert found(said["t1"]) == [
        ("refused", 6, "create", "input"),
        ("not_judged", 6, "create", "history"),
        ("unfit", 0, "", "type"),
    ]
    assert said["t2"].fits


def written(shelf: Path, text: str) -> Path:
    """The file, next to what is published."""
    file = shelf / "next.yaml"
    file.write_text(text, encoding="utf-8")
    return file


def test_trees_are_judged_with_their_children(world: World, shelf: Path) -> None:
    """A task is on hold for the children that it had at that moment, and what was passed on went to whom it went."""
    world.session = replace(world.session, workflows=Registry(shelf / "compiled"))
    people.bootstrap(world.session, User("root", "Root"))
    world.join("rulers", "ann")
    world.join("rulers", "bob")
    given = {"workflow": "claims", "caseId": "c1", "attributes": {"channel": "phone"}}
    cases.create_case(world.session, ANN, given, Request())
    world.pass_time(minutes=1)

    def create(**fields: Any) -> str:
        made = tasks.create_task(world.session, ANN, "c1", fields, Request()).value.task.task_id
        world.pass_time(minutes=1)
        return made

    top = create(type="Claim", assignedParty=MINE)
    ruling = create(type="Ruling", parentId=top, assignedParty=MINE)
    _act(world, ruling, "complete")
    world.drain()
    survey = create(type="Survey", parentId=top, assignedParty={"kind": "organization", "id": "dispatch"})
    _act(world, survey, "assign_to_person", userId="bob")
    _act(world, survey, "cancel")
    world.drain()
    _act(world, top, "place_timed_hold", days=3)
    _act(world, top, "end_hold")
    _act(world, top, "complete")
    text = CLAIMS.read_text(encoding="utf-8")
    assert verdicts(world, shelf, changed(text))["c1"].outcome == "same"
    later = changed(text, ("    guards: [on_timed_hold]\n", "    guards: [on_timed_hold, no_open_children]\n"))
    assert verdicts(world, shelf, later)["c1"].outcome == "same"


def test_an_export_is_a_case_a_line_and_names_nobody(trips: World, shelf: Path) -> None:
    """It can be kept beside the workflow file, and gives the same verdicts."""
    lines = [json.dumps({"items": items}) for items in export.cases(target(trips), "errands")]
    assert len(lines) == 2
    assert not any(word in "".join(lines) for word in ("Lee", "@example.org", "hungry"))
    file = shelf / "next.yaml"
    file.write_text(changed(FIRST), encoding="utf-8")
    assert all(v.fits for v in judge(file, workflow_of(file), exported(["", *lines]), START))
    with pytest.raises(ValueError, match="Line 2 is no exported case"):
        list(exported(["", "{}"]))
    assert past_of([]) is None


def run(*arguments: str) -> tuple[int, str]:
    """The command, as its user types it."""
    result = CliRunner(env={"COLUMNS": "200", "NO_COLOR": "1"}).invoke(cli.app, list(arguments))
    return result.exit_code, result.output


@pytest.fixture
def deployed(trips: World, monkeypatch: pytest.MonkeyPatch) -> World:
    """The stack is one on AWS."""
    monkeypatch.setattr(cli, "on_aws", lambda stack, region: target(trips))
    monkeypatch.setattr(judging, "EVERY", 1)
    return trips


def test_the_command_judges_a_stack_or_an_export(deployed: World, shelf: Path) -> None:
    """With an error where a case would have been refused; so it can stand in an author's CI."""
    fine, worse = shelf / "fine.yaml", shelf / "worse.yaml"
    fine.write_text(changed(FIRST), encoding="utf-8")
    worse.write_text(NOTED, encoding="utf-8")
    status, text = run("check", str(fine), "--against", "stack", "--stack", "Casetree")
    assert (status, "2 cases: 2 would have gone the same way." in text) == (0, True)
    written = CliRunner().invoke(cli.app, ["export", "errands", "--stack", "Casetree"])
    assert written.exit_code == 0
    (shelf / "cases.jsonl").write_text(written.stdout, encoding="utf-8")
    status, text = run("check", str(worse), "--against", str(shelf / "cases.jsonl"))
    assert status == judging.MISFIT
    assert "2 cases: 1 would have gone the same way, 1 would have been refused." in text
    assert "1 would have been refused: finish [input]" in text
    assert "t1: would have been refused, 7 steps" in text
    assert "would have been refused: step 5, finish, 2026-11-22T09:05:00.000Z by ann, t1." in text
    assert run("check", str(fine), "--against", str(shelf / "none.jsonl"))[0] == 1


def test_a_version_that_is_not_published_is_said(deployed: World, shelf: Path, tmp_path: Path) -> None:
    """Nothing can be compared with what nobody has."""
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "next.yaml").write_text(changed(FIRST), encoding="utf-8")
    status, text = run("check", str(elsewhere / "next.yaml"), "--against", "stack", "--stack", "Casetree")
    assert status == 1
    assert "no version 1" in text


def test_a_program_reads_counts_and_findings(deployed: World, shelf: Path) -> None:
    """One object on its own output; a status of its own says that no case is refused, but not all go the same way."""
    fewer = shelf / "fewer.yaml"
    own = ("who: [group_queue_member, engine]", "who: [assignee, engine]")
    fewer.write_text(changed(FIRST, own), encoding="utf-8")
    status, text = run("check", str(fewer), "--against", "stack", "--stack", "Casetree", "--json")
    said = json.loads(text[text.index("{") :])
    assert status == judging.OTHER
    assert {outcome: count for outcome, count in said["outcomes"].items() if count} == {"same": 1, "not_judged": 1}
    by_case = {verdict["caseId"]: verdict for verdict in said["verdicts"]}
    assert (by_case["t1"]["outcome"], by_case["t1"]["findings"]) == ("same", [])
    (finding,) = by_case["t2"]["findings"]
    assert finding.pop("taskId").startswith("t2.")
    assert finding == {
        "kind": "not_judged",
        "step": 2,
        "action": "drop",
        "at": "2026-11-22T09:06:00.000Z",
        "by": "ann",
        "code": "",
        "rule": "who",
        "detail": "Not for everybody any more: group_queue_member may not.",
    }


def test_a_verdict_is_told_in_words(trips: World, shelf: Path) -> None:
    """A line for the case, and one for each thing that is said of it."""
    assert list(told(verdicts(trips, shelf, changed(FIRST))["t2"])) == ["t2: would have gone the same way, 2 steps"]


def test_input_is_what_the_changes_say(world: World, shelf: Path) -> None:
    """Assignees, group queues and prerequisites; an organization that no file names is there all the same."""
    published(shelf)
    world.session = replace(world.session, workflows=Registry(shelf / "compiled"))
    people.bootstrap(world.session, User("root", "Root"))
    world.case("look-1")
    acme = {"kind": "organization", "id": "acme"}
    first = world.task("look-1", assignedParty=acme, groupQueue="quality-assurance")
    world.pass_time(minutes=1)
    second = world.task("look-1", "QA")
    world.pass_time(minutes=1)
    tasks.edit_task(world.session, ROOT, second, {"prerequisites": [first], "description": "Then this."}, Request())
    world.pass_time(minutes=1)
    for party in ({"kind": "user", "id": "bob"}, None):
        tasks.act(world.session, ROOT, second, "assign", {"assignedParty": party}, Request())
        world.pass_time(minutes=1)
    new = Registry(shelf / "compiled").latest("inspection")
    (past,) = (past_of(items) for items in export.cases(target(world), "inspection"))
    assert past is not None
    assert what_if(Versions.of(new, new), past, START).findings == ()
