"""Runs Pulumi code under mocks and records what it registers: inputs, options and resolved outputs.

Everything is awaited before `record` returns, so a test asserts on plain data and never inside an `apply`.
"""

from __future__ import annotations

import atexit
import hashlib
import itertools
import json
import sys
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

import pulumi
from pulumi.runtime import resource as pulumi_resource
from pulumi.runtime import rpc
from pulumi.runtime.mocks import MockMonitor, Mocks, set_mocks
from pulumi.runtime.proto import source_pb2

from sandbox.clock.modifying import timing_of
from sandbox.clock.moments import START
from sandbox.model.place import HOME, Place
from sandbox.protocol.schema import SchemaOracle
from sandbox.protocol.validate import validate
from sandbox.providers.computed import computed_outputs, merge, resource_id
from sandbox.providers.instances import configured
from sandbox.providers.rules import Context, value_violations
from tests.support.loops import have_open_loop
from tests.support.paths import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import FrameType

    from pulumi.runtime.proto import resource_pb2

SECRET_MARK = rpc._special_secret_sig  # the SDK gives its secret signature no public name
SPECIAL_KEY = rpc._special_sig_key

COMPONENTS = f"{ROOT / 'components'}/"

GENERATED = ("random:", "tls:", "cloudflare:index/originCaCertificate")
"""Beginnings of the types whose provider makes up what it answers."""

_MADE: dict[tuple[str, str, str, str, Place], dict[str, Any]] = {}
"""What such a provider answered in this process: by type, name, inputs, identity and place."""

ORACLE = SchemaOracle()
atexit.register(ORACLE.flush)


@dataclass(frozen=True)
class RecordedResource:
    """One registered resource: plain camelCase inputs (secrets unwrapped), and the options the engine would get."""

    urn: str
    type: str
    name: str
    inputs: dict[str, Any]
    secret_inputs: frozenset[str]
    custom: bool
    parent: str
    protect: bool
    ignore_changes: tuple[str, ...]
    dependencies: tuple[str, ...]
    provider: str
    delete_before_replace: bool
    retain_on_delete: bool
    additional_secret_outputs: tuple[str, ...]
    aliases: tuple[str, ...]
    import_id: str
    timeouts: dict[str, str]
    made_at: tuple[str, int] = ("", 0)
    """The line of `components/` that made it, if one did."""


@dataclass
class Recording:
    """What one run registered, in order of registration, and what the builder returned, resolved."""

    resources: list[RecordedResource] = field(default_factory=list)
    calls: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    result: Any = None

    def __iter__(self) -> Iterator[RecordedResource]:
        return iter(self.resources)

    def of_type(self, token: str) -> list[RecordedResource]:
        """All resources of one exact type token, by logical name: the order of registration differs from run to run."""
        found = (resource for resource in self.resources if resource.type == token)
        return sorted(found, key=lambda resource: resource.name)

    def one(self, token: str, name: str | None = None) -> RecordedResource:
        """The single resource of a type (and logical name); fails with what is there otherwise."""
        found = [r for r in self.of_type(token) if name is None or r.name == name]
        if len(found) != 1:
            have = sorted(f"{r.type} {r.name}" for r in self.resources)
            raise AssertionError(
                f"expected one {token} {name or ''}, found {len(found)}; recorded:\n" + "\n".join(have)
            )
        return found[0]


def _unwrap(value: object) -> tuple[object, bool]:
    """A value without secret envelopes, and whether any was found in it."""
    if isinstance(value, dict):
        if value.get(SPECIAL_KEY) == SECRET_MARK:
            return _unwrap(value.get("value"))[0], True
        pairs = {key: _unwrap(item) for key, item in value.items()}
        return {key: item for key, (item, _) in pairs.items()}, any(secret for _, secret in pairs.values())
    if isinstance(value, list):
        items = [_unwrap(item) for item in value]
        return [item for item, _ in items], any(secret for _, secret in items)
    return value, False


class _Mocks(Mocks):
    def __init__(self, recording: Recording, calls: dict[str, dict[str, Any]], *, preview: bool = False) -> None:
        self.recording = recording
        self.answers = calls
        self.preview = preview
        self.places: dict[str, Place] = {}

    def call(self, args: pulumi.runtime.MockCallArgs) -> tuple[dict[str, Any], list[tuple[str, str]] | None]:
        self.recording.calls.append((args.token, args.args))
        return self.answers.get(args.token, {}), []

    def new_resource(self, args: pulumi.runtime.MockResourceArgs) -> tuple[str | None, dict[str, Any]]:
        if not args.custom:
            return None, args.inputs
        plain, _ = _unwrap(args.inputs)
        assert isinstance(plain, dict)
        if self.preview and not args.typ.startswith("pulumi:providers:"):
            # What is missing is unknown to a preview. Of inputs the unknown ones are missing here as well, so that they
            # cannot be held against the schema.
            # A provider whose cluster does not exist yet is asked nothing, and so answers nothing.
            return None, {} if args.typ.startswith("kubernetes:") else args.inputs
        _refuse_nonsense(args.typ, args.name, plain)
        place = self.places.get((args.provider or "").rpartition("::")[2], HOME)
        identity = args.resource_id or resource_id(args.typ, args.name, plain, place)
        if args.typ.startswith("pulumi:providers:"):
            self.places[identity] = configured(args.typ.rpartition(":")[2], plain).place
        computed = _computed(args.typ, args.name, plain, identity, place)
        return identity, merge(args.inputs, {"name": identity, **computed} if "name" not in plain else computed)


def _computed(token: str, name: str, inputs: dict[str, Any], identity: str, place: Place) -> dict[str, Any]:
    """What the provider adds to a resource, with generated values that are a function of the resource.

    Two recordings can be compared, then, and the same password or key is made once for each process: three RSA keys
    and eight bcrypt hashes are half of the time of a production stack.
    """
    if not token.startswith(GENERATED):
        return computed_outputs(token, name, inputs, identity, place)
    wanted = (token, name, json.dumps(inputs, sort_keys=True, default=repr), identity, place)
    if wanted not in _MADE:
        made = computed_outputs(token, name, inputs, identity, place)
        _MADE[wanted] = {key: _scrambled(value, f"{name}/{key}") for key, value in made.items()} | _moments(
            token, inputs
        )
    return dict(_MADE[wanted])


def _moments(token: str, inputs: dict[str, Any]) -> dict[str, Any]:
    """Outputs that hold moments, such as the end of a certificate: every recording is of the first day."""
    timing = timing_of(token)
    return timing.made(inputs, START) if timing is not None and timing.made is not None else {}


def _scrambled(value: object, seed: str) -> object:
    """A text of the same length whose letters, digits and base64 signs follow from the seed.

    What stands in a PEM file is one line between its armour: the length of a real key differs from key to key.
    """
    if not isinstance(value, str):
        return value
    stream = itertools.cycle(hashlib.sha256(seed.encode()).hexdigest())
    if value.startswith("-----"):
        armour = [line for line in value.splitlines(keepends=True) if line.startswith("-----")]
        return "".join([armour[0], "".join(itertools.islice(stream, 64)), "\n", *armour[1:]])
    return "".join(next(stream) if char.isalnum() or char in "+/" else char for char in value)


def _refuse_nonsense(token: str, name: str, inputs: dict[str, Any]) -> None:
    """Mocks accept anything; a real provider does not: inputs are held against the SDK's schema and the value rules."""
    schema = ORACLE.get(token)
    found = validate(schema, inputs) if schema is not None else []
    found += value_violations(Context(token=token, name=name, urn="", inputs=inputs))
    if found:
        lines = "\n".join(f"  {violation.path}: {violation.reason}" for violation in found)
        raise AssertionError(f"{token} {name} would be refused by its provider:\n{lines}")


class _Monitor(MockMonitor):
    def __init__(self, mocks: _Mocks) -> None:
        super().__init__(mocks)
        self.recording = mocks.recording

    def RegisterResource(  # noqa: N802 - the protocol's own name
        self, request: resource_pb2.RegisterResourceRequest
    ) -> resource_pb2.RegisterResourceResponse:
        response: resource_pb2.RegisterResourceResponse = super().RegisterResource(request)  # type: ignore[no-untyped-call]  # the SDK's mocks carry no types
        if request.type != "pulumi:pulumi:Stack":
            self.recording.resources.append(self._recorded(request, response.urn))
        return response

    @staticmethod
    def _recorded(request: resource_pb2.RegisterResourceRequest, urn: str) -> RecordedResource:
        raw = rpc.deserialize_properties(request.object)
        unwrapped = {key: _unwrap(value) for key, value in raw.items()}
        return RecordedResource(
            urn=urn,
            type=request.type,
            name=request.name,
            inputs={key: value for key, (value, _) in unwrapped.items()},
            secret_inputs=frozenset(key for key, (_, secret) in unwrapped.items() if secret),
            custom=request.custom,
            parent=request.parent,
            protect=request.protect,
            ignore_changes=tuple(request.ignoreChanges),
            dependencies=tuple(request.dependencies),
            provider=request.provider,
            delete_before_replace=request.deleteBeforeReplace,
            retain_on_delete=request.retainOnDelete,
            additional_secret_outputs=tuple(request.additionalSecretOutputs),
            aliases=tuple(alias.urn or alias.spec.name for alias in request.aliases),
            import_id=request.importId,
            timeouts={
                name: text
                for name in ("create", "update", "delete")
                if (text := getattr(request.customTimeouts, name, ""))
            },
            made_at=(request.sourcePosition.uri, request.sourcePosition.line),
        )


def _made_at() -> source_pb2.StackTrace:
    """Where in `components/` a resource is made, as the trace of one frame: the SDK's own walk through all of pytest's
    stack took an eighth of the unit lane's time."""
    frame: FrameType | None = sys._getframe(1)
    while frame is not None and not frame.f_code.co_filename.startswith(COMPONENTS):
        frame = frame.f_back
    if frame is None:
        return source_pb2.StackTrace()
    place = source_pb2.SourcePosition(uri=frame.f_code.co_filename.removeprefix(COMPONENTS), line=frame.f_lineno)
    return source_pb2.StackTrace(frames=[source_pb2.StackFrame(pc=place)])


def record(
    build: Callable[[], object],
    *,
    preview: bool = False,
    stack: str = "test",
    calls: dict[str, dict[str, Any]] | None = None,
) -> Recording:
    """Run `build` under mocks, await everything it started, and return what it registered.

    Args:
        build: constructs resources; what it returns (a value, an Output, or a dict of them) is resolved into
            `Recording.result`. Secret outputs come back as plain values.
        preview: True runs as a preview does: computed outputs are unknown.
        stack: the stack name that `pulumi.get_stack()` gives.
        calls: answers for provider functions by token.
    """
    recording = Recording()
    have_open_loop()
    set_mocks(
        (mocks := _Mocks(recording, calls or {}, preview=preview)),
        project="bailbondpro",
        stack=stack,
        preview=preview,
        monitor=_Monitor(mocks),
    )

    @pulumi.runtime.test  # type: ignore[untyped-decorator]  # the SDK's decorator carries no types
    def run() -> pulumi.Output[None]:
        def keep(value: object) -> None:
            recording.result = value

        return pulumi.Output.from_input(build()).apply(keep)

    with patch.object(pulumi_resource, "_get_stack_trace", _made_at):
        run()
    return recording
