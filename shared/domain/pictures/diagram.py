"""The lifecycle of a type as a picture: which arrows there are, and the same in Mermaid's words."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from shared.domain.checks.explore import explore
from shared.domain.definitions.labels import LABELS, in_words, named
from shared.domain.definitions.lifecycle import Step, creations, steps
from shared.domain.definitions.workflow import Word, Workflow

ENTRY = ""
"""Stands for the state before creation, and for the one after the end."""
NAMED = {"engine": "Casetree", "inside": "anybody inside"}
PER_LINE = 3
ANYWHERE = "While open, without a change of status:"


@dataclass(frozen=True, slots=True)
class Arrow:
    """What leads from one status to another: actions, each with those who may take it."""

    source: str
    target: str
    lines: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Picture:
    """What there is to draw: statuses with their labels, arrows, and what leaves a status as it is.

    Of the `terminal` statuses, those in `dropped` end a task whose work was not done.
    `anywhere` names the actions that every open status has and that change none of them.
    """

    title: str
    labels: Mapping[str, str]
    terminal: frozenset[str]
    dropped: frozenset[str]
    arrows: tuple[Arrow, ...]
    staying: Mapping[str, tuple[str, ...]]
    anywhere: tuple[str, ...]


def picture(workflow: Workflow, type_name: str) -> Picture:
    """The lifecycle of tasks of a type; raises KeyError for a type that there is not."""
    moving: dict[tuple[str, str], dict[tuple[str, str], None]] = {}
    staying: dict[str, dict[str, None]] = {}
    buttons = named(workflow.actions_of(type_name))
    for step in _possible(workflow, type_name):
        label = LABELS.get(step.action) or buttons[step.action]
        if step.source == step.target:
            staying.setdefault(step.target, {})[label] = None
        else:
            line = (label + _condition(workflow, step.conditions), _people(step.who))
            moving.setdefault((step.source or ENTRY, step.target), {})[line] = None
    shown = [key for key in workflow.statuses if any(key in pair for pair in moving)]
    working = [staying.get(key, {}) for key in shown if workflow.statuses[key].open]
    common = [label for label in working[0] if all(label in labels for labels in working)]
    terminal = frozenset(key for key in shown if not workflow.statuses[key].open)
    return Picture(
        title=f"{workflow.label}: {workflow.types[type_name].label}",
        labels={key: _label(workflow, key) for key in shown},
        terminal=terminal,
        dropped=frozenset(key for key in terminal if not workflow.statuses[key].completed),
        arrows=tuple(Arrow(source, target, tuple(lines)) for (source, target), lines in moving.items()),
        staying={key: tuple(a for a in staying.get(key, {}) if a not in common) for key in shown},
        anywhere=tuple(common),
    )


def _possible(workflow: Workflow, type_name: str) -> Iterator[Step]:
    """The steps that some task takes; a target that its conditions never let count is left out."""
    taken = [step for _, step, _ in explore(workflow, type_name).moves]
    yield from creations(workflow, type_name)
    yield from (step for step in steps(workflow, type_name) if step in taken)


def lifecycle(workflow: Workflow, type_name: str) -> str:
    """The lifecycle of tasks of a type as a Mermaid state diagram."""
    shown = picture(workflow, type_name)
    return "\n".join(["stateDiagram-v2", *(f"    {line}" for line in _mermaid(shown))]) + "\n"


def _mermaid(shown: Picture) -> Iterator[str]:
    yield f"accTitle: {plain(shown.title)}"
    for key, label in shown.labels.items():
        yield f'state "{escaped(label)}" as {_id(key)}'
        yield from (f"{_id(key)} : {escaped(line)}" for line in lines(shown.staying[key]))
    for arrow in shown.arrows:
        for action, who in arrow.lines:
            yield f"{_id(arrow.source)} --> {_id(arrow.target)} : {escaped(f'{action} ({who})')}"
    for key in shown.labels:
        if key in shown.terminal:
            yield f"{_id(key)} --> [*]"
    if shown.anywhere:
        yield f"note right of {_id(next(iter(shown.labels)))}"
        yield from (f"    {escaped(line)}" for line in (ANYWHERE, *lines(shown.anywhere)))
        yield "end note"


def lines(words: tuple[str, ...]) -> Iterator[str]:
    """The words as lines of text, a few in each."""
    for start in range(0, len(words), PER_LINE):
        yield ", ".join(words[start : start + PER_LINE])


def _label(workflow: Workflow, key: str) -> str:
    """The status as people read it, with its state where the status alone could be two."""
    status = workflow.statuses[key]
    alike = [other for other in workflow.statuses.values() if other.status == status.status]
    return in_words(status.status) if len(alike) == 1 else f"{in_words(status.status)} ({in_words(status.state)})"


def _condition(workflow: Workflow, conditions: tuple[Word, ...]) -> str:
    """The conditions of a step in words; a status among their arguments by its label.

    In which statuses it is taken is drawn: each has an arrow of its own.
    """
    texts = [f"{w.name.replace('_', ' ')} {_argument(workflow, w)}".strip() for w in conditions if w.name != "was"]
    return f" if {' and '.join(texts)}" if texts else ""


def _argument(workflow: Workflow, word: Word) -> str:
    given = word.arguments.get("value", "")
    if isinstance(given, Mapping):
        return ", ".join(f"{key} {value}" for key, value in given.items())
    if isinstance(given, list | tuple):
        return " or ".join(map(str, given))
    return _label(workflow, str(given)) if given in workflow.statuses else str(given)


def _people(who: tuple[str, ...]) -> str:
    return ", ".join(NAMED.get(relation, relation.replace("_", " ")) for relation in who)


def _id(key: str) -> str:
    """A status by a name that is no word of Mermaid, as `end` or `note` would be."""
    return f"s_{key}" if key else "[*]"


def escaped(text: str) -> str:
    """The text without anything that Mermaid would read as its own; it shows the same."""
    coded = re.sub(r"[^\w\s.,()/'-]", lambda found: f"#{ord(found.group())};", " ".join(text.split()))
    # These two words end a note wherever they stand.
    return re.sub(r"(?i)end note", lambda found: found.group().replace(" ", "#160;"), coded)


def plain(text: str) -> str:
    """The text for a title, where Mermaid knows no escapes: what it might misread is left out."""
    return " ".join(re.sub(r"[^\w\s.,:()/'-]", " ", text).split())
