"""Rules on each end of a task by itself, however the other one goes on: none of them comes to where nothing follows."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator

from shared.domain.checks.both_ends import OWNER, PARTNER, BothEnds, each, finding_at, named, sides_of
from shared.domain.checks.counterexamples import waiting_on
from shared.domain.checks.finding import Finding
from shared.domain.checks.lives import (
    WHOLE,
    Lives,
    actions_have_somebody,
    cases_are_few,
    statuses_are_lived_in,
    types_begin,
)
from shared.domain.checks.worlds.crossings import MOST, Crossings, PairId
from shared.domain.checks.worlds.local import can_act, state_of
from shared.domain.checks.worlds.numbered import Numbered, SideId, Turn
from shared.domain.checks.worlds.sides import Side
from shared.domain.definitions.workflow import Action
from shared.domain.ends.telling import hand_off_of
from shared.domain.trees.following import above_of
from shared.domain.words.conditions import texts

Seen = set[tuple[str, ...]]
"""What was reported already: one way into a mistake is enough."""


def all_was_seen(both: BothEnds) -> Iterator[Finding]:
    """Every state of both ends was looked at."""
    for first, found in both.by_type.items():
        if not found.whole:
            detail = f"The two ends of a {first!r} can be in more than {MOST} states: whether they agree was not seen."
            yield Finding(WHOLE, ("types", first), detail, "Let fewer actions be told, or hear them in fewer statuses.")


def assignments_are_lived_in(both: BothEnds) -> Iterator[Finding]:
    """What an action asks of the assignment, it is at some end at some time."""
    reached = {side.end.assignment for found in both.by_type.values() for side in sides_of(found)}
    for where, action in both.workflow.every_action():
        for name in [name for name in _asked(action) if name not in reached][:1]:
            detail = f"No end ever gets to the assignment status {name!r}, which {action.name!r} asks for."
            yield Finding("statuses-reachable", where, detail, "Give an action that sets it, or leave it out.")


def _asked(action: Action) -> tuple[str, ...]:
    return tuple(name for word in action.guards if word.name == "assignment" for name in texts(word.arguments))


def ends_have_a_way_out(both: BothEnds) -> Iterator[Finding]:
    """Wherever an end has got to, somebody on either side can bring it to an end."""
    seen: Seen = set()
    for first, found in both.by_type.items():
        for which in (OWNER, PARTNER):
            closed = [pair for pair, side in each(found, which) if not side.open]
            for pair, side in _left_out(found, which, found.leading_to(closed, lambda turn: turn.by_somebody)):
                if _is_new(seen, side.end.kind, side.status):
                    detail = f"{named(first, side)} that gets to {side.words!r} is never closed by anybody."
                    hint = "Look at `guards` and `who` of the actions that lead on from there."
                    where = ("statuses", side.status)
                    yield finding_at(found, pair, "open-statuses-have-a-way-out", where, detail, hint)


def waits_are_over(both: BothEnds) -> Iterator[Finding]:
    """Neither end waits longer than a task below it or before it, information, or a timed hold keeps it waiting."""
    seen, over = Seen(), waiting_on(both.workflow)
    for first, found in both.by_type.items():
        waiting = frozenset(over(both.lives.by_type[first]))
        sides = enumerate(found.numbered.sides) if waiting else ()
        lasting = {number for number, side in sides if state_of(side.world, side.task) in waiting}
        for pair, side in _new_at(found, lasting, seen):
            detail = f"{named(first, side)} goes on waiting as {side.words!r} when there is nothing to wait for."
            hint = "Casetree leads it on by itself, if `guards` of the action for that let it."
            yield finding_at(found, pair, "waits-end", ("statuses", side.status), detail, hint)


def turns_come(both: BothEnds) -> Iterator[Finding]:
    """Where it is the other end's turn, that one can take the task on, without the one that waits for it."""
    turns, seen = hand_off_of(both.workflow).others_turn, Seen()

    def waits(side: Side) -> bool:
        return side.open and any(t.fits(side.end.kind, side.status, side.end.assignment) for t in turns)

    for first, found in both.by_type.items():
        for which in (OWNER, PARTNER):
            going = [pair for pair, side in each(found, which) if not waits(side)]
            on = found.leading_to(going, _without_people_of(found.numbered, which))
            for pair, side in _left_out(found, which, on):
                if found.pairs[pair].owner is not None and _is_new(seen, side.end.kind):
                    detail = f"{named(first, side)} waits as {side.words!r} for the other one, which nobody takes on."
                    hint = "Give somebody there an action that is told, or leave this out of `others_turn`."
                    yield finding_at(found, pair, "waits-end", ("hand_off", "others_turn"), detail, hint)


def _without_people_of(numbered: Numbered, which: int) -> Callable[[Turn], bool]:
    def others(turn: Turn) -> bool:
        is_partners = numbered.sides[turn.at].end.kind == "partner"
        return not turn.by_people or is_partners != (which == PARTNER)

    return others


def _left_out(found: Crossings, which: int, alive: frozenset[PairId]) -> Iterator[tuple[PairId, Side]]:
    return ((pair, side) for pair, side in each(found, which) if pair not in alive)


def somebody_can_act(both: BothEnds) -> Iterator[Finding]:
    """In no case is an end open, and has heard everything, while nobody there can do something about it."""
    seen: Seen = set()
    for first, found in both.by_type.items():
        idle = {n for n, side in enumerate(found.numbered.sides) if side.open and _is_idle(found.numbered, n)}
        for pair, side in _new_at(found, idle, seen):
            detail = f"A case gets to where its {side.name!r} is {side.words!r}, and nobody there can act."
            hint = "Give somebody of its organization an action on it, or a timer."
            yield finding_at(found, pair, "somebody-can-act", ("types", first), detail, hint)


def _new_at(found: Crossings, sides: Collection[SideId], seen: Seen) -> Iterator[tuple[PairId, Side]]:
    """Where all has been heard, and an end is one of these, of a kind and in a status that were not seen yet."""
    for pair, there in enumerate(found.pairs):
        at = () if there.under_way else (there.owner, there.partner)
        for side in (found.numbered.sides[number] for number in at if number is not None and number in sides):
            if _is_new(seen, side.end.kind, side.status):
                yield pair, side


def _is_idle(numbered: Numbered, number: SideId) -> bool:
    """Whether nothing that is done at the end, or above it, gets it on, or is told to the other one.

    To stop it is nothing by itself, and to go on with it neither; but that may lead to where more can be done.
    """
    side = numbered.sides[number]
    seen, ahead = {number}, [number]
    while ahead:
        turns = [turn for turn in numbered.turns(ahead.pop()) if turn.counts]
        if any(turn.said or numbered.sides[turn.after].words != numbered.sides[turn.at].words for turn in turns):
            return False
        new = {turn.after for turn in turns} - seen
        seen |= new
        ahead.extend(new)
    return not any(can_act(side.world, above) for above in above_of(side.world.scene(), side.task))


def _is_new(seen: Seen, *what: str) -> bool:
    new = what not in seen
    seen.add(what)
    return new


def _of_lives(rule: Callable[[Lives], Iterable[Finding]]) -> Callable[[BothEnds], Iterable[Finding]]:
    return lambda both: rule(both.lives)


RULES: tuple[Callable[[BothEnds], Iterable[Finding]], ...] = (
    *map(_of_lives, (cases_are_few, types_begin, statuses_are_lived_in, actions_have_somebody)),
    assignments_are_lived_in,
    ends_have_a_way_out,
    waits_are_over,
    turns_come,
    somebody_can_act,
)
