import json
from typing import Any

import pytest

Rule = dict[str, Any]


@pytest.fixture(scope="module")
def rules(resources: dict[str, dict[str, Any]]) -> dict[str, Rule]:
    """The rules, by when they fire."""
    found = [resource["Properties"] for resource in resources.values() if resource["Type"] == "AWS::Events::Rule"]
    return {rule["ScheduleExpression"]: rule for rule in found}


def _payloads(rule: Rule) -> list[dict[str, Any]]:
    return [json.loads(target["Input"]) for target in rule["Targets"]]


def test_one_rule_fires_every_minute_and_one_every_night(rules: dict[str, Rule]) -> None:
    """There is no third way in which time passes."""
    assert set(rules) == {"rate(1 minute)", "cron(17/20 1-4 * * ? *)"}
    assert {rule["State"] for rule in rules.values()} == {"ENABLED"}


def test_four_sweeps_share_the_shards(rules: dict[str, Rule]) -> None:
    """Every shard of the due index is swept by just one of them."""
    swept = _payloads(rules["rate(1 minute)"])
    assert swept == [{"job": "sweep", "shards": list(range(first, first + 4))} for first in (0, 4, 8, 12)]


def test_the_night_settles(rules: dict[str, Rule]) -> None:
    """What a lost record left undone is found within a day, or where there are very many cases, some days."""
    assert _payloads(rules["cron(17/20 1-4 * * ? *)"]) == [{"job": "settle", "nightly": True}]


def test_a_late_sweep_is_left_to_the_next(rules: dict[str, Rule]) -> None:
    """Retried sweeps would pile up behind an outage."""
    policies = [target["RetryPolicy"] for target in rules["rate(1 minute)"]["Targets"]]
    assert policies == [{"MaximumEventAgeInSeconds": 60, "MaximumRetryAttempts": 0}] * 4


def test_both_rules_may_run_the_timers(resources: dict[str, dict[str, Any]], rules: dict[str, Rule]) -> None:
    """Each has the permission, for itself only."""
    timers = {target["Arn"]["Fn::GetAtt"][0] for rule in rules.values() for target in rule["Targets"]}
    assert {resources[id_]["Properties"]["Handler"] for id_ in timers} == {"functions.timers.handler.handler"}
    permissions = [
        resource["Properties"]
        for resource in resources.values()
        if resource["Type"] == "AWS::Lambda::Permission"
        and resource["Properties"]["Principal"] == "events.amazonaws.com"
    ]
    sources = {permission["SourceArn"]["Fn::GetAtt"][0] for permission in permissions}
    assert sources == {id_ for id_, resource in resources.items() if resource["Type"] == "AWS::Events::Rule"}
