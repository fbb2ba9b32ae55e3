"""How the partner's end of a task comes to be: with a case of its own, when the owner's first message arrives.

Its id tells nothing of the owner's case, and is the same however often the message comes
(collaboration.md). What it is to look like is read from the owner's end at that moment.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from shared.domain.case_entry import case_entry
from shared.domain.definitions.vocabulary import CREATE
from shared.domain.drafts.draft import Draft
from shared.domain.drafts.opening import blank
from shared.domain.drafts.texts import copy_texts, fitting
from shared.domain.ends.telling import hand_off_of, send
from shared.domain.model.ends import LIVE, Counterpart, End, Message
from shared.domain.model.people import ENGINE, Organization
from shared.domain.model.plan import Plan
from shared.domain.model.scene import Context, Occasion, Scene
from shared.domain.model.skew import SKEW
from shared.domain.model.task import Case, Task, TaskId, Texts
from shared.domain.model.writes import AddEntry, CreateCase, DeleteMessage


@dataclass(frozen=True, slots=True)
class Offered:
    """What the partner is offered: the owner's end with its texts, by whom, and the case in which it arrives."""

    task: Task
    texts: Texts
    owner: Organization
    case_id: str


def partner_task_id(case_id: str, message: Message) -> TaskId:
    """The id of the partner's task that the message is for, in its case."""
    return f"{case_id}.{message.local}"


def arrive(on: Occasion, scene: Scene, offered: Offered, message: Message) -> Plan:
    """The plan by which the partner's end is there, in a case of its own, and the owner's is told so.

    The scene holds the owner's case, with the rules that both ends go by. An assignment that is over by now,
    as the partner's end will hear next, brings no texts: they may be meant for another partner.
    """
    hand_off = hand_off_of(scene.workflow)
    case = Case(
        case_id=offered.case_id,
        workflow=scene.case.workflow,
        workflow_version=scene.case.workflow_version,
        case_type=scene.case.case_type,
        created_at=on.now,
        updated_at=on.now,
        display_name=offered.owner.display_name,
        # Not the owner's present counterpart: that may be another one by now.
        organization_id=str(message.input["organizationId"]),
    )
    context = Context(replace(scene, case=case, task=None), ENGINE, on.now, on.ids)
    draft = Draft(
        context,
        blank(context, offered.task.type, partner_task_id(case.case_id, message)),
        action=CREATE,
        given={},
        new=True,
    )
    draft.set(
        priority=offered.task.priority,
        due_time=offered.task.due_time,
        end=End(
            kind="partner",
            assignment="received",
            generation=message.generation,
            received=message.sequence,
            task_id=offered.task.task_id,
            counterpart=Counterpart(offered.owner.display_name, offered.owner.id),
            heard=str(message.input["status"]),
        ),
    )
    if offered.task.due_time is not None:
        draft.start_timer("due", offered.task.due_time)
    if _stands(offered.task.end, message):
        copy_texts(draft, fitting(Texts(offered.texts.description, (), offered.texts.links)))
    draft.enter(scene.workflow.statuses[hand_off.begins])
    send(draft, hand_off.arrived, {})
    entry = case_entry(context, case, CREATE, "CaseCreated")
    task, writes = draft.whole()
    return Plan(on.ids.commit, (CreateCase(case), AddEntry(entry), *writes, DeleteMessage(message)), task, SKEW)


def _stands(end: End | None, message: Message) -> bool:
    """Whether the owner's end is still in the assignment of the message."""
    return end is not None and end.generation == message.generation and end.assignment in LIVE
