"""What became of each of several tasks as JSON: the same status and problem that one alone would be answered."""

from __future__ import annotations

from collections.abc import Iterable

from functions.api.problems import Problem
from functions.api.sizes import fitting
from functions.api.views.people import Json
from shared.engine.bulk.outcomes import Outcome


def listed(outcomes: Iterable[Outcome]) -> list[Json]:
    """All of them; problems are without the fields' errors where an answer would not hold these for every task."""
    items = [outcome(value) for value in outcomes]
    if fitting(items) < len(items):
        for item in items:
            item["problem"] = _brief(item["problem"])
    return items


def outcome(value: Outcome) -> Json:
    """The status of one task, with the problem where it was refused."""
    problem = Problem.of(value.refusal) if value.refusal else None
    return {
        "taskId": value.task_id,
        "status": problem.status if problem else 200,
        "problem": problem.body() if problem else None,
    }


def _brief(problem: object) -> Json | None:
    return {name: value for name, value in problem.items() if name != "errors"} if isinstance(problem, dict) else None
