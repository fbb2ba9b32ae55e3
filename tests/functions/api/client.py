"""A client of the API function: makes the events that an HTTP API makes, and holds answers to the contract."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

from functions.api.app import Api
from tests.functions.api.contract import check_answer

ADMIN_GROUP = "casetree-admins"


@dataclass(frozen=True)
class Answer:
    """What the function answered."""

    status: int
    headers: Mapping[str, str]
    text: str

    @property
    def json(self) -> Any:
        return json.loads(self.text)

    @property
    def code(self) -> str:
        """The stable code of a problem."""
        return str(self.json["code"])

    @property
    def pointers(self) -> list[str]:
        """The fields that a problem names."""
        return [error["pointer"] for error in self.json.get("errors", [])]


@dataclass(frozen=True)
class Client:
    """The API as one person calls it; nobody's where `user` is None."""

    api: Api
    user: str | None = None
    groups: str | None = None

    def get(self, path: str, query: Any = None, **headers: str) -> Answer:
        return self.call("GET", path, query=query, **headers)

    def post(self, path: str, body: Any = None, **headers: str) -> Answer:
        return self.call("POST", path, body, **headers)

    def put(self, path: str, body: Any = None, **headers: str) -> Answer:
        return self.call("PUT", path, body, **headers)

    def patch(self, path: str, body: Any = None, **headers: str) -> Answer:
        return self.call("PATCH", path, body, **headers)

    def delete(self, path: str, **headers: str) -> Answer:
        return self.call("DELETE", path, **headers)

    def act(self, task_id: str, action: str, body: Any = None, **headers: str) -> Answer:
        """Take an action on a task."""
        return self.post(f"/tasks/{task_id}/actions/{action}", {} if body is None else body, **headers)

    def call(self, method: str, path: str, body: Any = None, query: Any = None, **headers: str) -> Answer:
        """The answer to a request with a JSON body."""
        text = None if body is None else json.dumps(body)
        return self.send(method, path, text, query, **headers)

    def send(self, method: str, path: str, text: str | bytes | None, query: Any = None, **headers: str) -> Answer:
        """The answer to a request with this body; underscores in names of headers stand for hyphens."""
        event = self.event(method, path, text, query, headers)
        raw = self.api(event, None)
        # What leaves the function is JSON, whatever it holds.
        answer = _answer(json.loads(json.dumps(raw)))
        assert isinstance(raw["body"], str), "not everything in front of the function takes null for a body"
        check_answer(method, path, answer.status, answer.headers, answer.text)
        return answer

    def event(
        self, method: str, path: str, text: str | bytes | None, query: Any, headers: Mapping[str, str]
    ) -> dict[str, Any]:
        """The event that an HTTP API hands on: the path decoded, header names in lower case."""
        event: dict[str, Any] = {
            "version": "2.0",
            "routeKey": "ANY /{proxy+}",
            "rawPath": path,
            "rawQueryString": query if isinstance(query, str) else urlencode(query or {}, doseq=True, quote_via=quote),
            "headers": {name.replace("_", "-").lower(): value for name, value in headers.items()},
            "requestContext": {
                "requestId": "request-1",
                "stage": "$default",
                "http": {"method": method, "path": path, "sourceIp": "127.0.0.1"},
            },
            "isBase64Encoded": isinstance(text, bytes),
        }
        if text is not None:
            event["body"] = base64.b64encode(text).decode() if isinstance(text, bytes) else text
        if self.user is not None:
            claims = {"sub": "0b9d", "exp": "1795996800", "username": self.user}
            claims |= {"cognito:groups": self.groups} if self.groups else {}
            event["requestContext"]["authorizer"] = {"jwt": {"claims": claims, "scopes": []}}
        return event


def _answer(raw: Mapping[str, Any]) -> Answer:
    body = raw.get("body") or ""
    text = base64.b64decode(body).decode("utf-8", "replace") if raw.get("isBase64Encoded") else body
    return Answer(raw["statusCode"], {name.lower(): value for name, value in raw["headers"].items()}, text)
