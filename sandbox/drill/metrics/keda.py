"""Hands scaling over with KEDA's real operator: `python -m sandbox.drill.metrics.keda`, on request only.

Its build takes about 750 processor seconds (3,300 packages, those of every cloud among them) and 250 MB; the real lane
has the stand-in of `handover.py`, whose outcomes are the same.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from shutil import copy
from typing import TYPE_CHECKING, Self

import yaml

from sandbox.drill.cluster import Cluster
from sandbox.drill.control_plane import ControlPlane
from sandbox.drill.metrics.handovers import both_ways
from sandbox.drill.metrics.server import Metrics
from sandbox.engine import go
from sandbox.kubernetes.api_server import install_definitions
from sandbox.kubernetes.processes import Processes, free_ports

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sandbox.drill.metrics.handover import Handed

VERSION = "2.21.0"
"""Of KEDA; `tools/keda/go.mod` pins the same."""
TOOL = go.GoTool(
    title=f"KEDA's operator {VERSION}",
    folder="keda",
    programs=(go.Program(name="keda-operator", package="github.com/kedacore/keda/v2/cmd/operator", asked="--help"),),
    takes="about 10 minutes on 2 cores",
)
PACE = 10.0
"""The operator's clock is the machine's: what it does takes this many times as long as it says."""
START_SECONDS = 60.0
NAMESPACE = "keda"


class RealOperator:
    """KEDA's operator beside a control plane that knows all of its kinds; use as a context manager."""

    def __init__(self, plane: ControlPlane, program: Path) -> None:
        self._plane, self._program = plane, program
        folder = plane.folder / "keda"
        folder.mkdir()
        self._processes = Processes(folder)

    def __enter__(self) -> Self:
        folder, certificates = self._plane.folder / "keda", self._plane.folder / "certificates"
        for name, source in (("tls.crt", "apiserver.crt"), ("ca.crt", "apiserver.crt"), ("tls.key", "apiserver.key")):
            copy(certificates / source, folder / name)
        (port,) = free_ports(1)
        self._plane.api.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE}}, force=True)
        self._processes.run(
            [
                str(self._program),
                f"--kubeconfig={self._plane.folder / 'kwok.kubeconfig'}",
                "--metrics-bind-address=0",
                "--health-probe-bind-address=0",
                f"--metrics-service-bind-address=127.0.0.1:{port}",
                f"--cert-dir={folder}",
                "--enable-webhook-patching=false",
                "--enable-apiservice-patching=false",
            ],
            {"POD_NAMESPACE": NAMESPACE, "KEDA_CLUSTER_OBJECT_NAMESPACE": NAMESPACE, "WATCH_NAMESPACE": ""},
        )
        self._await_log("Starting workers")
        return self

    def __exit__(self, *_: object) -> None:
        self._processes.stop()

    def _await_log(self, words: str) -> None:
        log, until = self._plane.folder / "keda" / "keda-operator.log", time.monotonic() + START_SECONDS
        while words not in log.read_text(encoding="utf-8", errors="replace"):
            if self._processes.ended() or time.monotonic() > until:
                raise go.GoError(f"KEDA's operator does not start:\n{self._processes.last_lines()}")
            time.sleep(0.2)


def kinds() -> list[dict[str, object]]:
    """The definitions of KEDA's kinds, all of which its operator wants to find.

    Raises:
        GoError: the module cannot be fetched.
    """
    command = [str(go.find_go(TOOL.module, print)), "mod", "download", "-json", "github.com/kedacore/keda/v2"]
    answer = subprocess.run(  # noqa: S603 - a fixed command, no shell
        command, cwd=TOOL.module, env=go.environment(), capture_output=True, text=True, check=False
    )
    if answer.returncode != 0:
        raise go.GoError(f"KEDA's module cannot be fetched: {answer.stdout or answer.stderr}")
    folder = Path(json.loads(answer.stdout)["Dir"]) / "config" / "crd" / "bases"
    return [yaml.safe_load(path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*.yaml"))]


def table(handed: Iterable[Handed]) -> str:
    """The outcomes, one a line."""
    rows = [
        f"{item.direction}, {item.order}: fewest {item.least} pods, {item.without_owner:.1f} s without an owner, "
        f"then {item.owner or 'nobody'}{f'; refused: {item.said}' if item.said else ''}"
        for item in handed
    ]
    return "\n".join(rows)


def main() -> None:
    """Build the operator where it is missing, hand over both ways, and say what came of it."""
    program = go.install(TOOL, VERSION, print)["keda-operator"]
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory())) / "drill"
        plane = stack.enter_context(ControlPlane(folder, print, PACE, with_definitions=False))
        install_definitions(plane.api, kinds())
        stack.enter_context(RealOperator(plane, program))
        cluster = Cluster(plane.api, plane.clock)
        metrics = stack.enter_context(Metrics(plane.api, plane.clock, plane.folder / "certificates"))
        sys.stdout.write(table(both_ways(cluster, metrics)) + "\n")


if __name__ == "__main__":
    main()
