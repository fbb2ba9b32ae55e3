"""What must hold between the two ends of a task, once all that one has told the other has arrived."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import cast

from shared.domain.definitions.vocabulary import CREATE, TELLING
from shared.domain.definitions.workflow import Action, Word
from shared.domain.doctor.finding import Finding, Mend
from shared.domain.doctor.treatment import Treatment
from shared.domain.doctor.whole import Chart
from shared.domain.model.ends import LIVE, Direction, End, Message
from shared.domain.model.reactions import MESSAGES
from shared.domain.model.task import Task
from shared.domain.model.writes import PutMessage

NAME = "ends-agree"
NOTE = "The message that said this was lost."
PARTNERS_WORD = {"sent": "received"}
"""What the partner's end calls an assignment status of the owner's, where that is another word."""
Said = tuple[str, Mapping[str, object]]


def agree(chart: Chart) -> Iterator[Finding]:
    """Each end has heard what the other has said, and both say the same of the assignment."""
    for task in chart.tasks.values():
        end = task.end
        if end is None or task.deleted or any(m.task_id == task.task_id for m in chart.whole.messages):
            continue
        other = _other(chart, task, end)
        if (
            other is not None
            and not other.deleted
            and not any(m.task_id == other.task_id for m in chart.whole.incoming)
        ):
            yield from _pair(chart, task, end, other, other.end or End())
        elif other is None and end.kind == "owner" and end.assignment in LIVE and end.counterpart is not None:
            offer = (CREATE, {"status": task.status, "organizationId": end.counterpart.organization_id})
            yield from _lost(chart, task, end, 0, (offer, *_said(chart, task, end)))


def _other(chart: Chart, task: Task, end: End) -> Task | None:
    """The other end: as this one names it, or as it names this one."""
    others = chart.whole.others
    naming = (o for o in others.values() if o.end is not None and o.end.task_id == task.task_id)
    same = (o for o in naming if o.end is not None and o.end.generation == end.generation)
    return others.get(end.task_id or "") or next(same, None)


def _pair(chart: Chart, task: Task, end: End, other: Task, others: End) -> Iterator[Finding]:
    ids = (task.task_id, other.task_id)
    if end.generation != others.generation:
        if end.kind == "partner" and chart.is_open(task):
            detail = f"{task.task_id} is open, though {other.task_id} has been assigned anew since."
            yield Finding(NAME, ids, detail, "Nobody works on it any more: close it by hand.", "hand")
    elif end.sent > others.received:
        yield from _lost(chart, task, end, others.received, _said(chart, task, end))
    elif others.sent > end.received:
        detail = f"{task.task_id} has not heard the last of what {other.task_id} has told it."
        yield Finding(NAME, ids, detail, f"Repair it in the case of that end, {other.case_id}.", "hand")
    elif said_alike(task) != said_alike(other):
        detail = (
            f"{task.task_id} is {task.status}, {end.assignment}; {other.task_id} {other.status}, {others.assignment}."
        )
        yield Finding(NAME, ids, detail, "Agree with the other side which of them is right.", "hand")


def said_alike(task: Task) -> tuple[str, str | None]:
    """What both ends say alike: the assignment, and where one works for the other, the status."""
    end = task.end or End()
    return PARTNERS_WORD.get(end.assignment, end.assignment), task.status if end.assignment == "accepted" else None


def _lost(chart: Chart, task: Task, end: End, received: int, said: tuple[Said, ...]) -> Iterator[Finding]:
    """What was told from a number on, and never arrived, is told again as it is now."""
    detail = f"What {task.task_id} has told the other end has not arrived, and is not on its way."
    words = _numbered(said, end.sent - received)
    if not words:
        yield Finding(NAME, (task.task_id,), detail, "Agree with the other side where the task stands.", "hand")
        return
    direction: Direction = "to_owner" if end.kind == "partner" else "to_partner"
    messages = tuple(
        Message(task.task_id, end.generation, direction, number, action, given, end.local)
        for number, (action, given) in enumerate(words, start=received + 1)
    )
    yield Finding(NAME, (task.task_id,), detail, "It is told again.", mend=_telling(task, messages))


def _numbered(said: tuple[Said, ...], missing: int) -> tuple[Said, ...]:
    """As many words as numbers are missing: every number has to arrive, and what comes twice is dropped."""
    first = said[:1] if said and said[0][0] == CREATE else ()
    rest, room = said[len(first) :], missing - len(first)
    if room > 0 and not rest:
        return ()
    return (*first, *(rest[:1] * room + rest)[-room:]) if room > 0 else first


def _said(chart: Chart, task: Task, end: End) -> tuple[Said, ...]:
    """What tells the other end of the assignment as it is here, and of the status; none where nothing does."""
    actions = [action for _, action in chart.workflow.every_action() if _is_for(chart, action, end)]
    key = chart.status(task).key
    by_assignment = [a for a in actions if any(_assigns(word, end) for word in a.effects)]
    by_status = [a for a in actions if any(case.to == key for case in a.target)]
    over = end.assignment == "recalled" or (end.kind == "partner" and not chart.is_open(task))
    found = (*by_assignment[:1], *(() if over else by_status[:1]))
    said = (_message(chart, _told(action)) for action in found)
    return tuple(message for message in said if message is not None)


def _is_for(chart: Chart, action: Action, end: End) -> bool:
    """Whether such an end takes the action, and tells the other one of it."""
    ends = [cast("tuple[str, ...]", word.arguments["value"]) for word in action.guards if word.name == "end"]
    return bool(_told(action)) and all(end.kind in kinds for kinds in ends)


def _told(action: Action) -> str:
    return next((str(word.arguments["value"]) for word in action.effects if word.name in TELLING), "")


def _assigns(word: Word, end: End) -> bool:
    """Whether the effect leads to the assignment status of the end."""
    if word.name == "set_assignment":
        return word.arguments["value"] == end.assignment
    return (word.name, end.assignment) in {("recall", "recalled"), ("refer", "referred")}


def _message(chart: Chart, action: str) -> Said | None:
    """What tells the other end to take the action; None where only a person knows what belongs to it."""
    there = chart.workflow.actions[action]
    needed = [field for field in there.fields if field.required]
    if there.either or any(field.kind != "note" for field in needed):
        return None
    return action, {field.name: NOTE for field in needed}


def _telling(task: Task, messages: tuple[Message, ...]) -> Mend:
    def mend(treatment: Treatment) -> None:
        treatment.draft(task, NOTE).react(MESSAGES)
        treatment.write(*map(PutMessage, messages))

    return mend
