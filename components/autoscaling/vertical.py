"""The vertical autoscaler: recommends, or moves what no horizontal autoscaler looks at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

import pulumi
import pulumi_kubernetes as k8s

from ..kubernetes.children import child_options
from ..kubernetes.labels import standard_labels
from ..kubernetes.quantities import mebibytes, millicores

if TYPE_CHECKING:
    from .policy import AutoscalingPolicy
    from .render import Manifest

VerticalMode: TypeAlias = Literal["recommend", "memory", "full", "guide"]

_UPDATE_MODES = {"recommend": "Off", "memory": "InPlaceOrRecreate", "full": "InPlaceOrRecreate"}
_RESOURCES = {"recommend": ("cpu", "memory"), "memory": ("memory",), "full": ("cpu", "memory")}


@dataclass(frozen=True, kw_only=True)
class VerticalPolicy:
    """Bounds and mode of a vertical autoscaler; the defaults are the guide's bounds (Auto-Scaling, hpa-config.yml).

    Attributes:
        mode: "recommend" only says what it would do; "memory" resizes memory; "full" resizes cpu and memory;
            "guide" is the guide's literal combination, which is always refused.
        min_cpu: least request.
        min_memory: least request.
        max_cpu: greatest request.
        max_memory: greatest request; must fit a node.

    Raises:
        ValueError: a greatest value is below its least value.
    """

    mode: VerticalMode = "recommend"
    min_cpu: str = "100m"
    min_memory: str = "128Mi"
    max_cpu: str = "2"
    max_memory: str = "4Gi"

    def __post_init__(self) -> None:
        if millicores(self.max_cpu) < millicores(self.min_cpu):
            raise ValueError(f"max_cpu {self.max_cpu} is below min_cpu {self.min_cpu}")
        if mebibytes(self.max_memory) < mebibytes(self.min_memory):
            raise ValueError(f"max_memory {self.max_memory} is below min_memory {self.min_memory}")


def conflict(mode: VerticalMode, horizontal: AutoscalingPolicy | None) -> str | None:
    """Why a vertical mode cannot run beside a horizontal policy, or None.

    Both on one resource feed on each other: a larger request lowers the utilization that the horizontal one sees
    (Vertical Pod Autoscaler documentation, "Known limitations").
    """
    if mode == "guide":
        return (
            "the guide's combination (updateMode Auto on cpu and memory beside a horizontal autoscaler on both)"
            " is ruled out by the Vertical Pod Autoscaler's documentation, and Auto is deprecated: use recommend"
        )
    if horizontal is None or mode == "recommend":
        return None
    used = {
        name
        for name, percent in (("cpu", horizontal.cpu_percent), ("memory", horizontal.memory_percent))
        if percent is not None
    }
    if shared := sorted(used & set(_RESOURCES[mode])):
        return (
            f"mode {mode} resizes {' and '.join(shared)}, which the horizontal autoscaler scales by:"
            " use recommend, or take that signal out of the horizontal autoscaler"
        )
    return None


def vertical_pod_autoscaler_spec(policy: VerticalPolicy, deployment: pulumi.Input[str], container: str) -> Manifest:
    """The spec of an autoscaling.k8s.io/v1 VerticalPodAutoscaler.

    Requests only: a limit that moved in proportion would leave the heap limit of a running Node.js process behind,
    and double the guide's 4Gi maximum.
    """
    return {
        "targetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": deployment},
        "updatePolicy": {"updateMode": _UPDATE_MODES[policy.mode]},
        "resourcePolicy": {
            "containerPolicies": [
                {
                    "containerName": container,
                    "minAllowed": {"cpu": policy.min_cpu, "memory": policy.min_memory},
                    "maxAllowed": {"cpu": policy.max_cpu, "memory": policy.max_memory},
                    "controlledResources": list(_RESOURCES[policy.mode]),
                    "controlledValues": "RequestsOnly",
                }
            ]
        },
    }


@dataclass(frozen=True, kw_only=True)
class VerticalAutoscalerArgs:
    """Watches, and in some modes resizes, one container of a Deployment.

    Attributes:
        namespace: namespace of the Deployment.
        deployment_name: metadata.name of the Deployment.
        container_name: the container.
        policy: bounds and mode.
        horizontal: the horizontal policy of the same Deployment, None when it has none.
        autoscaler_name: metadata.name (guide: bailbondpro-vpa).
        app: for the recommended labels.

    Raises:
        ValueError: the mode conflicts with the horizontal policy; the message says why.
    """

    namespace: pulumi.Input[str]
    deployment_name: pulumi.Input[str]
    container_name: str = "app"
    policy: VerticalPolicy
    horizontal: AutoscalingPolicy | None
    autoscaler_name: str = "bailbondpro-vpa"
    app: str = "bailbondpro"

    def __post_init__(self) -> None:
        if reason := conflict(self.policy.mode, self.horizontal):
            raise ValueError(reason)


class VerticalAutoscaler(pulumi.ComponentResource):
    """A VerticalPodAutoscaler. Its resource kind must be installed first (component `Operators`).

    Example:
        ```python
        bounds = VerticalPolicy(mode="recommend", max_cpu="2", max_memory="4Gi")
        args = VerticalAutoscalerArgs(
            namespace="production", deployment_name=app.deployment_name, policy=bounds, horizontal=guide_b()
        )
        VerticalAutoscaler("app-vertical-autoscaler", args)
        ```
    """

    autoscaler_name: pulumi.Output[str]

    def __init__(self, name: str, args: VerticalAutoscalerArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("bailbondpro:autoscaling:VerticalAutoscaler", name, None, opts)
        resource = k8s.apiextensions.CustomResource(
            f"{name}-vertical-pod-autoscaler",
            api_version="autoscaling.k8s.io/v1",
            kind="VerticalPodAutoscaler",
            metadata=k8s.meta.v1.ObjectMetaArgs(
                name=args.autoscaler_name,
                namespace=args.namespace,
                labels=standard_labels(args.app, "autoscaler"),
            ),
            # Only the name may wait for the update: of a spec that does, a preview would show no updateMode.
            spec=vertical_pod_autoscaler_spec(args.policy, args.deployment_name, args.container_name),
            opts=child_options(self, opts),
        )
        self.autoscaler_name = resource.id.apply(lambda _: args.autoscaler_name)
        self.register_outputs({"autoscalerName": self.autoscaler_name})
