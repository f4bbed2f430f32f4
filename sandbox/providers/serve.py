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
from sandbox.protocol.schema import SchemaOracle
from sandbox.providers.provider import Deps
from sandbox.providers.server import SandboxServer
from sandbox.workspace import SandboxWorkspace

ARGUMENTS = 3


def main(arguments: list[str]) -> None:
    """Serve `arguments` = (project root, stack, file that receives pid and ports) until SIGTERM."""
    if len(arguments) != ARGUMENTS:
        raise SystemExit("usage: python -m sandbox.providers.serve ROOT STACK RECORD")
    root, stack, record = arguments
    workspace = SandboxWorkspace(Path(root), stack)
    stopped = threading.Event()
    signal.signal(signal.SIGTERM, lambda _number, _frame: stopped.set())
    with SandboxServer(Deps(Cloud(workspace.journal), SchemaOracle(), workspace.guard)) as server:
        write_atomically(Path(record), json.dumps({"pid": os.getpid(), "providers": server.debug_providers}))
        stopped.wait()


if __name__ == "__main__":
    main(sys.argv[1:])
