"""The HTTP API as a callable: routing, reading requests in the order of api.md, and the error table."""

from __future__ import annotations

import json
import traceback
from collections.abc import Callable, Mapping
from dataclasses import replace
from http import HTTPStatus
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response
from aws_lambda_powertools.event_handler.exceptions import NotFoundError
from botocore.exceptions import BotoCoreError, ClientError

from functions.api import routes
from functions.api.body import fingerprint, parse_body, read_body
from functions.api.conditions import idempotency_key, if_match, no_if_match, no_other_condition
from functions.api.identity import identify
from functions.api.measure import Measure
from functions.api.parameters import read_query
from functions.api.problems import MEDIA_TYPE, Problem, method_not_allowed
from functions.api.routing import JSON, Call, Operation, Reply
from functions.api.settings import Settings
from shared.domain.model.plan import FieldError, Refusal
from shared.engine.session import Identity, Refused, Request, Session
from shared.storage.errors import Throttled, Unreachable

Event = Mapping[str, Any]
NOBODY = Identity("")
ELSEWHERE = (ClientError, BotoCoreError)
"""The table's errors have names of their own, so these are of the secret, which could not be read."""
NO_OBJECT: Mapping[str, Any] = {"": None}
"""Stands for a body that is no object: a field that nothing has, refused as 422 when its turn comes."""

_UNEXPECTED = "something unexpected happened"
_NOT_READY = "Something that this needs cannot be reached. Nothing happened: try again shortly."
_UNREACHABLE = "The answer of the table was lost. Look whether the change is there, or repeat with an idempotency key."


class Api:
    """Answers an event of an HTTP API; every answer and every error leaves in the same way."""

    def __init__(self, settings: Settings, session: Session) -> None:
        self._settings = settings
        self._session = replace(session, unexpected=self._of_a_part)
        self._log = Logger()
        # Never in debug mode, whatever the environment says: it prints requests, tokens and all.
        self._resolver = APIGatewayHttpResolver(debug=False, enable_validation=False)
        self._measure = Measure(session.store)
        for operation in routes.OPERATIONS:
            self._register(operation)
        self._handle_errors()

    def __call__(self, event: dict[str, Any], context: Any) -> dict[str, Any]:
        self._log.set_correlation_id(_request_id(event))
        self._measure.begin()
        answer = self._resolver.resolve(event, context)
        headers = answer.setdefault("headers", {})
        headers.setdefault("Cache-Control", "no-store")
        headers["X-Content-Type-Options"] = "nosniff"
        # What a 404 cost would tell whether there is something that the caller may not see.
        if answer["statusCode"] != HTTPStatus.NOT_FOUND and not self._measure.hidden:
            headers["Casetree-Capacity"] = self._measure.header
        self._measure.end(self._log, answer["statusCode"])
        return answer

    def _register(self, operation: Operation) -> None:
        rule = operation.path.replace("{", "<").replace("}", ">")
        self._resolver.route(rule, operation.method, compress=operation.compress)(self._answering(operation))

    def _answering(self, operation: Operation) -> Callable[..., Response[Any]]:
        def answer(**path: str) -> Response[Any]:
            self._measure.operation = self._measure.action = operation.name
            call = self._read(operation, path)
            try:
                reply = operation.handle(call)
            except Refused as refused:
                raise Refused(_of_the_whole(refused.refusal, call.body)) from refused
            self._measure.action = reply.action or operation.name
            self._measure.hidden = reply.hides
            return _response(reply)

        return answer

    def _read(self, operation: Operation, path: Mapping[str, str]) -> Call:
        """The request, read in the order in which it is checked: 401, 413, 400."""
        event: Event = self._resolver.current_event.raw_event
        identity = NOBODY if operation.public else identify(event, self._settings)
        data = read_body(event) if operation.method != "GET" else b""
        if not self._resolver.current_event.path.isprintable():
            # Nothing has such an id; and Powertools would pass over a line break at the end.
            raise Problem("not_found", "There is no such address.")
        headers = {name.lower(): value for name, value in (event.get("headers") or {}).items()}
        query = read_query(event.get("rawQueryString") or "", operation.query)
        body = parse_body(data) if operation.body is not None else {}
        return Call(
            session=self._session,
            identity=identity,
            path={name: _decoded(value) for name, value in path.items()},
            query=query,
            body=body if isinstance(body, dict) else NO_OBJECT,
            request=_request(operation, self._resolver.current_event.path, headers, body),
            accept=headers.get("accept", ""),
            gauges=self._settings.gauges,
        )

    def _handle_errors(self) -> None:
        handle = self._resolver.exception_handler
        handle(Problem)(_problem_response)
        handle(Refused)(lambda refused: _problem_response(Problem.of(refused.refusal)))
        handle(Throttled)(lambda _: _problem_response(Problem("throttled", "The table is busy. Try again shortly.")))
        handle(Unreachable)(lambda _: _problem_response(Problem("unavailable", _UNREACHABLE)))
        for elsewhere in ELSEWHERE:
            handle(elsewhere)(lambda _: _problem_response(Problem("unavailable", _NOT_READY)))
        handle(NotFoundError)(self._unknown_route)
        handle(Exception)(self._unexpected)

    def _unknown_route(self, _: NotFoundError) -> Response[Any]:
        """404, or 405 where the address takes other methods; 401 and 413 come first, as everywhere.

        Powertools finds no route for an id with a character that ids cannot have: 404, too.
        """
        event = self._resolver.current_event
        identify(event.raw_event, self._settings)
        if event.http_method != "GET":
            read_body(event.raw_event)
        allowed = routes.methods(event.path)
        if not allowed or event.http_method in allowed:
            raise Problem("not_found", "There is no such address.")
        raise method_not_allowed(allowed)

    def _unexpected(self, error: Exception) -> Response[Any]:
        """500, with the error in the log."""
        return _problem_response(Problem("internal_error", self._noted(error)))

    def _of_a_part(self, error: Exception) -> Refusal:
        """What is told of one of several things that were asked for, where this ended it."""
        if isinstance(error, ELSEWHERE):
            return Refusal("unavailable", _NOT_READY)
        return Refusal("internal_error", f"Look whether this was done: {_UNEXPECTED}. {self._noted(error)}")

    def _noted(self, error: Exception) -> str:
        """The error is in the log, as the text says; its message stays out, as it may quote what was sent."""
        frames = [f"{f.filename}:{f.lineno} {f.name}" for f in traceback.extract_tb(error.__traceback__)]
        self._log.error("unexpected", exception_name=type(error).__name__, frames=frames)
        identifier = _request_id(self._resolver.current_event.raw_event)
        return f"It is logged under the request id {identifier}."


def _of_the_whole(refusal: Refusal, body: object) -> Refusal:
    """The refusal, which tells of a body that is no object just that: its fields are neither unknown nor missing."""
    of_fields = refusal.code == "invalid_input" and any(error.pointer for error in refusal.errors)
    if body is not NO_OBJECT or not of_fields:
        return refusal
    return replace(refusal, errors=(FieldError("", "The body must be a JSON object: {...}."),))


def _request(operation: Operation, path: str, headers: Mapping[str, str], body: object) -> Request:
    """What HTTP says about a write; the route is the address itself, so that a key is good for one resource."""
    if operation.method == "GET":
        return Request()
    no_other_condition(headers)
    if not operation.versioned:
        no_if_match(headers)
    return Request(
        route=f"{operation.method} {path}",
        key=idempotency_key(headers) if operation.idempotent else None,
        fingerprint=fingerprint(body),
        if_match=if_match(headers) if operation.versioned else None,
    )


def _response(reply: Reply) -> Response[Any]:
    if reply.status == HTTPStatus.NO_CONTENT:
        # Empty, not null: not everything in front of a function takes null for a body.
        return Response(reply.status, None, "", headers=dict(reply.headers))
    body = _json(reply.body) if reply.media_type == JSON else reply.body
    return Response(reply.status, reply.media_type, body, headers=dict(reply.headers))


def _problem_response(problem: Problem) -> Response[Any]:
    return Response(problem.status, MEDIA_TYPE, _json(problem.body()), headers=dict(problem.headers))


def _json(value: object) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def _decoded(value: str) -> str:
    """An HTTP API hands the path on decoded, but for the percent sign itself."""
    return value.replace("%25", "%")


def _request_id(event: Event) -> str:
    return str((event.get("requestContext") or {}).get("requestId", ""))
