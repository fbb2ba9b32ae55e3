"""A package with many modules says in its docstring what each is for."""

from __future__ import annotations

import importlib
import re
from pkgutil import iter_modules

import pytest


@pytest.mark.parametrize("name", ["shared.domain", "shared.engine", "shared.storage"])
def test_every_module_is_on_the_map_of_its_package(name: str) -> None:
    """Just the modules and packages that there are, each once."""
    package = importlib.import_module(name)
    named = re.findall(r"`(\w+)`", package.__doc__ or "")
    assert sorted(named) == sorted(module.name for module in iter_modules(package.__path__))
