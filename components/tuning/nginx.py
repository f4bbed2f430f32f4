"""nginx in a container: workers by its cpus, open files by its connections, connections by its memory. Pure."""

from __future__ import annotations

import math
from dataclasses import dataclass

from ..kubernetes.quantities import millicores

_FILES_PER_CONNECTION = 2
"""A proxied connection holds two file descriptors: the client's and the upstream's."""
_SPARE_FILES = 512
"""Log files, listeners, event queues."""
_FILE_STEP = 4096
CONNECTION_KIB = 26
"""A connection of the pool and its share of header, body and TLS buffers (by judgement; nginx's buffers of one proxied
page are 48 KiB, over two connections)."""
NODE_KEEPALIVE_SECONDS = 5
"""How long Node.js keeps an idle connection unless told otherwise (its documentation, server.keepAliveTimeout)."""
CACHED_FILE_KIB = 0.5
"""A descriptor, its path and its attributes (by judgement)."""
WORKER_MIB = 10
"""A worker beside its connections: program, configuration, allocator (by judgement)."""
SHARED_MIB = 32
"""Rate zones and TLS sessions of 10 MiB each, upstream zones of 256 KiB each."""


@dataclass(frozen=True, kw_only=True)
class Tuning:
    """Connections, open files and browser caching; the defaults are the guide's (Vertical Scaling, Load Balancing).

    Attributes:
        worker_connections: per worker process.
        cached_files: entries of open_file_cache, 0 for none.
        keepalive_seconds: how long an idle client connection stays open.
        keepalive_requests: requests per client connection.
        upstream_keepalive: idle connections that each worker keeps to each upstream, at least 1.
        upstream_keepalive_seconds: how long; less than the application keeps them (Node.js: 5 s).
        static_max_age_seconds: how long caches may keep fingerprinted files, 0 for "ask every time".
    """

    worker_connections: int = 4096
    cached_files: int = 10000
    keepalive_seconds: int = 65
    keepalive_requests: int = 1000
    upstream_keepalive: int = 32
    upstream_keepalive_seconds: int = NODE_KEEPALIVE_SECONDS - 1
    static_max_age_seconds: int = 31_536_000

    @property
    def file_limit(self) -> int:
        """Open files per worker: two per connection, the cache, a reserve; rounded up to a multiple of 4096.

        The guide's 8192 is what 4096 proxied connections alone need, without its cache of 10000 files.
        """
        needed = _FILES_PER_CONNECTION * self.worker_connections + self.cached_files + _SPARE_FILES
        return -(-needed // _FILE_STEP) * _FILE_STEP

    def memory_mib(self, workers: int) -> int:
        """What so many workers need with every connection open, in MiB, rounded up."""
        kib = self.worker_connections * CONNECTION_KIB + self.cached_files * CACHED_FILE_KIB
        return SHARED_MIB + math.ceil(workers * (WORKER_MIB + kib / 1024))


def largest_worker_connections(tuning: Tuning, workers: int, memory_mib: int) -> int:
    """The most connections per worker that a memory limit in MiB holds beside everything else, 0 for none."""
    left_kib = ((memory_mib - SHARED_MIB) / workers - WORKER_MIB) * 1024 - tuning.cached_files * CACHED_FILE_KIB
    return max(0, math.floor(left_kib / CONNECTION_KIB))


def worker_processes(cpu_limit: str) -> int:
    """The whole cpus of a container's limit; nginx's own "auto" would count the node's."""
    return math.ceil(millicores(cpu_limit) / 1000)
