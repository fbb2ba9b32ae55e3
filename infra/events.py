"""The event bus on which every change is announced."""

from __future__ import annotations

from aws_cdk import Duration
from aws_cdk import aws_events as events
from constructs import Construct

from infra.settings import Settings

SOURCE = "casetree"


class EventBus(Construct):
    """A bus that subscribers find by its plain name, and an archive of it where one is wanted."""

    def __init__(self, scope: Construct, construct_id: str, settings: Settings) -> None:
        super().__init__(scope, construct_id)
        self.bus = events.EventBus(
            self, "Bus", event_bus_name=settings.bus_name, description="Changes of Casetree's tasks and cases"
        )
        if settings.archive_days:
            self.bus.archive(
                "Archive",
                description="Casetree's events, kept for a replay",
                event_pattern=events.EventPattern(source=[SOURCE]),
                retention=Duration.days(settings.archive_days),
            )
