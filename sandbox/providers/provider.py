"""The simulated providers: the Pulumi provider protocol over the simulated cloud.

One servicer stands for one package (aws, kubernetes, cloudflare, random, tls). It is written on the raw protocol:
the SDK's experimental provider server hides old inputs from Diff and reports no detailed diff.
"""

# ruff: noqa: ARG002, N802 - names and signatures of the methods are the protocol's
from __future__ import annotations

import json
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import grpc
from google.protobuf import empty_pb2
from pulumi.runtime.proto import plugin_pb2, provider_pb2

from sandbox.clock.modifying import as_seen, keeping, stamped, updated
from sandbox.cloud import CloudObject, restored
from sandbox.invokes.answers import Asked
from sandbox.invokes.errors import LookUpError
from sandbox.model.rows import Seen
from sandbox.protocol.diff import changes
from sandbox.protocol.packages import tokens
from sandbox.protocol.validate import unrecognized, validate
from sandbox.protocol.wire import UNKNOWN, Secret, decode, encode, has_unknown, unwrap, without_nulls
from sandbox.providers.autonames import asked_of, unnameable, with_name
from sandbox.providers.computed import VOLATILE, computed_outputs, followed, following, follows_of, made_up, merge
from sandbox.providers.identity import identified
from sandbox.providers.instances import Instances, moved_by
from sandbox.providers.remote import RefusesComponents
from sandbox.providers.replacement import deletes_first, replacing
from sandbox.providers.responses import abort_half_made, diff_response, unknown_beyond
from sandbox.providers.returned import as_created, as_kept, as_read, as_returned, as_sent, as_written, filled_in
from sandbox.providers.rules import Context, deletion_effects, deletion_refusal, reference_violations, value_violations
from sandbox.providers.settings import with_known_region, with_provider_settings
from sandbox.seed.planting import taken

if TYPE_CHECKING:
    from sandbox.cloud import Cloud
    from sandbox.faults import FaultKind
    from sandbox.model.place import Place
    from sandbox.protocol.diff import Change
    from sandbox.protocol.packages import Package
    from sandbox.providers.deps import Deps
    from sandbox.providers.instances import Instance


def type_of(urn: str) -> str:
    """The type token in a URN: the last part of its qualified type."""
    return urn.split("::")[2].rsplit("$", 1)[-1]


def name_of(urn: str) -> str:
    """The logical name in a URN."""
    return urn.split("::", 3)[3]


class SandboxProvider(RefusesComponents):
    """One simulated provider package."""

    def __init__(self, package: Package, deps: Deps) -> None:
        self.package = package
        self.deps = deps
        self.instances = Instances(package.name)

    # The protocol's method names are its own. Handshake and configuration come first.

    def GetPluginInfo(self, request: empty_pb2.Empty, context: grpc.ServicerContext) -> plugin_pb2.PluginInfo:
        """The version of the wheel: the engine warns about anything older than the SDK asks for."""
        return plugin_pb2.PluginInfo(version=self.package.version)

    def Handshake(
        self,
        request: provider_pb2.ProviderHandshakeRequest,
        context: grpc.ServicerContext,
    ) -> provider_pb2.ProviderHandshakeResponse:
        """Ask for secrets as secrets, so that they never reach the journal in plain text, and for configured names.

        An engine that shakes hands reads neither of them from the answer to Configure any more.
        """
        return provider_pb2.ProviderHandshakeResponse(accept_secrets=True, supports_autonaming_configuration=True)

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
        """A provider's configuration changes in place; one that turns to another cluster is another provider."""
        old, new = decode(request.old_inputs), decode(request.news)
        moved = moved_by(self.package.name, unwrap(old), unwrap(new))
        return diff_response(changes(old, new), moved, delete_first=False)

    def Configure(
        self,
        request: provider_pb2.ConfigureRequest,
        context: grpc.ServicerContext,
    ) -> provider_pb2.ConfigureResponse:
        """Remember the configuration; ask for secrets and for previews of creates and updates."""
        given = unwrap(decode(request.args))
        self.instances.configure(context.peer(), {key: value for key, value in given.items() if not has_unknown(value)})
        return provider_pb2.ConfigureResponse(
            acceptSecrets=True, supportsPreview=True, supports_autonaming_configuration=True
        )

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
        """Answer a look-up, by computation, from what exists or from the seed file; else say which entry is missing."""
        instance = self.instances.of(context.peer())
        asked = Asked(request.tok, decode(request.args), instance.place, self.deps.cloud, instance.default_tags)
        try:
            found = self.deps.answers.answer(asked)
        except LookUpError as error:
            context.abort(grpc.StatusCode.UNKNOWN, str(error))
        response = provider_pb2.InvokeResponse()
        getattr(response, "return").CopyFrom(encode(found))  # `return` is a Python keyword
        return response

    # Resources.

    def Check(self, request: provider_pb2.CheckRequest, context: grpc.ServicerContext) -> provider_pb2.CheckResponse:
        """Fill automatic names; refuse what breaks the schema or the service's own rules."""
        token, name = type_of(request.urn), name_of(request.urn)
        new, old = decode(request.news), decode(request.olds)
        instance = self.instances.of(context.peer())
        schema, asked = self.deps.oracle.get(token), asked_of(request)
        named = with_name(token, name, new, unwrap(old), request.randomSeed, schema, asked)
        found = validate(schema, named) if schema is not None else unrecognized(token, tokens(self.package.name))
        found += unnameable(token, name, new, schema, asked) if not old else []
        checked = with_provider_settings(named, schema, instance)
        plain, before = without_nulls(unwrap(checked)), without_nulls(unwrap(old))
        kept = before if old and not _replaced(token, with_known_region(before, plain), plain, instance) else None
        rules = Context(token, name, request.urn, plain, old=kept, place=instance.place)
        found += value_violations(rules, found)
        failures = [provider_pb2.CheckFailure(property=item.path, reason=item.reason) for item in found]
        return provider_pb2.CheckResponse(inputs=encode(checked), failures=failures)

    def Diff(self, request: provider_pb2.DiffRequest, context: grpc.ServicerContext) -> provider_pb2.DiffResponse:
        """Compare inputs; say which changes replace, and whether the old object must go first."""
        token = type_of(request.urn)
        sent, new = unwrap(decode(request.old_inputs)), unwrap(decode(request.news))
        state = unwrap(decode(request.olds))
        seen = as_seen(self.deps.cloud, token, as_returned(token, sent, state), state)
        old = with_known_region(seen, new)
        first = deletes_first(token, name_of(request.urn), old, new, self.deps.oracle.get(token))
        found = changes(as_written(token, old, new), new)
        replaces = _replaced(token, old, new, self.instances.of(context.peer()), found)
        return diff_response(found, replaces, delete_first=first)

    def Create(self, request: provider_pb2.CreateRequest, context: grpc.ServicerContext) -> provider_pb2.CreateResponse:
        """Create an object; a preview gives back what will be known, and unknowns for the rest."""
        token, name, place = type_of(request.urn), name_of(request.urn), self.place(context)
        inputs = decode(request.properties)
        if request.preview:
            return provider_pb2.CreateResponse(properties=encode(self._previewed(token, name, inputs, place)))
        self._refuse_foreign(context)
        self._strike("create", request.urn, context)
        plain = without_nulls(unwrap(inputs))
        cloud = self.cloud(token, plain, place)
        with cloud.exclusive():
            self._refuse_misfit(Context(token, name, request.urn, plain, cloud, place=place), context)
            identity, seed = identified(cloud, token, name, plain, place, self.deps.oracle.get(token))
            if (reason := taken(cloud, token, identity)) is not None:
                context.abort(grpc.StatusCode.ALREADY_EXISTS, reason)
            inputs = as_created(token, inputs)
            outputs = self._outputs(token, seed, inputs, identity, place) | stamped(cloud, token, plain)
            outputs |= self._following(token, Seen(name, unwrap(inputs), identity, cloud, place))
            # Stored before any delay: a killed engine cancels the call, and a service would have the object by then.
            cloud.put(self._object(identity, request.urn, inputs, outputs, place))
        if (slow := self.deps.faults.strike("slow", token, name)) is not None:
            time.sleep(slow.seconds)
        if self.deps.faults.strike("partial", token, name) is not None:
            abort_half_made(context, identity, inputs, outputs)
        return provider_pb2.CreateResponse(id=identity, properties=encode(outputs))

    def Update(self, request: provider_pb2.UpdateRequest, context: grpc.ServicerContext) -> provider_pb2.UpdateResponse:
        """Change an object in place; what the cloud assigned stays, version counters go up."""
        token, name, place = type_of(request.urn), name_of(request.urn), self.place(context)
        inputs, olds = decode(request.news), decode(request.olds)
        counters = VOLATILE.get(token, ())
        fresh = self._outputs(token, name, inputs, request.id, place)
        own = {*self._computed(token), *fresh}
        kept = {key: value for key, value in olds.items() if key in own and key not in inputs}
        outputs = {**fresh, **kept}
        outputs.update({key: UNKNOWN if request.preview else int(olds.get(key) or 0) + 1 for key in counters})
        old, plain = without_nulls(unwrap(decode(request.old_inputs))), without_nulls(unwrap(inputs))
        anew = followed(token, old, plain)
        outputs.update(dict.fromkeys(anew, UNKNOWN))
        if not request.preview:
            self._refuse_foreign(context)
            self._strike("update", request.urn, context)
            cloud = self.cloud(token, plain, place)
            with cloud.exclusive():
                _refuse_gone(cloud, token, request.id, context)
                rules = Context(token, name, request.urn, plain, cloud, old, request.id, place)
                self._refuse_misfit(rules, context)
                follows = self._following(token, Seen(name, plain, request.id, cloud, place))
                outputs |= {key: follows.get(key, fresh.get(key)) for key in anew}
                wanted = self._object(request.id, request.urn, inputs, outputs, place)
                outputs = updated(cloud, wanted, old, without_nulls(unwrap(olds)))
        return provider_pb2.UpdateResponse(properties=encode(outputs))

    def Read(self, request: provider_pb2.ReadRequest, context: grpc.ServicerContext) -> provider_pb2.ReadResponse:
        """What the cloud holds now; an empty answer says that the object is gone.

        An object that the engine does not know yet is one that a program reads or imports: it must exist beforehand.
        """
        token, inputs, properties = type_of(request.urn), decode(request.inputs), decode(request.properties)
        cloud = self.cloud(token, {**unwrap(properties), **unwrap(inputs)}, self.place(context))
        found = cloud.get(token, request.id)
        if found is None and not inputs and not cloud.marked(token, request.id):
            try:
                found = self.deps.answers.read(token, request.id, self.place(context))
            except LookUpError as error:
                context.abort(grpc.StatusCode.UNKNOWN, str(error))
        if found is None:
            return provider_pb2.ReadResponse()
        return provider_pb2.ReadResponse(
            id=request.id,
            properties=encode(as_read(token, restored(found.outputs, properties), properties, whole=True)),
            inputs=encode(as_read(token, restored(found.inputs, inputs), inputs, whole=False)),
        )

    def Delete(self, request: provider_pb2.DeleteRequest, context: grpc.ServicerContext) -> empty_pb2.Empty:
        """Delete an object, unless its service refuses to."""
        self._refuse_foreign(context)
        self._strike("delete", request.urn, context)
        token, place = type_of(request.urn), self.place(context)
        cloud = self.cloud(token, unwrap(decode(request.properties)), place)
        with cloud.exclusive():
            rules = Context(token, name_of(request.urn), request.urn, {}, cloud, id=request.id, place=place)
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

    def place(self, context: grpc.ServicerContext) -> Place:
        """Where the provider instance works that a call is for."""
        return self.instances.of(context.peer()).place

    def cloud(self, token: str, properties: dict[str, Any], place: Place) -> Cloud:
        """The cloud as a resource sees it: with what lies in its region or cluster."""
        return self.deps.cloud.within(self.package.name, place.view(token, properties))

    def _refuse_foreign(self, context: grpc.ServicerContext) -> None:
        if reason := self.deps.guard():
            context.abort(grpc.StatusCode.FAILED_PRECONDITION, reason)

    def _strike(self, kind: FaultKind, urn: str, context: grpc.ServicerContext) -> None:
        if self.deps.faults.strike(kind, type_of(urn), name_of(urn)) is not None:
            context.abort(grpc.StatusCode.UNKNOWN, f"injected fault: {kind} of {type_of(urn)} {name_of(urn)} failed")

    def _refuse_misfit(self, rules: Context, context: grpc.ServicerContext) -> None:
        """Abort an operation that the real service would refuse because of what exists or does not exist."""
        if found := reference_violations(replace(rules, inputs=as_sent(rules.token, rules.inputs))):
            context.abort(grpc.StatusCode.UNKNOWN, "\n".join(f"{item.path}: {item.reason}" for item in found))

    def _computed(self, token: str) -> tuple[str, ...]:
        schema = self.deps.oracle.get(token)
        return schema.promised if schema is not None else ()

    def _outputs(self, token: str, name: str, inputs: dict[str, Any], identity: str, place: Place) -> dict[str, Any]:
        schema = self.deps.oracle.get(token)
        added = computed_outputs(token, name, unwrap(inputs), identity, place, schema)
        secret = schema.secret_outputs if schema is not None else ()
        found = merge(inputs, {key: Secret(value) if key in secret else value for key, value in added.items()})
        return as_kept(token, found)

    def _following(self, token: str, seen: Seen) -> dict[str, Any]:
        return following(token, replace(seen, place=seen.place.of(seen.inputs), contents=self.deps.contents))

    def _object(
        self, identity: str, urn: str, inputs: dict[str, Any], outputs: dict[str, Any], place: Place
    ) -> CloudObject:
        token, plain = type_of(urn), without_nulls(unwrap(inputs))
        doubtful = made_up(token, plain, self.deps.oracle.get(token))
        made = CloudObject(token, identity, urn, inputs, outputs, place.scope(token, plain), made_up=doubtful)
        return replace(made, kept=keeping(made, inputs))

    def _previewed(self, token: str, name: str, inputs: dict[str, Any], place: Place) -> dict[str, Any]:
        plain = unwrap(inputs)
        # Only the keys matter here: whatever the provider adds is unknown until the object exists.
        given = {key: value for key, value in plain.items() if not has_unknown(value)}
        added = computed_outputs(token, name, given, "", place, self.deps.oracle.get(token), form=True)
        unknown: dict[str, Any] = {key: UNKNOWN for key in self._computed(token) if key not in inputs}
        unknown.update({key: unknown_beyond(plain.get(key), value) for key, value in added.items()})
        unknown.update({key: UNKNOWN for item in follows_of(token) for key in item.outputs if plain.get(key) is None})
        unknown = {**filled_in(token, plain), **unknown}
        return merge(inputs, unknown)


def _replaced(
    token: str, old: dict[str, Any], new: dict[str, Any], instance: Instance, found: list[Change] | None = None
) -> frozenset[str]:
    return replacing(token, changes(old, new) if found is None else found, old, new, instance.config)


def _refuse_gone(cloud: Cloud, token: str, identity: str, context: grpc.ServicerContext) -> None:
    """A service does not change what somebody deleted; Kubernetes alone makes an applied object anew."""
    if token.startswith(("aws:", "cloudflare:")) and cloud.get(token, identity) is None:
        context.abort(
            grpc.StatusCode.UNKNOWN,
            f"{identity} does not exist any more (NotFound); a refresh tells the engine, and the next update makes "
            "it anew",
        )
