"""The same storage tests on two engines: moto, in this process, and AWS's own DynamoDB Local.

Table and connection are made once for a module, and emptied before each test.
"""

from collections.abc import Iterator

import pytest
from moto import mock_aws

from shared.storage.store import Store
from tests.storage.table import REGION, create_table, delete_table, empty_table

ENGINES = ["moto", pytest.param("dynamodb_local", marks=pytest.mark.dynamodb_local)]


@pytest.fixture(scope="module", params=ENGINES)
def endpoint(request: pytest.FixtureRequest) -> Iterator[str | None]:
    """Where the engine is; None is moto, which answers in place of AWS while the tests run."""
    if request.param == "moto":
        with mock_aws():
            yield None
    else:
        yield request.getfixturevalue("dynamodb_local")


@pytest.fixture(scope="module")
def table_name(endpoint: str | None) -> Iterator[str]:
    """A table of the module's own."""
    name = create_table(endpoint)
    yield name
    delete_table(name, endpoint)


@pytest.fixture(scope="module")
def connected(table_name: str, endpoint: str | None) -> Store:
    """The storage on that table, with whatever is in it."""
    return Store(table_name, region=REGION, endpoint=endpoint)


@pytest.fixture
def store(connected: Store, table_name: str, endpoint: str | None) -> Store:
    """The storage on an empty table, with nothing consumed."""
    empty_table(table_name, endpoint)
    connected.reset_consumed()
    return connected
