"""Messages between the two ends of a task: they arrive once, in the order in which they were sent.

A message stands in the case of its sender until the transaction in which it arrives deletes it: so it
arrives once, however often it is delivered. Those of one sender are taken up in the order of their
keys, and the receiver numbers what it has heard, so none overtakes another. What is under way can be
found by looking at the table: a lost record, or a restored backup, is made up for by settling.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable
from itertools import groupby

from shared.domain.decide import receive
from shared.domain.definitions.vocabulary import CREATE
from shared.domain.ends.arrival import Offered, arrive, partner_task_id
from shared.domain.model.ends import Message
from shared.domain.model.people import ENGINE
from shared.domain.model.plan import Plan
from shared.domain.model.scene import Context, Occasion, Scene, one_version
from shared.domain.model.task import Case, Task, TaskId, case_of
from shared.engine.counterparts import with_counterparts
from shared.engine.loading import with_named_parties, workflow_of
from shared.engine.owed import for_each
from shared.engine.session import Session
from shared.storage.keys import CaseKey, MessageKey, OrganizationKey, TaskKey


def deliver_all(session: Session, task_id: TaskId) -> int:
    """Everything that the task has sent has arrived, or was dropped; how many messages that were."""
    return _deliver_in_turn(session, session.store.messages(task_id))


def deliver_case(session: Session, case_id: str) -> int:
    """Everything that tasks of the case have sent has arrived, or was dropped; how many messages that were."""
    return _deliver_in_turn(session, session.store.messages_of_case(case_id))


def _deliver_in_turn(session: Session, messages: Iterable[Message]) -> int:
    """The messages have arrived in their order. One that cannot holds up those behind it, and no other generation."""
    generations = groupby(messages, lambda message: (message.task_id, message.generation))
    return for_each([list(group) for _, group in generations], lambda group: sum(deliver(session, m) for m in group))


def deliver(session: Session, message: Message) -> int:
    """The message has arrived, or was dropped; 0 where somebody else has delivered it."""
    return int(session.retry(lambda: _deliver_once(session, message)))


def partner_case_id(session: Session, task_id: TaskId, generation: int) -> str:
    """The id of the case in which the partner's end of an assignment arrives: it tells nothing of the owner's."""
    text = f"case\n{task_id}\n{generation}".encode()
    return f"p-{hmac.new(session.secret(), text, hashlib.sha256).hexdigest()[:32]}"


def other_end_of(session: Session, task: Task) -> TaskId | None:
    """The task at the other end, also one that has yet to arrive; None where there is none."""
    end = task.end
    if end is None or task.deleted or (end.task_id is None and end.local is None):
        return None
    return end.task_id or f"{partner_case_id(session, task.task_id, end.generation)}.{end.local}"


def _deliver_once(session: Session, message: Message) -> bool | None:
    """Whether the message was still to be delivered; None if another commit came between."""
    key = MessageKey(message.task_id, message.generation, message.direction, message.sequence)
    sender, sent_in = TaskKey(message.task_id), CaseKey(case_of(message.task_id))
    loaded = session.store.load([key, sender, sent_in])
    task, case = loaded[sender], loaded[sent_in]
    if loaded[key] is None or task is None or case is None:
        return False
    plan = _offer(session, case, message) if message.action == CREATE else _told(session, task, message)
    return True if session.commit(plan) else None


def _offer(session: Session, case: Case, message: Message) -> Plan:
    """The plan by which the partner's end comes to be."""
    now = session.now()
    texts = session.store.texts(message.task_id)
    # The task after its texts: if it still stands as it was sent, they were written for this partner.
    own, sender = OrganizationKey(case.organization_id or ""), TaskKey(message.task_id)
    loaded = session.store.load([own, sender])
    owner, task = loaded[own], loaded[sender]
    if owner is None or task is None:
        raise ValueError(f"{case.case_id} belongs to no organization, or its task is gone.")
    one_version(case, (task,))
    offered = Offered(
        task,
        texts,
        owner,
        partner_case_id(session, task.task_id, message.generation),
    )
    scene = Scene(workflow_of(session, case), case)
    return arrive(Occasion(ENGINE, now, session.ids(now)), scene, offered, message)


def _told(session: Session, sender: Task, message: Message) -> Plan:
    """The plan by which the other end hears the message, or drops it."""
    now = session.now()
    task_id = _receiver(session, sender, message)
    loaded = session.store.load([TaskKey(task_id), CaseKey(case_of(task_id))])
    task, case = loaded[TaskKey(task_id)], loaded[CaseKey(case_of(task_id))]
    ids = session.ids(now)
    if task is None or case is None:
        # A deleted end is still there, so this one has yet to arrive: what is under way waits for it.
        raise ValueError(f"{task_id} is not there yet.")
    scene = with_counterparts(session, Scene(workflow_of(session, case), case, task), message.input)
    scene = with_named_parties(session, scene, message.input)
    return receive(Context(scene, ENGINE, now, ids), message)


def _receiver(session: Session, sender: Task, message: Message) -> TaskId:
    """The task at the other end: as it has said itself, or, where it was not heard of yet, by how its id is made."""
    end = sender.end
    known = end is not None and end.generation == message.generation
    if end is not None and known and end.task_id is not None:
        return end.task_id
    return partner_task_id(partner_case_id(session, sender.task_id, message.generation), message)
