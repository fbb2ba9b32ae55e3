"""boto3 against the local stack, and only against it."""

import ipaddress
from typing import Any
from urllib.parse import urlsplit

import boto3
from botocore.config import Config

from infra.local.home import command
from infra.local.obstacle import ObstacleError

REGION = "us-east-1"
ACCOUNT = "000000000000"
# The local server takes these for the account's root; they mean nothing anywhere else.
KEYS = dict.fromkeys(("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"), "test")


def is_loopback(url: str) -> bool:
    """Say whether a URL leads to this very machine."""
    host = urlsplit(url).hostname or ""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def need_loopback(url: str) -> str:
    """Return the URL if it leads to this machine: nothing here may ever reach a real account."""
    if not is_loopback(url):
        raise ObstacleError(f"{url} is not on this machine.", f"This works on the local stack only: {command('up')}")
    return url


def client(service: str, endpoint: str, region: str = REGION) -> Any:
    """Return a client of the local stack; no setting of the user's own AWS configuration applies."""
    session = boto3.session.Session(
        aws_access_key_id=KEYS["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=KEYS["AWS_SECRET_ACCESS_KEY"],
        region_name=region,
    )
    settings = Config(proxies={}, connect_timeout=5, read_timeout=130, retries={"total_max_attempts": 3})
    return session.client(service, endpoint_url=need_loopback(endpoint), config=settings)  # type: ignore[call-overload]
