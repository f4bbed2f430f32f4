"""The connection pooler in front of the databases."""

from __future__ import annotations

from functools import partial

from ..alerts import Alert, Scope
from ..kind import ClusterKind, Panels
from ..panels import queried
from .boards import POSTGRES


def alerts(scope: Scope) -> tuple[Alert, ...]:
    """Clients wait for a connection. Where no pooler runs, the series does not exist and the alert stays silent."""
    return (
        Alert(
            name="PoolerQueueing",
            expr=f"sum by (database) (pgbouncer_pools_client_waiting_connections{{{scope.matcher}}}) > 0",
            for_="5m",
            summary="{{ $value | humanize }} clients wait for a connection to {{ $labels.database }}",
            description="All server connections are busy: look for long transactions before making the pool larger.",
            runbook="pooler",
        ),
    )


def panels(scope: Scope) -> Panels:
    """PgBouncer's pools by its exporter's names (prometheus-community/pgbouncer_exporter, README)."""
    show = partial(queried, legend="{{database}}")
    of = scope.matcher
    shown = (
        show(
            "Clients of the pooler that wait",
            "short",
            f"sum by (database) (pgbouncer_pools_client_waiting_connections{{{of}}})",
        ),
        show("Longest wait at the pooler", "s", f"max by (database) (pgbouncer_pools_client_maxwait_seconds{{{of}}})"),
        show(
            "Server connections of the pooler, busy",
            "short",
            f"sum by (database) (pgbouncer_pools_server_active_connections{{{of}}})",
        ),
        show(
            "Queries through the pooler, per second",
            "ops",
            f"sum by (database) (rate(pgbouncer_stats_queries_pooled_total{{{of}}}[5m]))",
        ),
    )
    return {POSTGRES: shown} if scope.pooler else {}


POOLER = ClusterKind(alerts=alerts, panels=panels)
