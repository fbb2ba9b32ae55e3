"""Processes here are real ones, and end with the test that started them."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from infra.local import processes
from infra.local.processes import Identity, end_group, identify, members

PARENT_OF_ONE = (
    "import subprocess, sys, time; subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)']); "
)


@pytest.fixture
def leader() -> Iterator[Identity]:
    """A process that leads a group of its own, with one child in it."""
    with subprocess.Popen([sys.executable, "-c", PARENT_OF_ONE + "time.sleep(60)"], start_new_session=True) as process:
        while len(members(process.pid)) < 2:
            time.sleep(0.01)
        identity = identify(process.pid)
        assert identity
        yield identity
        if members(process.pid):
            os.killpg(process.pid, signal.SIGKILL)


@pytest.fixture(params=["/proc", "ps"])
def source(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Both places that tell about processes: Linux has the first, every Unix the second."""
    if request.param == "ps":
        if not Path("/bin/ps").exists():
            pytest.skip("This machine has no ps, and its /proc tells all.")
        monkeypatch.setattr(processes, "PROC", Path("/nowhere"))
    elif not Path("/proc/self").exists():
        pytest.skip("This machine has no /proc, and its ps tells all.")
    return str(request.param)


@pytest.mark.usefixtures("source")
def test_a_process_is_known_by_its_start_as_well_as_its_id() -> None:
    """Two looks at one process agree."""
    mine = identify(os.getpid())
    assert mine is not None
    assert mine == identify(os.getpid())
    assert "python" in mine.command


@pytest.mark.usefixtures("source")
@pytest.mark.parametrize("pid", [-1, 0, 2**22 + 1])
def test_there_is_no_identity_without_a_process(pid: int) -> None:
    """An id that nobody has, or can have, names nobody."""
    assert identify(pid) is None


@pytest.mark.usefixtures("source")
def test_a_process_that_has_ended_is_nobody_even_before_it_is_collected() -> None:
    """A zombie runs nothing."""
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
        assert identify(process.pid) is None
        assert members(process.pid) == []


@pytest.mark.usefixtures("source")
def test_ending_a_process_ends_its_children_too(leader: Identity) -> None:
    """The whole group is gone when this returns."""
    assert end_group(leader)
    assert identify(leader.pid) is None
    assert members(leader.pid) == []


def test_another_process_with_the_same_id_is_left_alone(leader: Identity) -> None:
    """After a reboot an id may belong to anybody."""
    assert not end_group(replace(leader, started="long ago"))
    assert identify(leader.pid) == leader


def test_a_process_that_ignores_the_request_is_ended_all_the_same() -> None:
    """Patience ends."""
    deaf = (
        "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); time.sleep(60)"
    )
    command = [sys.executable, "-c", deaf]
    with subprocess.Popen(command, start_new_session=True, stdout=subprocess.PIPE) as process:
        assert process.stdout
        process.stdout.readline()
        identity = identify(process.pid)
        assert identity
        assert end_group(identity, patience=0.2)
        assert identify(process.pid) is None
