"""Helm values of kube-prometheus-stack: Prometheus, Alertmanager, Grafana, and what they measure with."""

from __future__ import annotations

import pulumi

from ..monitoring.panels import CLOUDWATCH_UID
from .operator_scheduling import HOOK, NODE_CRITICAL, OPERATOR_PRIORITY, RELOADER, TOOL_PRIORITY, Values, resources
from .operator_values import GRAFANA_ACCOUNT, STORAGE_CLASS, OperatorsArgs, PrometheusStack, placement_values


def prometheus_stack_values(args: OperatorsArgs, stack: PrometheusStack) -> Values:
    """Values of kube-prometheus-stack on EKS, whose control plane is not reachable for scraping."""
    place = placement_values(args.placement)
    unreachable = {name: {"enabled": False} for name in ("kubeControllerManager", "kubeScheduler", "kubeEtcd")}
    # one zone's loss takes one of two, its volume with it; a zone without nodes takes none of them
    apart = {"podAntiAffinity": "hard", "podAntiAffinityTopologyKey": "topology.kubernetes.io/zone"}
    paired = {**(apart if stack.replicas > 1 else {}), "priorityClassName": OPERATOR_PRIORITY, **place}
    budget = {"enabled": stack.replicas > 1, "minAvailable": 1}
    volume = {
        "storageClassName": STORAGE_CLASS,
        "accessModes": ["ReadWriteOnce"],
        "resources": {"requests": {"storage": f"{stack.storage_gib}Gi"}},
    }
    return {
        **unreachable,
        "kubeProxy": {"enabled": False},
        "prometheus": {
            "podDisruptionBudget": budget,
            "prometheusSpec": {
                "replicas": stack.replicas,
                # alerts of several stacks end in one inbox: each says whose it is (Prometheus docs, external_labels)
                "externalLabels": {"stack": args.cluster_name},
                "scrapeInterval": f"{stack.scrape_interval_seconds}s",
                "evaluationInterval": f"{stack.scrape_interval_seconds}s",
                "retention": f"{stack.retention_days}d",
                # Prometheus stops when its volume is full: the oldest blocks go before that
                "retentionSize": f"{stack.storage_gib * 8 // 10}GiB",
                "storageSpec": {"volumeClaimTemplate": {"spec": volume}},
                "resources": resources("250m", "1Gi", "2Gi"),
                **{
                    f"{kind}SelectorNilUsesHelmValues": False
                    for kind in ("rule", "podMonitor", "serviceMonitor", "probe")
                },
                **paired,
            },
        },
        "alertmanager": {
            "config": alertmanager_config(stack),
            "podDisruptionBudget": budget,
            "alertmanagerSpec": {"replicas": stack.replicas, "resources": resources("20m", "64Mi", "128Mi"), **paired},
        },
        "grafana": _grafana(stack, place),
        "prometheusOperator": {
            "priorityClassName": OPERATOR_PRIORITY,
            "resources": resources("50m", "128Mi", "256Mi"),
            "prometheusConfigReloader": {"resources": RELOADER},
            "admissionWebhooks": {"patch": {"resources": HOOK, "priorityClassName": OPERATOR_PRIORITY, **place}},
            **place,
        },
        # a second one would count every object twice in sums over its series
        "kube-state-metrics": {
            "priorityClassName": OPERATOR_PRIORITY,
            "resources": resources("20m", "96Mi", "192Mi"),
            **place,
        },
        "prometheus-node-exporter": {
            "priorityClassName": NODE_CRITICAL,
            "resources": resources("10m", "32Mi", "64Mi"),
        },
    }


def _grafana(stack: PrometheusStack, place: Values) -> Values:
    if stack.grafana_password is None:
        return {"enabled": False}
    return {
        "adminPassword": pulumi.Output.secret(stack.grafana_password),
        "serviceAccount": {"create": True, "name": GRAFANA_ACCOUNT},
        "priorityClassName": TOOL_PRIORITY,
        "resources": resources("50m", "128Mi", "256Mi"),
        "additionalDataSources": [
            {
                "name": "CloudWatch",
                "type": "cloudwatch",
                "uid": CLOUDWATCH_UID,
                "access": "proxy",
                # the SDK's own chain, which ends at EKS Pod Identity: no key is stored
                "jsonData": {"authType": "default", "defaultRegion": stack.region},
            }
        ],
        "sidecar": {
            "resources": resources("10m", "64Mi", "128Mi"),
            "dashboards": {"label": "grafana_dashboard", "labelValue": "1", "searchNamespace": "ALL"},
        },
        **place,
    }


def alertmanager_config(stack: PrometheusStack) -> Values:
    """Routes: critical and warning alerts to the topic, everything else nowhere but the user interface."""
    receivers: list[Values] = [{"name": "nobody"}]
    routes: list[Values] = [{"receiver": "nobody", "matchers": ['alertname = "Watchdog"']}]
    if stack.alert_topic_arn is not None:
        sns = {"topic_arn": stack.alert_topic_arn, "sigv4": {"region": stack.region}, "send_resolved": True}
        receivers.append({"name": "topic", "sns_configs": [sns]})
        routes.append({"receiver": "topic", "matchers": ['severity =~ "critical|warning"']})
    return {
        "route": {
            "receiver": "nobody",
            "group_by": ["namespace", "alertname"],
            "group_wait": "30s",
            "group_interval": "5m",
            "repeat_interval": "4h",
            "routes": routes,
        },
        "receivers": receivers,
        "inhibit_rules": [
            {
                "source_matchers": ["severity = critical"],
                "target_matchers": ["severity =~ warning|info"],
                "equal": ["namespace", "alertname"],
            }
        ],
    }
