"""The answer to a look-up, made of the objects that it means: by name, and by the form that its schema asks for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.cloud import DIGEST
from sandbox.invokes.matching import properties_of
from sandbox.model.lookups import IDENTITY
from sandbox.model.outputs import short_hash
from sandbox.protocol.wire import Secret

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sandbox.cloud import CloudObject
    from sandbox.invokes.functions import FunctionSchema
    from sandbox.invokes.matching import Meant
    from sandbox.model.place import Place
    from sandbox.protocol.schema import JsonType

_EMPTY: dict[str, Any] = {"string": "", "boolean": False, "integer": 0, "number": 0}
"""What a bridged provider gives for a computed value that its service does not say."""
_READ: dict[str, dict[str, Any]] = {"boolean": {"true": True, "false": False}}
"""Texts that the engine's bridge takes for a value of another type; the answer has the value."""
_ACCOUNTS = frozenset(("ownerId", "accountId", "registryId", "awsAccountId", "catalogId"))
_SECRET = frozenset(("secretString", "secretBinary", "authorizationToken", "password", "token", "plaintext"))
"""Results that providers mark as secret, whatever holds them."""


def one(schema: FunctionSchema, asked: Meant, args: Mapping[str, Any], item: CloudObject, place: Place) -> Any:  # noqa: ANN401 - a result
    """The answer that describes one object."""
    has = properties_of(item)
    found: dict[str, Any] = {}
    for key, kind in schema.result.inputs.items():
        value = _formed(kind, args[key]) if key in args and key not in has else _value(key, kind, asked, has)
        if value is None and key in schema.result.required:
            value = _unsaid(key, kind, place)
        found[key] = _shown(key, value)
    return found


def several(
    schema: FunctionSchema, asked: Meant, args: Mapping[str, Any], items: Sequence[CloudObject], place: Place
) -> dict[str, Any]:
    """The answer that lists objects."""
    found: dict[str, Any] = {}
    for key, kind in schema.result.inputs.items():
        if key in args:
            found[key] = _formed(kind, args[key])
        elif key == "id":
            found[key] = place.region or short_hash(schema.token, repr(sorted(args)))
        elif "list" in kind:
            found[key] = _column(key, kind["list"], schema, asked, items)
        elif key in schema.result.required:
            found[key] = _unsaid(key, kind, place)
    return found


def _column(key: str, kind: JsonType, schema: FunctionSchema, asked: Meant, items: Sequence[CloudObject]) -> list[Any]:
    """One value of each object: its id, its ARN, its name, or what the nested type lists."""
    if "ref" in kind:
        nested = schema.result.types[kind["ref"]]["properties"]
        return [
            {name: _shown(name, _value(name, inner, asked, properties_of(item))) for name, inner in nested.items()}
            for item in items
        ]
    name = asked.renamed(key) or next(
        (own for end, own in (("arns", "arn"), ("names", "name"), ("ids", IDENTITY)) if key.lower().endswith(end)), None
    )
    values = [properties_of(item).get(name) for item in items] if name else []
    return [value for value in values if value is not None]


def _value(key: str, kind: JsonType, asked: Meant, has: Mapping[str, Any]) -> Any:  # noqa: ANN401 - any property value
    name = asked.renamed(key) or key
    if name in has:
        return _formed(kind, has[name])
    for other in (f"{key}s", f"{key}es", key.removesuffix("s"), f"{key.removesuffix('ies')}y", key.removesuffix("es")):
        if other != key and other in has:
            return _formed(kind, has[other])
    own = asked.properties(key)
    return next((_formed(kind, has[other]) for other in own or () if other in has and other != key), None)


def _formed(kind: JsonType, value: Any) -> Any:  # noqa: ANN401 - any property value
    """A value in the form that is asked for: a list of one where there is one, the first where only one is wanted."""
    if "list" in kind and not isinstance(value, list):
        return [value]
    if isinstance(value, list) and "list" not in kind and kind.get("kind") != "any" and "union" not in kind:
        return value[0] if value else None
    return _READ.get(str(kind.get("kind")), {}).get(value, value) if isinstance(value, str) else value


def _unsaid(key: str, kind: JsonType, place: Place) -> Any:  # noqa: ANN401 - any property value
    if key in _ACCOUNTS:
        return place.account
    if key == "region":
        return place.region
    if "list" in kind:
        return []
    return {} if "map" in kind else _EMPTY.get(kind.get("kind", ""))


def _shown(key: str, value: Any) -> Any:  # noqa: ANN401 - any property value
    """A secret as a secret; the cloud keeps no more of one than its digest."""
    if isinstance(value, dict) and DIGEST in value:
        return Secret(value[DIGEST])
    return Secret(value) if key in _SECRET and isinstance(value, str) and value else value
