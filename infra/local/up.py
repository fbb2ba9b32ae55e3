"""`casetree up`: whatever the state it finds, it ends with one stack that is ready."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from infra.local import deploy, environment, functions, people, server
from infra.local.bootstrap import bootstrap
from infra.local.home import Home, command, shown
from infra.local.obstacle import ObstacleError
from infra.local.ports import choose_port
from infra.local.records import Server, Stack, load_server, load_stack, save_stack
from infra.local.signin import admit_console
from infra.local.steps import note, step


def up(home: Home, port: int | None = None) -> Stack:
    """Return a stack that is ready: the one that is up, brought up to date, or a new one."""
    environment.need_tools()
    with _alone(home):
        if not environment.environment_is_current():
            with step("Installing the local server", "Local server installed"):
                environment.install_environment()
        running = _usable_server(home, port) or _new_server(home, port)
        stack = _deployed(home, running)
        with step("Signing people in", "People signed in"):
            stack = people.sign_everybody_in(stack)
            bootstrap(stack, [people.ADMINISTRATOR])
            people.introduce(stack)
        save_stack(home, stack)
    return stack


@contextmanager
def _alone(home: Home) -> Iterator[None]:
    """Hold the lock of this stack: two starts at once would work against each other."""
    home.directory.mkdir(parents=True, exist_ok=True)
    with home.lock_file.open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise ObstacleError(
                "Another 'casetree up' or 'casetree down' is at work here.", "Wait for it to end."
            ) from error
        yield


def _usable_server(home: Home, port: int | None) -> Server | None:
    """Return the server that an earlier start left, if it is of use; clear away what is not."""
    recorded = load_server(home)
    found = server.running(home)
    if found is None:
        if recorded is not None:
            note(f"The stack of an earlier start (process {recorded.process.pid}) has ended; what it held is gone.")
        server.stop(home)
        return None
    if not server.is_healthy(found):
        note(f"The server of an earlier start (process {found.process.pid}) does not answer; starting it anew.")
        server.stop(home)
        return None
    if port is not None and port != found.port:
        raise ObstacleError(
            f"The stack is up on port {found.port}.", f"To have it on {port}, end it first: {command('down')}"
        )
    if load_stack(home) is None:
        note("An earlier start was left half-way; going on with it.")
    return found


def _new_server(home: Home, port: int | None) -> Server:
    chosen = choose_port(port)
    with step("Starting the local server", f"Local server listens on 127.0.0.1:{chosen}"):
        return server.start(home, chosen)


def _deployed(home: Home, running: Server) -> Stack:
    """Return the stack, deployed anew unless it was made from the very same sources."""
    wanted = deploy.fingerprint()
    known = load_stack(home)
    if known and known.deployed == wanted and known.pid == running.process.pid:
        note("The stack is up and up to date.")
        return known
    if not deploy.account_is_prepared(running):
        with step("Preparing the local account", "Local account prepared"):
            deploy.prepare_account(home, running)
    with step("Deploying the stack", "Stack deployed"):
        deploy.deploy(home, running)
        stack = replace(deploy.describe(running), deployed=wanted, users=known.users if known else {})
        admit_console(stack)
    with step("Loading the functions", "Functions loaded"):
        functions.warm_up(stack)
    return stack


def down(home: Home) -> bool:
    """End the stack that `up` started; False where there was none."""
    if not home.directory.exists():
        return False
    with _alone(home):
        recorded = load_server(home)
        ended = server.stop(home)
        if recorded and not ended:
            note(f"Process {recorded.process.pid} of {shown(home.server_file)} had ended already.")
    return ended
