"""Which series of Prometheus tell what right-sizing wants to know, as PromQL. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bailbondpro.facts.instance_classes import instance_class
from components.naming import NameKind, physical_name
from infra.wiring.names import APP, names_of
from ops.answers.right_size.parts import pods_of, servers_of
from ops.inputs.prometheus import Measure

if TYPE_CHECKING:
    from collections.abc import Iterator

    from infra.settings import Settings
    from ops.answers.right_size.parts import Pods

CLUSTER = "kube-prometheus-stack (cAdvisor, kube-state-metrics, node-exporter)"
CLOUDWATCH = "yet-another-cloudwatch-exporter with the stack's RDS instances and ElastiCache nodes"
"""Who gives the series; the platform installs the first, the second is the user's own choice.

The second names a series `aws_<service>_<metric in snake case>_<statistic>` with a label `dimension_<Name>`, as public
dashboards of it show; not checked against a running exporter.
"""
_BYTES_PER_MIB = 1024**2
_BYTES_PER_GIB = 1024**3


def measures(settings: Settings) -> tuple[Measure, ...]:
    """Every measure of a stack."""
    pods = (one for part in pods_of(settings) for one in _pods(settings, part))
    return (*pods, *_nodes(settings), *_databases(settings), *_redis(settings))


def _pods(settings: Settings, part: Pods) -> Iterator[Measure]:
    """One pod's own use; what its sidecars and the pause container use is not its own."""
    container = f'{{{_of(settings, part.deployment)},container="{part.container}"}}'
    cores = f"sum by (pod) (rate(container_cpu_usage_seconds_total{container}[5m]))"
    used = f"sum by (pod) (container_memory_working_set_bytes{container})"
    yield Measure(part=part.name, name="cpu_millicores", query=f"1000 * {cores}", source=CLUSTER)
    yield Measure(part=part.name, name="memory_mib", query=f"{used} / {_BYTES_PER_MIB}", source=CLUSTER)


def _of(settings: Settings, deployment: str) -> str:
    """A Deployment's pods: a ReplicaSet's hash and the pod's own suffix follow its name."""
    return f'namespace="{settings.app.namespace}",pod=~"{deployment}-[a-z0-9]+-[a-z0-9]+"'


def _nodes(settings: Settings) -> Iterator[Measure]:
    """The nodes that the application runs on; those of the system pool are another size."""
    here = f"group by (host_ip) (kube_pod_info{{{_of(settings, f'{APP}-app')}}})"

    def on_nodes(series: str) -> str:
        return f'label_replace({series}, "host_ip", "$1", "instance", "(.*):[0-9]+")'

    idle = on_nodes('rate(node_cpu_seconds_total{mode="idle"}[5m])')
    free = f"max by (host_ip) ({on_nodes('node_memory_MemAvailable_bytes')})"
    total = f"max by (host_ip) ({on_nodes('node_memory_MemTotal_bytes')})"
    yield Measure(
        part="nodes",
        name="cpu_percent",
        query=f"100 * (1 - avg by (host_ip) ({idle})) and on (host_ip) {here}",
        source=CLUSTER,
    )
    yield Measure(
        part="nodes",
        name="memory_percent",
        query=f"100 * (1 - {free} / {total}) and on (host_ip) {here}",
        source=CLUSTER,
    )


def _databases(settings: Settings) -> Iterator[Measure]:
    """The primary, the replica and the shard that is fullest, against the class and storage of the stack file."""
    for part in servers_of(settings):
        if part.service != "rds":
            continue
        database = f'{{dimension_DBInstanceIdentifier=~"{"|".join(identifiers(settings, part.name))}"}}'
        memory = instance_class("rds", part.instance_class).memory_gib * _BYTES_PER_GIB
        rows = [
            ("cpu_percent", f"max(aws_rds_cpuutilization_average{database})"),
            ("memory_percent", f"100 * (1 - min(aws_rds_freeable_memory_average{database}) / {memory:.0f})"),
        ]
        if part.storage is not None:
            storage = part.storage.gib * _BYTES_PER_GIB
            rows.append(("disk_percent", f"100 * (1 - min(aws_rds_free_storage_space_average{database}) / {storage})"))
        for name, query in rows:
            yield Measure(part=part.name, name=name, query=query, source=CLOUDWATCH)


def identifiers(settings: Settings, part: str) -> tuple[str, ...]:
    """The servers of a part by their names at RDS."""
    postgres = settings.postgres
    names = {
        "postgres": ("primary",),
        "replicas": tuple(f"primary-replica-{number}" for number in range(1, postgres.replicas + 1)),
        "shards": tuple(f"shard-{number}" for number in range(postgres.shards.count)),
    }[part]
    return tuple(physical_name(NameKind.RDS_IDENTIFIER, names_of(settings).prefix, name) for name in names)


def _redis(settings: Settings) -> Iterator[Measure]:
    """The node of the replication group that is fullest: all are of one class."""
    group = physical_name(NameKind.REPLICATION_GROUP, names_of(settings).prefix, "redis")
    nodes = f'{{dimension_CacheClusterId=~"{group}-[0-9]+-[0-9]+"}}'
    rows = (
        ("cpu_percent", f"max(aws_elasticache_engine_cpuutilization_average{nodes})"),
        ("memory_percent", f"max(aws_elasticache_database_memory_usage_percentage_average{nodes})"),
    )
    for name, query in rows:
        yield Measure(part="redis", name=name, query=query, source=CLOUDWATCH)
