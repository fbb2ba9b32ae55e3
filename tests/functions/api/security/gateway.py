"""The API as a WSGI application: what API Gateway does between a client and the function, as far as it shows."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Any
from urllib.parse import unquote, urlsplit

from tests.functions.api.client import Client

Start = Callable[[str, list[tuple[str, str]]], object]


class Gateway:
    """Hands requests on to the function as somebody who is signed in; every answer is held to the contract."""

    def __init__(self, client: Client) -> None:
        self.client = client

    def __call__(self, environment: dict[str, Any], start: Start) -> Iterable[bytes]:
        size = int(environment.get("CONTENT_LENGTH") or 0)
        text = _text(environment["wsgi.input"].read(size)) if size else None
        answer = self.client.send(
            environment["REQUEST_METHOD"],
            decoded(urlsplit(environment["REQUEST_URI"]).path),
            text,
            environment.get("QUERY_STRING") or None,
            **_headers(environment),
        )
        start(f"{answer.status} {HTTPStatus(answer.status).phrase}", list(answer.headers.items()))
        return [answer.text.encode("utf-8", "surrogatepass")]


def decoded(path: str) -> str:
    """A path as an HTTP API hands it on: decoded, but for the percent sign itself."""
    return unquote(path.replace("%25", "%2525"), errors="replace")


def _text(body: bytes) -> str | bytes:
    """A body that is no text comes as base64."""
    try:
        return body.decode()
    except UnicodeDecodeError:
        return body


def _headers(environment: dict[str, Any]) -> dict[str, str]:
    """The headers; compressed answers are not asked for, as nobody here would read them."""
    named = {name.removeprefix("HTTP_"): value for name, value in environment.items() if name.startswith("HTTP_")}
    named.pop("ACCEPT_ENCODING", None)
    return named | ({"CONTENT_TYPE": environment["CONTENT_TYPE"]} if environment.get("CONTENT_TYPE") else {})
