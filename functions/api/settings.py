"""What the environment says to this function, read once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from functions.api.gauges import Gauges
from functions.environment import required


@dataclass(frozen=True, slots=True)
class Settings:
    """How callers are told from their tokens, and where the stack shows how it does."""

    user_claims: tuple[str, ...]
    admin_group: str
    gauges: Gauges = field(default_factory=lambda: Gauges.of({}), compare=False)

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Settings:
        """The settings in the environment; raises ValueError that names a missing variable."""
        claims = required(environment, "CASETREE_USER_CLAIMS").split(",")
        return cls(
            user_claims=tuple(claim.strip() for claim in claims if claim.strip()),
            admin_group=required(environment, "CASETREE_ADMIN_GROUP"),
            gauges=Gauges.of(environment),
        )
