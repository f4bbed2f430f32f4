"""What Prometheus is told: rules, and which pods to scrape."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from operator import itemgetter
from typing import TYPE_CHECKING

import pulumi
import pulumi_kubernetes as k8s

from ..kubernetes.children import child_options
from ..kubernetes.labels import standard_labels
from .alerts import GROUP_INTERVAL, Manifest, Scope, Thresholds, recording_rules
from .catalog import alerts, dashboards
from .panels import to_json

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..security.generations import CertificateEnd
    from .kind import Target

SCRAPE_INTERVAL_SECONDS = 15
"""Eight scrapes in the two minutes over which requests are counted."""
RULES_NAME = "bailbondpro"


def rule_groups(scope: Scope, scrape_interval_seconds: int = SCRAPE_INTERVAL_SECONDS) -> list[Manifest]:
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
            "rules": [alert.manifest() for alert in alerts(scope)],
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
        targets: what is on the dashboards besides the cluster.
        pooler: whether PgBouncer runs here.
        certificates: when certificates end; the moments may be known only once they are made.
    """

    namespace: pulumi.Input[str]
    thresholds: Thresholds = field(default_factory=Thresholds)
    autoscaler_name: str = "bailbondpro-hpa"
    scrape_interval_seconds: int = SCRAPE_INTERVAL_SECONDS
    dashboard: bool = True
    targets: tuple[Target, ...] = ()
    pooler: bool = False
    certificates: tuple[CertificateEnd, ...] = ()


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
        self.resource = k8s.apiextensions.CustomResource(
            f"{name}-prometheus-rule",
            api_version="monitoring.coreos.com/v1",
            kind="PrometheusRule",
            metadata=_metadata(RULES_NAME, args.namespace),
            spec={"groups": _groups(args)},
            opts=child,
        )
        if args.dashboard:
            _dashboards(name, args, child)
        self.register_outputs({})


def _scope(args: PrometheusRulesArgs, namespace: str, ends: Sequence[str]) -> Scope:
    return Scope(
        namespace=namespace,
        autoscaler=args.autoscaler_name,
        thresholds=args.thresholds,
        pooler=args.pooler,
        certificates=tuple(replace(one, ends=end) for one, end in zip(args.certificates, ends, strict=True)),
    )


def _known_scope(args: PrometheusRulesArgs) -> pulumi.Output[Scope]:
    """The scope, once every certificate is made."""
    return pulumi.Output.all(args.namespace, *(one.ends for one in args.certificates)).apply(
        lambda known: _scope(args, known[0], known[1:])
    )


def _groups(args: PrometheusRulesArgs) -> list[Manifest]:
    """The groups of rules, in which a preview does not know what depends on a certificate that is not made yet alone.

    As one whole they would all be unknown wherever one certificate is new, and nobody could see which alerts go.
    """
    first, other = ([moment] * len(args.certificates) for moment in ("1970-01-02T00:00:00Z", "2000-01-01T00:00:00Z"))
    shown = _rules(rule_groups(_scope(args, "", first), args.scrape_interval_seconds))
    later = _rules(rule_groups(_scope(args, "", other), args.scrape_interval_seconds))
    soon = pulumi.Output.from_input(args.namespace).apply(lambda namespace: _scope(args, namespace, first))
    scope = _known_scope(args)

    def expression(place: int) -> pulumi.Output[str]:
        at = soon if shown[place]["expr"] == later[place]["expr"] else scope
        return at.apply(lambda known: str(_rules(rule_groups(known))[place]["expr"]))

    found, place = [], 0
    for group in rule_groups(_scope(args, "", first), args.scrape_interval_seconds):
        rules = [{**rule, "expr": expression(place + count)} for count, rule in enumerate(group["rules"])]
        found.append({**group, "rules": rules})
        place += len(rules)
    return found


def _rules(groups: list[Manifest]) -> list[Manifest]:
    return [rule for group in groups for rule in group["rules"]]


def _dashboards(name: str, args: PrometheusRulesArgs, opts: pulumi.ResourceOptions) -> None:
    """One ConfigMap that Grafana's sidecar finds by its label; each key is a dashboard's file."""
    files = pulumi.Output.all(_known_scope(args), _resolved(args.targets)).apply(
        lambda found: {f"{dashboard.uid}.json": to_json(dashboard) for dashboard in dashboards(*found)}
    )
    shown = dashboards(_scope(args, "", [""] * len(args.certificates)), [_unresolved(one) for one in args.targets])
    k8s.core.v1.ConfigMap(
        f"{name}-dashboard",
        metadata=_metadata("bailbondpro-dashboards", args.namespace, {"grafana_dashboard": "1"}),
        data={key: files.apply(itemgetter(key)) for key in (f"{dashboard.uid}.json" for dashboard in shown)},
        opts=opts,
    )


def _unresolved(target: Target) -> Target:
    """A target with an empty text in the place of what only an update makes known."""
    known = {key: "" if isinstance(value, pulumi.Output) else value for key, value in vars(target).items()}
    return type(target)(**known)


def _resolved(targets: tuple[Target, ...]) -> pulumi.Output[list[Target]]:
    """The targets, once their identifiers are known."""
    return pulumi.Output.from_input([vars(target) for target in targets]).apply(
        lambda known: [type(target)(**values) for target, values in zip(targets, known, strict=True)]
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
