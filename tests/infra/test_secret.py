from collections.abc import Mapping
from typing import Any

import pytest
from aws_cdk.assertions import Template

from tests.infra.conftest import Synthesize

SECRET = "AWS::SecretsManager::Secret"


def _secret(template: Template) -> tuple[str, Mapping[str, Any]]:
    """The one secret of a template, with its logical id."""
    ((logical_id, resource),) = template.find_resources(SECRET).items()
    return logical_id, resource


def test_the_secret_is_made_up_by_aws(template: Template) -> None:
    """Nobody chooses it, so it stands in no template, no history of a shell and no repository."""
    _, secret = _secret(template)
    assert "SecretString" not in secret["Properties"]
    assert secret["Properties"]["GenerateSecretString"]["PasswordLength"] >= 64


def test_the_whole_value_is_the_secret(template: Template) -> None:
    """It is used as it stands: in a structure around it, everything else could be guessed."""
    _, secret = _secret(template)
    assert not {"SecretStringTemplate", "GenerateStringKey"} & set(secret["Properties"]["GenerateSecretString"])


def test_the_secret_is_not_rotated(template: Template) -> None:
    """A new value makes tokens under way worthless, so none comes by itself."""
    template.resource_count_is("AWS::SecretsManager::RotationSchedule", 0)


@pytest.mark.parametrize(("context", "policy"), [({}, "Retain"), ({"throwaway": "true"}, "Delete")])
def test_the_secret_stays_as_long_as_the_table(synthesize: Synthesize, context: dict[str, str], policy: str) -> None:
    """With the table that is kept, its open requests stay good; a trial leaves nothing behind."""
    _, secret = _secret(synthesize(**context))
    assert (secret["DeletionPolicy"], secret["UpdateReplacePolicy"]) == (policy, policy)


def test_every_function_that_needs_it_is_told_where_the_secret_is_and_not_what_it_is(
    template: Template, functions: dict[str, dict[str, Any]]
) -> None:
    """Settings name its ARN, so whoever may read them learns nothing; `Ref` is no ARN on the local stack."""
    logical_id, _ = _secret(template)
    told = {
        name: each["Environment"]["Variables"]["CASETREE_SECRET_ARN"]
        for name, each in functions.items()
        if "CASETREE_SECRET_ARN" in each["Environment"]["Variables"]
    }
    # All but the console, which has no use for it.
    assert told == {name: {"Fn::GetAtt": [logical_id, "Id"]} for name in ("api", "hooks", "relay", "timers")}
