"""Automatic physical names: what the real providers add in Check when a program gives none."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any

from pulumi.runtime.proto import provider_pb2

from sandbox.derived.names import Naming, naming_of
from sandbox.protocol.validate import Violation
from sandbox.providers.computed import short_hash
from sandbox.services import ROWS, row_of
from sandbox.services.kubernetes.kinds import kind_of

if TYPE_CHECKING:
    from sandbox.protocol.schema import ResourceSchema

AUTONAMED = "pulumi.com/autonamed"
NAMED = {row.token: row.name.key for row in ROWS.values() if row.name is not None}
"""Described types with an automatic name, and the property where it stands."""


class Mode(Enum):
    """What the configuration `pulumi:autonaming` asks of providers (Pulumi documentation, Autonaming configuration)."""

    PROPOSED = "propose"
    ENFORCED = "enforce"
    DISABLED = "disable"


@dataclass(frozen=True)
class Asked:
    """A name that the engine makes up by the stack's configuration, or its wish that nobody makes up any."""

    mode: Mode
    name: str = ""


_MODES = {
    provider_pb2.CheckRequest.AutonamingOptions.PROPOSE: Mode.PROPOSED,
    provider_pb2.CheckRequest.AutonamingOptions.ENFORCE: Mode.ENFORCED,
    provider_pb2.CheckRequest.AutonamingOptions.DISABLE: Mode.DISABLED,
}


def asked_of(request: provider_pb2.CheckRequest) -> Asked | None:
    """What the engine asks for in a Check, or None without such a configuration."""
    if not request.HasField("autonaming"):
        return None
    return Asked(_MODES[request.autonaming.mode], request.autonaming.proposed_name)


def naming(token: str, schema: ResourceSchema | None = None) -> Naming | None:
    """How a type is named automatically, or None where a program must name it, or where it has no name.

    Args:
        token: the Pulumi type token.
        schema: its schema; without one only types with a row and stated exceptions are known.
    """
    row = row_of(token)
    named = row.name if row is not None else None
    stated = naming_of(token, None)
    if named is not None and stated is None:
        return Naming(named.key, lowered=named.lowered, beginning=named.beginning)
    return stated or naming_of(token, schema)


def with_name(  # noqa: PLR0917 - a Check has as many parts
    token: str,
    logical: str,
    new: dict[str, Any],
    old: dict[str, Any],
    seed: bytes,
    schema: ResourceSchema | None = None,
    asked: Asked | None = None,
) -> dict[str, Any]:
    """Inputs with an automatic name where the program gave none; an existing automatic name is kept.

    Args:
        token: the Pulumi type token.
        logical: the logical name.
        new: inputs from the program.
        old: inputs of the existing resource, empty for a new one.
        seed: the engine's random seed for this resource: a replacement gets another name.
        schema: the schema of the type.
        asked: what the stack's configuration asks for.
    """
    if kind_of(token) is not None:  # lists and patches have no name of their own, releases another one
        return _kubernetes(logical, {"metadata": {}, **new}, old, seed, asked)
    named = naming(token, schema)
    if named is None or _given(named, new):
        return new
    if (kept := old.get(named.key)) is not None:
        return {**new, named.key: kept}
    if asked is None:
        return {**new, named.key: named.automatic(logical, seed.hex(), new)}
    if asked.mode is Mode.DISABLED:
        return new
    name = asked.name if asked.mode is Mode.ENFORCED else named.finished(_proposed(named, asked.name), new)
    return {**new, named.key: name}


def unnameable(
    token: str, logical: str, new: dict[str, Any], schema: ResourceSchema | None, asked: Asked | None = None
) -> list[Violation]:
    """Why the provider cannot make up a name: the logical name is too long for it.

    Args:
        token: the Pulumi type token.
        logical: the logical name.
        new: inputs from the program.
        schema: the schema of the type.
        asked: what the stack's configuration asks for.
    """
    named = naming(token, schema)
    if named is None or asked is not None or _given(named, new):
        return []
    reason = named.too_long(logical, new)
    return [Violation(named.key, reason)] if reason else []


def is_automatic(named: Naming, logical: str, value: object, seedless: dict[str, Any]) -> bool:
    """Whether a name is one that the provider made up for this logical name."""
    if not isinstance(value, str):
        return False
    example = named.automatic(logical, "", seedless)
    digits = named.for_inputs(seedless).random
    head, tail = example.partition(".fifo")[::2] if example.endswith(".fifo") else (example, "")
    start = head[: len(head) - digits] if digits else head
    return len(value) == len(example) and value.startswith(start) and value.endswith(tail)


def _given(named: Naming, new: dict[str, Any]) -> bool:
    return new.get(named.key) is not None or new.get(named.prefix) is not None


def _proposed(named: Naming, name: str) -> str:
    return name.lower() if named.lowered else name


def _kubernetes(
    logical: str, new: dict[str, Any], old: dict[str, Any], seed: bytes, asked: Asked | None
) -> dict[str, Any]:
    metadata = new["metadata"]
    if not isinstance(metadata, dict) or metadata.get("name") is not None or metadata.get("generateName"):
        return new
    if asked is not None and asked.mode is Mode.DISABLED:
        return new
    before = old.get("metadata") or {}
    kept = before.get("name") if AUTONAMED in (before.get("annotations") or {}) else None
    made = asked.name if asked is not None else f"{logical}-{short_hash(logical, seed.hex())}"
    annotations = {**(metadata.get("annotations") or {}), AUTONAMED: "true"}
    return {**new, "metadata": {**metadata, "name": kept or made, "annotations": annotations}}
