"""The first administrator and the organizations of the workflows, without which the API accepts nobody."""

from collections.abc import Sequence

from infra.local.functions import invoke
from infra.local.records import Stack
from infra.local.target import Target


def bootstrap(stack: Stack, admins: Sequence[str]) -> None:
    """Make the admins active users of a local stack, and its workflows' organizations exist."""
    invoke(stack, "timers", _job(admins))


def bootstrap_deployed(target: Target, admins: Sequence[str]) -> None:
    """The same for a stack on AWS, with the caller's own credentials."""
    target.invoke("timers", _job(admins))


def _job(admins: Sequence[str]) -> dict[str, object]:
    """What the timers function is asked. It can be asked again: what exists is left as it is."""
    return {"job": "bootstrap", "admins": list(admins)}
