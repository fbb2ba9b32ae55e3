"""Workflows with one thing less, by which the checker is measured."""

import yaml

from tests.mutants.__main__ import mutants
from tests.workflows.broken import ERRANDS


def test_each_mutant_lacks_one_thing_and_the_file_stays_whole() -> None:
    """Actions, who takes them from where on which conditions, and timers are taken away one by one."""
    file = yaml.safe_load(ERRANDS.read_text(encoding="utf-8"))
    found = dict(mutants(file))
    assert {"action wake", "finish: who assignee", "start: guards not_anothers", "timer due"} <= found.keys()
    assert found["drop: from ready"]["actions"]["drop"]["from"] == ["waiting", "underway"]
    assert file == yaml.safe_load(ERRANDS.read_text(encoding="utf-8"))
