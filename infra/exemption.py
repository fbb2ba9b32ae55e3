"""Exceptions from AWS's rules of good practice (cdk-nag), written where they apply."""

from __future__ import annotations

from aws_cdk import Acknowledgment, Validations
from constructs import IConstruct


def exempt(construct: IConstruct, rule: str, reason: str) -> None:
    """The rule is not reported for this construct and what is in it."""
    Validations.of(construct).acknowledge(Acknowledgment(id=rule, reason=reason))
