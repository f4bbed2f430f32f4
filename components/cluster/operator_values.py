"""The operators' settings: typed arguments and the Helm values made of them. Pure but for secret outputs."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bailbondpro.facts.nodes import NODE_UPDATE_SECONDS

from ..kubernetes.pods import Placement
from .operator_scheduling import CLUSTER_CRITICAL, HOOK, OPERATOR_PRIORITY, TOOL_PRIORITY, Values, resources
from .spread import spread

if TYPE_CHECKING:
    import pulumi

KUBE_SYSTEM = "kube-system"
KEDA_NAMESPACE = "keda"
MONITORING_NAMESPACE = "monitoring"
LOAD_BALANCER_ACCOUNT = "aws-load-balancer-controller"
CLUSTER_AUTOSCALER_ACCOUNT = "cluster-autoscaler"
ALERTMANAGER_ACCOUNT = "kube-prometheus-stack-alertmanager"
GRAFANA_ACCOUNT = "kube-prometheus-stack-grafana"
"""Service accounts that need an AWS role (EKS Pod Identity) from outside of this component."""
STORAGE_CLASS = "gp3-encrypted"
MINOR_PARTS = 2
NODE_PROVISION_SECONDS = 300
"""A machine that has not joined by then is given up (our choice of 2026-11-30: machines are assumed to join within two
minutes; cluster-autoscaler's own default is 900)."""
OK_UNREADY_NODES = 3
"""cluster-autoscaler's own number of unready nodes that never stop it (its FAQ, "What are the parameters to CA?",
ok-total-unready-count)."""
OF_A_ZONE = (
    "eks.amazonaws.com/nodegroup-image",
    "eks.amazonaws.com/sourceLaunchTemplateId",
    "eks.amazonaws.com/sourceLaunchTemplateVersion",
    "topology.ebs.csi.aws.com/zone",
    "topology.k8s.aws/zone-id",
)
"""Labels in which the groups of a pool may differ although each would do: of the zone, and of the image while an update
goes from zone to zone. The autoscaler itself looks past the zone's name and the group's (kubernetes/autoscaler,
cluster-autoscaler/processors/nodegroupset/aws_nodegroups.go; read 2026-11-29). Its chart cuts a flag off at the
underscore, so that one may be given more than once (charts/cluster-autoscaler, values.yaml, extraArgs; read
2026-11-29)."""


@dataclass(frozen=True, kw_only=True)
class ChartVersions:
    """Chart versions, as the charts' own repositories had them in August 2026.

    The Vertical Pod Autoscaler's 1.7 line supports Kubernetes 1.35 to 1.37 (its compatibility table).
    """

    load_balancer_controller: str = "3.5.0"
    cluster_autoscaler: str = "9.59.0"
    keda: str = "2.20.2"
    vertical_pod_autoscaler: str = "0.11.0"
    prometheus_stack: str = "88.5.3"


@dataclass(frozen=True, kw_only=True)
class LoadBalancerController:
    """Registers pods in target groups that exist outside of the cluster; it creates no load balancer itself."""

    region: str
    vpc_id: pulumi.Input[str]


@dataclass(frozen=True, kw_only=True)
class ClusterAutoscaler:
    """Adds nodes for pods that fit nowhere and removes idle ones, within the bounds of each node group.

    Attributes:
        region: of the node groups.
        cluster_version: whose minor version the autoscaler has.
        nodes_of_a_zone: the most nodes that all node groups together have in one zone.
    """

    region: str
    cluster_version: str
    nodes_of_a_zone: int = 0

    @property
    def image_tag(self) -> str:
        """The autoscaler's minor version is the cluster's (its documentation, "Releases")."""
        return f"v{'.'.join(self.cluster_version.split('.')[:MINOR_PARTS])}.0"


@dataclass(frozen=True, kw_only=True)
class PrometheusStack:
    """Prometheus, Alertmanager and Grafana.

    Attributes:
        region: of the topic.
        alert_topic_arn: SNS topic that alerts go to; None keeps them inside Alertmanager.
        grafana_password: of the user admin; None for no Grafana.
        retention_days: how long samples are kept.
        storage_gib: Prometheus' volume.
        replicas: of Prometheus and Alertmanager, each in a zone of its own: two survive the loss of one.
        scrape_interval_seconds: of everything that names no interval of its own.
    """

    region: str
    grafana_password: pulumi.Input[str] | None
    alert_topic_arn: pulumi.Input[str] | None = None
    retention_days: int = 15
    storage_gib: int = 50
    replicas: int = 1
    scrape_interval_seconds: int = 15


@dataclass(frozen=True, kw_only=True)
class OperatorsArgs:
    """Which operators run. None leaves one out.

    Attributes:
        cluster_name: the EKS cluster's name.
        load_balancer_controller: needed by the gateway's target group bindings.
        cluster_autoscaler: needed when node groups have room between min and max.
        keda: needed by the autoscaler's backend "keda".
        vertical_pod_autoscaler: needed by every vertical autoscaler.
        vertical_changes_pods: whether one of them does more than recommend, and needs who changes pods.
        prometheus_stack: needed by rules, pod monitors and KEDA's requests per second.
        versions: chart versions.
        placement: the node pool for system pods.
        high_availability: two replicas of each operator instead of one.
    """

    cluster_name: pulumi.Input[str]
    load_balancer_controller: LoadBalancerController | None = None
    cluster_autoscaler: ClusterAutoscaler | None = None
    keda: bool = False
    vertical_pod_autoscaler: bool = False
    vertical_changes_pods: bool = True
    prometheus_stack: PrometheusStack | None = None
    versions: ChartVersions = field(default_factory=ChartVersions)
    placement: Placement = field(default_factory=Placement)
    high_availability: bool = True

    @property
    def replicas(self) -> int:
        """Pods of each operator."""
        return 2 if self.high_availability else 1


def placement_values(placement: Placement) -> Values:
    """NodeSelector and tolerations as charts take them; empty when pods may run anywhere."""
    values: Values = {}
    if placement.label_key:
        values["nodeSelector"] = {placement.label_key: placement.label_value}
    if placement.taint_key:
        toleration = {"key": placement.taint_key, "operator": "Exists"}
        if placement.taint_value:
            toleration = {"key": placement.taint_key, "operator": "Equal", "value": placement.taint_value}
        values["tolerations"] = [toleration]
    return values


def load_balancer_controller_values(args: OperatorsArgs, controller: LoadBalancerController) -> Values:
    """Values of aws-load-balancer-controller: target group bindings only.

    Its webhook on Services is off: with it, no Service of the cluster can be created while the controller is down.
    """
    return {
        "clusterName": args.cluster_name,
        "region": controller.region,
        "vpcId": controller.vpc_id,
        "replicaCount": args.replicas,
        "serviceAccount": {"create": True, "name": LOAD_BALANCER_ACCOUNT},
        "defaultTargetType": "ip",
        "enableServiceMutatorWebhook": False,
        "createIngressClassResource": False,
        "ingressClassParams": {"create": False},
        "keepTLSSecret": True,
        "podDisruptionBudget": {"maxUnavailable": 1} if args.high_availability else {},
        "priorityClassName": CLUSTER_CRITICAL,
        "resources": resources("100m", "128Mi", "256Mi"),
        "topologySpreadConstraints": spread(name="aws-load-balancer-controller"),
        **placement_values(args.placement),
    }


def cluster_autoscaler_values(args: OperatorsArgs, autoscaler: ClusterAutoscaler) -> Values:
    """Values of cluster-autoscaler: managed node groups are found by the tags that EKS gives them."""
    return {
        "autoDiscovery": {"clusterName": args.cluster_name},
        "awsRegion": autoscaler.region,
        "cloudProvider": "aws",
        "replicaCount": args.replicas,
        "image": {"tag": autoscaler.image_tag},
        "rbac": {"serviceAccount": {"create": True, "name": CLUSTER_AUTOSCALER_ACCOUNT}},
        "extraArgs": {
            "balance-similar-node-groups": True,
            **{f"balancing-ignore-label_{count}": label for count, label in enumerate(OF_A_ZONE, 1)},
            "expander": "least-waste",
            # as long as an update of the nodes waits, not its own 10 minutes: one limit for every drain
            "max-graceful-termination-sec": NODE_UPDATE_SECONDS,
            # A lost zone's nodes that never come are counted as room until then; its own 15 minutes keep pods waiting.
            "max-node-provision-time": f"{NODE_PROVISION_SECONDS}s",
            # More unready nodes than these and 45 % stop all growth: a lost zone alone must not, however full it was.
            "ok-total-unready-count": max(OK_UNREADY_NODES, autoscaler.nodes_of_a_zone),
            "skip-nodes-with-local-storage": False,
            "skip-nodes-with-system-pods": False,
        },
        "priorityClassName": CLUSTER_CRITICAL,
        "resources": resources("100m", "256Mi", "512Mi"),
        "topologySpreadConstraints": spread(name="aws-cluster-autoscaler"),
        **placement_values(args.placement),
    }


def keda_values(args: OperatorsArgs) -> Values:
    """Values of keda: operator, metrics server and admission webhooks."""
    return {
        "operator": {"replicaCount": args.replicas},
        "metricsServer": {"replicaCount": args.replicas},
        "webhooks": {"replicaCount": args.replicas},
        "podDisruptionBudget": {
            part: {"maxUnavailable": 1} if args.high_availability else {}
            for part in ("operator", "metricServer", "webhooks")
        },
        "resources": {
            "operator": resources("100m", "128Mi", "512Mi"),
            "metricServer": resources("50m", "64Mi", "256Mi"),
            "webhooks": resources("10m", "32Mi", "128Mi"),
        },
        "priorityClassName": OPERATOR_PRIORITY,
        "topologySpreadConstraints": {
            "operator": spread(app="keda-operator"),
            "metricsServer": spread(app="keda-operator-metrics-apiserver"),
            "webhooks": spread(app="keda-admission-webhooks"),
        },
        **placement_values(args.placement),
    }


def vertical_pod_autoscaler_values(args: OperatorsArgs) -> Values:
    """Values of vertical-pod-autoscaler: a recommender, and what changes pods only where it may.

    Recommendations that nobody reads at once need no second recommender. The admission controller is asked about every
    pod that is made, so it ranks with the operators; the chart lets pods through while it is away.
    """
    place = placement_values(args.placement)
    if not args.vertical_changes_pods:
        alone = {"replicas": 1, "podDisruptionBudget": {"enabled": False}, "priorityClassName": TOOL_PRIORITY, **place}
        return {
            "recommender": {**alone, "resources": resources("50m", "256Mi", "512Mi")},
            "updater": {"enabled": False},
            "admissionController": {"enabled": False},
        }
    budget = {"enabled": args.high_availability}
    common = {"replicas": args.replicas, "podDisruptionBudget": budget, "priorityClassName": OPERATOR_PRIORITY, **place}
    return {
        "recommender": {**common, "resources": resources("50m", "256Mi", "512Mi")},
        "updater": {**common, "resources": resources("50m", "128Mi", "256Mi")},
        "admissionController": {
            **common,
            "resources": resources("50m", "64Mi", "256Mi"),
            "certGen": {"resources": HOOK, "priorityClassName": OPERATOR_PRIORITY, **place},
        },
    }
