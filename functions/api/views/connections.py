"""Connections as JSON, as one of the two organizations sees them."""

from __future__ import annotations

from functions.api.views.people import Json
from shared.engine.connections import ConnectionView
from shared.timestamps import to_text


def connection(view: ConnectionView) -> Json:
    """The connection; an address that was asked at is shown to who has asked."""
    value, other = view.connection, view.other
    return {
        "connectionId": value.id,
        "organizationId": view.organization_id,
        "role": view.own.role,
        "counterpart": {
            "organizationId": other.organization_id,
            "displayName": other.display_name,
            "email": other.email if view.asked_for else None,
            "role": other.role,
        },
        "state": view.state,
        "askedFor": view.asked_for,
        "createdAt": to_text(value.created_at),
        "updatedAt": to_text(value.updated_at),
        "expiresAt": to_text(value.expires_at),
        "version": value.version,
    }
