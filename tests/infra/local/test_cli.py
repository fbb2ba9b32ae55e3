"""Commands as a person types them; what they call is tested where it is."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import (
    ClientError,
    EndpointConnectionError,
    InvalidRegionError,
    NoCredentialsError,
    NoRegionError,
    ProfileNotFound,
)
from typer.testing import CliRunner

from infra.local import cli, clock, demo, export, server, signin, target
from infra.local import up as stack_up
from infra.local.cli import app
from infra.local.clock import Timer
from infra.local.home import REPOSITORY
from infra.local.migrate import COUNTS
from infra.local.records import Stack
from infra.local.target import Target
from tests.workflows.broken import ERRANDS, LIVES, OF_UNREAL, TIMER, UNREAL

WAIVED = "waived is open-statuses-have-a-way-out of 'Buy' in 'underway', because: No errand has a parent."

COMMANDS = (
    "up",
    "down",
    "demo",
    "token",
    "events",
    "advance",
    "doctor",
    "check",
    "bootstrap",
    "redrive",
    "migrate",
    "export",
)


def _no_such_stack(name: str) -> ClientError:
    message = f"Stack with id {name} does not exist"
    return ClientError({"Error": {"Code": "ValidationError", "Message": message}}, "DescribeStacks")


def _run(*arguments: str) -> tuple[int, str]:
    result = CliRunner(env={"COLUMNS": "200", "NO_COLOR": "1"}).invoke(app, list(arguments))
    return result.exit_code, result.output


@pytest.fixture(autouse=True)
def nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No command touches the stack of whoever runs the tests."""
    monkeypatch.setenv("CASETREE_HOME", str(tmp_path / "home"))


@pytest.fixture
def up(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> Stack:
    """A stack that seems to be up."""
    monkeypatch.setattr(server, "running_stack", lambda _: stack)
    return stack


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help_worth_reading(name: str) -> None:
    """What it does in a sentence; and an example, where it takes anything."""
    status, text = _run(name, "--help")
    assert status == 0
    assert name == "down" or "Example:" in text
    assert name in _run("--help")[1]


def test_without_a_command_the_help_is_shown() -> None:
    """It says where to start."""
    assert "casetree demo" in _run()[1]


@pytest.mark.parametrize(
    "command",
    [["token", "ann"], ["events"], ["advance", "1d"], ["doctor", "--settle"], ["redrive"]],
    ids=lambda command: command[0],
)
def test_without_a_stack_a_command_says_how_to_start_one(command: list[str]) -> None:
    """No traceback, and a status that scripts can see."""
    status, text = _run(*command)
    assert status == 1
    assert "Error: No stack is up." in text
    assert "casetree up" in text


def test_down_without_a_stack_is_no_error() -> None:
    """What is asked for is the case already."""
    assert _run("down") == (0, "No stack is up.\n")


def test_a_stack_that_is_not_on_this_machine_is_refused(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    """Even where somebody edited the record."""
    monkeypatch.setattr(server, "running_stack", lambda _: replace(stack, api_url="https://api.example.org"))
    status, text = _run("advance", "90d")
    assert status == 1
    assert "not on this machine" in text


@pytest.mark.usefixtures("up")
def test_a_token_is_printed_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that it can be put into another command."""
    monkeypatch.setattr(signin, "fresh_token", lambda _, name: f"token-of-{name}" + "x" * 300)
    assert _run("token", "ann") == (0, "token-of-ann" + "x" * 300 + "\n")


@pytest.mark.usefixtures("up")
def test_advance_says_what_fired(monkeypatch: pytest.MonkeyPatch) -> None:
    """And what time it is now."""
    timers = [Timer("look-1", "TIMER#t1#due", "2026-12-01T17:00:00.000Z#look-1.t1#due")]
    monkeypatch.setattr(clock, "advance", lambda _, seconds: timers if seconds == 7_776_000 else [])
    monkeypatch.setattr(clock, "offset", lambda _: 7_776_000)
    assert "look-1.t1" in _run("advance", "90d")[1]
    assert "Nothing was due." in _run("advance", "1h")[1]


@pytest.mark.usefixtures("up")
def test_a_duration_that_is_none_is_refused_before_the_clock_is_touched() -> None:
    """A typing error moves nothing."""
    status, text = _run("advance", "90")
    assert status == 1
    assert "'90' is not a duration." in text


@pytest.mark.usefixtures("up")
def test_settling_asks_the_timers_function(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    """For one case or for the whole table, here or on AWS, the same job as every night; what failed fails."""
    asked: list[Any] = []
    said = {"cases": 1, "found": 2, "failed": 0}

    def invoke(_: Target, name: str, event: dict[str, Any]) -> dict[str, Any]:
        asked.append((name, event))
        return {**said, "next": None if "caseId" in event or event["after"] else "look-4"}

    nowhere = Target(lambda service: None, stack.table_name, "", stack.functions)
    monkeypatch.setattr(Target, "invoke", invoke)
    monkeypatch.setattr(cli, "on_this_machine", lambda _: nowhere)
    monkeypatch.setattr(cli, "on_aws", lambda *named: nowhere if named == ("Mine", None) else None)
    assert '"found": 2' in _run("doctor", "--settle", "look-1")[1]
    assert asked == [("timers", {"job": "settle", "caseId": "look-1"})]
    asked.clear()
    assert _run("doctor", "--settle", "--stack", "Mine")[0] == 0
    assert asked == [("timers", {"job": "settle", "after": None}), ("timers", {"job": "settle", "after": "look-4"})]
    said["failed"] = 1
    assert _run("doctor", "--settle")[0] == 1
    said |= {"cases": 0, "failed": 0}
    status, text = _run("doctor", "--settle", "look-1")
    assert status == 1
    assert "There is no case 'look-1'." in text


def test_a_workflow_file_without_mistakes_passes() -> None:
    """The project's own do."""
    status, text = _run("check", str(REPOSITORY / "shared" / "workflows" / "inspection.yaml"))
    assert status == 0
    assert "Nothing is wrong" in text


def test_a_workflow_file_with_a_mistake_is_refused_with_file_line_and_reason(tmp_path: Path) -> None:
    """In the form that editors and terminals make a link of."""
    file = tmp_path / "wrong.yaml"
    file.write_text("workflow: [")
    status, text = _run("check", str(file))
    assert status == 1
    assert f"{file}:" in text
    assert "must be mended" in text


def test_the_way_into_a_mistake_is_drawn_where_one_asks_for_it(tmp_path: Path) -> None:
    """In Mermaid's words, beside what is told."""
    file, drawn = tmp_path / "errands.yaml", tmp_path / "way.mmd"
    file.write_text(next(b.text for b in LIVES if b.rule == "somebody-can-act"), encoding="utf-8")
    status, text = _run("check", str(file), "--diagram", str(drawn))
    assert status == 1
    assert "nobody can act" in text
    assert drawn.read_text(encoding="utf-8").startswith("flowchart TD\n")


def test_a_place_where_nothing_can_be_written_is_said_in_words(tmp_path: Path) -> None:
    """For the diagram, and for the compiled form."""
    file = tmp_path / "errands.yaml"
    file.write_text(next(b.text for b in LIVES if b.rule == "somebody-can-act"), encoding="utf-8")
    (tmp_path / "compiled").write_text("no folder")
    status, text = _run("check", str(file), "--diagram", str(tmp_path))
    assert status == 1
    # A long path is followed by a new line.
    assert f"{tmp_path} cannot be used: Is a directory." in " ".join(text.split())
    file.write_text(ERRANDS.read_text(encoding="utf-8"), encoding="utf-8")
    status, text = _run("check", str(file), "--write")
    assert status == 1
    assert "compiled cannot be used: " in " ".join(text.split())


@pytest.mark.parametrize("content", [b"x\n", b'{"items": [{}]}\n', b"\xff\n", b'{"items": [{"SK": {"S": "CASE"}}]}\n'])
def test_what_is_no_export_is_said_in_words(content: bytes, tmp_path: Path) -> None:
    """With what an export is."""
    file = tmp_path / "cases.jsonl"
    file.write_bytes(content)
    status, text = _run("check", str(ERRANDS), "--against", str(file))
    assert status == 1
    assert "no export" in text
    assert "casetree export" in text


@pytest.mark.parametrize("port", ["0", "-1", "65536"])
def test_a_port_that_there_is_not_starts_nothing(port: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is refused before anything is installed."""
    monkeypatch.setattr(stack_up, "up", lambda *_: pytest.fail("started"))
    status, text = _run("up", "--port", port)
    assert status == 2
    assert "--port" in text


def test_what_a_file_waives_is_said_with_its_reason(tmp_path: Path) -> None:
    """Though nothing is wrong with the file."""
    file = tmp_path / "errands.yaml"
    file.write_text(UNREAL.text.replace(TIMER, OF_UNREAL), encoding="utf-8")
    status, text = _run("check", str(file))
    assert status == 0
    assert WAIVED in text


def test_what_a_file_waives_is_said_where_something_else_is_wrong(tmp_path: Path) -> None:
    """Beside the mistake."""
    file = tmp_path / "errands.yaml"
    file.write_text(UNREAL.text.replace(TIMER, OF_UNREAL).replace("to: ready", "to: raedy"), encoding="utf-8")
    status, text = _run("check", str(file))
    assert status == 1
    assert "raedy" in text
    assert WAIVED in text


def test_what_a_file_waives_is_no_part_of_an_object_for_programs(tmp_path: Path) -> None:
    """It is told beside it."""
    file, cases = tmp_path / "errands.yaml", tmp_path / "cases.jsonl"
    file.write_text(UNREAL.text.replace(TIMER, OF_UNREAL), encoding="utf-8")
    cases.write_text("", encoding="utf-8")
    result = CliRunner().invoke(app, ["check", str(file), "--against", str(cases), "--json"])
    assert json.loads(result.stdout)["cases"] == 0
    assert WAIVED in result.stderr


@pytest.mark.usefixtures("up")
def test_a_server_that_does_not_answer_is_said_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    """The way back is in the message."""

    def fail(*_: object) -> None:
        raise EndpointConnectionError(endpoint_url="http://127.0.0.1:4566")

    monkeypatch.setattr(signin, "fresh_token", fail)
    status, text = _run("token", "ann")
    assert status == 1
    assert "did not answer as expected" in text


@pytest.mark.parametrize(
    ("error", "remedy"),
    [
        (NoRegionError(), "--region"),
        (InvalidRegionError(region_name="a b"), "--region"),
        (NoCredentialsError(), "AWS_PROFILE"),
        (ProfileNotFound(profile="typo"), "AWS_PROFILE"),
        (_no_such_stack("Typo"), "--stack"),
    ],
    ids=["region", "no region", "credentials", "profile", "name"],
)
@pytest.mark.parametrize(
    "command", [["bootstrap", "--admin", "mary"], ["doctor"], ["redrive"]], ids=lambda command: command[0]
)
def test_what_a_stack_on_aws_lacks_is_said_in_words(
    monkeypatch: pytest.MonkeyPatch, command: list[str], error: Exception, remedy: str
) -> None:
    """Where the region, the credentials or the stack are missing, the message says what to name."""

    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr(target, "outputs", fail)
    monkeypatch.setenv("AWS_REGION", "eu-central-1")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    status, text = _run(*command, "--stack", "Typo")
    assert status == 1
    assert remedy in text


@pytest.mark.usefixtures("up")
def test_an_export_says_how_many_cases_there_were(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not among them; and of a workflow that has none, that too."""
    monkeypatch.setattr(cli, "on_this_machine", lambda _: Target(lambda service: None, "", "", stack.functions))
    monkeypatch.setattr(export, "cases", lambda _, name: [[{}], [{}]] if name == "inspection" else [])
    result = CliRunner().invoke(app, ["export", "inspection"])
    assert [json.loads(line) for line in result.stdout.splitlines()] == [{"items": [{}]}] * 2
    assert "2 cases" in result.stderr
    assert "No case is of a workflow 'typo'." in CliRunner().invoke(app, ["export", "typo"]).stderr


@pytest.mark.usefixtures("up")
def test_a_migration_of_a_case_that_there_is_not_is_said(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing was migrated then, and nothing is in order either."""
    none: dict[str, Any] = {**dict.fromkeys(COUNTS, 0), "refused": [], "next": None}
    monkeypatch.setattr(Target, "invoke", lambda *_: none)
    monkeypatch.setattr(cli, "on_this_machine", lambda _: Target(lambda service: None, "", "", stack.functions))
    status, text = _run("migrate", "inspection", "--to", "1", "--case", "typo")
    assert status == 1
    assert "There is no case 'typo' of the workflow 'inspection'." in text


def test_what_was_written_is_named(tmp_path: Path) -> None:
    """Where the compiled form stands, as that is what is deployed."""
    file = tmp_path / "errands.yaml"
    file.write_text(ERRANDS.read_text(encoding="utf-8"), encoding="utf-8")
    assert "compiled" not in _run("check", str(file))[1]
    status, text = _run("check", "--write", str(file))
    assert status == 0
    assert "errands-1.json" in text.replace("\n", "")


def test_up_ends_with_addresses_and_next_steps(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    """A person who has seen it can make the first call."""
    monkeypatch.setattr(stack_up, "up", lambda _, __: stack)
    status, text = _run("up")
    assert status == 0
    assert stack.api_url in text
    assert "casetree token ann" in text


def test_demo_starts_the_stack_plays_and_leaves_it(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    """One command from nothing to a case that was played."""
    played: list[str] = []

    def play(stack: Stack) -> dict[str, str]:
        played.append(stack.api_url)
        return {"A call": "curl it"}

    monkeypatch.setattr(stack_up, "up", lambda _: stack)
    monkeypatch.setattr(demo, "DEMOS", {"inspection": play})
    shown = _run("demo")[1]
    assert stack.api_url in shown
    assert "    curl it" in shown
    assert played == [stack.api_url]


def test_an_unknown_demo_starts_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """The answer names those there are."""
    monkeypatch.setattr(demo, "DEMOS", {"inspection": lambda _: {}})
    status, text = _run("demo", "cooking")
    assert status == 1
    assert "There are: inspection" in text
