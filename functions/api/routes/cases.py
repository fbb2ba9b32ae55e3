"""Routes of cases."""

from __future__ import annotations

from functions.accept import prefers
from functions.api import cursors, replies
from functions.api.parameters import CURSOR, LIMIT
from functions.api.routing import JSON, Call, Content, Reply, Routes
from functions.api.views import cases as views
from functions.api.views import tasks as task_views
from functions.api.views import trees
from shared.engine import cases as engine
from shared.engine import showing
from shared.engine.cases import CaseView
from shared.storage.indexes import timeline_position

ROUTES = Routes("Cases")
TEXT, MERMAID = "text/plain", "text/vnd.mermaid"


def _address(view: CaseView) -> str:
    return f"/cases/{view.case.case_id}"


@ROUTES.add(
    "POST",
    "/cases",
    "Create a case",
    Content("CreatedCase", "The case with its tasks.", 201),
    body="CaseCreation",
    idempotent=True,
    # 404 answers a repeat by somebody who may not see the case any more.
    refusals=(403, 404, 409, 422),
)
def create_case(call: Call) -> Reply:
    """Creates a case of a workflow, with tasks from a template or a list, in one transaction.

    Tasks of the list are tied by `key`: `prerequisites` of a task names keys of others.
    """
    answer = engine.create_case(call.session, call.identity, call.body, call.request)
    return replies.written(answer, views.created, _address)


@ROUTES.add("GET", "/cases/{caseId}", "Read a case", Content("Case", "The case."), refusals=(403, 404))
def get_case(call: Call) -> Reply:
    """The case, with how many of its tasks are open and closed."""
    return replies.resource(views.case(engine.get_case(call.session, call.identity, call.path["caseId"])))


@ROUTES.add(
    "PATCH",
    "/cases/{caseId}",
    "Change a case",
    Content("Case", "The case as it is now."),
    body="CaseChange",
    versioned=True,
    idempotent=True,
    refusals=(403, 404, 409, 412, 422),
)
def edit_case(call: Call) -> Reply:
    """Renames the case or sets attributes; an attribute with the value `null` is removed.

    If the workflow says so, tasks end and open with it. Fixed attributes cannot be changed.
    """
    answer = engine.edit_case(call.session, call.identity, call.path["caseId"], call.body, call.request)
    return replies.written(answer, views.case, _address)


@ROUTES.add(
    "POST",
    "/cases/{caseId}/close",
    "Close a case",
    Content("Case", "The case, closed."),
    body="CaseClosing",
    versioned=True,
    idempotent=True,
    refusals=(403, 404, 409, 412, 422),
)
def close_case(call: Call) -> Reply:
    """Closes the case; a cascade ends its open tasks within seconds.

    If the workflow does not say how cases are closed, nobody may close them.
    """
    answer = engine.close_case(call.session, call.identity, call.path["caseId"], call.body, call.request)
    return replies.written(answer, views.case, _address)


@ROUTES.add(
    "POST",
    "/cases/{caseId}/migration",
    "Migrate a case to another version of its workflow",
    Content("Migration", "What became, or would become, of the case and its tasks."),
    body="MigrationInput",
    versioned=True,
    idempotent=True,
    refusals=(403, 404, 409, 412, 422),
)
def migrate_case(call: Call) -> Reply:
    """Moves the case and all its tasks to that version of its workflow. For administrators.

    It is one transaction: if anything does not fit that version, the answer is 409
    `does_not_fit`, with every reason in `errors`. A pointer names the task and the rule, as
    `/tasks/look-4711.01k9/status`, or `/case/attributes/docket`. With `dryRun` nothing happens yet.
    """
    # As rare as a new version of a workflow: no other start is to wait for what tells whether a case fits one.
    from shared.engine.migration import migrate  # noqa: PLC0415

    answer = migrate(call.session, call.identity, call.path["caseId"], call.body, call.request)
    return replies.written(answer, views.migration, lambda done: f"/cases/{done.case.case_id}")


@ROUTES.add(
    "GET",
    "/cases/{caseId}/tasks",
    "List the tasks of a case",
    Content("ListedTasks", "A page of tasks, without their long texts."),
    query=(LIMIT, CURSOR),
    refusals=(403, 404),
)
def list_case_tasks(call: Call) -> Reply:
    """All tasks of the case that the caller may see, in tree order: each before those under it, the oldest first.

    Each has its place among all tasks of the case, whoever sees which of them.
    """
    after, limit = cursors.position(call.query[CURSOR]), call.query[LIMIT]
    page = showing.case_tasks(call.session, call.identity, call.path["caseId"], after, limit)
    return replies.sized_page(page, task_views.listed, lambda view: view.task.task_id)


@ROUTES.add(
    "GET",
    "/cases/{caseId}/tree",
    "Read the trees of a case's tasks",
    Content("Tree", "The tasks, each with those under it.", other=(TEXT, MERMAID)),
    refusals=(403, 404),
)
def read_tree(call: Call) -> Reply:
    """The tasks of the case that the caller may see, as trees; siblings oldest first.

    As JSON or, where `Accept` prefers it, as a figure of columns in text, or as a Mermaid flowchart. What
    does not fit an answer is left out, with all that is deeper than 100 tasks; JSON says so by `truncated`,
    text in its last line. A flowchart ends where Mermaid would draw no more.
    """
    view = showing.case_tree(call.session, call.identity, call.path["caseId"])
    media_type = prefers(call.accept, (JSON, TEXT, MERMAID))
    if media_type == JSON:
        return Reply(trees.nested(view))
    draw = trees.drawn if media_type == TEXT else trees.charted
    return Reply(draw(view), media_type=f"{media_type}; charset=utf-8")


@ROUTES.add(
    "GET",
    "/cases/{caseId}/timeline",
    "Read what happened in a case",
    Content("Entries", "A page of history entries, the newest first."),
    query=(LIMIT, CURSOR),
    refusals=(403, 404),
)
def read_timeline(call: Call) -> Reply:
    """Every change of the case and its tasks, newest first. It may lag behind by a moment.

    If a task was passed on to a child of its own type, entries about the same step appear only once: the child's
    entry for a step of both and for the closing of both, the task's entry if the child was cancelled with it. The
    histories of both tasks have all entries. A page may therefore hold fewer entries than its limit.
    """
    before, limit = cursors.timeline(call.query[CURSOR]), call.query[LIMIT]
    caller, page = showing.timeline(call.session, call.identity, call.path["caseId"], before, limit)
    workflows = call.session.workflows
    return replies.sized_page(page, lambda entry: task_views.entry(entry, caller, workflows), timeline_position)
