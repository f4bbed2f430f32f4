"""A real Kubernetes control plane on the loopback address: API server, etcd, scheduler, controllers, and kubelets.

Only the kubelets are played (kwok, with the stages of `data/stages.yaml`). The programs share a clock that can run
faster than the machine's; etcd and the API server's own time limits stay on the machine's, because what they wait for
is real work.
"""

from __future__ import annotations

import json
import secrets
import shutil
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Self

from sandbox.cache import write_atomically
from sandbox.drill.api import ClusterApi
from sandbox.drill.kubelet import stages
from sandbox.drill.numbers import KUBELET_LABEL, NUMBERS, RUNS
from sandbox.drill.pace import Clock, Pace
from sandbox.kubernetes.api_server import (
    KEY,
    ApiServerError,
    api_server_flags,
    await_server,
    etcd_flags,
    install_definitions,
    write_credentials,
)
from sandbox.kubernetes.processes import Processes, free_ports
from sandbox.kubernetes.tools import VERSION, control_plane, definitions

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

PACE = 20.0
"""Simulated seconds in a real one; see docs/adr/0038-drills-run-on-a-faster-clock.md for what bounds it."""
TRIES = 3
"""How often a start is tried whose ports somebody else took meanwhile."""
CONTROLLERS_SECONDS = 100.0
AGAIN_SECONDS = 1.0
REQUEST_SECONDS = 60
"""The API server's own limit (kube-apiserver documentation, `--request-timeout`)."""
POD_RANGE = "10.244.0.1/16"
NODE_ADDRESS = "10.0.0.1"
"""Of every node that does not name one of its own."""
USERS = ("admin", "kube-scheduler", "kube-controller-manager", "kwok")
_TAKEN = "address already in use"


@dataclass
class ControlPlane:
    """A running control plane without nodes; use as a context manager.

    Attributes:
        folder: for its data; removed at the end, however that comes.
        progress: receives a line now and then.
        pace: simulated seconds in a real one.
        with_definitions: install the custom resources that the platform uses.
        api: its client, as administrator.
        clock: simulated seconds since the start.
    """

    folder: Path
    progress: Callable[[str], None]
    pace: float = PACE
    with_definitions: bool = True
    api: ClusterApi = field(init=False)
    clock: Clock = field(init=False)
    _processes: Processes = field(init=False)
    _janitor: subprocess.Popen[bytes] | None = None

    def __post_init__(self) -> None:
        self._processes = Processes(self.folder, disposable=True)

    def __enter__(self) -> Self:
        if self.folder.exists() and any(self.folder.iterdir()):
            raise FileExistsError(f"{self.folder} is not empty, and a drill removes its folder: give it one of its own")
        tools = control_plane(self.progress)
        found = definitions(self.progress) if self.with_definitions else []
        started = time.monotonic()
        try:
            self._start_anew(tools, found)
        except BaseException:
            self.stop()
            raise
        self.progress(f"Kubernetes {VERSION} decides about pods after {time.monotonic() - started:.1f} s")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def stop(self) -> None:
        """End everything at once and remove the folder."""
        if hasattr(self, "api"):
            self.api.close()
        self._processes.kill()
        shutil.rmtree(self.folder, ignore_errors=True)
        if self._janitor is not None and self._janitor.stdin is not None:
            self._janitor.stdin.close()
            self._janitor.wait()
            self._janitor = None

    @property
    def certificates(self) -> Path:
        """Where the API server keeps its own certificate and key."""
        return self.folder / "certificates"

    def check(self) -> None:
        """Say when a part of it has ended by itself.

        Raises:
            ApiServerError: one has, with what it said.
        """
        if ended := self._processes.ended():
            raise ApiServerError(f"{', '.join(ended)} ended by itself:\n{self._processes.last_lines()}")

    def restart_scheduler(self) -> None:
        """Kill the scheduler, and start it anew: it knows only what the API tells it."""
        self._processes.restart("kube-scheduler")

    def _start_anew(self, tools: dict[str, Path], found: list[dict[str, object]]) -> None:
        for attempt in range(1, TRIES + 1):
            self._make_folder()
            try:
                self._start(tools, found)
            except ApiServerError:
                taken = _TAKEN in self._processes.last_lines()
                self._processes.kill()
                if not taken or attempt == TRIES:
                    raise
                self.progress("somebody took a port of the control plane meanwhile; it is started with others")
                shutil.rmtree(self.folder, ignore_errors=True)
            else:
                return

    def _make_folder(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        if self._janitor is None:
            self._janitor = subprocess.Popen(  # noqa: S603 - our own interpreter and module
                [sys.executable, "-m", "sandbox.drill.janitor", str(self.folder.resolve())],
                stdin=subprocess.PIPE,
                cwd=Path(__file__).parents[2],
                start_new_session=True,
            )

    def _start(self, tools: dict[str, Path], found: list[dict[str, object]]) -> None:
        client, peer, secure = free_ports(3)
        tokens = {name: secrets.token_hex(16) for name in USERS}
        write_credentials(self.folder, {token: name for name, token in tokens.items()})
        pace = Pace.begin(self.pace)
        self.clock = Clock(pace, self.check)
        self._processes.run([str(tools["etcd"]), *etcd_flags(self.folder, client, peer)])
        server = [str(tools["kube-apiserver"]), *api_server_flags(self.folder, client, secure)]
        # Its requests have a deadline in the time that it reads: as long as usual in the time that it works in.
        server.append(f"--request-timeout={REQUEST_SECONDS * self.pace:.0f}s")
        self._processes.run(server, pace.environment(waits=False))
        server_api = await_server(self._processes, self.folder, secure, tokens["admin"])
        self.api = ClusterApi(server_api.endpoint, mirrored=True)
        for name, flags in self._clients().items():
            config = self.folder / f"{name}.kubeconfig"
            write_atomically(config, _kubeconfig(self.api.endpoint.url, self.folder, tokens[name]))
            self._processes.run([str(tools[name]), f"--kubeconfig={config}", *flags], pace.environment())
        with ThreadPoolExecutor(max_workers=1) as pool:
            installed = pool.submit(install_definitions, self.api, found)
            self._await_controllers()
            installed.result()
        self.clock.start()

    def _clients(self) -> dict[str, list[str]]:
        """The programs that work against the API server, with their flags; everything else is as released."""
        write_atomically(self.folder / "stages.yaml", stages())
        lease = next(number.value for number in NUMBERS if number.name == "lease_seconds")
        alone = ["--leader-elect=false", "--secure-port=0"]
        return {
            "kube-controller-manager": [
                *alone,
                f"--service-account-private-key-file={self.folder / KEY}",
                f"--root-ca-file={self.folder / 'certificates' / 'apiserver.crt'}",
            ],
            "kube-scheduler": alone,
            "kwok": [
                f"--config={self.folder / 'stages.yaml'}",
                f"--manage-nodes-with-label-selector={KUBELET_LABEL}={RUNS}",
                f"--node-lease-duration-seconds={lease}",
                f"--cidr={POD_RANGE}",
                f"--node-ip={NODE_ADDRESS}",
            ],
        }

    def _await_controllers(self) -> None:
        """Until the controllers have given the default namespace its service account, so that pods are admitted.

        They end when the API server does not call itself healthy within 10 s of theirs. It does not while its log was
        last looked at 120 s ago, which it looks at every 60 s of the machine's (apiserver, `LogHealthz`): on a machine
        that is slow to start, they are started until they meet it healthy.
        """
        account = {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "default"}}
        until = time.monotonic() + CONTROLLERS_SECONDS
        while self.api.read(account) is None:
            if self._processes.ended() == ["kube-controller-manager"] and time.monotonic() < until:
                time.sleep(AGAIN_SECONDS)
                self._processes.again("kube-controller-manager")
            self.check()
            if time.monotonic() > until:
                raise ApiServerError(f"kube-controller-manager does nothing:\n{self._processes.last_lines()}")
            time.sleep(0.05)


def _kubeconfig(server: str, folder: Path, token: str) -> str:
    authority = str(folder.resolve() / "certificates" / "apiserver.crt")
    document = {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": "drill",
        "clusters": [{"name": "drill", "cluster": {"server": server, "certificate-authority": authority}}],
        "users": [{"name": "drill", "user": {"token": token}}],
        "contexts": [{"name": "drill", "context": {"cluster": "drill", "user": "drill"}}],
    }
    return json.dumps(document)  # YAML's subset
