"""The page as a callable: an event of an HTTP API in, a file or the word that there is none out."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from http import HTTPStatus
from pathlib import Path
from typing import Any

from functions.accept import weighted
from functions.console import policy
from functions.console.files import ASK_AGAIN, NOT_FOUND, PAGE, File, load
from functions.console.settings import Settings

Answer = dict[str, Any]


class Site:
    """Answers GET and HEAD below /console; its files and headers are made once."""

    def __init__(self, directory: Path, settings: Settings) -> None:
        self._files = load(directory, settings.config)
        self._headers = policy.headers(self._files[PAGE].content, settings.origins)

    def __call__(self, event: Mapping[str, Any], context: object) -> Answer:
        del context
        path = (event.get("pathParameters") or {}).get("proxy", "")
        asked = {name.lower(): value for name, value in (event.get("headers") or {}).items()}
        if not path:
            answer = self._to_the_page(str(event.get("rawPath", "")))
        elif path in self._files:
            answer = self._found(self._files[path], asked)
        else:
            answer = self._missing(path)
        if event.get("requestContext", {}).get("http", {}).get("method") == "HEAD":
            answer |= {"body": "", "isBase64Encoded": False}
        return answer

    def _to_the_page(self, address: str) -> Answer:
        """The page has an address with a name, as gateways differ in what they do with a slash at the end."""
        return self._answer(HTTPStatus.FOUND, {"Location": PAGE if address.endswith("/") else f"console/{PAGE}"})

    def _found(self, file: File, asked: Mapping[str, str]) -> Answer:
        headers = {"ETag": file.etag, "Cache-Control": file.cache, "Vary": "Accept-Encoding"}
        if _names(asked.get("if-none-match", ""), file.etag):
            return self._answer(HTTPStatus.NOT_MODIFIED, headers)
        headers["Content-Type"] = file.media_type
        if file.packed is not None and _takes_gzip(asked.get("accept-encoding", "")):
            return self._answer(HTTPStatus.OK, {**headers, "Content-Encoding": "gzip"}, file.packed)
        return self._answer(HTTPStatus.OK, headers, file.content)

    def _missing(self, path: str) -> Answer:
        page = self._files[NOT_FOUND]
        root = "../" * path.count("/") or "./"
        headers = {"Content-Type": page.media_type, "Cache-Control": ASK_AGAIN}
        return self._answer(HTTPStatus.NOT_FOUND, headers, page.content.replace(b"{root}", root.encode()))

    def _answer(self, status: HTTPStatus, headers: Mapping[str, str], body: bytes = b"") -> Answer:
        return {
            "statusCode": int(status),
            "headers": {**self._headers, **headers},
            "body": base64.b64encode(body).decode(),
            "isBase64Encoded": True,
        }


def _takes_gzip(accept_encoding: str) -> bool:
    """Whether the caller takes files packed, and does not like them better as they are (RFC 9110, 12.5.3)."""
    weights = dict(weighted(accept_encoding))
    gzip = weights.get("gzip", weights.get("x-gzip", weights.get("*", 0.0)))
    return gzip > 0 and gzip >= weights.get("identity", 0.0)


def _names(if_none_match: str, etag: str) -> bool:
    """Whether the caller has this version: a gateway that packs answers weakens the tag, which is no matter here."""
    tags = [tag.strip().removeprefix("W/") for tag in if_none_match.split(",")]
    return etag in tags or "*" in tags
