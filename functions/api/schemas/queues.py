"""Queues and their statistics over HTTP."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from functions.api.schemas.common import Cursor, Output, Timestamp
from functions.api.schemas.tasks import ListedTask


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


class Duration(Output):
    """How long tasks took, in seconds: half of them, and nine in ten, not longer than."""

    median: Annotated[int | None, Field(examples=[1800])]
    p90: Annotated[int | None, Field(examples=[7200])]


class TypeStatistics(Output):
    """The closed tasks of one type."""

    type: Annotated[str, Field(examples=["QA"])]
    endings: Annotated[dict[str, int], Field(examples=[{"Completed / Passed": 12, "Canceled / Skipped": 1}])]
    waiting: Annotated[Duration, Field(description="From Ready until work began.")]
    working: Annotated[Duration, Field(description="From the beginning of work until the end.")]


class Statistics(Output):
    """What was closed in a period, by type."""

    start: Annotated[Timestamp, Field(alias="from")]
    end: Annotated[Timestamp, Field(alias="to")]
    types: list[TypeStatistics]
