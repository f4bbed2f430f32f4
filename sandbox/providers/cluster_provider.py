"""The kubernetes package over a real Kubernetes API; charts and everything of other packages stay simulated."""

# ruff: noqa: N802 - names of the methods are the protocol's
from __future__ import annotations

from typing import TYPE_CHECKING

import grpc
from pulumi.runtime.proto import provider_pb2

from sandbox.cloud import CloudObject
from sandbox.kubernetes.api import ApiError
from sandbox.kubernetes.cluster import identified, is_object, uid_in, with_live
from sandbox.kubernetes.passport import ForeignClusterError
from sandbox.protocol.wire import decode, encode
from sandbox.providers.provider import SandboxProvider, type_of
from sandbox.services.kubernetes.kinds import RELEASE

if TYPE_CHECKING:
    from google.protobuf import empty_pb2

    from sandbox.cloud import Cloud
    from sandbox.kubernetes.cluster import KubernetesCluster
    from sandbox.protocol.packages import Package
    from sandbox.providers.deps import Deps


_REFUSALS = (ApiError, ForeignClusterError, OSError)


class ClusterProvider(SandboxProvider):
    """The kubernetes package: what the sandbox's own rules accept is applied to the cluster."""

    def __init__(self, package: Package, deps: Deps, cluster: KubernetesCluster) -> None:
        super().__init__(package, deps)
        self.cluster = cluster

    def Create(self, request: provider_pb2.CreateRequest, context: grpc.ServicerContext) -> provider_pb2.CreateResponse:
        """Create an object in the cluster; a refusal leaves nothing remembered."""
        response = super().Create(request, context)
        token = type_of(request.urn)
        if request.preview or (token != RELEASE and not is_object(token)):
            return response
        inputs = decode(request.properties)
        cloud, scope = self._seen(token, context)
        try:
            if token == RELEASE:
                self.cluster.make_room(inputs)
                return response
            live = self.cluster.apply(inputs)
        except _REFUSALS as error:
            cloud.delete(token, response.id)
            context.abort(grpc.StatusCode.UNKNOWN, str(error))
        outputs = with_live(decode(response.properties), live)
        cloud.put(CloudObject(token, response.id, request.urn, inputs, outputs, scope))
        return provider_pb2.CreateResponse(id=response.id, properties=encode(outputs))

    def Update(self, request: provider_pb2.UpdateRequest, context: grpc.ServicerContext) -> provider_pb2.UpdateResponse:
        """Apply the new inputs; a refusal leaves the old ones remembered."""
        token = type_of(request.urn)
        cloud, scope = self._seen(token, context)
        before = cloud.get(token, request.id)
        response = super().Update(request, context)
        if request.preview or not is_object(token):
            return response
        inputs = decode(request.news)
        try:
            live = self.cluster.apply(inputs, uid_in(decode(request.olds)))
        except _REFUSALS as error:
            if before is not None:
                cloud.put(before)
            context.abort(grpc.StatusCode.UNKNOWN, str(error))
        outputs = with_live(decode(response.properties), live)
        cloud.put(CloudObject(token, request.id, request.urn, inputs, outputs, scope))
        return provider_pb2.UpdateResponse(properties=encode(outputs))

    def Read(self, request: provider_pb2.ReadRequest, context: grpc.ServicerContext) -> provider_pb2.ReadResponse:
        """What the cluster holds now, with whatever was changed behind the engine's back."""
        token = type_of(request.urn)
        if not is_object(token):
            return super().Read(request, context)
        inputs = decode(request.inputs)
        if not inputs:
            return super().Read(request, context)
        cloud, scope = self._seen(token, context)
        try:
            seen = self.cluster.look(inputs, uid_in(decode(request.properties)))
        except _REFUSALS as error:
            context.abort(grpc.StatusCode.UNKNOWN, str(error))
        if seen is None:
            cloud.delete(token, request.id)
            return provider_pb2.ReadResponse()
        known = decode(request.properties)
        outputs = with_live({**known, **seen.inputs, "metadata": _joined(known, seen.inputs)}, seen.live)
        cloud.put(CloudObject(token, request.id, request.urn, seen.inputs, outputs, scope))
        return provider_pb2.ReadResponse(id=request.id, properties=encode(outputs), inputs=encode(seen.inputs))

    def Delete(self, request: provider_pb2.DeleteRequest, context: grpc.ServicerContext) -> empty_pb2.Empty:
        """Delete the object from the cluster, once the sandbox's own rules let it go."""
        token = type_of(request.urn)
        cloud, _ = self._seen(token, context)
        before = cloud.get(token, request.id)
        response = super().Delete(request, context)
        if is_object(token):
            try:
                self.cluster.delete(identified(token, request.id), uid_in(decode(request.properties)))
            except _REFUSALS as error:
                if before is not None:
                    cloud.put(before)
                context.abort(grpc.StatusCode.UNKNOWN, str(error))
        return response

    def _seen(self, token: str, context: grpc.ServicerContext) -> tuple[Cloud, str]:
        """The cloud as this provider instance sees it, and where an object of a type lies in it."""
        place = self.place(context)
        return self.cloud(token, {}, place), place.scope(token, {})


def _joined(known: dict[str, object], found: dict[str, object]) -> dict[str, object]:
    """Metadata of the outputs with what was found of the inputs."""
    parts = [item for item in (known.get("metadata"), found.get("metadata")) if isinstance(item, dict)]
    return {key: value for part in parts for key, value in part.items()}
