"""Cases over HTTP."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from functions.api.schemas.common import (
    ABSENT,
    CaseId,
    Input,
    Line,
    LongText,
    OrganizationId,
    Output,
    TaskId,
    Timestamp,
    Version,
    example,
)
from functions.api.schemas.people import Who
from functions.api.schemas.tasks import CaseTask, Counts, ListedTask, Task

Attributes = Annotated[
    dict[str, Any], Field(description="As the case type declares them.", examples=[{"lookId": "4711"}])
]

SeenAttributes = Annotated[
    dict[str, Any],
    Field(
        description="As the case type declares them. A caller who may not see the whole case does not see "
        "attributes that name other organizations.",
        examples=[{"lookId": "4711"}],
    ),
]


class CaseFields(Output):
    """What every view of a case shows."""

    case_id: CaseId
    workflow: Annotated[str, Field(examples=["inspection"])]
    workflow_version: Annotated[int, Field(ge=1, examples=[1])]
    case_type: Annotated[str, Field(examples=["look"])]
    display_name: Annotated[str, Field(examples=["Look 4711"])]
    organization_id: Annotated[str | None, Field(examples=[None])]
    attributes: SeenAttributes
    state: Literal["open", "closed"]
    created_at: Timestamp
    created_by: Who
    updated_at: Timestamp
    updated_by: Who
    closed_at: Timestamp | None
    close_reason: str | None
    original_case_id: Annotated[str | None, Field(description="The case that this one follows on.", examples=[None])]
    may_close: Annotated[bool, Field(description="Whether you may close it now.")]
    version: Version


class Case(CaseFields):
    """What the work is about; a case holds tasks."""

    tasks: Annotated[Counts, Field(description="How many tasks are open and closed, of those that the caller may see.")]


class CreatedTasks(Counts):
    """The tasks of a new case."""

    items: Annotated[
        list[Task], Field(description="A repeat shows those that there are by now, as far as they fit an answer.")
    ]


class CreatedCase(CaseFields):
    """A new case with its tasks."""

    tasks: CreatedTasks


class TreeNode(Output):
    """A task with the tasks under it."""

    task: ListedTask
    children: Annotated[list[TreeNode], Field(description="Oldest first, of those that the caller may see.")]


class Tree(Output):
    """A case with its tasks, as trees."""

    case: Case
    roots: Annotated[
        list[TreeNode], Field(description="Tasks without a parent, or with a parent that the caller may not see.")
    ]
    truncated: Annotated[
        bool,
        Field(description="Whether tasks are left out: an answer holds about 5 MB, and trees of a depth of 100."),
    ]


class CaseCreation(Input):
    """A new case, and the tasks to begin with."""

    model_config = example(workflow="inspection", caseId="look-4711", displayName="Look 4711", template="standard-look")

    workflow: Annotated[str, Field(examples=["inspection"])]
    case_type: Annotated[
        str | None, Field(description="The workflow's first case type if it is not given.", examples=["look"])
    ] = ABSENT
    case_id: Annotated[CaseId | None, Field(description="Generated if it is not given; may not begin with `p-`.")] = (
        ABSENT
    )
    display_name: Annotated[Line, Field(examples=["Look 4711"])] = ABSENT
    organization_id: OrganizationId = ABSENT
    attributes: Attributes = ABSENT
    template: Annotated[
        str | None, Field(description="The name of a list of tasks, from the case type.", examples=["standard-look"])
    ] = ABSENT
    tasks: Annotated[
        list[CaseTask],
        Field(
            max_length=15,
            description="With those of the template up to 15, with up to 30 prerequisites in all.",
            examples=[[{"key": "hover", "type": "Hover Inspection"}, {"type": "QA", "prerequisites": ["hover"]}]],
        ),
    ] = ABSENT


class CaseChange(Input):
    """The fields of a case that can be changed. Fields that are not given stay as they are."""

    model_config = example(displayName="Look 4711, second visit")

    display_name: Annotated[Line, Field(examples=["Look 4711, second visit"])] = ABSENT
    attributes: Annotated[Attributes, Field(description="The attributes to set; null removes one.")] = ABSENT


class CaseClosing(Input):
    """Why the case is closed."""

    model_config = example(reason="The customer has cancelled.")

    reason: Annotated[LongText, Field(examples=["The customer has cancelled."])]


class MigrationInput(Input):
    """The version of its workflow that a case is to go by."""

    model_config = example(toVersion=1, dryRun=True)

    to_version: Annotated[int, Field(ge=1, description="Any deployed version, also an older one.", examples=[1])]
    dry_run: Annotated[bool, Field(description="With true, the answer only says what would happen to the case.")] = (
        False
    )


class Migrated(Output):
    """A task that is moved to another version, with what changes."""

    task_id: TaskId
    type: Annotated[str, Field(examples=["QA"])]
    state: Annotated[str, Field(examples=["Created"])]
    status: Annotated[str, Field(examples=["Ready"])]
    changes: Annotated[
        dict[str, Any],
        Field(
            description="Of `tab`, `queue`, `dueTime` and `timers` those that change, each before and after.",
            examples=[{"tab": {"from": "assigned", "to": "on_hold"}}],
        ),
    ]


class Migration(Output):
    """The result, or the possible result, of a migration; a repeat lists no tasks."""

    case_id: CaseId
    workflow: Annotated[str, Field(examples=["inspection"])]
    from_version: Annotated[int, Field(ge=1, examples=[1])]
    to_version: Annotated[int, Field(ge=1, examples=[2])]
    dry_run: bool
    items: list[Migrated]
    version: Version
