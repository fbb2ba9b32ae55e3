"""Routes of organizations and their members."""

from __future__ import annotations

from functions.api import replies
from functions.api.parameters import CURSOR, LIMIT
from functions.api.routing import Call, Content, Reply, Routes
from functions.api.views import people as views
from functions.api.views.outcomes import outcome as outcome_view
from shared.domain.model.people import Organization
from shared.engine import organizations as engine
from shared.engine.bulk import bulk_assign
from shared.engine.organizations import MemberView

ROUTES = Routes("Organizations")


def _address(organization: Organization) -> str:
    return f"/organizations/{organization.id}"


def _member_address(view: MemberView) -> str:
    return f"/organizations/{view.membership.organization_id}/members/{view.user.user.id}"


@ROUTES.add(
    "GET",
    "/organizations",
    "List organizations",
    Content("Organizations", "A page of organizations, by id."),
    query=(LIMIT, CURSOR),
    refusals=(403,),
)
def list_organizations(call: Call) -> Reply:
    """People inside see all organizations, others their own and those that are connected with them."""
    page = engine.list_organizations(call.session, call.identity, call.query[CURSOR], call.query[LIMIT])
    return replies.page(page, views.organization)


@ROUTES.add(
    "GET",
    "/organizations/{organizationId}",
    "Read an organization",
    Content("Organization", "The organization."),
    refusals=(403, 404),
)
def get_organization(call: Call) -> Reply:
    """The organization, if the caller may see it."""
    found = engine.get_organization(call.session, call.identity, call.path["organizationId"])
    return replies.resource(views.organization(found))


@ROUTES.add(
    "PUT",
    "/organizations/{organizationId}",
    "Create or change an organization",
    Content("Organization", "The organization as it is now.", 200, created=True),
    body="OrganizationInput",
    versioned=True,
    refusals=(403, 409, 412, 422),
)
def put_organization(call: Call) -> Reply:
    """Creates the organization, or changes it; its kind never changes. For administrators."""
    answer = engine.put_organization(call.session, call.identity, call.path["organizationId"], call.body, call.request)
    return replies.written(answer, views.organization, _address)


@ROUTES.add(
    "GET",
    "/organizations/{organizationId}/members",
    "List the members of an organization",
    Content("Members", "A page of members, by user id."),
    query=(LIMIT, CURSOR),
    refusals=(403, 404),
)
def list_members(call: Call) -> Reply:
    """Who belongs to the organization."""
    organization_id, cursor, limit = call.path["organizationId"], call.query[CURSOR], call.query[LIMIT]
    return replies.page(engine.list_members(call.session, call.identity, organization_id, cursor, limit), views.member)


@ROUTES.add(
    "PUT",
    "/organizations/{organizationId}/members/{userId}",
    "Add or change a member",
    Content("Member", "The member as it is now.", 200, created=True),
    body="MemberInput",
    refusals=(403, 404, 409, 422),
)
def put_member(call: Call) -> Reply:
    """Makes the user a member of the organization, or its admin if the request says so. For administrators."""
    organization_id, user_id = call.path["organizationId"], call.path["userId"]
    answer = engine.put_member(call.session, call.identity, organization_id, user_id, call.body)
    return replies.written(answer, views.member, _member_address)


@ROUTES.add(
    "DELETE",
    "/organizations/{organizationId}/members/{userId}",
    "Remove a member",
    Content(None, "The user does not belong to the organization any more.", 204),
    refusals=(403, 404, 409),
)
def delete_member(call: Call) -> Reply:
    """Ends the user's membership of the organization. For administrators."""
    engine.delete_member(call.session, call.identity, call.path["organizationId"], call.path["userId"])
    return Reply(status=204)


@ROUTES.add(
    "POST",
    "/organizations/{organizationId}/bulk-assign",
    "Assign an organization's next tasks to a member",
    Content("BulkAssignment", "What became of each task, in order."),
    body="BulkAssignmentInput",
    idempotent=True,
    refusals=(403, 404, 409, 422),
)
def bulk_assign_tasks(call: Call) -> Reply:
    """Gives the oldest unassigned tasks of the organization's queue to a member. For its admins and administrators.

    Each task is assigned separately, by the rules of the action that its workflow names for this, and only while
    nobody has it; tasks without such an action are skipped. A repeat goes on with the next tasks. A repeat with the
    same key is about the same tasks, does nothing twice, and tries the refused ones again.
    """
    answer = bulk_assign(call.session, call.identity, call.path["organizationId"], call.body, call.request)
    outcomes = answer.value.outcomes
    body = {
        "items": [outcome_view(outcome) for outcome in outcomes],
        "assigned": sum(outcome.refusal is None for outcome in outcomes),
        "truncated": answer.value.truncated,
    }
    hides = any(outcome.refusal and outcome.refusal.code == "not_found" for outcome in outcomes)
    return Reply(body, headers=replies.replayed(answer.replayed), hides=hides)
