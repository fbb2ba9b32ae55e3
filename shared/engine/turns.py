"""Assignment by turns: what its decision looks at."""

from __future__ import annotations

from dataclasses import replace

from shared.domain.model.scene import Scene
from shared.domain.trees.turns import in_turn, waits_for_turn, whose_turn
from shared.engine.loading import load_users
from shared.engine.session import Session
from shared.storage.keys import OrganizationKey, TurnKey

AT_ONCE = 25
"""Members read at once: mostly the first of them is active, so the size of an organization costs nothing."""


def with_turns(session: Session, scene: Scene) -> Scene:
    """The scene, where its task waits for a turn with the organization and those members whose turn it may be.

    An organization that does not assign by turns costs this one read.
    """
    party = scene.subject.assigned_party
    if party is None or not waits_for_turn(scene.workflow, scene.case, scene.subject):
        return scene
    loaded = session.store.load([OrganizationKey(party.id), TurnKey(party.id)])
    organization = loaded[OrganizationKey(party.id)]
    if organization is None or not organization.auto_assign:
        return scene
    scene = replace(scene, organizations={party.id: organization}, last_turn=loaded[TurnKey(party.id)])
    return _with_members(session, scene, party.id)


def _with_members(session: Session, scene: Scene, organization_id: str) -> Scene:
    """The scene with the next members in turn, up to one who can be assigned the task."""
    members = session.store.members(organization_id)
    ahead = in_turn((user_id for user_id, membership in members if not membership.admin), scene.last_turn)
    for start in range(0, len(ahead), AT_ONCE):
        part = ahead[start : start + AT_ONCE]
        scene = replace(scene, users=load_users(session, part))
        if whose_turn(scene, organization_id) is not None:
            break
    return scene
