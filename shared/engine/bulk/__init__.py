"""One request for many tasks, each of which commits on its own: what was done with some stays, whatever others come to.

An action on tasks that the caller names, an organization's next tasks for a member, a departing user's tasks.
"""

from __future__ import annotations

from shared.engine.bulk.actions import act_on_each
from shared.engine.bulk.assignment import bulk_assign
from shared.engine.bulk.handback import hand_back

__all__ = ["act_on_each", "bulk_assign", "hand_back"]
