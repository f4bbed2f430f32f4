"""What refers to databases and their groups, and which instances follow which."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.model.references import Target

if TYPE_CHECKING:
    from sandbox.cloud import Cloud, CloudObject

INSTANCE = (Target("aws:rds/instance:Instance", ("id", "identifier", "arn")),)
PARAMETER_GROUP = (Target("aws:rds/parameterGroup:ParameterGroup", ("id", "name")),)
SUBNET_GROUP = (Target("aws:rds/subnetGroup:SubnetGroup", ("id", "name")),)


def replicas_of(cloud: Cloud, source: CloudObject) -> list[CloudObject]:
    """The living replicas of an instance."""
    return [item for item in cloud.of_type(INSTANCE[0].token) if _names(item, source)]


def _names(replica: CloudObject, source: CloudObject) -> bool:
    value = replica.inputs.get("replicateSourceDb")
    return value is not None and any(value in target.handles(source) for target in INSTANCE)
