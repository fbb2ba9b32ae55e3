"""Plans of real decisions, in an order in which they can be committed: lives of inspection tasks."""

from collections.abc import Iterator

from shared.domain.model.people import ENGINE, Caller, User
from shared.domain.model.plan import Plan
from shared.domain.model.task import Task
from shared.domain.model.writes import CreateCase
from tests.domain.worlds import ANN, BOB, World

DUE = "2026-12-01T17:00:00.000Z"
LATER = "2026-12-02T17:00:00.000Z"
BOB_AS_PARTY = {"kind": "user", "id": "bob"}
ENTITY = {"look": {"id": "4711", "displayName": "Look 4711"}}


def lives() -> Iterator[tuple[str, Plan]]:
    """What happened, with its plan; first of all the case itself."""
    world = World()
    yield "case", Plan("case", (CreateCase(world.case),))

    def act(task: Task, action: str, caller: Caller | User = BOB, **given: object) -> Plan:
        return _played(world, world.decide(task, action, caller, **given))

    def create(**given: object) -> tuple[Plan, Task]:
        plan = _played(world, world.decide_creation("QA", ANN, entity=ENTITY, **given))
        assert isinstance(plan.subject, Task)
        return plan, plan.subject

    plan, first = create()
    yield "create", plan
    plan, second = create(dueTime=DUE, description="ring twice", prerequisites=[first.task_id])
    yield "create with timer, text and prerequisite", plan
    yield "claim", act(first, "claim")
    yield "fail", act(first, "fail", reason="nobody there")
    yield "retry", act(first, "retry")
    yield "pass", act(first, "pass")
    yield "become ready", act(second, "ready", ENGINE)
    yield "reschedule", act(second, "reschedule", dueTime=LATER)
    yield "assign", act(second, "assign", assignedParty=BOB_AS_PARTY)
    yield "add instructions", act(second, "add_instructions", instructions="mind the dog")
    yield "claim as the assigned party", act(second, "claim")
    world.pass_time(days=30)
    yield "timer fires", act(second, "overdue", ENGINE)
    yield "move", act(second, "move", groupQueue="Dispatch")
    yield "release", act(second, "release")
    yield "await", act(second, "await", ANN, awaiting="the gate code")
    yield "skip", act(second, "skip", ANN, reason="sold")
    plan, third = create(assignedParty=BOB_AS_PARTY, dueTime="2027-03-01T00:00:00.000Z")
    yield "create with party and timer", plan
    yield "reschedule as the assigned party's", act(third, "reschedule", dueTime="2027-03-02T00:00:00.000Z")
    yield "skip with timer", act(third, "skip", ANN, reason="sold")


def _played(world: World, decision: object) -> Plan:
    assert isinstance(decision, Plan), decision
    world.play(decision)
    return decision
