"""What must hold of histories: each has every version, and its last entry says what the task is."""

from __future__ import annotations

from collections.abc import Iterator

from shared.domain.definitions.vocabulary import MENDED
from shared.domain.doctor.finding import Finding, Mend
from shared.domain.doctor.treatment import Treatment
from shared.domain.doctor.whole import Chart
from shared.domain.model.task import Case, Entry, Task, TaskId
from shared.domain.model.writes import AddEntry

AT_ONCE = 30
"""Lost entries that one repair puts back."""
LOST = "What happened here was lost; the doctor found the version missing."


def complete(chart: Chart) -> Iterator[Finding]:
    """The history of each task, and of the case, has the versions 1 to n, and ends with what is stored."""
    subjects: tuple[Task | Case, ...] = (chart.whole.case, *chart.tasks.values())
    for subject in subjects:
        task_id = subject.task_id if isinstance(subject, Task) else None
        name, known = task_id or subject.case_id, {entry.version: entry for entry in chart.whole.entries(task_id)}
        ids = (task_id,) if task_id is not None else ()
        last = max(known, default=0)
        lost = [number for number in range(1, max(last, subject.version) + 1) if number not in known]
        if lost:
            detail = f"The history of {name} lacks {_versions(lost)}."
            repair = "Entries in their place say that they were lost."
            mend = _replacing(chart, subject, known, lost[:AT_ONCE])
            yield Finding("history-complete", ids, detail, repair, about="lost", mend=mend)
        elif last > subject.version or not _says(known[last], subject):
            detail = f"The last entry of the history of {name} is not what is stored."
            repair = "A new entry says what is stored."
            mend = _saying(task_id, repair)
            yield Finding("history-complete", ids, detail, repair, about="last", mend=mend)


def _versions(lost: list[int]) -> str:
    return f"version {lost[0]}" if len(lost) == 1 else f"{len(lost)} versions from {lost[0]} to {lost[-1]}"


def _says(entry: Entry, subject: Task | Case) -> bool:
    if isinstance(subject, Case):
        return entry.state == subject.state
    said = (entry.state, entry.status, entry.type, entry.assigned_party, entry.group_queue, entry.due_time)
    is_so = (subject.state, subject.status, subject.type, subject.assigned_party, subject.group_queue, subject.due_time)
    return said == is_so


def _replacing(chart: Chart, subject: Task | Case, known: dict[int, Entry], lost: list[int]) -> Mend:
    """Entries that claim no more than is known: as the one before, else as the one behind, else as what is stored."""
    task = subject if isinstance(subject, Task) else None

    def entry(treatment: Treatment, version: int) -> Entry:
        near = [known[number] for number in sorted(known, key=lambda number: (number > version, abs(number - version)))]
        model = near[0] if near else None
        return Entry(
            case_id=subject.case_id,
            task_id=task.task_id if task is not None else None,
            version=version,
            created_at=model.created_at if model is not None else subject.created_at,
            created_by=None,
            action=MENDED,
            event="TaskChanged" if task is not None else "CaseChanged",
            commit_id=treatment.context.ids.commit,
            state=model.state if model is not None else subject.state,
            status=model.status if model is not None else (task.status if task is not None else None),
            type=model.type if model is not None else (task.type if task is not None else None),
            note=LOST,
            workflow=subject.workflow,
            workflow_version=model.workflow_version if model is not None else subject.workflow_version,
        )

    def mend(treatment: Treatment) -> None:
        treatment.write(*(AddEntry(entry(treatment, version)) for version in lost))
        treatment.tell(task.task_id if task is not None else None, LOST)

    return mend


def _saying(task_id: TaskId | None, note: str) -> Mend:
    return lambda treatment: treatment.tell(task_id, note)
