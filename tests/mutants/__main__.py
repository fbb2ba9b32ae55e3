"""Takes one thing at a time out of workflow files, and counts who catches it: `make mutants`."""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.mutants.judging import ENDING, Judge, Verdict, say
from tests.mutants.taken import WORDS, Mutant, mutants

TESTS = ("tests/domain",)
QUIET = ("-q", "-s", "--tb=no", "-p", "no:randomly", "-p", "no:cacheprovider")


class Tally:
    """What was heard of the mutants of one file, kept as lines of a file if one is named."""

    def __init__(self, name: str, found: list[Mutant], kept: Path | None) -> None:
        self.name, self.found, self.kept = name, found, kept
        self.tests: dict[str, float] = {}
        self.verdicts: dict[str, Verdict] = {}
        lines = kept.read_text(encoding="utf-8").splitlines() if kept and kept.exists() else []
        for line in map(json.loads, lines):
            if line["file"] == name and "tests" in line:
                self.tests = line["tests"]
            elif line["file"] == name:
                self.verdicts[line["place"]] = Verdict(line["by"], line["what"])

    @property
    def ahead(self) -> list[Mutant]:
        """Those of which nothing was heard yet."""
        return [mutant for mutant in self.found if mutant.place not in self.verdicts]

    def hear(self, mutant: Mutant, verdict: Verdict) -> None:
        """The verdict is on the screen, and in the file."""
        self.verdicts[mutant.place] = verdict
        done = len(self.found) - len(self.ahead)
        say(f"  {done} of {len(self.found)}  {mutant.kind}: {mutant.place}: {verdict.by} {verdict.what}")
        self._keep({"place": mutant.place, **asdict(verdict)})

    def learn(self, tests: dict[str, float]) -> None:
        """The file says which tests look at the workflow, and how long each takes."""
        self._keep({"tests": tests})

    def _keep(self, line: dict[str, Any]) -> None:
        if self.kept is not None:
            with self.kept.open("a", encoding="utf-8") as lines:
                lines.write(json.dumps({"file": self.name, **line}) + "\n")

    def report(self) -> None:
        """By kind, how many were caught by whom; and those that nobody caught."""
        heard = [(mutant, self.verdicts[mutant.place]) for mutant in self.found if mutant.place in self.verdicts]
        say(f"\n{self.name}: {len(heard)} of {len(self.found)} mutants judged.\n")
        say(f"  {'taken away':<12}{'mutants':>8}{'checker':>9}{'tests':>7}{'nobody':>8}")
        for kind in WORDS:
            self._row(kind, [verdict.by for mutant, verdict in heard if mutant.kind == kind])
        self._row("all", [verdict.by for _, verdict in heard])
        for mutant, verdict in heard:
            if verdict.by == "nobody":
                say(f"  nobody catches {mutant.kind}: {mutant.place} {verdict.what}")

    def _row(self, kind: str, by: list[str]) -> None:
        counted = Counter(by)
        figures = (counted.total(), counted["checker"], counted["tests"], counted["nobody"])
        say(f"  {kind:<12}{figures[0]:>8}{figures[1]:>9}{figures[2]:>7}{figures[3]:>8}")


def sampled(found: Iterable[Mutant], size: int | None, seed: int) -> list[Mutant]:
    """So many of them, the same for the same seed; all without a size."""
    every = list(found)
    if size is None or size >= len(every):
        return every
    chosen = sorted(random.Random(seed).sample(range(len(every)), size))  # noqa: S311 - which ones is no secret
    return [every[index] for index in chosen]


def main() -> None:
    """Tells of each file how many of its mutants the checker refuses, the tests catch, and nobody does."""
    asked = _arguments()
    os.environ["HYPOTHESIS_PROFILE"] = "repeatable"
    for number in ENDING:
        signal.signal(number, signal.default_int_handler)
    for path in asked.files:
        file = yaml.safe_load(path.read_text(encoding="utf-8"))
        tally = Tally(file["workflow"], sampled(mutants(file), asked.sample, asked.seed), asked.keep)
        judge = Judge(tally.name, tally.ahead, tally.hear, tally.learn, not asked.unplayed, tally.tests)
        try:
            code = pytest.main([*QUIET, *TESTS], plugins=[judge]) if tally.ahead else pytest.ExitCode.OK
        finally:
            tally.report()
        if code != pytest.ExitCode.OK:
            raise SystemExit(code)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make mutants", description=__doc__)
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--sample", type=int, help="so many mutants of each file, chosen by the seed")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--keep", type=Path, help="a file of what was heard, by which a later run goes on")
    parser.add_argument(
        "--unplayed", action="store_true", help="ask the simple rules of the checker only, which is quick"
    )
    return parser.parse_args()


if __name__ == "__main__":
    main()
