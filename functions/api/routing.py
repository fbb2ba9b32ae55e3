"""What a route is: how it is reached and what it promises, in one value that routing and OpenAPI both read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from functions.api.gauges import Gauges
from functions.api.parameters import Parameter, Query
from shared.engine.session import Identity, Request, Session

Method = Literal["GET", "POST", "PUT", "PATCH", "DELETE"]
JSON = "application/json"


@dataclass(frozen=True, slots=True)
class Call:
    """A request that was read and found well-formed; `identity` is nobody's on public routes."""

    session: Session
    identity: Identity
    path: Mapping[str, str]
    query: Query
    body: Mapping[str, Any]
    request: Request
    accept: str
    gauges: Gauges


@dataclass(frozen=True, slots=True)
class Reply:
    """What a route answers; `action` names what was done, for the metric of consumed units.

    `hides` says that something in it is answered as if it were not there, as a whole 404 is.
    """

    body: object = None
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    media_type: str = JSON
    action: str | None = None
    hides: bool = False


@dataclass(frozen=True, slots=True)
class Content:
    """What a successful answer holds: a schema by its name in schemas, or other media types.

    `created` adds the answer 201 with the same schema, where a PUT may make something new.
    """

    schema: str | None = None
    description: str = ""
    status: int = 200
    other: tuple[str, ...] = ()
    created: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One route. Schemas are named, not imported: pydantic is loaded for the OpenAPI document only."""

    method: Method
    path: str
    name: str
    tag: str
    summary: str
    description: str
    handle: Callable[[Call], Reply]
    answer: Content
    query: tuple[Parameter[Any], ...] = ()
    body: str | None = None
    public: bool = False
    versioned: bool = False
    idempotent: bool = False
    refusals: tuple[int, ...] = ()
    compress: bool = False


class Routes:
    """The routes of one resource, in the order in which they are documented."""

    def __init__(self, tag: str) -> None:
        self.tag = tag
        self.operations: list[Operation] = []

    def add(
        self, method: Method, path: str, summary: str, answer: Content, **more: Any
    ) -> Callable[[Callable[[Call], Reply]], Callable[[Call], Reply]]:
        """The decorated function answers this route; its name and docstring go into the document."""

        def register(handle: Callable[[Call], Reply]) -> Callable[[Call], Reply]:
            self.operations.append(
                Operation(
                    method=method,
                    path=path,
                    name=_camel_case(handle.__name__),
                    tag=self.tag,
                    summary=summary,
                    description=" ".join((handle.__doc__ or "").split()),
                    handle=handle,
                    answer=answer,
                    **more,
                )
            )
            return handle

        return register


def _camel_case(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)
