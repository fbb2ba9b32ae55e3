"""A stand-in for MiniStack answers the same health check, and has a child as MiniStack has workers."""

import os
import subprocess
import sys
from dataclasses import replace

import pytest

from infra.local import server
from infra.local.home import Home
from infra.local.obstacle import ObstacleError
from infra.local.ports import is_free
from infra.local.processes import identify, members
from infra.local.records import Server, Stack, load_server, save_server, save_stack
from tests.ports import own_port

STAND_IN = """
import http.server, os, subprocess, sys
subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200 if self.path == "/_ministack/ready" else 404)
        self.end_headers()
    def log_message(self, *_): pass
print("settings:", sorted(os.environ), os.environ["STATE_DIR"], flush=True)
http.server.HTTPServer((os.environ["BIND_HOST"], int(os.environ["GATEWAY_PORT"])), Handler).serve_forever()
"""


@pytest.fixture(autouse=True)
def stand_in(monkeypatch: pytest.MonkeyPatch) -> None:
    """Start the stand-in where MiniStack would be started."""
    monkeypatch.setattr(server, "_command", lambda: [sys.executable, "-c", STAND_IN])


def test_a_started_server_answers_and_is_on_record(home: Home) -> None:
    """What start returns can be used at once, and found again by the next command."""
    started = server.start(home, own_port())
    try:
        assert server.is_healthy(started)
        assert server.running(home) == started
    finally:
        server.stop(home)


def test_ending_it_leaves_nothing(home: Home) -> None:
    """No process, no child of it, no listener, no record, no scratch files."""
    started = server.start(home, own_port())
    assert server.stop(home)
    assert members(started.process.pid) == []
    assert is_free(started.port)
    assert not home.server_file.exists()
    assert not home.scratch.exists()
    assert not server.stop(home)


def test_the_server_knows_nothing_of_the_caller(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """Functions inherit the server's environment, and must not find a person's credentials in it."""
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "a person's own")
    monkeypatch.setenv("PYTHONPATH", "/somewhere")
    server.start(home, own_port())
    server.stop(home)
    assert "AWS" not in home.server_log.read_text()
    assert "PYTHONPATH" not in home.server_log.read_text()


def test_what_the_server_keeps_goes_with_it(home: Home) -> None:
    """The keys that it signs tokens with are no business of the next stack's."""
    server.start(home, own_port())
    server.stop(home)
    assert str(home.scratch) in home.server_log.read_text()


def test_a_server_that_dies_at_once_shows_its_last_words(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """The reason is in its log, so the log is in the message."""
    monkeypatch.setattr(server, "_command", lambda: [sys.executable, "-c", "raise SystemExit('no such engine')"])
    with pytest.raises(ObstacleError, match="no such engine"):
        server.start(home, own_port())
    assert load_server(home) is None


def test_a_server_that_never_answers_is_ended(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """A start that fails leaves nothing running."""
    monkeypatch.setattr(server, "_command", lambda: [sys.executable, "-c", "import time; time.sleep(60)"])
    monkeypatch.setattr(server, "START_SECONDS", 0.3)
    with pytest.raises(ObstacleError, match="did not start"):
        server.start(home, own_port())
    assert server.running(home) is None


def test_a_process_that_only_has_the_recorded_id_is_not_ours(home: Home) -> None:
    """Ending the stack of an earlier boot must not end what now has its number."""
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"], start_new_session=True) as stranger:
        identity = identify(stranger.pid)
        assert identity
        save_server(home, Server(replace(identity, started="before"), 4566))
        assert server.running(home) is None
        assert not server.stop(home)
        assert identify(stranger.pid) == identity
        stranger.kill()
    assert not home.server_file.exists()


def test_without_a_stack_one_is_told_how_to_start_one(home: Home) -> None:
    """Every command that needs a stack says the same."""
    with pytest.raises(ObstacleError, match=r"No stack is up\.") as caught:
        server.running_stack(home)
    assert "up" in caught.value.remedy


def test_a_stack_whose_process_has_ended_is_not_up(home: Home, stack: Stack) -> None:
    """A record that outlived its process, after a crash or a reboot, deceives nobody."""
    mine = identify(os.getpid())
    assert mine
    save_stack(home, stack)
    save_server(home, Server(replace(mine, started="before"), 4566))
    with pytest.raises(ObstacleError, match="its process 1 has ended"):
        server.running_stack(home)
    save_server(home, Server(mine, 4566))
    assert server.running_stack(home) == stack
