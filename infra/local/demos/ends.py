"""A task with two ends, as a demo plays it: every step says how both must stand, and shows that they do."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import count
from typing import Any

from rich.console import Group
from rich.text import Text

from infra.local import sides
from infra.local.demos.stage import Stage, Task
from infra.local.listing import Listing
from infra.local.obstacle import ObstacleError
from infra.local.people import PEOPLE, title

FIRST_NUMBER = 1001
# What people do about an assignment is one action with options.
OPTIONS = ("to", "recall", "accept", "decline", "refer")
# Why there is no partner's end.
NOT_YET, GONE, ALONE = "no end yet", "no end any more", "no other end"
# How the owner's end and the partner's stand, and which organization has the task.
Ends = tuple[str, str, str | None]


@dataclass(frozen=True)
class Party:
    """An organization, and who of it sees to the task."""

    who: str
    organization_id: str
    name: str


def party_of(who: str) -> Party:
    """Return the party that a person of the local stack acts for."""
    (organization,) = next(person.member_of for person in PEOPLE if person.name == who)
    return Party(who, organization, title(organization))


class Job:
    """A task of an owner and what a partner has of it, shown side by side after every step."""

    def __init__(self, stage: Stage, owner: Party, name: str, **given: object) -> None:
        """Create the task, in a case of its own: collaborative, or one that stands alone."""
        self.stage, self.owner = stage, owner
        self.partner: Party | None = None
        self.there: Task | None = None
        self._none = NOT_YET if given.get("collaborative") else ALONE
        self._name = name
        self._headed: tuple[str, str] | None = None
        self._holder: str | None = None
        (self.own,) = stage.create_case(
            owner.who, "job", count(FIRST_NUMBER),
            workflow="collaboration", caseType="job", organizationId=owner.organization_id,
            tasks=[{"type": "Task", "description": name, **given}],
        )  # fmt: skip
        self._since = str(self.own["createdAt"])
        self._wanted: Ends
        self.stands("initial / initial", self._none)

    @property
    def case(self) -> str:
        """The owner's case; the partner's is another one."""
        return str(self.own["caseId"])

    def do(self, who: str, action: str, owner: str, partner: str | None = None, **given: Any) -> None:
        """Take an action on a person's end, or an option of the assignment; then both ends stand as they must."""
        self._act(who, action, **given)
        self.stands(owner, partner)

    def assign(self, to: Party, owner: str, partner: str) -> None:
        """Assign the task to a partner that is connected; then both ends stand as they must."""
        self._act(self.owner.who, "to", organizationId=to.organization_id)
        self.goes_to(to, owner, partner)

    def refer(self, to: Party, owner: str, partner: str, reason: str) -> None:
        """Refer the task to another party, which has it then by itself; both ends stand as they must."""
        if self.partner is None:
            raise ObstacleError(f"{self.case} has no partner who could refer it.")
        self._act(self.partner.who, "refer", organizationId=to.organization_id, reason=reason)
        self._holder = to.organization_id
        self.stands(owner, partner)

    def goes_to(self, to: Party, owner: str, partner: str) -> None:
        """Look at the end of another partner from now on, once both stand as they must."""
        self.partner, self._holder = to, to.organization_id
        self.there, self._none = None, NOT_YET
        self.stands(owner, partner)

    def end_of(self, who: str) -> Task:
        """Return the end that a person works on, called as people call the task."""
        end = self.own if who == self.owner.who else self.there
        if end is None:
            raise ObstacleError(f"{who} has no end of {self.case}.")
        return {**end, "label": self._name}

    def stands(self, owner: str, partner: str | None = None) -> None:
        """Wait until both ends stand as they must, and show them; another outcome is an error of the demo."""
        self._wanted = (owner, partner or self._none, self._holder)
        self.stage.wait_for(lambda: self._looked() == self._wanted, self._differs)
        names = (self.owner.name, self.partner.name if self.partner else "")
        heading = [sides.heading(*names)] if names != self._headed else []
        self._headed = names
        self.stage.show_below(Group(*heading, sides.row(self.own, self.there, self._none)))

    def still_stands(self) -> None:
        """Look at both ends once more; where they have moved on, that is an error of the demo."""
        if self._looked() != self._wanted:
            raise ObstacleError(self._differs())

    def _differs(self) -> str:
        return f"{self.case} must be: {_in_words(self._wanted)}. It is: {_in_words(self._looked())}."

    def _act(self, who: str, action: str, **given: Any) -> None:
        named = {"option": action} if action in OPTIONS else {}
        after = self.stage.act(who, "assign" if named else action, self.end_of(who), **named, **given)
        self._since = str(after["updatedAt"])

    def _looked(self) -> Ends:
        """How both ends stand by now, and which organization has the task."""
        self.own = self.stage.get(self.owner.who, f"/tasks/{self.own['taskId']}")
        if self.partner is not None:
            known = self.there
            self.there = self._arrived(self.partner) if known is None else self._again(self.partner, known)
        holder = self.own["counterpart"]["organizationId"] if self.own["counterpart"] else None
        return _standing(self.own), self._none if self.there is None else _standing(self.there), holder

    def _arrived(self, partner: Party) -> Task | None:
        """The partner's end, which nobody but its people can name: the newest task of their queue, if it is this one.

        One that has been deleted does not come back.
        """
        if self._none == GONE:
            return None
        path = f"/queues/organizations/{partner.organization_id}?tab=unassigned&limit=100"
        new = [task for task in self.stage.get(partner.who, path)["items"] if task["createdAt"] >= self._since]
        return max(new, key=lambda task: str(task["createdAt"]), default=None)

    def _again(self, partner: Party, known: Task) -> Task | None:
        found: Task | None = self.stage.find(partner.who, f"/tasks/{known['taskId']}")
        if found is None:
            self._none = GONE
        return found


def _standing(end: Task) -> str:
    """How an end stands, in the words in which a step says how it must."""
    return f"{sides.standing(end)}{', on hold' if end['hold'] else ''}"


def _in_words(ends: Ends) -> str:
    owner, partner, holder = ends
    return f"owner {owner}, partner {partner}, assigned to {holder or 'nobody known'}"


def outcome(jobs: Iterable[Job]) -> Listing:
    """Return a table of how both ends of every task stand, if they still do as when their scenes ended."""
    rows = list(jobs)
    for job in rows:
        job.still_stands()
    return Listing(
        "",
        {
            "Case": [Text(job.case) for job in rows],
            "Owner's end": [sides.standing(job.own) for job in rows],
            "Partner": [Text(job.partner.name if job.partner else "") for job in rows],
            "Partner's end": [sides.standing(job.there) if job.there else Text("") for job in rows],
        },
    )
