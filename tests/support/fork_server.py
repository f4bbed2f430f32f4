"""A fork server for the command line: a process that has imported it, and forks for each command.

Of the 0.6 processor seconds of a short command 0.4 are its imports; of a rehearsal they are 1.0. A command begins as
`python -m ops` does, in a process and an environment of its own. Only the seed of Python's hashes is the server's: what
compares two runs takes `Cli.run_anew`. The server has one thread, no event loop and no channel of gRPC: none of them
would work in a fork.
"""

from __future__ import annotations

import atexit
import contextlib
import gc
import importlib
import json
import os
import pkgutil
import runpy
import select
import subprocess
import sys
import tempfile
import threading
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from tests.support.paths import ROOT

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

IMPORTED = ("ops.cli", "infra.limits", "infra.stack", "sandbox.session")
"""What commands import: the command line, and the program with the SDKs."""
FOLDERS = ("ops.answers", "ops.views", "plan", "planner", "policies")
"""Packages of which commands import a part each."""
OWN = ("BBP_", "PYTEST_")
"""Beginnings of the variables that no module reads when it is imported: the project's, and the name of the test."""


class ForkServer:
    """A server for the commands of one environment, apart from variables that differ between tests (`OWN`)."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.support.fork_server"],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._turn = threading.Lock()
        atexit.register(self.stop)

    def run(self, words: Sequence[str], environment: Mapping[str, str], timeout: float) -> tuple[int, str, str]:
        """The exit code of a command, its output and its errors; one command at a time.

        Raises:
            subprocess.TimeoutExpired: it took longer; the server has ended, and the command goes on.
        """
        with self._turn, tempfile.TemporaryDirectory() as folder:
            out, err = Path(folder) / "out", Path(folder) / "err"
            asked = {"words": words, "environment": dict(environment), "out": str(out), "err": str(err)}
            assert self._process.stdin is not None
            assert self._process.stdout is not None
            try:
                self._process.stdin.write(json.dumps(asked) + "\n")
                self._process.stdin.flush()
                answered = select.select([self._process.stdout], [], [], timeout)[0]
                code = int(self._process.stdout.readline()) if answered else None
            except BaseException:
                self._kill()
                raise
            if code is None:
                self._kill()
                raise subprocess.TimeoutExpired(list(words), timeout)
            return code, out.read_text(encoding="utf-8"), err.read_text(encoding="utf-8")

    @property
    def ended(self) -> bool:
        """Whether it takes no command any more."""
        return self._process.poll() is not None

    def _kill(self) -> None:
        """What it says next would be how this command ended, and not the one that is asked for then."""
        self._process.kill()
        self._process.wait()

    def stop(self) -> None:
        """End it; a command that runs goes on."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        with contextlib.suppress(BrokenPipeError):
            self._process.stdin.close()
        self._process.stdout.close()
        self._process.wait()


_SERVERS: dict[frozenset[tuple[str, str]], ForkServer] = {}
_ASKED: Counter[frozenset[tuple[str, str]]] = Counter()


def server_for(environment: Mapping[str, str]) -> ForkServer | None:
    """The server of an environment; None for one that is asked for the first time, and perhaps never again."""
    fixed = frozenset((name, value) for name, value in environment.items() if not name.startswith(OWN))
    _ASKED[fixed] += 1
    if _ASKED[fixed] > 1 and (fixed not in _SERVERS or _SERVERS[fixed].ended):
        _SERVERS[fixed] = ForkServer(environment)
    return _SERVERS.get(fixed)


def _serve() -> None:
    """Fork for each line of standard input, and say how the command ended; a child returns and runs it."""
    for name in IMPORTED:
        importlib.import_module(name)
    for package in map(importlib.import_module, FOLDERS):
        for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            importlib.import_module(found.name)
    gc.collect()
    gc.freeze()
    for line in sys.stdin:
        asked = json.loads(line)
        child = os.fork()
        if child == 0:
            _become(**asked)
            return
        _, status = os.waitpid(child, 0)
        sys.stdout.write(f"{os.waitstatus_to_exitcode(status)}\n")
        sys.stdout.flush()
    sys.exit()


def _become(*, words: list[str], environment: dict[str, str], out: str, err: str) -> None:
    """Take the arguments, the environment and the files of a command."""
    os.environ.clear()
    os.environ.update(environment)
    for number, path, flags in (
        (0, os.devnull, os.O_RDONLY),
        (1, out, os.O_WRONLY | os.O_CREAT),
        (2, err, os.O_WRONLY | os.O_CREAT),
    ):
        opened = os.open(path, flags, 0o600)
        os.dup2(opened, number)
        os.close(opened)
    sys.argv = ["ops", *words]


if __name__ == "__main__":
    _serve()
    runpy.run_module("ops", run_name="__main__", alter_sys=True)
