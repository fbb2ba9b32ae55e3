import re
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.compile import UnreadableError, check, workflow_of
from tests.workflows.broken import ERRANDS, FAVOURS, GALLERY, LIVES, MOVES, OF_UNREAL, TIMER, UNREAL, Broken

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "workflows.md"
DOMAIN = ROOT / "shared" / "domain"


@pytest.mark.parametrize("broken", GALLERY, ids=lambda broken: f"{broken.rule}: {broken.new.strip()[:40]}")
def test_a_mistake_is_named_with_file_line_and_reason(broken: Broken, tmp_path: Path) -> None:
    """Each mistake of the gallery is reported at its line, by its rule, with what would mend it."""
    file = tmp_path / "errands.yaml"
    file.write_text(broken.text, encoding="utf-8")
    told = [p for p in check([file]) if p.rule == broken.rule and broken.reason in p.reason]
    assert [(p.file, p.line) for p in told] == [(str(file), broken.line)]
    assert broken.hint in told[0].hint
    assert str(told[0]).startswith(f"{file}:{broken.line}: ")


@pytest.mark.parametrize("broken", GALLERY, ids=lambda broken: broken.rule)
def test_nothing_is_written_for_a_file_with_a_mistake(broken: Broken, tmp_path: Path) -> None:
    """A file that is refused is not compiled, whatever is asked for."""
    file = tmp_path / "errands.yaml"
    file.write_text(broken.text, encoding="utf-8")
    assert check([file], write=True, force=True)
    assert [path.name for path in tmp_path.iterdir()] == ["errands.yaml"]


def test_what_is_unproven_is_waived_with_a_reason(tmp_path: Path) -> None:
    """Without a waiver it is refused, and marked wherever it is shown; with one, the file passes and is compiled."""
    file = tmp_path / "errands.yaml"
    file.write_text(UNREAL.text, encoding="utf-8")
    (problem,) = check([file])
    assert str(problem).splitlines()[0].endswith(" [open-statuses-have-a-way-out, unproven]")
    assert "accTitle: Unproven: A task of type" in problem.picture
    with pytest.raises(UnreadableError):
        workflow_of(file)
    file.write_text(UNREAL.text.replace(TIMER, OF_UNREAL), encoding="utf-8")
    assert check([file], write=True) == []
    assert workflow_of(file).name == "errands"
    assert "waived" not in (tmp_path / "compiled" / "errands-1.json").read_text(encoding="utf-8")


def test_a_counterexample_tells_who_did_what_with_what(tmp_path: Path) -> None:
    """In words, and in the picture."""
    file = tmp_path / "errands.yaml"
    file.write_text(next(b.text for b in LIVES if b.rule == "waits-end"), encoding="utf-8")
    (problem,) = [p for p in check([file]) if p.rule == "waits-end"]
    assert problem.path[-1].endswith(
        "ready --drop by group_queue_member (Household's member)--> dropped, with reason: x"
    )
    assert "drop by group_queue_member (Household's member), with reason#58; x" in problem.picture
    assert not problem.unproven


def test_every_rule_is_broken_somewhere() -> None:
    """The gallery holds a mistake for every rule that the documentation lists, but publishing."""
    table = PAGE.read_text(encoding="utf-8").partition("## What the checker finds")[2].partition("## Deploying")[0]
    rules = {line.split("`")[1] for line in table.splitlines() if line.startswith("| `")}
    assert {broken.rule for broken in GALLERY} == rules - {"published-version"}


def test_every_rule_is_documented() -> None:
    """No rule refuses a file under a name that the documentation does not explain."""
    modules = list((DOMAIN / "checks").glob("*.py"))
    named = {word for m in modules for word in re.findall(r'"([a-z]+(?:-[a-z]+)+)"', m.read_text(encoding="utf-8"))}
    page = PAGE.read_text(encoding="utf-8")
    # The schema catches this one first; it holds for compiled forms from elsewhere.
    assert [rule for rule in named if f"`{rule}`" not in page] == ["words-take-their-arguments"]


def test_the_files_without_a_mistake_pass() -> None:
    """What the gallery breaks is whole without its mistakes."""
    assert check([ERRANDS, FAVOURS, MOVES]) == []


@pytest.mark.parametrize("content", [b"", b"# only a comment\n", b"---\n"])
def test_an_empty_file_is_refused(content: bytes, tmp_path: Path) -> None:
    """A file that says nothing is refused, and told how to begin."""
    file = tmp_path / "empty.yaml"
    file.write_bytes(content)
    (problem,) = check([file])
    assert (problem.line, problem.reason) == (1, "The file is empty.")


def test_a_file_in_another_encoding_is_refused_at_its_line(tmp_path: Path) -> None:
    """Bytes that are no UTF-8 are found on their line."""
    file = tmp_path / "latin.yaml"
    file.write_bytes("workflow: errands\nlabel: Übung\n".encode("latin-1"))
    (problem,) = check([file])
    assert (problem.line, problem.reason) == (2, "This is not UTF-8.")


def test_a_file_that_cannot_be_read_is_a_problem_not_a_crash(tmp_path: Path) -> None:
    """A missing file, a folder in its place or a link to itself is reported like any other mistake."""
    (tmp_path / "loop.yaml").symlink_to("loop.yaml")
    for path in (tmp_path / "missing.yaml", tmp_path, tmp_path / "loop.yaml"):
        (problem,) = check([path])
        assert problem.file == str(path)
        assert problem.reason.startswith("The file cannot be read: ")


def test_more_than_one_document_is_refused(tmp_path: Path) -> None:
    """A file is one workflow."""
    file = tmp_path / "two.yaml"
    file.write_text("workflow: a\n---\nworkflow: b\n", encoding="utf-8")
    (problem,) = check([file])
    assert "a single document" in problem.reason
    assert "a file of its own" in problem.hint


def test_a_mapping_is_merged_with_what_another_one_says(tmp_path: Path) -> None:
    """What stands in both is as the mapping itself says; a problem is shown where it was written."""
    file = tmp_path / "merged.yaml"
    text = ERRANDS.read_text(encoding="utf-8")
    text = text.replace("Write the list: {", "Write the list: &errand {").replace(
        "Buy:            {groupQueue: household, ", "Buy: {<<: *errand, "
    )
    file.write_text(text, encoding="utf-8")
    assert check([file]) == []
    file.write_text(text.replace("&errand {groupQueue: household", "&errand {groupQueue: nobody"), encoding="utf-8")
    assert {problem.line for problem in check([file])} == {text[: text.index("&errand")].count("\n") + 1}


def test_only_mappings_are_merged(tmp_path: Path) -> None:
    """Anything else would be lost."""
    file = tmp_path / "merged.yaml"
    text = ERRANDS.read_text(encoding="utf-8")
    file.write_text(text.replace("Buy:            {", "Buy: {<<: household, "), encoding="utf-8")
    assert [problem.reason for problem in check([file])] == ["Only a mapping can be merged."]


def test_aliases_are_read_where_they_stand(tmp_path: Path) -> None:
    """A list that is used in several places can be written once."""
    file = tmp_path / "alias.yaml"
    text = ERRANDS.read_text(encoding="utf-8").replace(
        "from: [waiting, ready, underway]", "from: &open [waiting, ready, underway]", 1
    )
    file.write_text(text.replace("from: [waiting, ready, underway]", "from: *open"), encoding="utf-8")
    assert check([file]) == []
    assert "*open" in file.read_text(encoding="utf-8")


def test_an_alias_bomb_is_refused(tmp_path: Path) -> None:
    """Aliases of aliases cannot make the checker eat all memory."""
    file = tmp_path / "bomb.yaml"
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 12)]
    file.write_text("\n".join(lines), encoding="utf-8")
    assert "This file is too large." in {problem.reason for problem in check([file])}


@pytest.mark.parametrize("nested", ["[" * 3_000 + "]" * 3_000, "{a: " * 3_000 + "1" + "}" * 3_000])
def test_a_file_that_is_nested_too_deeply_is_refused(tmp_path: Path, nested: str) -> None:
    """With a sentence, as any other file that cannot be read."""
    file = tmp_path / "deep.yaml"
    file.write_text(f"workflow: {nested}", encoding="utf-8")
    assert [problem.reason for problem in check([file])] == ["This file is nested too deeply."]


LINES = ERRANDS.read_text(encoding="utf-8").splitlines()
ODD = ("null", "1.5", "- x", "'", "\t", "\x00", "!!set", "? ")
WORDS = [*ODD, *sorted(set(re.findall(r"[\w.]+|[{}\[\],:&*#|>-]", "\n".join(LINES))))]
EDITS = st.lists(
    st.tuples(st.integers(0, len(LINES) - 1), st.integers(0, 60), st.sampled_from(WORDS)), min_size=1, max_size=4
)


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(edits=EDITS)
def test_no_slip_makes_the_checker_crash(edits: list[tuple[int, int, str]], tmp_path: Path) -> None:
    """However a file is garbled, each problem is on a line of the file and gives a reason."""
    lines = list(LINES)
    for number, at, word in edits:
        lines[number] = lines[number][:at] + word + lines[number][at + len(word) :]
    file = tmp_path / "errands.yaml"
    file.write_text("\n".join(lines), encoding="utf-8")
    for problem in check([file]):
        assert 1 <= problem.line <= len(lines) + 1
        assert problem.reason
