"""Methods of dataclasses that were compiled ahead: a start does not compile them again, and they are the same."""

from __future__ import annotations

import builtins
import dataclasses
import json
import marshal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from functions import prepared
from infra.prepare import compiled
from tests.functions.test_starts import ENVIRONMENT

ROOT = Path(__file__).parents[2]
VALUES = """
from dataclasses import dataclass, field

@dataclass(frozen=True, slots=True, order=True)
class Value:
    number: int
    words: tuple[str, ...] = ("a",)
    more: dict = field(default_factory=dict, compare=False)
"""
STARTED = """
import json, sys
from pathlib import Path
compiled = []
sys.addaudithook(lambda event, given: event == "compile" and given[1] == "<string>" and compiled.append(str(given[0])))
from functions import prepared
prepared.use(Path(sys.argv[1]))
import functions.hooks.handler
print(json.dumps([text for text in compiled if "__create_fn__" in text]))
"""


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A module with a value in it; what is done to `dataclasses` is undone."""
    monkeypatch.setattr(dataclasses, "exec", builtins.exec, raising=False)
    monkeypatch.syspath_prepend(tmp_path)
    # Of another name in each test: what was imported once is not made again.
    name = f"values_of_{tmp_path.name}"
    (tmp_path / f"{name}.py").write_text(VALUES)
    return name


def _imported(module: str, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.delitem(sys.modules, module, raising=False)
    return __import__(module).Value


def _use(known: dict[str, bytes], tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    kept.write_bytes(marshal.dumps(known))
    prepared.use(kept)


def test_values_are_the_same(module: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Equal, ordered, hashed, shown, frozen and made with defaults, as if nothing had been kept."""
    known = compiled((module,))
    assert known
    _use(known, tmp_path)
    value = _imported(module, monkeypatch)
    one, other = value(1), value(2, ("b",), {"c": 3})
    assert (one == value(1, more={"d": 4}), one < other, hash(one) == hash(value(1))) == (True, True, True)
    assert repr(other) == "Value(number=2, words=('b',), more={'c': 3})"
    assert one.more is not value(1).more
    with pytest.raises(dataclasses.FrozenInstanceError):
        one.number = 3


def test_what_was_kept_is_what_runs(module: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is compiled of a text that is known: here it is known as something else, which nobody would do."""
    _use(dict.fromkeys(compiled((module,)), marshal.dumps(compile("1 / 0", "", "exec"))), tmp_path)
    with pytest.raises(ZeroDivisionError):
        _imported(module, monkeypatch)


def test_a_text_that_was_not_kept_is_compiled(module: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """So no change of a class, of a library or of Python can meet methods that are not its own."""
    _use({}, tmp_path)
    assert _imported(module, monkeypatch)(1).number == 1


def test_a_checkout_has_nothing_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """There Python does as it always does."""
    monkeypatch.setattr(dataclasses, "exec", builtins.exec, raising=False)
    prepared.use(tmp_path / "none")
    assert dataclasses.exec is builtins.exec  # type: ignore[attr-defined]


def test_a_function_starts_without_compiling_a_method(tmp_path: Path) -> None:
    """Of all that it imports; the file is the one that the build makes."""
    environment = {**ENVIRONMENT, "PYTHONPATH": str(ROOT)}
    run = [sys.executable, "-P", "-B"]
    subprocess.run([*run, str(ROOT / "infra" / "prepare.py"), str(tmp_path)], env=environment, check=True, timeout=120)
    (kept,) = tmp_path.iterdir()
    assert kept.name == prepared.KEPT.name
    for file, compiles in ((kept, False), (tmp_path / "none", True)):
        done = subprocess.run(
            [*run, "-c", STARTED, str(file)], env=environment, check=True, timeout=120, capture_output=True, text=True
        )
        assert bool(json.loads(done.stdout)) == compiles
