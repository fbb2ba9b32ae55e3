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
    """The other side of a connection; its id is null while a person who was asked by email has not accepted."""

    organization_id: Annotated[str | None, Field(examples=["harbor"])]
    display_name: Annotated[str, Field(examples=["Harbor Surveyors"])]
    email: Annotated[
        str | None, Field(description="The address of the person who was asked; only the asking side sees it.")
    ]
    role: Annotated[str, Field(description="Its role towards your organization.", examples=["partner"])]


class Connection(Output):
    """Two organizations that work together, or one that asks the other, as one of them sees it."""

    connection_id: Annotated[str, Field(examples=["01k9x3m2q7c5v8nd"])]
    organization_id: Annotated[str, Field(description="Your organization.", examples=["acme"])]
    role: Annotated[str, Field(description="The role of your organization towards the other.", examples=["partner"])]
    counterpart: ConnectedSide
    state: Literal["requested", "connected", "declined", "expired", "withdrawn"]
    asked_for: Annotated[bool, Field(description="Whether your organization has asked.")]
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

    organization_id: Annotated[OrganizationId, Field(description="Your organization, of which you are an admin.")]
    partner: PartnerById | PartnerByEmail
    role: Annotated[Role, Field(description="The other's role towards your organization; `partner` if not given.")] = (
        ABSENT
    )
    own_role: Annotated[
        Role, Field(description="Your organization's role towards the other; `partner` if not given.")
    ] = ABSENT


class ConnectionAnswer(Input):
    """The token of a request that came by email, and for which organization it is answered."""

    model_config = example(token="as-it-came-with-the-request")  # noqa: S106 # nosec B106

    token: Annotated[str, Field(min_length=1, max_length=200, description="As it came with the request.")] = ABSENT
    organization_id: Annotated[
        OrganizationId,
        Field(description="Your organization, of which you are an admin. Without it, a new one is created."),
    ] = ABSENT
