"""A stand-in for the real kubernetes plugin: an executable that the engine starts and speaks gRPC with.

It applies to the cluster that its provider is configured for, and writes down what it was configured with.
Arguments: the file to write to, then whatever the engine adds.
"""

# ruff: noqa: N802 - names of the methods are the protocol's
from __future__ import annotations

import sys
import threading
from concurrent import futures
from pathlib import Path
from typing import TYPE_CHECKING

import grpc
from pulumi.runtime.proto import provider_pb2_grpc

from sandbox import provider
from sandbox.cloud import Cloud
from sandbox.cluster_provider import ClusterProvider
from sandbox.kubeconfig import endpoint
from sandbox.kubernetes_api import KubernetesApi
from sandbox.kubernetes_cluster import KubernetesCluster
from sandbox.packages import packages
from sandbox.provider import Deps
from sandbox.schema import SchemaOracle
from sandbox.server import MESSAGE_LIMIT
from sandbox.wire import decode, unwrap

if TYPE_CHECKING:
    from pulumi.runtime.proto import provider_pb2

ROOT = Path(__file__).resolve().parents[2]


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
