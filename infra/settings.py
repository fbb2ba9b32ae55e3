"""What a deployer chooses, read from the CDK's context: `cdk deploy --context name=value`."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from constructs import Node


class SettingsError(ValueError):
    """A context value that the stack cannot be built with."""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """One stack's settings; every default is what a production stack on AWS should have."""

    stack_name: str = "Casetree"
    """Names the stack, its metrics' namespace and, in lower case, the event bus."""

    target: Literal["aws", "local"] = "aws"
    """Where the assets will run. The template is the same for both."""

    credentials: Literal["bootstrap", "cli"] = "bootstrap"
    """Whether the CDK deploys with the bootstrap stack's roles or with the caller's own credentials."""

    bundle: Literal["build", "skip"] = "build"
    """`skip` puts empty assets in the place of code and layer: for tests of the template."""

    python: str = "3.13"
    """Version of the Lambda runtime."""

    interpreter: str = sys.executable
    """With target `local`: the Python that will run the functions."""

    issuer: str | None = None
    """OIDC issuer of the tokens; without it the stack brings a Cognito user pool."""

    audience: tuple[str, ...] = ()
    """Accepted `aud` (or `client_id`) claims; needed with `issuer`."""

    console_client: str | None = None
    """With `issuer`: the public client that the console signs in with; by default the first audience."""

    console_scope: str = "openid"
    """The scopes that the console asks for."""

    console_addresses: tuple[str, ...] = ()
    """Further addresses of the console's page, as behind a domain of your own: `https://…/console/index.html`."""

    sign_in_origins: tuple[str, ...] = ()
    """With `issuer`: where tokens are handed out, if not at the issuer's own host."""

    password_sign_in: bool = False
    """Lets the user pool's public client send passwords (USER_PASSWORD_AUTH)."""

    cors_origins: tuple[str, ...] = ()
    """Origins whose web pages may call the API; none by default."""

    requests_per_second: int = 200
    """The API's steady limit over all callers; beyond it API Gateway answers 429."""

    request_burst: int = 400
    """How many requests may arrive at once beyond the steady limit."""

    throwaway: bool = False
    """Deleting the stack deletes its data, too: no deletion protection."""

    customer_key: bool = False
    """Encrypts the table with a KMS key of the account instead of one that AWS owns."""

    log_retention_days: int = 90
    """How long logs are kept."""

    system_log_level: Literal["DEBUG", "INFO", "WARN"] = "WARN"
    """What Lambda itself writes: with WARN only of invocations that fail, with INFO three lines of each."""

    archive_days: int = 0
    """How long the bus keeps events for a replay; 0 for no archive."""

    alarm_topic: str | None = None
    """ARN of the SNS topic that alarms notify."""

    @property
    def bus_name(self) -> str:
        return self.stack_name.lower()

    @property
    def metrics_namespace(self) -> str:
        """The stack's own: metrics of two stacks in one namespace would add up, and set off each other's alarms."""
        return self.stack_name

    @classmethod
    def from_context(cls, node: Node) -> Settings:
        """The settings that the context names, checked; SettingsError where one makes no sense."""
        chosen: dict[str, Any] = {}
        for name, (field, parse) in _CONTEXT.items():
            value = node.try_get_context(name)
            if value is not None and value != "":
                chosen[field] = parse(name, value)
        # On a laptop the bootstrap roles are of no use, and with IAM enforced they get in the way.
        if chosen.get("target") == "local":
            chosen.setdefault("credentials", "cli")
        settings = cls(**chosen)
        if (settings.issuer is None) != (not settings.audience):
            msg = "context issuer and context audience go together"
            raise SettingsError(msg)
        return settings


def _text(pattern: str) -> Callable[[str, Any], str]:
    def parse(name: str, value: Any) -> str:
        if not re.fullmatch(pattern, str(value)):
            msg = f"context {name}={value!r} does not match {pattern}"
            raise SettingsError(msg)
        return str(value)

    return parse


def _list(_name: str, value: Any) -> tuple[str, ...]:
    words = value if isinstance(value, list) else str(value).split(",")
    return tuple(str(word).strip() for word in words if str(word).strip())


def _flag(name: str, value: Any) -> bool:
    return _text("true|false")(name, str(value).lower()) == "true"


def _retention(name: str, value: Any) -> int:
    """Days, of which CloudWatch offers some numbers only."""
    return int(_text("1|3|7|14|30|60|90|180|365|731|3653")(name, value))


def _number(name: str, value: Any) -> int:
    return int(_text(r"\d{1,6}")(name, value))


_CONTEXT: dict[str, tuple[str, Callable[[str, Any], Any]]] = {
    "stackName": ("stack_name", _text("[A-Za-z][A-Za-z0-9-]{0,60}")),
    "target": ("target", _text("aws|local")),
    "credentials": ("credentials", _text("bootstrap|cli")),
    "bundle": ("bundle", _text("build|skip")),
    "python": ("python", _text(r"3\.1[1-9]")),
    "interpreter": ("interpreter", _text(".+")),
    "issuer": ("issuer", _text("https://.+")),
    "audience": ("audience", _list),
    "consoleClient": ("console_client", _text("[!-~]+")),
    "consoleScope": ("console_scope", _text("[!-~]+( [!-~]+)*")),
    "consoleAddresses": ("console_addresses", _list),
    "signInOrigins": ("sign_in_origins", _list),
    "passwordSignIn": ("password_sign_in", _flag),
    "corsOrigins": ("cors_origins", _list),
    "requestsPerSecond": ("requests_per_second", _number),
    "requestBurst": ("request_burst", _number),
    "throwaway": ("throwaway", _flag),
    "customerKey": ("customer_key", _flag),
    "logRetentionDays": ("log_retention_days", _retention),
    "systemLogLevel": ("system_log_level", _text("DEBUG|INFO|WARN")),
    "archiveDays": ("archive_days", _number),
    "alarmTopic": ("alarm_topic", _text("arn:.+:sns:.+")),
}
