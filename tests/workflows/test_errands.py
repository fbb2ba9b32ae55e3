import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from shared.compile import check, workflow_of
from shared.domain.model.people import Caller
from shared.domain.model.scene import status_of
from shared.domain.settling import due
from tests.domain.worlds import World, admin, refused, user
from tests.workflows.broken import ERRANDS
from tests.workflows.pages import blocks, merged

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "workflows.md"
IDA = user("ida", household=False)
JON = user("jon", household=False)


@pytest.fixture
def world() -> World:
    """A case of a workflow that Casetree does not bring along."""
    return World(workflow_of(ERRANDS), users={u.id: u for u in (IDA, JON)})


def status(world: World, task: Any) -> str:
    """The key of the task's status."""
    return status_of(world.workflow, world[task]).key


def settle(world: World) -> None:
    """The engine does all that it owes."""
    for task_id in world.tasks:
        while owed := due(world.context(Caller(IDA), world[task_id]).scene, world.now):
            world.act(task_id, owed.action, **dict[str, Any](owed.input))


def test_a_workflow_of_a_user_runs_without_a_change_of_code(world: World) -> None:
    """A workflow that no code knows waits, wakes, is claimed, put back, finished and dropped as its file says."""
    listing = world.create("Write the list", IDA)
    buying = world.create("Buy", IDA, prerequisites=[listing.task_id])
    assert (status(world, listing), status(world, buying)) == ("ready", "waiting")
    assert world.offered(listing, IDA) == {"start", "drop"}
    world.act(listing, "start", IDA)
    assert world.offered(listing, JON) == {"drop"}
    world.act(listing, "put_back", IDA)
    world.act(listing, "start", JON)
    world.act(listing, "finish", JON, note="Milk, eggs.")
    settle(world)
    assert (status(world, listing), status(world, buying)) == ("done", "ready")
    world.pass_time(days=3)
    settle(world)
    assert world[buying].overdue
    world.act(buying, "drop", IDA, reason="Nobody is hungry.")
    assert status(world, buying) == "dropped"


def test_its_rules_are_the_files_rules(world: World) -> None:
    """Who may do what, and when, follows from the file alone."""
    listing = world.create("Write the list", IDA)
    assert refused(world.decide(listing, "finish", admin())).code == "not_allowed"
    assert refused(world.decide(listing, "put_back", IDA)).code == "not_allowed"
    assert refused(world.decide(listing, "drop", IDA)).errors[0].pointer == "/reason"
    assert refused(world.decide(listing, "drop", user("kim"))).who == ("members of Household", "Casetree itself")


def test_the_page_says_what_the_checker_says(tmp_path: Path) -> None:
    """What the documentation shows of the checker's answers is what it answers."""
    page = PAGE.read_text(encoding="utf-8")
    text = ERRANDS.read_text(encoding="utf-8")
    asleep = text.replace("guards: [prerequisites_closed]", "guards: [something_awaited]")
    for broken in (text.replace("to: done", "to: gone"), asleep):
        file = tmp_path / "errands.yaml"
        file.write_text(broken, encoding="utf-8")
        first = str(check([file])[0]).replace(f"{file.parent}/", "")
        assert first in page


def test_what_the_page_shows_beside_the_example_fits_it() -> None:
    """The fragment that says something once says what the example says."""
    (fragment,) = (block for block in blocks(PAGE) if block.startswith("types:"))
    errands = yaml.safe_load(ERRANDS.read_text(encoding="utf-8"))
    assert merged(errands, yaml.safe_load(fragment)) == errands


def test_a_cold_start_reads_no_yaml() -> None:
    """Loading every workflow needs neither a YAML parser nor JSON Schema nor anything that is installed."""
    script = (
        "import sys; from shared.workflows import load; registry = load(); "
        "[registry.get(n, v) for n in registry.names for v in registry.versions(n)]; "
        "assert not {'yaml', 'jsonschema', 'shared.compile', 'shared.domain.checks.verify'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-S", "-c", script], cwd=ROOT, check=True)
