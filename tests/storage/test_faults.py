from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from pynamodb.exceptions import GetError, TransactWriteError

from shared.domain.counts.tally import Counted, Move
from shared.domain.model import writes as p
from shared.domain.model.plan import Plan
from shared.domain.model.task import Cell, Texts
from shared.storage.keys import CaseKey, TaskKey
from shared.storage.store import CommitFailed, Store, Throttled, Unreachable
from tests.storage.examples import (
    BARE_CASE,
    BARE_ENTRY,
    BARE_TASK,
    BARE_USER,
    CASE_ID,
    FULL_ENTRY,
    NOW,
    OTHER_ID,
    TASK_ID,
    TIMER,
)
from tests.storage.faults import Fault, Line, Response, answer, answer_lost, cancelled, fine, never_sent
from tests.storage.plans import commit, plan

COMMIT, LOAD, GET = "TransactWriteItems", "BatchGetItem", "GetItem"
CHECK = p.CheckCaseOpen(BARE_CASE)
CHANGE = p.ChangeTask(BARE_TASK, replace(BARE_TASK, status="Failed", version=2))
TRIES = 3
DEAD: list[Fault] = [never_sent] * TRIES


@pytest.fixture
def line(store: Store, monkeypatch: pytest.MonkeyPatch) -> Iterator[Line]:
    """A line to an engine that has the case and the task of the plan; nobody waits between attempts."""
    monkeypatch.setattr("time.sleep", lambda _: None)
    commit(store, p.CreateCase(BARE_CASE), p.CreateTask(BARE_TASK), p.AddEntry(BARE_ENTRY))
    line = Line(store)
    yield line
    line.mend()


@pytest.fixture
def asked() -> Plan:
    """A plan that checks the case, changes the task to version 2, and writes an entry and a timer."""
    commit_id = plan().commit_id
    entry = replace(FULL_ENTRY, commit_id=commit_id)
    return Plan(commit_id, (CHECK, CHANGE, p.AddEntry(entry), p.PutTimer(TIMER)))


def version(store: Store) -> int:
    """The version of the task: 2 once the plan has taken effect."""
    task = store.load([TaskKey(TASK_ID)])[TaskKey(TASK_ID)]
    assert task is not None
    return task.version


def reasons(**by_write: str) -> Fault:
    """The plan's transaction is cancelled, with reasons for some of what is sent, in PynamoDB's order."""
    return cancelled(*(by_write.get(name, "None") for name in ("check", "entry", "timer", "change")))


def test_a_lost_answer_is_asked_for_again(store: Store, line: Line, asked: Plan) -> None:
    """After a time-out the same transaction is sent again with its token, and has taken effect once."""
    line.fail(COMMIT, answer_lost)
    store.commit(asked)
    assert version(store) == 2
    assert line.sent.count(COMMIT) == 2


def test_a_commit_is_found_when_every_answer_is_lost(store: Store, line: Line, asked: Plan) -> None:
    """Where all answers are lost, the plan's own history entry says that it was committed."""
    line.fail(COMMIT, answer_lost, *DEAD)
    store.commit(asked)
    assert version(store) == 2
    assert line.sent == [COMMIT] * TRIES + [GET, LOAD]


def test_a_commit_is_found_behind_its_own_condition(store: Store, line: Line, asked: Plan) -> None:
    """A repeat that meets what the first try wrote, and fails at it, is a success."""
    line.fail(COMMIT, answer_lost, reasons(change="ConditionalCheckFailed"))
    store.commit(asked)
    assert version(store) == 2


def test_a_commit_is_found_behind_throttling(store: Store, line: Line, asked: Plan) -> None:
    """A repeat that is throttled says nothing of the first try, so that one is looked for."""
    line.fail(COMMIT, answer_lost, *[answer("ThrottlingException")] * TRIES)
    store.commit(asked)
    assert version(store) == 2


def test_another_commit_is_not_taken_for_ones_own(store: Store, line: Line, asked: Plan) -> None:
    """An entry of the same version by somebody else is no sign of success."""
    commit(store, CHANGE, p.AddEntry(FULL_ENTRY))
    line.fail(COMMIT, never_sent)
    with pytest.raises(CommitFailed) as raised:
        store.commit(asked)
    assert raised.value.write is CHANGE


def test_what_was_never_sent_is_unreachable(store: Store, line: Line, asked: Plan) -> None:
    """Without any answer, and without a trace of the commit, nobody can say what happened."""
    line.fail(COMMIT, *DEAD)
    with pytest.raises(Unreachable):
        store.commit(asked)
    assert version(store) == 1


def test_a_lost_answer_that_cannot_be_looked_for_is_unreachable(store: Store, line: Line, asked: Plan) -> None:
    """If the look for the commit gets no answer either, it stays unknown."""
    line.fail(COMMIT, answer_lost, *DEAD)
    line.fail(GET, *DEAD)
    with pytest.raises(Unreachable):
        store.commit(asked)
    assert version(store) == 2


def test_a_lost_answer_that_nobody_has_time_to_look_for_is_unreachable(store: Store, line: Line, asked: Plan) -> None:
    """A table that is too busy for the look does not make it certain that nothing was written."""
    line.fail(COMMIT, answer_lost, *[answer("ThrottlingException")] * TRIES)
    line.fail(GET, *[answer("ThrottlingException")] * TRIES)
    with pytest.raises(Unreachable):
        store.commit(asked)
    assert version(store) == 2


def test_what_was_refused_each_time_is_not_looked_for(store: Store, line: Line, asked: Plan) -> None:
    """Where every attempt was answered, and none of them took effect, a busy table is not asked more."""
    line.fail(COMMIT, *[answer("ThrottlingException")] * TRIES)
    with pytest.raises(Throttled):
        store.commit(asked)
    assert line.sent == [COMMIT] * TRIES


def test_a_plan_without_history_cannot_be_found(store: Store, line: Line) -> None:
    """A plan that writes no entry leaves no trace to look for."""
    line.fail(COMMIT, *DEAD)
    with pytest.raises(Unreachable):
        commit(store, p.PutUser(BARE_USER, None))


@pytest.mark.parametrize(("code", "status"), [("InternalServerError", 500), ("Bad Gateway", 502)])
def test_an_internal_error_may_have_been_a_success(
    store: Store, line: Line, asked: Plan, code: str, status: int
) -> None:
    """An answer of 500 and more says nothing of the transaction, so it is looked for."""
    line.fail(COMMIT, answer_lost, *[answer(code, status)] * TRIES)
    store.commit(asked)
    assert version(store) == 2
    line.fail(COMMIT, *[answer(code, status)] * TRIES)
    with pytest.raises(Unreachable):
        commit(store, p.AddEntry(replace(FULL_ENTRY, version=13)))


def test_a_transaction_under_way_is_waited_for(store: Store, line: Line, asked: Plan) -> None:
    """A repeat that meets its own first try still under way is sent again."""
    line.fail(COMMIT, answer("TransactionInProgressException"))
    store.commit(asked)
    assert version(store) == 2


@pytest.mark.parametrize(("name", "number"), [("check", 0), ("change", 1), ("entry", 2), ("timer", 3)])
def test_a_conflict_names_its_write(store: Store, line: Line, asked: Plan, name: str, number: int) -> None:
    """A transaction that meets another at an item fails with the write of that item, and changes nothing."""
    line.fail(COMMIT, reasons(**{name: "TransactionConflict"}))
    with pytest.raises(CommitFailed) as raised:
        store.commit(asked)
    assert (raised.value.kind, raised.value.write) == ("conflict", asked.writes[number])
    assert version(store) == 1
    assert line.sent.count(COMMIT) == 1


def test_a_condition_says_more_than_a_conflict(store: Store, line: Line, asked: Plan) -> None:
    """Where one write failed its condition and another met a transaction, the condition is told."""
    line.fail(COMMIT, reasons(check="TransactionConflict", change="ConditionalCheckFailed"))
    with pytest.raises(CommitFailed) as raised:
        store.commit(asked)
    assert (raised.value.kind, raised.value.write) == ("condition", CHANGE)


@pytest.mark.parametrize("code", ["ThrottlingError", "ProvisionedThroughputExceeded"])
def test_a_throttled_transaction_is_tried_again(store: Store, line: Line, asked: Plan, code: str) -> None:
    """A transaction that DynamoDB cancels for its load is sent again some times."""
    line.fail(COMMIT, *[reasons(change=code)] * 3)
    store.commit(asked)
    assert version(store) == 2


@pytest.mark.parametrize(
    "fault",
    [
        reasons(change="ThrottlingError"),
        reasons(entry="ProvisionedThroughputExceeded"),
        answer("ThrottlingException"),
        answer("ProvisionedThroughputExceededException"),
        answer("RequestLimitExceeded"),
    ],
)
def test_lasting_throttling_is_told(store: Store, line: Line, asked: Plan, fault: Fault) -> None:
    """When throttling lasts, the caller hears that nothing was written and may come again."""
    line.fail(COMMIT, *[fault] * 20)
    with pytest.raises(Throttled):
        store.commit(asked)
    assert line.sent.count(COMMIT) < 6
    line.mend()
    assert version(store) == 1


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (cancelled("ThrottlingError"), Throttled),
        (answer("ThrottlingException"), Throttled),
        (cancelled("TransactionConflict"), CommitFailed),
        (never_sent, Unreachable),
    ],
)
def test_what_cannot_be_deleted_now_can_be_later(
    store: Store, line: Line, fault: Fault, error: type[Exception]
) -> None:
    """A busy table, and another transaction at the item, are told as at any other write; done again, all is gone."""
    commit(store, p.PutFirstTexts(TASK_ID, Texts("Ring twice.")))
    line.fail(COMMIT, *[fault] * 20)
    with pytest.raises(error):
        store.discard_texts(TASK_ID)
    line.mend()
    assert (store.discard_texts(TASK_ID), store.discard_texts(TASK_ID)) == (1, 0)


def test_a_mistake_is_not_hidden(store: Store, line: Line, asked: Plan) -> None:
    """An error that says the request itself is wrong is no state of the table, and leaves as it is."""
    line.fail(COMMIT, answer("ValidationException"))
    with pytest.raises(TransactWriteError) as wrong:
        store.commit(asked)
    assert wrong.value.cause_response_code == "ValidationException"
    line.fail(LOAD, answer("AccessDeniedException"))
    with pytest.raises(GetError, match="AccessDeniedException"):
        store.load([CaseKey(CASE_ID)])


def test_reads_say_what_is_wrong(store: Store, line: Line) -> None:
    """A read that is throttled or not answered says so after some tries; once is not noticed."""
    line.fail(LOAD, answer_lost)
    assert version(store) == 1
    line.fail(LOAD, *DEAD)
    with pytest.raises(Unreachable):
        version(store)
    line.fail("Query", *[answer("ThrottlingException")] * TRIES)
    with pytest.raises(Throttled):
        store.history(TASK_ID)
    line.fail("Scan", *[answer("InternalServerError", 500)] * TRIES)
    with pytest.raises(Unreachable):
        list(store.cases())
    line.fail(GET, *DEAD)
    with pytest.raises(Unreachable):
        store.clock_offset()
    line.fail("PutItem", *DEAD)
    with pytest.raises(Unreachable):
        store.set_clock_offset(1)


def partly(table: str, times: int) -> list[Fault]:
    """Answers to a batch read that leave one task out, that many times."""

    def shortened(send: Callable[[], Response]) -> Response:
        (response, parsed), error = send()
        keys = {"PK": {"S": f"CASE#{CASE_ID}"}, "SK": {"S": f"TASK#{TASK_ID.split('.')[1]}"}}
        items = [item for item in parsed["Responses"][table] if item["SK"] != keys["SK"]]
        cut = {**parsed, "Responses": {table: items}, "UnprocessedKeys": {table: {"Keys": [keys]}}}
        return (response, cut), error

    return [shortened] * times


def test_a_batch_that_is_cut_short_is_completed(store: Store, line: Line, table_name: str) -> None:
    """What a batch read leaves out is asked for again, until all is there; or it says that it is throttled."""
    line.fail(LOAD, *partly(table_name, 2))
    keys = [CaseKey(CASE_ID), TaskKey(TASK_ID), TaskKey(OTHER_ID)]
    loaded = store.load(keys)
    assert [loaded[key] for key in keys] == [BARE_CASE, BARE_TASK, None]
    assert line.sent.count(LOAD) == 3
    line.fail(LOAD, *partly(table_name, 10))
    with pytest.raises(Throttled):
        store.load(keys)


def test_a_count_whose_answer_was_lost_is_found(store: Store, line: Line) -> None:
    """What a task is counted as tells whether a count went through."""
    move = Move(TASK_ID, None, Counted(1, Cell("dispatch", "unassigned", "QA")))
    line.fail(COMMIT, answer_lost, *DEAD)
    store.move_counts([move])
    assert store.counted(TASK_ID) == move.after
    line.fail(COMMIT, *DEAD)
    with pytest.raises(Unreachable):
        store.move_counts([Move(TASK_ID, move.after, Counted(2))])


def test_a_count_is_not_found_in_what_another_counted(store: Store, line: Line) -> None:
    """Where somebody else has counted one of the tasks alike, the answer that was lost was a refusal of them all."""
    first, second = (Move(task, None, Counted(1, Cell("dispatch", "unassigned", "QA"))) for task in (TASK_ID, OTHER_ID))
    store.move_counts([first])
    line.fail(COMMIT, answer_lost)
    with pytest.raises(CommitFailed):
        store.move_counts([first, second])
    assert store.counted(OTHER_ID) is None
    store.move_counts([second])
    line.fail(COMMIT, answer_lost)
    store.move_counts([replace(move, before=move.after, after=Counted(2)) for move in (first, second)])
    assert store.counted(OTHER_ID) == Counted(2)


def test_a_line_that_is_fine_changes_nothing(store: Store, line: Line, asked: Plan) -> None:
    """Without faults, a plan is one request."""
    line.fail(COMMIT, fine)
    store.commit(asked)
    assert line.sent == [COMMIT]
    assert store.history(TASK_ID) == list(asked.entries)
    assert list(store.due(0, NOW)) == []
