"""The body of a request: size first, then JSON, then its fingerprint."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from collections.abc import Mapping

from functions.api.problems import Problem

MAX_BYTES = 256 * 1024


def read_body(event: Mapping[str, object]) -> bytes:
    """The body as it was sent; raises Problem `too_large` beyond 256 KB."""
    body = event.get("body") or ""
    if not isinstance(body, str):
        raise Problem("invalid_request", "The body cannot be read.")
    data = _decoded(body) if event.get("isBase64Encoded") else body.encode("utf-8", "surrogatepass")
    if len(data) > MAX_BYTES:
        raise Problem("too_large", f"The body may have up to {MAX_BYTES:,} bytes; this one has {len(data):,}.")
    return data


def parse_body(data: bytes) -> object:
    """The JSON value in a body; none at all counts as `{}`. Raises Problem `invalid_request`."""
    if not data.strip():
        return {}
    try:
        value = json.loads(data.decode("utf-8"), parse_constant=_refuse_constant, object_pairs_hook=_object)
        canonical(value)
    except (ValueError, RecursionError) as error:
        raise Problem("invalid_request", f"The body is no well-formed JSON: {_reason(error)}.") from error
    return value


def canonical(value: object) -> bytes:
    """The same bytes for the same JSON value; raises ValueError for what no JSON text can hold."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return text.encode("utf-8")


def fingerprint(value: object) -> str:
    """Tells two bodies apart, and keeps nothing of them."""
    return hashlib.sha256(canonical(value)).hexdigest()


def _decoded(body: str) -> bytes:
    try:
        return base64.b64decode(body, validate=True)
    except (binascii.Error, ValueError) as error:
        raise Problem("invalid_request", "The body is not well-formed base64.") from error


def _refuse_constant(name: str) -> object:
    raise ValueError(f"{name} is no JSON value")


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """An object in which no name occurs twice: which one counts, every reader decides for itself."""
    result = dict(pairs)
    if len(result) != len(pairs):
        raise ValueError("a name occurs twice in one object")
    return result


def _reason(error: Exception) -> str:
    """What is wrong, without a word of what was sent."""
    match error:
        case json.JSONDecodeError():
            return f"{error.msg} at line {error.lineno}, column {error.colno}"
        case RecursionError():
            return "it is nested too deeply"
        case UnicodeError():
            return "it is no valid UTF-8"
        case _:
            return str(error)
