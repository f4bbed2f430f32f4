"""Serves the three metrics APIs to a control plane, registered as aggregated APIs.

The API server finds an aggregated API through a Service. One of type ExternalName leads to this process on the loopback
address; its certificate is the one that the API server has made for itself, whose key stands beside it.
"""

from __future__ import annotations

import json
import ssl
import threading
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, Self, TypeAlias

from sandbox.drill.metrics.answers import GROUPS, Look, Replay

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from sandbox.drill.api import ClusterApi
    from sandbox.drill.metrics.series import Workload
    from sandbox.drill.pace import Clock
    from sandbox.drill.watch import Watch

Manifest: TypeAlias = dict[str, Any]

NAMESPACE, SERVICE = "kube-system", "replayed-metrics"
AVAILABLE_SECONDS = 60.0
"""Real seconds within which the API server must have found the APIs; it asks every few seconds."""
STAMP = "%Y-%m-%dT%H:%M:%S.%fZ"


class MetricsError(Exception):
    """The metrics APIs are not served; the message says what the API server says."""


class Metrics:
    """The metrics APIs of a cluster; use as a context manager.

    Args:
        api: the cluster.
        clock: its time.
        certificates: where the API server keeps its own certificate and key.
        workloads: what is measured; may change while it runs.
    """

    def __init__(self, api: ClusterApi, clock: Clock, certificates: Path, workloads: Iterable[Workload] = ()) -> None:
        self._api, self._clock = api, clock
        self._certificates = certificates
        self.replay = Replay(workloads, self.running)
        self.looks: list[Look] = []
        self._pods: dict[str, Manifest] = {}
        self._watch: Watch | None = None
        self._server: ThreadingHTTPServer | None = None
        self._threads: list[threading.Thread] = []

    def __enter__(self) -> Self:
        try:
            self._watch = self._api.watch("v1", "Pod")
            self._run(self._follow)
            self._server = self._listen()
            self._run(self._server.serve_forever)
            self._register(self._server.server_address[1])
            self._await_available()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def withdraw(self) -> None:
        """Take the registrations away, so that the cluster looks for no metrics any more."""
        for group, version in GROUPS.items():
            self._api.remove(api_service(group, version, 0))

    def stop(self) -> None:
        """Serve no longer; the registrations stay with the cluster unless they are withdrawn."""
        if self._watch is not None:
            self._watch.stop()
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
        for thread in self._threads:
            thread.join(timeout=5)
        self._threads.clear()

    def begin(self, workloads: Iterable[Workload]) -> None:
        """Replay series of these workloads, from now on."""
        self.looks.clear()
        self.replay = Replay(workloads, self.running, self._clock.seconds)

    def running(self, workload: Workload) -> Sequence[Manifest]:
        """The pods of a workload that a kubelet measures, the oldest first."""
        labels = dict(workload.labels).items()
        found = [
            pod
            for pod in list(self._pods.values())
            if pod["metadata"].get("namespace") == workload.namespace
            and labels <= (pod["metadata"].get("labels") or {}).items()
            and (pod.get("status") or {}).get("phase") == "Running"
        ]
        return sorted(found, key=lambda pod: (pod["metadata"]["creationTimestamp"], pod["metadata"]["name"]))

    def respond(self, target: str) -> Manifest | None:
        """The answer to a request; remembers what was asked."""
        stamp = self._clock.pace.now().strftime(STAMP)
        asked = self.replay.answer(target, self._clock.seconds, stamp)
        if asked.look is not None:
            self.looks.append(asked.look)
        return asked.document

    def _run(self, work: Any) -> None:  # noqa: ANN401 - anything that can be called
        thread = threading.Thread(target=work, daemon=True)
        thread.start()
        self._threads.append(thread)

    def _follow(self) -> None:
        if self._watch is not None:
            for change in self._watch:
                uid = change.live["metadata"]["uid"]
                if change.kind == "DELETED":
                    self._pods.pop(uid, None)
                else:
                    self._pods[uid] = change.live

    def _listen(self) -> ThreadingHTTPServer:
        server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        server.daemon_threads = True
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.load_cert_chain(self._certificates / "apiserver.crt", self._certificates / "apiserver.key")
        server.socket = tls.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
        return server

    def _register(self, port: int) -> None:
        metadata = {"name": SERVICE, "namespace": NAMESPACE}
        spec: Manifest = {"type": "ExternalName", "externalName": "localhost"}
        self._api.apply({"apiVersion": "v1", "kind": "Service", "metadata": metadata, "spec": spec}, force=True)
        for group, version in GROUPS.items():
            self._api.apply(api_service(group, version, port), force=True)

    def _await_available(self) -> None:
        found = [api_service(group, version, 0) for group, version in GROUPS.items()]
        limit = AVAILABLE_SECONDS * self._clock.pace.factor
        if not self._clock.wait_until(lambda: not any(map(self._unavailable, found)), limit, every=2.0):
            raise MetricsError("; ".join(filter(None, map(self._unavailable, found))))

    def _unavailable(self, service: Manifest) -> str:
        live = self._api.read(service) or {}
        conditions = (live.get("status") or {}).get("conditions") or ()
        found: Manifest = next((item for item in conditions if item["type"] == "Available"), {})
        name = service["metadata"]["name"]
        return "" if found.get("status") == "True" else f"{name}: {found.get('message') or 'not looked at yet'}"


def api_service(group: str, version: str, port: int) -> Manifest:
    """The registration of an aggregated API."""
    return {
        "apiVersion": "apiregistration.k8s.io/v1",
        "kind": "APIService",
        "metadata": {"name": f"{version}.{group}"},
        "spec": {
            "group": group,
            "version": version,
            "groupPriorityMinimum": 100,
            "versionPriority": 100,
            # On the loopback address; the certificate is of another server.
            "insecureSkipTLSVerify": True,
            "service": {"name": SERVICE, "namespace": NAMESPACE, "port": port},
        },
    }


def _handler(metrics: Metrics) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        """One connection of the API server."""

        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True
        timeout = 120

        def do_GET(self) -> None:
            document = metrics.respond(self.path)
            status = HTTPStatus.OK if document is not None else HTTPStatus.NOT_FOUND
            body = json.dumps(document or {"kind": "Status", "apiVersion": "v1", "status": "Failure"}).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
            """Say nothing."""

    return Handler
