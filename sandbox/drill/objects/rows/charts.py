"""Rows of the charts of operators, as their repositories had them."""

from __future__ import annotations

from sandbox.drill.objects.rows.model import Asked, Container, Part, Row

NAME, INSTANCE, COMPONENT = "app.kubernetes.io/name", "app.kubernetes.io/instance", "app.kubernetes.io/component"
CRITICAL = "system-cluster-critical"
HOST = "kubernetes.io/hostname"
READ = "2026-11-29"
CONTROLLER, AUTOSCALER = "aws-load-balancer-controller", "cluster-autoscaler"
VERTICAL = "vertical-pod-autoscaler"


def _keda(key: str, name: str, resources: str, spread: str) -> Part:
    return Part(
        name=name,
        labels=(("app", name),),
        containers=(Container(name, (f"resources.{resources}",), Asked("100m", "100Mi")),),
        replicas=(f"{key}.replicaCount",),
        enabled=f"{key}.enabled",
        priority=("priorityClassName",),
        node_selector=(f"{key}.nodeSelector", "nodeSelector"),
        tolerations=(f"{key}.tolerations", "tolerations"),
        affinity=(f"{key}.affinity", "affinity"),
        spread=(f"topologySpreadConstraints.{spread}",),
        budget=f"podDisruptionBudget.{resources}",
    )


def _vertical(key: str, component: str) -> Part:
    return Part(
        name=f"{{release}}-{component}",
        labels=((NAME, VERTICAL), (INSTANCE, "{release}"), (COMPONENT, component)),
        containers=(Container(component, (f"{key}.resources",)),),
        replicas=(f"{key}.replicas",),
        replicas_default=2,
        enabled=f"{key}.enabled",
        priority=(f"{key}.priorityClassName",),
        node_selector=(f"{key}.nodeSelector",),
        tolerations=(f"{key}.tolerations",),
        affinity=(f"{key}.affinity",),
        spread=(f"{key}.topologySpreadConstraints",),
        apart=HOST,
        budget=f"{key}.podDisruptionBudget",
        budget_switch=f"{key}.podDisruptionBudget.enabled",
        budget_default={"enabled": True, "minAvailable": 1},
    )


CHARTS: tuple[Row, ...] = (
    Row(
        name=CONTROLLER,
        document="aws/eks-charts, stable/aws-load-balancer-controller: values.yaml, templates/deployment.yaml",
        version="3.5.0",
        read=READ,
        parts=(
            Part(
                name="{release}",
                labels=((NAME, CONTROLLER), (INSTANCE, "{release}")),
                containers=(Container(CONTROLLER, ("resources",)),),
                replicas=("replicaCount",),
                replicas_default=2,
                priority=("priorityClassName",),
                priority_default=CRITICAL,
                apart=HOST,
                budget="podDisruptionBudget",
            ),
        ),
    ),
    Row(
        name=AUTOSCALER,
        document="kubernetes/autoscaler, cluster-autoscaler/charts/cluster-autoscaler: values.yaml, templates",
        version="9.59.0",
        read=READ,
        parts=(
            Part(
                name="{release}-aws-cluster-autoscaler",
                labels=((INSTANCE, "{release}"), (NAME, "aws-cluster-autoscaler")),
                containers=(Container("aws-cluster-autoscaler", ("resources",)),),
                replicas=("replicaCount",),
                priority=("priorityClassName",),
                priority_default=CRITICAL,
                budget="podDisruptionBudget",
                budget_default={"maxUnavailable": 1},
            ),
        ),
    ),
    Row(
        name="keda",
        document="kedacore/charts, keda: values.yaml, templates",
        version="2.20.2",
        read=READ,
        parts=(
            _keda("operator", "keda-operator", "operator", "operator"),
            _keda("metricsServer", "keda-operator-metrics-apiserver", "metricServer", "metricsServer"),
            _keda("webhooks", "keda-admission-webhooks", "webhooks", "webhooks"),
        ),
    ),
    Row(
        name=VERTICAL,
        document="kubernetes/autoscaler, charts/vertical-pod-autoscaler: values.yaml, templates",
        version="0.11.0",
        read=READ,
        parts=(
            _vertical("admissionController", "admission-controller"),
            _vertical("recommender", "recommender"),
            _vertical("updater", "updater"),
        ),
    ),
    Row(
        name="metrics-server",
        document="kubernetes-sigs/metrics-server, charts/metrics-server: values.yaml (commit 5ed5d3a2)",
        version="",
        read=READ,
        parts=(
            Part(
                name="{release}",
                labels=((NAME, "metrics-server"), (INSTANCE, "{release}")),
                containers=(Container("metrics-server", ("resources",), Asked("100m", "200Mi")),),
                replicas=("replicas",),
                priority=("priorityClassName",),
                priority_default=CRITICAL,
                budget="podDisruptionBudget",
                budget_switch="podDisruptionBudget.enabled",
            ),
        ),
    ),
    Row(
        name="external-secrets",
        document="",
        version="",
        read="",
        parts=tuple(
            Part(
                name=f"{{release}}{suffix}",
                labels=((NAME, f"external-secrets{suffix}"), (INSTANCE, "{release}")),
                containers=(Container("external-secrets", (f"{key}resources",), Asked(assumed=True)),),
                replicas=(f"{key}replicaCount",),
                enabled=f"{key}create" if key else "",
                priority=(f"{key}priorityClassName",),
                node_selector=(f"{key}nodeSelector", "global.nodeSelector"),
                tolerations=(f"{key}tolerations", "global.tolerations"),
                affinity=(f"{key}affinity", "global.affinity"),
                spread=(f"{key}topologySpreadConstraints", "global.topologySpreadConstraints"),
                budget=f"{key}podDisruptionBudget",
                budget_switch=f"{key}podDisruptionBudget.enabled",
            )
            for suffix, key in (("", ""), ("-webhook", "webhook."), ("-cert-controller", "certController."))
        ),
    ),
)
