import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from infra.local import ports
from infra.local.obstacle import ObstacleError
from infra.local.ports import choose_port, holder, is_free


@pytest.fixture
def taken() -> Iterator[int]:
    """A port that this very process listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield int(listener.getsockname()[1])


def test_a_port_is_free_again_once_nobody_listens(taken: int) -> None:
    """A port counts as taken while somebody listens on it, and not longer."""
    assert not is_free(taken)


def test_a_port_that_was_asked_for_and_is_free_is_taken() -> None:
    """What was asked for is what one gets."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    assert choose_port(port) == port


def test_a_taken_port_that_was_asked_for_is_refused_with_its_holder(taken: int) -> None:
    """The person learns which process is in the way."""
    with pytest.raises(ObstacleError, match=f"Port {taken} is taken by process {os.getpid()} ") as caught:
        choose_port(taken)
    assert "leave --port out" in caught.value.remedy


def test_without_a_wish_the_next_free_port_is_taken(taken: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """A taken favourite is no reason not to start."""
    monkeypatch.setattr(ports, "PREFERRED", taken)
    assert taken < choose_port(None) < taken + ports.TRIES


def test_when_all_are_taken_one_is_asked_to_name_a_port(monkeypatch: pytest.MonkeyPatch) -> None:
    """The remedy is a command."""
    monkeypatch.setattr(ports, "is_free", lambda _: False)
    with pytest.raises(ObstacleError, match="all taken") as caught:
        choose_port(None)
    assert "up --port" in caught.value.remedy


def test_a_holder_that_cannot_be_found_is_somebody(taken: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another user's process may be invisible, and lsof may be missing."""
    monkeypatch.setattr(ports, "PROC", Path("/nowhere"))
    monkeypatch.setenv("PATH", "/nowhere")
    assert holder(taken) == "another process"
