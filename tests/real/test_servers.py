"""The servers of this lane end with the tests that started them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

from tests.support.paths import ROOT
from tests.support.servers import running, scratch, wait_until

STARTER = """
import pathlib, sys, time
from tests.support.servers import running
folder = pathlib.Path(sys.argv[1])
with running(["sleep", "300"], folder / "log") as server:
    (folder / "pid").write_text(str(server.process.pid))
    time.sleep(300)
"""


def gone(pid: int) -> bool:
    try:
        return ") Z " in Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return True


def test_a_server_ends_with_its_block() -> None:
    with scratch() as folder, running(["sleep", "300"], folder / "log") as server:
        pid = server.process.pid
        assert not gone(pid)
    assert gone(pid)


def test_a_server_ends_with_tests_that_are_killed() -> None:
    with scratch() as folder:
        said = folder / "pid"
        with subprocess.Popen([sys.executable, "-c", STARTER, str(folder)], cwd=ROOT) as starter:
            wait_until(lambda: said.exists() and bool(said.read_text()), "the starter to start a server")
            os.kill(starter.pid, signal.SIGKILL)
        pid = int(said.read_text())
        wait_until(lambda: gone(pid), "the server to end")
