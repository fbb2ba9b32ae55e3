"""The app as the CDK's command line starts it: a process of its own."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.infra.conftest import CDK_JSON


def _run(directory: Path, **context: str) -> subprocess.CompletedProcess[str]:
    settings = {**json.loads(CDK_JSON.read_text())["context"], "bundle": "skip", **context}
    environment = {**os.environ, "CDK_OUTDIR": str(directory), "CDK_CONTEXT_JSON": json.dumps(settings)}
    command = [sys.executable, "-m", "infra.app"]
    return subprocess.run(
        command, cwd=CDK_JSON.parent, env=environment, capture_output=True, text=True, check=False, timeout=120
    )


@pytest.mark.parametrize("target", ["aws", "local"])
def test_the_app_writes_a_template(tmp_path: Path, target: str) -> None:
    """It is named after the stack, where the command line looks for it; what only a laptop lacks is another."""
    done = _run(tmp_path, target=target, stackName="Trial")
    assert done.returncode == 0, done.stderr
    assert "AWS::DynamoDB::Table" in (tmp_path / "Trial.template.json").read_text()
    beside = {path.name for path in tmp_path.glob("*.template.json")} - {"Trial.template.json"}
    assert beside == ({"TrialLaptopMetrics.template.json"} if target == "local" else set())


def test_a_mistake_in_a_setting_is_one_line(tmp_path: Path) -> None:
    """Whoever deploys reads what to change, not where it was noticed."""
    done = _run(tmp_path, target="moon")
    assert done.returncode == 1
    assert done.stderr.strip().splitlines()[-1] == "casetree: context target='moon' does not match aws|local"
    assert "Traceback" not in done.stderr
