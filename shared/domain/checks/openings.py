"""Rules on tasks that open by declaration: that all that is said of them counts, and that they can open at all."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from itertools import combinations

from shared.domain.checks.finding import Finding, Place, listed
from shared.domain.definitions.vocabulary import CHILDREN_CLOSED
from shared.domain.definitions.workflow import PARENT, ROOT, SAME, SELF, Action, Field, Follow, TaskType, Workflow
from shared.domain.graph import closes_cycle

RULE = "follows-fit"
Told = tuple[str, str, str]
"""The key to blame, what is wrong, and what would mend it."""

PLAIN = Follow()
ALWAYS = frozenset({"opens", "assignee", "organization", "attribute", "when", "unless", "children"})
READ: Mapping[str, frozenset[str]] = {
    "follows": ALWAYS | {"after", "ends", "under", "given", "counts_at", "if_free", "due"},
    "opens_with": ALWAYS | {"while_open", "unless_open"},
    # What is said of a change itself is judged in `changes.py`.
    "when_changed": frozenset(field.name for field in fields(Follow)),
}
"""What is read of a declared task, by the key under which it stands; elsewhere only what always is."""

BELOW: Mapping[str, frozenset[str]] = {"follows": ALWAYS | {"given", "due"}}
"""The same for those under `children`."""

OF_ENDS = frozenset({"after", "ends", "when", "unless", "given"})
"""What is read where a task above ends, and none opens."""


@dataclass(frozen=True, slots=True)
class Opening:
    """A declared task: where it stands in the file, and what it opens for.

    `owner` is the type that it is declared for, none for a case; `above` is the declared task that it
    stands under, `chain` all of them, with itself.
    """

    where: Place
    key: str
    declared: Follow
    owner: TaskType | None = None
    above: Opening | None = None

    @property
    def type_name(self) -> str:
        """The type of which a task opens; nothing where none does."""
        return self.type_above if self.declared.opens == SAME else self.declared.opens or ""

    @property
    def type_above(self) -> str:
        """The type that it stands under, as far as that is known here."""
        if self.above is not None:
            return self.above.type_name
        return self.owner.name if self.owner is not None and self.key == "opens_with" else ""

    @property
    def chain(self) -> tuple[Opening, ...]:
        """The declared tasks above it, and itself."""
        return (*(self.above.chain if self.above else ()), self)

    @property
    def is_passed_on(self) -> bool:
        """Whether it is a delegate of the task above."""
        return self.type_above != "" and self.type_name == self.type_above


def every_opening(workflow: Workflow) -> Iterator[Opening]:
    """All that is declared to open, at any depth."""
    for task_type in workflow.types.values():
        where: Place = ("types", task_type.name)
        yield from _all((*where, "follows"), "follows", task_type.follows, task_type)
        yield from _all((*where, "opens_with"), "opens_with", task_type.opens_with, task_type)
    for case_type in workflow.case_types.values():
        where = ("case", "types", case_type.name)
        yield from _all((*where, "begins"), "begins", case_type.begins)
        for path, changes in case_type.when_changed.items():
            for index, change in enumerate(changes):
                yield from _all((*where, "when_changed", path, index, "opens"), "when_changed", change.opens)


def _all(
    where: Place, key: str, declared: Iterable[Follow], owner: TaskType | None = None, above: Opening | None = None
) -> Iterator[Opening]:
    for index, each in enumerate(declared):
        opening = Opening((*where, index), key, each, owner, above)
        yield opening
        yield from _all((*where, index, "children"), key, each.children, owner, opening)


def openings_fit(workflow: Workflow) -> Iterator[Finding]:
    """What is said of a task that opens by declaration counts there, and somebody has the task."""
    for opening in every_opening(workflow):
        for rule in (_unread, _unasked, _unknown_assignee, _nobody, _twin, _counted, _given):
            for key, detail, hint in rule(workflow, opening):
                yield Finding(RULE, (*opening.where, key) if key else opening.where, detail, hint)


def _unread(workflow: Workflow, opening: Opening) -> Iterator[Told]:
    reads = READ if opening.above is None else BELOW
    read = reads.get(opening.key, ALWAYS)
    if opening.declared.ends is not None and opening.declared.opens is None:
        read &= OF_ENDS
    for key in (field.name for field in fields(Follow)):
        if key not in read and getattr(opening.declared, key) != getattr(PLAIN, key):
            where = "`opens_with`" if key in ("while_open", "unless_open") else "`follows`, where a task opens,"
            yield key, f"Nothing reads {key!r} here.", f"Leave it out: only {where} has it."


def _unasked(workflow: Workflow, opening: Opening) -> Iterator[Told]:
    """What is open in the case is looked up for a task that a request creates, not for one that is declared."""
    opened = workflow.types.get(opening.type_name)
    if (
        opened is not None
        and not opening.is_passed_on
        and any(f.while_open or f.unless_open for f in opened.opens_with)
    ):
        detail = f"What opens with a {opened.name!r} depends on what is open in the case, which nobody looks up here."
        yield "opens", detail, "Open another type, or take `while_open` and `unless_open` out there."


def _unknown_assignee(workflow: Workflow, opening: Opening) -> Iterator[Told]:
    """Where no task has ended there is nobody to take over from, and where nobody gives input no user in it."""
    whom = opening.declared.assignee
    if opening.key == "opens_with" and whom == "input":
        yield "assignee", "Nobody gives a user when a task is created.", "Name `organization` or `attribute`."
    is_change = opening.key == "when_changed" and opening.above is not None
    if (opening.key == "begins" or is_change) and whom not in (None, "actor"):
        yield "assignee", f"Nothing has ended here that {whom!r} could be said of.", "Name `organization`, or `actor`."


def _nobody(workflow: Workflow, opening: Opening) -> Iterator[Told]:
    opened = workflow.types.get(opening.type_name)
    if opened is not None and opened.queue == "assignee" and _whom(opening.declared) == (None, None, None):
        detail = f"A {opened.name!r} is listed in the queue of its assignee, and this one would have none."
        yield "", detail, "Name `assignee`, `organization` or `attribute`."


def _twin(workflow: Workflow, opening: Opening) -> Iterator[Told]:
    """Work is passed on to somebody else than who has it."""
    if not opening.is_passed_on:
        return
    whom, owner = _whom(opening.declared), opening.owner
    if opening.above is not None:
        same = whom == _whom(opening.above.declared)
    else:
        named = owner.assigned_to if owner else None
        same = opening.declared.assignee == "same" or whom == (None, named, None)
    if same:
        detail = f"A {opening.type_name!r} would be passed on to whom it is assigned to, and could never open."
        yield "opens", detail, "Name another assignee."


def _whom(declared: Follow) -> tuple[str | None, str | None, str | None]:
    return declared.assignee, declared.organization, declared.attribute


def _counted(workflow: Workflow, opening: Opening) -> Iterator[Told]:
    """The task at which it counts is above the one that has ended, and above or at its own place."""
    declared, ended = opening.declared, opening.owner
    if opening.key != "follows" or opening.above is not None or ended is None:
        return
    if declared.under == SELF and declared.counts_at is None:
        detail = f"The {ended.name!r} that has ended is closed, so that nothing can open under it."
        yield "under", detail, "Add `counts_at: parent`, or another task above it that is open."
    if declared.counts_at is None:
        return
    above = _above(workflow, ended.parents)
    roots = frozenset(name for name in above if not workflow.types[name].parents)
    named = {PARENT: ended.parents, ROOT: roots}
    stands = {**named, SELF: frozenset({ended.name})}.get(declared.under, frozenset({declared.under}))
    counts = named.get(declared.counts_at, frozenset({declared.counts_at}))
    if not counts & above & _above(workflow, stands):
        detail = f"Nothing named by {declared.counts_at!r} is above a {ended.name!r} and what would follow on it."
        yield "counts_at", detail, "Name `parent`, `root`, or a type above both."


def _above(workflow: Workflow, names: Iterable[str]) -> frozenset[str]:
    """The types, and all that are above them."""
    found, ahead = set[str](), list(names)
    while ahead:
        name = ahead.pop()
        if name not in found and name in workflow.types:
            found.add(name)
            ahead.extend(workflow.types[name].parents)
    return frozenset(found)


def _given(workflow: Workflow, opening: Opening) -> Iterator[Told]:
    """Whatever ends the task gives the input that decides whose what follows is, and when it is due."""
    declared, ended = opening.declared, opening.owner
    if opening.key != "follows" or ended is None:
        return
    asked = {name for each in opening.chain for name in each.declared.given}
    ending = list(_ending(workflow, ended, opening.chain[0].declared.after))
    fitting = [action for action in ending if all(action.field(name) for name in asked)]
    if declared.given and not fitting:
        detail = f"Nothing that ends a {ended.name!r} so takes {listed(sorted(asked))} as input."
        yield "given", detail, "Add it to the input of the action, or leave it out."
    wanted = {"assignee": "userId" if declared.assignee == "input" else None, "due": declared.due}
    for key, name in wanted.items():
        lacking = [action.name for action in fitting if not _certain(action.field(name or ""))]
        if ended.ends == "with_children" and not asked:
            lacking.append(CHILDREN_CLOSED)
        if name is not None and lacking:
            detail = f"A {ended.name!r} may end by {listed(lacking)}, without {name!r}, which is read here."
            yield key, detail, "Require it there, tell the actions apart by `after` or `given`, or limit `actions`."


def _ending(workflow: Workflow, task_type: TaskType, after: str) -> Iterator[Action]:
    """The actions that end a task of the type in that way."""
    for action in workflow.actions_of(task_type.name).values():
        reached = [workflow.statuses[target.to] for target in action.target if target.to in workflow.statuses]
        if any(not s.open and after in ("closed", "completed" if s.completed else "cancelled") for s in reached):
            yield action


def _certain(field: Field | None) -> bool:
    return field is not None and field.required and not field.nullable


def openings_end(workflow: Workflow) -> Iterator[Finding]:
    """What opens with a task does not open that again, and again."""
    opened: dict[str, set[str]] = {name: set() for name in workflow.types}
    for opening in every_opening(workflow):
        if opening.key == "opens_with" and opening.owner is not None and not opening.is_passed_on:
            opened[opening.owner.name].add(opening.type_name)
    for name, others in opened.items():
        if closes_cycle(opened, name, others):
            detail = f"With a {name!r} opens {listed(sorted(others))}, with which another {name!r} would, without end."
            hint = "Take one out of the circle: let it follow on an end, or be created."
            yield Finding("openings-end", ("types", name, "opens_with"), detail, hint)


def locks_are_free(workflow: Workflow) -> Iterator[Finding]:
    """Of a type of which one task may be open in a case, no two open at once."""
    groups: dict[tuple[Place, str], list[Opening]] = {}
    for opening in every_opening(workflow):
        opened = workflow.types.get(opening.type_name)
        if opened is not None and "case" in opened.one_open:
            top = opening.chain[0].where[:-1]
            groups.setdefault((top, opened.name), []).append(opening)
            if opening.key == "opens_with" and opening.owner == opened:
                yield _locked(opening)
    for group in groups.values():
        clashing = {second.where: second for first, second in combinations(group, 2) if _clash(first, second)}
        yield from map(_locked, clashing.values())


def _locked(opening: Opening) -> Finding:
    detail = f"Of {opening.type_name!r} only one may be open in a case, but two would open at once."
    hint = "Take one out, or tell them apart by `after`, `when`, `unless` or `given`."
    return Finding("locks-are-free", opening.where, detail, hint)


def _clash(first: Opening, second: Opening) -> bool:
    """Whether one of them opens whenever the other does, whatever is the case."""
    after = {opening.chain[0].declared.after for opening in (first, second)}
    return after != {"completed", "cancelled"} and (_is_certain(first, second) or _is_certain(second, first))


def _is_certain(opening: Opening, other: Opening) -> bool:
    """Whether it opens wherever the other does: nothing is asked but what is asked of that as well."""
    conditions = ("when", "unless", "given", "attribute", "while_open", "unless_open")
    own = (each for each in opening.chain if each not in other.chain)
    return not any(getattr(each.declared, key) for each in own for key in conditions)
