"""A real kube-apiserver with its etcd on the loopback address: everything that validates, nothing that runs pods.

No controllers run beside it, so the admission plugins that need them are off (ServiceAccount, ResourceQuota).
"""

from __future__ import annotations

import secrets
import ssl
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Self

from sandbox.cache import write_atomically
from sandbox.kubernetes.api import Endpoint, KubernetesApi
from sandbox.kubernetes.processes import Processes, free_ports
from sandbox.kubernetes.tools import VERSION, definitions, programs, signing_key

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from types import TracebackType

START_SECONDS = 90.0
KEY = "service-accounts.key"
SERVICE_RANGE = "10.96.0.0/16"
WITHOUT_CONTROLLERS = "ServiceAccount,ResourceQuota"


class ApiServerError(Exception):
    """The API server did not start; the message ends with what it said."""


@dataclass
class ApiServer:
    """A running API server; use as a context manager.

    Attributes:
        folder: keeps its objects between runs, its certificates and its log.
        progress: receives a line now and then.
        with_definitions: install the custom resources that the platform uses; without, it is an empty cluster's.
    """

    folder: Path
    progress: Callable[[str], None]
    with_definitions: bool = True
    api: KubernetesApi = field(init=False)
    _processes: Processes = field(init=False)

    def __post_init__(self) -> None:
        self._processes = Processes(self.folder)

    def __enter__(self) -> Self:
        tools = programs(self.progress)
        self.folder.mkdir(parents=True, exist_ok=True)
        started = time.monotonic()
        try:
            self._start(tools)
            if self.with_definitions:
                install_definitions(self.api, definitions(self.progress))
        except BaseException:
            self.stop()
            raise
        self.progress(f"kube-apiserver {VERSION} is ready after {time.monotonic() - started:.1f} s")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def stop(self) -> None:
        """Stop both processes, the API server first."""
        self._processes.stop()

    def _start(self, tools: dict[str, Path]) -> None:
        client, peer, secure = free_ports(3)
        token = secrets.token_hex(16)
        write_credentials(self.folder, {token: "admin"})
        self._processes.run([str(tools["etcd"]), *etcd_flags(self.folder, client, peer)])
        flags = [*api_server_flags(self.folder, client, secure), f"--disable-admission-plugins={WITHOUT_CONTROLLERS}"]
        self._processes.run([str(tools["kube-apiserver"]), *flags])
        self.api = await_server(self._processes, self.folder, secure, token)


def await_server(processes: Processes, folder: Path, port: int, token: str) -> KubernetesApi:
    """A client of an API server that was just started, as soon as it is ready.

    Raises:
        ApiServerError: it ended, or is not ready in time.
    """
    until = time.monotonic() + START_SECONDS
    certificate = folder / "certificates" / "apiserver.crt"
    while time.monotonic() < until and not processes.ended():
        if certificate.exists() and (api := _answering(certificate, port, token)) is not None:
            return api
        time.sleep(0.1)
    raise ApiServerError(f"kube-apiserver {VERSION} did not become ready:\n{processes.last_lines()}")


def _answering(certificate: Path, port: int, token: str) -> KubernetesApi | None:
    try:
        tls = ssl.create_default_context(cafile=str(certificate))
    except ssl.SSLError:
        return None  # it is being written
    api = KubernetesApi(Endpoint(url=f"https://127.0.0.1:{port}", tls=tls, token=token))
    return api if api.ready() else None


def write_credentials(folder: Path, users: dict[str, str]) -> None:
    """Write what an API server knows its callers by: a token for each, and a key that signs those of service accounts.

    Args:
        folder: of the server.
        users: names by their tokens; each may do everything.
    """
    lines = (f"{token},{name},{name},system:masters\n" for token, name in users.items())
    write_atomically(folder / "tokens.csv", "".join(lines))
    key = folder / KEY
    if not key.exists():
        write_atomically(key, signing_key(secrets.token_bytes(32)))


def install_definitions(api: KubernetesApi, found: list[dict[str, object]]) -> None:
    """Apply CustomResourceDefinitions and wait until their kinds are served.

    Raises:
        ApiError: one is refused, or not served within seconds.
    """

    def apply(definition: dict[str, object]) -> None:
        live = api.apply(definition, force=True).live
        spec = live["spec"]
        for version in spec["versions"]:
            if version["served"]:
                api.await_kind(f"{spec['group']}/{version['name']}", spec["names"]["kind"])

    with ThreadPoolExecutor(max_workers=4) as pool:
        for done in [pool.submit(apply, definition) for definition in found]:
            done.result()


def etcd_flags(folder: Path, client: int, peer: int) -> list[str]:
    """How etcd is started with its data in a folder and its ports on the loopback address."""
    listen, peers = f"http://127.0.0.1:{client}", f"http://127.0.0.1:{peer}"
    return [
        f"--data-dir={folder / 'etcd'}",
        f"--listen-client-urls={listen}",
        f"--advertise-client-urls={listen}",
        f"--listen-peer-urls={peers}",
        f"--initial-advertise-peer-urls={peers}",
        f"--initial-cluster=default={peers}",
        "--unsafe-no-fsync",  # a rehearsal may be lost with its machine; a start must not wait for a disk
        "--log-level=warn",
    ]


def api_server_flags(folder: Path, etcd: int, port: int) -> list[str]:
    """How kube-apiserver is started with its certificates in a folder and an etcd at a port."""
    key = folder / KEY
    return [
        f"--etcd-servers=http://127.0.0.1:{etcd}",
        "--bind-address=127.0.0.1",
        f"--secure-port={port}",
        f"--cert-dir={folder / 'certificates'}",
        "--endpoint-reconciler-type=none",
        f"--service-cluster-ip-range={SERVICE_RANGE}",
        "--service-account-issuer=https://kubernetes.default.svc",
        f"--service-account-key-file={key}",
        f"--service-account-signing-key-file={key}",
        f"--token-auth-file={folder / 'tokens.csv'}",
        "--authorization-mode=RBAC",
        "--profiling=false",
    ]
