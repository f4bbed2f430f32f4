"""What a provider computes: realistic ids and outputs per resource type, as the cloud would return them."""

from __future__ import annotations

import hashlib
from typing import Any


def short_hash(*parts: str, length: int = 8) -> str:
    """A stable lower-case hexadecimal fragment derived from the parts."""
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:length]


def resource_id(token: str, name: str, inputs: dict[str, Any]) -> str:  # noqa: ARG001 - some types name themselves
    """The physical id of a new resource."""
    return f"{name}-{short_hash(token, name)}"


def computed_outputs(token: str, name: str, inputs: dict[str, Any], identity: str) -> dict[str, Any]:  # noqa: ARG001
    """The outputs that a provider adds to the inputs of a resource."""
    outputs: dict[str, Any] = {"arn": f"arn:aws:service:us-east-1:000000000000:{identity}"}
    if "name" not in inputs:
        outputs["name"] = identity
    return outputs
