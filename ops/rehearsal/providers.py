"""The simulated providers as a process of their own: for as long as a shell, or until they are told to stop."""

from __future__ import annotations

import json
import os
import shlex
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sandbox.program.foreign import ForeignWorkspace

if TYPE_CHECKING:
    from sandbox.workspace import SandboxWorkspace

START_SECONDS = 60.0
STOP_SECONDS = 10.0
SERVE = "sandbox.providers.serve"
"""The module that serves the simulated providers."""
PROCESSES = Path("/proc")
"""Where Linux shows processes; macOS has `ps` alone."""


class SandboxBusyError(Exception):
    """A shell uses this sandbox; the message says how to end it."""


@dataclass(frozen=True)
class Served:
    """Running providers.

    Attributes:
        pid: the process.
        debug: what points an engine at them.
        process: closing it ends a process that was started for a shell; None for one that stays, or is another's.
        borrowed: whether they were started for another shell, and end with that.
    """

    pid: int
    debug: str
    process: subprocess.Popen[bytes] | None = None
    borrowed: bool = False

    def close(self) -> None:
        """End the process where it was started for a shell."""
        if self.process is None or self.process.stdin is None:
            return
        self.process.stdin.close()
        try:
            self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def record(workspace: SandboxWorkspace) -> Path:
    """The file in which the providers of a sandbox write down their process and ports."""
    return workspace.folder / "shell.json"


def running(workspace: SandboxWorkspace) -> Served | None:
    """The providers of a sandbox, where they run."""
    try:
        told = json.loads(record(workspace).read_text(encoding="utf-8"))
        number, providers = int(told["pid"]), str(told["providers"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return Served(number, providers, borrowed=bool(told.get("tethered"))) if SERVE in _arguments(number) else None


def refuse_beside_a_shell(workspace: SandboxWorkspace) -> None:
    """Two processes would each keep a cloud of their own in one file.

    Raises:
        SandboxBusyError: a shell uses this sandbox.
    """
    if (found := running(workspace)) is not None:
        call = ["./bbp", "rehearse", "shell", workspace.stack]
        if isinstance(workspace, ForeignWorkspace):
            call += ["--program", str(workspace.root)]
        raise SandboxBusyError(
            f"a shell of {workspace.stack} is open (process {found.pid}): one would lose what the other makes\n"
            f"  fix: leave the shell, or stop it: {shlex.join([*call, '--stop'])}"
        )


def start(workspace: SandboxWorkspace, order: dict[str, str], *, tethered: bool) -> Served:
    """Start the providers of a sandbox.

    Args:
        workspace: the sandbox.
        order: what `sandbox.providers.serve` is told besides where to record itself.
        tethered: end them with this process, however it ends.

    Raises:
        OSError: they did not start.
    """
    path, log = record(workspace), workspace.folder / "shell.log"
    path.unlink(missing_ok=True)
    told = json.dumps({**order, "record": str(path), "tethered": "yes" if tethered else ""})
    with log.open("w", encoding="utf-8") as said:
        process = subprocess.Popen(  # noqa: S603 - our own interpreter and module
            [sys.executable, "-m", SERVE, told],
            stdin=subprocess.PIPE if tethered else subprocess.DEVNULL,
            stdout=said,
            stderr=said,
            start_new_session=True,
            cwd=Path(__file__).resolve().parents[2],
        )
    found: Served | None = None
    try:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline and process.poll() is None:
            if (found := running(workspace)) is not None:
                return Served(found.pid, found.debug, process if tethered else None)
            time.sleep(0.05)
    finally:
        if found is None:  # too late, or stopped by Ctrl-C: they would serve nobody
            process.kill()
            process.wait()
    last = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()[-1:] or ["it said nothing"]
    raise OSError(0, f"the simulated providers did not start: {last[0]}", str(log))


def stop(workspace: SandboxWorkspace) -> str:
    """Stop the providers of a sandbox; returns what happened."""
    found = running(workspace)
    if found is None:
        return f"no providers of {workspace.stack} are running"
    os.kill(found.pid, signal.SIGTERM)
    record(workspace).unlink(missing_ok=True)
    deadline = time.monotonic() + STOP_SECONDS
    while time.monotonic() < deadline and SERVE in _arguments(found.pid):
        time.sleep(0.05)
    return f"stopped the providers of {workspace.stack}"


def _arguments(number: int) -> list[str]:
    """What a process was started with: after a restart of the machine a number may be another program's."""
    try:
        if PROCESSES.is_dir():
            return (PROCESSES / str(number) / "cmdline").read_text(encoding="utf-8", errors="replace").split("\0")
        answer = subprocess.run(  # noqa: S603 - a number, no shell
            ["ps", "-o", "args=", "-p", str(number)],  # noqa: S607 - POSIX, wherever the system has it
            capture_output=True,
            text=True,
            check=False,
        )
    except OSError:
        return []
    return answer.stdout.split()
