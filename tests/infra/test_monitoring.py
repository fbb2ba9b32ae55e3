import json
import re
from typing import Any

import pytest
from aws_cdk.assertions import Template

from infra.local.home import REPOSITORY
from tests.infra.conftest import Synthesize

ALARM = "AWS::CloudWatch::Alarm"
NAMES = ["Api", "Hooks", "Relay", "Timers"]
TOPIC = "arn:aws:sns:eu-west-1:123456789012:oncall"


@pytest.fixture(scope="module")
def alarms(template: Template) -> dict[str, dict[str, Any]]:
    """The alarms, by their name in the stack."""
    return {
        logical_id.removeprefix("Alarms")[:-8]: alarm["Properties"]
        for logical_id, alarm in template.find_resources(ALARM).items()
    }


def test_the_first_failed_record_is_told(alarms: dict[str, Any]) -> None:
    """A single message in the failure queue is work that nobody does."""
    alarm = alarms["FailureQueueDepth"]
    assert alarm["MetricName"] == "ApproximateNumberOfMessagesVisible"
    assert (alarm["Threshold"], alarm["ComparisonOperator"]) == (1, "GreaterThanOrEqualToThreshold")


def test_late_hooks_are_told(alarms: dict[str, Any]) -> None:
    """By the engine's own measure, as the function hooks writes it."""
    alarm = alarms["HookAge"]
    assert (alarm["Namespace"], alarm["MetricName"], alarm["ExtendedStatistic"]) == ("Casetree", "HookAge", "p99")
    assert alarm["Dimensions"] == [{"Name": "action", "Value": "hooks"}, {"Name": "service", "Value": "hooks"}]
    assert alarm["Threshold"] == 60_000


@pytest.mark.parametrize("name", ["Hooks", "Relay"])
def test_a_stream_that_stands_still_is_told(alarms: dict[str, Any], name: str) -> None:
    """By Lambda's measure, which goes on where the function itself never ends."""
    alarm = alarms[f"{name}IteratorAge"]
    assert (alarm["MetricName"], alarm["Statistic"], alarm["Threshold"]) == ("IteratorAge", "Maximum", 60_000)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("what", ["Errors", "Throttles"])
def test_every_function_that_fails_or_may_not_run_is_told(alarms: dict[str, Any], name: str, what: str) -> None:
    """One failure is enough: functions retry by themselves what can be retried."""
    alarm = alarms[f"{name}{what}"]
    assert (alarm["Namespace"], alarm["MetricName"], alarm["Statistic"]) == ("AWS/Lambda", what, "Sum")
    assert alarm["Threshold"] == 1


def test_a_missing_sweep_is_told(alarms: dict[str, Any]) -> None:
    """No data is the bad news here: the rule is off, or the function is gone."""
    alarm = alarms["SweepMissing"]
    assert (alarm["MetricName"], alarm["ComparisonOperator"]) == ("Invocations", "LessThanThreshold")
    assert alarm["TreatMissingData"] == "breaching"


def test_what_the_doctor_finds_is_told(alarms: dict[str, Any]) -> None:
    """A single finding is one too many; by the measure of all invariants together."""
    alarm = alarms["Findings"]
    assert (alarm["Namespace"], alarm["MetricName"], alarm["Threshold"]) == ("Casetree", "Broken", 1)
    assert alarm["Dimensions"] == [{"Name": "service", "Value": "timers"}]


def test_everywhere_else_no_data_is_no_alarm(alarms: dict[str, Any]) -> None:
    """A quiet night wakes nobody."""
    quiet = {name for name, alarm in alarms.items() if alarm["TreatMissingData"] == "notBreaching"}
    assert quiet == set(alarms) - {"SweepMissing", "SettlingMissing"}


@pytest.mark.parametrize(
    ("name", "metric"),
    [
        ("TableReadThrottles", "ReadThrottleEvents"),
        ("TableWriteThrottles", "WriteThrottleEvents"),
        ("TransactionThrottles", "ThrottledRequests"),
        ("TransactWriteItemsErrors", "SystemErrors"),
        ("BatchGetItemErrors", "SystemErrors"),
        ("QueryErrors", "SystemErrors"),
    ],
)
def test_trouble_of_the_table_is_told(alarms: dict[str, Any], name: str, metric: str) -> None:
    """Throttling by the table or an index, and errors of DynamoDB itself."""
    assert (alarms[name]["Namespace"], alarms[name]["MetricName"]) == ("AWS/DynamoDB", metric)


def test_server_errors_of_the_api_are_told(alarms: dict[str, Any]) -> None:
    """A 5xx is never the caller's mistake."""
    assert (alarms["Http5xx"]["Namespace"], alarms["Http5xx"]["MetricName"]) == ("AWS/ApiGateway", "5xx")


def test_every_alarm_says_what_it_means(alarms: dict[str, Any]) -> None:
    """Whoever is woken reads a sentence, not the name of a metric."""
    assert all(alarm["AlarmDescription"].endswith(".") for alarm in alarms.values())


def test_no_alarm_computes(alarms: dict[str, Any]) -> None:
    """The local stack refuses metric math, and would not deploy."""
    assert [name for name, alarm in alarms.items() if "Metrics" in alarm] == []


def test_alarms_notify_whom_the_deployer_names(template: Template, synthesize: Synthesize) -> None:
    """Without a topic they are shown only."""
    assert [each for each in template.find_resources(ALARM).values() if "AlarmActions" in each["Properties"]] == []
    synthesize(alarmTopic=TOPIC).all_resources_properties(ALARM, {"AlarmActions": [TOPIC], "OKActions": [TOPIC]})


def test_the_dashboard_shows_what_the_alarms_are_about(template: Template) -> None:
    """After an alarm one looks at one page, which has the engine's own metrics on it, too."""
    (dashboard,) = template.find_resources("AWS::CloudWatch::Dashboard").values()
    body = json.dumps(dashboard)
    for metric in ("HookAge", "IteratorAge", "ApproximateNumberOfMessagesVisible", "ConsumedWriteUnits", "5xx"):
        assert metric in body


def test_each_stack_has_metrics_of_its_own(synthesize: Synthesize) -> None:
    """Functions, alarms and the dashboard name the namespace of their stack: two in one account do not add up."""
    template = synthesize(stackName="Second")
    functions = template.find_resources("AWS::Lambda::Function").values()
    variables = [each["Properties"].get("Environment", {}).get("Variables", {}) for each in functions]
    assert {found["POWERTOOLS_METRICS_NAMESPACE"] for found in variables if "CASETREE_TABLE" in found} == {"Second"}
    named = {alarm["Properties"]["Namespace"] for alarm in template.find_resources(ALARM).values()}
    assert {name for name in named if not name.startswith("AWS/")} == {"Second"}
    (dashboard,) = template.find_resources("AWS::CloudWatch::Dashboard").values()
    assert 'Namespace=\\\\\\"Second' in json.dumps(dashboard)


def test_the_runbook_has_a_section_for_every_alarm_and_for_no_other(alarms: dict[str, Any]) -> None:
    """Each says in its description where that is, and no section is without a word on what it should have."""
    text = (REPOSITORY / "docs" / "runbook.md").read_text()
    sections = re.findall(r"^### ([^\n]+)\n(.*?)(?=^##|\Z)", text, re.MULTILINE | re.DOTALL)
    named = [name for heading, _ in sections for name in heading.split(", ")]
    assert sorted(named) == sorted(alarms)
    for name, alarm in alarms.items():
        assert alarm["AlarmDescription"].endswith(f"docs/runbook.md, {name}.")
    words = ["Means", "People notice", "Look first", "Do", "Over"]
    for _, body in sections:
        assert re.findall(r"^- \*\*(.+?):\*\*", body, re.MULTILINE) == words
