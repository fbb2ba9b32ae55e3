"""The steps of a counterexample as a picture, in Mermaid's words."""

from __future__ import annotations

from collections.abc import Sequence

from shared.domain.definitions.lifecycle import Step
from shared.domain.pictures.diagram import escaped, plain


def counterexample(title: str, steps: Sequence[Step]) -> str:
    """The steps one below the other: where a task was, what was done by whom with what, and where it was then."""
    numbered = tuple(enumerate(steps, start=1))
    drawn = [f'    n{n}["{escaped(_where(step))}"]' for n, step in numbered]
    ties = [f'    n{n - 1} -->|"{escaped(_what(step))}"| n{n}' for n, step in numbered]
    return "\n".join(["flowchart TD", f"    accTitle: {plain(title)}", '    n0(("begin"))', *drawn, *ties]) + "\n"


def _where(step: Step) -> str:
    return f"{step.of}, {step.target}" if step.of else step.target


def _what(step: Step) -> str:
    return f"{step.action} by {step.actor}" + (f", with {step.given}" if step.given else "")
