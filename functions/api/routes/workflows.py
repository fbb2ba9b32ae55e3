"""Routes of workflows: what can be started, and how it runs."""

from __future__ import annotations

from functions.accept import prefers
from functions.api import replies
from functions.api.parameters import CURSOR, text, whole
from functions.api.problems import Problem
from functions.api.routing import Call, Content, Reply, Routes
from functions.api.views import workflows as views
from shared.domain.definitions.workflow import Workflow
from shared.engine.cases import beginnable
from shared.engine.people import me
from shared.engine.queues import status_counts

ROUTES = Routes("Workflows")
TYPE = text("type", "The type of task whose lifecycle is drawn; the workflow's first type if it is not given.")
LIMIT = whole("limit", "Of how many queues a page may tell.", 1, 500, status_counts.QUEUES)
MERMAID = "text/vnd.mermaid"
VERSION = text("version", "The version, as a number; the newest if it is not given.")
SVG = "image/svg+xml"
SVG_POLICY = "default-src 'none'; style-src 'unsafe-inline'"


@ROUTES.add("GET", "/workflows", "List the workflows", Content("Workflows", "The workflows."), refusals=(403,))
def list_workflows(call: Call) -> Reply:
    """The workflows of which cases can be created, each in its newest version, with a list of all versions."""
    workflows, mine = call.session.workflows, beginnable(call.session, call.identity)
    return replies.listed(
        views.listed(workflows.latest(name), workflows.versions(name), may_begin=name in mine)
        for name in workflows.names
    )


@ROUTES.add(
    "GET",
    "/workflows/{name}",
    "Read a workflow",
    Content("Workflow", "The workflow."),
    query=(VERSION,),
    refusals=(403, 404),
)
def get_workflow(call: Call) -> Reply:
    """Types, statuses, actions and fields: what a client needs to offer forms."""
    mine = beginnable(call.session, call.identity)
    workflow = _workflow(call)
    versions = call.session.workflows.versions(workflow.name)
    return replies.resource(views.workflow(workflow, versions, may_begin=workflow.name in mine))


@ROUTES.add(
    "GET",
    "/workflows/{name}/diagram",
    "Draw a type's lifecycle",
    Content(None, "The diagram.", other=(MERMAID, SVG)),
    query=(TYPE, VERSION),
    refusals=(403, 404),
)
def draw_workflow(call: Call) -> Reply:
    """The lifecycle of tasks of a type, as Mermaid text or, where `Accept` prefers it, as an image."""
    me(call.session, call.identity)
    workflow = _workflow(call)
    type_name = call.query[TYPE] or next(iter(workflow.types))
    if type_name not in workflow.types:
        raise Problem("invalid_request", f"There is no type {type_name[:100]!r} in this workflow.")
    # Few ask for a picture: what draws them is no part of every start.
    from shared.domain.pictures.diagram import lifecycle  # noqa: PLC0415
    from shared.domain.pictures.drawing import drawn  # noqa: PLC0415

    if prefers(call.accept, (MERMAID, SVG)) == SVG:
        return Reply(drawn(workflow, type_name), media_type=SVG, headers={"Content-Security-Policy": SVG_POLICY})
    return Reply(lifecycle(workflow, type_name), media_type=f"{MERMAID}; charset=utf-8")


@ROUTES.add(
    "GET",
    "/workflows/{name}/statistics",
    "Count open tasks by status",
    Content("WorkflowStatistics", "The open tasks of the workflow, by type and status."),
    query=(LIMIT, CURSOR),
    refusals=(403, 404),
)
def read_workflow_statistics(call: Call) -> Reply:
    """The open tasks in the queues that the caller may see. Counts may lag behind by a moment.

    If there are more queues than the limit, `nextCursor` leads to the others: add up the numbers of all pages.
    """
    name = call.path["name"]
    found = status_counts.status_counts(call.session, call.identity, name, call.query[CURSOR], call.query[LIMIT])
    return Reply(views.statistics(call.session.workflows.latest(name), found))


def _workflow(call: Call) -> Workflow:
    """The workflow that the path and the query name; raises Problem `not_found`."""
    name = call.path["name"]
    if name not in call.session.workflows.names:
        raise Problem("not_found", "There is no such workflow.")
    version = call.query[VERSION]
    if version is None:
        return call.session.workflows.latest(name)
    known = {str(number): number for number in call.session.workflows.versions(name)}
    if version not in known:
        raise Problem("not_found", "There is no such version of this workflow.")
    return call.session.workflows.get(name, known[version])
