"""Routes of operations: how the stack as a whole does."""

from __future__ import annotations

from functions.api.gauges import Cost
from functions.api.routing import Call, Content, Reply, Routes
from functions.api.views.people import Json
from shared.engine.administration import administrator
from shared.storage.keys import UserKey
from shared.timestamps import to_text

ROUTES = Routes("Operations")


@ROUTES.add(
    "GET", "/operations", "Read the state of the stack", Content("Operations", "How the stack does."), refusals=(403,)
)
def read_operations(call: Call) -> Reply:
    """The failure queue as it is now, and the metrics of the last day. For administrators."""
    session = call.session
    administrator(session, call.identity, session.store.load([UserKey(call.identity.user_id)]))
    failures, metered = call.gauges.failures(), call.gauges.metered()
    return Reply(
        {
            "at": to_text(session.now()),
            "failureQueue": {**failures, "oldestInSeconds": metered.oldest},
            "hookAgeInMilliseconds": metered.hook_age,
            "night": {"findings": metered.findings, "settled": metered.settled},
            "costs": [_cost(cost) for cost in metered.costs],
            "metricsNamespace": call.gauges.namespace,
        }
    )


def _cost(cost: Cost) -> Json:
    return {"action": cost.action, "service": cost.service, "readUnits": cost.reads, "writeUnits": cost.writes}
