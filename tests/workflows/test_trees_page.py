import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from shared.compile import check, workflow_of
from shared.domain.cases import create_case, edit_case
from shared.domain.model.people import Caller, Organization
from shared.domain.model.plan import Plan
from shared.domain.model.scene import Context
from shared.domain.model.task import Task
from shared.domain.model.writes import CreateCase, CreateTask
from tests.domain.worlds import World, admin, as_caller, refused, user
from tests.workflows.appeals import APPEALS
from tests.workflows.pages import DOCS, blocks, merged

PAGE = DOCS / "trees.md"
QUOTED = "# appeals.yaml\n"

BLOCKS = blocks(PAGE)
QUOTES = [block.removeprefix(QUOTED) for block in BLOCKS if block.startswith(QUOTED)]
FIRST, *STEPS = [block for block in BLOCKS if not block.startswith(QUOTED)]


def grown(steps: int) -> dict[str, Any]:
    """The page's workflow after so many of its fragments."""
    file = yaml.safe_load(FIRST)
    for step in STEPS[:steps]:
        file = merged(file, yaml.safe_load(step))
    return dict(file)


@pytest.mark.parametrize("steps", range(len(STEPS) + 1))
def test_every_step_of_the_page_passes_the_checker(steps: int, tmp_path: Path) -> None:
    """Whoever follows the page has a workflow without a mistake at every step."""
    file = tmp_path / "permits.yaml"
    file.write_text(yaml.safe_dump(grown(steps), sort_keys=False) if steps else FIRST, encoding="utf-8")
    assert [str(problem) for problem in check([file])] == []


def test_what_the_page_quotes_stands_in_the_file() -> None:
    """A fragment that is said to be of `appeals` is there word for word, and so is every type that is named."""
    file = APPEALS.read_text(encoding="utf-8")
    assert [quote for quote in QUOTES if quote not in file] == []
    named = set(re.findall(r"`(\w+Task)`", PAGE.read_text(encoding="utf-8")))
    assert named <= set(yaml.safe_load(file)["types"])


def test_the_page_says_what_the_checker_says_of_input_that_is_lost(tmp_path: Path) -> None:
    """The mistake that the page shows is reported in the words that it shows; the line depends on the reader's file."""
    wrong = grown(2)
    wrong["types"]["Decision"]["ends"] = "when_delegated"
    file = tmp_path / "permits.yaml"
    file.write_text(yaml.safe_dump(wrong, sort_keys=False), encoding="utf-8")
    reason = str(check([file])[0]).partition(f"{file}:")[2].partition(" ")[2]
    assert f" {reason}\n```" in PAGE.read_text(encoding="utf-8")


SUE, TOM = user("sue", kind="team", surveyors=False), user("tom", kind="team", surveyors=False)
OLA, LEX = user("ola", kind="team", building_office=False), user("lex", kind="team", legal=False)
BO = user("bo", kind="team", board=False)
FIRMS = tuple(Organization(name, name.title(), "representative") for name in ("stone", "steel"))
TEAMS = ("building-office", "surveyors", "fire-brigade", "board", "registry", "experts", "legal")


class Office(World):
    """A case in memory that knows which tasks hold the lock of their type, as the engine loads it."""

    def context(self, caller: Caller, task: Task | None = None) -> Context:
        context = super().context(caller, task)
        held = {task.type: task.task_id for task in self.tasks.values() if self.locks.get(task.type) == task.task_id}
        return replace(context, scene=replace(context.scene, held=held))


@pytest.fixture
def office(tmp_path: Path) -> World:
    """A case of the whole workflow of the page: a public building, whose architect signs."""
    file = tmp_path / "permits.yaml"
    file.write_text(yaml.safe_dump(grown(len(STEPS)), sort_keys=False), encoding="utf-8")
    world = Office(workflow_of(file), users={u.id: u for u in (SUE, TOM, OLA, LEX, BO)})
    teams = (Organization(name, name.title(), "team") for name in TEAMS)
    world.organizations = {o.id: o for o in (*teams, *FIRMS)}
    attributes = {"public": True, "procedure": "short", "architect": {"organizationId": "stone", "signs": True}}
    assert isinstance(world.play(create_case(world.context(as_caller(OLA)), {"attributes": attributes})), Plan)
    return world


def of_type(world: World, name: str) -> list[Task]:
    """The tasks of the type, the organization's before its member's."""
    return [task for task in world.tasks.values() if task.type == name]


def standing(world: World) -> dict[str, str]:
    """The open tasks by type, each type as the task that was opened first stands."""
    opened = [task for task in world.tasks.values() if task.closed_at is None]
    return {task.type: task.status for task in reversed(opened)}


def test_a_team_and_its_member_end_together_or_the_team_has_the_work_back(office: World) -> None:
    """What the page says of delegation: only members, one at a time, given back where the type returns."""
    (team,) = of_type(office, "Plan check")
    assert refused(office.decide(team, "assign_to_person", SUE, userId="lex")).code == "assignee_not_member"
    office.act(team, "assign_to_person", SUE, userId="tom")
    assert office[team].status == "on_hold"
    assert office.offered(team, TOM) == set()
    office.act(of_type(office, "Plan check")[1], "cancel", TOM)
    office.settle()
    assert office[team].status == "assigned"
    office.act(team, "assign_to_person", SUE, userId="tom")
    office.act(of_type(office, "Plan check")[2], "complete", TOM)
    office.settle()
    assert office[team].status == "completed"
    assert standing(office)["Objection period"] == "assigned"


def test_the_examination_waits_for_all_and_the_decision_for_it(office: World) -> None:
    """What the page says of waiting, time and input that is handed up, from the first check to the end of the case."""
    for name in ("Plan check", "Fire check", "Signature"):
        office.act(of_type(office, name)[0], "complete", admin())
        office.settle()
    assert standing(office)["Examination"] == "on_hold"
    office.pass_time(days=30)
    office.settle()
    assert standing(office)["Examination"] == "assigned"
    office.act(of_type(office, "Examination")[0], "complete", OLA)
    office.act(of_type(office, "Decision")[0], "assign_to_person", BO, userId="bo")
    office.act(of_type(office, "Decision")[1], "decide", BO, outcome="refused")
    assert {task.status for task in of_type(office, "Decision")} == {"completed"}
    (notice,) = of_type(office, "Notice")
    assert notice.assigned_party == office[of_type(office, "Decision")[0]].assigned_party
    office.act(notice, "complete", BO)
    office.settle()
    assert standing(office) == {}
    assert of_type(office, "Access")[0].status == "completed"


def test_letters_stand_where_they_belong_and_can_be_changed(office: World) -> None:
    """What the page says of mail: blocking or not, passed on at once, changed into another kind."""
    entered = office.create("Objection", OLA)
    examination = of_type(office, "Examination")[0]
    assert entered.parent_id == examination.task_id
    with_legal = of_type(office, "Objection")[1]
    assert with_legal.assigned_party is not None
    assert with_legal.assigned_party.id == "legal"
    office.act(with_legal, "change_type", LEX, type="Question")
    office.settle()
    assert {task.status for task in of_type(office, "Objection")} == {"cancelled"}
    assert of_type(office, "Question")[0].parent_id == of_type(office, "Application")[0].task_id


def test_papers_are_waited_for_and_opinions_are_asked_for_once_each(office: World) -> None:
    """What the page says of holds and kinds."""
    plans = of_type(office, "Plan check")[0].task_id
    papers = office.create("Missing papers", SUE, parentId=plans)
    assert office[papers].status == "on_hold"
    assert refused(office.decide_creation("Opinion", OLA, parentId=plans, kind="noise")).code == "not_allowed"
    assert office.create("Opinion", SUE, parentId=plans, kind="noise").kind == "noise"
    office.pass_time(days=14)
    office.settle()
    assert office[papers].status == "completed"


def test_another_architect_signs_in_place_of_the_first(office: World) -> None:
    """What the page says of attributes that react."""
    architect = {"organizationId": "steel", "signs": True}
    office.play(edit_case(office.context(as_caller(OLA)), {"attributes": {"architect": architect}}))
    assert [task.status for task in of_type(office, "Signature")] == ["cancelled", "assigned"]
    assert [task.status for task in of_type(office, "Access")] == ["cancelled", "assigned"]
    assert of_type(office, "Signature")[0].cancellation_reason == "architect_change"


def test_another_procedure_begins_a_case_that_takes_letters_along(office: World) -> None:
    """What the page says of a case that follows on another: it begins anew, and letters go along."""
    office.create("Objection", OLA)
    change = office.create("Change of procedure", admin())
    plan = office.decide(change, "carry_out", OLA, procedure="full")
    assert isinstance(plan, Plan)
    staged = [write.task.type for write in plan.stage if isinstance(write, CreateTask)]
    begun = ["Application", "Examination", "Plan check", "Fire check", "Signature", "Access"]
    assert sorted(staged) == sorted([*begun, "Objection", "Objection", "Change of procedure"])
    assert {write.case.attributes["procedure"] for write in plan.stage if isinstance(write, CreateCase)} == {"full"}
