"""The HTTP API in front of the functions `api` and `console`."""

from __future__ import annotations

import json
from typing import cast

from aws_cdk import Duration, Stack
from aws_cdk import aws_apigatewayv2 as gateway
from aws_cdk import aws_apigatewayv2_authorizers as authorizers
from aws_cdk import aws_apigatewayv2_integrations as integrations
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from infra.exemption import exempt
from infra.identity import Identity
from infra.log import log_group
from infra.settings import Settings

PUBLIC = ("/health", "/openapi.json", "/docs")
# The console's page, and everything that belongs to it.
CONSOLE = ("/console", "/console/{proxy+}")
PAGE = "/console/index.html"
OPEN_ON_PURPOSE = "Open on purpose: it shows no data of any case."

# Neither address nor user: the function's own log names the user's id where it matters.
ACCESS_LOG = {
    "requestId": "$context.requestId",
    "time": "$context.requestTime",
    "method": "$context.httpMethod",
    "route": "$context.routeKey",
    "status": "$context.status",
    "milliseconds": "$context.responseLatency",
    "bytes": "$context.responseLength",
    "refusedBy": "$context.authorizer.error",
    "integrationError": "$context.integrationErrorMessage",
}


class HttpApi(Construct):
    """The console's files come from one function, the rest from the other: all but what is public needs a token."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        handler: lambda_.IFunction,
        console: lambda_.IFunction,
        identity: Identity,
        settings: Settings,
    ) -> None:
        super().__init__(scope, construct_id)
        self._integration = integrations.HttpLambdaIntegration("Function", handler)
        self._console = integrations.HttpLambdaIntegration("Console", console)
        self.api = gateway.HttpApi(
            self,
            "Api",
            description="Casetree: human tasks",
            create_default_stage=False,
            cors_preflight=_cors(settings),
            # The catch-all demands a token, so that no route is open because it was forgotten here.
            default_integration=self._integration,
            default_authorizer=authorizers.HttpJwtAuthorizer("Token", identity.issuer, jwt_audience=identity.audience),
        )
        self._add_public_routes(settings)
        self.stage = self._stage(settings)

    @property
    def url(self) -> str:
        """Without a slash at its end."""
        return self.api.api_endpoint

    @property
    def page(self) -> str:
        """The console's page, to which people come back from signing in."""
        return f"{self.url}{PAGE}"

    def _add_public_routes(self, settings: Settings) -> None:
        for path in PUBLIC:
            self._public(path, [gateway.HttpMethod.GET], self._integration, OPEN_ON_PURPOSE)
        for path in CONSOLE:
            self._public(path, [gateway.HttpMethod.GET, gateway.HttpMethod.HEAD], self._console, OPEN_ON_PURPOSE)
        if settings.cors_origins:
            # A browser asks before it sends a token; the catch-all would demand one even so.
            preflight = "A preflight request carries no token."
            self._public("/{proxy+}", [gateway.HttpMethod.OPTIONS], self._integration, preflight)

    def _public(
        self,
        path: str,
        methods: list[gateway.HttpMethod],
        integration: integrations.HttpLambdaIntegration,
        reason: str,
    ) -> None:
        routes = self.api.add_routes(
            path=path, methods=methods, integration=integration, authorizer=gateway.HttpNoneAuthorizer()
        )
        for route in routes:
            exempt(route, "AwsSolutions-APIG4", reason)

    def _stage(self, settings: Settings) -> gateway.HttpStage:
        # Under this prefix log delivery needs no resource policy, of which an account may have ten.
        name = f"/aws/vendedlogs/apis/{Stack.of(self).stack_name}"
        log = log_group(self, "AccessLog", settings, name)
        stage = gateway.HttpStage(
            self,
            "Stage",
            http_api=self.api,
            stage_name="$default",
            auto_deploy=True,
            throttle=gateway.ThrottleSettings(
                rate_limit=settings.requests_per_second, burst_limit=settings.request_burst
            ),
        )
        cast(
            "gateway.CfnStage", stage.node.default_child
        ).access_log_settings = gateway.CfnStage.AccessLogSettingsProperty(
            destination_arn=log.log_group_arn, format=json.dumps(ACCESS_LOG)
        )
        return stage


def _cors(settings: Settings) -> gateway.CorsPreflightOptions | None:
    if not settings.cors_origins:
        return None
    return gateway.CorsPreflightOptions(
        allow_origins=list(settings.cors_origins),
        allow_methods=[gateway.CorsHttpMethod.ANY],
        allow_headers=["authorization", "content-type", "idempotency-key", "if-match"],
        expose_headers=["etag", "location", "idempotency-replayed", "retry-after", "casetree-capacity"],
        max_age=Duration.hours(1),
    )
