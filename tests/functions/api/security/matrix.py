"""Who is answered how: every route, of every thing that it can be asked of, for people in every relation to it.

The columns are those of `PEOPLE`: nobody who is signed in; somebody unknown; an admin who was
deactivated; one who was removed; a stranger; a member and an admin of the organization of `look`;
the assignee of `look`, who is a member of nothing; an admin of the owner's and one of the partner's
organization; an administrator. `missing` is what there is not.

A new route has no row: add it here, first by what it should answer, then by looking.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tests.functions.api.security.scene import PEOPLE

TABLE = """
                                                                of       nob unk dea for str mem adm ass own par ADM
POST   /cases                                                   look     401 403 403 403 403 201 201 403 403 403 201
POST   /cases                                                   owner    401 403 403 403 403 403 403 403 201 403 201
GET    /cases/{caseId}                                          look     401 403 403 404 404 200 200 200 404 404 200
GET    /cases/{caseId}                                          owner    401 403 403 404 404 404 404 404 200 404 200
GET    /cases/{caseId}                                          partner  401 403 403 404 404 404 404 404 404 200 200
GET    /cases/{caseId}                                          missing  401 403 403 404 404 404 404 404 404 404 404
PATCH  /cases/{caseId}                                          look     401 403 403 404 404 200 200 403 404 404 200
PATCH  /cases/{caseId}                                          owner    401 403 403 404 404 404 404 404 200 404 200
PATCH  /cases/{caseId}                                          partner  401 403 403 404 404 404 404 404 404 200 200
PATCH  /cases/{caseId}                                          missing  401 403 403 404 404 404 404 404 404 404 404
POST   /cases/{caseId}/close                                    look     401 403 403 404 404 200 200 403 404 404 200
POST   /cases/{caseId}/close                                    owner    401 403 403 404 404 404 404 404 403 404 403
POST   /cases/{caseId}/close                                    partner  401 403 403 404 404 404 404 404 404 403 403
POST   /cases/{caseId}/close                                    missing  401 403 403 404 404 404 404 404 404 404 404
POST   /cases/{caseId}/migration                                look     401 403 403 404 404 403 403 403 404 404 200
POST   /cases/{caseId}/migration                                owner    401 403 403 404 404 404 404 404 403 404 200
POST   /cases/{caseId}/migration                                partner  401 403 403 404 404 404 404 404 404 403 200
POST   /cases/{caseId}/migration                                missing  401 403 403 404 404 404 404 404 404 404 404
GET    /cases/{caseId}/tasks                                    look     401 403 403 404 404 200 200 200 404 404 200
GET    /cases/{caseId}/tasks                                    owner    401 403 403 404 404 404 404 404 200 404 200
GET    /cases/{caseId}/tasks                                    partner  401 403 403 404 404 404 404 404 404 200 200
GET    /cases/{caseId}/tasks                                    missing  401 403 403 404 404 404 404 404 404 404 404
GET    /cases/{caseId}/tree                                     look     401 403 403 404 404 200 200 200 404 404 200
GET    /cases/{caseId}/tree                                     owner    401 403 403 404 404 404 404 404 200 404 200
GET    /cases/{caseId}/tree                                     partner  401 403 403 404 404 404 404 404 404 200 200
GET    /cases/{caseId}/tree                                     missing  401 403 403 404 404 404 404 404 404 404 404
GET    /cases/{caseId}/timeline                                 look     401 403 403 404 404 200 200 200 404 404 200
GET    /cases/{caseId}/timeline                                 owner    401 403 403 404 404 404 404 404 200 404 200
GET    /cases/{caseId}/timeline                                 partner  401 403 403 404 404 404 404 404 404 200 200
GET    /cases/{caseId}/timeline                                 missing  401 403 403 404 404 404 404 404 404 404 404
POST   /cases/{caseId}/tasks                                    look     401 403 403 404 404 201 201 403 404 404 201
POST   /cases/{caseId}/tasks                                    owner    401 403 403 404 404 404 404 404 201 404 201
POST   /cases/{caseId}/tasks                                    partner  401 403 403 404 404 404 404 404 404 201 201
POST   /cases/{caseId}/tasks                                    missing  401 403 403 404 404 404 404 404 404 404 404
GET    /cases/{caseId}/diagnosis                                look     401 403 403 404 404 403 403 403 404 404 200
GET    /cases/{caseId}/diagnosis                                owner    401 403 403 404 404 404 404 404 403 404 200
GET    /cases/{caseId}/diagnosis                                partner  401 403 403 404 404 404 404 404 404 403 200
GET    /cases/{caseId}/diagnosis                                missing  401 403 403 404 404 404 404 404 404 404 404
POST   /cases/{caseId}/repairs                                  look     401 403 403 404 404 403 403 403 404 404 200
POST   /cases/{caseId}/repairs                                  owner    401 403 403 404 404 404 404 404 403 404 200
POST   /cases/{caseId}/repairs                                  partner  401 403 403 404 404 404 404 404 404 403 200
POST   /cases/{caseId}/repairs                                  missing  401 403 403 404 404 404 404 404 404 404 404

GET    /tasks/{taskId}                                          look     401 403 403 404 404 200 200 200 404 404 200
GET    /tasks/{taskId}                                          owner    401 403 403 404 404 404 404 404 200 404 200
GET    /tasks/{taskId}                                          partner  401 403 403 404 404 404 404 404 404 200 200
GET    /tasks/{taskId}                                          missing  401 403 403 404 404 404 404 404 404 404 404
PATCH  /tasks/{taskId}                                          look     401 403 403 404 404 200 200 200 404 404 200
PATCH  /tasks/{taskId}                                          owner    401 403 403 404 404 404 404 404 200 404 200
PATCH  /tasks/{taskId}                                          partner  401 403 403 404 404 404 404 404 404 200 200
PATCH  /tasks/{taskId}                                          missing  401 403 403 404 404 404 404 404 404 404 404
GET    /tasks/{taskId}/actions                                  look     401 403 403 404 404 200 200 200 404 404 200
GET    /tasks/{taskId}/actions                                  owner    401 403 403 404 404 404 404 404 200 404 200
GET    /tasks/{taskId}/actions                                  partner  401 403 403 404 404 404 404 404 404 200 200
GET    /tasks/{taskId}/actions                                  missing  401 403 403 404 404 404 404 404 404 404 404
POST   /tasks/{taskId}/actions/{action=claim}                   look     401 403 403 404 404 409 409 200 404 404 409
POST   /tasks/{taskId}/actions/{action=assign}                  look     401 403 403 404 404 200 200 403 404 404 200
POST   /tasks/{taskId}/actions/{action=assign}                  owner    401 403 403 404 404 404 404 404 200 404 200
POST   /tasks/{taskId}/actions/{action=assign}                  partner  401 403 403 404 404 404 404 404 404 200 200
POST   /tasks/{taskId}/actions/{action=claim}                   missing  401 403 403 404 404 404 404 404 404 404 404
POST   /bulk/actions                                            look     401 403 403 200 200 200 200 200 200 200 200
POST   /bulk/actions                                            owner    401 403 403 200 200 200 200 200 200 200 200
POST   /bulk/actions                                            partner  401 403 403 200 200 200 200 200 200 200 200
POST   /bulk/actions                                            missing  401 403 403 200 200 200 200 200 200 200 200
GET    /tasks/{taskId}/history                                  look     401 403 403 404 404 200 200 200 404 404 200
GET    /tasks/{taskId}/history                                  owner    401 403 403 404 404 404 404 404 200 404 200
GET    /tasks/{taskId}/history                                  partner  401 403 403 404 404 404 404 404 404 200 200
GET    /tasks/{taskId}/history                                  missing  401 403 403 404 404 404 404 404 404 404 404
GET    /tasks/{taskId}/children                                 look     401 403 403 404 404 200 200 200 404 404 200
GET    /tasks/{taskId}/children                                 owner    401 403 403 404 404 404 404 404 200 404 200
GET    /tasks/{taskId}/children                                 partner  401 403 403 404 404 404 404 404 404 200 200
GET    /tasks/{taskId}/children                                 missing  401 403 403 404 404 404 404 404 404 404 404

GET    /queues/users/{userId}                                   look     401 403 403 404 404 200 200 200 404 404 200
GET    /queues/users/{userId}                                   owner    401 403 403 404 404 200 200 404 200 404 200
GET    /queues/users/{userId}                                   partner  401 403 403 404 404 200 200 404 404 200 200
GET    /queues/users/{userId}                                   missing  401 403 403 404 404 404 404 404 404 404 404
GET    /queues/users/{userId}/statistics                        look     401 403 403 404 404 200 200 200 404 404 200
GET    /queues/users/{userId}/statistics                        owner    401 403 403 404 404 200 200 404 200 404 200
GET    /queues/users/{userId}/statistics                        partner  401 403 403 404 404 200 200 404 404 200 200
GET    /queues/users/{userId}/statistics                        missing  401 403 403 404 404 404 404 404 404 404 404
GET    /queues/organizations/{organizationId}                   look     401 403 403 404 404 200 200 404 404 404 200
GET    /queues/organizations/{organizationId}                   owner    401 403 403 404 404 200 200 404 200 404 200
GET    /queues/organizations/{organizationId}                   partner  401 403 403 404 404 200 200 404 404 200 200
GET    /queues/organizations/{organizationId}                   missing  401 403 403 404 404 404 404 404 404 404 404
GET    /queues/organizations/{organizationId}/statistics        look     401 403 403 404 404 200 200 404 404 404 200
GET    /queues/organizations/{organizationId}/statistics        owner    401 403 403 404 404 200 200 404 200 404 200
GET    /queues/organizations/{organizationId}/statistics        partner  401 403 403 404 404 200 200 404 404 200 200
GET    /queues/organizations/{organizationId}/statistics        missing  401 403 403 404 404 404 404 404 404 404 404

GET    /organizations                                           look     401 403 403 200 200 200 200 200 200 200 200
GET    /organizations/{organizationId}                          look     401 403 403 404 404 200 200 404 404 404 200
GET    /organizations/{organizationId}                          owner    401 403 403 404 404 200 200 404 200 200 200
GET    /organizations/{organizationId}                          partner  401 403 403 404 404 200 200 404 200 200 200
GET    /organizations/{organizationId}                          missing  401 403 403 404 404 404 404 404 404 404 404
PUT    /organizations/{organizationId}                          look     401 403 403 403 403 403 403 403 403 403 200
PUT    /organizations/{organizationId}                          owner    401 403 403 403 403 403 403 403 403 403 200
PUT    /organizations/{organizationId}                          partner  401 403 403 403 403 403 403 403 403 403 200
PUT    /organizations/{organizationId}                          missing  401 403 403 403 403 403 403 403 403 403 201
GET    /organizations/{organizationId}/members                  look     401 403 403 404 404 200 200 404 404 404 200
GET    /organizations/{organizationId}/members                  owner    401 403 403 404 404 200 200 404 200 404 200
GET    /organizations/{organizationId}/members                  partner  401 403 403 404 404 200 200 404 404 200 200
GET    /organizations/{organizationId}/members                  missing  401 403 403 404 404 404 404 404 404 404 404
PUT    /organizations/{organizationId}/members/{userId}         look     401 403 403 403 403 403 403 403 403 403 201
PUT    /organizations/{organizationId}/members/{userId}         owner    401 403 403 403 403 403 403 403 403 403 200
PUT    /organizations/{organizationId}/members/{userId}         missing  401 403 403 403 403 403 403 403 403 403 404
DELETE /organizations/{organizationId}/members/{userId=bob}     look     401 403 403 403 403 403 403 403 403 403 204
DELETE /organizations/{organizationId}/members/{userId=hal}     partner  401 403 403 403 403 403 403 403 403 403 204
DELETE /organizations/{organizationId}/members/{userId}         missing  401 403 403 403 403 403 403 403 403 403 404
POST   /organizations/{organizationId}/bulk-assign              look     401 403 403 404 404 403 200 404 404 404 200
POST   /organizations/{organizationId}/bulk-assign              owner    401 403 403 404 404 403 403 404 200 404 200
POST   /organizations/{organizationId}/bulk-assign              missing  401 403 403 404 404 404 404 404 404 404 404

GET    /users/me                                                look     401 403 403 200 200 200 200 200 200 200 200
GET    /users/{userId}                                          look     401 403 403 404 404 200 200 200 404 404 200
GET    /users/{userId}                                          owner    401 403 403 404 404 200 200 404 200 404 200
GET    /users/{userId}                                          partner  401 403 403 404 404 200 200 404 404 200 200
GET    /users/{userId}                                          missing  401 403 403 404 404 404 404 404 404 404 404
PUT    /users/{userId}                                          look     401 403 403 403 403 403 403 403 403 403 200
PUT    /users/{userId}                                          owner    401 403 403 403 403 403 403 403 403 403 200
PUT    /users/{userId}                                          partner  401 403 403 403 403 403 403 403 403 403 200
PUT    /users/{userId}                                          missing  401 403 403 403 403 403 403 403 403 403 201
POST   /users/{userId}/hand-back                                look     401 403 403 403 403 403 403 403 403 403 200
POST   /users/{userId}/hand-back                                owner    401 403 403 403 403 403 403 403 403 403 200
POST   /users/{userId}/hand-back                                missing  401 403 403 403 403 403 403 403 403 403 404

GET    /connections?organizationId={organizationId}             look     401 403 403 404 404 200 200 404 404 404 200
GET    /connections?organizationId={organizationId}             owner    401 403 403 404 404 404 404 404 200 404 200
GET    /connections?organizationId={organizationId}             partner  401 403 403 404 404 404 404 404 404 200 200
GET    /connections?organizationId={organizationId}             missing  401 403 403 404 404 404 404 404 404 404 404
POST   /connections                                             look     401 403 403 403 403 403 201 403 403 403 201
POST   /connections                                             owner    401 403 403 403 403 403 403 403 201 403 201
POST   /connections/{connectionId}/accept                       owner    401 200 403 200 200 200 200 200 200 200 200
POST   /connections/{connectionId}/accept                       missing  401 404 403 404 404 404 404 404 404 404 404
POST   /connections/{connectionId}/decline                      owner    401 200 403 200 200 200 200 200 200 200 200
POST   /connections/{connectionId}/decline                      missing  401 404 403 404 404 404 404 404 404 404 404

GET    /workflows                                               look     401 403 403 200 200 200 200 200 200 200 200
GET    /workflows/{name}                                        look     401 403 403 200 200 200 200 200 200 200 200
GET    /workflows/{name}/diagram                                look     401 403 403 200 200 200 200 200 200 200 200
GET    /workflows/{name}/statistics                             look     401 403 403 200 200 200 200 200 200 200 200

GET    /operations                                              look     401 403 403 403 403 403 403 403 403 403 200

GET    /health                                                  look     200 200 200 200 200 200 200 200 200 200 200

GET    /openapi.json                                            look     200 200 200 200 200 200 200 200 200 200 200

GET    /docs                                                    look     200 200 200 200 200 200 200 200 200 200 200
"""

BODIES: Mapping[str, Any] = {
    "POST /cases look": {"workflow": "inspection", "caseId": "look-2"},
    "POST /cases owner": {"workflow": "collaboration", "caseId": "job-3", "organizationId": "acme"},
    "PATCH /cases/{caseId}": {"displayName": "Another name"},
    "POST /cases/{caseId}/close": {"reason": "Done."},
    "POST /cases/{caseId}/migration": {"toVersion": 1},
    "POST /cases/{caseId}/tasks": {"type": "QA"},
    "POST /cases/{caseId}/tasks owner": {"type": "Task"},
    "POST /cases/{caseId}/tasks partner": {"type": "Task"},
    "POST /cases/{caseId}/repairs": {"dryRun": True},
    "PATCH /tasks/{taskId}": {"description": "Another text"},
    "POST /tasks/{taskId}/actions/{action=assign} look": {"assignedParty": None},
    "POST /tasks/{taskId}/actions/{action=assign} owner": {"option": "recall"},
    "POST /tasks/{taskId}/actions/{action=assign} partner": {"option": "accept"},
    "POST /bulk/actions look": {"taskIds": ["$look.taskId"], "action": "claim"},
    "POST /bulk/actions owner": {"taskIds": ["$owner.taskId"], "action": "assign", "input": {"option": "recall"}},
    "POST /bulk/actions partner": {"taskIds": ["$partner.taskId"], "action": "assign", "input": {"option": "accept"}},
    "POST /bulk/actions missing": {"taskIds": ["$missing.taskId"], "action": "claim"},
    "PUT /organizations/{organizationId}": {"displayName": "Another name"},
    "PUT /organizations/{organizationId} missing": {"displayName": "A new place", "kind": "team"},
    "PUT /organizations/{organizationId}/members/{userId}": {"admin": True},
    "POST /organizations/{organizationId}/bulk-assign": {"userId": "bob", "count": 1},
    "POST /organizations/{organizationId}/bulk-assign owner": {"userId": "ola", "count": 1},
    "PUT /users/{userId}": {"displayName": "Another name"},
    "POST /users/{userId}/hand-back": {"dryRun": False},
    "POST /connections look": {
        "organizationId": "quality-assurance",
        "partner": {"organizationId": "tide"},
        "role": "partner",
    },
    "POST /connections owner": {"organizationId": "acme", "partner": {"name": "Sun Labs", "email": "sun@example.org"}},
    "POST /connections/{connectionId}/accept": {"token": "$owner.token"},
    "POST /connections/{connectionId}/decline": {"token": "$owner.token"},
}
"""What is sent, by route, and by what it is of where that makes a difference; `$owner.token` is a name of the scene."""


@dataclass(frozen=True)
class Row:
    """A route, of what it is asked, and the status that each relation is answered with."""

    method: str
    path: str
    of: str
    statuses: Mapping[str, int]

    def __str__(self) -> str:
        return f"{self.method} {self.path} of {self.of}"

    @property
    def route(self) -> str:
        """The route as the document names it."""
        path = re.sub(r"=\w+", "", self.path.partition("?")[0])
        return f"{self.method} {path}"

    @property
    def body(self) -> Any:
        """What is sent; None where nothing is."""
        key = f"{self.method} {self.path}"
        return BODIES.get(f"{key} {self.of}", BODIES.get(key))


def rows() -> Iterator[Row]:
    """The rows of the table."""
    for line in TABLE.splitlines()[2:]:
        if line.strip():
            method, path, of, *statuses = line.split()
            yield Row(method, path, of, dict(zip(PEOPLE, map(int, statuses), strict=True)))
