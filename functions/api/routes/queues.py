"""Routes of queues: what a person or an organization has to do, and how it went."""

from __future__ import annotations

from typing import cast

from functions.api.parameters import CURSOR, choice, day, maybe, text, texts, whole
from functions.api.routing import Call, Content, Reply, Routes
from functions.api.views import queues as views
from shared.engine.queues import pages as engine
from shared.engine.queues import statistics
from shared.engine.queues.listing import Order, QueueQuery

ROUTES = Routes("Queues")
USER_TAB = choice("tab", "The first where it is not given.", tuple(engine.USER_TABS))
ORGANIZATION_TAB = choice("tab", "The first where it is not given.", tuple(engine.ORGANIZATION_TABS))
USER_SORT = choice("sort", "`closedAt` in `completed` only.", sorted({*sum(map(tuple, engine.USER_TABS.values()), ())}))
ORGANIZATION_SORT = choice(
    "sort",
    "`dueTime`; in `unassigned` also `createdAt`; in `completed` just `closedAt`.",
    sorted({*sum(map(tuple, engine.ORGANIZATION_TABS.values()), ())}),
)
TYPE = texts("type", "Tasks of this type; given several times, of any of them.")
STATUS = text("status", "Tasks of this status.")
GROUP_QUEUE = text("groupQueue", "Tasks of this group queue, by its id or its name.")
CASE = text("caseId", "Tasks of this case.")
OVERDUE = maybe("overdue", "Tasks whose due time has passed, or has not.")
ORDER = choice(
    "order",
    "`desc` if closed tasks are sorted by closing time, else `asc`; tasks without a date come last in both.",
    ("asc", "desc"),
)
LIMIT = whole("limit", "How many items a page may have.", 1, 100, 15)
FILTERS = (TYPE, STATUS, GROUP_QUEUE, CASE, OVERDUE, ORDER, LIMIT, CURSOR)
FROM = day("from", "The first day, in UTC; 29 days before the last if it is not given.")
TO = day("to", "The last day, in UTC; today if it is not given.")


@ROUTES.add(
    "GET",
    "/queues/users/{userId}",
    "Ask what a person has to do",
    Content("Queue", "A page of the tab."),
    query=(USER_TAB, USER_SORT, *FILTERS),
    refusals=(403, 404),
)
def read_user_queue(call: Call) -> Reply:
    """The tasks that the person is responsible for.

    Counts, facets and sorting are exact over up to 1,000 open tasks; beyond, `truncated` is true.
    """
    query = _query(call, call.query[USER_TAB], call.query[USER_SORT])
    return Reply(views.queue(engine.user_queue(call.session, call.identity, call.path["userId"], query)))


@ROUTES.add(
    "GET",
    "/queues/organizations/{organizationId}",
    "Ask what an organization has to do",
    Content("Queue", "A page of the tab; with a filter it may be short though there is a next one."),
    query=(ORGANIZATION_TAB, ORGANIZATION_SORT, *FILTERS),
    refusals=(403, 404),
)
def read_organization_queue(call: Call) -> Reply:
    """The tasks that the organization watches, or is responsible for. Counts may lag behind by a moment.

    An organization of the kind `queue` lists just those that it watches, not what it is assigned in another's queue.
    """
    query = _query(call, call.query[ORGANIZATION_TAB], call.query[ORGANIZATION_SORT])
    organization_id = call.path["organizationId"]
    return Reply(views.queue(engine.organization_queue(call.session, call.identity, organization_id, query)))


@ROUTES.add(
    "GET",
    "/queues/users/{userId}/statistics",
    "Ask how a person's tasks went",
    Content("Statistics", "What was closed, by type."),
    query=(FROM, TO),
    refusals=(403, 404),
)
def read_user_statistics(call: Call) -> Reply:
    """How closed tasks ended, how long they waited and how long they took, over up to 366 days."""
    first, last = call.query[FROM], call.query[TO]
    return Reply(
        views.statistics(statistics.user_statistics(call.session, call.identity, call.path["userId"], first, last))
    )


@ROUTES.add(
    "GET",
    "/queues/organizations/{organizationId}/statistics",
    "Ask how an organization's tasks went",
    Content("Statistics", "What was closed, by type."),
    query=(FROM, TO),
    refusals=(403, 404),
)
def read_organization_statistics(call: Call) -> Reply:
    """How closed tasks ended, how long they waited and how long they took; durations are exact to within a fifth."""
    organization_id, first, last = call.path["organizationId"], call.query[FROM], call.query[TO]
    found = statistics.organization_statistics(call.session, call.identity, organization_id, first, last)
    return Reply(views.statistics(found))


def _query(call: Call, tab: str | None, sort: str | None) -> QueueQuery:
    return QueueQuery(
        tab=tab,
        types=call.query[TYPE],
        status=call.query[STATUS],
        group_queue=call.query[GROUP_QUEUE],
        case_id=call.query[CASE],
        overdue=call.query[OVERDUE],
        sort=sort,
        order=cast("Order | None", call.query[ORDER]),
        limit=call.query[LIMIT],
        cursor=call.query[CURSOR],
    )
