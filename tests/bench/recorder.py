"""What is asked of DynamoDB, as it is asked: counted, and kept to be asked again without Casetree."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from botocore import xform_name

from shared.storage.store import Store

EVENT = "provide-client-params.dynamodb.*"


@dataclass(frozen=True, slots=True)
class Asked:
    """A request to DynamoDB: the operation, and its parameters as JSON."""

    operation: str
    parameters: str

    def again(self, replaced: str = "", by: str = "") -> Prepared:
        """The request for another task, say: as new, and not as one that comes again."""
        given = json.loads(self.parameters.replace(replaced, by) if replaced else self.parameters)
        given.pop("ClientRequestToken", None)
        return Prepared(xform_name(self.operation), given)


@dataclass(frozen=True, slots=True)
class Prepared:
    """A request that only needs a client."""

    method: str
    parameters: dict[str, Any]

    def ask(self, client: Any) -> Any:
        return getattr(client, self.method)(**self.parameters)


@dataclass(slots=True)
class Recorder:
    """The requests that a store has made."""

    asked: list[Asked] = field(default_factory=list)

    @property
    def operations(self) -> list[str]:
        return [asked.operation for asked in self.asked]

    def __call__(self, params: Any, model: Any, **_: Any) -> None:
        """Called by botocore before each request."""
        self.asked.append(Asked(model.name, json.dumps(params)))


@contextmanager
def recorded(store: Store) -> Iterator[Recorder]:
    """What the store asks of DynamoDB within the block."""
    events = store._table._connection.client.meta.events  # noqa: SLF001 (requests are seen where they are made)
    recorder = Recorder()
    events.register(EVENT, recorder)
    try:
        yield recorder
    finally:
        events.unregister(EVENT, recorder)
