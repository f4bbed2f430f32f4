"""What a provider computes: realistic ids and outputs per resource type, in the shapes that the real services use.

Ids and ARNs carry the account 000000000000, so that nothing simulated can be taken for a real resource.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from sandbox.derived import forms, values
from sandbox.derived.names import completed
from sandbox.model.outputs import Inputs, short_hash, uuid
from sandbox.model.place import HOME, Place
from sandbox.providers.returned import filled_in
from sandbox.services import ROWS, alike_of, row_of

if TYPE_CHECKING:
    from sandbox.model.rows import Follows, Seen
    from sandbox.protocol.schema import ResourceSchema

__all__ = [
    "VOLATILE",
    "computed_outputs",
    "followed",
    "following",
    "follows_of",
    "merge",
    "resource_id",
    "short_hash",
    "uuid",
]

VOLATILE = {row.token: row.counters for row in ROWS.values() if row.counters}
"""Counters that go up by one with every update, so that they are unknown in its preview."""

GENERATED = ("random:", *(token for token in ROWS if token.startswith("tls:") and token.endswith(":PrivateKey")))
"""Beginnings of the types whose provider makes texts of chance: nothing in them is an object of its own."""
_FORMS: dict[tuple[str, str], tuple[str, ...]] = {}
"""The keys of such outputs by type and inputs: a bcrypt hash of cost 10 takes 53 ms, and production has 28 (measured on
2026-12-01)."""


def resource_id(
    token: str, name: str, inputs: Inputs, place: Place = HOME, schema: ResourceSchema | None = None
) -> str:
    """The physical id of a new resource, as its service would form it.

    Args:
        token: the Pulumi type token.
        name: the logical name.
        inputs: checked inputs, explicit or automatic names included.
        place: where the provider works.
        schema: the schema of the type, where it is known.
    """
    row = row_of(token)
    inputs = completed(token, schema, row.stored(inputs) if row is not None else inputs, name)
    seed = short_hash(token, name, str(inputs.get("name", "")), length=40)
    formed = row.id(row, name, inputs, seed, place.of(inputs)) if row is not None and row.id is not None else None
    if formed:
        return formed
    for alike in alike_of(token):
        if alike.id is not None:
            return alike.id(name, inputs, seed)
    if (public := forms.identity(token, name, inputs, seed, place.of(inputs))) is not None:
        return public
    return str(inputs.get("name") or f"{name}-{seed[:8]}")


def computed_outputs(  # noqa: PLR0917 - as many parts has an object
    token: str,
    name: str,
    inputs: Inputs,
    identity: str,
    place: Place = HOME,
    schema: ResourceSchema | None = None,
    *,
    form: bool = False,
) -> dict[str, Any]:
    """The outputs that the provider adds to a resource's inputs; nested objects hold only what is added to them.

    Args:
        token: the Pulumi type token.
        name: the logical name.
        inputs: checked inputs without secret envelopes.
        identity: the physical id.
        place: where the provider works.
        schema: the schema of the type: what it always has and neither row nor inputs give is filled in.
        form: only the keys are asked for: what is generated from chance has no values.
    """
    row, here = row_of(token), place.of(inputs)
    stored = completed(token, schema, row.stored(inputs) if row is not None else inputs, name)
    renamed = {key: value for key, value in stored.items() if value != inputs.get(key)}
    found = (_form if form else _computed)(token, name, stored, identity, here)
    if schema is None:
        return {**found, **renamed}
    default = filled_in(token, inputs)  # the service's own defaults are known better than a value of the type
    outputs = values.outputs(schema, name, stored, identity, here)
    general = {key: value for key, value in outputs.items() if key not in default}
    described = row is not None and row.outputs is not None
    return {**general, **found, **renamed} if described else {**found, **general, **renamed}


def follows_of(token: str) -> tuple[Follows, ...]:
    """The outputs of a type that other objects or files decide."""
    return tuple(item for alike in alike_of(token) for item in alike.follows)


def following(token: str, seen: Seen) -> dict[str, Any]:
    """Outputs as other objects and files decide them, but for those that the program gives."""
    found = {
        key: value for item in follows_of(token) for key, value in item.compute(seen).items() if key in item.outputs
    }
    return {key: value for key, value in found.items() if seen.inputs.get(key) is None}


def followed(token: str, old: Inputs, new: Inputs) -> tuple[str, ...]:
    """Outputs that an update makes anew, because something changes that they follow from."""
    return tuple(
        key
        for item in follows_of(token)
        if any(old.get(name) != new.get(name) for name in item.changed_by)
        for key in item.outputs
        if new.get(key) is None
    )


def made_up(token: str, inputs: Inputs, schema: ResourceSchema | None) -> tuple[str, ...]:
    """The outputs that only the schema speaks of: no row, no convention and no default says their values.

    Args:
        token: the Pulumi type token.
        inputs: checked inputs without secret envelopes.
        schema: the schema of the type.
    """
    if schema is None:
        return ()
    said = {*_form(token, "", inputs, "", HOME), *values.conventions(token), *filled_in(token, inputs)}
    said |= {key for item in follows_of(token) for key in item.outputs}
    return tuple(key for key in values.outputs(schema, "", inputs, "", HOME) if key not in said)


def _form(token: str, name: str, inputs: Inputs, identity: str, place: Place) -> dict[str, Any]:
    """The keys of `_computed`; what is generated from chance is made once for all resources with the same inputs."""
    if not token.startswith(GENERATED):
        return _computed(token, name, inputs, identity, place)
    wanted = (token, json.dumps(inputs, sort_keys=True, default=repr))
    if wanted not in _FORMS:
        _FORMS[wanted] = tuple(_computed(token, name, inputs, identity, place))
    return dict.fromkeys(_FORMS[wanted])


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
