"""What every function asks of its environment; loads nothing but the standard library."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

LOCAL_NAMES = frozenset({"localhost", "::1"})


def required(environment: Mapping[str, str], name: str) -> str:
    """A variable that must be set; raises ValueError that names it."""
    value = environment.get(name, "").strip()
    if not value:
        raise ValueError(f"Not set: {name}.")
    return value


def is_loopback(address: str) -> bool:
    """Whether a URL leads to this machine and nowhere else."""
    host = urlsplit(address).hostname or ""
    return host in LOCAL_NAMES or (host.startswith("127.") and host.replace(".", "").isdigit())
