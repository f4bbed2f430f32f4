"""Runs servers that end with their starter, whatever ends it."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from sandbox.collector import COLLECT_LESS
from sandbox.tether import AT_ONCE

if TYPE_CHECKING:
    from collections.abc import Mapping

STOP_SECONDS = 20.0
LOG_LINES = 15


@dataclass
class Processes:
    """Servers with a folder for their logs; each is tied to this process (`sandbox.tether`).

    Attributes:
        folder: keeps a log for each; the home of all.
        disposable: nobody needs their data after them: they are killed when this process ends.
    """

    folder: Path
    disposable: bool = False
    _running: list[tuple[str, subprocess.Popen[bytes]]] = field(default_factory=list)
    _commands: dict[str, tuple[list[str], Mapping[str, str] | None]] = field(default_factory=dict)

    def run(self, command: list[str], environment: Mapping[str, str] | None = None) -> None:
        """Start a program; its log has its name."""
        name = Path(command[0]).name
        self._commands[name] = (command, environment)
        with (self.folder / f"{name}.log").open("wb") as log:
            process = subprocess.Popen(  # noqa: S603 - our own interpreter and a program that was built here
                [sys.executable, "-m", "sandbox.tether", *([AT_ONCE] if self.disposable else []), *command],
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                # Nothing of the caller's: etcd takes every option from ETCD_ variables, too.
                env={
                    "PATH": os.environ.get("PATH", os.defpath),
                    "HOME": str(self.folder),
                    "TZ": "UTC",
                    **COLLECT_LESS,
                    **(environment or {}),
                },
                cwd=Path(__file__).parents[2],
                start_new_session=True,
            )
        self._running.append((name, process))

    def again(self, name: str) -> None:
        """Start a program once more that ended by itself."""
        for item in [item for item in self._running if item[0] == name]:
            self._running.remove(item)
            if item[1].stdin is not None:
                item[1].stdin.close()
        command, environment = self._commands[name]
        self.run(command, environment)

    def restart(self, name: str) -> None:
        """Kill a program, and start it anew when it is gone."""
        for _, process in [item for item in self._running if item[0] == name]:
            if process.stdin is not None:
                process.stdin.close()
            process.wait(STOP_SECONDS)
        self.again(name)

    def ended(self) -> list[str]:
        """The names of those that ended by themselves."""
        return [name for name, process in self._running if process.poll() is not None]

    def stop(self) -> None:
        """Let all end in their own way, one after the other, the last started first."""
        for _, process in reversed(self._running):
            if process.stdin is not None:
                process.stdin.close()
            try:
                process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self._running.clear()

    def kill(self) -> None:
        """End all at once, where nothing that they keep is needed any more."""
        for _, process in self._running:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)  # the tether and its program are a session of their own
        for _, process in self._running:
            process.wait()
            if process.stdin is not None:
                process.stdin.close()
        self._running.clear()

    def last_lines(self) -> str:
        """The end of each log, for people."""
        texts = [path.read_text(encoding="utf-8", errors="replace") for path in sorted(self.folder.glob("*.log"))]
        return "\n".join(line for text in texts for line in text.splitlines()[-LOG_LINES:])


def free_ports(count: int) -> list[int]:
    """Ports that nobody listens on at this moment."""
    sockets = [socket.socket() for _ in range(count)]
    try:
        for item in sockets:
            item.bind(("127.0.0.1", 0))
        return [item.getsockname()[1] for item in sockets]
    finally:
        for item in sockets:
            item.close()
