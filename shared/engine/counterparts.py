"""What a decision on one end of a task looks at beside it: who is connected, and what became of a request."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from shared.domain.model.ends import PENDING
from shared.domain.model.scene import Scene
from shared.engine.inputs import Given
from shared.engine.session import Session
from shared.storage.keys import ConnectionKey, Key, OrganizationKey, TieKey


def with_connection(session: Session, scene: Scene) -> Scene:
    """The scene, where its task waits for a connection with that and the case's own organization; mostly as it is."""
    end = scene.subject.end
    if end is None or end.assignment not in PENDING or end.connection_id is None:
        return scene
    return _with(session, scene, end.connection_id, ())


def with_counterparts(session: Session, scene: Scene, given: Given) -> Scene:
    """The scene with what an action on an end of a task may look at, in one read; none where it looks at nothing.

    Whether the case's organization is connected with the one that the input names, as what that is known
    (its own name goes with what it asks for), and the request that the assignment waits for.
    """
    end = scene.subject.end
    if end is None:
        return scene
    named = given.get("organizationId")
    others = (named,) if isinstance(named, str) else ()
    waits = end.assignment in PENDING
    asks = "email" in given or (end.counterpart is not None and end.counterpart.organization_id is None)
    if not (others or waits or (asks and end.kind == "owner")):
        return scene
    return _with(session, scene, end.connection_id if waits else None, others)


def _with(session: Session, scene: Scene, connection_id: str | None, others: tuple[str, ...]) -> Scene:
    own = OrganizationKey(scene.case.organization_id or "")
    tied = [TieKey(own.organization_id, other) for other in others]
    asked = ConnectionKey(connection_id) if connection_id is not None else None
    keys: list[Key[Any]] = [own, *tied, *([asked] if asked else [])]
    loaded = session.store.load(keys)
    organization = loaded[own]
    known = {organization.id: organization} if organization is not None else {}
    return replace(
        scene,
        organizations={**scene.organizations, **known},
        ties={key.other_id: tie for key in tied if (tie := loaded[key]) is not None},
        connection=loaded[asked] if asked else None,
    )
