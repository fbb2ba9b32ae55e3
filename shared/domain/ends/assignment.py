"""The owner's assignments: to whom a task is handed, when it is sent, and how it is taken back.

Each assignment is a new generation. It tells the other end nothing before it is sent, and what comes
late from an earlier generation is dropped (collaboration.md, Crossing messages).
"""

from __future__ import annotations

from shared.domain.definitions.vocabulary import CREATE, REFERRED_ON
from shared.domain.drafts.draft import Draft
from shared.domain.ends.connections import changed, request
from shared.domain.ends.roles import matches
from shared.domain.ends.telling import end_of, hand_off_of, send, tell
from shared.domain.model.connections import Tie
from shared.domain.model.ends import OUTSTANDING, PENDING, Counterpart
from shared.domain.model.plan import FieldError, Refusal

TRIED = 20
"""Parties that a task was assigned to and that it remembers: a chain of referrals ends there at the latest."""


def assign_to(draft: Draft) -> Refusal | None:
    """The task is assigned to the party that the input names: one that is connected, or somebody by name and email."""
    named = draft.input.get("organizationId")
    if not isinstance(named, str):
        _assign(draft, by_email(draft))
        return None
    tie, role = draft.context.scene.ties[named], end_of(draft).role
    if not matches(role, tie.role):
        detail = f"The role of {named!r} is {tie.role!r}; this task is for {role!r}."
        return _unfit(detail, "role")
    _assign(draft, Counterpart(_called(draft, tie), tie.other_id))
    return None


def send_assignment(draft: Draft) -> None:
    """An assignment that was not sent yet is sent, if the task is in a status for that.

    To an organization at once; to somebody by email a connection is asked for first.
    """
    end, hand_off = end_of(draft), hand_off_of(draft.context.scene.workflow)
    if end.assignment != "assigned" or end.counterpart is None or draft.status.key not in hand_off.sends:
        return
    if end.counterpart.organization_id is None:
        request(draft, end.counterpart, hand_off.connection.lasts)
    else:
        offer(draft)


def offer(draft: Draft) -> None:
    """The partner's end is under way: the first message of the generation makes it."""
    counterpart = end_of(draft).counterpart
    draft.set_end(assignment="ready", local=draft.context.ids.local())
    given = {"status": draft.status.key, "organizationId": counterpart.organization_id if counterpart else None}
    send(draft, CREATE, given)


def recall(draft: Draft, told: str) -> None:
    """An assignment that is outstanding is recalled: the other end is told, a request for a connection is withdrawn."""
    end = end_of(draft)
    if end.assignment not in OUTSTANDING:
        return
    tell(draft, told)
    if end.assignment in PENDING:
        _withdraw(draft)
    draft.set_end(assignment="recalled")


def refer(draft: Draft) -> Refusal | None:
    """The partner suggests the party that the input names, and closes its end with that.

    Whether there is such an organization is said last: who only wants to know that has to give the task away.
    """
    scene, named = draft.context.scene, draft.input.get("organizationId")
    if named is not None and named == scene.case.organization_id:
        return _unfit("An organization does not refer a task to itself: it can accept it.")
    if named is not None and named not in scene.organizations:
        return _unfit(f"There is no organization {named!r}.")
    _suggest(draft)
    return None


def take_referral(draft: Draft) -> None:
    """The owner hears whom the partner suggests; with `autoRefer` the task goes there at once, where that can be."""
    _suggest(draft)
    draft.later(_refer_on)


def by_email(draft: Draft) -> Counterpart:
    """Whom the input names by name and email."""
    return Counterpart(str(draft.input["name"]), email=str(draft.input["email"]))


def meet(draft: Draft, party: Counterpart) -> None:
    """The party has the other end from now on, or is asked to; the history says so."""
    end = end_of(draft)
    draft.changed("counterpart", _shown(end.counterpart), _shown(party))
    draft.set_end(counterpart=party, tried=tuple(dict.fromkeys((*end.tried, party.mark)))[-TRIED:])


def _assign(draft: Draft, party: Counterpart) -> None:
    end = end_of(draft)
    meet(draft, party)
    draft.changed("referral", _shown(end.referral), None)
    draft.set_end(
        assignment="assigned",
        generation=end.generation + 1,
        sent=0,
        received=0,
        task_id=None,
        heard=None,
        referral=None,
        connection_id=None,
        local=None,
    )


def _suggest(draft: Draft) -> None:
    """The task is referred, to whom the input suggests; the history says to whom."""
    suggested = _referral(draft)
    draft.changed("referral", None, _shown(suggested))
    draft.set_end(assignment="referred", referral=suggested)


def _referral(draft: Draft) -> Counterpart:
    """Whom the input suggests; an organization goes by its name only where the case's own is connected with it."""
    named = draft.input.get("organizationId")
    if not isinstance(named, str):
        return by_email(draft)
    tie = draft.context.scene.ties.get(named)
    return Counterpart(_called(draft, tie) if tie is not None else named, named)


def _called(draft: Draft, tie: Tie) -> str:
    """The other organization's name, which may be a new one since the two were connected."""
    other = draft.context.scene.organizations.get(tie.other_id)
    return other.display_name if other is not None else tie.display_name


def _refer_on(draft: Draft) -> None:
    """The task is assigned to whom the partner suggested, as a step of its own, and sent.

    It stays referred where nobody could be asked, or the chain would come back to where it was.
    """
    end, case = end_of(draft), draft.context.scene.case
    suggested = end.referral
    if not end.auto_refer or suggested is None or suggested.mark in (case.organization_id, *end.tried):
        return
    if len(end.tried) >= TRIED:
        return
    if suggested.organization_id is not None:
        tie = draft.context.scene.ties.get(suggested.organization_id)
        if tie is None or not matches(end.role, tie.role):
            return
    draft.next_version_by(REFERRED_ON)
    _assign(draft, suggested)
    send_assignment(draft)


def _withdraw(draft: Draft) -> None:
    """The request for a connection can no longer be answered, unless it was already."""
    draft.stop_timer("connection")
    connection = draft.context.scene.connection
    if connection is not None and connection.state == "requested":
        draft.write(*changed(draft.context.occasion, connection, "withdrawn"))


def _unfit(detail: str, rule: str = "input") -> Refusal:
    return Refusal("invalid_input", "The input does not fit.", rule, errors=(FieldError("/organizationId", detail),))


def _shown(party: Counterpart | None) -> dict[str, str | None] | None:
    """The party as the history shows it."""
    return {"organizationId": party.organization_id, "displayName": party.display_name} if party else None
