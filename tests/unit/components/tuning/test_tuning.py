"""The tuners of Node.js and nginx: the guide's numbers where they fit, and never more than the container holds."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from components.gateway.gateway import GATEWAY_RESOURCES
from components.kubernetes.quantities import mebibytes
from components.tuning.nginx import Tuning, largest_worker_connections, worker_processes
from components.tuning.node import SMALLEST_LIMIT_MIB, THREAD_MIB, UV_THREADPOOL_SIZE, heap, largest_thread_pool

LIMITS = st.integers(SMALLEST_LIMIT_MIB, 65_536)


def test_the_guides_connections_and_files_fit_the_default_gateway() -> None:
    guide = Tuning()
    assert (guide.worker_connections, guide.cached_files) == (4096, 10000)
    assert guide.memory_mib(worker_processes(GATEWAY_RESOURCES.cpu_limit)) <= mebibytes(GATEWAY_RESOURCES.memory_limit)


@given(st.integers(0, 100_000), st.integers(1, 16), st.integers(64, 8192))
def test_the_most_connections_fit_and_a_few_more_do_not(files: int, workers: int, memory: int) -> None:
    most = largest_worker_connections(Tuning(cached_files=files), workers, memory)
    if most > 0:
        assert Tuning(worker_connections=most, cached_files=files).memory_mib(workers) <= memory
    assert Tuning(worker_connections=most + 60, cached_files=files).memory_mib(workers) > memory


def test_workers_are_the_whole_cpus_of_the_limit() -> None:
    assert [worker_processes(limit) for limit in ("100m", "1", "1500m", "4")] == [1, 1, 2, 4]


def test_the_guides_16_threads_fit_the_smallest_container() -> None:
    assert largest_thread_pool(SMALLEST_LIMIT_MIB) >= UV_THREADPOOL_SIZE


@given(LIMITS)
def test_heap_and_threads_never_exceed_the_limit(limit: int) -> None:
    assert heap(f"{limit}Mi").total_mib + largest_thread_pool(limit) * THREAD_MIB <= limit
