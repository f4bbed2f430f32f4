"""What a load balancer and its target groups must agree on for zonal shift."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.model.base import Context, Violation, values_at
from sandbox.model.checks import flag, items
from sandbox.model.pairs import pair
from sandbox.protocol.wire import Unknown
from sandbox.services.aws.lb.targets import LISTENER, LOAD_BALANCER, TARGET_GROUP

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sandbox.cloud import Cloud, CloudObject

_TARGETS = ("defaultActions[*].targetGroupArn", "defaultActions[*].forward.targetGroups[*].arn")


def _shifts(balancer: dict[str, Any]) -> bool:
    """Whether a network load balancer takes part in zonal shift while it balances over zones."""
    return (
        balancer.get("loadBalancerType") == "network"
        and flag(balancer.get("enableZonalShift")) is True
        and flag(balancer.get("enableCrossZoneLoadBalancing")) is True
    )


def _unfit(group: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Properties of a target group that zonal shift does not take, each with what it wants instead."""
    if group.get("protocol") not in {"TCP", "TLS"}:
        yield "protocol", "a protocol of TCP or TLS"
    if group.get("targetType") == "alb":
        yield "targetType", "targets other than an application load balancer"
    states = items(group, "targetHealthStates")
    unknown = isinstance(group.get("targetHealthStates"), Unknown)
    if not unknown and not any(flag(state.get("enableUnhealthyConnectionTermination")) is False for state in states):
        yield "targetHealthStates", "targetHealthStates with enableUnhealthyConnectionTermination: false"


def _by_arn(cloud: Cloud, token: str, arn: object) -> CloudObject | None:
    return next((item for item in cloud.of_type(token) if item.outputs.get("arn") == arn), None)


def _refusals(at: str, group: dict[str, Any], names: Iterable[str] = ()) -> Iterator[Violation]:
    for name, wanted in _unfit(group):
        yield Violation(
            name if name in names else at,
            f"zonal shift of a network load balancer with cross-zone load balancing needs {wanted} in every target "
            "group (InvalidConfigurationRequest)",
        )


def _listener(context: Context) -> Iterator[Violation]:
    cloud = context.cloud
    balancer = _by_arn(cloud, LOAD_BALANCER[0].token, context.inputs.get("loadBalancerArn")) if cloud else None
    if cloud is None or balancer is None or not _shifts(balancer.inputs):
        return
    for path in _TARGETS:
        for at, arn in values_at(context.inputs, path):
            group = _by_arn(cloud, TARGET_GROUP[0].token, arn)
            if group is not None:
                yield from _refusals(at, group.inputs)


def _balancer(context: Context) -> Iterator[Violation]:
    cloud = context.cloud
    if cloud is None or context.old is None or not _shifts(context.inputs):
        return
    own = cloud.get(LOAD_BALANCER[0].token, context.id)
    for group in _groups(cloud, own.outputs.get("arn") if own else None):
        yield from _refusals("enableZonalShift", group.inputs)


def _group(context: Context) -> Iterator[Violation]:
    cloud = context.cloud
    if cloud is None or context.old is None:
        return
    own = cloud.get(TARGET_GROUP[0].token, context.id)
    for balancer in cloud.of_type(LOAD_BALANCER[0].token):
        groups = _groups(cloud, balancer.outputs.get("arn"))
        if own is not None and _shifts(balancer.inputs) and any(item.id == own.id for item in groups):
            yield from _refusals("targetHealthStates", context.inputs, ("protocol", "targetType"))


def _groups(cloud: Cloud, balancer_arn: object) -> list[CloudObject]:
    """The target groups that a load balancer's listeners forward to."""
    listeners = [
        item for item in cloud.of_type(LISTENER[0].token) if item.inputs.get("loadBalancerArn") == balancer_arn
    ]
    arns = {arn for item in listeners for path in _TARGETS for _, arn in values_at(item.inputs, path)}
    return [group for group in cloud.of_type(TARGET_GROUP[0].token) if group.outputs.get("arn") in arns]


_SOURCE = "Elastic Load Balancing, Network Load Balancers, Enable zonal shift: prerequisites"
_SAYS = "InvalidConfigurationRequest"
OF_A_LISTENER = pair(
    "zonal-shift-listener",
    _listener,
    refused="a target group that zonal shift does not take, behind a network load balancer that takes part in it",
    says=_SAYS,
    source=_SOURCE,
)
OF_A_BALANCER = pair(
    "zonal-shift-balancer",
    _balancer,
    refused="zonal shift with cross-zone load balancing in front of a target group that does not fit",
    says=_SAYS,
    source=_SOURCE,
)
OF_A_GROUP = pair(
    "zonal-shift-group",
    _group,
    refused="a change of a target group behind such a load balancer by which it does not fit any more",
    says=_SAYS,
    source=_SOURCE,
)
