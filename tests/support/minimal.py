"""The smallest inputs that a schema accepts, and one resource's life against a simulated provider without an engine."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NoReturn, cast

from pulumi.runtime.proto import provider_pb2

from sandbox.cloud import Cloud
from sandbox.faults import Faults
from sandbox.protocol.packages import packages
from sandbox.protocol.wire import Unknown, decode, encode, unwrap
from sandbox.providers.deps import Deps
from sandbox.providers.provider import SandboxProvider

if TYPE_CHECKING:
    from pathlib import Path

    import grpc
    from google.protobuf import struct_pb2

    from sandbox.protocol.schema import JsonType, ResourceSchema, SchemaOracle

_FORMS = {"accountId": "0" * 32, "zoneId": "1" * 32}
"""Ids in the form that a service demands."""
_SCALARS = {"string": "value", "integer": 1, "number": 1.5, "boolean": True, "any": "value"}


def minimal(schema: ResourceSchema) -> dict[str, Any]:
    """Inputs with what must be given and nothing else."""
    found = _object(schema, schema.inputs, schema.required, 0)
    patch = schema.token.startswith("kubernetes:") and schema.token.endswith("Patch")
    return {**found, "metadata": {"name": "it"}} if patch else found  # a patch names what it changes


def _object(
    schema: ResourceSchema, properties: dict[str, JsonType], required: tuple[str, ...] | list[str], depth: int
) -> dict[str, Any]:
    return {key: _FORMS.get(key) or _value(schema, properties[key], depth) for key in required if key in properties}


def _value(schema: ResourceSchema, kind: JsonType, depth: int) -> Any:  # noqa: ANN401 - property values have any shape
    if "union" in kind:
        return _value(schema, kind["union"][0], depth)
    if "enum" in kind:
        return kind["enum"][0]
    if "ref" in kind:
        nested = schema.types[kind["ref"]]
        return _object(schema, nested["properties"], nested["required"], depth + 1) if depth < 8 else {}
    if "list" in kind:
        return [_value(schema, kind["list"], depth)]
    if "map" in kind:
        return {"key": _value(schema, kind["map"], depth)}
    return _SCALARS.get(kind["kind"], "value")


class Aborted(Exception):  # noqa: N818 - what gRPC calls it
    """The provider ended a call with an error."""


class _Context:
    """A call's context: remembers nothing, and raises where a call is ended."""

    def abort(self, code: object, details: str) -> NoReturn:
        raise Aborted(f"{code}: {details}")

    def peer(self) -> str:
        return "test"

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - the protocol's many other methods
        return lambda *_: None


def call() -> grpc.ServicerContext:
    """The context of a call."""
    return cast("grpc.ServicerContext", _Context())


@dataclass
class Life:
    """What a resource was at each step of its life; `problems` says what does not fit together."""

    token: str
    checked: dict[str, Any] = field(default_factory=dict)
    failures: list[str] = field(default_factory=list)
    previewed: dict[str, Any] = field(default_factory=dict)
    outputs: dict[str, Any] = field(default_factory=dict)
    id: str = ""
    problems: list[str] = field(default_factory=list)


class Lives:
    """Lets resources live in a simulated cloud of their own."""

    def __init__(self, journal: Path, oracle: SchemaOracle) -> None:
        self.deps = Deps(Cloud(journal), oracle, lambda: None, Faults())
        self.providers = {name: SandboxProvider(package, self.deps) for name, package in packages().items()}

    def live(self, token: str, inputs: dict[str, Any], logical: str = "it") -> Life:
        """Check, preview, create, compare and read a resource."""
        provider, context = self.providers[token.partition(":")[0]], call()
        urn = f"urn:pulumi:dev::project::{token}::{logical}"
        life = Life(token)
        checked = provider.Check(provider_pb2.CheckRequest(urn=urn, news=encode(inputs), randomSeed=b"seed"), context)
        life.failures = [f"{item.property}: {item.reason}" for item in checked.failures]
        life.checked = decode(checked.inputs)
        preview = provider.Create(provider_pb2.CreateRequest(urn=urn, properties=checked.inputs, preview=True), context)
        life.previewed = decode(preview.properties)
        try:
            created = provider.Create(provider_pb2.CreateRequest(urn=urn, properties=checked.inputs), context)
        except Aborted as refused:
            life.failures.append(str(refused))
            return life
        life.id, life.outputs = created.id, decode(created.properties)
        self._compare(provider, urn, checked.inputs, created, life)
        return life

    @staticmethod
    def _compare(
        provider: SandboxProvider,
        urn: str,
        inputs: struct_pb2.Struct,
        created: provider_pb2.CreateResponse,
        life: Life,
    ) -> None:
        context = call()
        again = provider.Check(
            provider_pb2.CheckRequest(urn=urn, olds=inputs, news=inputs, randomSeed=b"other"), context
        )
        found = provider.Diff(
            provider_pb2.DiffRequest(
                urn=urn, id=created.id, olds=created.properties, old_inputs=inputs, news=again.inputs
            ),
            context,
        )
        read = provider.Read(
            provider_pb2.ReadRequest(urn=urn, id=created.id, properties=created.properties, inputs=inputs), context
        )
        updated = provider.Update(
            provider_pb2.UpdateRequest(
                urn=urn, id=created.id, olds=created.properties, old_inputs=inputs, news=inputs, preview=True
            ),
            context,
        )
        shown, real = set(life.previewed), set(life.outputs)
        late = {key for key in shown ^ real if not key.startswith("__")}
        wrong = [
            key
            for key in shown & real
            if not isinstance(life.previewed[key], (Unknown, dict))
            and unwrap(life.previewed[key]) != unwrap(life.outputs[key])
        ]
        checks = {
            "no id": not created.id,
            f"a second preview changes {list(found.diffs)}": bool(found.diffs),
            "a refresh finds other outputs": unwrap(decode(read.properties)) != unwrap(life.outputs),
            "a refresh finds other inputs": unwrap(decode(read.inputs)) != unwrap(life.checked),
            f"preview and update have not the same outputs: {sorted(late)}": bool(late),
            f"the preview promised something else for {wrong}": bool(wrong),
            "an update without a change loses outputs": bool(real - set(decode(updated.properties))),
        }
        life.problems += [text for text, holds in checks.items() if holds]
