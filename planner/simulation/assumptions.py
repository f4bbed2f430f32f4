"""Assumptions: what a simulation needs and no plan can say. Each is a field, and each can be overridden."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, fields, replace
from typing import TYPE_CHECKING, Any

from bailbondpro.facts.rds import FAILOVER_SECONDS
from planner.capacity.nodes import DAEMONS, OPERATORS

if TYPE_CHECKING:
    from collections.abc import Mapping


class AssumptionError(ValueError):
    """An assumption that does not exist or is out of range; the message says which and what is allowed."""


def _given(default: float, low: float, high: float) -> Any:  # noqa: ANN401 - what dataclasses.field returns
    """A field with its range, both ends allowed."""
    return field(default=default, metadata={"low": low, "high": high})


@dataclass(frozen=True, kw_only=True)
class Assumptions:
    """What a simulation takes for granted. Where the guide gives a number it is named; the rest is ours: (assumed).

    Attributes:
        cpu_ms_per_request: processor time that a request takes in an application pod. The guide's two targets meet at
            one load, 70 % of the requested 500m and 100 requests a second: 350m / 100 = 3.5 ms (hpa-config.yml).
        service_variation: standard deviation of the time that a station works on one request, against its mean: 1 for
            exponential times, 0 where each takes as long; more where a few take very long (assumed; docs/theory.md
            says what it changes).
        threads_per_pod: requests of one pod that compute at once; 1, because Node.js has one event loop.
        gateway_cpu_ms_per_request: processor time in the gateway. 0.02 ms were measured on kept connections
            (docs/performance.md); 0.1 ms leaves room for TLS handshakes (assumed).
        network_ms: constant part of a response time: client, edge, load balancer, pod and back (assumed).
        cdn_hit_percent: share of the requests that Cloudflare answers itself. 0: the guide counts API requests, and
            those are never cached at the edge.
        write_percent: share of the requests that change data and so always go to the database (assumed).
        cache_keys: different answers that readers ask for, all equally often. With the plan's time to live (300 s in
            the guide) it gives the hit ratio: rate * ttl / (keys + rate * ttl) (assumed).
        cache_ms: time that a request keeps one shard of the cache busy, for all that it reads and writes there: 20,000
            requests a second for a shard (assumed; Redis documentation, "Redis benchmark", shows several times that).
        cache_kib_per_key: memory of an answer in the cache, with its key (assumed). What does not fit is not hit.
        pooler_cpu_ms_per_request: processor time of PgBouncer for a request's statements: about five of 0.1 ms, with
            TLS on both sides; it has one thread (assumed).
        application_percent: share of the requests that pass the gateway and are answered by the application itself
            where there are services; those share the rest evenly (assumed). The scenario may say otherwise.
        client_requests_per_second: what one busy user asks for over a while (assumed).
        client_burst_requests: what the user's page asks for at once (assumed).
        database_ms: time that a request which misses the cache keeps one processor of the database busy (assumed).
        storage_ios_per_request: reads and writes of such a request that miss the buffer and reach the database's volume
            (assumed: how many pages miss depends on the data, and no plan knows it; a change waits for one write of the
            log, PostgreSQL documentation, "Write Ahead Log", synchronous_commit; unverified 2026-12-01). CloudWatch's
            ReadIOPS and WriteIOPS over these requests say it of a running stack.
        storage_kib_per_io: size of each of them: a page (PostgreSQL documentation, "Preset Options", block_size;
            unverified 2026-12-01).
        sharded_percent: share of these requests that concern one client's data, where there are shards (assumed).
        reserved_connections: of max_connections, kept from the application (default of postgres.reservedConnections).
        memory_base_mib: memory of an idle application pod (assumed; below 80 % of the guide's 512 MiB); of a service's
            pod in proportion to what it requests.
        memory_mib_per_request: memory of a request in progress (assumed).
        image_pull_seconds: a new pod's time until its container starts: scheduling and image (assumed).
        app_start_seconds: from the container's start to its first good probe (assumed).
        endpoint_seconds: until the gateway knows a ready pod: DNS answers are valid for 5 s (its configuration).
        node_start_seconds: from the request for a node to its being ready: about two minutes (assumed; EC2 launch, boot
            and join), varied by the seed.
        node_start_spread_percent: how far that varies in both directions (assumed).
        node_scan_seconds: how often the cluster-autoscaler looks (its documentation, --scan-interval: 10 s).
        node_idle_seconds: how long a node is unneeded before it goes (--scale-down-unneeded-time: 10 min).
        eviction_seconds: until pods on nodes that do not answer are made again elsewhere: 50 s until a node counts as
            unknown (kube-controller-manager, --node-monitor-grace-period) and 300 s that pods tolerate it (Kubernetes,
            Taints and Tolerations, "Taint based Evictions").
        database_failover_seconds: until the standby of a database that is lost answers: the longest of what RDS gives.
        database_restart_seconds: until a lost database without a standby answers again (assumed: 20 minutes).
        cache_failover_seconds: until a copy answers for a lost primary of the cache (assumed; ElastiCache speaks of
            some seconds).
        cache_restart_seconds: until a lost shard without a copy answers again, with nothing in it (assumed).
        node_daemon_millicores: requests of the daemons on each node (assumed, as `./bbp check` does).
        node_daemon_mib: memory requests of the daemons on each node (assumed, as `./bbp check` does).
        operators_millicores: requests of the operators, where no node pool of their own takes them (assumed).
        operators_mib: memory requests of the operators (assumed).
        latency_target_ms: the guide's Scaling Objectives: sub-200ms response times.
        availability_target_percent: the guide's Scaling Objectives: 99.9 % uptime.

    Raises:
        AssumptionError: a value is out of its range.
    """

    cpu_ms_per_request: float = _given(3.5, 0.01, 60_000)
    service_variation: float = _given(1, 0, 4)
    threads_per_pod: float = _given(1, 1, 64)
    gateway_cpu_ms_per_request: float = _given(0.1, 0.001, 60_000)
    network_ms: float = _given(20, 0, 60_000)
    cdn_hit_percent: float = _given(0, 0, 100)
    write_percent: float = _given(10, 0, 100)
    cache_keys: float = _given(2_000, 0, 1e12)
    cache_ms: float = _given(0.05, 0.0001, 60_000)
    cache_kib_per_key: float = _given(16, 0.01, 1e6)
    pooler_cpu_ms_per_request: float = _given(0.5, 0.0001, 60_000)
    application_percent: float = _given(40, 0, 100)
    client_requests_per_second: float = _given(2, 0.001, 10_000)
    client_burst_requests: float = _given(10, 1, 10_000)
    database_ms: float = _given(10, 0.01, 60_000)
    storage_ios_per_request: float = _given(1, 0, 1e6)
    storage_kib_per_io: float = _given(8, 1, 256)
    sharded_percent: float = _given(50, 0, 100)
    reserved_connections: float = _given(15, 0, 100_000)
    memory_base_mib: float = _given(300, 0, 1e6)
    memory_mib_per_request: float = _given(0.25, 0, 1e6)
    image_pull_seconds: float = _given(10, 0, 3600)
    app_start_seconds: float = _given(8, 0, 3600)
    endpoint_seconds: float = _given(5, 0, 3600)
    node_start_seconds: float = _given(120, 0, 3600)
    node_start_spread_percent: float = _given(20, 0, 100)
    node_scan_seconds: float = _given(10, 0, 3600)
    node_idle_seconds: float = _given(600, 0, 86_400)
    eviction_seconds: float = _given(350, 0, 86_400)
    database_failover_seconds: float = _given(FAILOVER_SECONDS[1], 0, 86_400)
    database_restart_seconds: float = _given(1200, 0, 86_400)
    cache_failover_seconds: float = _given(60, 0, 86_400)
    cache_restart_seconds: float = _given(600, 0, 86_400)
    node_daemon_millicores: float = _given(DAEMONS[0], 0, 100_000)
    node_daemon_mib: float = _given(DAEMONS[1], 0, 1e6)
    operators_millicores: float = _given(OPERATORS[0], 0, 100_000)
    operators_mib: float = _given(OPERATORS[1], 0, 1e6)
    latency_target_ms: float = _given(200, 1, 600_000)
    availability_target_percent: float = _given(99.9, 0, 100)

    def __post_init__(self) -> None:
        for item in fields(self):
            value, low, high = getattr(self, item.name), item.metadata["low"], item.metadata["high"]
            if not math.isfinite(value) or not low <= value <= high:
                raise AssumptionError(f"{item.name} is {value:g}; give {low:g} to {high:g}")
        if self.threads_per_pod != int(self.threads_per_pod):
            raise AssumptionError(f"threads_per_pod is {self.threads_per_pod:g}; give a whole number")

    def as_json(self) -> dict[str, float]:
        """Every assumption by name."""
        return {item.name: getattr(self, item.name) for item in fields(self)}


def override(assumptions: Assumptions, changes: Mapping[str, object]) -> Assumptions:
    """The assumptions with some replaced.

    Args:
        assumptions: where to start.
        changes: new values by field name; texts are read as numbers.

    Raises:
        AssumptionError: an unknown field, or a value that is no number or out of range.
    """
    known = {item.name for item in fields(Assumptions)}
    values: dict[str, float] = {}
    for name, value in changes.items():
        if name not in known:
            raise AssumptionError(f"there is no assumption {name!r}; there are {', '.join(sorted(known))}")
        try:
            values[name] = float(str(value))
        except ValueError as error:
            raise AssumptionError(f"{name} is no number: {value!r}") from error
    return replace(assumptions, **values)
