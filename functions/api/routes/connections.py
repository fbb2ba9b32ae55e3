"""Routes of connections between organizations."""

from __future__ import annotations

from functions.api import replies
from functions.api.parameters import CURSOR, LIMIT, needed, text
from functions.api.routing import Call, Content, Reply, Routes
from functions.api.views import connections as views
from shared.engine import connections as engine
from shared.engine.connections import ConnectionView

ROUTES = Routes("Connections")
ORGANIZATION = needed("organizationId", "Your organization, whose connections are listed.")
ROLE = text("role", "The role of the others, or the beginning of one with `*` behind it: `partner*`.")


def _address(view: ConnectionView) -> str:
    return f"/connections?organizationId={view.organization_id}"


@ROUTES.add(
    "GET",
    "/connections",
    "List an organization's connections",
    Content("Connections", "A page of connections, the oldest first; those that were asked for, too."),
    query=(ORGANIZATION, ROLE, LIMIT, CURSOR),
    refusals=(403, 404),
)
def list_connections(call: Call) -> Reply:
    """The organizations with which the organization works together, and open requests. For its members."""
    organization_id, role = call.query[ORGANIZATION], call.query[ROLE]
    page = engine.list_connections(
        call.session, call.identity, organization_id, role, call.query[CURSOR], call.query[LIMIT]
    )
    return replies.page(page, views.connection)


@ROUTES.add(
    "POST",
    "/connections",
    "Ask for a connection",
    Content("Connection", "The connection, asked for.", 201),
    body="ConnectionInput",
    idempotent=True,
    refusals=(403, 404, 409, 422),
)
def ask_for_connection(call: Call) -> Reply:
    """Asks another organization, or somebody by name and email. For admins of the organization.

    A person who is asked by email answers with the one-time token of the event `ConnectionRequested`. A
    request can be answered for 14 days. If an administrator asks for two organizations, they are connected at once.
    """
    return replies.written(engine.ask(call.session, call.identity, call.body, call.request), views.connection, _address)


@ROUTES.add(
    "POST",
    "/connections/{connectionId}/accept",
    "Accept a connection",
    Content("Connection", "The connection."),
    body="ConnectionAnswer",
    idempotent=True,
    refusals=(403, 404, 409, 422),
)
def accept_connection(call: Call) -> Reply:
    """Accepts a request, for an organization of which the caller is an admin.

    If a person who was asked by email names no organization, one is created with the name in the request, and the
    person becomes its admin. This also works for a person whom Casetree does not know yet. A token works once.
    """
    connection_id = call.path["connectionId"]
    answer = engine.accept(call.session, call.identity, connection_id, call.body, call.request)
    return replies.written(answer, views.connection, _address)


@ROUTES.add(
    "POST",
    "/connections/{connectionId}/decline",
    "Decline a connection",
    Content("Connection", "The connection, declined."),
    body="ConnectionAnswer",
    idempotent=True,
    refusals=(403, 404, 409, 422),
)
def decline_connection(call: Call) -> Reply:
    """Declines a request. If it came by email, the token is enough, also for a person whom Casetree does not know."""
    connection_id = call.path["connectionId"]
    answer = engine.decline(call.session, call.identity, connection_id, call.body, call.request)
    return replies.written(answer, views.connection, _address)
