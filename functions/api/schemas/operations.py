"""How the stack does, over HTTP."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from functions.api.schemas.common import Output, Timestamp


class FailureQueue(Output):
    """The records of the stream that were put aside, as SQS counts them: roughly, while there is traffic."""

    waiting: Annotated[int, Field(ge=0, description="Records that wait for a person.", examples=[0])]
    in_flight: Annotated[int, Field(ge=0, description="Records that somebody has taken to look at.", examples=[0])]
    oldest_in_seconds: Annotated[
        float | None, Field(description="How long the oldest record had waited, by the last hour that has this metric.")
    ]


class Night(Output):
    """The results of the last night; null where there is no metric."""

    findings: Annotated[float | None, Field(description="What the doctor found.", examples=[0])]
    settled: Annotated[bool | None, Field(description="Whether a round of settling was complete.")]


class ActionCost(Output):
    """The units that an action, or a job of a function, consumed in the last day."""

    action: Annotated[str, Field(examples=["claim"])]
    service: Annotated[str, Field(description="The function.", examples=["api"])]
    read_units: Annotated[float, Field(ge=0)]
    write_units: Annotated[float, Field(ge=0)]


class Operations(Output):
    """The state of the stack; null where there is no metric."""

    at: Timestamp
    failure_queue: FailureQueue
    hook_age_in_milliseconds: Annotated[
        float | None, Field(description="The longest time from a change to the reaction to it, in the last day.")
    ]
    night: Night
    costs: Annotated[list[ActionCost], Field(description="The most write units first.")]
    metrics_namespace: Annotated[
        str, Field(description="Where CloudWatch keeps the metrics of this stack.", examples=["Casetree"])
    ]
