"""Cases with their histories, made by the real decision: as somebody says, or at random."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from shared.domain.cases import close_case, create_case, edit_case
from shared.domain.checks.worlds.inputs import inputs
from shared.domain.checks.worlds.people import ADMINISTRATOR, callers, people_of
from shared.domain.decide import offers
from shared.domain.definitions.workflow import Workflow
from shared.domain.migrating.migration import Moving, migrate
from shared.domain.model.people import ENGINE, Caller
from shared.domain.model.plan import Decision, Plan
from shared.domain.model.scene import status_of
from shared.domain.model.task import Task, TaskId
from shared.domain.settling import due
from shared.domain.trees.locks import locks_of
from shared.domain.whatif.judging import what_if
from shared.domain.whatif.past import Past
from shared.domain.whatif.verdict import Verdict
from shared.domain.whatif.versions import Versions
from tests.domain.worlds import World, played

Choice = tuple[int, int, int, int]
"""Which task, which of its callers, which of their actions, with which input; each as far as there are so many."""
DAYS = (0, 0, 1, 20, 100)


@dataclass
class Story:
    """A case that begins, and goes on as it is told; after each step Casetree does all that it owes."""

    admin = ADMINISTRATOR

    workflow: Workflow
    attributes: Mapping[str, object] = field(default_factory=dict)
    more: Mapping[str, object] = field(default_factory=dict)
    owner: str | None = None
    world: World = field(init=False)

    def __post_init__(self) -> None:
        people = people_of(self.workflow)
        self.world = World(self.workflow, users=people.users, organizations=people.organizations)
        self.people = people
        self.world.case = replace(self.world.case, organization_id=self.owner)
        owned = {"organizationId": self.owner} if self.owner is not None else {}
        given = {"attributes": self.attributes, **owned, **self.more}
        assert isinstance(self.decided(partial(create_case, given=given)), Plan)

    def decided(self, decide: Any, caller: Caller = ADMINISTRATOR, task: Task | None = None) -> Decision:
        """The decision, some minutes later, in effect if it is a plan."""
        decision: Decision = self.world.play(decide(self.world.context(caller, task)))
        self.world.pass_time(minutes=1)
        self.settle()
        self.world.pass_time(minutes=1)
        return decision

    def act(self, type_name: str, action: str, caller: Caller = ADMINISTRATOR, **given: object) -> Task:
        """The newest open task of the type after the action, which must be possible."""
        task = self.newest(type_name)
        made = self.world.act(task, action, caller, **given)
        self.after()
        return made

    def create(self, type_name: str, **given: object) -> Task:
        """A new task, which must be possible."""
        made = played(self.world.play(self.world.decide_creation(type_name, ADMINISTRATOR, **given)))
        self.after()
        return made

    def edit(self, **attributes: object) -> None:
        """The case has other attributes."""
        assert isinstance(self.decided(partial(edit_case, given={"attributes": attributes})), Plan)

    def rename(self, name: str) -> None:
        """The case has another name."""
        assert isinstance(self.decided(partial(edit_case, given={"displayName": name})), Plan)

    def close(self) -> None:
        """The case is closed."""
        assert isinstance(self.decided(partial(close_case, given={"reason": "Done."})), Plan)

    def migrate(self, new: Workflow) -> None:
        """The case goes by another version from now on."""
        moving = Moving(tuple(self.world.tasks.values()))
        assert isinstance(self.decided(lambda context: migrate(context, new, moving)), Plan)
        self.workflow = self.world.workflow = new

    def after(self, **time: float) -> None:
        """So much later, or a minute, all is done that is owed then."""
        self.world.pass_time(**(time or {"minutes": 1}))
        self.settle()
        self.world.pass_time(minutes=1)

    def newest(self, type_name: str) -> Task:
        """The open task of the type that came to be last."""
        found = [t for t in self.world.tasks.values() if t.type == type_name and status_of(self.workflow, t).open]
        return found[-1]

    def settle(self) -> None:
        """Nothing is owed: every closing is counted, and every timer that is due has fired."""
        world = self.world
        while True:
            before = len(world.entries), dict(world.edges)
            for task_id in tuple(world.tasks):
                owed = due(world.context(ENGINE, world.tasks[task_id]).scene, world.now)
                if owed is not None:
                    world.play(world.decide(task_id, owed.action, ENGINE, **dict[str, Any](owed.input)))
                if task_id in world.edges:
                    world.count(task_id)
            if (len(world.entries), dict(world.edges)) == before:
                return

    def random(self, choices: Iterable[Choice], days: Iterable[int]) -> None:
        """People do any of what they are offered, and time goes on."""
        for chosen, number in zip(choices, days, strict=False):
            self._any(chosen)
            self.after(days=DAYS[number % len(DAYS)])

    def _any(self, chosen: Choice) -> None:
        which, who, what, how = chosen
        every = tuple(self.world.tasks.values())
        tasks = [task for task in every if status_of(self.workflow, task).open] or every
        task = tasks[which % len(tasks)]
        near = [caller for caller, _ in callers(self.people, self.world.context(ENGINE, task).scene)]
        context = self.world.context(near[who % len(near)], task)
        offered = [o.action for o in offers(context, unlisted=True) if o.refusal is None]
        if not offered:
            return
        action = offered[what % len(offered)]
        given = list(inputs(self.people, context.scene, action))
        decision = self.world.decide(task, action.name, context.caller, **given[how % len(given)]) if given else None
        if isinstance(decision, Plan) and all(self.world.locks.get(name) is None for name in locks_of(decision)):
            self.world.play(decision)

    def past(self) -> Past:
        """What is kept of it."""
        return Past(self.world.case, tuple(self.world.tasks.values()), tuple(self.world.entries))

    def judged(self, new: Workflow) -> Verdict:
        """What another version would have made of it."""
        return what_if(Versions.of(self.workflow, new), self.past(), self.world.now)


def nameless(past: Past, *ids: TaskId) -> Past:
    """The past without these tasks, as if they were deleted."""
    return replace(past, tasks=tuple(task for task in past.tasks if task.task_id not in ids))
