"""The row of kube-prometheus-stack. Its operator makes Prometheus and Alertmanager out of custom resources."""

from __future__ import annotations

from sandbox.drill.objects.rows.charts import HOST, INSTANCE, NAME, READ
from sandbox.drill.objects.rows.model import Asked, Container, Part, Row

RELOADER = Container("config-reloader", ("prometheusOperator.prometheusConfigReloader.resources",))
OPERATOR = "prometheus-operator"


def _made(key: str, name: str) -> Part:
    spec = f"{key}.{key}Spec"
    return Part(
        name=f"{key}-{{release}}-{key}",
        kind="StatefulSet",
        labels=((NAME, key), (INSTANCE, f"{{release}}-{key}"), (key, f"{{release}}-{key}")),
        containers=(
            Container(name, (f"{spec}.resources",), Asked(memory="200Mi") if key == "alertmanager" else Asked()),
            RELOADER,
        ),
        replicas=(f"{spec}.replicas",),
        enabled=f"{key}.enabled",
        priority=(f"{spec}.priorityClassName",),
        node_selector=(f"{spec}.nodeSelector",),
        tolerations=(f"{spec}.tolerations",),
        affinity=(f"{spec}.affinity",),
        spread=(f"{spec}.topologySpreadConstraints",),
        apart=HOST,
        apart_choice=(f"{spec}.podAntiAffinity", f"{spec}.podAntiAffinityTopologyKey"),
        budget=f"{key}.podDisruptionBudget",
        budget_switch=f"{key}.podDisruptionBudget.enabled",
        budget_default={"minAvailable": 1},
        # names and paths: prometheus-operator, API reference, StorageSpec
        volume=(f"{key}-db", f"{spec}.{'storageSpec' if key == 'prometheus' else 'storage'}.volumeClaimTemplate.spec"),
        maker=OPERATOR,
        alerts=True,
    )


PROMETHEUS: tuple[Row, ...] = (
    Row(
        name="kube-prometheus-stack",
        document=(
            "prometheus-community/helm-charts, charts/kube-prometheus-stack, charts/kube-state-metrics 8.4.0 and "
            "charts/prometheus-node-exporter 4.56.1: values.yaml, templates; Grafana's containers and the memory that "
            "the operator requests for Alertmanager (prometheus-operator, alertmanager/statefulset.go) from memory"
        ),
        version="88.5.3",
        read=READ,
        parts=(
            Part(
                name="{release}-operator",
                labels=(("app", "kube-prometheus-stack-operator"), ("release", "{release}")),
                containers=(Container("kube-prometheus-stack", ("prometheusOperator.resources",)),),
                replicas=("prometheusOperator.replicas",),
                enabled="prometheusOperator.enabled",
                priority=("prometheusOperator.priorityClassName",),
                node_selector=("prometheusOperator.nodeSelector",),
                tolerations=("prometheusOperator.tolerations",),
                affinity=("prometheusOperator.affinity",),
                spread=("prometheusOperator.topologySpreadConstraints",),
                budget="prometheusOperator.podDisruptionBudget",
                budget_switch="prometheusOperator.podDisruptionBudget.enabled",
            ),
            _made("prometheus", "prometheus"),
            _made("alertmanager", "alertmanager"),
            Part(
                name="{release}-grafana",
                labels=((NAME, "grafana"), (INSTANCE, "{release}")),
                containers=(
                    Container("grafana", ("grafana.resources",), Asked(assumed=True)),
                    Container("grafana-sc-dashboard", ("grafana.sidecar.resources",), Asked(assumed=True)),
                    Container("grafana-sc-datasources", ("grafana.sidecar.resources",), Asked(assumed=True)),
                ),
                replicas=("grafana.replicas",),
                enabled="grafana.enabled",
                priority=("grafana.priorityClassName",),
                node_selector=("grafana.nodeSelector",),
                tolerations=("grafana.tolerations",),
                affinity=("grafana.affinity",),
                spread=("grafana.topologySpreadConstraints",),
                budget="grafana.podDisruptionBudget",
            ),
            Part(
                name="{release}-kube-state-metrics",
                labels=((NAME, "kube-state-metrics"), (INSTANCE, "{release}")),
                containers=(Container("kube-state-metrics", ("kube-state-metrics.resources",)),),
                replicas=("kube-state-metrics.replicas",),
                enabled="kubeStateMetrics.enabled",
                priority=("kube-state-metrics.priorityClassName",),
                node_selector=("kube-state-metrics.nodeSelector",),
                tolerations=("kube-state-metrics.tolerations",),
                affinity=("kube-state-metrics.affinity",),
                spread=("kube-state-metrics.topologySpreadConstraints",),
                budget="kube-state-metrics.podDisruptionBudget",
            ),
            Part(
                name="{release}-prometheus-node-exporter",
                kind="DaemonSet",
                labels=((NAME, "prometheus-node-exporter"), (INSTANCE, "{release}")),
                containers=(Container("node-exporter", ("prometheus-node-exporter.resources",)),),
                enabled="nodeExporter.enabled",
                priority=("prometheus-node-exporter.priorityClassName",),
                node_selector=("prometheus-node-exporter.nodeSelector",),
                tolerations=("prometheus-node-exporter.tolerations",),
                tolerations_default=({"effect": "NoSchedule", "operator": "Exists"},),
                affinity=("prometheus-node-exporter.affinity",),
                spread=(),
            ),
        ),
    ),
)
