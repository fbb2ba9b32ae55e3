"""Long texts that a new task takes over from another one."""

from __future__ import annotations

from shared.domain.drafts.draft import Draft
from shared.domain.model.task import Texts
from shared.domain.model.writes import PutFirstTexts


def copy_texts(draft: Draft, texts: Texts | None) -> None:
    """The draft's new task begins with these texts."""
    if texts is not None:
        draft.write(PutFirstTexts(draft.task.task_id, texts))
        draft.text_items(1)


def size_of(texts: Texts) -> int:
    """The bytes of the texts: what a task begins with stands in one item, of at most 400 KB."""
    parts = [texts.description or "", *texts.instructions, *(f"{x.type}{x.link}{x.name}" for x in texts.links)]
    return sum(len(part.encode()) for part in parts)
