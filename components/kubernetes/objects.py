"""The Kubernetes objects that every workload is made of, built one way for all of them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pulumi
import pulumi_kubernetes as k8s

from .labels import standard_labels
from .template import pod_template

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .pods import PodTemplate

ROLLOUT_DEADLINE_SECONDS = 600
"""When a rollout without progress counts as failed; also how long an update waits for it."""
MIN_READY_SECONDS = 10
"""How long a new pod must stay ready before the rollout goes on: two periods of the guide's readiness probe."""
REVISION_HISTORY = 5


@dataclass(frozen=True, kw_only=True)
class Rollout:
    """How many pods a rolling update may add and miss; the defaults never lose capacity.

    Raises:
        ValueError: neither may add nor miss a pod, which the API server refuses.
    """

    max_surge: int = 1
    max_unavailable: int = 0

    def __post_init__(self) -> None:
        if self.max_surge < 1 and self.max_unavailable < 1:
            raise ValueError("a rollout needs max_surge or max_unavailable of at least 1, or it never starts")


@dataclass(frozen=True, kw_only=True)
class Identity:
    """What the objects of one workload share.

    Attributes:
        name: prefix of the logical names.
        namespace: where they live.
        app: the `app` label, the selector of the pods.
        component: for the recommended labels.
        opts: options of each object; the parent is the owning component.
    """

    name: str
    namespace: pulumi.Input[str]
    app: str
    component: str
    opts: pulumi.ResourceOptions

    def metadata(
        self, object_name: str, *, skip_await: bool = False, annotations: Mapping[str, str] | None = None
    ) -> k8s.meta.v1.ObjectMetaArgs:
        """Metadata with name, namespace, the `app` label, the recommended labels and annotations of one's own."""
        noted = {**({"pulumi.com/skipAwait": "true"} if skip_await else {}), **(annotations or {})}
        return k8s.meta.v1.ObjectMetaArgs(
            name=object_name,
            namespace=self.namespace,
            labels={"app": self.app, **standard_labels(self.app, self.component)},
            annotations=noted or None,
        )

    def after(self, *resources: pulumi.Resource) -> Identity:
        """The same identity for an object that must not exist before the given resources."""
        options = pulumi.ResourceOptions.merge(self.opts, pulumi.ResourceOptions(depends_on=list(resources)))
        return replace(self, opts=options)

    def selector(self) -> k8s.meta.v1.LabelSelectorArgs:
        """The pods of the workload."""
        return k8s.meta.v1.LabelSelectorArgs(match_labels={"app": self.app})


def service_account(identity: Identity, object_name: str) -> k8s.core.v1.ServiceAccount:
    """An own service account whose token is not mounted."""
    return k8s.core.v1.ServiceAccount(
        f"{identity.name}-service-account",
        metadata=identity.metadata(object_name),
        automount_service_account_token=False,
        opts=identity.opts,
    )


def deployment(
    identity: Identity,
    object_name: str,
    template: PodTemplate,
    replicas: int | None,
    rollout: Rollout | None = None,
) -> k8s.apps.v1.Deployment:
    """A Deployment that rolls without losing capacity, unless told otherwise.

    Args:
        identity: what its objects share.
        object_name: metadata.name.
        template: the pod.
        replicas: None when an autoscaler owns the field: sending it would undo the autoscaler's decision.
        rollout: pods that an update may add and miss.
    """
    pace = rollout or Rollout()
    return k8s.apps.v1.Deployment(
        f"{identity.name}-deployment",
        metadata=identity.metadata(object_name),
        spec=k8s.apps.v1.DeploymentSpecArgs(
            replicas=replicas,
            selector=identity.selector(),
            template=pod_template(template),
            strategy=k8s.apps.v1.DeploymentStrategyArgs(
                type="RollingUpdate",
                rolling_update=k8s.apps.v1.RollingUpdateDeploymentArgs(
                    max_surge=pace.max_surge, max_unavailable=pace.max_unavailable
                ),
            ),
            min_ready_seconds=MIN_READY_SECONDS,
            progress_deadline_seconds=ROLLOUT_DEADLINE_SECONDS,
            revision_history_limit=REVISION_HISTORY,
        ),
        opts=identity.opts,
    )


@dataclass(frozen=True, kw_only=True)
class ServicePort:
    """A named TCP port of a Service and the container port behind it."""

    name: str
    port: int
    target_port: int


def service(
    identity: Identity, object_name: str, ports: tuple[ServicePort, ...], *, headless: bool = False
) -> k8s.core.v1.Service:
    """A ClusterIP Service, or a headless one whose name resolves to the addresses of the ready pods."""
    return k8s.core.v1.Service(
        f"{identity.name}-headless" if headless else f"{identity.name}-service",
        # ready pods are the Deployment's to wait for; a second wait here could only time out on a scale to zero
        metadata=identity.metadata(object_name, skip_await=True),
        spec=k8s.core.v1.ServiceSpecArgs(
            type="ClusterIP",
            cluster_ip="None" if headless else None,
            selector={"app": identity.app},
            ports=[
                k8s.core.v1.ServicePortArgs(
                    name=port.name, port=port.port, target_port=port.target_port, protocol="TCP"
                )
                for port in ports
            ],
        ),
        opts=identity.opts,
    )


def disruption_budget(
    identity: Identity, object_name: str, max_unavailable: int = 1
) -> k8s.policy.v1.PodDisruptionBudget:
    """So many pods may be drained at a time, at least one; pods that are not ready never block a drain.

    Raises:
        ValueError: no pod may be drained, so no node could ever be replaced.
    """
    if max_unavailable < 1:
        raise ValueError(f"{object_name}: a disruption budget of {max_unavailable} blocks every drain of a node")
    return k8s.policy.v1.PodDisruptionBudget(
        f"{identity.name}-disruption-budget",
        metadata=identity.metadata(object_name),
        spec=k8s.policy.v1.PodDisruptionBudgetSpecArgs(
            max_unavailable=max_unavailable,
            selector=identity.selector(),
            unhealthy_pod_eviction_policy="AlwaysAllow",
        ),
        opts=identity.opts,
    )
