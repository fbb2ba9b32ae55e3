"""Rules on what words are given: arguments of guards, effects and conditions, options of fields."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import get_args

from shared.domain.checks.finding import Finding, Place
from shared.domain.definitions.vocabulary import ARGUMENTS, OPTIONS, Takes
from shared.domain.definitions.workflow import Field, Word, Workflow
from shared.domain.model.ends import ASSIGNMENT_STATUSES, ENDS
from shared.domain.model.people import OrganizationKind
from shared.domain.words.task_kinds import PARTIES, party_kinds


def words_take_their_arguments(workflow: Workflow) -> Iterator[Finding]:
    """A word has the argument that it takes, and none that it does not take."""
    for where, word in _words(workflow):
        takes = ARGUMENTS.get(word.name)
        if takes is None and word.arguments:
            detail = f"{word.name!r} takes no argument."
            yield Finding("words-take-their-arguments", where, detail, f"Write just `{word.name}`.")
        if takes is not None and not _takes(takes, word.arguments.get("value")):
            hint = f"Write `{{{word.name}: <{takes}>}}`."
            yield Finding("words-take-their-arguments", where, f"{word.name!r} needs one {takes}.", hint)


def _words(workflow: Workflow) -> Iterator[tuple[Place, Word]]:
    actions = tuple(workflow.every_action())
    groups: list[tuple[Place, tuple[Word, ...]]] = [((*where, "guards"), a.guards) for where, a in actions]
    groups += [((*where, "effects"), a.effects) for where, a in actions]
    groups += [(("create", "to", i, "when"), t.conditions) for i, t in enumerate(workflow.creation.target)]
    groups += [((*where, "to", i, "when"), t.conditions) for where, a in actions for i, t in enumerate(a.target)]
    yield from (((*where, index), word) for where, words in groups for index, word in enumerate(words))


def options_fit(workflow: Workflow) -> Iterator[Finding]:
    """An option of a field has the value that it takes, and the limits leave something."""
    for where, field in _fields(workflow):
        for name, value in field.options.items():
            if not _takes(OPTIONS[name], value):
                detail = f"{name!r} of the field {field.name!r} must be of kind {OPTIONS[name]}, not {value!r}."
                yield Finding("options-fit", (*where, name), detail, "`of` takes a list of texts, the others a number.")
        low, high = field.options.get("min"), field.options.get("max")
        if isinstance(low, int) and isinstance(high, int) and low > high:
            yield Finding(
                "options-fit", where, f"No value of {field.name!r} fits: {low} is above {high}.", "Swap them."
            )
        if field.fixed and where[0] != "case":
            detail = f"{field.name!r} is no attribute of a case, so it cannot be `fixed`."
            yield Finding("options-fit", where, detail, "Leave it out.")
        if field.kind == "party" and not {*party_kinds(field)} <= {*PARTIES}:
            detail = f"There are other kinds of parties than {field.name!r} takes."
            yield Finding("options-fit", (*where, "of"), detail, f"Known here: {', '.join(PARTIES)}.")
        if field.kind == "choice" and "of" not in field.options:
            yield Finding("options-fit", where, f"Nothing can be chosen for {field.name!r}.", "Add `of: [...]`.")


def _takes(takes: Takes, value: object) -> bool:
    fits = FITTING.get(takes)
    return fits(value) if fits is not None else _are_texts(value, KNOWN.get(takes))


def _are_texts(value: object, known: tuple[str, ...] | None = None) -> bool:
    """Whether the value lists texts, none of them twice, of those that are known, if that is limited."""
    texts = value if isinstance(value, list | tuple) else ()
    fitting = all(isinstance(v, str) and (known is None or v in known) for v in texts)
    return bool(texts) and fitting and len(set(texts)) == len(texts)


def _by_end(value: object) -> bool:
    return isinstance(value, Mapping) and all(end in ENDS and _are_texts(listed) for end, listed in value.items())


KNOWN: Mapping[Takes, tuple[str, ...]] = {"ends": ENDS, "assignment statuses": ASSIGNMENT_STATUSES}
FITTING: Mapping[Takes, Callable[[object], bool]] = {
    "integer": lambda value: type(value) is int and value >= 0,
    "status": lambda value: isinstance(value, str),
    "text": lambda value: isinstance(value, str),
    "field": lambda value: isinstance(value, str),
    "action": lambda value: isinstance(value, str),
    "input": lambda value: isinstance(value, Mapping) and bool(value),
    "statuses by end": _by_end,
    "assignment status": lambda value: value in ASSIGNMENT_STATUSES,
    "organization kind": lambda value: value in get_args(OrganizationKind),
}


def _fields(workflow: Workflow) -> Iterator[tuple[Place, Field]]:
    groups: list[tuple[Place, tuple[Field, ...]]] = [(("create", "fields"), workflow.creation.fields)]
    groups += [((*where, "input"), a.fields) for where, a in workflow.every_action()]
    groups += [(("case", "types", c.name, "attributes"), c.attributes) for c in workflow.case_types.values()]
    yield from (((*where, field.name), field) for where, fields in groups for field in fields)
