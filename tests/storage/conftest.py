"""The same storage tests on two engines: moto, in this process, and AWS's own DynamoDB Local."""

from collections.abc import Iterator

import pytest
from moto import mock_aws

from shared.storage.store import Store
from tests.storage.table import REGION, create_table, delete_table

ENGINES = ["moto", pytest.param("dynamodb_local", marks=pytest.mark.dynamodb_local)]


@pytest.fixture(params=ENGINES)
def endpoint(request: pytest.FixtureRequest) -> Iterator[str | None]:
    """Where the engine is; None is moto, which answers in place of AWS while the test runs."""
    if request.param == "moto":
        with mock_aws():
            yield None
    else:
        yield request.getfixturevalue("dynamodb_local")


@pytest.fixture
def table_name(endpoint: str | None) -> Iterator[str]:
    """A new, empty table."""
    name = create_table(endpoint)
    yield name
    delete_table(name, endpoint)


@pytest.fixture
def store(endpoint: str | None, table_name: str) -> Store:
    """The storage on a new, empty table."""
    return Store(table_name, region=REGION, endpoint=endpoint)
