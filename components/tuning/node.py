"""Node.js in a container: a heap that fits its memory limit, and the threads of libuv. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from ..kubernetes.quantities import mebibytes

UV_THREADPOOL_SIZE = 16  # guide, Vertical Scaling: Performance Tuning
GUIDE_SEMI_SPACE_MIB = 128  # guide, Vertical Scaling: Performance Tuning
DEFAULT_SEMI_SPACE_MIB = 16  # V8's own default on 64 bit
SMALLEST_LIMIT_MIB = 256
"""Below this Node.js and its native memory leave no useful heap."""
HEAP_PERCENT = 80
"""The largest heap, in percent of the memory limit: the rest is for buffers, threads and code (by judgement)."""

THREAD_MIB = 1
"""A thread of libuv: the part of its stack that is ever touched, and the buffers it works on (by judgement)."""


@dataclass(frozen=True, kw_only=True)
class Heap:
    """V8 heap flags, in MiB.

    V8 reserves three semi-spaces for the young generation, so the heap may grow to `total_mib`
    (measured on Node.js 20: old 768 with semi 16 gives a heap limit of 816).
    """

    old_space_mib: int
    semi_space_mib: int

    @property
    def total_mib(self) -> int:
        """The largest heap: old space and three semi-spaces."""
        return self.old_space_mib + 3 * self.semi_space_mib

    def beside_mib(self, limit_mib: int) -> int:
        """What a memory limit leaves beside the largest heap."""
        return limit_mib - self.total_mib

    @property
    def node_options(self) -> str:
        """The value of NODE_OPTIONS. The guide's --gc-interval is left out: Node.js refuses it there and exits."""
        return f"--max-old-space-size={self.old_space_mib} --max-semi-space-size={self.semi_space_mib}"


def heap(memory_limit: str, old_space_mib: int | None = None) -> Heap:
    """The heap that fits a container's memory limit: 75 % of it in all, the rest for buffers, threads and code.

    The guide's 4096 MiB old space and 128 MiB semi-space (Performance Tuning) need about 6 GiB; under its own limit
    of 1 GiB (Horizontal Scaling) they end in an out-of-memory kill. The guide's semi-space is used from 4 GiB on.

    Args:
        memory_limit: the container's, as a quantity.
        old_space_mib: an own size of the old space instead; the semi-space stays.

    Raises:
        ValueError: the limit is too small to run Node.js, or for the own size, or is no quantity.
    """
    limit = mebibytes(memory_limit)
    if limit < SMALLEST_LIMIT_MIB:
        raise ValueError(f"a memory limit of {memory_limit} leaves no heap: at least {SMALLEST_LIMIT_MIB}Mi is needed")
    semi = _semi_space(limit)
    if old_space_mib is None:
        return Heap(old_space_mib=limit * 3 // 4 - 3 * semi, semi_space_mib=semi)
    if old_space_mib > (largest := largest_old_space_mib(limit)):
        raise ValueError(
            f"an old space of {old_space_mib} MiB ends in an out-of-memory kill under a limit of {memory_limit}: at"
            f" most {largest}"
        )
    return Heap(old_space_mib=old_space_mib, semi_space_mib=semi)


def largest_old_space_mib(limit_mib: int) -> int:
    """The largest old space that leaves a container of this limit alive: 80 % of it less three semi-spaces."""
    return limit_mib * HEAP_PERCENT // 100 - 3 * _semi_space(limit_mib)


def largest_thread_pool(limit_mib: int) -> int:
    """The most libuv threads that a container of this limit holds: half of what the default heap leaves."""
    return heap(f"{limit_mib}Mi").beside_mib(limit_mib) // 2 // THREAD_MIB


def _semi_space(limit_mib: int) -> int:
    if limit_mib >= 4096:  # noqa: PLR2004 - from here on the guide's own number fits
        return GUIDE_SEMI_SPACE_MIB
    if limit_mib >= 2048:  # noqa: PLR2004 - twice the default costs 5 % of 2 GiB and saves promotions
        return 2 * DEFAULT_SEMI_SPACE_MIB
    return DEFAULT_SEMI_SPACE_MIB
