"""The workflows that are deployed: every published version, read when it is first asked for."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from shared.domain.definitions.compiled import workflow_from
from shared.domain.definitions.workflow import Workflow

COMPILED = Path(__file__).parent / "compiled"
FILE = re.compile(r"(?P<name>[a-z][a-z0-9-]*)-(?P<version>[1-9][0-9]*)\.json")


class UnknownWorkflowError(LookupError):
    """There is no such workflow, or no such version of it."""


class Registry:
    """The workflows in a folder of compiled forms, by name and version."""

    def __init__(self, folder: Path = COMPILED) -> None:
        self._files = _files(folder)
        self._read: dict[tuple[str, int], Workflow] = {}

    @property
    def names(self) -> tuple[str, ...]:
        """The names of all workflows, in alphabetical order."""
        return tuple(sorted({name for name, _ in self._files}))

    def versions(self, name: str) -> tuple[int, ...]:
        """The published versions of a workflow, oldest first; none for an unknown name."""
        return tuple(sorted(version for known, version in self._files if known == name))

    def latest(self, name: str) -> Workflow:
        """The newest version: the one that new cases start with; raises UnknownWorkflowError."""
        versions = self.versions(name)
        if not versions:
            raise UnknownWorkflowError(f"There is no workflow {name!r}.")
        return self.get(name, versions[-1])

    def get(self, name: str, version: int) -> Workflow:
        """One version of a workflow, read once in a process; raises UnknownWorkflowError."""
        key = (name, version)
        if key not in self._files:
            raise UnknownWorkflowError(f"There is no version {version} of a workflow {name!r}.")
        if key not in self._read:
            self._read[key] = workflow_from(json.loads(self._files[key].read_bytes()))
        return self._read[key]


@cache
def load() -> Registry:
    """The workflows that come with this deployment."""
    return Registry()


def _files(folder: Path) -> Mapping[tuple[str, int], Path]:
    found = {path: FILE.fullmatch(path.name) for path in sorted(folder.glob("*.json"))}
    return {(match["name"], int(match["version"])): path for path, match in found.items() if match}
