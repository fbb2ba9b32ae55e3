"""Ways to pay less for status changes, or to get more for more: what each comes to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from tests.bench.bill import PLATFORM_LOG
from tests.bench.prices import DISCOUNTS, PRICES, provisioned
from tests.bench.usage import DEPLOYED, MEMORY, Terms, Usage, a_million

REQUEST = "api gateway: request to an HTTP API"
WRITE, READ = "dynamodb: write unit", "dynamodb: read unit"
EVENT, LOG, GB_SECOND = "eventbridge: event", "cloudwatch: GB of log", "lambda: GB-second"
BUSY = 0.7
"""The share of provisioned capacity that is used, as DynamoDB's own scaling aims for by default."""


class Played(NamedTuple):
    """The same changes, made in several ways."""

    usual: Usage
    in_batches: Usage
    """The hooks get ten records together, the relay a hundred."""

    one_by_one: Usage
    """The relay, too, gets each record alone."""

    in_bulk: Usage
    """All tasks in one request."""


class Way(NamedTuple):
    """How it is called, how its figure comes about, and what it is for tasks alone and with a reaction."""

    name: str
    how: str
    alone: float
    both: float


def ways(alone: Played, both: Played) -> Iterator[Way]:
    """What a million changes come to, in dollars; the first is as it is deployed."""

    def measured(name: str, alone: Usage, both: Usage) -> Way:
        return Way(name, "measured", a_million(alone), a_million(both))

    def reckoned(name: str, terms: Terms) -> Way:
        return Way(name, "reckoned", a_million(mine.usual, terms), a_million(its.usual, terms))

    mine, its = alone, both
    yield measured("as deployed", mine.usual, its.usual)
    yield measured("many tasks in one `POST /bulk/actions`", mine.in_bulk, its.in_bulk)
    yield measured("the hooks get ten records together, not one", *_with(mine, its, "in_batches", "hooks"))
    yield measured("the relay gets a hundred together, not ten", *_with(mine, its, "in_batches", "relay"))
    yield measured("the relay gets each alone", *_with(mine, its, "one_by_one", "relay"))
    yield reckoned("`api` with 512 MB, not 1,024", Terms(memory={**MEMORY, "api": 512}))
    yield reckoned("`hooks` and `relay` with 256 MB, not 512", Terms(memory={**MEMORY, "hooks": 256, "relay": 256}))
    yield reckoned("all three with 1,769 MB, one processor each", Terms(memory=dict.fromkeys(MEMORY, 1_769)))
    yield reckoned("x86, not ARM", _priced({GB_SECOND: DISCOUNTS["x86"].dollars}))
    yield reckoned("Lambda writes of every invocation (`systemLogLevel` INFO)", Terms(platform_log=PLATFORM_LOG))
    yield reckoned("no log at all, and so no metrics of Casetree's own", _priced({LOG: 0.0}))
    yield reckoned("nothing is announced on the bus", _priced({EVENT: 0.0}))
    yield reckoned("queues and statuses are not counted", Terms(counted=False))
    yield reckoned("a function's URL, not API Gateway; tokens checked in the function", _priced({REQUEST: 0.0}))
    yield reckoned("a REST API, not an HTTP API", _priced({REQUEST: DISCOUNTS["rest"].dollars}))
    for term in ("provisioned", "reserved for a year", "reserved for three years"):
        name = f"capacity {term}, {BUSY:.0%} of it used"
        yield reckoned(name, _priced({WRITE: provisioned("write", term, BUSY), READ: provisioned("read", term, BUSY)}))


def _with(alone: Played, both: Played, name: str, function: str) -> tuple[Usage, Usage]:
    """The usual, but for one function."""
    mine, its = (played.usual.with_runs_of(getattr(played, name), function) for played in (alone, both))
    return mine, its


def _priced(other: Mapping[str, float]) -> Terms:
    return Terms(prices={**DEPLOYED.prices, **other})


assert {REQUEST, WRITE, READ, EVENT, LOG, GB_SECOND} <= PRICES.keys()
