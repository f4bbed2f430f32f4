"""A stand-in for the real kubernetes plugin: an executable that the engine starts and speaks gRPC with.

It applies to the cluster that its provider is configured for, and writes down what it was configured with. Of a chart
it installs the definitions, as Helm does: those among the templates must not be there yet, or be the release's own.
Arguments: the file to write to, then whatever the engine adds.
"""

# ruff: noqa: N802 - names of the methods are the protocol's
from __future__ import annotations

import sys
import threading
from concurrent import futures
from pathlib import Path
from typing import TYPE_CHECKING, Any

import grpc
from pulumi.runtime.proto import provider_pb2_grpc

from sandbox.cloud import Cloud
from sandbox.kubernetes.api import KubernetesApi
from sandbox.kubernetes.api_server import install_definitions
from sandbox.kubernetes.cluster import KubernetesCluster
from sandbox.kubernetes.helm_ownership import Owner, owned, refusal
from sandbox.kubernetes.kubeconfig import endpoint
from sandbox.kubernetes.tools import definitions
from sandbox.protocol.packages import packages
from sandbox.protocol.schema import SchemaOracle
from sandbox.protocol.wire import decode, unwrap
from sandbox.providers import provider
from sandbox.providers.cluster_provider import ClusterProvider
from sandbox.providers.deps import Deps
from sandbox.providers.server import MESSAGE_LIMIT
from sandbox.services.kubernetes.kinds import RELEASE
from tests.support.paths import ROOT

if TYPE_CHECKING:
    from pulumi.runtime.proto import provider_pb2


class StandIn(ClusterProvider):
    """Learns its cluster when it is configured, as the real plugin does."""

    log: Path

    def Configure(
        self, request: provider_pb2.ConfigureRequest, context: grpc.ServicerContext
    ) -> provider_pb2.ConfigureResponse:
        told = unwrap(decode(request.args))
        with self.log.open("a") as log:
            log.write(f"{told['kubeconfig']}\n")
        api = KubernetesApi(endpoint(Path(told["kubeconfig"])))
        self.cluster = KubernetesCluster(api, has_controllers=False)
        return super().Configure(request, context)

    def Create(self, request: provider_pb2.CreateRequest, context: grpc.ServicerContext) -> provider_pb2.CreateResponse:
        response = super().Create(request, context)
        if provider.type_of(request.urn) == RELEASE and not request.preview:
            for refused in install_chart(self.cluster.api, unwrap(decode(request.properties))):
                context.abort(grpc.StatusCode.UNKNOWN, refused)
        return response


CHARTS = {
    "keda": ("keda.sh", "templates"),
    "vertical-pod-autoscaler": ("autoscaling.k8s.io", "templates"),
    "kube-prometheus-stack": ("monitoring.coreos.com", "crds"),
    "aws-load-balancer-controller": ("elbv2.k8s.aws", "crds"),
}
"""Which definitions a chart brings, and in which of its folders they stand."""


def install_chart(api: KubernetesApi, release: dict[str, Any]) -> list[str]:
    """Install a chart's definitions; returns why Helm refuses to, nothing where it does not."""
    group, folder = CHARTS.get(release["chart"], ("", ""))
    owner = Owner(release["name"], release["namespace"])
    found = [item for item in definitions(lambda _: None) if item["spec"]["group"] == group]
    there = [live for item in found if (live := api.read(item)) is not None]
    refused = [reason for live in there if folder == "templates" and (reason := refusal(live, owner))]
    if not refused:
        known = {live["metadata"]["name"] for live in there}
        install_definitions(api, [owned(item, owner) for item in found if item["metadata"]["name"] not in known])
    return refused


def install(folder: Path, log: Path) -> Path:
    """Put the stand-in into a folder for PATH; what it is configured with goes to the log."""
    script = folder / "pulumi-resource-kubernetes"
    module = f"{sys.executable} -m tests.support.kubernetes_plugin"
    script.write_text(f'#!/bin/sh\ncd {ROOT} && exec {module} {log} "$@"\n')
    script.chmod(0o755)
    return script


def main() -> None:
    """Serve until the engine closes the process."""
    log = Path(sys.argv[1])
    package = packages()["kubernetes"]
    # what AWS resources an object refers to is nothing that the real plugin knows
    vars(provider)["reference_violations"] = lambda *_: []
    nothing = KubernetesCluster(None, has_controllers=False)  # type: ignore[arg-type]  # Configure brings the real one
    deps = Deps(Cloud(log.with_suffix(".jsonl")), SchemaOracle(), lambda: None)
    stand_in = StandIn(package, deps, nothing)
    stand_in.log = log
    limits = [("grpc.max_receive_message_length", MESSAGE_LIMIT), ("grpc.max_send_message_length", MESSAGE_LIMIT)]
    server = grpc.server(futures.ThreadPoolExecutor(max_workers=16), options=limits)
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(stand_in, server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    sys.stdout.write(f"{port}\n")
    sys.stdout.flush()
    threading.Event().wait()


if __name__ == "__main__":
    main()
