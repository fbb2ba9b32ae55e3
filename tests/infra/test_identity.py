import json

from aws_cdk.assertions import Match, Template

from tests.infra.conftest import Synthesize

CLIENT = "AWS::Cognito::UserPoolClient"
POOL = "AWS::Cognito::UserPool"


def test_nobody_signs_up_alone(template: Template) -> None:
    """A user name is a user's id in Casetree: an administrator gives it."""
    template.has_resource_properties(
        POOL,
        {
            "AdminCreateUserConfig": {"AllowAdminCreateUserOnly": True},
            "UsernameAttributes": Match.absent(),
            "AliasAttributes": Match.absent(),
            "UsernameConfiguration": {"CaseSensitive": False},
        },
    )


def test_passwords_are_long_and_mixed(template: Template) -> None:
    """Fourteen characters of all four kinds."""
    policy = {
        "MinimumLength": 14,
        "RequireLowercase": True,
        "RequireUppercase": True,
        "RequireNumbers": True,
        "RequireSymbols": True,
    }
    template.has_resource_properties(POOL, {"Policies": {"PasswordPolicy": Match.object_like(policy)}})


def test_a_second_factor_is_an_app_not_a_text_message(template: Template) -> None:
    """A code by SMS costs money and is easily caught."""
    template.has_resource_properties(POOL, {"MfaConfiguration": "OPTIONAL", "EnabledMfas": ["SOFTWARE_TOKEN_MFA"]})


def test_the_users_survive_the_stack(template: Template) -> None:
    """People lose no account because a stack was deleted."""
    template.has_resource(POOL, {"DeletionPolicy": "Retain", "Properties": {"DeletionProtection": "ACTIVE"}})


def test_there_is_a_group_of_administrators(template: Template) -> None:
    """Its name is what the API looks for."""
    template.has_resource_properties("AWS::Cognito::UserPoolGroup", {"GroupName": "casetree-admins"})


def test_the_console_signs_in_with_a_code_alone(template: Template) -> None:
    """No password, no secret, no token in an address: a code, which comes back to the console's page alone."""
    page = {
        "Fn::Join": ["", [{"Fn::GetAtt": [Match.string_like_regexp("HttpApi"), "ApiEndpoint"]}, "/console/index.html"]]
    }
    template.has_resource_properties(
        CLIENT,
        {
            "AllowedOAuthFlowsUserPoolClient": True,
            "AllowedOAuthFlows": ["code"],
            "AllowedOAuthScopes": ["openid"],
            "CallbackURLs": [page],
            "LogoutURLs": [page],
            "ExplicitAuthFlows": ["ALLOW_REFRESH_TOKEN_AUTH"],
            "GenerateSecret": False,
            "PreventUserExistenceErrors": "ENABLED",
            "EnableTokenRevocation": True,
            "RefreshTokenValidity": 12,
            "TokenValidityUnits": {"AccessToken": "hours", "IdToken": "hours", "RefreshToken": "hours"},
        },
    )


def test_people_come_back_to_an_address_of_the_deployers_own(synthesize: Synthesize) -> None:
    """Where the console stands behind another domain, too."""
    own = "https://desk.example/console/index.html"
    synthesize(consoleAddresses=own).has_resource_properties(CLIENT, {"CallbackURLs": Match.array_with([own])})


def test_the_sign_in_page_is_of_this_stack_alone(template: Template) -> None:
    """Its address is unique in a region, as the stack's id is."""
    (domain,) = template.find_resources("AWS::Cognito::UserPoolDomain").values()
    assert "AWS::StackId" in json.dumps(domain["Properties"]["Domain"])


def test_the_public_client_never_sends_a_password(template: Template) -> None:
    """Programs prove that they know it (SRP); only the account's own administrators may hand one over."""
    template.has_resource_properties(
        CLIENT,
        {
            "ExplicitAuthFlows": [
                "ALLOW_ADMIN_USER_PASSWORD_AUTH",
                "ALLOW_USER_SRP_AUTH",
                "ALLOW_REFRESH_TOKEN_AUTH",
            ],
            "GenerateSecret": False,
            "PreventUserExistenceErrors": "ENABLED",
            "EnableTokenRevocation": True,
            "AllowedOAuthFlowsUserPoolClient": False,
        },
    )


def test_password_sign_in_can_be_asked_for(synthesize: Synthesize) -> None:
    """For programs that know no SRP, by the deployer's choice."""
    synthesize(passwordSignIn="true").has_resource_properties(
        CLIENT, {"ExplicitAuthFlows": Match.array_with(["ALLOW_USER_PASSWORD_AUTH"])}
    )


def test_tokens_live_for_an_hour(template: Template) -> None:
    """A token that got lost is soon worth nothing; a working day needs one sign-in."""
    template.has_resource_properties(
        CLIENT, {"AccessTokenValidity": 60, "IdTokenValidity": 60, "RefreshTokenValidity": 1440}
    )


def test_an_own_issuer_replaces_the_user_pool(synthesize: Synthesize) -> None:
    """Who has an identity provider gets no second one."""
    own = synthesize(issuer="https://login.example/realm", audience="casetree,casetree-app")
    own.resource_count_is(POOL, 0)
    own.resource_count_is(CLIENT, 0)
    own.resource_count_is("AWS::Cognito::UserPoolDomain", 0)
    own.has_resource_properties(
        "AWS::ApiGatewayV2::Authorizer",
        {"JwtConfiguration": {"Issuer": "https://login.example/realm", "Audience": ["casetree", "casetree-app"]}},
    )
    assert "UserPoolId" not in own.to_json()["Outputs"]
