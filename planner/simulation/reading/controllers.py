"""Programs of the cluster that requests, autoscalers and nodes rest on, and that a plan does not have.

Only plans with a cluster of their own are asked: what runs in somebody else's is not theirs to say. Sources are the
EKS User Guide (Amazon EKS add-ons) and the programs' documentation; unverified 2026-12-01.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from plan.tokens import ADDON, AUTOSCALERS, CLUSTER, NODE_GROUP, RELEASE, SCALED_OBJECT, TARGET_GROUP_BINDING
from planner.plan_values import at, items, number, text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from plan import Plan, PlannedResource

KEDA = "keda"
_SELF_MADE = (
    ("vpc-cni", "no vpc-cni: pods get no address"),
    ("kube-proxy", "no kube-proxy: Services lead nowhere"),
    ("coredns", "no CoreDNS: pods find no Service by its name"),
)
"""Add-ons that EKS installs by itself, unless the cluster says that it shall not (`bootstrapSelfManagedAddons`)."""
_MEASURED = frozenset(("cpu", "memory"))


def absent(plan: Plan) -> Iterator[str]:
    """What the plan's cluster lacks, in words.

    Args:
        plan: the plan.
    """
    charts = {text(item.inputs, "chart") for item in plan.of_type(RELEASE)}
    if any(plan.of_type(SCALED_OBJECT)) and KEDA not in charts:
        yield "ScaledObjects without a release of KEDA: nothing scales"
    cluster = next(iter(plan.of_type(CLUSTER)), None)
    if cluster is None or at(cluster.inputs, "computeConfig", "enabled") is True:  # EKS Auto Mode brings all of them
        return
    addons = {text(item.inputs, "addonName") for item in plan.of_type(ADDON)}
    if at(cluster.inputs, "bootstrapSelfManagedAddons") is False:
        yield from (said for name, said in _SELF_MADE if name not in addons)
    if any(plan.of_type(TARGET_GROUP_BINDING)) and "aws-load-balancer-controller" not in charts:
        yield "TargetGroupBindings without the AWS Load Balancer Controller: the load balancer has no targets"
    if "metrics-server" not in addons | charts and any(map(_measures, plan.of_type(*AUTOSCALERS))):
        yield "autoscalers by cpu or memory without metrics-server: nothing scales by them"
    if not charts & {"cluster-autoscaler", "karpenter"} and any(map(_grows, plan.of_type(NODE_GROUP))):
        yield "node groups that may grow without a cluster-autoscaler: no node is added"


def _measures(scaler: PlannedResource) -> bool:
    """Whether an autoscaler asks for the use of pods."""
    metrics = (text(metric, "resource", "name") for metric in items(scaler.inputs, "spec", "metrics"))
    triggers = (text(trigger, "type") for trigger in items(scaler.inputs, "spec", "triggers"))
    return bool(_MEASURED.intersection((*metrics, *triggers)))


def _grows(group: PlannedResource) -> bool:
    low, high = (number(group.inputs, "scalingConfig", name, default=0) for name in ("minSize", "maxSize"))
    return low < high
