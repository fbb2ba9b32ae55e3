"""What the schemas of all resources share: names in camelCase, ids, timestamps, problems."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

ABSENT: Any = None
"""Stands for a field that may be left out; null is never what the API reads or writes in its place."""

CaseId = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,40}$", examples=["look-4711"])]
TaskId = Annotated[str, Field(examples=["look-4711.01k9x3m2q7c5v8nd"])]
UserId = Annotated[str, Field(pattern=r"^[A-Za-z0-9._@|+:-]{1,128}$", examples=["ann"])]
OrganizationId = Annotated[str, Field(pattern=r"^[a-z0-9-]{1,64}$", examples=["quality-assurance"])]
Timestamp = Annotated[
    str,
    Field(
        description="RFC 3339, in UTC with milliseconds.",
        json_schema_extra={"format": "date-time"},
        examples=["2026-12-01T17:00:00.000Z"],
    ),
]
Moment = Annotated[
    str,
    Field(
        description="RFC 3339 with a zone.",
        json_schema_extra={"format": "date-time"},
        examples=["2026-12-01T17:00:00Z"],
    ),
]
Line = Annotated[str, Field(min_length=1, max_length=200, description="Without control characters.")]
LongText = Annotated[
    str,
    Field(min_length=1, max_length=10_000, description="May have line breaks and tabs, no other control characters."),
]
Version = Annotated[int, Field(ge=1, description="Counts the changes; it is the ETag, too.", examples=[3])]
Cursor = Annotated[
    str | None, Field(description="Send it as `cursor` to get the next page; null at the end.", examples=[None])
]


class Output(BaseModel):
    """What the API answers. Fields may be added in later versions."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True)


class Input(BaseModel):
    """What the API takes. Any other field is refused."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, extra="forbid")


def example(**fields: Any) -> ConfigDict:
    """What Swagger UI puts into the editor: a body that can be sent as it is."""
    return ConfigDict(json_schema_extra={"examples": [fields]})


class FieldError(Output):
    """What is wrong with one field."""

    pointer: Annotated[str, Field(description="JSON pointer into the body.", examples=["/dueTime"])]
    detail: Annotated[str, Field(examples=["This must be in the future."])]


class Problem(Output):
    """Why a request was refused (RFC 9457). `code` is stable; `detail` is for people."""

    type: Annotated[str, Field(examples=["urn:problem-type:casetree:action_not_available"])]
    title: Annotated[str, Field(examples=["The present status does not offer this"])]
    status: Annotated[int, Field(examples=[409])]
    detail: Annotated[str, Field(examples=["Pass is possible while In Progress; the task is Created / Ready."])]
    code: Annotated[str, Field(examples=["action_not_available"])]
    rule: Annotated[str, Field(description="The rule that refuses.", examples=["from"])] = ABSENT
    who: Annotated[list[str], Field(description="Who could do it.", examples=[["members of Dispatch"]])] = ABSENT
    errors: Annotated[list[FieldError], Field(description="What is wrong with which field.")] = ABSENT


class Outcome(Output):
    """What became of one task of several."""

    task_id: TaskId
    status: Annotated[
        int, Field(description="The status that a request for this task alone would get.", examples=[200])
    ]
    problem: Annotated[Problem | None, Field(description="Why the task was not changed; null if it was.")]


class Health(Output):
    """The API answers."""

    status: Annotated[str, Field(examples=["ok"])]


class OpenApi(Output):
    """An OpenAPI document."""

    model_config = ConfigDict(extra="allow")

    openapi: Annotated[str, Field(examples=["3.1.0"])]
