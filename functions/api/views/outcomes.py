"""What became of each of several tasks as JSON: the same status and problem that one alone would be answered."""

from __future__ import annotations

from functions.api.problems import Problem
from functions.api.views.people import Json
from shared.engine.bulk import Outcome


def outcome(value: Outcome) -> Json:
    """The status of one task, with the problem where it was refused."""
    problem = Problem.of(value.refusal) if value.refusal else None
    return {
        "taskId": value.task_id,
        "status": problem.status if problem else 200,
        "problem": problem.body() if problem else None,
    }
