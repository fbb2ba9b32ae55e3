import json
from collections.abc import Iterator
from contextlib import suppress
from copy import deepcopy
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared import workflows
from shared.compile import UnreadableError, check, workflow_of
from shared.compile.form import in_words, seconds
from shared.compile.publish import text
from shared.domain.definitions.compiled import MalformedError, plain_from, workflow_from
from shared.domain.definitions.workflow import Waiting, Word
from shared.workflows import Registry, UnknownWorkflowError, load
from tests.workflows.broken import ERRANDS
from tests.workflows.claims import CLAIMS

FILES = sorted(Path(workflows.__file__).parent.glob("*.yaml"))
FORM = plain_from(workflow_of(ERRANDS))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_the_compiled_form_says_what_the_file_says(file: Path) -> None:
    """What the functions load is the file as it stands; `casetree check --write` makes it so."""
    workflow = workflow_of(file)
    assert load().get(workflow.name, workflow.version) == workflow
    written = file.parent / "compiled" / f"{workflow.name}-{workflow.version}.json"
    assert written.read_text(encoding="utf-8") == text(workflow)


@pytest.mark.parametrize("file", [*FILES, ERRANDS, CLAIMS], ids=lambda file: file.stem)
def test_a_workflow_survives_its_compiled_form(file: Path) -> None:
    """Written and read again, a workflow is the same."""
    workflow = workflow_of(file)
    assert workflow_from(json.loads(text(workflow))) == workflow


def test_what_the_file_leaves_out_is_filled_in() -> None:
    """Labels come from names, a duration becomes seconds, and a word keeps its argument."""
    workflow = workflow_of(ERRANDS)
    assert workflow.actions["put_back"].label == "Put back"
    assert workflow.types["Buy"].label == "Buy"
    assert workflow.types["Buy"].due_in == timedelta(days=2)
    assert workflow.prerequisites == Waiting("waiting", "ready", "wake")
    assert load().latest("inspection").actions["skip"].target[0].conditions == (Word("visited", {"value": "failed"}),)


def test_durations_and_labels() -> None:
    """`1w 2d 3h 4m` adds up, and a name becomes a label by its first letter."""
    assert seconds("1w 2d 3h 4m") == timedelta(weeks=1, days=2, hours=3, minutes=4).total_seconds()
    assert in_words("add_a_note") == "Add a note"


def places(value: Any, at: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Every place within a JSON value."""
    yield at
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        yield from places(inner, (*at, key))


ANYTHING = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(), st.just([]), st.just({}))


@given(st.sampled_from([at for at in places(FORM) if at]), ANYTHING)
def test_a_damaged_form_is_refused_or_still_a_workflow(at: tuple[str | int, ...], value: object) -> None:
    """Whatever stands somewhere in a compiled form, reading gives a workflow or says what is wrong."""
    form = deepcopy(FORM)
    holder: Any = form
    for key in at[:-1]:
        holder = holder[key]
    holder[at[-1]] = value
    with suppress(MalformedError):
        workflow = workflow_from(form)
        assert workflow_from(plain_from(workflow)) == workflow


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"name": None}, "/name: str expected, not NoneType"),
        ({"version": True}, "/version: int expected, not bool"),
        ({"colour": "red"}, "/colour: unknown"),
        ({"statuses": []}, "/statuses: dict expected, not list"),
        ({"create_case": "inside"}, "/create_case: list expected, not str"),
        ({"create_case": [1]}, "/create_case/0: str expected, not int"),
        ({"statuses": {"a": {"key": "a", "state": "A"}}}, "/statuses/a/status: missing"),
        ({"types": {"a": {"name": "a", "label": "A", "due_in": "3d"}}}, "/types/a/due_in: int expected, not str"),
        (
            {"types": {"a": {"name": "a", "label": "A", "lasts": 10**15}}},
            "/types/a/lasts: 1000000000000000 seconds are too many",
        ),
        ({"types": {"a": {"name": "a", "label": "A", "ends": "now"}}}, "/types/a/ends: 'now' is none of by_action, "),
    ],
)
def test_a_form_that_does_not_fit_is_refused_by_its_place(change: dict[str, object], said: str) -> None:
    """What is missing, unknown or of another type is named by where it stands."""
    with pytest.raises(MalformedError, match=said):
        workflow_from({**FORM, **change})
    with pytest.raises(MalformedError, match="/: dict expected, not list"):
        workflow_from([])


def test_reading_a_file_with_mistakes_raises_them_all() -> None:
    """Who asks for the workflow of a broken file gets the problems, with file and line."""
    with pytest.raises(UnreadableError, match="cannot be read"):
        workflow_of(ERRANDS.with_name("missing.yaml"))


def test_a_file_whose_states_are_wrong_is_no_workflow(tmp_path: Path) -> None:
    """A workflow that breaks a rule is never handed out."""
    file = tmp_path / "errands.yaml"
    file.write_text(ERRANDS.read_text(encoding="utf-8").replace("to: done", "to: gone"), encoding="utf-8")
    with pytest.raises(UnreadableError, match=r"errands.yaml:48: There is no status 'gone'"):
        workflow_of(file)


class TestPublishing:
    """A published version is there for good."""

    @pytest.fixture
    def file(self, tmp_path: Path) -> Path:
        """A copy of a workflow that is published as version 1."""
        file = tmp_path / "errands.yaml"
        file.write_text(ERRANDS.read_text(encoding="utf-8"), encoding="utf-8")
        assert check([file], write=True) == []
        return file

    def edit(self, file: Path, old: str, new: str) -> None:
        """The file says something else."""
        file.write_text(file.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")

    def test_without_write_nothing_is_written(self, tmp_path: Path) -> None:
        """Checking alone leaves no trace."""
        file = tmp_path / "errands.yaml"
        file.write_text(ERRANDS.read_text(encoding="utf-8"), encoding="utf-8")
        assert check([file]) == []
        assert list(tmp_path.iterdir()) == [file]

    def test_the_compiled_form_stands_beside_the_file(self, file: Path) -> None:
        """`--write` makes the form that a registry reads."""
        registry = Registry(file.parent / "compiled")
        assert registry.latest("errands") == workflow_of(file)

    def test_writing_the_same_again_changes_nothing(self, file: Path) -> None:
        """A second `--write` finds nothing to do."""
        written = file.parent / "compiled" / "errands-1.json"
        before = written.stat().st_mtime_ns
        assert check([file], write=True, force=True) == []
        assert written.stat().st_mtime_ns == before

    @pytest.mark.parametrize("write", [True, False])
    def test_a_changed_form_of_a_published_version_is_refused(self, file: Path, *, write: bool) -> None:
        """Cases that began with a version keep its rules, so another form needs another version."""
        self.edit(file, "label: Errands", "label: Jobs")
        (problem,) = check([file], write=write)
        assert (problem.line, problem.rule) == (4, "published-version")
        assert "`version: 2`" in problem.hint
        assert Registry(file.parent / "compiled").latest("errands").label == "Errands"

    def test_force_replaces_it(self, file: Path) -> None:
        """While nothing is deployed, a form can be replaced on purpose."""
        self.edit(file, "label: Errands", "label: Jobs")
        assert check([file], force=True)
        assert check([file], write=True, force=True) == []
        assert Registry(file.parent / "compiled").latest("errands").label == "Jobs"

    def test_a_new_version_stands_beside_the_old_one(self, file: Path) -> None:
        """Raising the version publishes a second form; the first is still there."""
        self.edit(file, "label: Errands", "label: Jobs")
        self.edit(file, "version: 1", "version: 2")
        assert check([file], write=True) == []
        registry = Registry(file.parent / "compiled")
        assert registry.versions("errands") == (1, 2)
        assert [registry.get("errands", n).label for n in (1, 2)] == ["Errands", "Jobs"]
        assert registry.latest("errands").version == 2


class TestRegistry:
    """The registry knows what is deployed."""

    def test_versions_count_as_numbers(self, tmp_path: Path) -> None:
        """Version 10 comes after version 9."""
        workflow = workflow_of(ERRANDS)
        for version in (9, 10):
            (tmp_path / f"errands-{version}.json").write_text(
                text(replace(workflow, version=version)), encoding="utf-8"
            )
        (tmp_path / "notes.json").write_text("{}", encoding="utf-8")
        registry = Registry(tmp_path)
        assert registry.names == ("errands",)
        assert registry.latest("errands").version == 10

    def test_a_form_is_read_once(self) -> None:
        """Asking again gives the very same workflow."""
        assert load().latest("inspection") is load().latest("inspection")
        assert "inspection" in load().names

    def test_what_is_not_there_is_said(self) -> None:
        """An unknown name or version is an error of its own kind."""
        with pytest.raises(UnknownWorkflowError, match="no workflow 'cooking'"):
            load().latest("cooking")
        with pytest.raises(UnknownWorkflowError, match="no version 99"):
            load().get("inspection", 99)
