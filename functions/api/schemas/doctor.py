"""What the doctor finds and does over HTTP."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from functions.api.schemas.common import ABSENT, CaseId, Input, Output, TaskId, example

FindingId = Annotated[str, Field(examples=["lock-matches-5f0c2a9be713"])]


class Finding(Output):
    """An invariant that does not hold."""

    id: Annotated[FindingId, Field(description="The same whenever the same is found.")]
    invariant: Annotated[str, Field(examples=["lock-matches"])]
    task_ids: list[TaskId]
    detail: Annotated[str, Field(description="What is wrong.")]
    repair: Annotated[
        str, Field(description="What the repair does; if it cannot be repaired, what a person has to do.")
    ]
    repairable: Annotated[bool, Field(description="Whether Casetree can repair it.")]


class Diagnosis(Output):
    """What is broken in a case."""

    case_id: CaseId
    findings: list[Finding]


class RepairInput(Input):
    """What to repair, and whether to look first."""

    model_config = example(dryRun=True)

    findings: Annotated[
        list[FindingId], Field(max_length=100, description="Ids of findings; without, all that can be repaired.")
    ] = ABSENT
    dry_run: Annotated[bool, Field(description="With true, the answer only says what would be done.")] = False


class Difference(Output):
    """A stored field, before and after; null if there is no value."""

    item: Annotated[str, Field(examples=["task a1.01k9x3m2q7c5v8nd"])]
    field: Annotated[str, Field(examples=["status"])]
    before: str | None
    after: str | None


class RepairStep(Output):
    """What was done about a finding, or would be."""

    finding: Finding
    done: Annotated[bool, Field(description="Whether the problem is gone.")]
    changes: Annotated[
        list[Difference], Field(description="What is stored differently; empty where settling is the repair.")
    ]


class Repairs(Output):
    """The results of repairs, and what is broken after them; in a dry run, before them."""

    case_id: CaseId
    dry_run: bool
    repairs: list[RepairStep]
    findings: list[Finding]
