"""The operators that the platform's Kubernetes objects need, as pinned Helm releases."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pulumi
import pulumi_kubernetes as k8s

from ..kubernetes.children import child_options
from ..kubernetes.labels import standard_labels
from .operator_scheduling import Values, priority_classes
from .operator_values import (
    KEDA_NAMESPACE,
    KUBE_SYSTEM,
    MONITORING_NAMESPACE,
    STORAGE_CLASS,
    OperatorsArgs,
    cluster_autoscaler_values,
    keda_values,
    load_balancer_controller_values,
    vertical_pod_autoscaler_values,
)
from .prometheus_values import prometheus_stack_values

if TYPE_CHECKING:
    from collections.abc import Iterator

RELEASE_TIMEOUT_SECONDS = 600
MAX_HISTORY = 5

LOAD_BALANCER_CONTROLLER = "aws-load-balancer-controller"
CLUSTER_AUTOSCALER = "cluster-autoscaler"
KEDA = "keda"
VERTICAL_POD_AUTOSCALER = "vertical-pod-autoscaler"
PROMETHEUS_STACK = "kube-prometheus-stack"


@dataclass(frozen=True, kw_only=True)
class Chart:
    """One release: chart and release name, repository, version, where and with what values."""

    name: str
    repository: str
    version: str
    namespace: str
    values: Values


class Operators(pulumi.ComponentResource):
    """Pinned Helm releases of the operators; custom resources must wait for the release that brings their kind.

    Example:
        ```python
        operators = Operators("operators", OperatorsArgs(cluster_name="bailbondpro-prod", keda=True))
        options = pulumi.ResourceOptions(depends_on=operators.releases)
        ```
    """

    def __init__(self, name: str, args: OperatorsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("bailbondpro:operators:Operators", name, None, opts)
        child = child_options(self, opts)
        wanted = tuple(charts(args))
        classes = priority_classes(name, child) if wanted else []
        waits = {PROMETHEUS_STACK: [_storage_class(name, child)] if args.prometheus_stack else []}
        self._releases = {
            chart.name: _release(name, chart, child, [*classes, *waits.get(chart.name, [])]) for chart in wanted
        }
        self.releases = list(self._releases.values())
        self.register_outputs({})

    def after(self, *charts: str) -> list[pulumi.Resource]:
        """The releases of the named charts that are installed, for `depends_on`."""
        return [self._releases[chart] for chart in charts if chart in self._releases]


def charts(args: OperatorsArgs) -> Iterator[Chart]:
    """The charts that are switched on."""
    versions = args.versions
    if args.load_balancer_controller is not None:
        yield Chart(
            name=LOAD_BALANCER_CONTROLLER,
            repository="https://aws.github.io/eks-charts",
            version=versions.load_balancer_controller,
            namespace=KUBE_SYSTEM,
            values=load_balancer_controller_values(args, args.load_balancer_controller),
        )
    if args.cluster_autoscaler is not None:
        yield Chart(
            name=CLUSTER_AUTOSCALER,
            repository="https://kubernetes.github.io/autoscaler",
            version=versions.cluster_autoscaler,
            namespace=KUBE_SYSTEM,
            values=cluster_autoscaler_values(args, args.cluster_autoscaler),
        )
    if args.keda:
        yield Chart(
            name=KEDA,
            repository="https://kedacore.github.io/charts",
            version=versions.keda,
            namespace=KEDA_NAMESPACE,
            values=keda_values(args),
        )
    if args.vertical_pod_autoscaler:
        yield Chart(
            name=VERTICAL_POD_AUTOSCALER,
            repository="https://kubernetes.github.io/autoscaler",
            version=versions.vertical_pod_autoscaler,
            namespace=KUBE_SYSTEM,
            values=vertical_pod_autoscaler_values(args),
        )
    if args.prometheus_stack is not None:
        yield Chart(
            name=PROMETHEUS_STACK,
            repository="https://prometheus-community.github.io/helm-charts",
            version=versions.prometheus_stack,
            namespace=MONITORING_NAMESPACE,
            values=prometheus_stack_values(args, args.prometheus_stack),
        )


def _release(name: str, chart: Chart, opts: pulumi.ResourceOptions, waits: list[pulumi.Resource]) -> pulumi.Resource:
    release: pulumi.Resource = k8s.helm.v3.Release(
        f"{name}-{chart.name}",
        name=chart.name,
        chart=chart.name,
        version=chart.version,
        repository_opts=k8s.helm.v3.RepositoryOptsArgs(repo=chart.repository),
        namespace=chart.namespace,
        create_namespace=chart.namespace != KUBE_SYSTEM,
        values=chart.values,
        atomic=True,
        cleanup_on_fail=True,
        max_history=MAX_HISTORY,
        timeout=RELEASE_TIMEOUT_SECONDS,
        opts=pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(depends_on=waits)),
    )
    return release


def _storage_class(name: str, opts: pulumi.ResourceOptions) -> pulumi.Resource:
    """Encrypted gp3 volumes, made in the zone of the pod that needs them (Amazon EBS CSI driver, "Parameters")."""
    storage_class: pulumi.Resource = k8s.storage.v1.StorageClass(
        f"{name}-storage-class",
        metadata=k8s.meta.v1.ObjectMetaArgs(name=STORAGE_CLASS, labels=standard_labels(STORAGE_CLASS, "storage")),
        provisioner="ebs.csi.aws.com",
        parameters={"type": "gp3", "encrypted": "true"},
        reclaim_policy="Delete",
        volume_binding_mode="WaitForFirstConsumer",
        allow_volume_expansion=True,
        opts=opts,
    )
    return storage_class
