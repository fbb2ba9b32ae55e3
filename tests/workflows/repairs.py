"""The workflow that docs/hand-off.md grows, with an office and its workshops in memory."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from itertools import count
from pathlib import Path
from typing import Any

import yaml

from shared.compile import workflow_of
from shared.domain.decide import receive
from shared.domain.definitions.vocabulary import CREATE
from shared.domain.definitions.workflow import Workflow
from shared.domain.ends.arrival import Offered, arrive
from shared.domain.ends.worker_status import worker_status
from shared.domain.model.connections import Connection, Tie
from shared.domain.model.ends import PENDING, End, Message
from shared.domain.model.people import ENGINE, Caller, Organization, User
from shared.domain.model.plan import Decision
from shared.domain.model.scene import Context, Ids, Occasion, Scene
from shared.domain.model.task import Link, Task, Texts
from shared.domain.model.writes import AddLinks, ChangeConnection, CreateConnection, PutFirstTexts, PutMessage
from tests.domain.worlds import START, World, key, user
from tests.workflows.pages import DOCS, blocks, merged

PAGE = DOCS / "hand-off.md"
QUOTED = "# collaboration.yaml\n"
BLOCKS = blocks(PAGE)
QUOTES = [block.removeprefix(QUOTED) for block in BLOCKS if block.startswith(QUOTED)]
FIRST, *STEPS = [block for block in BLOCKS if not block.startswith(QUOTED)]

OFFICE = Organization("office", "Housing Office", "team")
BOLT, WELD, NEWCOMER = (Organization(name, name.title(), "partner") for name in ("bolt", "weld", "newcomer"))
WORKSHOPS = {workshop.id: workshop for workshop in (BOLT, WELD, NEWCOMER)}
OLA = user("ola", kind="team", office=False)
BEN, WES, NOA = (
    user(name, kind="partner", **{of: False}) for name, of in (("ben", "bolt"), ("wes", "weld"), ("noa", "newcomer"))
)
WORKERS = {"bolt": BEN, "weld": WES, "newcomer": NOA}
ROLES = {"bolt": "partner-plumber", "weld": "partner-welder"}
PHOTO = {"type": "photo", "link": "https://example.org/1.jpg", "name": "The tap"}

Given = Mapping[str, object]
INPUT: Mapping[str, Given] = {
    "send_back": {"note": "It still drips."},
    "decline": {"reason": "No time."},
    "refer": {"reason": "Weld it.", "organizationId": "weld"},
}
"""What is given to an action or an option, where nothing else is said."""
OPTIONS = ("to", "recall", "accept", "decline", "refer")


def grown(steps: int = len(STEPS)) -> dict[str, Any]:
    """The page's workflow after so many of its fragments."""
    file = yaml.safe_load(FIRST)
    for step in STEPS[:steps]:
        file = merged(file, yaml.safe_load(step))
    return dict(file)


def written(folder: Path, content: Mapping[str, Any]) -> Path:
    """The workflow as a file, as a reader of the page has it."""
    file = folder / "repairs.yaml"
    file.write_text(yaml.safe_dump(dict(content), sort_keys=False), encoding="utf-8")
    return file


def repairs(folder: Path, content: Mapping[str, Any] | None = None) -> Workflow:
    """The workflow, as it is once the page is through."""
    return workflow_of(written(folder, content or grown()))


@dataclass
class Side(World):
    """The case of one organization, with what its tasks have sent."""

    people: User = OLA
    flight: list[Message] = field(default_factory=list)
    connection: Connection | None = None
    texts: Texts = field(default_factory=Texts)

    def __post_init__(self) -> None:
        super().__post_init__()
        self.case = replace(self.case, case_id="damage-1", organization_id="office")
        self.organizations = {"office": OFFICE, **WORKSHOPS}

    def context(self, caller: Caller, task: Task | None = None) -> Context:
        """As any decision gets it, with the ties of the case's organization and the request that the task waits for."""
        context = super().context(caller, task)
        own = self.case.organization_id or ""
        ties = {to: Tie(own, to, to.title(), role, "c1") for to, role in ROLES.items()} if own == "office" else {}
        waits = task is not None and end_of(task).assignment in PENDING
        scene = replace(context.scene, ties=ties, connection=self.connection if waits else None)
        return replace(context, scene=scene)

    def _write(self, write: object) -> None:
        match write:
            case PutMessage(message):
                self.flight.append(message)
            case CreateConnection(connection) | ChangeConnection(_, connection):
                self.connection = connection
            case PutFirstTexts(_, texts):
                self.texts = texts
            case AddLinks(_, _, links):
                self.texts = replace(self.texts, links=(*self.texts.links, *links))
            case _:
                super()._write(write)


@dataclass
class Repair:
    """A repair of the office, with the ends of the workshops that it was assigned to, by generation."""

    workflow: Workflow
    office: Side
    owner: str
    workshops: dict[int, Side] = field(default_factory=dict)

    @classmethod
    def begin(cls, workflow: Workflow, **given: object) -> Repair:
        """A new repair, for a workshop unless something else is said."""
        office = Side(workflow)
        created = office.create("Repair", OLA, **{"collaborative": True, **given})
        return cls(workflow, office, created.task_id)

    @property
    def task(self) -> Task:
        """The office's end, or the whole task where it stands alone."""
        return self.office[self.owner]

    @property
    def end(self) -> End:
        """What the office's end knows."""
        return end_of(self.task)

    @property
    def workshop(self) -> Side:
        """The workshop of the present assignment."""
        return self.workshops[self.end.generation]

    @property
    def there(self) -> Task:
        """The end of the present workshop."""
        return next(iter(self.workshop.tasks.values()))

    def do(self, *names: str, **given: object) -> Repair:
        """The office does these things one after another; options of `assign` by their names."""
        for name in names:
            self.office.act(self.task, action_of(name), OLA, **self._given(name, given))
        return self

    def does(self, *names: str, **given: object) -> Repair:
        """The present workshop does these things."""
        side = self.workshop
        for name in names:
            side.act(self.there, action_of(name), side.people, **self._given(name, given))
        return self

    def decide(self, name: str, /, **given: object) -> Decision:
        """What comes of something that the office would do."""
        return self.office.decide(self.task, action_of(name), OLA, **self._given(name, given))

    def deliver(self, *, to_owner_first: bool = False) -> Repair:
        """Everything that is under way has arrived, each direction in its order."""
        while messages := self._next():
            messages.sort(key=lambda message: (message.direction == "to_owner") != to_owner_first)
            self._arrive(messages[0])
        return self

    def _given(self, name: str, given: Given) -> dict[str, Any]:
        option = {"option": name} if name in OPTIONS else {}
        return {**option, **(given or INPUT.get(name, {}))}

    def _next(self) -> list[Message]:
        """The oldest message of each end, which stands in the sender's case until it has arrived."""
        return [side.flight[0] for side in (self.office, *self.workshops.values()) if side.flight]

    def _arrive(self, message: Message) -> None:
        sender = self.office if message.direction == "to_partner" else self.workshops[message.generation]
        sender.flight.remove(message)
        if message.action == CREATE:
            self._offer(message)
            return
        side = self.office if message.direction == "to_owner" else self.workshops[message.generation]
        task = self.task if message.direction == "to_owner" else next(iter(side.tasks.values()))
        side.play(receive(side.context(ENGINE, task), message))

    def _offer(self, message: Message) -> None:
        numbers = count(1)
        ids = Ids(f"a{message.generation}", (f"x{number}" for number in numbers))
        offered = Offered(self.task, self.office.texts, OFFICE, f"p-{message.generation}")
        plan = arrive(Occasion(ENGINE, START, ids), Scene(self.workflow, self.office.case), offered, message)
        side = Side(self.workflow, people=WORKERS[str(message.input["organizationId"])])
        side.play(plan)
        self.workshops[message.generation] = side


def action_of(name: str) -> str:
    """The action that a word of the page stands for: options are those of `assign`."""
    return "assign" if name in OPTIONS else name


def end_of(task: Task) -> End:
    """The end that a task is."""
    assert task.end is not None
    return task.end


def shown(side: Side, task: Task | str) -> tuple[str, str]:
    """The status and the assignment status of an end."""
    return side[task].status, end_of(side[key(task)]).assignment


def named(workflow: Workflow, task: Task) -> str:
    """The name of the worker status of an end."""
    status = worker_status(workflow, task)
    assert status is not None
    return status.name


def rows() -> list[tuple[str, ...]]:
    """The page's table of actions that cross."""
    cell, pair = r"`(\w+)`", r"`(\w+)`, `(\w+)`"
    row = rf"^\| {cell} \| {cell} \| {cell} \| {pair} \| {pair} \|$"
    return re.findall(row, PAGE.read_text(encoding="utf-8"), re.MULTILINE)


def links(*given: Mapping[str, str]) -> tuple[Link, ...]:
    """Links as a task has them."""
    return tuple(Link(**link) for link in given)
