"""The horizontal autoscaler of a Deployment, whichever backend renders it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pulumi
import pulumi_kubernetes as k8s

from ..kubernetes.children import child_options
from ..kubernetes.labels import standard_labels
from .render import (
    Backend,
    Manifest,
    Target,
    horizontal_pod_autoscaler_spec,
    scaled_object_spec,
)

if TYPE_CHECKING:
    from .policy import AutoscalingPolicy

DEFAULT_PROMETHEUS = "http://kube-prometheus-stack-prometheus.monitoring.svc.cluster.local:9090"
"""Where kube-prometheus-stack serves its API when released under its own name in `monitoring`."""

_DEPLOYMENT = "@deployment@"
_NAMESPACE = "@namespace@"
"""Stand for names that are not known yet; neither can be part of a Kubernetes name."""


@dataclass(frozen=True, kw_only=True)
class AutoscalerArgs:
    """Scales one Deployment.

    Attributes:
        namespace: namespace of the Deployment.
        deployment_name: metadata.name of the Deployment.
        policy: bounds, targets and speed.
        backend: "keda" (a ScaledObject; KEDA makes the HorizontalPodAutoscaler), "native" (cpu and memory only),
            "custom-metrics-api" (the guide's literal object; an adapter must serve the metric), or "none": nobody
            scales and the count stays, from the update in which KEDA gives the autoscaler up until the next one.
        autoscaler_name: metadata.name of the HorizontalPodAutoscaler in every backend (guide: bailbondpro-hpa).
        app: for the recommended labels.
        prometheus_address: the Prometheus that KEDA asks.

    Raises:
        ValueError: the backend cannot serve a signal of the policy.
    """

    namespace: pulumi.Input[str]
    deployment_name: pulumi.Input[str]
    policy: AutoscalingPolicy
    backend: Backend = "keda"
    autoscaler_name: str = "bailbondpro-hpa"
    app: str = "bailbondpro"
    prometheus_address: str = DEFAULT_PROMETHEUS

    def __post_init__(self) -> None:
        if self.backend != "none":
            self.spec("deployment", "namespace")

    def spec(self, deployment_name: str, namespace: str) -> Manifest:
        """The rendered spec for the resolved names.

        Raises:
            ValueError: the backend cannot serve a signal of the policy.
        """
        target = Target(deployment=deployment_name, namespace=namespace, prometheus_address=self.prometheus_address)
        if self.backend == "keda":
            return scaled_object_spec(self.policy, target, autoscaler_name=self.autoscaler_name)
        custom = self.backend == "custom-metrics-api"
        return horizontal_pod_autoscaler_spec(self.policy, target, custom_metrics=custom)


class Autoscaler(pulumi.ComponentResource):
    """One HorizontalPodAutoscaler over one Deployment, made directly or through KEDA: never both.

    Example:
        ```python
        Autoscaler(
            "app-autoscaler",
            AutoscalerArgs(namespace="production", deployment_name=app.deployment_name, policy=guide_b()),
        )
        ```
    """

    autoscaler_name: pulumi.Output[str]

    def __init__(self, name: str, args: AutoscalerArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("bailbondpro:autoscaling:Autoscaler", name, None, opts)
        child = child_options(self, opts)
        self.autoscaler_name = pulumi.Output.from_input(args.autoscaler_name)
        if args.backend == "keda":
            resource = _scaled_object(name, args, child)
            self.autoscaler_name = resource.id.apply(lambda _: args.autoscaler_name)
        elif args.backend != "none":
            resource = _horizontal_pod_autoscaler(name, args, child)
            self.autoscaler_name = resource.id.apply(lambda _: args.autoscaler_name)
        self.register_outputs({"autoscalerName": self.autoscaler_name})


def _spec(args: AutoscalerArgs) -> Manifest:
    """The spec, in which only the texts that name the Deployment wait for it: a preview shows bounds and targets."""
    names = pulumi.Output.all(args.deployment_name, args.namespace)
    return {key: _filled(value, names) for key, value in args.spec(_DEPLOYMENT, _NAMESPACE).items()}


def _filled(value: object, names: pulumi.Output[list[str]]) -> object:
    if isinstance(value, dict):
        return {key: _filled(item, names) for key, item in value.items()}
    if isinstance(value, list):
        return [_filled(item, names) for item in value]
    if isinstance(value, str) and (_DEPLOYMENT in value or _NAMESPACE in value):
        text = value
        return names.apply(lambda known: text.replace(_DEPLOYMENT, known[0]).replace(_NAMESPACE, known[1]))
    return value


def _metadata(args: AutoscalerArgs, annotations: dict[str, str] | None = None) -> k8s.meta.v1.ObjectMetaArgs:
    return k8s.meta.v1.ObjectMetaArgs(
        name=args.autoscaler_name,
        namespace=args.namespace,
        labels=standard_labels(args.app, "autoscaler"),
        annotations=annotations,
    )


def _scaled_object(name: str, args: AutoscalerArgs, opts: pulumi.ResourceOptions) -> pulumi.CustomResource:
    resource: pulumi.CustomResource = k8s.apiextensions.CustomResource(
        f"{name}-scaled-object",
        api_version="keda.sh/v1alpha1",
        kind="ScaledObject",
        # a cluster that scaled natively before hands its autoscaler over instead of refusing a second one
        metadata=_metadata(args, {"scaledobject.keda.sh/transfer-hpa-ownership": "true"}),
        spec=_spec(args),
        opts=opts,
    )
    return resource


def _horizontal_pod_autoscaler(name: str, args: AutoscalerArgs, opts: pulumi.ResourceOptions) -> pulumi.CustomResource:
    resource: pulumi.CustomResource = k8s.autoscaling.v2.HorizontalPodAutoscaler(
        f"{name}-horizontal-pod-autoscaler",
        metadata=_metadata(args),
        spec=_spec(args),
        opts=opts,
    )
    return resource
