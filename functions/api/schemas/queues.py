"""Queues and their statistics over HTTP."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from functions.api.schemas.common import Cursor, Output
from functions.api.schemas.tasks import ListedTask

Day = Annotated[str, Field(json_schema_extra={"format": "date"}, examples=["2026-12-01"])]


class Queue(Output):
    """A page of a queue's tab, with how many tasks its tabs have."""

    items: list[ListedTask]
    next_cursor: Cursor
    counts: Annotated[dict[str, int], Field(description="By tab.", examples=[{"unassigned": 4, "assigned": 2}])]
    facets: Annotated[
        dict[str, dict[str, int]],
        Field(description="Of the tab: by filter and value.", examples=[{"type": {"QA": 3, "Expense Review": 1}}]),
    ]
    truncated: Annotated[bool, Field(description="Whether there are more than counts and sorting look at.")]


class Durations(Output):
    """How long tasks took, in seconds: half of them, and nine in ten, no longer than this."""

    median: Annotated[int | None, Field(examples=[1800])]
    p90: Annotated[int | None, Field(examples=[7200])]


class TypeStatistics(Output):
    """The closed tasks of one type."""

    type: Annotated[str, Field(examples=["QA"])]
    closed: Annotated[int, Field(examples=[13])]
    endings: Annotated[dict[str, int], Field(examples=[{"passed": 12, "cancelled": 1}])]
    waiting: Annotated[Durations, Field(description="From Ready until work began.")]
    working: Annotated[Durations, Field(description="From the beginning of work until the end.")]


class Statistics(Output):
    """What was closed on these days, both included."""

    first: Annotated[Day, Field(alias="from")]
    last: Annotated[Day, Field(alias="to")]
    types: list[TypeStatistics]
    truncated: Annotated[bool, Field(description="Whether there were more tasks than were looked at.")]
