"""How long a change keeps people waiting, by resource kind.

Upper bounds are the default time-outs of the Terraform AWS provider (its documentation, section Timeouts of each
resource), which the Pulumi provider shares: after that time an operation is given up. They are bounds, not forecasts.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from plan import PlannedResource

SOURCE = "Terraform AWS provider documentation, default time-outs"


@dataclass(frozen=True)
class Waiting:
    """How long operations on one kind of resource may take, in minutes."""

    type: str
    op: str
    count: int
    at_most_minutes: int
    source: str = SOURCE


_MINUTES: dict[str, dict[str, int]] = {
    "aws:rds/instance:Instance": {"create": 40, "update": 80, "delete": 60},
    "aws:elasticache/replicationGroup:ReplicationGroup": {"create": 60, "update": 40, "delete": 45},
    "aws:eks/cluster:Cluster": {"create": 30, "update": 60, "delete": 15},
    "aws:eks/nodeGroup:NodeGroup": {"create": 60, "update": 60, "delete": 60},
    "aws:eks/addon:Addon": {"create": 20, "update": 20, "delete": 40},
    "aws:ec2/natGateway:NatGateway": {"create": 10, "update": 10, "delete": 30},
    "aws:ec2/vpcEndpoint:VpcEndpoint": {"create": 10, "update": 10, "delete": 10},
    "aws:lb/loadBalancer:LoadBalancer": {"create": 10, "update": 10, "delete": 10},
}


def waiting(changes: Iterable[PlannedResource]) -> list[Waiting]:
    """The upper bounds for the slow kinds among planned changes, longest first; equal kinds run side by side."""
    counted: dict[tuple[str, str], int] = {}
    for item in changes:
        op = "create" if item.op == "replace" else item.op
        if item.type in _MINUTES and op in _MINUTES[item.type]:
            counted[item.type, op] = counted.get((item.type, op), 0) + 1
    found = [Waiting(kind, op, count, _MINUTES[kind][op]) for (kind, op), count in counted.items()]
    return sorted(found, key=lambda item: (-item.at_most_minutes, item.type, item.op))
