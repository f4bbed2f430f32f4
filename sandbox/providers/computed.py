"""What a provider computes: realistic ids and outputs per resource type, in the shapes that the real services use.

Ids and ARNs carry the account 000000000000, so that nothing simulated can be taken for a real resource.
"""

from __future__ import annotations

from typing import Any

from sandbox.model.outputs import Inputs, short_hash, uuid
from sandbox.model.place import HOME, Place
from sandbox.services import ROWS, alike_of, row_of

__all__ = ["VOLATILE", "computed_outputs", "merge", "resource_id", "short_hash", "uuid"]

VOLATILE = {row.token: row.counters for row in ROWS.values() if row.counters}
"""Counters that go up by one with every update, so that they are unknown in its preview."""


def resource_id(token: str, name: str, inputs: Inputs, place: Place = HOME) -> str:
    """The physical id of a new resource, as its service would form it.

    Args:
        token: the Pulumi type token.
        name: the logical name.
        inputs: checked inputs, explicit or automatic names included.
        place: where the provider works.
    """
    row = row_of(token)
    inputs = row.stored(inputs) if row is not None else inputs
    seed = short_hash(token, name, str(inputs.get("name", "")), length=40)
    formed = row.id(row, name, inputs, seed, place.of(inputs)) if row is not None and row.id is not None else None
    if formed:
        return formed
    for alike in alike_of(token):
        if alike.id is not None:
            return alike.id(name, inputs, seed)
    return str(inputs.get("name") or f"{name}-{seed[:8]}")


def computed_outputs(token: str, name: str, inputs: Inputs, identity: str, place: Place = HOME) -> dict[str, Any]:
    """The outputs that the provider adds to a resource's inputs; nested objects hold only what is added to them.

    Args:
        token: the Pulumi type token.
        name: the logical name.
        inputs: checked inputs without secret envelopes.
        identity: the physical id.
        place: where the provider works.
    """
    row = row_of(token)
    stored = row.stored(inputs) if row is not None else inputs
    renamed = {key: value for key, value in stored.items() if value != inputs[key]}
    return {**_computed(token, name, stored, identity, place.of(stored)), **renamed}


def _computed(token: str, name: str, inputs: Inputs, identity: str, place: Place) -> dict[str, Any]:
    row = row_of(token)
    if row is not None and row.outputs is not None:
        return row.outputs(name, inputs, identity, place)
    for alike in alike_of(token):
        if alike.outputs is not None:
            return alike.outputs(token, name, inputs, identity, place)
    return {}


def merge(inputs: Inputs, added: dict[str, Any]) -> dict[str, Any]:
    """Inputs with computed values laid over them, object by object."""
    merged = dict(inputs)
    for key, value in added.items():
        old = merged.get(key)
        merged[key] = {**old, **value} if isinstance(old, dict) and isinstance(value, dict) else value
    return merged
