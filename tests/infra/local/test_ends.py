"""Tasks with two ends as demos play them; what a demo plays with them is tried on the whole stack."""

from dataclasses import replace
from typing import Any

import pytest
from rich.console import Console

from infra.local.calls import Answer
from infra.local.demos import ends, stage
from infra.local.demos.ends import GONE, NOT_YET, Job, party_of
from infra.local.demos.stage import Stage
from infra.local.obstacle import ObstacleError
from infra.local.records import Stack

ACME, HARBOR, TIDEWATER = party_of("ola"), party_of("hal"), party_of("tia")


def _end(task_id: str, status: str, assignment: str, holder: str | None = None, created: int = 0) -> dict[str, Any]:
    """An end as the API shows it."""
    return {
        "taskId": task_id,
        "caseId": task_id.partition(".")[0],
        "type": "Task",
        "label": "Task",
        "state": "open",
        "status": status,
        "assignmentStatus": assignment,
        "workerStatus": {"name": status.title()},
        "hold": False,
        "counterpart": {"organizationId": holder} if holder else None,
        "createdAt": f"2026-11-28T17:00:0{created}Z",
        "updatedAt": "2026-11-28T17:00:05Z",
    }


class World:
    """Stands in for the API: what it answers is what a test has put here."""

    def __init__(self) -> None:
        self.tasks = {"job-1001.t1": _end("job-1001.t1", "initial", "initial")}
        self.queues: dict[str, list[dict[str, Any]]] = {"harbor": [], "tidewater": []}
        self.acted: list[tuple[str, Any]] = []

    def call(self, method: str, path: str, body: Any = None) -> Answer:
        if path == "/cases":
            return Answer(201, {"tasks": {"items": list(self.tasks.values())}}, {})
        if path.startswith("/queues/"):
            return Answer(200, {"items": self.queues[path.partition("?")[0].rpartition("/")[2]]}, {})
        if path.endswith("/actions"):
            return Answer(200, {"items": []}, {})
        task_id, _, action = path.removeprefix("/tasks/").partition("/actions/")
        if method == "POST":
            self.acted.append((action, body))
        return Answer(200, self.tasks[task_id], {}) if task_id in self.tasks else Answer(404, {}, {})

    def need(self, method: str, path: str, body: Any = None) -> Any:
        return self.call(method, path, body).body

    def own(self, status: str, assignment: str, holder: str | None = None) -> None:
        """The owner's end stands so."""
        self.tasks["job-1001.t1"] = _end("job-1001.t1", status, assignment, holder)

    def partners(self, number: int, status: str, assignment: str, *, created: int = 6, of: str = "harbor") -> None:
        """A partner has an end that stands so, which is new to its queue if it was not there before."""
        end = _end(f"p-{number}.task", status, assignment, created=created)
        if end["taskId"] not in self.tasks:
            self.queues[of].append(end)
        self.tasks[end["taskId"]] = end


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    """An API at which nothing has happened, for everybody who calls it; nobody waits for what does not come."""
    world = World()
    monkeypatch.setattr(stage, "Api", lambda *_: world)
    monkeypatch.setattr(stage, "PATIENCE_SECONDS", -1)
    return world


@pytest.fixture
def job(world: World, stack: Stack) -> Job:
    """A collaborative task that Ola has just created."""
    users = dict.fromkeys(("ola", "hal", "tia"), stack.users["ann"])
    return Job(Stage(replace(stack, users=users), {}), ACME, "Survey", collaborative=True)


@pytest.fixture
def received(job: Job, world: World) -> Job:
    """The same, with an end at Harbor Surveyors."""
    world.own("assign", "sent", "harbor")
    world.partners(1, "assign", "received")
    job.assign(HARBOR, "assign / sent", "assign / received")
    world.acted.clear()
    return job


def test_people_act_for_their_organization() -> None:
    """By the name that it has for people."""
    assert (HARBOR.who, HARBOR.organization_id, HARBOR.name) == ("hal", "harbor", "Harbor Surveyors")


def test_a_step_is_shown_with_both_ends(received: Job, world: World, capsys: pytest.CaptureFixture[str]) -> None:
    """An option of the assignment is an action with that option, and the task has a name of its own."""
    world.own("assign", "accepted", "harbor")
    world.partners(1, "assign", "accepted")
    received.do("hal", "accept", "assign / accepted", "assign / accepted")
    assert world.acted == [("assign", {"option": "accept"})]
    deed, row = capsys.readouterr().out.splitlines()[-2:]
    assert deed.split()[:4] == ["Hal", "Moore", "accepts", "Survey"]
    assert row.split() == ["assign", "/", "accepted", "Assign", "│", "assign", "/", "accepted", "Assign"]


@pytest.mark.parametrize(
    ("owner", "partner", "holder"),
    [
        (("assign", "sent"), ("assign", "accepted"), "harbor"),
        (("assign", "accepted"), ("assign", "received"), "harbor"),
        (("assign", "accepted"), ("assign", "accepted"), "tidewater"),
    ],
    ids=["the owner's", "the partner's", "whose it is"],
)
def test_another_outcome_is_an_error(
    received: Job, world: World, owner: tuple[str, str], partner: tuple[str, str], holder: str
) -> None:
    """At either end, or with whom the task is; the error says what must be and what is."""
    world.own(*owner, holder)
    world.partners(1, *partner)
    with pytest.raises(ObstacleError) as caught:
        received.do("hal", "accept", "assign / accepted", "assign / accepted")
    assert str(caught.value) == (
        "job-1001 must be: owner assign / accepted, partner assign / accepted, assigned to harbor. "
        f"It is: owner {' / '.join(owner)}, partner {' / '.join(partner)}, assigned to {holder}."
    )


def test_a_hold_is_part_of_how_an_end_stands(received: Job, world: World) -> None:
    """It is at one end, and the other does not see it."""
    world.tasks["p-1.task"]["hold"] = True
    with pytest.raises(ObstacleError, match="assign / received, on hold"):
        received.stands("assign / sent", "assign / received")
    received.stands("assign / sent", "assign / received, on hold")


def test_the_partners_end_is_the_newest_of_its_queue(job: Job, world: World) -> None:
    """What has stood there since before the assignment is another task's, wherever it stands."""
    for number, created in ((7, 4), (1, 6), (2, 7), (8, 3)):
        world.partners(number, "assign", "received", created=created)
    world.own("assign", "sent", "harbor")
    job.assign(HARBOR, "assign / sent", "assign / received")
    assert job.end_of("hal")["taskId"] == "p-2.task"


def test_an_old_task_of_the_partner_is_not_taken_for_its_end(job: Job, world: World) -> None:
    """There is none before the assignment has been sent."""
    world.partners(7, "assign", "received", created=4)
    world.own("prepare", "assigned", "harbor")
    job.assign(HARBOR, "prepare / assigned", NOT_YET)
    with pytest.raises(ObstacleError, match="hal has no end"):
        job.end_of("hal")


def test_an_end_that_was_deleted_is_gone(received: Job, world: World, capsys: pytest.CaptureFixture[str]) -> None:
    """And no other task that comes into the queue is taken for it, until the task is assigned anew."""
    del world.tasks["p-1.task"]
    received.stands("assign / sent", GONE)
    assert GONE in capsys.readouterr().out
    world.partners(2, "assign", "received", created=9)
    received.stands("assign / sent", GONE)
    received.assign(HARBOR, "assign / sent", "assign / received")


def test_whose_ends_they_are_is_said_when_that_changes(
    job: Job, world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    """Once for each partner, above what is shown of it."""
    job.stands("initial / initial")
    for number, partner in enumerate((HARBOR, TIDEWATER)):
        world.own("assign", "sent", partner.organization_id)
        world.partners(number, "assign", "received", of=partner.organization_id)
        job.goes_to(partner, "assign / sent", "assign / received")
        job.stands("assign / sent", "assign / received")
    headings = [line for line in capsys.readouterr().out.splitlines() if "Acme Claims" in line]
    assert [line.partition("│")[2].strip() for line in headings] == ["Harbor Surveyors", "Tidewater Labs"]


def test_a_task_that_is_referred_is_with_the_other_party_next(received: Job, world: World) -> None:
    """That the owner's end looks as before is not enough: it was passed on."""
    world.partners(1, "cancel", "referred")
    with pytest.raises(ObstacleError, match="assigned to tidewater"):
        received.refer(TIDEWATER, "assign / sent", "cancel / referred", "A laboratory is needed.")
    world.own("assign", "sent", "tidewater")
    received.refer(TIDEWATER, "assign / sent", "cancel / referred", "A laboratory is needed.")
    sent = {"option": "refer", "organizationId": "tidewater", "reason": "A laboratory is needed."}
    assert world.acted == [("assign", sent)] * 2


def test_nobody_refers_what_nobody_has(job: Job) -> None:
    """There has to be a partner."""
    with pytest.raises(ObstacleError, match="no partner"):
        job.refer(TIDEWATER, "assign / sent", "cancel / referred", "Why not?")


def test_what_has_become_of_tasks_is_what_it_was(received: Job, world: World) -> None:
    """Each with both ends; where one has moved on by itself, that is an error."""
    console = Console(width=78, color_system=None)
    with console.capture() as capture:
        console.print(ends.outcome([received]))
    shown = capture.get().splitlines()[-1].split()
    assert shown == ["job-1001", "assign", "/", "sent", "Harbor", "Surveyors", "assign", "/", "received"]
    world.own("cancel", "recalled", "harbor")
    with pytest.raises(ObstacleError, match="It is: owner cancel / recalled"):
        ends.outcome([received])
