import json
from typing import Any

import pytest
from aws_cdk.assertions import Match, Template

from tests.infra.conftest import Synthesize

ROUTE = "AWS::ApiGatewayV2::Route"


def _routes(template: Template) -> dict[str, str]:
    """How each route tells who calls."""
    found = [route["Properties"] for route in template.find_resources(ROUTE).values()]
    return {route["RouteKey"]: route["AuthorizationType"] for route in found}


def test_only_what_shows_no_case_is_open(template: Template) -> None:
    """Every other request needs a token, also one that no function knows; the console's files can only be read."""
    assert _routes(template) == {
        "$default": "JWT",
        "GET /health": "NONE",
        "GET /openapi.json": "NONE",
        "GET /docs": "NONE",
        "GET /console": "NONE",
        "HEAD /console": "NONE",
        "GET /console/{proxy+}": "NONE",
        "HEAD /console/{proxy+}": "NONE",
    }


def test_tokens_are_those_of_the_user_pool(template: Template) -> None:
    """The issuer is built from the pool's id, which is the same on AWS and on a laptop."""
    template.has_resource_properties(
        "AWS::ApiGatewayV2::Authorizer",
        {
            "AuthorizerType": "JWT",
            "IdentitySource": ["$request.header.Authorization"],
            "JwtConfiguration": {
                "Audience": [
                    {"Ref": Match.string_like_regexp("UserPoolClient")},
                    {"Ref": Match.string_like_regexp("ConsoleClient")},
                ],
                "Issuer": {
                    "Fn::Join": [
                        "",
                        [
                            "https://cognito-idp.",
                            {"Ref": "AWS::Region"},
                            ".amazonaws.com/",
                            {"Ref": Match.string_like_regexp("UserPool")},
                        ],
                    ]
                },
            },
        },
    )


@pytest.mark.parametrize("context", [{}, {"issuer": "https://login.example/realm", "audience": "casetree"}])
def test_tokens_are_checked_by_the_gateway_alone(synthesize: Synthesize, context: dict[str, str]) -> None:
    """By its one JWT authorizer, whose algorithms are RSA's alone and whose keys are the issuer's, over HTTPS.

    No function of ours takes part, which might believe what a token's header says of algorithm and key.
    """
    found = synthesize(**context).find_resources("AWS::ApiGatewayV2::Authorizer")
    ((name, authorizer),) = found.items()
    jwt = authorizer["Properties"]["JwtConfiguration"]
    assert authorizer["Properties"]["AuthorizerType"] == "JWT"
    assert "AuthorizerUri" not in authorizer["Properties"]
    assert jwt["Audience"]
    assert str(jwt["Issuer"]["Fn::Join"][1][0] if isinstance(jwt["Issuer"], dict) else jwt["Issuer"]).startswith(
        "https://"
    )
    routes = [route["Properties"] for route in synthesize(**context).find_resources(ROUTE).values()]
    closed = [route for route in routes if route["AuthorizationType"] != "NONE"]
    assert closed
    assert all(route["AuthorizerId"] == {"Ref": name} for route in closed)


def test_requests_are_limited(template: Template, synthesize: Synthesize) -> None:
    """A caller gone wild costs a bounded amount."""
    stage = "AWS::ApiGatewayV2::Stage"
    limits = {"ThrottlingRateLimit": 200, "ThrottlingBurstLimit": 400}
    template.has_resource_properties(stage, {"DefaultRouteSettings": limits})
    chosen = {"ThrottlingRateLimit": 1000, "ThrottlingBurstLimit": 2000}
    synthesize(requestsPerSecond="1000", requestBurst="2000").has_resource_properties(
        stage, {"DefaultRouteSettings": chosen}
    )


def test_the_access_log_names_no_person(template: Template) -> None:
    """Requests can be counted and timed; addresses, tokens and users are not written down."""
    (stage,) = template.find_resources("AWS::ApiGatewayV2::Stage").values()
    written = json.loads(stage["Properties"]["AccessLogSettings"]["Format"])
    assert {"requestId", "status", "route"} <= set(written)
    for private in ("identity", "claims", "principalId", "Authorization", "userAgent", "context.path"):
        assert private not in json.dumps(written)


def test_web_pages_of_others_may_not_call(template: Template) -> None:
    """Browsers keep foreign pages out unless the deployer names them."""
    template.has_resource_properties("AWS::ApiGatewayV2::Api", {"CorsConfiguration": Match.absent()})


def test_named_origins_may_call(synthesize: Synthesize) -> None:
    """Their preflight requests need no token, and they may read what the API says in headers."""
    open_ = synthesize(corsOrigins="https://desk.example")
    open_.has_resource_properties(
        "AWS::ApiGatewayV2::Api",
        {
            "CorsConfiguration": Match.object_like(
                {
                    "AllowOrigins": ["https://desk.example"],
                    "AllowHeaders": Match.array_with(["authorization", "idempotency-key", "if-match"]),
                    "ExposeHeaders": Match.array_with(["etag", "location", "idempotency-replayed"]),
                }
            )
        },
    )
    assert _routes(open_)["OPTIONS /{proxy+}"] == "NONE"
    assert _routes(open_)["$default"] == "JWT"


@pytest.mark.parametrize(("path", "source"), [("$default", "/*/*"), ("GET /health", "/*/*/health")])
def test_the_gateway_may_call_the_function(template: Template, path: str, source: str) -> None:
    """Lambda allows what the route's ARN matches; the catch-all's has no path."""
    assert path in _routes(template)
    permissions: list[Any] = [
        each["Properties"]["SourceArn"]["Fn::Join"][1][-1]
        for each in template.find_resources("AWS::Lambda::Permission").values()
        if each["Properties"]["Principal"] == "apigateway.amazonaws.com"
    ]
    assert source in permissions
