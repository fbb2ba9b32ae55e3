"""Requests with an idempotency key: remembered with what they did, repeated without effect."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import TypeVar

from shared.domain.model.plan import Plan
from shared.domain.model.task import TaskId
from shared.domain.model.writes import PutRequest
from shared.engine.session import Identity, Refused, Request, Session, refuse
from shared.storage.keys import RequestKey

T = TypeVar("T")

DAY = 24 * 60 * 60
"""Seconds for which a request is remembered."""


def record_key(identity: Identity, request: Request) -> str | None:
    """The hash of caller, route and key, so that no caller meets another's; None without a key."""
    if request.key is None:
        return None
    return hashlib.sha256(f"{identity.user_id}\n{request.route}\n{request.key}".encode()).hexdigest()


def earlier(record: PutRequest | None, request: Request, now: datetime) -> PutRequest | None:
    """What an earlier request with the same key did; raises Refused if it had another body.

    To be asked once the caller is known to see what the request is about: 404 goes before.
    Expired means `expires < now`: the table's own clean-up may come days later.
    """
    if record is None or _expired(record, now):
        return None
    if record.fingerprint != request.fingerprint:
        refuse("idempotency_key_reused", "This Idempotency-Key was used with another body.")
    return record


def retry_once_known(session: Session, identity: Identity, request: Request, attempt: Callable[[], T | None]) -> T:
    """What the attempt gives, made anew as `Session.retry` says, and once more where its key turns out to be known.

    A batch read is no snapshot: it may have missed the record, and have seen what the same request, sent twice, did.
    So a refusal counts only if there is no record after it, or if the attempt was refused in sight of one.
    """
    key = record_key(identity, request)
    try:
        return session.retry(attempt)
    except Refused:
        record = session.store.load([RequestKey(key)])[RequestKey(key)] if key else None
        if record is None or _expired(record, session.now()):
            raise
    return session.retry(attempt)


def remember(plan: Plan, key: str | None, request: Request, status: int, resource: str, now: datetime) -> Plan:
    """The plan, with the request's record in the same transaction: a refusal is never remembered."""
    if key is None:
        return plan
    return replace(plan, writes=(*plan.writes, _record(key, request, status, resource, now)))


def claim(
    session: Session, key: str, request: Request, now: datetime, resource: str, chosen: tuple[TaskId, ...] = ()
) -> PutRequest | None:
    """The record by which the key is the request's own before it does anything, in many commits, with what it chose.

    None where a request with the same key came between: what that one chose counts.
    """
    record = replace(_record(key, request, 200, resource, now), chosen=chosen)
    return record if session.commit(Plan(session.new_id(now), (record,))) else None


def part(request: Request, record: PutRequest | None, task_id: TaskId) -> Request:
    """The request as far as it is about one task: with a route, hence a record, of its own.

    The route has the time at which the key was claimed. A part that was tried again later is remembered for longer
    than the whole request: when the key is used anew, after a day, it must not be found.
    """
    return replace(request, route=f"{request.route} {record.now} {task_id}") if record else request


def _expired(record: PutRequest, now: datetime) -> bool:
    """As the table says when the key is used anew, in whole seconds: what is not found must not be in the way."""
    return record.expires < _seconds(now)


def _record(key: str, request: Request, status: int, resource: str, now: datetime) -> PutRequest:
    seconds = _seconds(now)
    return PutRequest(key, request.fingerprint, status, resource, seconds + DAY, seconds)


def _seconds(now: datetime) -> int:
    return int(now.timestamp())
