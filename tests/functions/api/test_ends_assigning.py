"""The one action `assign`: which options are open to whom and when, and what each takes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import product
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from shared.storage.store import Store
from tests.functions.api.conftest import World
from tests.functions.api.parties import BROOK, Parties, expect, parties

Step = tuple[str, str, Mapping[str, object]]
OFFERED = {"accept", "decline", "refer"}
LEAVING = {"decline", "refer"}


@pytest.fixture
def here(world: World) -> Parties:
    """The organizations, connected, and no task yet."""
    return parties(world)


def _schema(here: Parties, who: str, task_id: str) -> Any:
    """The schema of what `assign` takes now; False, which nothing fits, where it is not offered."""
    items = expect(200, here.world.as_(who).get(f"/tasks/{task_id}/actions")).json["items"]
    return next((item["inputSchema"] for item in items if item["name"] == "assign"), False)


def _options(here: Parties, who: str, task_id: str) -> set[str]:
    schema = _schema(here, who, task_id)
    return {option["properties"]["option"]["const"] for option in schema["oneOf"]} if schema else set()


def _to(partner: str) -> Mapping[str, object]:
    return {"option": "to", "organizationId": partner}


# Who does what; then phase and status of the owner's end and the options there, and the same of the partner's.
STEPS: tuple[tuple[Step, tuple[str, str], set[str], tuple[str, str], set[str]], ...] = (
    (("ola", "prepare", {}), ("prepare", "initial"), {"to"}, ("", ""), set()),
    (("ola", "assign", _to("harbor")), ("prepare", "assigned"), {"recall"}, ("", ""), set()),
    (("ola", "assign", {"option": "recall"}), ("prepare", "recalled"), {"to"}, ("", ""), set()),
    (("ola", "begin_assignment", {}), ("assign", "recalled"), {"to"}, ("", ""), set()),
    (("ola", "assign", _to("harbor")), ("assign", "sent"), {"recall"}, ("assign", "received"), OFFERED),
    (("hal", "hold", {}), ("assign", "sent"), {"recall"}, ("assign", "received"), OFFERED),
    (("ola", "wait", {}), ("wait", "sent"), {"recall"}, ("assign", "received"), OFFERED),
    (("hal", "assign", {"option": "accept"}), ("wait", "accepted"), {"recall"}, ("wait", "accepted"), LEAVING),
    (("hal", "resume", {}), ("wait", "accepted"), {"recall"}, ("wait", "accepted"), LEAVING),
    (("ola", "ready", {}), ("ready", "accepted"), {"recall"}, ("ready", "accepted"), LEAVING),
    (("hal", "start", {}), ("progress", "accepted"), {"recall"}, ("progress", "accepted"), LEAVING),
    (("hal", "submit", {}), ("submit", "accepted"), {"recall"}, ("submit", "accepted"), LEAVING),
    (("ola", "redo", {"note": "x"}), ("redo", "accepted"), {"recall"}, ("redo", "accepted"), LEAVING),
    (
        ("hal", "assign", {"option": "decline", "reason": "x"}),
        ("ready", "declined"),
        {"to"},
        ("cancel", "declined"),
        set(),
    ),
    (("ola", "assign", _to("harbor")), ("ready", "sent"), {"recall"}, ("assign", "received"), OFFERED),
    (
        ("hal", "assign", {"option": "refer", "organizationId": "tide", "reason": "x"}),
        ("ready", "referred"),
        {"to"},
        ("cancel", "referred"),
        set(),
    ),
    (("ola", "assign", {"option": "to", **BROOK}), ("ready", "connectionRequested"), {"recall"}, ("", ""), set()),
    (("ola", "assign", {"option": "recall"}), ("ready", "recalled"), {"to"}, ("", ""), set()),
    (("ola", "assign", _to("harbor")), ("ready", "sent"), {"recall"}, ("assign", "received"), OFFERED),
    (("hal", "assign", {"option": "accept"}), ("ready", "accepted"), {"recall"}, ("ready", "accepted"), LEAVING),
    (("hal", "start", {}), ("progress", "accepted"), {"recall"}, ("progress", "accepted"), LEAVING),
    (("hal", "submit", {}), ("submit", "accepted"), {"recall"}, ("submit", "accepted"), LEAVING),
    (("ola", "finish", {}), ("finish", "accepted"), set(), ("finish", "accepted"), set()),
)


def test_the_options_follow_from_end_phase_and_status(here: Parties) -> None:
    """At every step of a task's way each side is offered just the options of its end; nobody else any."""
    task_id, generation = here.task(), 0
    assert (here.shown("otto", task_id), _options(here, "otto", task_id)) == (("initial", "initial"), {"to"})
    for (who, action, given), owner, owners, partner, partners in STEPS:
        generation += given.get("option") == "to"
        acts_on = task_id if who == "ola" else here.partner(task_id, generation)
        here.do(who, acts_on, action, **given)
        step = (who, action, given)
        assert (here.shown("otto", task_id), _options(here, "otto", task_id)) == (owner, owners), step
        if partner[0]:
            other = here.partner(task_id, generation)
            assert (here.shown("gil", other), _options(here, "gil", other)) == (partner, partners), step


def test_a_partner_is_suggested_to_accept(here: Parties) -> None:
    """By the option of the action; the owner, whose turn it is not, is suggested nothing."""
    task_id = here.task()
    here.do("ola", task_id, "prepare", "ready")
    here.do("ola", task_id, "assign", **_to("harbor"))
    found = {
        who: expect(200, here.world.as_(who).get(f"/tasks/{at}/actions")).json["suggested"]
        for who, at in (("ola", task_id), ("hal", here.partner(task_id, 1)))
    }
    assert found == {"ola": None, "hal": {"action": "assign", "option": "accept"}}


def test_a_request_that_is_not_out_yet_can_be_recalled_and_one_declined_replaced(here: Parties) -> None:
    """While a request is `connectionRequired` it is open to recalling; connectionDeclined to another assignment."""
    task_id = here.task()
    here.do("ola", task_id, "prepare", "begin_assignment")
    expect(200, here.world.as_("ola").act(task_id, "assign", {"option": "to", **BROOK}))
    assert here.shown("otto", task_id) == ("assign", "connectionRequired")
    assert _options(here, "otto", task_id) == {"recall"}
    here.settle()
    [(connection, token)] = here.world.tokens.items()
    expect(200, here.world.as_("ida").post(f"/connections/{connection}/decline", {"token": token}))
    here.settle()
    assert here.shown("otto", task_id) == ("assign", "connectionDeclined")
    assert _options(here, "otto", task_id) == {"to"}


def test_a_cancelled_or_standalone_task_is_not_assigned(here: Parties) -> None:
    """The action is not in the list; the explanation says by which rule."""
    cancelled, alone = here.task(), here.task("job-2", collaborative=False)
    here.do("ola", cancelled, "cancel")
    for task_id, rule, status in ((cancelled, "from", 409), (alone, "end", 403)):
        assert not _schema(here, "ola", task_id)
        explained = here.world.as_("ola").get(f"/tasks/{task_id}/actions", {"explain": "true"}).json["refused"]
        [refused] = [action for action in explained if action["name"] == "assign"]
        tried = here.world.as_("ola").act(task_id, "assign", _to("harbor"))
        assert (refused["rule"], tried.status, tried.json["rule"]) == (rule, status, rule)


NAMES = {"to", "recall", "accept", "decline", "refer", "assign", None}
INPUTS: tuple[Mapping[str, object], ...] = (
    {},
    {"reason": "x"},
    {"reason": ""},
    {"reason": "x" * 10_001},
    {"note": "x"},
    {"note": None},
    {"organizationId": "tide"},
    {"organizationId": 7},
    {"organizationId": "tide", "reason": "x"},
    {"organizationId": "tide", "name": "Brook Labs", "reason": "x"},
    {"organizationId": "tide", **BROOK},
    dict(BROOK),
    {**BROOK, "reason": "x"},
    {"name": "Brook Labs", "reason": "x"},
    {"email": "ida@example.org"},
    {"name": "Brook Labs", "email": "nobody", "reason": "x"},
    {"name": "Brook Labs", "email": "a@b@c"},
    {"name": "x" * 201, "email": "ida@example.org"},
    {"colour": "red"},
)


def test_what_the_schema_accepts_is_what_the_action_takes(here: Parties, monkeypatch: pytest.MonkeyPatch) -> None:
    """With each set of options: whatever fits the schema is taken, whatever does not is refused, and no more."""
    taken = 0
    for who, task_id in _every_set_of_options(here):
        schema = _schema(here, who, task_id)
        Draft202012Validator.check_schema(schema)
        validator = Draft202012Validator(schema)
        with monkeypatch.context() as patched:
            patched.setattr(Store, "commit", lambda store, plan: None)
            offered = _options(here, who, task_id)
            every = *product(offered, INPUTS), *product(NAMES - offered, [{}, BROOK])
            for option, given in every:
                body = {"option": option, **given} if option else dict(given)
                answer = here.world.as_(who).act(task_id, "assign", body)
                assert (answer.status == 200) == validator.is_valid(body), (who, body, answer.text)
                taken += answer.status == 200
    assert taken == 12


def _every_set_of_options(here: Parties) -> Iterator[tuple[str, str]]:
    """Who is offered which option of which task: `to`; `recall`; what is open before, and after accepting; nothing."""
    task_id = here.task()
    yield "ola", task_id
    here.do("ola", task_id, "prepare", "begin_assignment")
    here.assign("ola", task_id, "to", organizationId="harbor")
    yield "ola", task_id
    yield "hal", here.partner(task_id)
    here.assign("hal", here.partner(task_id), "accept")
    yield "hal", here.partner(task_id)
    here.do("ola", task_id, "cancel")
    yield "hal", here.partner(task_id)
