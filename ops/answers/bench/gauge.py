"""Measures what a process takes, apart for the program, the engine that it starts and the cloud that it simulates."""

from __future__ import annotations

import contextlib
import os
import resource
import threading
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from ops.answers.bench.numbers import Took
from sandbox.providers.names import THREADS

if TYPE_CHECKING:
    from collections.abc import Iterator

LOOK_SECONDS = 0.1
"""How often threads and children are looked at: what one of them takes after the last look is its program's."""
_PROC = Path("/proc")
"""Linux alone has it (proc(5)); elsewhere the simulated cloud counts as the program, memory is what getrusage says."""
_BEGAN = time.monotonic()


class Gauge:
    """Looks at the process that it is in, now and then."""

    def __init__(self) -> None:
        self.taken: dict[str, Took] = {}
        self._threads: dict[int, float] = {}
        self._engine_kib = 0
        self._ended = threading.Event()
        self._lock = threading.Lock()
        self._looking = threading.Thread(target=self._look_often, daemon=True, name="gauge")
        self._looking.start()

    def end(self) -> None:
        """Look no more."""
        self._ended.set()
        self._looking.join()

    @contextmanager
    def of(self, name: str, *, whole: bool = False) -> Iterator[None]:
        """Measure what runs meanwhile.

        Args:
            name: what to call it.
            whole: count from the start of the process, with everything that it imported.
        """
        _forget_peak()
        self._look()
        self._engine_kib = 0
        before = Took(program=0, wall=_BEGAN) if whole else self._now()
        yield
        self._look()
        after = self._now()
        sandbox = after.sandbox - before.sandbox
        self.taken[name] = Took(
            program=max(after.program - before.program - sandbox, 0),
            engine=after.engine - before.engine,
            sandbox=sandbox,
            wall=after.wall - before.wall,
            program_mib=_peak_kib("self") // 1024 or _largest_mib(),
            engine_mib=self._engine_kib // 1024,
        )

    def _now(self) -> Took:
        own, children = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
        return Took(
            program=own.ru_utime + own.ru_stime,
            engine=children.ru_utime + children.ru_stime,
            sandbox=sum(self._threads.values()),
            wall=time.monotonic(),
        )

    def _look_often(self) -> None:
        while not self._ended.wait(LOOK_SECONDS):
            self._look()

    def _look(self) -> None:
        with self._lock:
            for thread in threading.enumerate():
                if thread.name.startswith(THREADS) and thread.native_id is not None:
                    self._threads[thread.native_id] = _thread_seconds(thread.native_id)
            for child in _children():
                self._engine_kib = max(self._engine_kib, _peak_kib(child))


def _thread_seconds(thread: int) -> float:
    """Processor seconds of a thread of this process (proc(5): /proc/pid/schedstat, nanoseconds)."""
    try:
        return int((_PROC / "self" / "task" / str(thread) / "schedstat").read_text().split()[0]) / 1e9
    except (OSError, ValueError, IndexError):
        return 0.0


def _children() -> list[str]:
    """Processes that threads of this one have started."""
    found: list[str] = []
    for file in (_PROC / "self" / "task").glob("*/children"):
        with contextlib.suppress(OSError):
            found += file.read_text().split()
    return found


def _peak_kib(process: str) -> int:
    """The most memory that a process held since it began or was told to forget, 0 where nobody knows."""
    with contextlib.suppress(OSError, ValueError):
        for line in (_PROC / process / "status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1])
    return 0


def _forget_peak() -> None:
    """Let the peak of memory begin anew (proc(5): 5 written to /proc/pid/clear_refs)."""
    with contextlib.suppress(OSError):
        (_PROC / "self" / "clear_refs").write_text("5")


def _largest_mib() -> int:
    """Of a system without /proc: kibibytes on BSDs, bytes on macOS (getrusage(2))."""
    largest = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return largest // (1024 * 1024 if os.uname().sysname == "Darwin" else 1024)
