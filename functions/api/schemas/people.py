"""People and organizations over HTTP."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from functions.api.schemas.common import (
    ABSENT,
    Cursor,
    Input,
    Line,
    OrganizationId,
    Outcome,
    Output,
    TaskId,
    Timestamp,
    UserId,
    Version,
    example,
)
from shared.domain.model.text import EMAIL

OrganizationKind = Literal["queue", "team", "business_line", "placeholder", "representative", "partner"]
PartyKind = Literal["user", "organization", "external"]


class Person(Output):
    """Who did something, as people of the same side see them."""

    id: UserId
    first_name: Annotated[str, Field(examples=["Bob"])]
    last_name: Annotated[str, Field(examples=["Ray"])]
    email: Annotated[str, Field(examples=["bob@example.org"])]


class PersonElsewhere(Output):
    """Who did something, as people of another side see them: the name of the organization."""

    display_name: Annotated[str, Field(examples=["Harbor Surveyors"])]


Who = Person | PersonElsewhere | None


class Party(Output):
    """Who is responsible for the next action."""

    kind: PartyKind
    id: Annotated[str, Field(examples=["ann"])]
    display_name: Annotated[str, Field(examples=["Ann Lee"])]


class PartyElsewhere(Output):
    """Who is or was responsible, as people outside see parties that are neither they nor their organizations."""

    kind: PartyKind
    display_name: Annotated[str, Field(description="The same for all.", examples=["Another party"])]


Responsible = Party | PartyElsewhere | None


class PartyInput(Input):
    """Who becomes responsible. `displayName` counts for external parties; others have their own."""

    kind: PartyKind
    id: Annotated[Line, Field(examples=["ann"])]
    display_name: Line = ABSENT


class Membership(Output):
    """A user's place in an organization."""

    organization_id: OrganizationId
    display_name: Annotated[str, Field(examples=["Quality Assurance"])]
    kind: OrganizationKind
    admin: bool


class User(Output):
    """A user. The email address is shown to themselves and to administrators."""

    user_id: UserId
    display_name: Annotated[str, Field(examples=["Ann Lee"])]
    first_name: Annotated[str, Field(examples=["Ann"])]
    last_name: Annotated[str, Field(examples=["Lee"])]
    email: Annotated[str, Field(examples=["ann@example.org"])] = ABSENT
    active: Annotated[bool, Field(description="Whether they may do anything.")]
    inside: Annotated[bool, Field(description="Whether they are a member of an internal organization.")]
    organizations: list[Membership]
    administrator: Annotated[bool, Field(description="Only for the caller: it comes with their token.")] = False
    now: Annotated[
        Timestamp, Field(description="Only for the caller: the time by the stack's clock, which decides what is due.")
    ] = ABSENT
    version: Version


class UserInput(Input):
    """A user as an administrator describes them. Fields that are not given stay as they are."""

    model_config = example(displayName="Ann Lee", firstName="Ann", lastName="Lee", email="ann@example.org")

    display_name: Annotated[Line, Field(description="Required for a new user.", examples=["Ann Lee"])] = ABSENT
    first_name: Annotated[str, Field(max_length=100, examples=["Ann"])] = ABSENT
    last_name: Annotated[str, Field(max_length=100, examples=["Lee"])] = ABSENT
    email: Annotated[str, Field(max_length=254, pattern=f"^({EMAIL.pattern})?$", examples=["ann@example.org"])] = ABSENT
    active: Annotated[bool, Field(description="True for a new user; false takes all rights away at once.")] = ABSENT


class HandBackInput(Input):
    """Whether to look first."""

    model_config = example(dryRun=True)

    dry_run: Annotated[bool, Field(description="With true, the answer only says what would be done.")] = False


class HandedBack(Output):
    """What became of one open task of the user."""

    task_id: TaskId
    action: Annotated[
        str | None,
        Field(description="The action that takes the task off them; null if there is none.", examples=["release"]),
    ]
    reason: Annotated[str | None, Field(description="Why the task stays as it is.")]


class HandBack(Output):
    """What became of the open tasks of a user."""

    items: list[HandedBack]
    more: Annotated[bool, Field(description="Whether the user has further tasks for another call.")]
    dry_run: bool


class Organization(Output):
    """A group that tasks are assigned to or watched by."""

    organization_id: OrganizationId
    display_name: Annotated[str, Field(examples=["Quality Assurance"])]
    kind: OrganizationKind
    auto_assign: bool
    version: Version


class OrganizationInput(Input):
    """An organization as an administrator describes it. Fields that are not given stay as they are."""

    model_config = example(displayName="Harbor Surveyors", kind="partner")

    display_name: Annotated[
        Line, Field(description="Required for a new organization.", examples=["Harbor Surveyors"])
    ] = ABSENT
    kind: Annotated[
        OrganizationKind, Field(description="Required for a new organization; never changes.", examples=["partner"])
    ] = ABSENT
    auto_assign: bool = ABSENT


class Organizations(Output):
    """The organizations that the caller may see."""

    items: list[Organization]
    next_cursor: Cursor


class MemberInput(Input):
    """How somebody belongs to an organization."""

    model_config = example(admin=False)

    admin: Annotated[bool, Field(description="Whether they may act as an admin of the organization.")] = False


class Member(Output):
    """Somebody who belongs to an organization."""

    organization_id: OrganizationId
    user_id: UserId
    display_name: Annotated[str, Field(examples=["Ann Lee"])]
    active: bool
    admin: bool


class Members(Output):
    """Who belongs to an organization."""

    items: list[Member]
    next_cursor: Cursor


class BulkAssignmentInput(Input):
    """Who is to have how many tasks of an organization."""

    model_config = example(userId="bob", count=5)

    user_id: Annotated[UserId, Field(description="An active member of the organization.", examples=["bob"])]
    count: Annotated[int, Field(ge=1, le=100, description="The oldest ones.", examples=[5])]
    type: Annotated[str, Field(description="Only tasks of this type.", examples=["QA"])] = ABSENT


class BulkAssignment(Output):
    """What became of the tasks that were to be assigned."""

    items: Annotated[list[Outcome], Field(description="Fewer than asked for if there are no more.")]
    assigned: Annotated[int, Field(ge=0, description="How many the user has from now on.", examples=[5])]
    truncated: Annotated[
        bool, Field(description="Whether the queue goes on behind the 10,000 tasks of any type that were looked at.")
    ]
