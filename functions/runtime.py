"""What every function works with: the table, the workflows, the clock; made once per process."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import botocore.session
from botocore.config import Config

from functions.environment import is_loopback, required
from shared import workflows
from shared.engine.session import Session
from shared.ids import new_id
from shared.storage.store import Store

# Down to DEBUG, libraries log whole requests: addresses, items with their texts, tokens. However much a
# deployer wants to see, not that.
for library in ("aws_lambda_powertools", "botocore", "pynamodb", "urllib3"):
    logging.getLogger(library).setLevel(logging.WARNING)

# Short, as in the storage: what does not answer within seconds is tried again with the next delivery.
CONFIG = Config(connect_timeout=1, read_timeout=3, retries={"mode": "standard", "max_attempts": 3})


def open_session(environment: Mapping[str, str]) -> Session:
    """A session on the table that the environment names; raises ValueError if it names none."""
    endpoint = environment.get("AWS_ENDPOINT_URL") or None
    store = Store(
        required(environment, "CASETREE_TABLE"), region=required(environment, "AWS_REGION"), endpoint=endpoint
    )
    return Session(store, workflows.load(), clock(endpoint, store.clock_offset), new_id, secret=secret(environment))


def secret(environment: Mapping[str, str]) -> Callable[[], bytes]:
    """The secret of the stack: read when it is first asked for, as most requests need none, and kept from then on."""

    @cache
    def read() -> bytes:
        client = make_client("secretsmanager", environment)
        answer = client.get_secret_value(SecretId=required(environment, "CASETREE_SECRET_ARN"))
        return str(answer["SecretString"]).encode()

    return read


def clock(endpoint: str | None, offset: Callable[[], int]) -> Callable[[], datetime]:
    """The time; moved by the table's offset where the table is on this machine, and nowhere else."""
    if endpoint is None or not is_loopback(endpoint):
        return utc_now
    return lambda: utc_now() + timedelta(seconds=offset())


def utc_now() -> datetime:
    """The present moment, cut to milliseconds."""
    moment = datetime.now(UTC)
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def make_client(service: str, environment: Mapping[str, str]) -> Any:
    """A client of another AWS service than DynamoDB; dear to make, so a process makes it once."""
    region, endpoint = required(environment, "AWS_REGION"), environment.get("AWS_ENDPOINT_URL") or None
    session = botocore.session.get_session()
    return session.create_client(service, region_name=region, endpoint_url=endpoint, config=CONFIG)
