"""Requests with an idempotency key: remembered with what they did, repeated without effect."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import datetime

from shared.domain.plan import Plan, PutRequest
from shared.engine.session import Identity, Request, Session, refuse
from shared.storage.keys import RequestKey

DAY = 24 * 60 * 60


def record_key(identity: Identity, request: Request) -> str | None:
    """The hash of caller, route and key, so that no caller meets another's; None without a key."""
    if request.key is None:
        return None
    return hashlib.sha256(f"{identity.user_id}\n{request.route}\n{request.key}".encode()).hexdigest()


def check_replay(record: PutRequest | None, request: Request, now: datetime) -> PutRequest | None:
    """The record of an earlier success; raises Refused if it was of another body.

    Expired means `expires < now`: the table's own clean-up may come days later.
    """
    if record is None or record.expires < now.timestamp():
        return None
    if record.fingerprint != request.fingerprint:
        refuse("idempotency_key_reused", "This Idempotency-Key was used with another body.")
    return record


def is_known(session: Session, key: str | None) -> bool:
    """Whether the same request has committed meanwhile, so that it is answered with what it did."""
    return key is not None and session.store.load([RequestKey(key)])[RequestKey(key)] is not None


def remember(plan: Plan, key: str | None, request: Request, status: int, resource: str, now: datetime) -> Plan:
    """The plan, with the request's record in the same transaction: a refusal is never remembered."""
    if key is None:
        return plan
    seconds = int(now.timestamp())
    record = PutRequest(key, request.fingerprint, status, resource, seconds + DAY, seconds)
    return replace(plan, writes=(*plan.writes, record))
