"""Rules on what the ends of a task tell each other: it is heard, and once all of it was, the two agree."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from shared.domain.checks.both_ends import OWNER, BothEnds, each, finding_at
from shared.domain.checks.finding import Finding, Place
from shared.domain.checks.worlds.crossings import Pair
from shared.domain.checks.worlds.happenings import DROPPED, owed_by_connection
from shared.domain.checks.worlds.numbered import SideId, WordId
from shared.domain.checks.worlds.sides import Side
from shared.domain.definitions.lifecycle import Step, engine_moves
from shared.domain.doctor.ends import NAME, said_alike
from shared.domain.ends.telling import hand_off_of
from shared.domain.model.ends import LIVE


def what_is_told_fits(both: BothEnds) -> Iterator[Finding]:
    """What an end tells is taken where it arrives, or dropped: it is not kept there for ever."""
    for found in both.by_type.values():
        for (side, word), why in list(found.numbered.unheard.items())[:1]:
            told = found.numbered.words[word].action
            pair = next(number for number, pair in enumerate(found.pairs) if _arrives(pair, side, word))
            detail = f"{told!r} can be neither taken nor dropped where it arrives: {why}"
            hint = "Let it take what is given. A task that stands alone tells nobody: set no assignment there."
            yield finding_at(found, pair, "hand-off-fits", ("actions", told), detail, hint)


def _arrives(pair: Pair, side: SideId | None, word: WordId) -> bool:
    to_owner = pair.owner == side and pair.to_owner[:1] == (word,)
    return to_owner or (pair.partner == side and pair.to_partner[:1] == (word,))


def what_is_told_is_heard(both: BothEnds) -> Iterator[Finding]:
    """What Casetree is to take by itself, it takes at some time: it is not dropped always."""
    taken = frozenset[str]().union(*(life.offered for life in both.lives.by_type.values()))
    for name in sorted(engine_moves(both.workflow) & both.workflow.actions.keys() - taken):
        detail = f"Casetree never takes {name!r}: whenever it would, that is not offered."
        yield Finding("engine-acts", ("actions", name), detail, "Look at its `from` and `guards`.")


def assignments_are_sent(both: BothEnds) -> Iterator[Finding]:
    """What is assigned is on its way to the partner as soon as the task is in a status for that."""
    sends = hand_off_of(both.workflow).sends
    for found in both.by_type.values():
        owners = ((pair, side) for pair, side in each(found, OWNER) if side.end.assignment == "assigned")
        for pair, side in [(pair, side) for pair, side in owners if side.status in sends][:1]:
            way = found.way(pair)
            where = next(
                (place for place, a in both.workflow.every_action() if a.name == way[-1].action), ("hand_off",)
            )
            detail = f"An assignment stays 'assigned' in {side.status!r}, though it is to be sent there."
            yield Finding("hand-off-fits", where, detail, f"Add `send` to the effects of {way[-1].action!r}.", way)


def ends_agree(both: BothEnds) -> Iterator[Finding]:
    """Once everything has been heard, both ends say the same of the assignment, and of the work."""
    for first, found in both.by_type.items():
        for pair, there in enumerate(found.pairs):
            wrong = None if there.under_way else disagreement(*found.ends(pair))
            if wrong is not None:
                where, hint = _to_blame(both, found.way(pair))
                yield finding_at(found, pair, NAME, where, f"Once all is heard, of a {first!r} {wrong}.", hint)
                # Most others follow from the same mistake, and are further away.
                break


def disagreement(owner: Side | None, partner: Side | None) -> str | None:
    """What two ends that have heard everything do not say alike; None where they agree, or one is deleted.

    Without an owner's end, the task was assigned anew.
    """
    if partner is None:
        alone = owner is not None and owner.end.assignment in LIVE and owed_by_connection(owner) is None
        return f"the owner's end is {owner.words!r}, and there is no partner's" if alone and owner else None
    if partner.task.deleted:
        return None
    if owner is None:
        return f"an end is {partner.words!r}, though that was assigned anew since" if partner.open else None
    over = not owner.open or owner.end.assignment not in LIVE
    if said_alike(owner.task) == said_alike(partner.task) and not (over and partner.open):
        return None
    return f"the owner's end is {owner.words!r}, and the partner's {partner.words!r}"


def _to_blame(both: BothEnds, way: tuple[Step, ...]) -> tuple[Place, str]:
    """The last message that was dropped on the way: mostly, that is the one that should have been heard."""
    dropped = [step.action for step in way if _is_missed(both, step)]
    if not dropped:
        return ("hand_off",), "Let each end tell the other what is done there: `tell`, before it sets the assignment."
    return ("actions", dropped[-1]), f"{dropped[-1]!r} was dropped on the way: look at its `from` and `guards`."


def _is_missed(both: BothEnds, step: Step) -> bool:
    """Whether a message was dropped that may matter; that the partner's end is there does so to an open one alone."""
    key = step.target.partition(" (")[0]
    matters = step.action != hand_off_of(both.workflow).arrived or both.workflow.statuses[key].open
    return matters and any(who.endswith(DROPPED) for who in step.who)


RULES: tuple[Callable[[BothEnds], Iterator[Finding]], ...] = (
    what_is_told_fits,
    what_is_told_is_heard,
    assignments_are_sent,
    ends_agree,
)
