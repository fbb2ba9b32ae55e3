"""Versions of one workflow beside each other, as their author publishes them: in a folder of compiled forms."""

from __future__ import annotations

import shutil
from pathlib import Path

from shared.compile import check
from shared.domain.definitions.workflow import Workflow
from shared.workflows import COMPILED, Registry
from tests.workflows.broken import ERRANDS

FIRST = ERRANDS.read_text(encoding="utf-8")
PAUSED = "  paused:   {state: Open, status: Paused, open: true, tab: on_hold}\n"
PAUSE = """actions:
  pause:
    from: [underway]
    to: paused
    who: [assignee]

  resume:
    from: [paused]
    to: underway
    who: [assignee]

"""


def changed(text: str, *changes: tuple[str, str], version: int = 2) -> str:
    """The file as its next version, with each of these passages replaced by another."""
    for old, new in ((f"version: {version - 1}\n", f"version: {version}\n"), *changes):
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in the file"
        text = text.replace(old, new)
    return text


SECOND = changed(
    FIRST,
    ("actions:\n", PAUSE),
    ("  done:     {", f"{PAUSED}  done:     {{"),
    ("from: [waiting, ready, underway]\n    to: dropped", "from: [waiting, ready, underway, paused]\n    to: dropped"),
    ("  Buy:            {groupQueue: household, due: 2d}", "  Buy:            {groupQueue: household}"),
)
"""Errands, in which work can be paused, and what is to be bought is never due."""


class Several:
    """Knows these versions of one workflow, the oldest first."""

    def __init__(self, *known: Workflow) -> None:
        self._known = {workflow.version: workflow for workflow in known}
        self.names = (known[0].name,)

    def versions(self, name: str) -> tuple[int, ...]:
        """Their numbers."""
        return tuple(self._known) if name in self.names else ()

    def latest(self, name: str) -> Workflow:
        """The newest of them."""
        return self.get(name, max(self._known))

    def get(self, name: str, version: int) -> Workflow:
        """That version."""
        assert name in self.names
        return self._known[version]


def published(folder: Path, *texts: str, shipped: bool = True) -> Registry:
    """The workflows with these files as well, each checked and compiled after the one before it."""
    if shipped:
        shutil.copytree(COMPILED, folder / "compiled", dirs_exist_ok=True)
    for number, text in enumerate(texts):
        file = folder / f"{number}.yaml"
        file.write_text(text, encoding="utf-8")
        problems = check([file], write=True)
        assert not problems, "\n".join(map(str, problems))
    return Registry(folder / "compiled")
