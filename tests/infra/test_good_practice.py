"""AWS's rules of good practice, and CloudFormation's own, on every variant of the template."""

import json

import pytest
from aws_cdk import App, Stack, Validations
from aws_cdk import aws_sqs as sqs
from cdk_nag import AwsSolutionsChecks
from cfnlint import ManualArgs
from cfnlint.api import lint

from infra.settings import Settings
from infra.stack import CasetreeStack
from tests.infra.conftest import Synthesize, make_app

VARIANTS = {
    "default": {},
    "local": {"target": "local"},
    "own issuer": {"issuer": "https://login.example", "audience": "casetree"},
    "everything": {
        "customerKey": "true",
        "archiveDays": "30",
        "corsOrigins": "https://desk.example",
        "passwordSignIn": "true",
        "throwaway": "true",
        "alarmTopic": "arn:aws:sns:eu-west-1:123456789012:oncall",
    },
}
# Cognito is not to be had everywhere: without it, in China, one brings an issuer.
REGIONS = ["us-east-1", "eu-central-1", "ap-southeast-2", "us-gov-west-1"]
each_variant = pytest.mark.parametrize("context", VARIANTS.values(), ids=VARIANTS)


def _check(app: App) -> None:
    """Synthesizes with cdk-nag, which ends with an error where a rule is broken."""
    Validations.of(app).add_plugins(AwsSolutionsChecks(app))
    app.synth()


@each_variant
def test_the_stack_keeps_the_rules_of_good_practice(context: dict[str, str]) -> None:
    """Each exception stands beside its resource, with the reason."""
    app = make_app(**context)
    CasetreeStack(app, Settings.from_context(app.node))
    _check(app)


def test_a_broken_rule_would_be_noticed() -> None:
    """The check above is not one that always passes."""
    app = App()
    sqs.Queue(Stack(app, "Careless"), "Queue")
    with pytest.raises(RuntimeError, match="AwsSolutions-SQS4"):
        _check(app)


@each_variant
def test_cloudformation_would_take_the_template(synthesize: Synthesize, context: dict[str, str]) -> None:
    """Types, values and references are what CloudFormation knows."""
    # Informational findings (I) are advice to whoever writes templates by hand.
    arguments = ManualArgs(regions=REGIONS, ignore_checks=["I"])
    found = lint(json.dumps(synthesize(**context).to_json()), config=arguments)
    assert [f"{match.rule.id} {match.message}" for match in found] == []
