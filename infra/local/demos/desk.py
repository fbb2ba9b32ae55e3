"""Looks that are under way while a demo plays, so that queues have something in them, and somebody is late."""

from datetime import timedelta
from http import HTTPStatus
from typing import Any

from infra.local import clock, functions
from infra.local.calls import Api
from infra.local.obstacle import ObstacleError
from infra.local.records import Stack
from infra.local.steps import step

# What each look is about, in how many days its first tasks are due, and how far its people have come.
LOOKS: tuple[tuple[str, int, str], ...] = (
    ("Volvo V60, Harbor Street 12", 1, "ordered"),
    ("Kia Niro, Mill Lane 4", 2, "claimed"),
    ("Ford Transit, Depot Road 1", 2, "verified"),
    ("Tesla Model 3, Elm Court 9", 4, "verified"),
    ("Subaru Outback, Ridge Farm", 5, "scheduling"),
    ("VW Crafter, Quay 3", 6, "awaited"),
    ("Audi A4, Station Square 2", 8, "scheduling"),
    ("Toyota Proace, Kiln Yard", 10, "ordered"),
)
FIRST_NUMBER = 2001
# What people do with a verified look's next task.
GOES_ON: dict[str, tuple[str, dict[str, str]]] = {
    "scheduling": ("claim", {}),
    "awaited": ("await", {"awaiting": "The key of the gate"}),
}


def lay_out(stack: Stack) -> None:
    """Several looks are under way, each at another step; where there are such already, they are left alone."""
    people = {name: Api(stack.api_url, stack.users[name].token) for name in ("ann", "bob")}
    if people["ann"].call("GET", f"/cases/look-{FIRST_NUMBER}").status == HTTPStatus.OK:
        return
    with step("Bringing more looks under way, for the queues", f"{len(LOOKS)} more looks are under way"):
        now = clock.now(stack)
        begun = [
            (reached, _begin(people, number, name, f"{now + timedelta(days=days):%Y-%m-%dT%H:%M:%SZ}", reached))
            for number, (name, days, reached) in enumerate(LOOKS, FIRST_NUMBER)
        ]
        # The stream makes ready what waited for a verified order.
        if not functions.wait_until_at_rest(stack):
            raise ObstacleError("The stream does not come to rest.")
        for reached, task in begun:
            if reached in GOES_ON:
                action, given = GOES_ON[reached]
                _act(people["ann"], task, action, given)


def _begin(people: dict[str, Api], number: int, name: str, due: str, reached: str) -> dict[str, Any]:
    """Order a look and bring its order as far as it is; return the task that comes after it."""
    body = {"caseId": f"look-{number}", "displayName": name, "workflow": "inspection", "caseType": "look"}
    case = people["ann"].need("POST", "/cases", {**body, "template": "standard-look"})
    order, schedule = case["tasks"]["items"][:2]
    for who, task in (("bob", order), ("ann", schedule)):
        _act(people[who], task, "reschedule", {"dueTime": due})
    if reached != "ordered":
        _act(people["bob"], order, "claim")
    if reached not in ("ordered", "claimed"):
        _act(people["bob"], order, "pass", {"note": "Address and plate are right."})
    return dict(schedule)


def _act(api: Api, task: dict[str, Any], action: str, given: dict[str, str] | None = None) -> None:
    api.need("POST", f"/tasks/{task['taskId']}/actions/{action}", given or {})
