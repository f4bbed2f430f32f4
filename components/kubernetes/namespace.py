"""The namespace of the platform: restricted pods, closed network, priorities, optional quota."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pulumi
import pulumi_kubernetes as k8s

from .children import child_options, given_name
from .labels import standard_labels

if TYPE_CHECKING:
    from collections.abc import Mapping

APP_PRIORITY = "bailbondpro-app"
GATEWAY_PRIORITY = "bailbondpro-gateway"
BATCH_PRIORITY = "bailbondpro-batch"
PRIORITIES: Mapping[str, int] = {APP_PRIORITY: 1000, GATEWAY_PRIORITY: 2000, BATCH_PRIORITY: 100}
"""The gateway outlives application pods on a full node: without it nothing answers at all. Work that can be done later
gives way to both."""


@dataclass(frozen=True, kw_only=True)
class Quota:
    """What all pods of the namespace may request and use together, as Kubernetes quantities."""

    cpu_requests: str
    memory_requests: str
    memory_limits: str
    pods: int


@dataclass(frozen=True, kw_only=True)
class NamespaceArgs:
    """A namespace that admits hardened pods only.

    Attributes:
        name: metadata.name; the guide's autoscaling manifests use "production" (Auto-Scaling). Never "default".
        pod_security_version: pinned version of the Pod Security Standards, such as "v1.35"; "latest" would let a
            cluster upgrade refuse pods that ran the day before.
        readiness_gates: the AWS Load Balancer Controller holds new gateway pods unready until the load balancer
            sends to them (its documentation, "Pod readiness gate"). False where that controller does not run.
        quota: limits over all pods, None for none.
        protect: refuse to delete the namespace.
    """

    name: str
    pod_security_version: str = "v1.35"
    readiness_gates: bool = True
    quota: Quota | None = None
    protect: bool = False

    def __post_init__(self) -> None:
        if self.name in {"default", "kube-system", "kube-public", "kube-node-lease"}:
            raise ValueError(f"{self.name!r} belongs to Kubernetes: the platform needs a namespace of its own")


class Namespace(pulumi.ComponentResource):
    """A namespace under the restricted Pod Security Standard, closed in both directions unless a policy opens it.

    Example:
        ```python
        namespace = Namespace("namespace", NamespaceArgs(name="production", protect=True))
        pulumi.export("namespace", namespace.namespace)
        ```
    """

    namespace: pulumi.Output[str]

    def __init__(self, name: str, args: NamespaceArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("bailbondpro:kubernetes:Namespace", name, None, opts)
        child = child_options(self, opts)
        self.resource = k8s.core.v1.Namespace(
            f"{name}-namespace",
            metadata=k8s.meta.v1.ObjectMetaArgs(name=args.name, labels=_labels(args)),
            opts=pulumi.ResourceOptions.merge(child, pulumi.ResourceOptions(protect=args.protect)),
        )
        self.namespace = given_name(self.resource, args.name)
        _default_deny(name, self.namespace, child)
        if args.quota is not None:
            _resource_quota(name, self.namespace, args.quota, child)
        for priority, value in PRIORITIES.items():
            k8s.scheduling.v1.PriorityClass(
                f"{name}-priority-{priority}",
                metadata=k8s.meta.v1.ObjectMetaArgs(name=priority, labels=standard_labels(priority, "scheduling")),
                value=value,
                global_default=False,
                opts=child,
            )
        self.register_outputs({"namespace": self.namespace})


def _labels(args: NamespaceArgs) -> dict[str, str]:
    labels = standard_labels(args.name, "namespace")
    for mode in ("enforce", "audit", "warn"):
        labels[f"pod-security.kubernetes.io/{mode}"] = "restricted"
        labels[f"pod-security.kubernetes.io/{mode}-version"] = args.pod_security_version
    if args.readiness_gates:
        labels["elbv2.k8s.aws/pod-readiness-gate-inject"] = "enabled"
    return labels


def _default_deny(name: str, namespace: pulumi.Output[str], opts: pulumi.ResourceOptions) -> None:
    k8s.networking.v1.NetworkPolicy(
        f"{name}-default-deny",
        metadata=k8s.meta.v1.ObjectMetaArgs(
            name="default-deny", namespace=namespace, labels=standard_labels("default-deny", "network")
        ),
        spec=k8s.networking.v1.NetworkPolicySpecArgs(
            pod_selector=k8s.meta.v1.LabelSelectorArgs(), policy_types=["Ingress", "Egress"]
        ),
        opts=opts,
    )


def _resource_quota(name: str, namespace: pulumi.Output[str], quota: Quota, opts: pulumi.ResourceOptions) -> None:
    k8s.core.v1.ResourceQuota(
        f"{name}-quota",
        metadata=k8s.meta.v1.ObjectMetaArgs(
            name="platform", namespace=namespace, labels=standard_labels("platform", "quota")
        ),
        spec=k8s.core.v1.ResourceQuotaSpecArgs(
            hard={
                "requests.cpu": quota.cpu_requests,
                "requests.memory": quota.memory_requests,
                "limits.memory": quota.memory_limits,
                "pods": str(quota.pods),
            }
        ),
        opts=opts,
    )
