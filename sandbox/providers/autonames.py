"""Automatic physical names: what the real providers add in Check when a program gives none."""

from __future__ import annotations

from typing import Any

from sandbox.model.names import Named
from sandbox.providers.computed import short_hash
from sandbox.services import ROWS, row_of

NAMED = {row.token: row.name.key for row in ROWS.values() if row.name is not None}
"""Types that get `<logical name>-<7 hexadecimal digits>` in this property (Pulumi documentation, Autonaming)."""
AUTONAMED = "pulumi.com/autonamed"


def with_name(token: str, logical: str, new: dict[str, Any], old: dict[str, Any], seed: bytes) -> dict[str, Any]:
    """Inputs with an automatic name where the program gave none; an existing automatic name is kept.

    Args:
        token: the Pulumi type token.
        logical: the logical name.
        new: inputs from the program.
        old: inputs of the existing resource, empty for a new one.
        seed: the engine's random seed for this resource: a replacement gets another name.
    """
    if token.startswith("kubernetes:") and "metadata" in new:
        return _kubernetes(logical, new, old, seed)
    if token.startswith("kubernetes:") and token not in NAMED:
        return {**new, **_kubernetes(logical, {"metadata": {}}, old, seed)}
    key = NAMED.get(token)
    if key is None or new.get(key) is not None or new.get(f"{key}Prefix") is not None:
        return new
    return {**new, key: old.get(key) or _automatic(token, logical, seed)}


def _automatic(token: str, logical: str, seed: bytes) -> str:
    name = f"{logical}-{short_hash(logical, seed.hex(), length=7)}"
    named = (row.name if (row := row_of(token)) is not None else None) or Named()
    whole = name if name.startswith(named.beginning) else named.beginning + name
    return whole.lower() if named.lowered else whole


def _kubernetes(logical: str, new: dict[str, Any], old: dict[str, Any], seed: bytes) -> dict[str, Any]:
    metadata = new["metadata"]
    if not isinstance(metadata, dict) or metadata.get("name") is not None or metadata.get("generateName"):
        return new
    before = old.get("metadata") or {}
    kept = before.get("name") if AUTONAMED in (before.get("annotations") or {}) else None
    name = kept or f"{logical}-{short_hash(logical, seed.hex())}"
    annotations = {**(metadata.get("annotations") or {}), AUTONAMED: "true"}
    return {**new, "metadata": {**metadata, "name": name, "annotations": annotations}}
