"""Rules on input: fields, the effects that read them, and what the file itself gives as input."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from shared.domain.checks.arguments import options_fit, words_take_their_arguments
from shared.domain.checks.changes import changes_fit
from shared.domain.checks.domains import conditions_can_hold
from shared.domain.checks.finding import Finding, Place, listed, nearest
from shared.domain.checks.follows import follows_fit, read_by_follows
from shared.domain.checks.openings import locks_are_free, openings_end, openings_fit
from shared.domain.checks.places import kinds_fit, places_fit
from shared.domain.checks.switches import families_fit, input_is_handed_up, switches_fit
from shared.domain.checks.taken import as_taken
from shared.domain.checks.templates import templates_fit
from shared.domain.definitions.vocabulary import ARGUMENTS, CREATION_FIELDS, EFFECT_READS, NOTE
from shared.domain.definitions.workflow import Action, Field, Workflow
from shared.domain.drafts.assigning import member_field


def effects_have_their_input(workflow: Workflow) -> Iterator[Finding]:
    """An effect finds the fields that it reads, and each field is read by an effect or a note."""
    followed = read_by_follows(workflow)
    for where, action in workflow.every_action():
        read = followed | _asked(action)
        for index, word in enumerate(action.effects):
            reads = EFFECT_READS[word.name]
            read |= reads.fields
            for name in sorted(reads.needs):
                if (problem := _missing(action.field(name), name, always=reads.always)) is not None:
                    hint = f"Add `{name}: {{is: {reads.fields[name]}, required: true}}` to its input."
                    detail = f"{word.name!r} reads the input {name!r}, {problem}."
                    yield Finding("effects-have-their-input", (*where, "effects", index), detail, hint)
        yield from _fitting((*where, "input"), action.fields, read, "Nothing reads the input")


def _asked(action: Action) -> dict[str, str]:
    """The fields that decide where the action leads, or that an effect reads by its argument."""
    values = (word.arguments.get("value") for target in action.target for word in target.conditions)
    names = {str(name) for value in values if isinstance(value, Mapping) for name in value}
    names |= {str(word.arguments.get("value")) for word in action.effects if ARGUMENTS.get(word.name) == "field"}
    return {field.name: field.kind for field in action.fields if field.name in names}


def _missing(field: Field | None, name: str, *, always: bool) -> str | None:
    if field is None:
        return "which the action does not take"
    if always and (field.nullable or not field.required):
        return f"so {name!r} must be required, and never null"
    return None


def creation_fields_are_known(workflow: Workflow) -> Iterator[Finding]:
    """A new task is given only what tasks have; what is needed to wait or be due is declared."""
    fields = workflow.creation.fields
    yield from _fitting(("create", "fields"), fields, CREATION_FIELDS, "A task has no field")
    waits = [f.name for f in fields if f.kind == "prerequisites" or f.name == "awaiting"]
    if waits and workflow.prerequisites is None:
        where: Place = ("create", "fields", waits[0])
        detail = f"A task can be given {listed(waits)}, but there is no status to wait in."
        yield Finding(
            "creation-fields-are-known", where, detail, "Add `prerequisites: {waiting: ..., ready: ..., action: ...}`."
        )


def due_times_have_a_timer(workflow: Workflow) -> Iterator[Finding]:
    """Where tasks can be due, a timer says what happens then."""
    if "due" in workflow.timers:
        return
    places: list[Place] = [("create", "fields", f.name) for f in workflow.creation.fields if f.kind == "due_time"]
    places += [("types", t.name, "due") for t in workflow.types.values() if t.due_in is not None]
    places += [(*where, "effects") for where, a in workflow.every_action() if _uses(a, "set_due_time")]
    if places:
        hint = "Add `timers: {due: <action>}`, an action of the engine."
        yield Finding("due-times-have-a-timer", places[0], "A task can be due, but no timer runs for it.", hint)


def _uses(action: Action, effect: str) -> bool:
    return any(word.name == effect for word in action.effects)


def _fitting(where: Place, fields: Iterable[Field], known: Mapping[str, str], unknown: str) -> Iterator[Finding]:
    for field in fields:
        here = (*where, field.name)
        if field.name in known and field.kind != known[field.name]:
            detail = f"{field.name!r} is read as {known[field.name]}, not as {field.kind}."
            yield Finding("fields-are-read", here, detail, f"Write `is: {known[field.name]}`.")
        if field.name not in known and (field.kind != NOTE or known is CREATION_FIELDS):
            hint = nearest(field.name, known) or "Add the effect that uses it, or write `is: note`."
            yield Finding("fields-are-read", here, f"{unknown} {field.name!r}.", hint)


def hand_back_fits(workflow: Workflow) -> Iterator[Finding]:
    """What is given to an action on hand-back is what the action takes."""
    for index, step in enumerate(workflow.hand_back):
        action, where = workflow.actions[step.action], ("hand_back", index)
        names = [f.name for f in action.fields]
        for name in step.input:
            if name not in names:
                detail = f"{action.name!r} takes no {name!r}."
                yield Finding("hand-back-fits", (*where, "input", name), detail, nearest(name, names))
        missing = [f.name for f in action.fields if f.required and f.name not in step.input]
        if missing:
            detail = f"{action.name!r} needs {listed(missing)}."
            yield Finding("hand-back-fits", where, detail, "Give it under `input`.")


def assigning_fits(workflow: Workflow) -> Iterator[Finding]:
    """Bulk assignment can give its action a person; what assigns by turns does so."""
    assigning, rule = workflow.assigning, "assigning-fits"
    if assigning is None:
        return
    named = (action for _, action in workflow.every_action() if action.name == assigning.member)
    if any(member_field(action) is None for action in named):
        detail = f"{assigning.member!r} does not take a user or a party as its only required input."
        yield Finding(rule, ("assigning", "member"), detail, "Add `userId: {is: user, required: true}` to its input.")
    for where, action in as_taken(workflow, assigning.next, ("assigning", "next")) if assigning.next else ():
        if not _uses(action, "pass_to_next_member"):
            detail = f"{assigning.next!r} assigns nobody."
            yield Finding(rule, where, detail, "Give it the effect `pass_to_next_member`.")


def assignees_fit(workflow: Workflow) -> Iterator[Finding]:
    """A new task of a type is assigned in one way."""
    keys = ("assigned_to", "assigned_to_user", "assigned_kind")
    for task_type in workflow.types.values():
        named = [key for key in keys if getattr(task_type, key) is not None]
        if len(named) > 1:
            detail = f"{listed(named)} contradict each other."
            yield Finding("assignees-fit", ("types", task_type.name, named[1]), detail, "Keep one of them.")
        elif named and task_type.members_of is not None:
            detail = f"{named[0]!r} names no member of {task_type.members_of!r}, whose members alone have such tasks."
            yield Finding("assignees-fit", ("types", task_type.name, "members_of"), detail, "Keep one of them.")


INPUTS: tuple[Callable[[Workflow], Iterator[Finding]], ...] = (
    effects_have_their_input,
    creation_fields_are_known,
    due_times_have_a_timer,
    words_take_their_arguments,
    options_fit,
    hand_back_fits,
    assigning_fits,
    assignees_fit,
    templates_fit,
    follows_fit,
    openings_fit,
    openings_end,
    locks_are_free,
    places_fit,
    kinds_fit,
    changes_fit,
    conditions_can_hold,
    switches_fit,
    families_fit,
    input_is_handed_up,
)
