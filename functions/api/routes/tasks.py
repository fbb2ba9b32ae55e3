"""Routes of tasks, their actions and their history."""

from __future__ import annotations

from dataclasses import replace
from http import HTTPStatus

from functions.api import cursors, replies
from functions.api.parameters import CURSOR, LIMIT, flag
from functions.api.routing import Call, Content, Reply, Routes
from functions.api.views import outcomes
from functions.api.views import tasks as views
from shared.engine import tasks as engine
from shared.engine.bulk import act_on_each
from shared.engine.tasks import TaskView

ROUTES = Routes("Tasks")
EXPLAIN = flag("explain", "Whether to add the actions that are refused, each with the reason.")


def _address(view: TaskView) -> str:
    return f"/tasks/{view.task.task_id}"


@ROUTES.add(
    "POST",
    "/cases/{caseId}/tasks",
    "Create a task",
    Content("Task", "The task.", 201),
    body="TaskCreation",
    idempotent=True,
    refusals=(403, 404, 409, 422),
)
def create_task(call: Call) -> Reply:
    """Adds a task to an open case. The workflow says which fields a task may have."""
    answer = engine.create_task(call.session, call.identity, call.path["caseId"], call.body, call.request)
    return replies.written(answer, views.task, _address)


@ROUTES.add("GET", "/tasks/{taskId}", "Read a task", Content("Task", "The task."), refusals=(403, 404))
def get_task(call: Call) -> Reply:
    """The task as it is now. Its ETag can be sent back as If-Match."""
    return replies.resource(views.task(engine.get_task(call.session, call.identity, call.path["taskId"])))


@ROUTES.add(
    "PATCH",
    "/tasks/{taskId}",
    "Change a task",
    Content("Task", "The task as it is now."),
    body="TaskChange",
    versioned=True,
    idempotent=True,
    refusals=(403, 404, 409, 412, 422),
)
def edit_task(call: Call) -> Reply:
    """Changes the fields that no action changes: description, links, entity, prerequisites, priority."""
    answer = engine.edit_task(call.session, call.identity, call.path["taskId"], call.body, call.request)
    return replies.written(answer, views.task, _address)


@ROUTES.add(
    "GET",
    "/tasks/{taskId}/actions",
    "List what the caller may do now",
    Content("Actions", "The actions that the caller may take now."),
    query=(EXPLAIN,),
    refusals=(403, 404),
)
def list_actions(call: Call) -> Reply:
    """The actions that the caller may take on the task now, each with the JSON Schema of its input.

    With `explain=true` also the refused ones: the rule that refuses each, and who could take it. Those that only
    Casetree itself takes are left out.
    """
    view, offers = engine.available_actions(call.session, call.identity, call.path["taskId"])
    now = [views.offered(offer, view.workflow) for offer in offers if offer.refusal is None]
    body: dict[str, object] = {"items": now, "suggested": views.suggestion(view, offers), "nextCursor": None}
    if call.query[EXPLAIN]:
        refused = (offer for offer in offers if offer.refusal is not None and offer.action.by_people)
        body["refused"] = [views.refused(offer) for offer in refused]
    return Reply(body)


@ROUTES.add(
    "POST",
    "/tasks/{taskId}/actions/{action}",
    "Take an action",
    Content("Task", "The task as it is now."),
    body="ActionInput",
    versioned=True,
    idempotent=True,
    refusals=(403, 404, 409, 412, 422),
)
def take_action(call: Call) -> Reply:
    """Takes an action on the task. The body is the action's input, as its `inputSchema` says."""
    task_id, action = call.path["taskId"], call.path["action"]
    answer = engine.act(call.session, call.identity, task_id, action, call.body, call.request)
    return replace(replies.written(answer, views.task, _address), action=action)


@ROUTES.add(
    "POST",
    "/bulk/actions",
    "Take an action on several tasks",
    Content("BulkActions", "What became of each task, in order."),
    body="BulkActionInput",
    idempotent=True,
    refusals=(403, 422),
)
def take_bulk_action(call: Call) -> Reply:
    """Takes the same action on up to 100 tasks, each on its own: a refusal for one does not stop the others.

    The result of each task has the status and the problem that a request for this task alone would get. With
    `versions`, it is 412 for tasks that have changed since you read them. A repeat with the same key does nothing
    twice, and tries the refused tasks again. `Casetree-Capacity` is missing if a task was not found.
    """
    answer = act_on_each(call.session, call.identity, call.body, call.request)
    items = outcomes.listed(answer.value)
    done = sum(outcome.refusal is None for outcome in answer.value)
    return Reply(
        {"items": items, "done": done},
        headers=replies.replayed(answer.replayed),
        # Of what is done, the action is one that there is: a metric has no names that callers make up.
        action=call.body["action"] if done else None,
        hides=any(item["status"] == HTTPStatus.NOT_FOUND for item in items),
    )


@ROUTES.add(
    "GET",
    "/tasks/{taskId}/history",
    "Read a task's history",
    Content("Entries", "A page of history entries, the oldest first."),
    query=(LIMIT, CURSOR),
    refusals=(403, 404),
)
def read_history(call: Call) -> Reply:
    """Every version of the task has one entry, oldest first."""
    after, limit = cursors.version(call.query[CURSOR]), call.query[LIMIT]
    view, page = engine.task_history(call.session, call.identity, call.path["taskId"], after, limit)
    workflows = call.session.workflows
    return replies.sized_page(
        page, lambda entry: views.entry(entry, view.caller, workflows), lambda entry: str(entry.version)
    )


@ROUTES.add(
    "GET",
    "/tasks/{taskId}/children",
    "List a task's children",
    Content("ListedTasks", "A page of tasks, without their long texts."),
    query=(LIMIT, CURSOR),
    refusals=(403, 404),
)
def list_children(call: Call) -> Reply:
    """The tasks directly under the task that the caller may see."""
    after, limit = cursors.position(call.query[CURSOR]), call.query[LIMIT]
    page = engine.task_children(call.session, call.identity, call.path["taskId"], after, limit)
    return replies.sized_page(page, views.listed, lambda child: child.task.task_id)
