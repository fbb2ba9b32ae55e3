import json
import stat

import pytest

from infra.local.home import Home
from infra.local.processes import Identity
from infra.local.records import Server, Stack, forget, load_server, load_stack, save_server, save_stack

SERVER = Server(Identity(4711, "189676", "python -m ministack"), 4570)


def test_a_stack_is_read_as_it_was_written(home: Home, stack: Stack) -> None:
    """Nothing is lost between one command and the next."""
    save_stack(home, stack)
    assert load_stack(home) == stack


def test_the_stack_file_has_the_names_that_callers_rely_on(home: Home, stack: Stack) -> None:
    """Other programs read it, so its names are a promise."""
    save_stack(home, stack)
    written = json.loads(home.stack_file.read_text())
    assert {"apiUrl", "endpointUrl", "region", "tableName", "busName", "pid", "port", "users"} <= written.keys()
    assert written["users"]["ann"] == {"password": "Tree-1", "token": "token-1"}


def test_passwords_are_for_this_users_eyes_only(home: Home, stack: Stack) -> None:
    """Others on the machine cannot read the file."""
    save_stack(home, stack)
    assert stat.S_IMODE(home.stack_file.stat().st_mode) == 0o600


def test_a_server_is_read_as_it_was_written(home: Home) -> None:
    """The command line comes back, too, although it does not count."""
    save_server(home, SERVER)
    assert load_server(home) == SERVER


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"port": "x"}', '{"users": []}', "null"])
def test_an_illegible_record_counts_as_none(home: Home, text: str) -> None:
    """A file that was cut short, or that another version wrote, stops nobody."""
    home.directory.mkdir()
    home.stack_file.write_text(text)
    home.server_file.write_text(text)
    assert load_stack(home) is None
    assert load_server(home) is None


def test_what_is_forgotten_is_gone_and_may_be_forgotten_again(home: Home, stack: Stack) -> None:
    """Forgetting twice is no error."""
    save_server(home, SERVER)
    save_stack(home, stack)
    forget(home)
    forget(home)
    assert load_server(home) is None
    assert load_stack(home) is None
