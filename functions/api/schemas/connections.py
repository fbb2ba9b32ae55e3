"""Connections over HTTP."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from functions.api.schemas.common import (
    ABSENT,
    Cursor,
    Input,
    Line,
    OrganizationId,
    Output,
    Timestamp,
    Version,
    example,
)
from shared.domain.model.text import EMAIL

Role = Annotated[
    str,
    Field(max_length=64, pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", examples=["partner-surveyor"]),
]
Email = Annotated[str, Field(max_length=254, pattern=f"^{EMAIL.pattern}$", examples=["ida@example.org"])]


class ConnectedSide(Output):
    """The other side of a connection; null for the id of who is asked by email, and has not accepted."""

    organization_id: Annotated[str | None, Field(examples=["harbor"])]
    display_name: Annotated[str, Field(examples=["Harbor Surveyors"])]
    email: Annotated[str | None, Field(description="Where who was asked was asked at; shown to who has asked.")]
    role: Annotated[str, Field(description="What it is to one's own organization.", examples=["partner"])]


class Connection(Output):
    """Two organizations that work together, or may come to, as one of them sees it."""

    connection_id: Annotated[str, Field(examples=["01k9x3m2q7c5v8nd"])]
    organization_id: Annotated[str, Field(description="One's own organization.", examples=["acme"])]
    role: Annotated[str, Field(description="What one's own is to the other.", examples=["partner"])]
    counterpart: ConnectedSide
    state: Literal["requested", "connected", "declined", "expired", "withdrawn"]
    asked_for: Annotated[bool, Field(description="Whether one's own organization has asked.")]
    created_at: Timestamp
    updated_at: Timestamp
    expires_at: Annotated[Timestamp, Field(description="Until when the request can be answered.")]
    version: Version


class Connections(Output):
    """A page of connections."""

    items: list[Connection]
    next_cursor: Cursor


class PartnerById(Input):
    """An organization that the caller may see."""

    organization_id: OrganizationId


class PartnerByEmail(Input):
    """Somebody who is asked by email."""

    name: Annotated[Line, Field(examples=["Brookside Labs"])]
    email: Email


class ConnectionInput(Input):
    """Who is asked for a connection, for which organization."""

    model_config = example(organizationId="acme", partner={"name": "Brookside Labs", "email": "ida@example.org"})

    organization_id: Annotated[OrganizationId, Field(description="One's own, of which one is an admin.")]
    partner: PartnerById | PartnerByEmail
    role: Annotated[Role, Field(description="What the other is to be to one's own; `partner` if not given.")] = ABSENT
    own_role: Annotated[Role, Field(description="What one's own is to be to the other; `partner` if not given.")] = (
        ABSENT
    )


class ConnectionAnswer(Input):
    """The token of a request that came by email, and for which organization it is answered."""

    model_config = example(token="as-it-came-with-the-request")  # noqa: S106 # nosec B106

    token: Annotated[str, Field(min_length=1, max_length=200, description="As it came with the request.")] = ABSENT
    organization_id: Annotated[
        OrganizationId,
        Field(description="One's own, of which one is an admin. Without it, one of the name asked for is created."),
    ] = ABSENT
