"""Workflows with one thing less, by which the checker and the tests are measured."""

import os
import random
from pathlib import Path

import pytest
import yaml

from shared import workflows
from tests.mutants.__main__ import sampled
from tests.mutants.judging import in_child
from tests.mutants.taken import WORDS, mutants
from tests.workflows.broken import ERRANDS

APPEALS = Path(workflows.__file__).with_name("appeals.yaml")


def test_each_mutant_lacks_one_thing_and_the_file_stays_whole() -> None:
    """Actions, who takes them from where on which conditions, and timers are taken away one by one."""
    file = yaml.safe_load(ERRANDS.read_text(encoding="utf-8"))
    found = {mutant.place: mutant for mutant in mutants(file)}
    assert {
        "actions / wake": "transition",
        "actions / finish / who / assignee": "actor",
        "actions / start / guards / not_anothers": "guard",
        "actions / put_back / effects / clear_person": "reaction",
        "timers / due": "timer",
    }.items() <= {place: mutant.kind for place, mutant in found.items()}.items()
    assert found["actions / drop / from / ready"].file["actions"]["drop"]["from"] == ["waiting", "underway"]
    assert file == yaml.safe_load(ERRANDS.read_text(encoding="utf-8"))


def test_every_mutant_differs_from_the_file_and_from_the_others() -> None:
    """What several types mean is written once, and taken once, from all of them."""
    file = yaml.safe_load(APPEALS.read_text(encoding="utf-8"))
    found = list(mutants(file))
    assert {mutant.kind for mutant in found} == set(WORDS)
    assert len({mutant.place for mutant in found}) == len({repr(mutant.file) for mutant in found}) == len(found)
    assert repr(file) not in {repr(mutant.file) for mutant in found}


def test_a_sample_is_the_same_for_the_same_seed() -> None:
    """So figures of a part can be measured again."""
    found = list(mutants(yaml.safe_load(ERRANDS.read_text(encoding="utf-8"))))
    assert sampled(found, 5, 1) == sampled(found, 5, 1) != sampled(found, 5, 2)
    assert len(sampled(found, 5, 1)) == 5
    assert sampled(found, None, 1) == sampled(found, len(found) + 1, 1) == found


def test_what_happens_in_a_child_stays_there() -> None:
    """Its answer comes back, and nothing else; what fails in it is told."""
    random.seed(1)
    before = random.getstate()
    assert in_child(lambda: [random.random() >= 0]) == [True]  # noqa: S311 - no secret
    assert random.getstate() == before
    with pytest.raises(RuntimeError, match="KeyError: 'GONE'"):
        in_child(lambda: os.environ["GONE"])
