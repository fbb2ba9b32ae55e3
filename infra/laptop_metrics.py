"""What CloudWatch does of itself and the laptop's server does not: metrics are made of the functions' log lines."""

from __future__ import annotations

from pathlib import Path

from aws_cdk import App, CliCredentialsStackSynthesizer, Duration, Stack
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_

from infra.settings import Settings

FUNCTION = "CasetreeLaptopMetrics"
MARK = "/casetree/laptop-metrics"
SOURCE = Path(__file__).with_name("laptop_metrics_function.py")


class LaptopMetrics(Stack):
    """A stack of its own beside that of Casetree, whose template is the same on a laptop as on AWS.

    Once a minute, like CloudWatch's own metrics come: a subscription to the logs would start a process for each line.
    """

    def __init__(self, app: App, settings: Settings) -> None:
        super().__init__(app, f"{settings.stack_name}LaptopMetrics", synthesizer=CliCredentialsStackSynthesizer())
        name = f"python{settings.python}"
        function = lambda_.Function(
            self,
            "Function",
            function_name=FUNCTION,
            runtime=lambda_.Runtime(name, lambda_.RuntimeFamily.PYTHON, supports_inline_code=True),
            handler="index.handle",
            code=lambda_.Code.from_inline(SOURCE.read_text()),
            timeout=Duration.seconds(30),
            environment={"MARK": MARK},
        )
        function.add_to_role_policy(
            iam.PolicyStatement(
                actions=[
                    "logs:DescribeLogGroups",
                    "logs:FilterLogEvents",
                    "cloudwatch:PutMetricData",
                    "ssm:GetParameter",
                    "ssm:PutParameter",
                ],
                resources=["*"],
            )
        )
        minute = events.Schedule.rate(Duration.minutes(1))
        events.Rule(self, "EveryMinute", schedule=minute, targets=[targets.LambdaFunction(function)])
