"""What Prometheus is told: rules, and which pods to scrape."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pulumi
import pulumi_kubernetes as k8s

from ..kubernetes.children import child_options
from ..kubernetes.labels import standard_labels
from .alerts import (
    GROUP_INTERVAL,
    Manifest,
    Scope,
    Thresholds,
    alerts,
    recording_rules,
)
from .dashboards import dashboards
from .panels import to_json
from .watched import Balancer, CacheNode, Database, Watched

if TYPE_CHECKING:
    from .alarm_catalog import CacheTarget, DatabaseTarget, LoadBalancerTarget

SCRAPE_INTERVAL_SECONDS = 15
"""Eight scrapes in the two minutes over which requests are counted."""
RULES_NAME = "bailbondpro"


def rule_groups(
    scope: Scope, thresholds: Thresholds, scrape_interval_seconds: int = SCRAPE_INTERVAL_SECONDS
) -> list[Manifest]:
    """The groups of a PrometheusRule; the recorded series is refreshed with every scrape, alerts once a minute."""
    return [
        {
            "name": "bailbondpro-recording",
            "interval": f"{scrape_interval_seconds}s",
            "rules": [rule.manifest() for rule in recording_rules()],
        },
        {
            "name": "bailbondpro-alerts",
            "interval": GROUP_INTERVAL,
            "rules": [alert.manifest() for alert in alerts(scope, thresholds)],
        },
    ]


@dataclass(frozen=True, kw_only=True)
class PrometheusRulesArgs:
    """Alerts, recording rules and dashboards: of one namespace, and of what is around it.

    Attributes:
        namespace: whose pods are watched, and where the objects live.
        thresholds: when alerts fire.
        autoscaler_name: metadata.name of the application's HorizontalPodAutoscaler.
        scrape_interval_seconds: how often pods are scraped, and the recorded series computed.
        dashboard: whether a Grafana reads the dashboards.
        databases: RDS instances on the dashboards.
        caches: replication groups on the dashboards.
        load_balancers: load balancers on the dashboards.
        pooler: whether PgBouncer runs here.
        monthly_limit_usd: the budget, drawn as a line; None for no line.
    """

    namespace: pulumi.Input[str]
    thresholds: Thresholds = field(default_factory=Thresholds)
    autoscaler_name: str = "bailbondpro-hpa"
    scrape_interval_seconds: int = SCRAPE_INTERVAL_SECONDS
    dashboard: bool = True
    databases: tuple[DatabaseTarget, ...] = ()
    caches: tuple[CacheTarget, ...] = ()
    load_balancers: tuple[LoadBalancerTarget, ...] = ()
    pooler: bool = False
    monthly_limit_usd: float | None = None


class PrometheusRules(pulumi.ComponentResource):
    """A PrometheusRule with the guide's alerts, and a Grafana dashboard for each system.

    Example:
        ```python
        PrometheusRules("rules", PrometheusRulesArgs(namespace="production"))
        ```
    """

    def __init__(self, name: str, args: PrometheusRulesArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("bailbondpro:monitoring:PrometheusRules", name, None, opts)
        child = child_options(self, opts)
        scope = pulumi.Output.from_input(args.namespace).apply(
            lambda namespace: Scope(namespace=namespace, autoscaler=args.autoscaler_name)
        )
        self.resource = k8s.apiextensions.CustomResource(
            f"{name}-prometheus-rule",
            api_version="monitoring.coreos.com/v1",
            kind="PrometheusRule",
            metadata=_metadata(RULES_NAME, args.namespace),
            spec={
                "groups": scope.apply(
                    lambda resolved: rule_groups(resolved, args.thresholds, args.scrape_interval_seconds)
                )
            },
            opts=child,
        )
        if args.dashboard:
            _dashboards(name, args, scope, child)
        self.register_outputs({})


def _dashboards(
    name: str, args: PrometheusRulesArgs, scope: pulumi.Output[Scope], opts: pulumi.ResourceOptions
) -> None:
    """One ConfigMap that Grafana's sidecar finds by its label; each key is a dashboard's file."""
    files = pulumi.Output.all(scope, _watched(args)).apply(
        lambda found: {
            f"{dashboard.uid}.json": to_json(dashboard) for dashboard in dashboards(found[0], args.thresholds, found[1])
        }
    )
    k8s.core.v1.ConfigMap(
        f"{name}-dashboard",
        metadata=_metadata("bailbondpro-dashboards", args.namespace, {"grafana_dashboard": "1"}),
        data=files,
        opts=opts,
    )


def _watched(args: PrometheusRulesArgs) -> pulumi.Output[Watched]:
    """What is on the dashboards, once its identifiers are known."""
    nodes = [node for cache in args.caches for node in cache.nodes()]
    suffixes = [(item.load_balancer_arn_suffix, item.target_group_arn_suffix) for item in args.load_balancers]
    return pulumi.Output.all(
        [database.identifier for database in args.databases], [identifier for _, identifier in nodes], suffixes
    ).apply(
        lambda known: Watched(
            databases=tuple(
                Database(
                    name=target.name,
                    identifier=identifier,
                    max_connections=target.max_connections,
                    is_replica=target.is_replica,
                )
                for target, identifier in zip(args.databases, known[0], strict=True)
            ),
            cache_nodes=tuple(
                CacheNode(name=label, identifier=identifier)
                for (label, _), identifier in zip(nodes, known[1], strict=True)
            ),
            balancers=tuple(Balancer(load_balancer=whole, target_group=group) for whole, group in known[2]),
            pooler=args.pooler,
            monthly_limit_usd=args.monthly_limit_usd,
        )
    )


@dataclass(frozen=True, kw_only=True)
class PodMonitorArgs:
    """Scrapes the pods of one workload.

    Attributes:
        namespace: where the pods are.
        app: their `app` label.
        port: name of the container port.
        path: where the metrics are.
        interval_seconds: how often they are scraped.
    """

    namespace: pulumi.Input[str]
    app: str
    port: str = "http"
    path: str = "/metrics"
    interval_seconds: int = SCRAPE_INTERVAL_SECONDS


class PodMonitor(pulumi.ComponentResource):
    """A PodMonitor: pods are scraped one by one, so that a series says which pod it is from.

    Example:
        ```python
        PodMonitor("app-monitor", PodMonitorArgs(namespace="production", app="bailbondpro"))
        ```
    """

    def __init__(self, name: str, args: PodMonitorArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("bailbondpro:monitoring:PodMonitor", name, None, opts)
        self.resource = k8s.apiextensions.CustomResource(
            f"{name}-pod-monitor",
            api_version="monitoring.coreos.com/v1",
            kind="PodMonitor",
            metadata=_metadata(args.app, args.namespace),
            spec={
                "selector": {"matchLabels": {"app": args.app}},
                "podMetricsEndpoints": [
                    {"port": args.port, "path": args.path, "interval": f"{args.interval_seconds}s"}
                ],
            },
            opts=child_options(self, opts),
        )
        self.register_outputs({})


def _metadata(
    name: str, namespace: pulumi.Input[str], extra: dict[str, str] | None = None
) -> k8s.meta.v1.ObjectMetaArgs:
    labels = {**standard_labels(name, "monitoring"), **(extra or {})}
    return k8s.meta.v1.ObjectMetaArgs(name=name, namespace=namespace, labels=labels)
