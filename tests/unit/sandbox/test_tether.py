"""A tethered program ends with its starter, and the starter hears how it ended."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from tests.support.paths import ROOT

TETHER = (sys.executable, "-m", "sandbox.tether")


def test_the_program_ends_when_standard_input_does() -> None:
    command = [*TETHER, sys.executable, "-c", "import time; time.sleep(300)"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, cwd=ROOT) as process:
        assert process.stdin is not None
        process.stdin.close()
        assert process.wait(60) != 0


def test_a_program_whose_data_nobody_needs_is_killed_at_once(tmp_path: Path) -> None:
    said = tmp_path / "said"
    program = (
        "import pathlib, signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); "
        f"pathlib.Path({str(said)!r}).touch(); time.sleep(300)"
    )
    command = [*TETHER, "--at-once", sys.executable, "-c", program]
    with subprocess.Popen(command, stdin=subprocess.PIPE, cwd=ROOT) as process:
        assert process.stdin is not None
        while not said.exists():
            assert process.poll() is None, "the program ended"
            time.sleep(0.01)
        process.stdin.close()
        assert process.wait(8) == -signal.SIGKILL % 256  # it would have 10 s to end


def test_a_starter_that_is_killed_takes_the_program_along(tmp_path: Path) -> None:
    said = tmp_path / "pid"
    program = f"import os, pathlib, time; pathlib.Path({str(said)!r}).write_text(str(os.getpid())); time.sleep(300)"
    starter = (
        "import subprocess, sys, time; "
        f"subprocess.Popen([*{TETHER!r}, sys.executable, '-c', {program!r}], stdin=subprocess.PIPE); time.sleep(300)"
    )
    with subprocess.Popen([sys.executable, "-c", starter], cwd=ROOT) as process:
        while not said.exists() or not said.read_text():
            assert process.poll() is None, "the starter ended"
            time.sleep(0.01)
        process.send_signal(signal.SIGKILL)
    pid = int(said.read_text())
    for _ in range(3000):
        if not _runs(pid):
            return
        time.sleep(0.01)
    raise AssertionError(f"process {pid} outlived its starter")


def _runs(pid: int) -> bool:
    """Whether a process is there and has not ended; an ended one may wait for init to collect it."""
    try:
        os.kill(pid, 0)
        return ") Z " not in Path(f"/proc/{pid}/stat").read_text()
    except ProcessLookupError:
        return False
    except OSError:
        return True


def test_the_exit_code_of_the_program_is_passed_on() -> None:
    with subprocess.Popen(
        [*TETHER, sys.executable, "-c", "raise SystemExit(7)"], stdin=subprocess.PIPE, cwd=ROOT
    ) as process:
        assert process.wait(60) == 7
