"""Calls of the HTTP API, as any client would make them."""

import json
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import urllib3

from infra.local.aws import need_loopback
from infra.local.obstacle import ObstacleError


@dataclass(frozen=True)
class Answer:
    """What the API answered."""

    status: int
    body: Any
    headers: dict[str, str]


class Api:
    """The API as one person calls it."""

    def __init__(self, url: str, token: str = "") -> None:  # nosec B107
        self._url = need_loopback(url)
        self._token = token
        self._pool = urllib3.PoolManager(timeout=60.0, retries=False)

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> Answer:
        """Return the answer to a request, whatever its status."""
        sent = {"Accept": "application/json", **headers}
        if self._token:
            sent["Authorization"] = f"Bearer {self._token}"
        payload = None if body is None else json.dumps(body).encode()
        if payload is not None:
            sent["Content-Type"] = "application/json"
        answer = self._pool.request(method, self._url + path, body=payload, headers=sent)
        return Answer(answer.status, _decoded(answer.data), dict(answer.headers))

    def need(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        """Return the body of a successful answer; a refusal is an obstacle that says what the API said."""
        answer = self.call(method, path, body, **headers)
        if answer.status >= HTTPStatus.BAD_REQUEST:
            said = answer.body if isinstance(answer.body, dict) else {}
            reason = said.get("detail") or said.get("title") or answer.body
            raise ObstacleError(f"{method} {path} was refused: {answer.status} {said.get('code', '')} {reason}")
        return answer.body


def _decoded(data: bytes) -> Any:
    try:
        return json.loads(data) if data else None
    except ValueError:
        return data.decode(errors="replace")
