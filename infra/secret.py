"""The secret of the stack: what one-time tokens and the ids of partners' cases are made with."""

from __future__ import annotations

from typing import cast

from aws_cdk import RemovalPolicy
from aws_cdk import aws_secretsmanager as secretsmanager
from constructs import Construct

from infra.exemption import exempt
from infra.settings import Settings

LENGTH = 64


class StackSecret(Construct):
    """A random value that nobody chooses, writes down or needs to know."""

    def __init__(self, scope: Construct, construct_id: str, settings: Settings) -> None:
        super().__init__(scope, construct_id)
        self.secret = secretsmanager.Secret(
            self,
            "Secret",
            description="Makes Casetree's one-time tokens and the ids of partners' cases",
            generate_secret_string=secretsmanager.SecretStringGenerator(
                password_length=LENGTH, exclude_punctuation=True
            ),
            removal_policy=RemovalPolicy.DESTROY if settings.throwaway else RemovalPolicy.RETAIN,
        )
        # The attribute, not the reference, which CDK would take: both are the ARN on AWS, but the reference is the
        # name on the local stack.
        self.arn = cast("secretsmanager.CfnSecret", self.secret.node.default_child).attr_id
        exempt(
            self.secret,
            "AwsSolutions-SMG4",
            "A new value makes the tokens of open requests worthless, so it is put there on purpose, or never.",
        )
