"""A plan becomes one transaction: it takes effect whole or not at all, and the caller learns which."""

from collections.abc import Callable, Mapping, Sequence

from pynamodb.exceptions import TransactWriteError
from pynamodb.expressions.operand import Path

from shared.domain.model.plan import Plan
from shared.domain.model.task import TaskId
from shared.storage import keys
from shared.storage.actions import MAX_ACTIONS, Action, in_order
from shared.storage.attributes import Item
from shared.storage.errors import THROTTLED, CommitFailed, FailureKind, Throttled, Unreachable, trouble_of
from shared.storage.keys import key_item
from shared.storage.schema import SORT
from shared.storage.table import ATTEMPTS, Table, pause
from shared.storage.writes import actions

Failure = CommitFailed | Throttled | Unreachable
_KINDS: Mapping[str, FailureKind] = {"ConditionalCheckFailed": "condition", "TransactionConflict": "conflict"}


def commit(table: Table, plan: Plan) -> None:
    """The plan took effect. Raises CommitFailed or Throttled if nothing of it did, Unreachable if that is not known."""
    transact(table, actions(plan), plan.commit_id, lambda: _went_through(table, plan))


def discard(table: Table, case_id: str) -> None:
    """No item of the case is left. Its own goes last, so that after a crash this can be done again."""
    _delete(table, [item for item in table.query(f"CASE#{case_id}") if item[SORT]["S"] != "CASE"])
    _delete(table, [key_item(keys.CaseKey(case_id).address)])


def discard_texts(table: Table, task_id: TaskId) -> int:
    """No item of the task's texts is left; how many there were."""
    texts = keys.within_case(task_id, "TEXT", "")
    items = list(table.query(texts.partition, Path(SORT).startswith(texts.sort)))
    _delete(table, items)
    return len(items)


def _delete(table: Table, items: Sequence[Item]) -> None:
    """None of the items is left. Deleting them again does no harm, so a lost answer is not looked into, but raised."""
    deletes = [Action("delete", None, item) for item in items]
    for start in range(0, len(deletes), MAX_ACTIONS):
        transact(table, deletes[start : start + MAX_ACTIONS], None, lambda: False)


def transact(table: Table, prepared: Sequence[Action], token: str | None, went_through: Callable[[], bool]) -> None:
    """All the actions took effect; raises CommitFailed, Throttled or Unreachable, as `commit` does.

    Where an answer was lost, `went_through` tells whether they took effect. botocore does not repeat a transaction
    that DynamoDB cancelled because it was throttled, so that is done here; what it repeats itself, it repeats with
    the same token.
    """
    table.unanswered = False
    for attempt in range(ATTEMPTS if prepared else 0):
        if attempt:
            pause(attempt)
        try:
            table.transact(prepared, token)
        except TransactWriteError as error:
            failure = _failure_of(error, prepared)
            # An earlier attempt, or this one, may have taken effect without anybody hearing of it.
            if table.unanswered and _found(went_through):
                return
            if failure is None:
                raise
            if not _cancelled_by_throttling(error, failure) or attempt == ATTEMPTS - 1:
                raise failure from error
        else:
            return


def _found(went_through: Callable[[], bool]) -> bool:
    """What `went_through` tells; raises Unreachable where the table is too busy to tell it."""
    try:
        return went_through()
    except Throttled as error:
        raise Unreachable("the answer was lost, and could not be looked for") from error


def _went_through(table: Table, plan: Plan) -> bool:
    """Whether one of the plan's history entries is there, written by this very commit."""
    for entry in plan.entries[:1]:
        item = table.get(keys.history_of(entry))
        return item is not None and item["commitId"]["S"] == entry.commit_id
    return False


def _failure_of(error: TransactWriteError, prepared: Sequence[Action]) -> Failure | None:
    """What the error means; None for a mistake in the request. A condition says more than a conflict."""
    reasons = {id(a): r.code for a, r in zip(in_order(prepared), error.cancellation_reasons, strict=False) if r}
    for code, kind in _KINDS.items():
        for action in prepared:
            if reasons.get(id(action)) == code:
                return CommitFailed(action.write, kind)
    if THROTTLED & set(reasons.values()):
        return Throttled("a transaction was cancelled")
    return trouble_of(error)


def _cancelled_by_throttling(error: TransactWriteError, failure: Failure) -> bool:
    return isinstance(failure, Throttled) and bool(error.cancellation_reasons)
