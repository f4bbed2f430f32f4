"""Reads policies of IAM, buckets and keys in each of the forms that AWS takes (IAM User Guide, policy elements)."""

from __future__ import annotations

import json
from typing import Any


def statements(policy: object, effect: str) -> list[dict[str, Any]] | None:
    """The statements of a policy with an effect; None while it is not known, or where it is no policy.

    Args:
        policy: its text, or the same as an object.
        effect: `Allow` or `Deny`.
    """
    try:
        document = json.loads(policy) if isinstance(policy, str) else policy
    except ValueError:
        return None
    if not isinstance(document, dict):
        return None
    return [
        found
        for found in listed(document.get("Statement"))
        if isinstance(found, dict) and found.get("Effect") == effect
    ]


def listed(value: object) -> list[Any]:
    """A list of one where a policy writes a single value; nothing of what is not there."""
    if isinstance(value, list):
        return value
    return [] if value is None else [value]
