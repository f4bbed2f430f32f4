"""Reads policies of IAM, buckets and keys in each of the forms that AWS takes (IAM User Guide, policy elements)."""

from __future__ import annotations

from typing import Any

from plan.strict_json import parsed

_ELEMENTS = {
    name.lower(): name
    for name in (
        *("Version", "Id", "Statement", "Sid", "Effect", "Principal", "NotPrincipal"),
        *("Action", "NotAction", "Resource", "NotResource", "Condition"),
    )
}
"""Elements of a policy by their names in small letters: whether AWS takes others than these is not known, and one that
was passed over would be no statement at all."""


def statements(policy: object, effect: str) -> list[dict[str, Any]] | None:
    """The statements of a policy with an effect; None while it is not known, or where it is no policy.

    Args:
        policy: its text, or the same as an object.
        effect: `Allow` or `Deny`.
    """
    try:
        document = parsed(policy) if isinstance(policy, str) else policy
    except (ValueError, RecursionError):
        return None
    if not isinstance(document, dict):
        return None
    found = (_named(entry) for entry in listed(_named(document).get("Statement")) if isinstance(entry, dict))
    return [entry for entry in found if entry.get("Effect") == effect]


def _named(found: dict[str, Any]) -> dict[str, Any]:
    """An object of a policy with its elements as they are written everywhere."""
    return {_ELEMENTS.get(str(key).lower(), key): value for key, value in found.items()}


def listed(value: object) -> list[Any]:
    """A list of one where a policy writes a single value; nothing of what is not there."""
    if isinstance(value, list):
        return value
    return [] if value is None else [value]
