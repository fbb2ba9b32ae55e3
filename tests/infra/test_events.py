from aws_cdk.assertions import Template

from tests.infra.conftest import Synthesize


def test_subscribers_find_the_bus_by_name(template: Template) -> None:
    """The plain name stands in rules of other stacks, so it is no generated one."""
    template.has_resource_properties("AWS::Events::EventBus", {"Name": "casetree"})


def test_two_stacks_have_two_buses(synthesize: Synthesize) -> None:
    """The bus is named after its stack, so that a trial stack stands beside the real one."""
    synthesize(stackName="Casetree-Trial").has_resource_properties("AWS::Events::EventBus", {"Name": "casetree-trial"})


def test_events_are_archived_only_where_asked(template: Template, synthesize: Synthesize) -> None:
    """History is in the table; an archive is for subscribers that want a replay, and is paid for."""
    template.resource_count_is("AWS::Events::Archive", 0)
    synthesize(archiveDays="30").has_resource_properties(
        "AWS::Events::Archive", {"RetentionDays": 30, "EventPattern": {"source": ["casetree"]}}
    )
