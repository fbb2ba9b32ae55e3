import pytest

from infra.local import welcome
from infra.local.records import Stack


def _printed(stack: Stack, capsys: pytest.CaptureFixture[str], **steps: str) -> str:
    welcome.welcome(stack, steps or None)
    return capsys.readouterr().out


def test_everything_that_a_person_needs_is_there(stack: Stack, capsys: pytest.CaptureFixture[str]) -> None:
    """The addresses of console, API and Swagger UI, and each sign-in with its password and what the person is."""
    shown = _printed(stack, capsys)
    assert stack.api_url in shown
    assert f"{stack.api_url}/docs" in shown
    assert f"{stack.api_url}/console" in shown
    (ann,) = (line for line in shown.splitlines() if line.split()[:1] == ["ann"])
    assert "Tree-1" in ann
    assert "admin of Dispatch" in ann


def test_commands_stand_in_one_piece_on_a_line_of_their_own(stack: Stack, capsys: pytest.CaptureFixture[str]) -> None:
    """However long they are, and whatever brackets they hold, they can be copied."""
    command = f"curl {'x' * 300} -d '[bold]'"
    lines = _printed(stack, capsys, Call=command).splitlines()
    assert f"    {command}" in lines


def test_the_demo_is_offered_until_it_was_played(stack: Stack, capsys: pytest.CaptureFixture[str]) -> None:
    """After it, there are its own next steps."""
    assert "casetree demo" in _printed(stack, capsys)
    assert "casetree demo" not in _printed(stack, capsys, Call="curl")
