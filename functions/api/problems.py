"""Errors as callers see them: one table from codes to statuses, `application/problem+json` (RFC 9457)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus

from shared.domain.model.plan import FieldError, Refusal

MEDIA_TYPE = "application/problem+json"
TYPE_PREFIX = "urn:problem-type:casetree:"


@dataclass(frozen=True, slots=True)
class Kind:
    """What a code stands for over HTTP."""

    status: HTTPStatus
    title: str


# docs: the table of api.md, "Errors". `method_not_allowed`, `unavailable` and `internal_error` are HTTP's own.
KINDS: Mapping[str, Kind] = {
    "invalid_request": Kind(HTTPStatus.BAD_REQUEST, "The request cannot be read"),
    "unauthenticated": Kind(HTTPStatus.UNAUTHORIZED, "Sign in first"),
    "not_allowed": Kind(HTTPStatus.FORBIDDEN, "You may not do this"),
    "unknown_user": Kind(HTTPStatus.FORBIDDEN, "Casetree does not know you"),
    "not_found": Kind(HTTPStatus.NOT_FOUND, "There is no such thing"),
    "method_not_allowed": Kind(HTTPStatus.METHOD_NOT_ALLOWED, "This address does not take the method"),
    "action_not_available": Kind(HTTPStatus.CONFLICT, "The present status does not offer this"),
    "open_children": Kind(HTTPStatus.CONFLICT, "There are open child tasks"),
    "parent_closed": Kind(HTTPStatus.CONFLICT, "The parent task is closed"),
    "duplicate_open_task": Kind(HTTPStatus.CONFLICT, "There is an open task of this kind already"),
    "assignee_not_member": Kind(HTTPStatus.CONFLICT, "The assignee is not a member"),
    "case_exists": Kind(HTTPStatus.CONFLICT, "There is a case with this id already"),
    "case_closed": Kind(HTTPStatus.CONFLICT, "The case is closed"),
    "does_not_fit": Kind(HTTPStatus.CONFLICT, "The case does not fit the version"),
    "conflict": Kind(HTTPStatus.CONFLICT, "Somebody else was faster"),
    "version_mismatch": Kind(HTTPStatus.PRECONDITION_FAILED, "It has changed since you read it"),
    "too_large": Kind(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "The request is too large"),
    "invalid_input": Kind(HTTPStatus.UNPROCESSABLE_ENTITY, "The input does not fit"),
    "idempotency_key_reused": Kind(HTTPStatus.UNPROCESSABLE_ENTITY, "The idempotency key was used for something else"),
    "throttled": Kind(HTTPStatus.SERVICE_UNAVAILABLE, "Too busy right now"),
    "unavailable": Kind(HTTPStatus.SERVICE_UNAVAILABLE, "The table cannot be reached"),
    "internal_error": Kind(HTTPStatus.INTERNAL_SERVER_ERROR, "Something went wrong here"),
}


class Problem(Exception):
    """The request is answered with an error."""

    def __init__(
        self,
        code: str,
        detail: str,
        *,
        refusal: Refusal | None = None,
        errors: tuple[FieldError, ...] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(code)
        self.code = code
        self.detail = detail
        self.rule = refusal.rule if refusal else None
        self.who = refusal.who if refusal else ()
        self.errors = refusal.errors if refusal else errors
        self.headers = {**_HEADERS.get(code, {}), **(headers or {})}

    @classmethod
    def of(cls, refusal: Refusal) -> Problem:
        """What a refusal of the engine is over HTTP."""
        return cls(refusal.code, refusal.detail, refusal=refusal)

    @property
    def status(self) -> int:
        return KINDS[self.code].status.value

    def body(self) -> dict[str, object]:
        """The problem as JSON; members that say nothing are left out."""
        kind = KINDS[self.code]
        body: dict[str, object] = {
            "type": TYPE_PREFIX + self.code,
            "title": kind.title,
            "status": kind.status.value,
            "detail": self.detail,
            "code": self.code,
        }
        if self.rule:
            body["rule"] = self.rule
        if self.who:
            body["who"] = list(self.who)
        if self.errors:
            body["errors"] = [{"pointer": error.pointer, "detail": error.detail} for error in self.errors]
        return body


def method_not_allowed(allowed: Sequence[str]) -> Problem:
    """The address is there, but takes other methods."""
    methods = ", ".join(allowed)
    return Problem("method_not_allowed", f"This address takes {methods}.", headers={"Allow": methods})


_HEADERS: Mapping[str, Mapping[str, str]] = {
    "unauthenticated": {"WWW-Authenticate": "Bearer"},
    "throttled": {"Retry-After": "1"},
    "unavailable": {"Retry-After": "1"},
}
