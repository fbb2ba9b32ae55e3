"""What a start is made of: how long a fresh interpreter takes to import what, as it says itself."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from statistics import median
from typing import Any

from tests.bench.fresh import FUNCTION, Fresh
from tests.bench.rounds import MILLISECONDS, Times

LINE = re.compile(r"import time:\s+(?P<own>\d+) \|\s+\d+ \| +(?P<module>\S+)")
OPTION = ("-X", "importtime")
GROUPS = {
    "botocore": "botocore and urllib3",
    "urllib3": "botocore and urllib3",
    "aws_lambda_powertools": "Powertools",
    "pynamodb": "PynamoDB",
    "functions": "Casetree",
    "shared": "Casetree",
}
OTHER = "the standard library and others"
COLUMNS = (*dict.fromkeys(GROUPS.values()), OTHER)


def imported(starter: Fresh, given: dict[str, Any], times: int) -> Mapping[str, float]:
    """Milliseconds that the modules of each group take themselves, in the median of some starts."""
    found = [shares(starter.run(FUNCTION, given, Times(), *OPTION)) for _ in range(times)]
    return {group: median(each[group] for each in found) for group in COLUMNS}


def shares(said: str) -> Mapping[str, float]:
    """Milliseconds of each group, from what the interpreter said."""
    sums: Counter[str] = Counter()
    for match in LINE.finditer(said):
        group = GROUPS.get(match["module"].partition(".")[0], OTHER)
        sums[group] += int(match["own"])
    return {group: sums[group] / MILLISECONDS for group in COLUMNS}
