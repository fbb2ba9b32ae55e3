"""What two ends of a task cost: messages sent and delivered, and the partner's end, each within its budget."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from shared.domain.model.plan import Plan
from shared.engine.session import Identity, Request
from shared.engine.tasks import act
from shared.storage.capacity import capacity
from shared.storage.store import Store
from tests.engine.parties import HAL, OLA, Parties

# engine.md, "Cost".
SENT, DELIVERED, PARTNERS_END = 10, 10, 19
WITHIN_A_TAB, TAB_CHANGE, TEXT, TIMER = 7, 9, 2, 3
STEPS: tuple[tuple[str, Mapping[str, object], int], ...] = (
    ("prepare", {}, 1),
    ("hold", {}, 1),
    ("resume", {}, 1),
    ("assign", {"option": "to", "organizationId": "harbor"}, 2),
    ("ready", {}, 1),
)


@pytest.fixture
def costs(parties: Parties, monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """What each commit costs from here on, in units written."""
    found: list[float] = []
    commit = Store.commit

    def counted(store: Store, plan: Plan) -> None:
        found.append(capacity(plan).write)
        commit(store, plan)

    monkeypatch.setattr(Store, "commit", counted)
    return found


def test_every_step_of_the_happy_path_is_within_its_budget(parties: Parties, costs: list[float]) -> None:
    """What is sent with an action, what is delivered, and the partner's end with its case and its answer."""
    task = parties.task()
    told: dict[str, list[float]] = {}

    def step(name: str, task_id: str, by: Identity = OLA, **given: object) -> None:
        costs.clear()
        parties.act(task_id, name, by, **given)
        parties.drain()
        told[f"{name} {given.get('option', '')}".strip()] = list(costs)

    step("prepare", task)
    step("begin_assignment", task)
    step("assign", task, option="to", organizationId="harbor")
    there = parties.partner(task)
    step("assign", there, HAL, option="accept")
    step("ready", task)
    step("start", there, HAL)
    step("submit", there, HAL)
    step("redo", task, note="Again.")
    step("submit", there, HAL)
    step("finish", task)
    print(told)  # noqa: T201 (the figures are worth reading)
    assert told.pop("prepare")[0] <= WITHIN_A_TAB
    assert told.pop("begin_assignment")[0] <= WITHIN_A_TAB
    sent, partners_end, arrived = told.pop("assign to")
    assert sent <= SENT
    assert partners_end <= PARTNERS_END
    assert arrived <= DELIVERED
    assert told.keys() == {"assign accept", "ready", "start", "submit", "redo", "finish"}
    for sent, delivered in told.values():
        assert sent <= SENT
        assert delivered <= DELIVERED


def test_a_partners_end_with_all_that_goes_along_costs_a_text_and_a_timer_more(
    parties: Parties, costs: list[float]
) -> None:
    """Its description and links are one item, its due time another."""
    task = parties.task(description="Look at the roof.", dueTime="2026-12-01T17:00:00Z")
    parties.do(task, "prepare", "ready")
    parties.act(task, "assign", option="to", organizationId="harbor")
    costs.clear()
    parties.drain()
    assert costs[0] <= PARTNERS_END + TEXT + TIMER


def test_a_dropped_message_costs_two_writes(parties: Parties, costs: list[float]) -> None:
    """The number of what was heard moves, and the message is gone; there is no new version."""
    task = parties.task()
    parties.do(task, "prepare", "ready", "assign:harbor")
    there = parties.partner(task)
    parties.answer(there, "accept")
    parties.act(there, "start", HAL)
    parties.act(task, "wait")
    version = parties.stored(there).version
    costs.clear()
    parties.drain()
    assert min(costs) == 4
    assert parties.stored(there).version == version


def test_an_action_on_an_end_takes_one_read_and_one_commit(parties: Parties) -> None:
    """One read more only where somebody is to be assigned, or waited for."""
    task = parties.task()
    store, session = parties.world.store, parties.world.session
    requests: list[str] = []
    table = store._table  # noqa: SLF001 (requests are counted where they are made)
    whole = {name: getattr(table, name) for name in ("batch_get", "query", "transact", "get")}

    def counting(name: str) -> object:
        def ask(*given: object, **more: object) -> object:
            requests.append(name)
            return whole[name](*given, **more)

        return ask

    for name in whole:
        setattr(table, name, counting(name))
    try:
        for name, given, reads in STEPS:
            requests.clear()
            act(session, OLA, task, name, given, Request())
            assert requests == ["batch_get"] * reads + ["transact"], name
    finally:
        for name in whole:
            delattr(table, name)
