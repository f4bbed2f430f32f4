"""A real kube-apiserver with its etcd on the loopback address: everything that validates, nothing that runs pods.

No controllers run beside it, so the admission plugins that need them are off (ServiceAccount, ResourceQuota).
"""

from __future__ import annotations

import os
import secrets
import socket
import ssl
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Self

from sandbox.cache import write_atomically
from sandbox.kubernetes.api import Endpoint, KubernetesApi
from sandbox.kubernetes.tools import VERSION, definitions, programs, signing_key

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

START_SECONDS = 90.0
STOP_SECONDS = 20.0
LOG_LINES = 15
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
    _processes: list[subprocess.Popen[bytes]] = field(default_factory=list)

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
        for process in reversed(self._processes):
            if process.stdin is not None:
                process.stdin.close()
            try:
                process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self._processes.clear()

    def _start(self, tools: dict[str, Path]) -> None:
        client, peer, secure = _free_ports(3)
        token = secrets.token_hex(16)
        write_atomically(self.folder / "tokens.csv", f"{token},admin,admin,system:masters\n")
        key = self.folder / "service-accounts.key"
        if not key.exists():
            write_atomically(key, signing_key(secrets.token_bytes(32)))
        self._run([str(tools["etcd"]), *_etcd_flags(self.folder, client, peer)])
        self._run([str(tools["kube-apiserver"]), *_api_server_flags(self.folder, client, secure)])
        until = time.monotonic() + START_SECONDS
        certificate = self.folder / "certificates" / "apiserver.crt"
        while time.monotonic() < until and all(process.poll() is None for process in self._processes):
            if certificate.exists() and self._answers(certificate, secure, token):
                return
            time.sleep(0.1)
        raise ApiServerError(f"kube-apiserver {VERSION} did not become ready:\n{self._last_lines()}")

    def _answers(self, certificate: Path, port: int, token: str) -> bool:
        try:
            tls = ssl.create_default_context(cafile=str(certificate))
        except ssl.SSLError:
            return False  # it is being written
        self.api = KubernetesApi(Endpoint(url=f"https://127.0.0.1:{port}", tls=tls, token=token))
        return self.api.ready()

    def _run(self, command: list[str]) -> None:
        log = (self.folder / f"{Path(command[0]).name}.log").open("wb")
        with log:
            self._processes.append(
                subprocess.Popen(  # noqa: S603 - our own interpreter and the program just built
                    [sys.executable, "-m", "sandbox.tether", *command],
                    stdin=subprocess.PIPE,
                    stdout=log,
                    stderr=log,
                    # Nothing of the caller's: etcd takes every option from ETCD_ variables, too.
                    env={"PATH": os.environ.get("PATH", os.defpath), "HOME": str(self.folder), "TZ": "UTC"},
                    cwd=Path(__file__).parents[2],
                    start_new_session=True,
                )
            )

    def _last_lines(self) -> str:
        texts = [path.read_text(encoding="utf-8", errors="replace") for path in sorted(self.folder.glob("*.log"))]
        return "\n".join(line for text in texts for line in text.splitlines()[-LOG_LINES:])


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


def _etcd_flags(folder: Path, client: int, peer: int) -> list[str]:
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


def _api_server_flags(folder: Path, etcd: int, port: int) -> list[str]:
    key = folder / "service-accounts.key"
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
        f"--disable-admission-plugins={WITHOUT_CONTROLLERS}",
        "--profiling=false",
    ]


def _free_ports(count: int) -> list[int]:
    """Ports that nobody listens on at this moment."""
    sockets = [socket.socket() for _ in range(count)]
    try:
        for item in sockets:
            item.bind(("127.0.0.1", 0))
        return [item.getsockname()[1] for item in sockets]
    finally:
        for item in sockets:
            item.close()
