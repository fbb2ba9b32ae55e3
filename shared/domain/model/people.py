"""Users, organizations and callers: what a person is, before any task is looked at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from shared.domain.model.task import Party, Person

OrganizationKind = Literal["queue", "team", "business_line", "placeholder", "representative", "partner"]
INTERNAL_KINDS: frozenset[str] = frozenset({"queue", "team", "business_line", "placeholder"})


@dataclass(frozen=True, slots=True)
class Membership:
    """A user's place in an organization; kind and name are copied, and do not change unseen."""

    organization_id: str
    display_name: str
    kind: OrganizationKind
    admin: bool = False


@dataclass(frozen=True, slots=True)
class User:
    """A person known to Casetree, with all memberships."""

    id: str
    display_name: str
    first_name: str = ""
    last_name: str = ""
    email: str = ""
    active: bool = True
    memberships: Mapping[str, Membership] = field(default_factory=dict)
    version: int = 1

    @property
    def inside(self) -> bool:
        """A person belongs inside when a member of an internal organization (engine.md, People)."""
        return any(m.kind in INTERNAL_KINDS for m in self.memberships.values())

    @property
    def person(self) -> Person:
        """The user as history remembers them."""
        return self.person_of(None)

    def person_of(self, organization_id: str | None) -> Person:
        """The user as history remembers them where they act for this organization, if they are a member of it."""
        home = self.memberships.get(organization_id or "") or self._home()
        return Person(
            id=self.id,
            first_name=self.first_name,
            last_name=self.last_name,
            email=self.email,
            inside=self.inside,
            organization_id=home.organization_id if home else None,
            organization=home.display_name if home else "",
        )

    @property
    def party(self) -> Party:
        """The user as the assigned party of a task."""
        return Party("user", self.id, self.display_name)

    def _home(self) -> Membership | None:
        """The organization that stands for the person: an internal one first, else by id."""
        ranked = sorted(self.memberships.values(), key=lambda m: (m.kind not in INTERNAL_KINDS, m.organization_id))
        return ranked[0] if ranked else None


@dataclass(frozen=True, slots=True)
class Organization:
    """A group that tasks are assigned to or watched by."""

    id: str
    display_name: str
    kind: OrganizationKind
    auto_assign: bool = False
    version: int = 1

    @property
    def internal(self) -> bool:
        """Whether its members belong inside."""
        return self.kind in INTERNAL_KINDS

    @property
    def party(self) -> Party:
        """The organization as the assigned party of a task."""
        return Party("organization", self.id, self.display_name)


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks: a user, perhaps as administrator, or the engine itself.

    `acts_for` is the organization for which a member of several ones acts: that of the case.
    """

    user: User | None = None
    administrator: bool = False
    acts_for: str | None = None

    @property
    def is_engine(self) -> bool:
        """Whether the engine acts by itself: a hook, a timer, a cascade."""
        return self.user is None

    @property
    def person(self) -> Person | None:
        """The person written into history; none for the engine. An administrator counts as one inside."""
        person = self.user.person_of(self.acts_for) if self.user else None
        return replace(person, inside=True) if person is not None and self.administrator else person

    @property
    def inside(self) -> bool:
        """Whether the caller may see whatever people inside may see."""
        return self.administrator or self.is_engine or (self.user is not None and self.user.inside)

    def member_of(self, organization_id: str | None, *, admin: bool = False) -> bool:
        """Whether the caller is a member (with `admin`: an admin) of the organization."""
        if self.user is None or organization_id is None:
            return False
        membership = self.user.memberships.get(organization_id)
        return membership is not None and (membership.admin or not admin)


ENGINE = Caller()
SYSTEM = User("system", "Casetree")
"""The user who exists from deployment on, for tasks that no particular person has. Nobody signs in as this one."""
