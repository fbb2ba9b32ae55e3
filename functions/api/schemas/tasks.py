"""Tasks, their actions and their history over HTTP."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field

from functions.api.schemas.common import (
    ABSENT,
    CaseId,
    Cursor,
    Input,
    LongText,
    Moment,
    Outcome,
    Output,
    TaskId,
    Timestamp,
    Version,
    example,
)
from functions.api.schemas.people import PartyInput, Responsible, Who

TaskType = Annotated[str, Field(description="One of the types of the workflow.", examples=["QA"])]
Status = Annotated[str, Field(examples=["Ready"])]
State = Annotated[str, Field(examples=["Created"])]
GroupQueue = Annotated[
    str | None, Field(description="The group that watches the task.", examples=["Quality Assurance"])
]
GroupQueueInput = Annotated[
    str, Field(description="By its name or its id.", min_length=1, max_length=200, examples=["quality-assurance"])
]
Kind = Annotated[str | None, Field(description="The kind of task, if the type has kinds.", examples=[None])]
Priority = Annotated[int, Field(ge=0, le=100, examples=[0])]
UNIQUE: dict[str, Any] = {"uniqueItems": True}


class Link(Output):
    """A named reference to something outside."""

    type: Annotated[str, Field(examples=["photo"])]
    link: Annotated[str, Field(examples=["https://photos.example.org/4711/front"])]
    name: Annotated[str, Field(examples=["Front"])]


class LinkInput(Input):
    """A named reference to something outside."""

    type: Annotated[str, Field(min_length=1, max_length=100, examples=["photo"])]
    link: Annotated[str, Field(min_length=1, max_length=2_000, examples=["https://photos.example.org/4711/front"])]
    name: Annotated[str, Field(min_length=1, max_length=200, examples=["Front"])]


class Reference(Output):
    """What a task is about."""

    id: Annotated[str, Field(min_length=1, max_length=200, examples=["4711"])]
    display_name: Annotated[str, Field(min_length=1, max_length=200, examples=["Look 4711"])]


Entity = Annotated[
    dict[str, Reference],
    Field(
        description="By kind: `look`, `user`. Taken from the case if it is not given.",
        examples=[{"look": {"id": "4711", "displayName": "Look 4711"}}],
    ),
]


class Timer(Output):
    """When the engine will act on a task by itself."""

    timer_id: Annotated[str, Field(examples=["01k9x3m2q7c5v8ne"])]
    name: Annotated[str, Field(examples=["due"])]
    at: Timestamp


class Counts(Output):
    """How many are open, and how many are closed."""

    open: Annotated[int, Field(ge=0, examples=[2])]
    closed: Annotated[int, Field(ge=0, examples=[1])]


class WorkerStatus(Output):
    """The status of one end of a task, for programs and for people."""

    reference: Annotated[str, Field(description="Controls which actions are offered.", examples=["readyHold"])]
    name: Annotated[str, Field(description="Describes it.", examples=["Ready (declined)"])]


class Counterpart(Output):
    """Who has the other end of the task; null for the id of somebody who is asked by email, and not connected yet."""

    organization_id: Annotated[str | None, Field(examples=["harbor"])]
    display_name: Annotated[str, Field(examples=["Harbor Surveyors"])]


class Referral(Output):
    """The party that a partner has suggested."""

    organization_id: Annotated[str | None, Field(examples=["tidewater"])]
    display_name: Annotated[str, Field(examples=["Tidewater Labs"])]
    email: Annotated[str | None, Field(description="The address, if somebody was suggested by email.", examples=[None])]


class ListedTask(Output):
    """A task as lists show it: without description, instructions and links."""

    task_id: TaskId
    case_id: CaseId
    parent_id: Annotated[str | None, Field(description="The parent task.", examples=[None])]
    workflow: Annotated[str, Field(examples=["inspection"])]
    workflow_version: Annotated[int, Field(ge=1, examples=[1])]
    type: TaskType
    label: Annotated[str, Field(description="The type's name for people.", examples=["QA"])]
    kind: Kind
    state: State
    status: Status
    open: bool
    active: Annotated[bool, Field(description="Whether somebody can work on it now.")]
    overdue: bool
    entity: Entity
    group_queue: GroupQueue
    internal: Annotated[bool, Field(description="Whether the assigned party is inside.")]
    assigned_party: Responsible
    priority: Priority
    due_time: Timestamp | None
    prerequisites: Annotated[list[str], Field(description="Tasks of the case that have to be closed first.")]
    awaiting: Annotated[str | None, Field(description="The information that is missing.")]
    children: Counts
    created_by: Who
    updated_by: Who
    assigned_by: Who
    cancelled_by: Who
    completed_by: Who
    created_at: Timestamp
    updated_at: Timestamp
    assigned_at: Timestamp | None
    started_at: Timestamp | None
    placed_on_hold_at: Timestamp | None
    closed_at: Timestamp | None
    cancellation_reason: str | None
    new_case_id: Annotated[str | None, Field(description="The case that followed on its end.", examples=[None])]
    timers: list[Timer]
    end: Annotated[
        Literal["standalone", "owner", "partner"] | None,
        Field(description="Which end of a task it is, in workflows with two ends."),
    ]
    hold: Annotated[bool, Field(description="Whether people have stopped it.")]
    assignment_status: Annotated[
        str | None, Field(description="The status of the assignment to a partner.", examples=["accepted"])
    ]
    worker_status: WorkerStatus | None
    counterpart: Annotated[Counterpart | None, Field(description="Who has the other end.")]
    role: Annotated[
        str | None, Field(description="The pattern of partners' roles, at the owner's end.", examples=["partner*"])
    ]
    auto_refer: Annotated[bool | None, Field(description="Whether a referral is followed at once, at the owner's end.")]
    referral: Annotated[
        Referral | None, Field(description="The party that the partner suggested when it referred the task.")
    ]
    version: Version


class Task(ListedTask):
    """A task, whole."""

    description: str | None
    instructions: Annotated[list[str], Field(description="Oldest first.")]
    instructions_truncated: Annotated[
        bool, Field(description="Whether older instructions are left out, as an answer holds about 5 MB.")
    ]
    links: Annotated[list[Link], Field(description="Oldest first.")]
    links_truncated: Annotated[
        bool, Field(description="Whether older links are left out, as an answer holds about 5 MB.")
    ]


class ListedTasks(Output):
    """A page of tasks."""

    items: list[ListedTask]
    next_cursor: Cursor


class TaskFields(Input):
    """What a new task may have. The workflow says which fields its tasks take."""

    type: TaskType
    kind: Annotated[
        str,
        Field(
            max_length=100,
            description="One of the kinds of the type, if it has kinds.",
            examples=["address_verification"],
        ),
    ] = ABSENT
    description: LongText = ABSENT
    instructions: LongText = ABSENT
    assigned_party: PartyInput | None = None
    internal: Annotated[bool, Field(description="Follows from the assigned party unless it is a user.")] = False
    assigned_at: Annotated[Moment, Field(description="When it was assigned, if earlier; with a zone.")] = ABSENT
    group_queue: GroupQueueInput = ABSENT
    due_time: Annotated[Moment | None, Field(description="In the future, with a zone.")] = None
    entity: Entity = ABSENT
    prerequisites: Annotated[list[str], Field(max_length=50, description="Tasks of the case to wait for.")] = ABSENT
    awaiting: Annotated[
        str | None, Field(min_length=1, max_length=500, description="The information that is missing.")
    ] = ABSENT
    links: Annotated[list[LinkInput], Field(max_length=100)] = ABSENT
    priority: Priority = 0
    collaborative: Annotated[bool, Field(description="Whether a partner is to do it.")] = ABSENT
    role: Annotated[
        str, Field(max_length=64, description="A pattern that the roles of partners must match.", examples=["partner*"])
    ] = ABSENT
    auto_refer: Annotated[bool, Field(description="Whether a partner's referral is followed at once.")] = ABSENT


class TaskCreation(TaskFields):
    """A new task of a case."""

    model_config = example(type="QA", description="Compare the photos with the order.", groupQueue="quality-assurance")

    parent_id: Annotated[TaskId, Field(description="The parent task, in workflows with trees of tasks.")] = ABSENT


class TaskChange(Input):
    """The fields of a task that no action changes. Fields that are not given stay as they are."""

    model_config = example(
        links=[{"type": "photo", "link": "https://photos.example.org/4711/front", "name": "Front"}], priority=1
    )

    description: Annotated[LongText | None, Field(description="Null takes it away, if the workflow allows that.")] = (
        ABSENT
    )
    links: Annotated[
        list[LinkInput], Field(max_length=100, description="All of them: the list replaces the old one.")
    ] = ABSENT
    entity: Entity = ABSENT
    prerequisites: Annotated[
        list[str], Field(max_length=50, description="All of them; only while the task is Pending or Ready.")
    ] = ABSENT
    priority: Priority = ABSENT


class ActionInput(Input):
    """The action's input, as the `inputSchema` of `GET /tasks/{taskId}/actions` says."""

    model_config = ConfigDict(
        extra="allow", json_schema_extra={"examples": [{}, {"reason": "Nobody answers the phone."}]}
    )


class BulkActionInput(Input):
    """An action, and the tasks on which to take it."""

    model_config = example(taskIds=["look-4711.01k9x3m2q7c5v8nd"], action="claim")

    task_ids: Annotated[
        list[TaskId], Field(min_length=1, max_length=100, description="Each named once.", json_schema_extra=UNIQUE)
    ]
    action: Annotated[str, Field(min_length=1, max_length=100, description="The action's name.", examples=["claim"])]
    input: Annotated[
        dict[str, Any], Field(description="The action's input, the same for each task.", examples=[{}])
    ] = ABSENT
    versions: Annotated[
        dict[TaskId, Annotated[int, Field(ge=1)]],
        Field(
            description="The versions that you have seen, by the tasks' ids, as `If-Match` says it of one task: a task "
            "that has another version by now is answered with 412. Tasks that are not named may have any.",
            examples=[{"look-4711.01k9x3m2q7c5v8nd": 3}],
        ),
    ] = ABSENT


class BulkActions(Output):
    """What became of the tasks on which an action was taken."""

    items: Annotated[
        list[Outcome],
        Field(description="One for each task, in their order. In an answer over 5 MB, problems come without `errors`."),
    ]
    done: Annotated[int, Field(ge=0, description="With how many it was done.", examples=[1])]


class Action(Output):
    """An action that the caller may take now."""

    name: Annotated[str, Field(examples=["claim"])]
    label: Annotated[str, Field(examples=["Claim and start"])]
    input_schema: Annotated[
        dict[str, Any],
        Field(
            description="JSON Schema of the action's input.",
            examples=[{"type": "object", "properties": {}, "additionalProperties": False}],
        ),
    ]


class RefusedAction(Output):
    """An action that the caller may not take now, and why."""

    name: Annotated[str, Field(examples=["pass"])]
    label: Annotated[str, Field(examples=["Pass"])]
    rule: Annotated[str | None, Field(description="The rule that refuses.", examples=["from"])]
    reason: Annotated[str, Field(examples=["Pass is possible while In Progress; the task is Created / Ready."])]
    who: Annotated[list[str], Field(description="Who could.", examples=[["admins of Quality Assurance"]])]


class Suggestion(Output):
    """An action, and the option of it, if it has some."""

    action: Annotated[str, Field(examples=["claim"])]
    option: Annotated[str | None, Field(examples=["accept"])]


class Actions(Output):
    """What the caller may do with a task; `refused` only with `explain=true`."""

    items: list[Action]
    suggested: Annotated[
        Suggestion | None,
        Field(description="The action that most likely comes next, where the workflow and the task let that be told."),
    ]
    next_cursor: Cursor
    refused: list[RefusedAction] = ABSENT


class Entry(Output):
    """One version of a task or of a case: who did what, and the result."""

    task_id: Annotated[str | None, Field(description="Null for the case itself.")]
    case_id: CaseId
    version: Version
    created_at: Timestamp
    created_by: Who
    action: Annotated[str, Field(examples=["claim"])]
    label: Annotated[str, Field(description="The action as people read it.", examples=["Claim and start"])]
    type: Annotated[str | None, Field(examples=["QA"])]
    state: State
    status: Annotated[str | None, Field(examples=["In Progress"])]
    assigned_party: Responsible
    group_queue: GroupQueue
    due_time: Timestamp | None
    changes: Annotated[
        dict[str, dict[str, Any]],
        Field(
            description="By field: the values before and after; for a long text, only that it changed.",
            examples=[{"dueTime": {"from": None, "to": "2026-12-01T17:00:00.000Z"}}],
        ),
    ]
    note: Annotated[str | None, Field(description="The note or reason that was given.")]


class Entries(Output):
    """A page of history."""

    items: list[Entry]
    next_cursor: Cursor


class CaseTask(TaskFields):
    """A task to begin a case with."""

    key: Annotated[
        str,
        Field(
            min_length=1,
            description="Others of the request name it in their `prerequisites`. Without control characters.",
            examples=["qa"],
        ),
    ] = ABSENT
