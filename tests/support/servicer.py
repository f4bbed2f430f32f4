"""A simulated provider without an engine: its methods, called with plain properties."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, cast

from pulumi.runtime.proto import provider_pb2

from sandbox.cloud import Cloud
from sandbox.invokes.answers import LookUps
from sandbox.protocol.packages import Package
from sandbox.protocol.schema import SchemaOracle
from sandbox.protocol.wire import decode, encode, unwrap
from sandbox.providers.deps import Deps
from sandbox.providers.provider import SandboxProvider
from sandbox.seed.entries import Seed

if TYPE_CHECKING:
    import grpc

ORACLE = SchemaOracle()


class RefusedError(Exception):
    """The provider aborted a call."""


class Call:
    """What a servicer sees of a call."""

    def peer(self) -> str:
        return "test"

    def abort(self, _code: object, details: str) -> NoReturn:
        raise RefusedError(details)


_CALL = cast("grpc.ServicerContext", Call())


@dataclass
class Made:
    """One object, as the engine keeps it."""

    token: str
    id: str
    inputs: dict[str, Any]
    outputs: dict[str, Any] = field(default_factory=dict)


class Provider:
    """One provider over a cloud of its own; what exists elsewhere is taken to be there."""

    def __init__(self, folder: Path) -> None:
        lookups = LookUps(Seed(), ORACLE, folder=folder)
        self._deps = Deps(Cloud(folder / "cloud.jsonl"), ORACLE, lambda: None, lookups=lookups)

    def _servicer(self, token: str) -> SandboxProvider:
        name = token.split(":", 1)[0]
        return _Lenient(Package(name, "1.0.0", Path()), self._deps)

    def create(self, token: str, inputs: dict[str, Any], name: str = "it") -> Made:
        """Make an object of these inputs, without a look at the rules."""
        request = provider_pb2.CreateRequest(urn=_urn(token, name), properties=encode(inputs))
        answer = self._servicer(token).Create(request, _CALL)
        return Made(token, answer.id, inputs, decode(answer.properties))

    def update(self, made: Made, inputs: dict[str, Any], *, preview: bool = False) -> dict[str, Any]:
        """Change an object; what it has then."""
        request = provider_pb2.UpdateRequest(
            id=made.id,
            urn=_urn(made.token, "it"),
            old_inputs=encode(made.inputs),
            olds=encode(made.outputs),
            news=encode(inputs),
            preview=preview,
        )
        return decode(self._servicer(made.token).Update(request, _CALL).properties)

    def diff(self, made: Made, inputs: dict[str, Any]) -> dict[str, str]:
        """What a preview shows: the changed paths, and what is done with each."""
        request = provider_pb2.DiffRequest(
            id=made.id,
            urn=_urn(made.token, "it"),
            old_inputs=encode(made.inputs),
            olds=encode(made.outputs),
            news=encode(inputs),
        )
        answer = self._servicer(made.token).Diff(request, _CALL)
        kinds = provider_pb2.PropertyDiff.Kind
        return {path: kinds.Name(entry.kind).lower() for path, entry in answer.detailedDiff.items()}

    def refresh(self, made: Made) -> Made:
        """What a refresh reads."""
        request = provider_pb2.ReadRequest(
            id=made.id, urn=_urn(made.token, "it"), properties=encode(made.outputs), inputs=encode(made.inputs)
        )
        answer = self._servicer(made.token).Read(request, _CALL)
        return Made(made.token, made.id, unwrap(decode(answer.inputs)), unwrap(decode(answer.properties)))

    def meddle(self, made: Made, changed: dict[str, Any]) -> None:
        """Somebody else changes an object."""
        for item in self._deps.cloud.all():
            if item.token == made.token and item.id == made.id:
                outputs = {**item.outputs, **changed}
                self._deps.cloud.put(replace(item, inputs={**item.inputs, **changed}, outputs=outputs))

    def preview(self, token: str, inputs: dict[str, Any]) -> dict[str, Any]:
        """What a preview of a creation knows."""
        request = provider_pb2.CreateRequest(urn=_urn(token, "it"), properties=encode(inputs), preview=True)
        return decode(self._servicer(token).Create(request, _CALL).properties)


class _Lenient(SandboxProvider):
    """Refuses nothing: the objects of these tests are not whole."""

    def _refuse_misfit(self, rules: object, context: object) -> None:
        pass


def _urn(token: str, name: str) -> str:
    return f"urn:pulumi:test::test::{token}::{name}"
