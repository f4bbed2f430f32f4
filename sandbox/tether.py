"""Runs a program that ends when its starter ends, however that ends: `python -m sandbox.tether COMMAND...`.

The starter holds the other end of standard input; the kernel closes it when the starter is gone, even by SIGKILL.
Standard library only: this process lives as long as the program does.
"""

from __future__ import annotations

import os
import select
import subprocess
import sys
import threading

STOP_SECONDS = 10.0
"""How long a program may take to end before it is killed."""


def main(command: list[str]) -> int:
    """Run a program until it ends or standard input does; returns its exit code."""
    with subprocess.Popen(command, stdin=subprocess.DEVNULL) as process:  # noqa: S603 - the starter's own command
        threading.Thread(target=_until_orphaned, args=(process,), daemon=True).start()
        return process.wait()


def _until_orphaned(process: subprocess.Popen[bytes]) -> None:
    while True:
        select.select([0], [], [])
        if not os.read(0, 1):
            break
    process.terminate()
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
