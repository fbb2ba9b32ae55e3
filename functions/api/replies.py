"""Answers of the usual kinds: a resource with its version, a created one, a page of a list."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import TypeVar

from functions.api.conditions import etag
from functions.api.cursors import opaque
from functions.api.routing import Reply
from functions.api.sizes import fitting
from shared.engine.session import Answer, Page

T = TypeVar("T")


def resource(body: dict[str, object]) -> Reply:
    """A resource, with the ETag of its version."""
    return Reply(body, headers={"ETag": etag(_version(body))})


def written(answer: Answer[T], view: Callable[[T], dict[str, object]], address: Callable[[T], str]) -> Reply:
    """What a write gives back: 201 has a Location, a repeat says that it is one."""
    body = view(answer.value)
    headers = {"ETag": etag(_version(body))} if "version" in body else {}
    if answer.status == HTTPStatus.CREATED:
        headers["Location"] = address(answer.value)
    return Reply(body, answer.status, headers | replayed(answer.replayed))


def replayed(repeat: bool) -> dict[str, str]:  # noqa: FBT001 (it is the one thing that the header says)
    """The header by which a repeat says that it is one."""
    return {"Idempotency-Replayed": "true"} if repeat else {}


def page(source: Page[T], view: Callable[[T], dict[str, object]]) -> Reply:
    """A part of a list of small items."""
    return listed((view(item) for item in source.items), source.next_cursor)


def sized_page(source: Page[T], view: Callable[[T], dict[str, object]], position: Callable[[T], str]) -> Reply:
    """A part of a list, or as much of it as fits an answer: `position` is where a list goes on behind an item."""
    items = [view(item) for item in source.items]
    count = fitting(items)
    end = source.next_cursor if count == len(items) else position(source.items[count - 1])
    return listed(items[:count], opaque(end))


def listed(items: Iterable[dict[str, object]], next_cursor: str | None = None) -> Reply:
    """A list in one piece, or the last part of one."""
    return Reply({"items": list(items), "nextCursor": next_cursor})


def _version(body: dict[str, object]) -> int:
    version = body["version"]
    if not isinstance(version, int):
        raise TypeError("A resource has a version.")
    return version
