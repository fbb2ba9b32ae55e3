"""The tasks of a case as trees: as JSON, as a figure in text, as a diagram."""

from __future__ import annotations

from functions.api import sizes
from functions.api.sizes import fitting, size
from functions.api.views import cases, tasks
from functions.api.views.people import Json, party, person
from shared.domain.pictures.forest import Box, Branch, Row, chart, figure
from shared.engine.showing import TreeView
from shared.timestamps import to_text

DEEPEST = 100
"""Readers of JSON, and people, lose their way in trees that are deeper."""


def nested(view: TreeView) -> Json:
    """Each task with the tasks under it; `truncated` where that is not all, as it does not fit an answer."""
    case, branches = cases.case(view.case), _shallow(view)
    children: list[list[Json]] = [[] for _ in branches]
    nodes: list[Json] = [
        {"task": tasks.listed(view.task(branch)), "children": under}
        for branch, under in zip(branches, children, strict=True)
    ]
    count = fitting(nodes, sizes.MOST - size(case))
    roots: list[Json] = []
    # Where tasks of each depth go: among the roots, then under the last task of the depth before.
    places = [roots]
    for branch, node, under in zip(branches[:count], nodes, children, strict=False):
        places[branch.depth].append(node)
        places[branch.depth + 1 :] = [under]
    return {"case": case, "roots": roots, "truncated": count < len(view.branches)}


def drawn(view: TreeView) -> str:
    """The figure of the trees; a line at its end says what is left out, as it does not fit an answer."""
    title, rows = _title(view), [_row(view, branch) for branch in _shallow(view)]
    rows = rows[: fitting(figure(title, rows)[1:-1])]
    return "\n".join([*figure(title, rows), *_rest(view, len(rows))]) + "\n"


def charted(view: TreeView) -> str:
    """The trees as a diagram."""
    shallow = _shallow(view)
    return chart(_title(view), [_box(view, branch) for branch in shallow], len(view.branches) - len(shallow))


def _shallow(view: TreeView) -> list[Branch]:
    return [branch for branch in view.branches if branch.depth < DEEPEST]


def _title(view: TreeView) -> str:
    """The case by its type and id, then its name and what was chosen for it, as a docket is."""
    case = view.case.case
    case_type = view.case.workflow.case_types[case.case_type]
    chosen = (case.attributes.get(field.name) for field in case_type.attributes if field.kind == "choice")
    named = ", ".join(str(value) for value in (case.display_name, *chosen) if value)
    return f"{case_type.label} {case.case_id}" + (f" ({named})" if named else "")


def _row(view: TreeView, branch: Branch) -> Row:
    shown, caller = view.task(branch), view.case.caller
    task = shown.task
    updated = to_text(task.updated_at).partition(".")[0].replace("T", " ")
    cells = (
        task.task_id,
        task.status,
        _name(person(task.assigned_by, caller)),
        _name(party(task.assigned_party, caller)),
        f"{updated} UTC",
    )
    return Row(branch.depth, shown.label, cells)


def _box(view: TreeView, branch: Branch) -> Box:
    shown = view.task(branch)
    assigned = _name(party(shown.task.assigned_party, view.case.caller))
    return Box(branch.depth, shown.status, (shown.label, shown.task.status, assigned))


def _name(shown: Json | None) -> str:
    """What JSON shows of a person or a party, as one name."""
    if shown is None:
        return ""
    names = [str(shown[part]) for part in ("firstName", "lastName") if shown.get(part)]
    return " ".join(names) or str(shown.get("displayName") or shown["id"])


def _rest(view: TreeView, count: int) -> list[str]:
    left_out = len(view.branches) - count
    where = f"GET /cases/{view.case.case.case_id}/tasks lists all of them"
    return [f"… {left_out} more; {where}"] if left_out else []
