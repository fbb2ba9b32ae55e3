"""The five functions: what each is for, how large it is, and what it may do."""

from __future__ import annotations

from dataclasses import replace

from aws_cdk import Duration
from aws_cdk import aws_events as events
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from infra import permissions as may
from infra.exemption import exempt
from infra.function import Function, Packages, Purpose
from infra.identity import ADMIN_GROUP, USER_CLAIMS, Identity
from infra.settings import Settings
from infra.table import DUE, ORGANIZATION_QUEUE, PARTY_QUEUE, TIMELINE, UNASSIGNED, Table


class Functions(Construct):
    """`api`, `hooks`, `relay`, `timers` and `console`, split by trigger and permissions."""

    def __init__(
        self,
        scope: Construct,
        *,
        table: Table,
        secret_arn: str,
        failures: sqs.IQueue,
        bus: events.IEventBus,
        identity: Identity,
        settings: Settings,
    ) -> None:
        super().__init__(scope, "Functions")
        self._table, self._secret_arn, self._settings = table, secret_arn, settings
        self._packages = Packages(self, "Packages", settings)
        self._environment = {"CASETREE_TABLE": table.table.table_name, "CASETREE_SECRET_ARN": secret_arn}
        self.api = self._function("api", _api(table, failures))
        exempt(
            self.api.role,
            "AwsSolutions-IAM5[Resource::*]",
            "Reading metrics names no resource; administrators are shown what actions cost.",
        )
        self.hooks = self._reader("hooks", _hooks(table), failures)
        self.relay = self._reader("relay", _relay(table, bus), failures)
        self.timers = self._function("timers", _timers(table, bus))
        # Without what the others always have: it needs neither the table nor the secret.
        self.console = Function(self, "console", _console(identity), self._packages, settings)

    @property
    def all(self) -> dict[str, Function]:
        """All five, by name."""
        return {
            "api": self.api,
            "hooks": self.hooks,
            "relay": self.relay,
            "timers": self.timers,
            "console": self.console,
        }

    def _reader(self, name: str, purpose: Purpose, failures: sqs.IQueue) -> Function:
        """A function that the table's stream invokes, and that puts aside what it cannot process."""
        stream = may.read_stream(self._table.table)
        reading = replace(
            purpose,
            environment={**purpose.environment, "CASETREE_FAILURE_QUEUE_URL": failures.queue_url},
            statements=[*purpose.statements, may.send_to(failures), *stream],
        )
        function = self._function(name, reading)
        exempt(
            function.role,
            "AwsSolutions-IAM5[Resource::*]",
            "Lambda demands dynamodb:ListStreams of whoever reads a stream, and that action names no resource.",
        )
        return function

    def _function(self, name: str, purpose: Purpose) -> Function:
        always = [may.read_secret(self._secret_arn), may.never_move_the_clock(self._table.table)]
        if self._table.key is not None:
            always.append(may.use_key(self._table.key))
        complete = replace(
            purpose,
            environment={**self._environment, **purpose.environment},
            statements=[*purpose.statements, *always],
        )
        return Function(self, name, complete, self._packages, self._settings)


def _api(table: Table, failures: sqs.IQueue) -> Purpose:
    return Purpose(
        description="Answers Casetree's HTTP API",
        # More of a processor than the others get: a person waits, longest for a cold start.
        memory=1024,
        # API Gateway gives up after 30 s: nobody would see what comes later.
        timeout=Duration.seconds(29),
        environment={
            "CASETREE_USER_CLAIMS": USER_CLAIMS,
            "CASETREE_ADMIN_GROUP": ADMIN_GROUP,
            "CASETREE_FAILURE_QUEUE_URL": failures.queue_url,
        },
        statements=[
            may.use_table(table.table, *may.READ, *may.WRITE, *may.CHECK),
            may.query_indexes(table.table, [PARTY_QUEUE, ORGANIZATION_QUEUE, UNASSIGNED, TIMELINE]),
            may.look_at(failures),
            may.read_metrics(),
        ],
    )


def _hooks(table: Table) -> Purpose:
    return Purpose(
        description="Lets parents, dependents and receivers react to a change",
        memory=512,
        # A cascade commits in chunks, and goes on in the next attempt where this was not enough.
        timeout=Duration.seconds(60),
        environment={},
        statements=[may.use_table(table.table, *may.READ, *may.WRITE, *may.CHECK)],
    )


def _relay(table: Table, bus: events.IEventBus) -> Purpose:
    return Purpose(
        description="Announces every change on the event bus, and keeps the counters of queues",
        memory=512,
        timeout=Duration.seconds(60),
        environment={"CASETREE_BUS": bus.event_bus_name},
        statements=[may.use_table(table.table, *may.READ, *may.COUNT), may.put_events_on(bus)],
    )


def _timers(table: Table, bus: events.IEventBus) -> Purpose:
    return Purpose(
        description="Fires every minute what is due; settles and examines every case at night",
        memory=512,
        # For the night. A sweep ends itself within its minute.
        timeout=Duration.minutes(15),
        environment={"CASETREE_BUS": bus.event_bus_name},
        statements=[
            may.use_table(table.table, *may.READ, *may.WRITE, *may.CHECK, *may.SCAN),
            may.query_indexes(table.table, [DUE]),
            may.put_events_on(bus),
        ],
    )


def _console(identity: Identity) -> Purpose:
    return Purpose(
        description="Hands out the files of the console's page",
        memory=256,
        timeout=Duration.seconds(10),
        environment={
            "CASETREE_ISSUER": identity.issuer,
            "CASETREE_CLIENT_ID": identity.console_client_id,
            "CASETREE_SCOPE": identity.console_scope,
            "CASETREE_SIGN_IN_ORIGINS": " ".join(identity.sign_in_origins),
        },
        statements=[],
        # A browser asks for six files at once, and each may start a function.
        third_party=False,
    )
