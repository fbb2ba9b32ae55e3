"""Rules on what words are given: arguments of guards, effects and conditions, options of fields."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from shared.domain.checks.finding import Finding, Place
from shared.domain.vocabulary import ARGUMENTS, OPTIONS, Takes
from shared.domain.workflow import Field, Word, Workflow


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
    actions = workflow.actions.values()
    groups: list[tuple[Place, tuple[Word, ...]]] = [(("actions", a.name, "guards"), a.guards) for a in actions]
    groups += [(("actions", a.name, "effects"), a.effects) for a in actions]
    groups += [(("create", "to", i, "when"), t.conditions) for i, t in enumerate(workflow.creation.target)]
    groups += [(("actions", a.name, "to", i, "when"), t.conditions) for a in actions for i, t in enumerate(a.target)]
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
        if field.kind == "choice" and "of" not in field.options:
            yield Finding("options-fit", where, f"Nothing can be chosen for {field.name!r}.", "Add `of: [...]`.")


def _takes(takes: Takes, value: object) -> bool:
    if takes == "integer":
        return type(value) is int and value >= 0
    if takes == "status":
        return isinstance(value, str)
    if takes == "input":
        return isinstance(value, Mapping) and bool(value)
    texts = value if isinstance(value, list | tuple) else ()
    return bool(texts) and all(isinstance(v, str) for v in texts) and len(set(texts)) == len(texts)


def _fields(workflow: Workflow) -> Iterator[tuple[Place, Field]]:
    groups: list[tuple[Place, tuple[Field, ...]]] = [(("create", "fields"), workflow.creation.fields)]
    groups += [(("actions", a.name, "input"), a.fields) for a in workflow.actions.values()]
    groups += [(("case", "types", c.name, "attributes"), c.attributes) for c in workflow.case_types.values()]
    yield from (((*where, field.name), field) for where, fields in groups for field in fields)
