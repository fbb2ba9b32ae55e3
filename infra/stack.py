"""The whole of Casetree as one CloudFormation stack."""

from __future__ import annotations

from aws_cdk import CfnOutput, CliCredentialsStackSynthesizer, DefaultStackSynthesizer, Stack
from constructs import Construct

from infra.api import HttpApi
from infra.dashboard import dashboard
from infra.events import EventBus
from infra.failures import FailureQueue
from infra.functions import Functions
from infra.identity import Identity
from infra.monitoring import Alarms
from infra.schedule import Schedule
from infra.secret import StackSecret
from infra.settings import Settings
from infra.stream import StreamConsumers
from infra.table import Table


class CasetreeStack(Stack):
    """Composes the constructs; each concern has its own module."""

    def __init__(self, scope: Construct, settings: Settings) -> None:
        super().__init__(
            scope,
            settings.stack_name,
            description="Casetree, an engine for human tasks",
            synthesizer=(
                CliCredentialsStackSynthesizer() if settings.credentials == "cli" else DefaultStackSynthesizer()
            ),
            termination_protection=not settings.throwaway,
        )
        table = Table(self, "Table", settings)
        failures = FailureQueue(self, "Failures")
        events = EventBus(self, "Events", settings)
        identity = Identity(self, "Identity", settings)
        secret = StackSecret(self, "Secret", settings)
        functions = Functions(
            self,
            table=table,
            secret_arn=secret.arn,
            failures=failures.queue,
            bus=events.bus,
            identity=identity,
            settings=settings,
        )
        StreamConsumers(self, "Stream", table=table.table, functions=functions, failures=failures.queue)
        Schedule(self, "Schedule", timers=functions.timers.function)
        api = HttpApi(
            self,
            "Http",
            handler=functions.api.function,
            console=functions.console.function,
            identity=identity,
            settings=settings,
        )
        identity.return_to([api.page, *settings.console_addresses])
        alarms = Alarms(self, "Alarms", settings)
        alarms.watch_stream(functions, failures.queue)
        alarms.watch_functions(functions)
        alarms.watch_timers(functions)
        alarms.watch_table(table.table)
        alarms.watch_api(api)
        dashboard(
            self,
            table=table.table,
            functions=functions,
            failures=failures.queue,
            api=api,
            namespace=settings.metrics_namespace,
        )
        self._output("ApiUrl", api.url)
        self._output("ConsoleUrl", f"{api.url}/console")
        self._output("ConsoleClientId", identity.console_client_id)
        self._output("TableName", table.table.table_name)
        self._output("BusName", events.bus.event_bus_name)
        self._output("FailureQueueUrl", failures.queue.queue_url)
        if identity.user_pool is not None and identity.client is not None:
            self._output("UserPoolId", identity.user_pool.user_pool_id)
            self._output("UserPoolClientId", identity.client.user_pool_client_id)
        for name, function in functions.all.items():
            self._output(f"{name.capitalize()}FunctionName", function.function.function_name)

    def _output(self, name: str, value: str) -> None:
        CfnOutput(self, name, value=value)
