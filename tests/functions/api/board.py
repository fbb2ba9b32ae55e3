"""The Board of the workflow `appeals`, over the API: its people, and what happens to one of its appeals."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from shared.engine import organizations, people
from tests.functions.api.client import Answer
from tests.functions.api.conftest import ADMIN, World

MEMBERS = {
    "judges": {"jo": False},
    "attorneys": {"al": False},
    "quality-review": {"quin": True, "quil": False},
    "bva-dispatch": {"dee": False},
    "hearings-management": {"hank": False},
    "privacy": {"pru": True, "pim": False},
    "vso": {"vi": True, "wes": False},
}
VSO: dict[str, Any] = {"representative": {"organizationId": "vso", "writesIhp": True}}


@dataclass(frozen=True)
class Board:
    """One appeal, by default on the docket for direct review, and those who work on it; vi and wes are outside."""

    world: World
    case_id: str = "a1"

    def intake(self, docket: str = "direct_review", **attributes: object) -> Answer:
        """The appeal, with the tasks that it begins with."""
        body = {"workflow": "appeals", "caseId": self.case_id, "attributes": {"docket": docket, **attributes}}
        answer = self.world.as_("admin").post("/cases", {**body, "displayName": "Original"})
        assert answer.status == 201, answer.text
        self.world.settle()
        return answer

    def act(self, who: str, type_name: str, action: str, **given: Any) -> Any:
        """The newest open task of the type after the action, a minute later; what follows has followed."""
        self.world.clock.advance(minutes=1)
        answer = self.world.as_(who).act(self.newest(type_name), action, given)
        assert answer.status == 200, answer.text
        self.world.settle()
        return answer.json

    def create(self, who: str, type_name: str, parent: str, **given: Any) -> str:
        """The id of a new task under the newest open one of the parent's type, a minute later."""
        self.world.clock.advance(minutes=1)
        body = {"type": type_name, "parentId": self.newest(parent), **given}
        answer = self.world.as_(who).post(f"/cases/{self.case_id}/tasks", body)
        assert answer.status == 201, answer.text
        self.world.settle()
        return str(answer.json["taskId"])

    def newest(self, type_name: str) -> str:
        """The id of the newest open task of the type."""
        found = sorted(self.tasks(), key=lambda t: (t["createdAt"], t["taskId"]), reverse=True)
        return next(str(t["taskId"]) for t in found if t["type"] == type_name and t["open"])

    def tasks(self, who: str = "admin") -> list[Any]:
        """All tasks that somebody sees."""
        return list(self.world.as_(who).get(f"/cases/{self.case_id}/tasks").json["items"])

    def to_review(self) -> None:
        """The appeal on its way to quality review, which is still to be given to somebody."""
        self.act("admin", "DistributionTask", "distribute", userId="jo")
        self.act("jo", "JudgeAssignTask", "assign_to_attorney", userId="al")
        self.act("al", "AttorneyTask", "complete")
        self.act("jo", "JudgeDecisionReviewTask", "complete")


def staffed(world: World) -> Board:
    """The Board with its people and a representative."""
    representative = {"displayName": "Veterans' Friends", "kind": "representative"}
    organizations.put_organization(world.session, ADMIN, "vso", representative)
    for place, members in MEMBERS.items():
        for name, is_admin in members.items():
            first = name.title()
            given = {"displayName": f"{first} Lee", "firstName": first, "lastName": "Lee"}
            people.put_user(world.session, ADMIN, name, given)
            organizations.put_member(world.session, ADMIN, place, name, {"admin": is_admin})
    return Board(world)
