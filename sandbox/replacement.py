"""Which property changes make a provider replace a resource instead of updating it.

Sources: AWS CloudFormation's "Update requires: Replacement" and the AWS provider's ForceNew attributes; the Cloudflare
provider's RequiresReplace plan modifiers; the Kubernetes provider's immutable fields (and the Kubernetes API's own).
"""

from __future__ import annotations

import json
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sandbox.diff import Change


@cache
def _table() -> dict[str, frozenset[str]]:
    text = (resources.files("sandbox") / "data" / "replacement.json").read_text(encoding="utf-8")
    return {token: frozenset(paths) for token, paths in json.loads(text)["types"].items()}


def known_types() -> frozenset[str]:
    """The type tokens that have a replacement table."""
    return frozenset(_table())


def replacing(token: str, found: list[Change], old: dict[str, Any]) -> frozenset[str]:
    """The paths among the changes that force a replacement.

    Args:
        token: the Pulumi type token.
        found: the changes between the old and the new inputs.
        old: the old inputs without secret envelopes, for conditional rules.
    """
    table = _table().get(token, frozenset())
    if token.startswith("kubernetes:"):
        table |= {"metadata.name", "metadata.namespace"}
    return frozenset(change.path for change in found if _forces(token, table, change, old))


def _forces(token: str, table: frozenset[str], change: Change, old: dict[str, Any]) -> bool:
    names = tuple(str(key) for key in change.keys if not isinstance(key, int))
    if not any(".".join(names[:length]) in table for length in range(1, len(names) + 1)):
        return False
    if token == "aws:eks/cluster:Cluster" and names[0] == "encryptionConfig":
        return bool(old.get("encryptionConfig"))  # adding the key is in place, changing or removing it is not
    return True
