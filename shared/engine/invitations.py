"""How a request for a connection gets to whom it names by email, and how they prove that it has.

They answer with a one-time token. It is an HMAC with the secret of the stack, so nothing that is stored can
be used as one; and a request can be answered once, so neither can a token that was used (collaboration.md).
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta

from shared.domain.ends import connections as changes
from shared.domain.model.connections import Connection
from shared.domain.model.people import ENGINE
from shared.domain.model.plan import Plan
from shared.domain.model.scene import Occasion
from shared.domain.model.task import Entry
from shared.engine.session import Session
from shared.storage.keys import ConnectionKey
from shared.storage.store import Loaded

LOST = timedelta(hours=1)
"""After this time, a request goes out once more if nothing says that it went out."""


@dataclass(frozen=True, slots=True)
class Invitation:
    """A request that is to go out to whom it names by email, with the token that answers it."""

    connection: Connection
    token: str


def invitation(session: Session, entry: Entry) -> Invitation | None:
    """The request that the entry says is to go out by email; None for anything else, and once it was answered."""
    if entry.event != changes.REQUESTED or entry.connection_id is None:
        return None
    key = ConnectionKey(entry.connection_id)
    connection = session.store.load([key])[key]
    if connection is None or connection.asked.email is None or not connection.open_at(session.now()):
        return None
    return Invitation(connection, token_of(session.secret(), connection))


def went_out(session: Session, connection_id: str) -> None:
    """The connection says that its request has gone out, unless it was answered before; said once."""

    def attempt() -> bool | None:
        key = ConnectionKey(connection_id)
        connection = session.store.load([key])[key]
        if connection is None or connection.requested_at is not None or connection.state != "requested":
            return True
        on = _by_engine(session)
        return session.commit(Plan(on.ids.commit, changes.went_out(on, connection), connection)) or None

    session.retry(attempt)


def send_lost(session: Session, organization_id: str) -> int:
    """Those of the organization's requests go out again of which, after LOST, nothing says that they did; how many."""
    keys = [ConnectionKey(id_) for id_ in session.store.listed_connections(organization_id)]
    loaded = session.store.load(keys) if keys else Loaded({})
    found = (connection for key in keys if (connection := loaded[key]))
    return sum(_send_again(session, connection) for connection in found if _is_lost(connection, session.now()))


def token_of(secret: bytes, connection: Connection) -> str:
    """The token that answers the request: made anew whenever it is needed, and never stored."""
    text = f"connection\n{connection.id}\n{connection.asked.email}\n{connection.nonce}".encode()
    return base64.urlsafe_b64encode(hmac.new(secret, text, hashlib.sha256).digest()).decode().rstrip("=")


def _is_lost(connection: Connection, now: datetime) -> bool:
    """Whether the request is open, by email, and nothing says after so long that it went out."""
    waiting = connection.open_at(now) and connection.requested_at is None
    return waiting and connection.asked.email is not None and now - connection.updated_at >= LOST


def _send_again(session: Session, connection: Connection) -> bool:
    """Whether the request goes out once more: its entry is what the relay reads, and its version keeps it to once."""
    on = _by_engine(session)
    return session.commit(Plan(on.ids.commit, changes.asked_again(on, connection), connection))


def _by_engine(session: Session) -> Occasion:
    now = session.now()
    return Occasion(ENGINE, now, session.ids(now))
