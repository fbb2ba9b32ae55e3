"""What the benchmark finds: figures with what they have to reach, and tables of more."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.bench.sizes import Sizes


@dataclass(frozen=True, slots=True)
class Figure:
    """One number; `most` is what it may be, where something is to be reached.

    With `here`, it is an absolute one, and says as much about the machine as about Casetree.
    """

    name: str
    value: float
    unit: str = ""
    most: float | None = None
    here: bool = False

    @property
    def reached(self) -> bool | None:
        """Whether the figure is within its bound; None where it has none."""
        return None if self.most is None else self.value <= self.most

    @property
    def text(self) -> str:
        """The number as people read it: three digits that say something, and the unit."""
        digits = (
            0 if abs(self.value) >= _HUNDRED or self.value == int(self.value) else 1 if abs(self.value) >= _TEN else 2
        )
        number = f"{self.value:,.{digits}f}"
        return f"${number}" if self.unit == "$" else f"{number} {self.unit}".strip()


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of text that say more than a figure can."""

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]


Finding = Figure | Table


@dataclass(frozen=True, slots=True)
class Section:
    """A row of the benchmark: how it is measured, on which engine, with which sizes."""

    name: str
    title: str
    engine: str
    measure: Callable[[Sizes], Iterator[Finding]]
    sizes: Callable[[Sizes], str]


@dataclass(slots=True)
class Result:
    """What measuring a section found, and when; `quick` where it was measured with small sizes."""

    name: str
    title: str
    engine: str
    sizes: str
    measured: str
    seconds: float
    quick: bool
    figures: list[Figure] = field(default_factory=list)
    tables: list[Table] = field(default_factory=list)

    def add(self, finding: Finding) -> None:
        """The finding is among the others."""
        if isinstance(finding, Figure):
            self.figures.append(finding)
        else:
            self.tables.append(finding)

    @classmethod
    def of(cls, stored: dict[str, Any]) -> Result:
        """The result as it was written down."""
        figures, tables = stored["figures"], stored["tables"]
        whole = {**stored, "figures": [Figure(**f) for f in figures], "tables": [Table(**t) for t in tables]}
        return cls(**whole)


_HUNDRED, _TEN = 100, 10
