"""Runs a program that ends when its starter ends, however that ends: `python -m sandbox.tether [--at-once] COMMAND...`.

With `--at-once` it is killed then, for programs whose data nobody needs any more; without, it may end in its own way.
The starter holds the other end of standard input; the kernel closes it when the starter is gone, even by SIGKILL.
Standard library only: this process lives as long as the program does.
"""

from __future__ import annotations

import os
import select
import subprocess
import sys
import threading

AT_ONCE = "--at-once"
STOP_SECONDS = 10.0
"""How long a program may take to end before it is killed."""


def main(command: list[str]) -> int:
    """Run a program until it ends or standard input does; returns its exit code."""
    at_once = command[:1] == [AT_ONCE]
    with subprocess.Popen(command[at_once:], stdin=subprocess.DEVNULL) as process:  # noqa: S603 - the starter's own command
        threading.Thread(target=_until_orphaned, args=(process, at_once), daemon=True).start()
        return process.wait()


def _until_orphaned(process: subprocess.Popen[bytes], at_once: bool) -> None:  # noqa: FBT001 - a thread's argument
    while True:
        select.select([0], [], [])
        if not os.read(0, 1):
            break
    if at_once:
        process.kill()
        return
    process.terminate()
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
