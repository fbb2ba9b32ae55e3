"""Who calls: the claims of a token that API Gateway has already checked."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from functions.api.problems import Problem
from functions.api.settings import Settings
from shared.engine.session import Identity

# Cognito's name for it, and the one that most other issuers use.
GROUP_CLAIMS = ("cognito:groups", "groups")


def identify(event: Mapping[str, object], settings: Settings) -> Identity:
    """The caller; raises Problem `unauthenticated` where no claim names one, or none says until when.

    API Gateway judges `exp`. That it is there is asked here, as the gateway is not known to insist on a
    claim that a token leaves out: such a token would be good for ever.
    """
    claims = _claims(event)
    if not _is_moment(claims.get("exp")):
        raise Problem("unauthenticated", "A token that says when it expires, in the claim exp, is needed.")
    named = (claims.get(claim) for claim in settings.user_claims)
    user_id = next((value for value in named if isinstance(value, str) and value), None)
    if user_id is None:
        raise Problem("unauthenticated", "A token that names its user is needed.")
    groups = (group for claim in GROUP_CLAIMS for group in group_names(claims.get(claim)))
    return Identity(user_id, in_admin_group=settings.admin_group in groups)


def group_names(claim: object) -> Sequence[str]:
    """The groups of a claim: HTTP APIs hand a list on as one string, `[a b]`.

    They put plain blanks between the items, so any other space belongs to the name of a group.
    """
    if isinstance(claim, list):
        return [item for item in claim if isinstance(item, str)]
    if not isinstance(claim, str):
        return []
    if claim.startswith("[") and claim.endswith("]"):
        return [name for name in claim[1:-1].split(" ") if name]
    return [claim]


def _is_moment(claim: object) -> bool:
    """Whether this is a number of seconds; HTTP APIs hand numbers on as texts."""
    try:
        return isinstance(claim, str | int | float) and math.isfinite(float(claim))
    except (ValueError, OverflowError):
        return False


def _claims(event: Mapping[str, object]) -> Mapping[str, object]:
    value: object = event
    for name in ("requestContext", "authorizer", "jwt", "claims"):
        value = value.get(name) if isinstance(value, Mapping) else None
    return value if isinstance(value, Mapping) else {}
