"""Fresh interpreters that have nothing but what is deployed: the built asset and layer, with bytecode."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from infra.bundle import build_code, build_layer, platform_of
from infra.settings import Settings
from tests.bench.rounds import MILLISECONDS, Times
from tests.storage.table import REGION

FOLDER = Path(__file__).parent
FUNCTION, BARE = FOLDER / "alone.py", FOLDER / "bare.py"


@dataclass(frozen=True, slots=True)
class Fresh:
    """Starts scripts as Lambda would start functions on a table."""

    environment: dict[str, str]

    def run(self, script: Path, given: dict[str, Any], times: Times, *options: str) -> str:
        """What the script says at its end; how long its process took is among the times."""
        # Isolated: no environment of this machine's Python, and not the folder of the script.
        command = [sys.executable, "-P", "-s", "-S", *options, str(script)]
        wall, cpu = time.perf_counter(), _processor()
        done = subprocess.run(
            command, input=json.dumps(given), env=self.environment, capture_output=True, text=True, check=False
        )
        times.walls.append((time.perf_counter() - wall) * MILLISECONDS)
        times.processor.append((_processor() - cpu) * MILLISECONDS)
        if done.returncode:
            raise RuntimeError(f"{script.name}: {done.stderr[-2000:]}")
        return done.stderr


def fresh(table: str, endpoint: str) -> Fresh:
    """What starts scripts with the asset and the layer as they are built for this machine."""
    platform = platform_of(Settings(target="local", interpreter=sys.executable))
    path = [build_layer(platform).path / "python", build_code(platform).path]
    return Fresh(
        {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": os.pathsep.join(map(str, path)),
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_REGION": REGION,
            "AWS_ENDPOINT_URL": endpoint,
            "CASETREE_TABLE": table,
            "CASETREE_SECRET_ARN": "secret",
            "CASETREE_BUS": "casetree",
            "CASETREE_FAILURE_QUEUE_URL": f"{endpoint}/failures",
            "CASETREE_USER_CLAIMS": "username,cognito:username,sub",
            "CASETREE_ADMIN_GROUP": "casetree-admins",
            "POWERTOOLS_METRICS_NAMESPACE": "Casetree",
            "POWERTOOLS_SERVICE_NAME": "bench",
        }
    )


def _processor() -> float:
    """The processor time of all children that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
