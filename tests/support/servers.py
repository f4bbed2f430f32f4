"""Runs servers on this machine's loopback addresses: started without root, waited for, and stopped in any case."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

NOBODY = 65534
"""The user and group that own nothing (Debian and Red Hat alike)."""
START_SECONDS = 30.0
STOP_SECONDS = 10.0


def _is_root() -> bool:
    return os.geteuid() == 0


@contextmanager
def scratch() -> Iterator[Path]:
    """A folder that servers may write to, removed at the end."""
    folder = Path(tempfile.mkdtemp(prefix="bbp-"))
    try:
        folder.chmod(0o755)
        hand_over(folder)
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def hand_over(*paths: Path) -> None:
    """Give files to the user that servers run as."""
    if _is_root():
        for path in paths:
            os.chown(path, NOBODY, NOBODY)


@contextmanager
def own_environment() -> Iterator[dict[str, str]]:
    """All that a server or its client sees of the machine: programs, and a home of its own that is empty.

    The home that the user database gives, `/nonexistent` for nobody, may exist all the same, and libpq looks for
    certificates there.
    """
    with scratch() as home:
        home.chmod(0o700)
        yield {"PATH": os.environ["PATH"], "HOME": str(home), "LANG": "C.UTF-8", "TZ": "UTC"}


def as_nobody(command: Sequence[str | Path]) -> subprocess.CompletedProcess[str]:
    """Run a program to its end without root; its output and errors together."""
    with own_environment() as environment:
        return subprocess.run(
            command,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=120,
            check=False,
            env=environment,
            cwd="/",
            user=NOBODY if _is_root() else None,
            group=NOBODY if _is_root() else None,
            extra_groups=[] if _is_root() else None,
        )


@dataclass(frozen=True)
class Server:
    """A running server and what it has said."""

    process: subprocess.Popen[bytes]
    log: Path

    @property
    def said(self) -> str:
        """Its output so far."""
        return self.log.read_text(errors="replace")

    def kill(self) -> None:
        """End it at once, as a lost machine ends."""
        self.process.kill()
        self.process.wait(STOP_SECONDS)


@contextmanager
def running(
    command: Sequence[str | Path],
    log: Path,
    ready: Callable[[], bool] | None = None,
    variables: Mapping[str, str] | None = None,
) -> Iterator[Server]:
    """A server for as long as the block runs.

    Args:
        command: stays in the foreground.
        log: where its output goes.
        ready: asked until it says True; None does not wait.
        variables: of its environment, besides those that every server has.
    """
    with own_environment() as own:
        environment = {**own, **(variables or {})}
        with log.open("wb") as output:
            process = subprocess.Popen(
                [*_tied(), *command],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=environment,
                cwd="/",
                user=NOBODY if _is_root() else None,
                group=NOBODY if _is_root() else None,
                extra_groups=[] if _is_root() else None,
            )
        server = Server(process, log)
        try:
            if ready is not None:
                wait_until(lambda: _alive(server) and ready(), f"{Path(command[0]).name} to be ready", log)
            yield server
        finally:
            _stop(process)


def _tied() -> list[str]:
    """Beginning of a command that the kernel stops when this process is gone, however it ends (util-linux)."""
    setpriv = shutil.which("setpriv")
    return [] if setpriv is None else [setpriv, "--pdeathsig", "TERM"]


def _alive(server: Server) -> bool:
    if server.process.poll() is not None:
        raise AssertionError(f"the server ended with {server.process.returncode}:\n{server.said[-3000:]}")
    return True


def _stop(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is not None:
        return
    process.terminate()
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(STOP_SECONDS)


def wait_until(
    condition: Callable[[], bool], what: str, log: Path | None = None, seconds: float = START_SECONDS
) -> None:
    """Ask until the answer is True; fails with what was waited for."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            tail = "" if log is None else f"; it said:\n{log.read_text(errors='replace')[-3000:]}"
            raise AssertionError(f"waited {seconds:.0f} s for {what}{tail}")
        time.sleep(0.05)


def free_port(host: str = "127.0.0.1") -> int:
    """A TCP port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind((host, 0))
        port: int = probe.getsockname()[1]
    return port


def answers(port: int, host: str = "127.0.0.1") -> bool:
    """Whether something accepts connections."""
    try:
        with socket.create_connection((host, port), timeout=1):
            return True
    except OSError:
        return False
