"""Who signs in: the deployer's own issuer, or a Cognito user pool."""

from __future__ import annotations

from collections.abc import Sequence

from aws_cdk import Aws, Duration, Fn, RemovalPolicy
from aws_cdk import aws_cognito as cognito
from constructs import Construct

from infra.exemption import exempt
from infra.settings import Settings

ADMIN_GROUP = "casetree-admins"
# In this order: Cognito's access token, its identity token, and what every OIDC token has.
USER_CLAIMS = "username,cognito:username,sub"


class Identity(Construct):
    """The issuer and audience of the tokens that the API accepts."""

    def __init__(self, scope: Construct, construct_id: str, settings: Settings) -> None:
        super().__init__(scope, construct_id)
        self.user_pool: cognito.UserPool | None = None
        self.client: cognito.UserPoolClient | None = None
        self._console: cognito.CfnUserPoolClient | None = None
        self.console_scope = settings.console_scope
        self.sign_in_origins = list(settings.sign_in_origins)
        if settings.issuer is not None:
            self.issuer, self.audience = settings.issuer, list(settings.audience)
            self.console_client_id = settings.console_client or self.audience[0]
            return
        self.user_pool = _user_pool(self, settings)
        self.client = _client(self.user_pool, settings)
        cognito.CfnUserPoolGroup(
            self,
            "Administrators",
            user_pool_id=self.user_pool.user_pool_id,
            group_name=ADMIN_GROUP,
            description="Administrators of Casetree, where they are active users of it, too",
        )
        # Built, not read from the pool's attributes: the local stack does not know ProviderURL.
        self.issuer = f"https://cognito-idp.{Aws.REGION}.amazonaws.com/{self.user_pool.user_pool_id}"
        self.sign_in_origins.append(_domain(self, self.user_pool))
        self._console = _console_client(self, self.user_pool)
        self.console_client_id = self._console.ref
        self.audience = [self.client.user_pool_client_id, self.console_client_id]

    def return_to(self, addresses: Sequence[str]) -> None:
        """Whoever signs in to the console, or out, comes back to one of these addresses and to no other."""
        if self._console is not None:
            self._console.callback_ur_ls = list(addresses)
            self._console.logout_ur_ls = list(addresses)


def _user_pool(scope: Construct, settings: Settings) -> cognito.UserPool:
    pool = cognito.UserPool(
        scope,
        "UserPool",
        # The user name is the user's id in Casetree, so people cannot choose it.
        self_sign_up_enabled=False,
        sign_in_aliases=cognito.SignInAliases(username=True),
        sign_in_case_sensitive=False,
        feature_plan=cognito.FeaturePlan.ESSENTIALS,
        password_policy=cognito.PasswordPolicy(
            min_length=14,
            require_lowercase=True,
            require_uppercase=True,
            require_digits=True,
            require_symbols=True,
            temp_password_validity=Duration.days(3),
        ),
        account_recovery=cognito.AccountRecovery.EMAIL_ONLY,
        mfa=cognito.Mfa.OPTIONAL,
        mfa_second_factor=cognito.MfaSecondFactor(otp=True, sms=False),
        deletion_protection=not settings.throwaway,
        removal_policy=RemovalPolicy.DESTROY if settings.throwaway else RemovalPolicy.RETAIN,
    )
    exempt(
        pool,
        "AwsSolutions-COG2",
        "A second factor is offered, not demanded: whoever must demand it brings an issuer of their own.",
    )
    for rule in ("AwsSolutions-COG3", "AwsSolutions-COG8"):
        exempt(pool, rule, "Threat protection needs the Plus plan, which is priced by user: an own choice.")
    return pool


def _client(pool: cognito.UserPool, settings: Settings) -> cognito.UserPoolClient:
    return pool.add_client(
        "Client",
        auth_flows=cognito.AuthFlow(
            user_srp=True,
            # Only whoever has credentials of the account can sign a user in this way: the command line.
            admin_user_password=True,
            user_password=settings.password_sign_in,
        ),
        disable_o_auth=True,
        generate_secret=False,
        prevent_user_existence_errors=True,
        enable_token_revocation=True,
        access_token_validity=Duration.hours(1),
        id_token_validity=Duration.hours(1),
        refresh_token_validity=Duration.days(1),
    )


def _domain(scope: Construct, pool: cognito.UserPool) -> str:
    """The pool's pages, at which people sign in; return their address."""
    # Such a name is unique in a region. The end of the stack's id is, and says nothing of the account.
    unique = Fn.select(4, Fn.split("-", Fn.select(2, Fn.split("/", Aws.STACK_ID))))
    domain = cognito.CfnUserPoolDomain(
        scope, "Domain", user_pool_id=pool.user_pool_id, domain=Fn.join("-", ["casetree", unique])
    )
    return f"https://{domain.ref}.auth.{Aws.REGION}.amazoncognito.com"


def _console_client(scope: Construct, pool: cognito.UserPool) -> cognito.CfnUserPoolClient:
    """What the console signs in with: a code that is worth nothing without the verifier that the page kept (PKCE)."""
    return cognito.CfnUserPoolClient(
        scope,
        "ConsoleClient",
        user_pool_id=pool.user_pool_id,
        allowed_o_auth_flows_user_pool_client=True,
        allowed_o_auth_flows=["code"],
        # Not the scope with which a token may change its user's own attributes.
        allowed_o_auth_scopes=["openid"],
        supported_identity_providers=["COGNITO"],
        explicit_auth_flows=["ALLOW_REFRESH_TOKEN_AUTH"],
        generate_secret=False,
        prevent_user_existence_errors="ENABLED",
        enable_token_revocation=True,
        access_token_validity=1,
        id_token_validity=1,
        # A working day.
        refresh_token_validity=12,
        token_validity_units=cognito.CfnUserPoolClient.TokenValidityUnitsProperty(
            access_token="hours",  # noqa: S106  # nosec B106
            id_token="hours",  # noqa: S106  # nosec B106
            refresh_token="hours",  # noqa: S106  # nosec B106
        ),
    )
