"""What all tests share: a world without AWS credentials, hypothesis profiles, DynamoDB Local."""

import os
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from xdist.scheduler import LoadFileScheduling

from tests import dynamodb_local as dynamodb_local_server

STACK = "tests/stack/"

# No test reaches an AWS account: these replace what the shell holds, before any client is made.
for name in [name for name in os.environ if name.startswith("AWS_")]:
    del os.environ[name]
os.environ |= {
    # The root of the laptop stack's account; nothing anywhere else.
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_SECRET_ACCESS_KEY": "test",
    "AWS_DEFAULT_REGION": "eu-west-1",
    "AWS_REGION": "eu-west-1",
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    "AWS_EC2_METADATA_DISABLED": "true",
}

# How many cases hypothesis tries, by HYPOTHESIS_PROFILE. A slow machine is no failure: no deadline.
settings.register_profile("default", deadline=None, print_blob=True)
settings.register_profile("quick", settings.get_profile("default"), max_examples=10)
settings.register_profile(
    "thorough",
    settings.get_profile("default"),
    max_examples=5000,
    suppress_health_check=[HealthCheck.too_slow],
)
# Of workflows that are broken on purpose: the same cases each time, and none remembered for other runs.
settings.register_profile("repeatable", settings.get_profile("default"), derandomize=True, database=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))


class ByFile(LoadFileScheduling):  # type: ignore[misc]
    """Hands the tests out by file, as one file's share what is costly to make; those of the stack share a stack."""

    def _split_scope(self, nodeid: str) -> str:
        return STACK if nodeid.startswith(STACK) else str(super()._split_scope(nodeid))


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> ByFile:
    """Where several processes share the tests, this is how."""
    return ByFile(config, log)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Where processes share the tests, the stack's begin first: one process has them all, and they take long."""
    if hasattr(config, "workerinput"):
        items.sort(key=lambda item: not item.nodeid.startswith(STACK))


@pytest.fixture(scope="session")
def dynamodb_local() -> Iterator[str]:
    """The address of AWS's own DynamoDB engine, for the whole run: each test makes a table of its own name."""
    with dynamodb_local_server.running() as endpoint:
        yield endpoint
