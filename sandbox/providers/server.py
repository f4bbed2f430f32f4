"""Serves the simulated providers: one loopback port for each package, one process for all."""

from __future__ import annotations

from concurrent import futures
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

import grpc
from pulumi.runtime.proto import provider_pb2_grpc

from sandbox.protocol.packages import packages
from sandbox.providers.cluster_provider import ClusterProvider
from sandbox.providers.names import THREADS
from sandbox.providers.provider import SandboxProvider

if TYPE_CHECKING:
    from types import TracebackType

    from sandbox.kubernetes.cluster import KubernetesCluster
    from sandbox.protocol.packages import Package
    from sandbox.providers.deps import Deps

MESSAGE_LIMIT = 400 * 1024 * 1024
"""Bytes per message; the engine and the SDKs use the same limit."""


@dataclass
class SandboxServer:
    """The running providers; use as a context manager, so that ports and schemas are given back."""

    deps: Deps
    cluster: KubernetesCluster | None = None
    """A real API that the kubernetes package applies to, or None to simulate it, too."""
    plugins: tuple[str, ...] = ()
    """Packages that are not served: the engine finds their real plugins itself."""

    def __post_init__(self) -> None:
        self.ports: dict[str, int] = {}
        self._servers: list[grpc.Server] = []

    @property
    def debug_providers(self) -> str:
        """The value of PULUMI_DEBUG_PROVIDERS that points the engine here: `aws:40001,kubernetes:40002,...`."""
        return ",".join(f"{name}:{port}" for name, port in sorted(self.ports.items()))

    def __enter__(self) -> Self:
        limits = [("grpc.max_receive_message_length", MESSAGE_LIMIT), ("grpc.max_send_message_length", MESSAGE_LIMIT)]
        for name, package in packages().items():
            if name in self.plugins:
                continue
            server = grpc.server(futures.ThreadPoolExecutor(16, THREADS), options=limits)
            provider_pb2_grpc.add_ResourceProviderServicer_to_server(self._provider(package), server)
            self.ports[name] = server.add_insecure_port("127.0.0.1:0")
            server.start()
            self._servers.append(server)
        return self

    def _provider(self, package: Package) -> SandboxProvider:
        if package.name == "kubernetes" and self.cluster is not None:
            return ClusterProvider(package, self.deps, self.cluster)
        return SandboxProvider(package, self.deps)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for stopped in [server.stop(grace=2) for server in self._servers]:
            stopped.wait()
        self.deps.oracle.flush()
