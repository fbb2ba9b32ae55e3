"""The body of a request: size first, then JSON, then its fingerprint."""

from __future__ import annotations

import base64
import binascii
import codecs
import hashlib
import json
import math
from collections.abc import Mapping

from functions.api.problems import Problem

MAX_BYTES = 256 * 1024
BLANKS = b" \t\r\n"
"""What JSON takes for white space, and nothing else."""


class NotJson(ValueError):
    """What is wrong with a text that is no JSON, as the caller is told."""


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
    if not data.strip(BLANKS):
        return {}
    try:
        value = json.loads(
            _text(data),
            parse_constant=_refuse_constant,
            parse_float=_fraction,
            parse_int=_whole,
            object_pairs_hook=_object,
        )
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


def _text(data: bytes) -> str:
    if data.startswith(codecs.BOM_UTF8):
        # RFC 8259, 8.1: texts that are sent have none, and a reader may refuse it.
        raise NotJson("it begins with a byte order mark; send UTF-8 without one")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise NotJson(f"it is no valid UTF-8 from byte {error.start + 1:,} on") from error


def _refuse_constant(name: str) -> object:
    raise NotJson(f"{name} is no JSON value; send null, or leave the field out")


def _fraction(text: str) -> float:
    number = float(text)
    if math.isinf(number):
        raise NotJson("a number is larger than any that can be kept")
    return number


def _whole(text: str) -> int:
    try:
        return int(text)
    except ValueError as error:
        raise NotJson("a number has too many digits") from error


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """An object in which no name occurs twice: which one counts, every reader decides for itself."""
    result = dict(pairs)
    if len(result) != len(pairs):
        raise NotJson("a name occurs twice in one object")
    return result


def _reason(error: Exception) -> str:
    """What is wrong, without a word of what was sent, nor of Python's, which speak to who wrote the program."""
    match error:
        case NotJson():
            return str(error)
        case json.JSONDecodeError():
            what = next((ours for theirs, ours in _FAULTS.items() if error.msg.startswith(theirs)), _UNREADABLE)
            return f"{what} at line {error.lineno:,}, column {error.colno:,}"
        case RecursionError():
            return "it is nested too deeply"
        case UnicodeEncodeError():
            return "a text holds half of a character (a surrogate, \\ud800 to \\udfff, without its other half)"
        case _:
            return "it cannot be read"


# By what Python's messages begin with; what it says in other words is told by the place alone.
_UNREADABLE = "it cannot be read"
_FAULTS: Mapping[str, str] = {
    "Unterminated string": "a text has no end that begins",
    "Invalid control character": "a text holds a line break, a tab or the like, which needs an escape,",
    "Invalid \\": "a text holds an escape that there is not",
    "Extra data": "something follows behind its end",
    "Expecting value": "a value is missing, or is none that JSON knows,",
    "Expecting property name": "a name in double quotes is missing",
    "Expecting ':' delimiter": "a colon is missing",
    "Expecting ',' delimiter": "a comma or a closing bracket is missing",
}
