import sys
from pathlib import Path

import pytest

from infra.local.home import REPOSITORY, VARIABLE, command, current_home


def test_commands_are_shown_as_they_can_be_typed(monkeypatch: pytest.MonkeyPatch) -> None:
    """By name in an active environment, else by path: also below `make`, whose search path a shell does not have."""
    programs = Path(sys.executable).parent
    monkeypatch.chdir(programs.parents[1])
    monkeypatch.setenv("PATH", str(programs))
    monkeypatch.delenv("VIRTUAL_ENV", raising=False)
    assert command("down") == f"{programs.parent.name}/{programs.name}/casetree down"
    monkeypatch.setenv("VIRTUAL_ENV", str(programs.parent))
    assert command("down") == "casetree down"


def test_state_is_kept_where_the_variable_points(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Else in the repository."""
    monkeypatch.setenv(VARIABLE, str(tmp_path))
    assert current_home().directory == tmp_path.resolve()
    monkeypatch.delenv(VARIABLE)
    assert current_home().directory == REPOSITORY / ".local"
