"""A function as Lambda starts it: run as a script, in a process that has nothing but the built asset and layer.

Reads the function's name and its events, answers them, and says how much memory that took at most.
"""

import importlib
import json
import sys
from pathlib import Path
from typing import Any


class _Context:
    """An invocation with much time left."""

    def get_remaining_time_in_millis(self) -> int:
        return 900_000


def _peak() -> int:
    """The most memory that the process has had, in KB; of its own, unlike `ru_maxrss` right after a start."""
    status = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    return int(status["VmHWM"].split()[0])


def _take_events(bus: Any) -> None:
    """What is put on the bus is taken: DynamoDB Local is no bus."""
    import botocore.awsrequest  # noqa: PLC0415 (after what is measured)

    def taken(request: Any, **_: Any) -> Any:
        number = len(json.loads(request.body)["Entries"])
        answer = json.dumps({"FailedEntryCount": 0, "Entries": [{"EventId": "e"}] * number}).encode()
        raw = type("Raw", (), {"stream": lambda self, **_: iter([answer])})()
        headers: Any = {}
        return botocore.awsrequest.AWSResponse(request.url, 200, headers, raw)

    bus.client.meta.events.register("before-send.events.PutEvents", taken)


def _main() -> None:
    given = json.load(sys.stdin)
    module = importlib.import_module(f"functions.{given['function']}.handler")
    if given["function"] == "relay":
        _take_events(module._bus())  # noqa: SLF001 (the one thing that is not here)
    for event in given["events"]:
        answer = module.handler(event, _Context())
        failed = isinstance(answer, dict) and (answer.get("statusCode", 200) >= 400 or answer.get("batchItemFailures"))
        if failed:
            sys.exit(f"{given['function']} failed: {str(answer)[:500]}")
    sys.stderr.write(json.dumps({"peak": _peak()}) + "\n")


_main()
