"""What the environment says to this function, read once: how the page signs people in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from functions.environment import is_loopback, required

DISCOVERY = "/.well-known/openid-configuration"


@dataclass(frozen=True, slots=True)
class Settings:
    """The issuer, the page's client there, and where the page may ask for tokens."""

    issuer: str
    discovery: str
    client_id: str
    scope: str
    origins: tuple[str, ...]

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Settings:
        """The settings in the environment; raises ValueError that names a missing variable."""
        issuer = required(environment, "CASETREE_ISSUER").rstrip("/")
        return cls(
            issuer=issuer,
            discovery=_address(issuer, environment.get("AWS_ENDPOINT_URL", "")) + DISCOVERY,
            client_id=required(environment, "CASETREE_CLIENT_ID"),
            scope=required(environment, "CASETREE_SCOPE"),
            origins=(_origin(issuer), *environment.get("CASETREE_SIGN_IN_ORIGINS", "").split()),
        )

    @property
    def config(self) -> dict[str, str]:
        """What the page reads before anything else; `api` is relative to the page."""
        return {
            "issuer": self.issuer,
            "discovery": self.discovery,
            "clientId": self.client_id,
            "scope": self.scope,
            "api": "..",
        }


def _address(issuer: str, endpoint: str) -> str:
    """Where the issuer answers: on a laptop the user pool's issuer has AWS's name and the local server's address."""
    return endpoint.rstrip("/") + urlsplit(issuer).path if is_loopback(endpoint) else issuer


def _origin(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"
