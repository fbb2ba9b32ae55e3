"""Takes one thing at a time out of workflow files, and counts what the checker refuses: `make mutants`."""

from __future__ import annotations

import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import yaml

from shared.compile import check

File = dict[str, Any]
LISTS = ("from", "who", "guards", "effects")
"""What of an action is taken away entry by entry."""


def mutants(file: File) -> Iterator[tuple[str, File]]:
    """The file without one action, one entry of an action's lists, one timer, or one thing that follows."""
    for name, action in file["actions"].items():
        yield f"action {name}", _without(file, ("actions", name))
        for key in LISTS:
            for index, word in enumerate(action.get(key, ())):
                yield f"{name}: {key} {word}", _without(file, ("actions", name, key, index))
    for name in file.get("timers", {}):
        yield f"timer {name}", _without(file, ("timers", name))
    for name, task_type in file["types"].items():
        for index in range(len((task_type or {}).get("follows", ()))):
            yield f"{name}: follows {index}", _without(file, ("types", name, "follows", index))


def _without(file: File, place: tuple[str | int, ...]) -> File:
    copy = deepcopy(file)
    around: Any = copy
    for key in place[:-1]:
        around = around[key]
    del around[place[-1]]
    return copy


def _caught(mutant: File, folder: Path) -> bool:
    path = folder / "mutant.yaml"
    path.write_text(yaml.safe_dump(mutant, sort_keys=False), encoding="utf-8")
    return bool(check([path]))


def main(paths: list[str]) -> None:
    """Tells of each file how many of its mutants the checker refuses, and which it lets pass."""
    for path in paths:
        counted: Counter[bool] = Counter()
        with tempfile.TemporaryDirectory() as folder:
            for name, mutant in mutants(yaml.safe_load(Path(path).read_text(encoding="utf-8"))):
                caught = _caught(mutant, Path(folder))
                counted[caught] += 1
                if not caught:
                    sys.stdout.write(f"  passes: {name}\n")
        sys.stdout.write(f"{path}: {counted[True]} of {counted.total()} are refused.\n")


if __name__ == "__main__":
    main(sys.argv[1:])
