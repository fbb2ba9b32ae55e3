"""Queues and their statistics as JSON."""

from __future__ import annotations

from dataclasses import asdict

from functions.api.sizes import fitting
from functions.api.views.people import Json
from functions.api.views.tasks import listed
from shared.engine.queues.pages import QueuePage
from shared.engine.queues.statistics import Statistics


def queue(page: QueuePage) -> Json:
    """A page of a tab, with the size of every tab."""
    items = [listed(view) for view in page.items]
    count = fitting(items)
    return {
        "items": items[:count],
        "nextCursor": page.next_cursor if count == len(items) else page.cursors[count - 1],
        "counts": dict(page.counts),
        "facets": {name: dict(values) for name, values in page.facets.items()},
        "truncated": page.truncated,
    }


def statistics(value: Statistics) -> Json:
    """How closed tasks went, by type."""
    return {
        "from": value.first.isoformat(),
        "to": value.last.isoformat(),
        "types": [asdict(of_type) for of_type in value.types],
        "truncated": value.truncated,
    }
