"""Workflows over HTTP."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from functions.api.schemas.common import Cursor, Output


class ListedWorkflow(Output):
    """A workflow that cases can be started with."""

    name: Annotated[str, Field(examples=["inspection"])]
    label: Annotated[str, Field(examples=["Inspection tasks"])]
    version: Annotated[
        int,
        Field(ge=1, description="The one that is shown: the newest, which new cases start with, or the one asked for."),
    ]
    versions: Annotated[
        list[int], Field(description="All versions, the oldest first: cases keep theirs.", examples=[[1, 2]])
    ]
    may_begin: Annotated[bool, Field(description="Whether you may begin cases of it.")]


class Workflows(Output):
    """The workflows that are deployed."""

    items: list[ListedWorkflow]
    next_cursor: Cursor


class WorkflowStatus(Output):
    """A state and status that tasks of the workflow may have."""

    state: Annotated[str, Field(examples=["Created"])]
    status: Annotated[str, Field(examples=["Ready"])]
    open: bool
    active: bool


class StatusCount(Output):
    """The open tasks at one status."""

    state: Annotated[str, Field(examples=["Created"])]
    status: Annotated[str, Field(examples=["Ready"])]
    open: Annotated[int, Field(ge=1, examples=[12])]


class TypeCount(Output):
    """The open tasks of one type; at a status that is not named there is none."""

    type: Annotated[str, Field(examples=["QA"])]
    label: Annotated[str, Field(examples=["QA"])]
    open: Annotated[int, Field(ge=1, examples=[12])]
    statuses: list[StatusCount]


class WorkflowStatistics(Output):
    """The open tasks of a workflow, in queues that the caller may look at; types without any are left out.

    The numbers of further pages add to them.
    """

    workflow: Annotated[str, Field(examples=["inspection"])]
    types: list[TypeCount]
    next_cursor: Cursor


class WorkflowAction(Output):
    """What can be done with a task of the workflow."""

    name: Annotated[str, Field(examples=["claim"])]
    label: Annotated[str, Field(examples=["Claim and start"])]
    sources: Annotated[list[WorkflowStatus], Field(alias="from")]
    who: Annotated[
        list[str], Field(description="Relations to the task.", examples=[["group_queue_member", "assignee"]])
    ]
    input_schema: dict[str, Any]


class WorkflowType(Output):
    """A kind of task."""

    name: Annotated[str, Field(examples=["QA"])]
    label: Annotated[str, Field(examples=["QA"])]
    group_queue: Annotated[str | None, Field(description="The default.", examples=["Quality Assurance"])]
    due_in_seconds: Annotated[int | None, Field(description="The default time until due.")]


class WorkflowCaseType(Output):
    """What a case of the workflow may be about."""

    name: Annotated[str, Field(examples=["look"])]
    label: Annotated[str, Field(examples=["Look"])]
    attributes_schema: dict[str, Any]
    templates: Annotated[list[str], Field(examples=[["standard-look"]])]
    creation_schema: Annotated[
        dict[str, Any],
        Field(description="JSON Schema of a new case of this type, as in `POST /cases`; `tasks` go beside it."),
    ]


class Workflow(ListedWorkflow):
    """A workflow: what cases and tasks of it can be, and how tasks are created and worked."""

    case_types: list[WorkflowCaseType]
    types: list[WorkflowType]
    statuses: list[WorkflowStatus]
    actions: list[WorkflowAction]
    creation_schema: Annotated[dict[str, Any], Field(description="JSON Schema of a new task, `type` aside.")]
