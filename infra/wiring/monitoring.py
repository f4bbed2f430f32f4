"""Arguments of alarms and alerts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bailbondpro.facts.instance_classes import instance_class
from components.kubernetes.exporters import METRICS_PORT
from components.monitoring.alarms import AlarmsArgs
from components.monitoring.alerts import Thresholds
from components.monitoring.kinds.backups import BackupsTarget
from components.monitoring.kinds.bill import BillTarget
from components.monitoring.kinds.cache import CacheTarget
from components.monitoring.kinds.database import DatabaseTarget
from components.monitoring.kinds.load_balancer import LoadBalancerTarget
from components.monitoring.kinds.servers import BASELINE_PERCENT
from components.monitoring.prometheus import PodMonitorArgs, PrometheusRulesArgs
from components.monitoring.topic import AlertTopicArgs
from infra.wiring.names import APP, GATEWAY_APP, POOLER_APP

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pulumi

    from components.monitoring.kind import Target
    from components.monitoring.topic import AlertTopic
    from components.network.load_balancer import LoadBalancer
    from components.postgres.component import Postgres
    from components.postgres.shards import Shards
    from components.redis import Redis
    from components.security.generations import CertificateEnd
    from components.security.keys import DataKey
    from components.storage.backups import Backups
    from infra.settings import Settings


def alert_topic_args(settings: Settings, key: DataKey) -> AlertTopicArgs:
    """Where alarms go."""
    return AlertTopicArgs(key_arn=key.key_arn, emails=settings.monitoring.alert_emails)


def watched_targets(
    settings: Settings, postgres: Postgres, shards: Shards | None, redis: Redis, balancer: LoadBalancer
) -> tuple[Target, ...]:
    """Everything that CloudWatch measures: a new replica or shard brings its own alarms and lines."""
    policy, node = settings.redis.maxmemory_policy, instance_class("elasticache", settings.redis.node_type)
    return (
        *_databases(settings, postgres, shards),
        CacheTarget(
            name="redis",
            replication_group_id=redis.replication_group_id,
            shards=settings.redis.shards,
            replicas_per_shard=settings.redis.replicas_per_shard,
            evicts=policy != "noeviction",
            any_key_leaves=policy.startswith("allkeys-"),
            vcpus=node.vcpu,
            baseline_percent=node.baseline_percent or BASELINE_PERCENT,
        ),
        LoadBalancerTarget(
            name="gateway",
            load_balancer_arn_suffix=balancer.arn_suffix,
            target_group_arn_suffix=balancer.https_target_group_arn_suffix,
        ),
        BillTarget(name="bill", monthly_limit_usd=settings.budget.monthly_limit_usd),
    )


def backup_targets(settings: Settings, backups: Backups | None) -> tuple[BackupsTarget, ...]:
    """The vault of recovery points, where there is one."""
    if backups is None:
        return ()
    wanted = settings.storage.backups
    copied = bool(wanted.copy_region or wanted.copy_vault_arns)
    return (BackupsTarget(name="backups", vault_name=backups.vault_name, copied=copied),)


def alarms_args(topic: AlertTopic, targets: tuple[Target, ...]) -> AlarmsArgs:
    """Alarms on everything that CloudWatch measures."""
    return AlarmsArgs(topic_arn=topic.topic_arn, targets=targets)


def _databases(settings: Settings, postgres: Postgres, shards: Shards | None) -> Iterator[DatabaseTarget]:
    """The primary and its replicas, then the shards and theirs."""
    main, each = settings.postgres, settings.postgres.shards
    classes, gib = (main.instance_class, main.replica_instance_class), main.allocated_storage_gib
    yield from _server(settings, postgres, names=("primary", "replica"), classes=classes, allocated_gib=gib)
    classes, gib = (each.instance_class, each.instance_class), each.allocated_storage_gib
    for index, server in enumerate(shards.servers if shards is not None else ()):
        names = (f"shard-{index}", f"shard-{index}-replica")
        yield from _server(settings, server, names=names, classes=classes, allocated_gib=gib)


def _server(
    settings: Settings, server: Postgres, *, names: tuple[str, str], classes: tuple[str, str], allocated_gib: int
) -> Iterator[DatabaseTarget]:
    """A primary and its replicas, by the names and the classes of both."""
    replicas = [(f"{names[1]}-{number}", item) for number, item in enumerate(server.replica_identifiers, start=1)]
    for number, (name, identifier) in enumerate([(names[0], server.primary_identifier), *replicas]):
        size = instance_class("rds", classes[min(number, 1)])
        yield DatabaseTarget(
            name=name,
            identifier=identifier,
            memory_gib=size.memory_gib,
            allocated_gib=allocated_gib,
            max_connections=settings.postgres.max_connections,
            is_replica=number > 0,
            vcpus=size.vcpu,
            baseline_percent=size.baseline_percent or BASELINE_PERCENT,
        )


def app_monitor_args(settings: Settings, namespace: pulumi.Input[str]) -> PodMonitorArgs:
    """Scrapes the application's metrics, which the requests-per-second target is computed from."""
    return _monitor(settings, namespace, APP, path=settings.app.metrics_path)


def gateway_monitor_args(settings: Settings, namespace: pulumi.Input[str]) -> PodMonitorArgs:
    """Scrapes the exporter beside nginx."""
    return _monitor(settings, namespace, GATEWAY_APP, port=METRICS_PORT)


def pooler_monitor_args(settings: Settings, namespace: pulumi.Input[str]) -> PodMonitorArgs:
    """Scrapes the exporter beside PgBouncer."""
    return _monitor(settings, namespace, POOLER_APP, port=METRICS_PORT)


def _monitor(
    settings: Settings, namespace: pulumi.Input[str], app: str, *, port: str = "http", path: str = "/metrics"
) -> PodMonitorArgs:
    interval = settings.monitoring.prometheus.scrape_interval_seconds
    return PodMonitorArgs(namespace=namespace, app=app, port=port, path=path, interval_seconds=interval)


def prometheus_rules_args(
    settings: Settings,
    namespace: pulumi.Input[str],
    targets: tuple[Target, ...],
    certificates: tuple[CertificateEnd, ...],
) -> PrometheusRulesArgs:
    """Recording rules and alerts at the guide's thresholds, and the dashboards where there is a Grafana."""
    thresholds, prometheus = settings.monitoring.thresholds, settings.monitoring.prometheus
    return PrometheusRulesArgs(
        namespace=namespace,
        thresholds=Thresholds(
            cpu_percent=thresholds.cpu_percent,
            memory_percent=thresholds.memory_percent,
            response_ms=thresholds.response_time_ms,
            error_percent=thresholds.error_rate_percent,
            hold_seconds=thresholds.hold_seconds,
            objective_ms=settings.objectives.response_ms,
            objective_error_percent=settings.objectives.error_percent,
        ),
        scrape_interval_seconds=prometheus.scrape_interval_seconds,
        dashboard=prometheus.grafana,
        targets=targets,
        pooler=settings.postgres.pooler.enabled,
        certificates=certificates,
    )
