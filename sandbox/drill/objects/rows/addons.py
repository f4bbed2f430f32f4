"""Rows of EKS add-ons. Their values are what the add-on's `configurationValues` may hold.

AWS publishes an add-on's defaults through its API alone (`describe-addon-configuration`). What a public chart or
manifest of the same project says is used and named; everything else is assumed.
"""

from __future__ import annotations

from sandbox.drill.objects.rows.charts import COMPONENT, CRITICAL, HOST, INSTANCE, NAME, READ
from sandbox.drill.objects.rows.model import Asked, Container, Part, Row

NODE_CRITICAL = "system-node-critical"
EVERYWHERE = ({"operator": "Exists"},)
ADDONS_TAINT = ({"key": "CriticalAddonsOnly", "operator": "Exists"},)
EBS = Asked("10m", "40Mi", assumed=True)


def _daemon(name: str, containers: tuple[Container, ...], prefix: str = "", *, selector: str = "k8s-app") -> Part:
    """A DaemonSet of the nodes' own software."""
    return Part(
        name=name,
        kind="DaemonSet",
        labels=((selector, name),),
        containers=containers,
        priority_default=NODE_CRITICAL,
        node_selector=(f"{prefix}nodeSelector",),
        tolerations=(f"{prefix}tolerations",),
        tolerations_default=EVERYWHERE,
        affinity=(f"{prefix}affinity",),
        spread=(),
    )


ADDONS: tuple[Row, ...] = (
    Row(
        name="coredns",
        document=(
            "Amazon EKS User Guide, Manage CoreDNS for DNS in Amazon EKS clusters, and AWS Containers Blog, Recent "
            "changes to the CoreDNS add-on; requests as the Kubernetes add-on manifest has them, from memory"
        ),
        version="",
        read="",
        parts=(
            Part(
                name="coredns",
                labels=(("eks.amazonaws.com/component", "coredns"), ("k8s-app", "kube-dns")),
                containers=(Container("coredns", ("resources",), Asked("100m", "70Mi", assumed=True)),),
                replicas=("autoScaling.minReplicas", "replicaCount"),
                replicas_default=2,
                priority_default=CRITICAL,
                tolerations_default=ADDONS_TAINT,
                apart=HOST,
                budget="podDisruptionBudget",
                budget_switch="podDisruptionBudget.enabled",
                budget_default={"enabled": True, "maxUnavailable": 1},
            ),
        ),
    ),
    Row(
        name="metrics-server",
        document="kubernetes-sigs/metrics-server, charts/metrics-server: values.yaml; two replicas from memory",
        version="",
        read=READ,
        parts=(
            Part(
                name="metrics-server",
                labels=((NAME, "metrics-server"), (INSTANCE, "metrics-server")),
                containers=(Container("metrics-server", ("resources",), Asked("100m", "200Mi", assumed=True)),),
                replicas=("replicas",),
                replicas_default=2,
                priority_default=CRITICAL,
                tolerations_default=ADDONS_TAINT,
                apart=HOST,
                budget="podDisruptionBudget",
                budget_switch="podDisruptionBudget.enabled",
                budget_default={"enabled": True, "maxUnavailable": 1},
            ),
        ),
    ),
    Row(
        name="aws-ebs-csi-driver",
        document="kubernetes-sigs/aws-ebs-csi-driver, charts/aws-ebs-csi-driver: workloads and containers from memory",
        version="",
        read="",
        parts=(
            Part(
                name="ebs-csi-controller",
                labels=(("app", "ebs-csi-controller"), (NAME, "aws-ebs-csi-driver")),
                containers=(
                    Container("ebs-plugin", ("controller.resources",), EBS),
                    Container("csi-provisioner", ("sidecars.provisioner.resources",), EBS),
                    Container("csi-attacher", ("sidecars.attacher.resources",), EBS),
                    Container("csi-snapshotter", ("sidecars.snapshotter.resources",), EBS),
                    Container("csi-resizer", ("sidecars.resizer.resources",), EBS),
                    Container("liveness-probe", ("sidecars.livenessProbe.resources",), EBS),
                ),
                replicas=("controller.replicaCount",),
                replicas_default=2,
                priority_default=CRITICAL,
                node_selector=("controller.nodeSelector",),
                tolerations=("controller.tolerations",),
                tolerations_default=ADDONS_TAINT,
                affinity=("controller.affinity",),
                spread=("controller.topologySpreadConstraints",),
                apart=HOST,
                budget="controller.podDisruptionBudget",
                budget_switch="controller.podDisruptionBudget.enabled",
                budget_default={"enabled": True, "maxUnavailable": 1},
            ),
            _daemon(
                "ebs-csi-node",
                (
                    Container("ebs-plugin", ("node.resources",), EBS),
                    Container("node-driver-registrar", ("sidecars.nodeDriverRegistrar.resources",), EBS),
                    Container("liveness-probe", ("sidecars.livenessProbe.resources",), EBS),
                ),
                "node.",
                selector="app",
            ),
        ),
    ),
    Row(
        name="vpc-cni",
        document="aws/eks-charts, stable/aws-vpc-cni 1.22.4: values.yaml, templates/daemonset.yaml",
        version="",
        read=READ,
        parts=(
            _daemon(
                "aws-node",
                (
                    Container("aws-node", ("resources",), Asked("25m")),
                    Container("aws-eks-nodeagent", ("nodeAgent.resources", "resources"), Asked("25m")),
                ),
            ),
        ),
    ),
    Row(
        name="kube-proxy",
        document="Amazon EKS User Guide, Manage kube-proxy in Amazon EKS clusters; the request from memory",
        version="",
        read="",
        parts=(_daemon("kube-proxy", (Container("kube-proxy", ("resources",), Asked("100m", assumed=True)),)),),
    ),
    Row(
        name="eks-pod-identity-agent",
        document="Amazon EKS User Guide, Set up the Amazon EKS Pod Identity Agent; requests from memory",
        version="",
        read="",
        parts=(
            _daemon(
                "eks-pod-identity-agent",
                (Container("eks-pod-identity-agent", ("resources",), Asked(assumed=True)),),
                selector=NAME,
            ),
        ),
    ),
    Row(
        name="eks-node-monitoring-agent",
        document="Amazon EKS User Guide, Detect node health issues and enable automatic node repair; from memory",
        version="",
        read="",
        parts=(
            _daemon(
                "eks-node-monitoring-agent",
                (
                    Container(
                        "eks-node-monitoring-agent", ("monitoringAgent.resources",), Asked("10m", "30Mi", assumed=True)
                    ),
                ),
                "monitoringAgent.",
                selector=NAME,
            ),
        ),
    ),
    Row(
        name="amazon-cloudwatch-observability",
        document="CloudWatch User Guide, Install the CloudWatch agent with the CloudWatch Observability EKS add-on",
        version="",
        read="",
        namespace="amazon-cloudwatch",
        parts=(
            Part(
                name="amazon-cloudwatch-observability-controller-manager",
                labels=((NAME, "amazon-cloudwatch-observability"), (COMPONENT, "controller-manager")),
                containers=(Container("manager", ("manager.resources",), Asked("100m", "64Mi", assumed=True)),),
                priority_default="",
                node_selector=(),
                tolerations=("tolerations",),
            ),
            _daemon(
                "cloudwatch-agent",
                (Container("otc-container", ("agent.resources",), Asked("250m", "128Mi", assumed=True)),),
                selector=NAME,
            ),
            _daemon(
                "fluent-bit",
                (Container("fluent-bit", ("containerLogs.fluentBit.resources",), Asked("50m", "25Mi", assumed=True)),),
            ),
        ),
    ),
)
