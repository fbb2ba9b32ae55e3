"""Routes of users."""

from __future__ import annotations

from functions.api import replies
from functions.api.problems import method_not_allowed
from functions.api.routing import Call, Content, Reply, Routes
from functions.api.views import people as views
from shared.engine import people as engine
from shared.engine.administration import UserView
from shared.engine.bulk import hand_back
from shared.timestamps import to_text

ROUTES = Routes("Users")
ME = "me"
"""Always the caller: nobody else can have this id."""


def _address(view: UserView) -> str:
    return f"/users/{view.user.id}"


@ROUTES.add("GET", "/users/me", "Read the caller", Content("User", "The caller."), refusals=(403,))
def get_me(call: Call) -> Reply:
    """The caller, with their organizations, and the time by the stack's clock."""
    body = views.user(engine.me(call.session, call.identity))
    return replies.resource({**body, "now": to_text(call.session.now())})


@ROUTES.add("GET", "/users/{userId}", "Read a user", Content("User", "The user."), refusals=(403, 404))
def get_user(call: Call) -> Reply:
    """Callers see themselves and members of shared organizations; people inside see everybody."""
    return replies.resource(views.user(engine.get_user(call.session, call.identity, call.path["userId"])))


@ROUTES.add(
    "PUT",
    "/users/{userId}",
    "Create or change a user",
    Content("User", "The user as it is now.", 200, created=True),
    body="UserInput",
    versioned=True,
    refusals=(403, 409, 412, 422),
)
def put_user(call: Call) -> Reply:
    """Creates the user, or changes them. For administrators. A deactivated user is refused at once.

    The user `system` stays active.
    """
    if call.path["userId"] == ME:
        raise method_not_allowed(("GET",))
    answer = engine.put_user(call.session, call.identity, call.path["userId"], call.body, call.request)
    return replies.written(answer, views.user, _address)


@ROUTES.add(
    "POST",
    "/users/{userId}/hand-back",
    "Hand back a departing user's tasks",
    Content("HandBack", "What became, or would become, of each open task of the user."),
    body="HandBackInput",
    idempotent=True,
    refusals=(403, 404, 409, 422),
)
def hand_back_tasks(call: Call) -> Reply:
    """Takes open tasks off a user, so that others find them. For administrators.

    Up to 100 tasks at once: if `more` is true, call again. With `dryRun` nothing happens yet. A repeat goes on with
    the tasks that are left. A repeat with the same key is about the same tasks, does nothing twice, and tries the
    refused ones again.
    """
    done = hand_back(call.session, call.identity, call.path["userId"], call.body, call.request)
    body = {"items": [views.handed_back(task) for task in done.tasks], "more": done.more, "dryRun": done.dry_run}
    return Reply(body, headers=replies.replayed(done.replayed))
