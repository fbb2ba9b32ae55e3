"""What `up` and `down` do in every state that they may find; servers and deployments are stand-ins."""

import fcntl
import os
from dataclasses import replace

import pytest

from infra.local import deploy, environment, functions, people, server, up
from infra.local.home import REPOSITORY, Home
from infra.local.obstacle import ObstacleError
from infra.local.processes import Identity, identify
from infra.local.records import Server, SignIn, Stack, load_stack, save_server, save_stack


class World:
    """What was done, in order, and what of it is to fail."""

    def __init__(self, home: Home, stack: Stack) -> None:
        self.home, self.stack = home, stack
        self.done: list[str] = []
        self.fingerprint = "digest"
        self.healthy = True
        self.failing = ""
        self.prepared = False

    def do(self, name: str) -> None:
        self.done.append(name)
        self.prepared |= name == "deploy"
        if name == self.failing:
            raise ObstacleError(f"{name} failed")

    def start(self, home: Home, port: int) -> Server:
        self.do(f"start on {port}")
        identity = identify(os.getpid())
        assert identity
        save_server(home, Server(identity, port))
        return Server(identity, port)

    def stop(self, home: Home) -> bool:
        was_running = server.running(home) is not None
        self.done.append("stop" if was_running else "clear")
        home.server_file.unlink(missing_ok=True)
        home.stack_file.unlink(missing_ok=True)
        return was_running


@pytest.fixture
def world(home: Home, stack: Stack, monkeypatch: pytest.MonkeyPatch) -> World:
    """Replace everything that takes a server."""
    world = World(home, replace(stack, pid=os.getpid(), users={}))
    signed_in = {"admin": SignIn("Tree-2", "fresh")}
    monkeypatch.setattr(environment, "need_tools", lambda: None)
    monkeypatch.setattr(environment, "environment_is_current", lambda: True)
    monkeypatch.setattr(server, "start", world.start)
    monkeypatch.setattr(server, "stop", world.stop)
    monkeypatch.setattr(server, "is_healthy", lambda _: world.healthy)
    monkeypatch.setattr(up, "choose_port", lambda port: port or 4566)
    monkeypatch.setattr(deploy, "fingerprint", lambda: world.fingerprint)
    monkeypatch.setattr(deploy, "account_is_prepared", lambda _: world.prepared)
    monkeypatch.setattr(deploy, "prepare_account", lambda *_: world.do("prepare"))
    monkeypatch.setattr(deploy, "deploy", lambda *_: world.do("deploy"))
    monkeypatch.setattr(deploy, "describe", lambda _: world.stack)
    monkeypatch.setattr(functions, "warm_up", lambda _: world.do("warm up"))
    monkeypatch.setattr(people, "sign_everybody_in", lambda stack: replace(stack, users=signed_in))
    monkeypatch.setattr(up, "admit_console", lambda _: world.do("admit console"))
    monkeypatch.setattr(up, "bootstrap", lambda _, admins: world.do(f"bootstrap {' '.join(admins)}"))
    monkeypatch.setattr(people, "introduce", lambda _: world.do("introduce"))
    return world


FROM_NOTHING = [
    "clear",
    "start on 4566",
    "prepare",
    "deploy",
    "admit console",
    "warm up",
    "bootstrap admin",
    "introduce",
]


def test_from_nothing_to_a_stack_that_is_ready(world: World) -> None:
    """The record appears when everything is there, with fresh tokens and what it was made from."""
    stack = up.up(world.home)
    assert world.done == FROM_NOTHING
    assert stack.deployed == "digest"
    assert stack.users["admin"].token == "fresh"
    assert load_stack(world.home) == stack


def test_a_stack_that_is_up_is_used_again(world: World) -> None:
    """Nothing is started or deployed twice; people get fresh tokens."""
    up.up(world.home)
    world.done.clear()
    up.up(world.home)
    assert world.done == ["bootstrap admin", "introduce"]


def test_changed_sources_are_deployed_to_the_running_server(world: World) -> None:
    """What the stack holds survives a change of the code."""
    up.up(world.home)
    world.done.clear()
    world.fingerprint = "another digest"
    assert up.up(world.home).deployed == "another digest"
    assert world.done == ["deploy", "admit console", "warm up", "bootstrap admin", "introduce"]


@pytest.mark.parametrize("failing", ["prepare", "deploy", "admit console", "warm up", "bootstrap admin", "introduce"])
def test_a_start_that_failed_is_taken_up_where_it_stood(
    world: World, failing: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """The next `up` uses the server that is there, and leaves a whole stack."""
    world.failing = failing
    with pytest.raises(ObstacleError, match="failed"):
        up.up(world.home)
    assert load_stack(world.home) is None
    world.failing = ""
    world.done.clear()
    up.up(world.home)
    assert "start on 4566" not in world.done
    assert "deploy" in world.done
    assert "left half-way" in capsys.readouterr().out
    assert load_stack(world.home)


def test_a_process_that_has_ended_is_replaced(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    """After a crash or a reboot the old records are cleared away, and the person is told what that means."""
    save_server(world.home, Server(Identity(os.getpid(), "before the reboot", "ministack"), 4566))
    save_stack(world.home, replace(world.stack, deployed="digest"))
    up.up(world.home)
    assert world.done == FROM_NOTHING
    assert "what it held is gone" in capsys.readouterr().out


def test_a_server_that_does_not_answer_is_replaced(world: World) -> None:
    """A process that lives but is stuck is ended first."""
    world.start(world.home, 4566)
    world.done.clear()
    world.healthy = False
    up.up(world.home)
    assert world.done == ["stop", *FROM_NOTHING[1:]]


def test_an_illegible_record_is_as_good_as_none(world: World) -> None:
    """A file that was cut short stops nobody."""
    world.home.directory.mkdir()
    world.home.server_file.write_text("{")
    world.home.stack_file.write_text("{")
    up.up(world.home)
    assert world.done == FROM_NOTHING


def test_a_stack_on_another_port_is_not_moved(world: World) -> None:
    """Whoever asks for a port gets it, or hears why not."""
    up.up(world.home, 4570)
    with pytest.raises(ObstacleError, match="up on port 4570") as caught:
        up.up(world.home, 4571)
    assert "down" in caught.value.remedy
    up.up(world.home, 4570)


def test_two_at_once_do_not_work_against_each_other(world: World) -> None:
    """The second is refused, whether it starts or ends the stack."""
    world.home.directory.mkdir()
    with world.home.lock_file.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(ObstacleError, match="at work"):
            up.up(world.home)
        with pytest.raises(ObstacleError, match="at work"):
            up.down(world.home)
    assert world.done == []


def test_missing_tools_stop_it_before_anything_is_started(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The remedy is the command that installs them."""
    monkeypatch.undo()
    monkeypatch.setattr(environment, "CDK", REPOSITORY / "nowhere" / "cdk")
    with pytest.raises(ObstacleError, match="Not installed: nowhere/cdk") as caught:
        up.up(world.home)
    assert caught.value.remedy == "Run: make setup"


def test_the_server_is_installed_first_where_its_environment_is_out_of_date(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A newer lock file means a newer server."""
    monkeypatch.setattr(environment, "environment_is_current", lambda: False)
    monkeypatch.setattr(environment, "install_environment", lambda: world.do("install"))
    up.up(world.home)
    assert world.done[0] == "install"


def test_down_ends_what_up_started(world: World) -> None:
    """And says whether there was anything."""
    assert not up.down(world.home)
    up.up(world.home)
    assert up.down(world.home)
    assert load_stack(world.home) is None
    assert not up.down(world.home)


def test_down_says_that_a_process_had_ended_already(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    """A record without its process is cleared away, not taken for success."""
    world.home.directory.mkdir()
    save_server(world.home, Server(Identity(os.getpid(), "before the reboot", "ministack"), 4566))
    assert not up.down(world.home)
    assert "had ended already" in capsys.readouterr().out
