"""Long texts that a new task takes over from another one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import accumulate, islice

from shared.domain.drafts.draft import Draft
from shared.domain.model.task import Texts
from shared.domain.model.writes import PutFirstTexts

TEXTS = 300_000
"""Bytes of text that a task takes over: they stand in one item, of at most 400 KB."""


def joined(parts: Sequence[Texts]) -> Texts:
    """The first description, and all instructions and links, in their order."""
    described = (texts.description for texts in parts if texts.description is not None)
    instructions = tuple(text for texts in parts for text in texts.instructions)
    return Texts(next(described, None), instructions, tuple(link for texts in parts for link in texts.links))


def copy_texts(draft: Draft, texts: Texts | None) -> None:
    """The draft's new task begins with these texts."""
    if texts not in (None, Texts()):
        draft.write(PutFirstTexts(draft.task.task_id, texts))
        draft.text_items(1)


def fitting(texts: Texts) -> Texts:
    """The texts with the first of their links, as many as a task takes over: links are added without end."""
    alone = size_of(replace(texts, links=()))
    sizes = accumulate((size_of(Texts(links=(link,))) for link in texts.links), initial=alone)
    return replace(texts, links=texts.links[: sum(size <= TEXTS for size in islice(sizes, 1, None))])


def size_of(texts: Texts) -> int:
    """The bytes of the texts."""
    parts = [texts.description or "", *texts.instructions, *(f"{x.type}{x.link}{x.name}" for x in texts.links)]
    return sum(len(part.encode()) for part in parts)
