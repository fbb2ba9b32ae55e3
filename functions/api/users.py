"""Routes of users."""

from __future__ import annotations

from collections.abc import Mapping

from functions.api import replies
from functions.api.operations import Call, Content, Reply, Routes
from functions.api.problems import Problem, method_not_allowed
from functions.api.views import people as views
from shared.domain.model.plan import FieldError
from shared.domain.words.kind import escape
from shared.engine import people as engine
from shared.engine.administration import UserView
from shared.engine.handback import hand_back
from shared.timestamps import to_text

ROUTES = Routes("Users")
ME = "me"
"""Always the caller: nobody else can have this id."""


def _address(view: UserView) -> str:
    return f"/users/{view.user.id}"


@ROUTES.add("GET", "/users/me", "Read oneself", Content("User", "The caller."), refusals=(403,))
def get_me(call: Call) -> Reply:
    """The caller, as Casetree knows them, with their organizations, and what time it is for the stack."""
    body = views.user(engine.me(call.session, call.identity))
    return replies.resource({**body, "now": to_text(call.session.now())})


@ROUTES.add("GET", "/users/{userId}", "Read a user", Content("User", "The user."), refusals=(403, 404))
def get_user(call: Call) -> Reply:
    """One sees oneself and members of shared organizations; people inside see everybody."""
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
    """Makes the user known, or changes them. For administrators. A deactivated user is refused at once.

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
    refusals=(403, 404, 409, 422),
)
def hand_back_tasks(call: Call) -> Reply:
    """Takes open tasks off a user, so that others find them. For administrators.

    Up to 100 tasks at once: where `more` is true, call again. With `dryRun` nothing happens yet.
    """
    user_id, errors = call.path["userId"], _errors(call.body)
    # A dry run reads only: it answers 403 and 404, which come before 422.
    dry_run = bool(errors) or call.body.get("dryRun", False)
    done = hand_back(call.session, call.identity, user_id, dry_run=dry_run)
    if errors:
        raise Problem("invalid_input", "The input does not fit.", errors=tuple(errors))
    return Reply({"items": [views.handed_back(task) for task in done.tasks], "more": done.more, "dryRun": done.dry_run})


def _errors(body: Mapping[str, object]) -> list[FieldError]:
    errors = [FieldError(f"/{escape(name)}", "There is no such field.") for name in body if name != "dryRun"]
    if not isinstance(body.get("dryRun", False), bool):
        errors.append(FieldError("/dryRun", "This must be true or false."))
    return errors
