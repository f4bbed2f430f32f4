"""The simulated providers: the Pulumi provider protocol over the simulated cloud.

One servicer stands for one package (aws, kubernetes, cloudflare, random, tls). It is written on the raw protocol:
the SDK's experimental provider server hides old inputs from Diff and reports no detailed diff.
"""

# ruff: noqa: ARG002, N802 - names and signatures of the methods are the protocol's
from __future__ import annotations

import json
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import grpc
from google.protobuf import any_pb2, empty_pb2
from pulumi.runtime.proto import plugin_pb2, provider_pb2, provider_pb2_grpc, status_pb2

from sandbox.cloud import Cloud, CloudObject, restored
from sandbox.faults import FaultKind, Faults
from sandbox.protocol.diff import Change, changes
from sandbox.protocol.validate import validate
from sandbox.protocol.wire import UNKNOWN, Secret, Unknown, decode, encode, has_unknown, unwrap, without_nulls
from sandbox.providers.autonames import with_name
from sandbox.providers.computed import ACCOUNT, REGION, VOLATILE, computed_outputs, merge, resource_id
from sandbox.providers.replacement import deletes_first, replacing
from sandbox.providers.returned import as_created, as_returned
from sandbox.providers.rules import Context, deletion_effects, deletion_refusal, reference_violations, value_violations

if TYPE_CHECKING:
    from collections.abc import Callable

    from sandbox.protocol.packages import Package
    from sandbox.protocol.schema import SchemaOracle

_KINDS = provider_pb2.PropertyDiff
_DIFF_KIND = {
    ("add", False): _KINDS.ADD,
    ("delete", False): _KINDS.DELETE,
    ("update", False): _KINDS.UPDATE,
    ("add", True): _KINDS.ADD_REPLACE,
    ("delete", True): _KINDS.DELETE_REPLACE,
    ("update", True): _KINDS.UPDATE_REPLACE,
}
_INVOKES: dict[str, dict[str, Any]] = {
    "aws:index/getCallerIdentity:getCallerIdentity": {
        "accountId": ACCOUNT,
        "arn": f"arn:aws:iam::{ACCOUNT}:user/sandbox",
        "id": ACCOUNT,
        "userId": "AIDASANDBOX",
    },
    "aws:index/getRegion:getRegion": {"name": REGION, "region": REGION, "id": REGION, "description": "sandbox"},
    "aws:index/getPartition:getPartition": {"partition": "aws", "id": "aws", "dnsSuffix": "amazonaws.com"},
}


def type_of(urn: str) -> str:
    """The type token in a URN: the last part of its qualified type."""
    return urn.split("::")[2].rsplit("$", 1)[-1]


def name_of(urn: str) -> str:
    """The logical name in a URN."""
    return urn.split("::", 3)[3]


@dataclass
class Deps:
    """What the servicers of one sandbox share."""

    cloud: Cloud
    oracle: SchemaOracle
    guard: Callable[[], str | None]
    """Says why a real change must be refused (a foreign backend), or None."""
    faults: Faults = field(default_factory=Faults)
    """What goes wrong in this run."""
    config: dict[str, dict[str, Any]] = field(default_factory=dict)
    """Provider configuration by package."""


class SandboxProvider(provider_pb2_grpc.ResourceProviderServicer):
    """One simulated provider package."""

    def __init__(self, package: Package, deps: Deps) -> None:
        self.package = package
        self.deps = deps

    # The protocol's method names are its own. Handshake and configuration come first.

    def GetPluginInfo(self, request: empty_pb2.Empty, context: grpc.ServicerContext) -> plugin_pb2.PluginInfo:
        """The version of the wheel: the engine warns about anything older than the SDK asks for."""
        return plugin_pb2.PluginInfo(version=self.package.version)

    def Handshake(
        self,
        request: provider_pb2.ProviderHandshakeRequest,
        context: grpc.ServicerContext,
    ) -> provider_pb2.ProviderHandshakeResponse:
        """Ask for secrets as secrets, so that they never reach the journal in plain text."""
        return provider_pb2.ProviderHandshakeResponse(accept_secrets=True)

    def Attach(self, request: plugin_pb2.PluginAttach, context: grpc.ServicerContext) -> empty_pb2.Empty:
        """The engine attaches to a running provider; nothing to do."""
        return empty_pb2.Empty()

    def CheckConfig(
        self,
        request: provider_pb2.CheckRequest,
        context: grpc.ServicerContext,
    ) -> provider_pb2.CheckResponse:
        """Accept the provider's configuration as the program gives it."""
        return provider_pb2.CheckResponse(inputs=request.news)

    def DiffConfig(
        self,
        request: provider_pb2.DiffRequest,
        context: grpc.ServicerContext,
    ) -> provider_pb2.DiffResponse:
        """A provider's configuration changes in place."""
        found = changes(decode(request.old_inputs), decode(request.news))
        return _diff_response(found, frozenset(), delete_first=False)

    def Configure(
        self,
        request: provider_pb2.ConfigureRequest,
        context: grpc.ServicerContext,
    ) -> provider_pb2.ConfigureResponse:
        """Remember the configuration; ask for secrets and for previews of creates and updates."""
        self.deps.config.setdefault(self.package.name, {}).update(unwrap(decode(request.args)))
        return provider_pb2.ConfigureResponse(acceptSecrets=True, supportsPreview=True)

    def GetSchema(
        self,
        request: provider_pb2.GetSchemaRequest,
        context: grpc.ServicerContext,
    ) -> provider_pb2.GetSchemaResponse:
        """A minimal package schema: the engine only wants the name and the version."""
        return provider_pb2.GetSchemaResponse(
            schema=json.dumps({"name": self.package.name, "version": self.package.version})
        )

    def Invoke(self, request: provider_pb2.InvokeRequest, context: grpc.ServicerContext) -> provider_pb2.InvokeResponse:
        """Answer the few account-level look-ups; anything else is said to be outside the simulation."""
        if request.tok not in _INVOKES:
            context.abort(grpc.StatusCode.UNIMPLEMENTED, f"the sandbox does not answer {request.tok}")
        response = provider_pb2.InvokeResponse()
        getattr(response, "return").CopyFrom(encode(_INVOKES[request.tok]))  # `return` is a Python keyword
        return response

    # Resources.

    def Check(self, request: provider_pb2.CheckRequest, context: grpc.ServicerContext) -> provider_pb2.CheckResponse:
        """Fill automatic names; refuse what breaks the schema or the service's own rules."""
        token, name = type_of(request.urn), name_of(request.urn)
        new, old = decode(request.news), decode(request.olds)
        named = with_name(token, name, new, unwrap(old), request.randomSeed)
        schema = self.deps.oracle.get(token)
        found = validate(schema, named) if schema is not None else []
        plain, before = without_nulls(unwrap(named)), without_nulls(unwrap(old))
        kept = before if old and not self._replaced(token, before, plain) else None
        found += value_violations(Context(token, name, request.urn, plain, old=kept), found)
        failures = [provider_pb2.CheckFailure(property=item.path, reason=item.reason) for item in found]
        return provider_pb2.CheckResponse(inputs=encode(named), failures=failures)

    def Diff(self, request: provider_pb2.DiffRequest, context: grpc.ServicerContext) -> provider_pb2.DiffResponse:
        """Compare inputs; say which changes replace, and whether the old object must go first."""
        token = type_of(request.urn)
        sent, new = unwrap(decode(request.old_inputs)), unwrap(decode(request.news))
        old = as_returned(token, sent, unwrap(decode(request.olds)))
        first = deletes_first(token, name_of(request.urn), old, new)
        return _diff_response(changes(old, new), self._replaced(token, old, new), delete_first=first)

    def _replaced(self, token: str, old: dict[str, Any], new: dict[str, Any]) -> frozenset[str]:
        config = self.deps.config.get(token.partition(":")[0], {})
        return replacing(token, changes(old, new), old, new, config)

    def Create(self, request: provider_pb2.CreateRequest, context: grpc.ServicerContext) -> provider_pb2.CreateResponse:
        """Create an object; a preview gives back what will be known, and unknowns for the rest."""
        token, name = type_of(request.urn), name_of(request.urn)
        inputs = decode(request.properties)
        if request.preview:
            return provider_pb2.CreateResponse(properties=encode(self._previewed(token, name, inputs)))
        self._refuse_foreign(context)
        self._strike("create", request.urn, context)
        with self.deps.cloud.exclusive():
            plain = without_nulls(unwrap(inputs))
            self._refuse_misfit(Context(token, name, request.urn, plain, self.deps.cloud), context)
            identity, seed = self._identity(token, name, plain)
            inputs = as_created(token, inputs)
            outputs = self._outputs(token, seed, inputs, identity)
            # Stored before any delay: a killed engine cancels the call, and a service would have the object by then.
            self.deps.cloud.put(CloudObject(token, identity, request.urn, inputs, outputs))
        if (slow := self.deps.faults.strike("slow", token, name)) is not None:
            time.sleep(slow.seconds)
        if self.deps.faults.strike("partial", token, name) is not None:
            _abort_half_made(context, identity, inputs, outputs)
        return provider_pb2.CreateResponse(id=identity, properties=encode(outputs))

    def Update(self, request: provider_pb2.UpdateRequest, context: grpc.ServicerContext) -> provider_pb2.UpdateResponse:
        """Change an object in place; what the cloud assigned stays, version counters go up."""
        token, name = type_of(request.urn), name_of(request.urn)
        inputs, olds = decode(request.news), decode(request.olds)
        counters = VOLATILE.get(token, ())
        fresh = self._outputs(token, name, inputs, request.id)
        kept = {key: value for key, value in olds.items() if key in self._computed(token)}
        outputs = {**fresh, **kept}
        outputs.update({key: UNKNOWN if request.preview else int(olds.get(key) or 0) + 1 for key in counters})
        if not request.preview:
            self._refuse_foreign(context)
            self._strike("update", request.urn, context)
            old, plain = without_nulls(unwrap(decode(request.old_inputs))), without_nulls(unwrap(inputs))
            with self.deps.cloud.exclusive():
                self._refuse_gone(token, request.id, context)
                rules = Context(token, name, request.urn, plain, self.deps.cloud, old, request.id)
                self._refuse_misfit(rules, context)
                self.deps.cloud.put(CloudObject(token, request.id, request.urn, inputs, outputs))
        return provider_pb2.UpdateResponse(properties=encode(outputs))

    def Read(self, request: provider_pb2.ReadRequest, context: grpc.ServicerContext) -> provider_pb2.ReadResponse:
        """What the cloud holds now; an empty answer says that the object is gone."""
        found = self.deps.cloud.get(type_of(request.urn), request.id)
        if found is None:
            return provider_pb2.ReadResponse()
        return provider_pb2.ReadResponse(
            id=request.id,
            properties=encode(restored(found.outputs, decode(request.properties))),
            inputs=encode(restored(found.inputs, decode(request.inputs))),
        )

    def Delete(self, request: provider_pb2.DeleteRequest, context: grpc.ServicerContext) -> empty_pb2.Empty:
        """Delete an object, unless its service refuses to."""
        self._refuse_foreign(context)
        self._strike("delete", request.urn, context)
        token, cloud = type_of(request.urn), self.deps.cloud
        with cloud.exclusive():
            rules = Context(token, name_of(request.urn), request.urn, {}, cloud, id=request.id)
            if (reason := deletion_refusal(rules)) is not None:
                context.abort(grpc.StatusCode.UNKNOWN, reason)
            effects = deletion_effects(rules)
            cloud.delete(token, request.id)
            for effect in effects:
                effect(cloud)
        return empty_pb2.Empty()

    def Cancel(self, request: empty_pb2.Empty, context: grpc.ServicerContext) -> empty_pb2.Empty:
        """Nothing runs long enough to be cancelled."""
        return empty_pb2.Empty()

    # Helpers.

    def _refuse_foreign(self, context: grpc.ServicerContext) -> None:
        if reason := self.deps.guard():
            context.abort(grpc.StatusCode.FAILED_PRECONDITION, reason)

    def _strike(self, kind: FaultKind, urn: str, context: grpc.ServicerContext) -> None:
        if self.deps.faults.strike(kind, type_of(urn), name_of(urn)) is not None:
            context.abort(grpc.StatusCode.UNKNOWN, f"injected fault: {kind} of {type_of(urn)} {name_of(urn)} failed")

    def _refuse_gone(self, token: str, identity: str, context: grpc.ServicerContext) -> None:
        """A service does not change what somebody deleted; Kubernetes alone makes an applied object anew."""
        if token.startswith(("aws:", "cloudflare:")) and self.deps.cloud.get(token, identity) is None:
            context.abort(
                grpc.StatusCode.UNKNOWN,
                f"{identity} does not exist any more (NotFound); a refresh tells the engine, and the next update makes "
                "it anew",
            )

    def _refuse_misfit(self, rules: Context, context: grpc.ServicerContext) -> None:
        """Abort an operation that the real service would refuse because of what exists or does not exist."""
        if found := reference_violations(rules):
            context.abort(grpc.StatusCode.UNKNOWN, "\n".join(f"{item.path}: {item.reason}" for item in found))

    def _identity(self, token: str, name: str, inputs: dict[str, Any]) -> tuple[str, str]:
        """The id of a new object, and the name that it was made from.

        A service that makes up its ids never gives one out twice; where the id is the object's name, the rules have
        seen to it that no other object carries it.
        """
        cloud, attempt, seed = self.deps.cloud, 1, name
        identity = resource_id(token, seed, inputs)
        while cloud.get(token, identity) is not None or cloud.marked(token, identity):
            attempt += 1
            again = resource_id(token, f"{name}#{attempt}", inputs)
            if again == identity:
                break  # named by its inputs
            identity, seed = again, f"{name}#{attempt}"
        return identity, seed

    def _computed(self, token: str) -> tuple[str, ...]:
        schema = self.deps.oracle.get(token)
        return schema.computed if schema is not None else ()

    def _outputs(self, token: str, name: str, inputs: dict[str, Any], identity: str) -> dict[str, Any]:
        added = computed_outputs(token, name, unwrap(inputs), identity)
        schema = self.deps.oracle.get(token)
        secret = schema.secret_outputs if schema is not None else ()
        return merge(inputs, {key: Secret(value) if key in secret else value for key, value in added.items()})

    def _previewed(self, token: str, name: str, inputs: dict[str, Any]) -> dict[str, Any]:
        plain = unwrap(inputs)
        # Only the keys matter here: whatever the provider adds is unknown until the object exists.
        added = computed_outputs(token, name, {key: v for key, v in plain.items() if not has_unknown(v)}, "")
        unknown: dict[str, Any] = dict.fromkeys(self._computed(token), UNKNOWN)
        unknown.update({key: _unknown_beyond(plain.get(key), value) for key, value in added.items()})
        return merge(inputs, unknown)


def _abort_half_made(
    context: grpc.ServicerContext, identity: str, inputs: dict[str, Any], outputs: dict[str, Any]
) -> None:
    """Report a creation as failed although the object exists, as the Kubernetes provider reports an unready one."""
    detail = any_pb2.Any()
    detail.Pack(
        provider_pb2.ErrorResourceInitFailed(
            id=identity, properties=encode(outputs), inputs=encode(inputs), reasons=["injected fault: not ready"]
        )
    )
    message = "injected fault: the object was created but did not become ready"
    status = status_pb2.Status(code=grpc.StatusCode.UNKNOWN.value[0], message=message, details=[detail])
    context.set_trailing_metadata((("grpc-status-details-bin", status.SerializeToString()),))
    context.abort(grpc.StatusCode.UNKNOWN, message)


def _unknown_beyond(given: Any, added: Any) -> Any:  # noqa: ANN401 - property values have any shape
    """What a preview knows of a computed value: inside an object that was given, only the new keys are unknown."""
    if isinstance(given, dict) and isinstance(added, dict):
        return {key: _unknown_beyond(given.get(key), value) for key, value in added.items()}
    return UNKNOWN


def _diff_response(found: list[Change], replaces: frozenset[str], *, delete_first: bool) -> provider_pb2.DiffResponse:
    response = provider_pb2.DiffResponse(
        changes=provider_pb2.DiffResponse.DIFF_SOME if found else provider_pb2.DiffResponse.DIFF_NONE,
        hasDetailedDiff=bool(found),
        deleteBeforeReplace=delete_first and bool(replaces),
        diffs=sorted({str(change.keys[0]) for change in found}),
        replaces=sorted({str(change.keys[0]) for change in found if change.path in replaces}),
    )
    for change in found:
        replace = change.path in replaces and not isinstance(change.new, Unknown)
        entry = response.detailedDiff[change.path]
        entry.kind = _DIFF_KIND[change.kind, replace or change.path in replaces]
        entry.inputDiff = True
    return response
