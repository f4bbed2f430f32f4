"""Python's garbage collector, settled once for each process that runs the program.

The SDKs' modules hold millions of objects that never die, and a program that is over in seconds leaves little garbage:
walking all of them again and again took half of the time (prod in its last phase: 74 s with it, 33 s without, 10 % more
memory). The program settles it itself, so that a preview by the CLI, a rehearsal, a journey and a report all gain by
the same lines (docs/adr/0084-two-repairs-of-the-sdk.md).
"""

from __future__ import annotations

import gc

THRESHOLDS = (100_000, 50, 50)
"""New objects before the young are looked at, and how often that goes before older ones are: Python's own are 700, 10,
10 (Python 3.11 documentation, gc.set_threshold; read 2026-12-01). Garbage in cycles is still found, so that memory
stays bounded in a process that runs the program many times."""


def seldom() -> None:
    """Look for garbage more seldom: for a command that reads a plan and is over in seconds.

    On a plan of 10,000 resources a fifth of the processor time of each tool went into looking (2026-12-01).
    """
    gc.set_threshold(*THRESHOLDS)


def settle() -> None:
    """Look at what exists now never again, and at what comes more seldom.

    Only the first call of a process does anything: a second freeze would keep what the run before has left behind.
    """
    if not gc.get_freeze_count():
        gc.freeze()
        seldom()
