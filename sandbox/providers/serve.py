"""Serves one stack's simulated cloud until it is told to stop: the process behind `./bbp rehearse shell`."""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
from pathlib import Path

from sandbox.cache import write_atomically
from sandbox.cloud import Cloud
from sandbox.invokes.answers import LookUps
from sandbox.program.environment import interpreter
from sandbox.program.foreign import ForeignWorkspace
from sandbox.protocol.packages import use_environment
from sandbox.protocol.schema import SchemaOracle
from sandbox.providers.deps import Deps
from sandbox.providers.server import SandboxServer
from sandbox.seed import Seed, read_seed
from sandbox.seed.planting import home_of, planted
from sandbox.seed.stacks import written
from sandbox.workspace import SandboxWorkspace


def main(arguments: list[str]) -> None:
    """Serve until SIGTERM, or until standard input ends where the order says `tethered`.

    Args:
        arguments: one JSON document of texts: `root` and `stack` of the program; `kept`, the project that stores the
            rehearsal of another one; `seed`, a file of what exists beforehand; `record`, the file that receives the
            number of this process and the ports.
    """
    if len(arguments) != 1:
        raise SystemExit("usage: python -m sandbox.providers.serve ORDER")
    order: dict[str, str] = json.loads(arguments[0])
    stopped = threading.Event()
    signal.signal(signal.SIGTERM, lambda _number, _frame: stopped.set())
    workspace = _workspace(order)
    cloud, oracle = Cloud(workspace.journal), SchemaOracle()
    seed = read_seed(Path(order["seed"])) if order.get("seed") else Seed()
    planted(cloud, seed.objects, home_of(workspace.config_file))
    written(seed.stacks, workspace.backend)
    with SandboxServer(
        Deps(cloud, oracle, workspace.guard, lookups=LookUps(seed, oracle, folder=workspace.source.program_folder))
    ) as server:
        record = Path(order["record"])
        told = {"pid": os.getpid(), "providers": server.debug_providers, "tethered": order.get("tethered", "")}
        write_atomically(record, json.dumps(told))
        if order.get("tethered"):
            threading.Thread(target=_until_orphaned, args=(stopped,), daemon=True).start()
        stopped.wait()
        record.unlink(missing_ok=True)


def _workspace(order: dict[str, str]) -> SandboxWorkspace:
    root, stack, kept = Path(order["root"]), order["stack"], order.get("kept")
    if not kept:
        return SandboxWorkspace(root, stack)
    workspace = ForeignWorkspace(root, stack, kept=Path(kept))
    use_environment(interpreter(workspace.environment_of_program.prefix))
    return workspace


def _until_orphaned(stopped: threading.Event) -> None:
    """The starter holds the other end; the kernel closes it when the starter is gone, even by SIGKILL."""
    while os.read(0, 1):
        pass
    stopped.set()


if __name__ == "__main__":
    main(sys.argv[1:])
