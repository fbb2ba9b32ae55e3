"""What is installed, on a laptop and on AWS, is what the lock files say, and the same in both."""

import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
GROUPS = ["development", "local", "runtime", "uv"]
PINNED = re.compile(r"^([a-z0-9][a-z0-9.-]*)(?:\[[^]]*])?==(\S+)", re.MULTILINE)


def _locked(group: str) -> set[tuple[str, str]]:
    return set(PINNED.findall((ROOT / f"infra/requirements/{group}.txt").read_text()))


@pytest.mark.parametrize("group", GROUPS)
def test_every_locked_package_has_a_hash(group: str) -> None:
    """What a registry hands out later under the same version is refused."""
    text = (ROOT / f"infra/requirements/{group}.txt").read_text()

    entries = re.split(r"\n(?=[a-z0-9])", text.strip())

    assert entries
    assert [entry.split()[0] for entry in entries if "--hash=sha256:" not in entry] == []


def test_every_locked_npm_package_has_a_hash() -> None:
    """The same holds for npm, which leaves hashes out where it finds packages installed."""
    lock = json.loads((ROOT / "infra/npm/package-lock.json").read_text())

    packages = {name: package for name, package in lock["packages"].items() if name}

    assert packages
    assert [name for name, package in packages.items() if not package.get("integrity")] == []


@pytest.mark.parametrize(
    "path", [*(f"infra/requirements/{group}.txt" for group in GROUPS), "infra/npm/package-lock.json"]
)
def test_no_lock_file_names_an_address(path: str) -> None:
    """Packages come from wherever pip and npm are told to look on the machine."""
    assert "://" not in (ROOT / path).read_text()


def test_development_has_the_versions_of_the_layer() -> None:
    """What is tested is what is deployed."""
    assert _locked("runtime") <= _locked("development")


def test_the_laptop_stack_has_the_layer_s_botocore() -> None:
    """The layer and the local stack run in one interpreter and must agree."""
    layer, local = dict(_locked("runtime")), dict(_locked("local"))

    assert layer["botocore"] == local["botocore"]
    assert {name: local[name] for name in layer.keys() & local.keys()} == {
        name: layer[name] for name in layer.keys() & local.keys()
    }
