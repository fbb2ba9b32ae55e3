"""What may happen at one end of a task, each by the real decision: to people, in time, and by what others say."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace

from shared.domain.checks.worlds.inputs import NOW
from shared.domain.checks.worlds.local import Place, next_moves, state_of
from shared.domain.checks.worlds.moves import Move, by_people
from shared.domain.checks.worlds.replay import told_of
from shared.domain.checks.worlds.sides import Side
from shared.domain.checks.worlds.world import World, settled
from shared.domain.decide import act, receive
from shared.domain.definitions.lifecycle import ENGINE as BY_ENGINE
from shared.domain.definitions.lifecycle import Step
from shared.domain.definitions.vocabulary import CREATE
from shared.domain.ends.answering import accept, decline
from shared.domain.ends.arrival import Offered, arrive
from shared.domain.ends.connections import went_out
from shared.domain.model.ends import Message
from shared.domain.model.people import ENGINE
from shared.domain.model.plan import Plan
from shared.domain.model.scene import Scene
from shared.domain.model.task import Texts
from shared.domain.model.writes import AddEntry, CreateCase, CreateTask, Write
from shared.domain.settling import Due, due

ASKED = "whoever is asked"
"""Who answers a request for a connection."""
DROPPED = ", dropped"
"""Said of a message of which nothing comes."""


@dataclass(frozen=True, slots=True)
class Happening:
    """A step at one end, and its case after that."""

    step: Step
    after: World
    taken: frozenset[str] = frozenset()
    """The actions that were taken."""
    by_people: bool = False
    """Whether somebody of the end's organization has taken it, or an administrator."""
    counts: bool = True
    """Whether it shows that somebody can act, as of a move."""


def at_hand(side: Side, without: Collection[str]) -> Iterator[Happening]:
    """What people and timers make of the end, and of what it waits for, without some actions of people."""
    place = Place(state_of(side.world, side.task), side.world, side.task_id)
    yield from (_moved(side, move) for move in next_moves(place, without))
    yield from _by_connection(side)


def beside(side: Side, names: Collection[str], without: Collection[str]) -> Iterator[Happening]:
    """What people do to the end by these actions, which lead nowhere, but for some of them."""
    others = side.world.workflow.actions_of(side.task.type).keys() - set(names)
    return (_moved(side, move) for move in by_people(side.world, side.task, without=others | set(without)))


def _moved(side: Side, move: Move) -> Happening:
    own = move.task_id == side.task_id
    step = _step(side, move.after, move.step.action, *move.step.who) if own else move.step
    step = replace(step, stands_in=move.step.stands_in)
    # What nobody did, such as the end of the task above, leaves no deed: the last one is an earlier step's, by another.
    done = move.after.deeds[len(side.world.deeds) :]
    step = told_of(step, done[-1]) if done else step
    taken = move.after.taken | ({move.step.action} if own else frozenset())
    return Happening(step, move.after, taken, by_people=move.step.who != (BY_ENGINE,), counts=move.counts)


def _by_connection(side: Side) -> Iterator[Happening]:
    """What becomes of a request for a connection, and that the end hears of it, each in its own time."""
    connection, world = side.world.connection, side.world
    if connection is None:
        return
    on, asked = world.context(ENGINE, side.task).occasion, world.people.organizations[world.people.partners[-1]]
    if connection.state == "requested":
        answers = {"request_accepted": accept(on, connection, asked), "request_declined": decline(on, connection)}
        yield from (_answered(side, n, ASKED, plan.writes) for n, plan in answers.items() if isinstance(plan, Plan))
    if connection.state == "requested" and connection.requested_at is None:
        yield _answered(side, "request_sent", BY_ENGINE, went_out(on, connection))
    owed = owed_by_connection(side)
    if owed is not None:
        decision = act(world.context(ENGINE, side.task), owed.action, owed.input)
        if isinstance(decision, Plan):
            after = settled(world.after(decision.writes))
            yield Happening(_step(side, after, owed.action, BY_ENGINE), after, frozenset({owed.action}))


def owed_by_connection(side: Side) -> Due | None:
    """What the end has yet to hear of its request for a connection."""
    return due(side.world.scene(side.task), NOW) if side.world.connection is not None else None


def _answered(side: Side, name: str, who: str, writes: tuple[Write, ...]) -> Happening:
    after = side.world.after(writes)
    return Happening(_step(side, after, name, who), after)


def heard(side: Side, message: Message, *, again: bool = False) -> Happening:
    """The end has heard the other one, or has dropped what it said; `again` where it has heard that before.

    Raises ValueError where it can neither be taken nor dropped.
    """
    plan = receive(side.world.context(ENGINE, side.task), message)
    after = settled(side.world.after(plan.writes))
    # Whatever is taken stands in the history.
    taken = any(isinstance(write, AddEntry) for write in plan.writes)
    who = f"a message of the {'owner' if message.direction == 'to_partner' else 'partner'}"
    notes = (*([" that comes again"] if again else []), *([] if taken else [DROPPED]))
    step = _step(side, after, message.action, who + "".join(notes))
    return Happening(step, after, frozenset({message.action}) if taken else frozenset())


def arrived(owner: Side, message: Message) -> tuple[Happening, Side]:
    """The partner's end has come to be, by the first message of an assignment."""
    world, task = owner.world, owner.task
    by = world.people.organizations[world.case.organization_id or ""]
    offered = Offered(task, Texts(), by, "p-1")
    plan = arrive(world.context(ENGINE).occasion, Scene(world.workflow, world.case), offered, message)
    case = next(write.case for write in plan.writes if isinstance(write, CreateCase))
    new = next(write.task for write in plan.writes if isinstance(write, CreateTask))
    after = World(world.workflow, world.people, case, asking_above=world.asking_above).after(plan.writes)
    there = Side(after, new.task_id)
    return Happening(Step(CREATE, None, there.words, ("a message of the owner",), of=there.name), after), there


def _step(side: Side, after: World, action: str, *who: str) -> Step:
    return Step(action, side.words, Side(after, side.task_id).words, who, of=side.name)
