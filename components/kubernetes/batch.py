"""Pods that run once and end: the same hardening as every other pod, without probes and without a share of zones."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pulumi_kubernetes as k8s

from .labels import standard_labels
from .namespace import BATCH_PRIORITY
from .pods import Annotation, EnvEntry, Mount, Placement, Resources
from .template import (
    container_security,
    environment,
    node_selector,
    pod_security,
    resource_requirements,
    volume_mounts,
    volumes,
)
from .template import tolerations as placement_tolerations

if TYPE_CHECKING:
    import pulumi

core = k8s.core.v1
batch = k8s.batch.v1


@dataclass(frozen=True, kw_only=True)
class BatchPod:
    """One container that ends by itself.

    Attributes:
        app: value of the `app` label, for network policies.
        component: for `app.kubernetes.io/component`.
        image: repository with tag or digest.
        command: program and arguments, instead of the image's own.
        env: environment of the container.
        mounts: files and scratch directories.
        resources: requests and limits.
        service_account: whose token is not mounted.
        retries: pods after the first that failed, 0 or more.
        deadline_seconds: after which the job counts as failed, pods of retries included.
        annotations: of the pod.
        placement: node pool.
        priority_class: who goes first on a full node.
    """

    app: str
    component: str
    image: pulumi.Input[str]
    command: tuple[str, ...]
    env: tuple[EnvEntry, ...] = ()
    mounts: tuple[Mount, ...] = ()
    resources: Resources
    service_account: pulumi.Input[str]
    retries: int = 2
    deadline_seconds: int = 600
    annotations: tuple[Annotation, ...] = ()
    placement: Placement = field(default_factory=Placement)
    priority_class: str = BATCH_PRIORITY

    def __post_init__(self) -> None:
        if not self.command:
            raise ValueError(f"{self.app}: a pod that runs once needs a command")


def job_spec(pod: BatchPod) -> k8s.batch.v1.JobSpecArgs:
    """The specification of a job that runs the pod to its end, in a new pod after each failure."""
    return batch.JobSpecArgs(
        backoff_limit=pod.retries,
        active_deadline_seconds=pod.deadline_seconds,
        template=core.PodTemplateSpecArgs(
            metadata=k8s.meta.v1.ObjectMetaArgs(
                labels={"app": pod.app, **standard_labels(pod.app, pod.component)},
                annotations={entry.key: entry.value for entry in pod.annotations} or None,
            ),
            spec=core.PodSpecArgs(
                automount_service_account_token=False,
                containers=[
                    core.ContainerArgs(
                        name=pod.component,
                        image=pod.image,
                        command=list(pod.command),
                        env=environment(pod.env),
                        volume_mounts=volume_mounts(pod.mounts),
                        resources=resource_requirements(pod.resources),
                        security_context=container_security(),
                    )
                ],
                enable_service_links=False,
                node_selector=node_selector(pod.placement),
                priority_class_name=pod.priority_class,
                restart_policy="Never",
                security_context=pod_security(),
                service_account_name=pod.service_account,
                tolerations=placement_tolerations(pod.placement),
                volumes=volumes(pod.mounts),
            ),
        ),
    )
