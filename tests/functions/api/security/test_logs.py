"""What the functions log, when all goes well and when nothing does: no text of a person, no address, no token."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from functions.api.app import Api
from functions.api.settings import Settings
from functions.hooks import handler as hooks
from functions.relay import handler as relay
from functions.relay.events import Bus
from functions.streams import FailureQueue
from functions.timers import handler as timers
from shared.engine import settle
from shared.storage.store import Store
from tests.functions.api.client import Client
from tests.functions.api.conftest import World
from tests.functions.api.security.scene import PEOPLE, Scene, scene
from tests.functions.fakes import Context, Queue
from tests.functions.relay.test_events import Client as EventBus

MARK = "marzipan"
EMAIL = f"{MARK}@example.net"
KEY = f"{MARK}-key"
BEARER = f"Bearer {MARK}.{MARK}.{MARK}"
TEXTS: dict[str, Any] = {
    "description": f"The {MARK} of the customer",
    "instructions": f"Bring {MARK}",
    "links": [{"type": "photo", "link": f"https://example.net/{MARK}", "name": MARK}],
    "entity": {"look": {"id": "4711", "displayName": MARK}},
}
SERVICES = ("api", "hooks", "relay", "timers")


class Log:
    """All that is logged, at the most talkative level, and printed, metrics among it."""

    def __init__(self, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture) -> None:
        self.lines = io.StringIO()
        self._capsys = capsys
        self._caplog = caplog

    def read(self) -> str:
        printed = self._capsys.readouterr()
        return f"{self.lines.getvalue()}{self._caplog.text}{printed.out}{printed.err}"


@pytest.fixture
def log(
    world: World,
    capsys: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> Log:
    """What everything writes, as if a deployer wanted to see all of it."""
    del world
    log = Log(capsys, caplog)
    for service in SERVICES:
        logger = logging.getLogger(service)
        monkeypatch.setattr(logger.handlers[0], "stream", log.lines)
        monkeypatch.setattr(logger, "level", logging.DEBUG)
    caplog.set_level(logging.DEBUG)
    return log


@pytest.fixture
def here(world: World, log: Log) -> Scene:
    """People in every relation to three tasks, of whom each request from now on is logged."""
    found = scene(world)
    log.read()
    return found


def _write(here: Scene) -> str:
    """The token of somebody who was asked for a connection: everything that holds a text is written once."""
    admin, ann, ola = here.as_("administrator"), here.as_("admin"), here.as_("owner")
    headers = {"Authorization": BEARER, "Idempotency_Key": KEY}
    person = {"displayName": MARK, "firstName": MARK, "lastName": MARK, "email": EMAIL}
    task = ann.post("/cases/look-1/tasks", {"type": "QA", "groupQueue": "quality-assurance", **TEXTS}, **headers)
    task_id = task.json["taskId"]
    written = [
        task,
        admin.put("/users/zoe", person, **headers),
        admin.put("/organizations/attic", {"displayName": MARK, "kind": "team"}, **headers),
        ann.patch("/cases/look-1", {"displayName": MARK}, **headers),
        ann.patch(f"/tasks/{task_id}", {"description": MARK}, **headers),
        ann.act(task_id, "add_instructions", {"instructions": MARK}, **headers),
        ann.act(task_id, "skip", {"reason": MARK}, **headers),
        ola.post("/connections", {"organizationId": "acme", "partner": {"name": MARK, "email": EMAIL}}, **headers),
    ]
    assert [answer.status for answer in written if answer.status >= 300] == []
    here.parties.settle()
    return here.world.tokens[written[-1].json["connectionId"]]


def _misuse(here: Scene, token: str) -> set[int]:
    """The statuses that everybody is answered with who sends what does not fit, with texts in every place."""
    task, case = f"/tasks/{here.names['look']['taskId']}", "/cases/look-1"
    found = set()
    for relation in PEOPLE:
        client = here.as_(relation)
        answers = [
            client.send("POST", "/cases", f'{{"displayName": "{MARK}'),
            client.post("/cases", {"workflow": MARK, MARK: MARK}),
            client.get(case, {MARK: MARK}),
            client.get(f"{case}/tasks", {"cursor": MARK}),
            client.get(f"/users/{EMAIL}"),
            client.get(f"/{MARK}"),
            client.patch(task, {"description": MARK}, If_Match='"7"'),
            client.patch(task, {"description": MARK}, If_Match=MARK),
            client.act(task[7:], MARK, {"note": MARK}),
            client.act(task[7:], "claim", {MARK: MARK}),
            client.put("/users/zoe", {"email": MARK}),
            client.post("/connections/none/accept", {"token": token}),
            client.post("/cases", {"workflow": "inspection", "displayName": MARK * 40_000}),
        ]
        found |= {answer.status for answer in answers}
    return found


def _errors() -> Iterator[Exception]:
    """What may go wrong inside, with a text of what was being written."""
    yield RuntimeError(f"{MARK} {EMAIL}")
    yield ClientError({"Error": {"Code": "ValidationException", "Message": MARK}}, "TransactWriteItems")


def _records(here: Scene) -> list[dict[str, Any]]:
    """The stream's records of all that happened, and one that cannot be read."""
    images = here.world.items("HISTORY#")
    images.append({**images[0], "createdAt": {"S": MARK}})
    return [
        {"dynamodb": {"Keys": {"PK": i["PK"], "SK": i["SK"]}, "NewImage": i, "SequenceNumber": str(number)}}
        for number, i in enumerate(images)
    ]


def _run(here: Scene) -> None:
    """Every function but the API does its work on everything that there is."""
    session, context, failures = here.world.session, Context(), FailureQueue(Queue, "https://queue", "hooks")
    event = {"Records": _records(here)}
    hooks.react(event, context, session, failures)
    relay.relay(event, context, session, Bus(EventBus(), "bus", lambda _: None), failures)
    for job in ({"job": "sweep", "shards": list(range(16))}, {"job": "settle"}, {"job": "settle", "nightly": True}):
        try:
            timers.run(job, context, session)
        except timers.NotAllDoneError as error:
            # Lambda logs what leaves a function.
            logging.getLogger("timers").error(str(error))  # noqa: TRY400 (of the message, not the frames)


def test_logs_hold_no_text_no_address_and_no_token(here: Scene, log: Log, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of any function, at any level, whether it worked, was refused, or failed with an error that quotes a text."""
    token = _write(here)
    assert _misuse(here, token) >= {400, 401, 403, 404, 409, 412, 413, 422}
    _run(here)
    for error in _errors():
        with monkeypatch.context() as patch:
            for place, name in ((Store, "load"), (settle, "react")):
                patch.setattr(place, name, _failing(error))
            for relation in PEOPLE:
                here.as_(relation).act(here.names["look"]["taskId"], "claim", {"note": MARK})
            here.as_("admin").post("/cases", {"workflow": "inspection", "displayName": MARK})
            _run(here)
    logged = log.read()
    assert MARK in json.dumps(here.world.items())
    for word in ("answered", "unexpected", "reacted", "relayed", "sweep", "settle", "failed", "ConsumedWriteUnits"):
        assert word in logged
    for secret in (MARK, MARK.title(), token, "example.", "Bearer", KEY, "a secret of tests"):
        assert [line for line in logged.splitlines() if secret in line] == []


@pytest.mark.filterwarnings("ignore")
def test_no_mode_of_powertools_prints_requests(world: World, log: Log, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its development mode would print each, with the token, and answer an error with all frames of it."""
    monkeypatch.setenv("POWERTOOLS_DEV", "true")
    # That mode would write no metrics, and keep them for ever, which the whole process shares.
    monkeypatch.setenv("POWERTOOLS_METRICS_DISABLED", "false")
    client = Client(Api(Settings(("username",), "casetree-admins"), world.session), "ann")
    assert client.get("/users/me", Authorization=BEARER).status == 200
    monkeypatch.setattr(Store, "load", _failing(RuntimeError(MARK)))
    assert client.get("/users/me", Authorization=BEARER).code == "internal_error"
    logged = log.read()
    assert "answered" in logged
    assert MARK not in logged


def _failing(error: Exception) -> Any:
    def fail(*_: object, **__: object) -> Any:
        raise error

    return fail
