"""Run by the functions' own Python on the built code: keeps what the methods of its dataclasses compile to."""

import dataclasses
import importlib
import marshal
import sys
from pathlib import Path
from typing import Any

FUNCTIONS = ("functions.api.app", "functions.hooks.handler", "functions.relay.handler", "functions.timers.handler")


def compiled(modules: tuple[str, ...] = FUNCTIONS) -> dict[str, bytes]:
    """By text, the code of every method that Python writes while it imports the modules."""
    known: dict[str, bytes] = {}

    def execute(text: str, names: dict[str, Any], local: dict[str, Any]) -> None:
        code = compile(text, "<string>", "exec")
        known[text] = marshal.dumps(code)
        exec(code, names, local)  # noqa: S102 # nosec B102

    dataclasses.exec = execute  # type: ignore[attr-defined]
    for module in modules:
        importlib.import_module(module)
    return known


if __name__ == "__main__":
    name = f"prepared.{sys.implementation.cache_tag}.bin"
    (Path(sys.argv[1]) / name).write_bytes(marshal.dumps(compiled()))
