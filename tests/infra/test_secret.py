from aws_cdk.assertions import Match, Template

from infra.secret import LENGTH


def test_the_secret_is_made_up_by_aws(template: Template) -> None:
    """Nobody chooses it, so it stands in no template, no history of a shell and no repository."""
    template.resource_count_is("AWS::SecretsManager::Secret", 1)
    template.has_resource_properties(
        "AWS::SecretsManager::Secret",
        {"GenerateSecretString": Match.object_like({"PasswordLength": LENGTH}), "SecretString": Match.absent()},
    )


def test_the_secret_outlives_the_stack(template: Template) -> None:
    """With the table that is kept, the tokens of its open requests stay good."""
    template.has_resource("AWS::SecretsManager::Secret", {"DeletionPolicy": "Retain"})


def test_no_function_is_given_the_secret_itself(template: Template) -> None:
    """A function's settings name the secret; whoever may read those learns nothing of it."""
    for function in template.find_resources("AWS::Lambda::Function").values():
        named = function["Properties"]["Environment"]["Variables"]["CASETREE_SECRET_ARN"]
        assert named["Fn::GetAtt"][1] == "Id"
