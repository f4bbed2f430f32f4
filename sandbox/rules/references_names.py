"""Names that only one living resource may carry, and when a replacement must wait for the old bearer to go."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sandbox.computed.aws import as_stored
from sandbox.model.base import Context, Rule, Violation, known
from sandbox.model.names import name_taken
from sandbox.services import ROWS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sandbox.cloud import Cloud, CloudObject

SECRET = "aws:secretsmanager/secret:Secret"
SECRET_RESERVED = "secret-name"
"""Mark of a secret's name while the deleted secret can still be restored."""


@dataclass(frozen=True)
class Unique:
    """Properties that no two living objects of a type share.

    Attributes:
        token: the type.
        keys: the properties, the one that a message names last.
        error: what the real service answers to the second object.
    """

    token: str
    keys: tuple[str, ...]
    error: str

    def key(self, inputs: dict[str, Any]) -> tuple[str, ...] | None:
        """The values that must be unique, with the region, or None where one is not known."""
        stored = as_stored(self.token, inputs)
        found = [stored.get(name) for name in self.keys]
        return (*map(str, found), str(inputs.get("region") or "")) if all(map(known, found)) else None


UNIQUE = (
    Unique("aws:rds/instance:Instance", ("identifier",), "DBInstanceAlreadyExists: DB instance already exists"),
    Unique("aws:rds/subnetGroup:SubnetGroup", ("name",), "DBSubnetGroupAlreadyExists"),
    Unique("aws:rds/parameterGroup:ParameterGroup", ("name",), "DBParameterGroupAlreadyExists"),
    Unique("aws:rds/eventSubscription:EventSubscription", ("name",), "SubscriptionAlreadyExist"),
    Unique(
        "aws:elasticache/replicationGroup:ReplicationGroup",
        ("replicationGroupId",),
        "ReplicationGroupAlreadyExists: Replication group already exists",
    ),
    Unique("aws:elasticache/subnetGroup:SubnetGroup", ("name",), "CacheSubnetGroupAlreadyExists"),
    Unique("aws:elasticache/parameterGroup:ParameterGroup", ("name",), "CacheParameterGroupAlreadyExists"),
    Unique("aws:eks/cluster:Cluster", ("name",), "ResourceInUseException: Cluster already exists with this name"),
    Unique("aws:eks/nodeGroup:NodeGroup", ("clusterName", "nodeGroupName"), "ResourceInUseException"),
    Unique("aws:eks/addon:Addon", ("clusterName", "addonName"), "ResourceInUseException: Addon already exists"),
    Unique(
        "aws:eks/accessEntry:AccessEntry",
        ("clusterName", "principalArn"),
        "ResourceInUseException: The specified access entry resource is already in use on this cluster",
    ),
    Unique(
        "aws:eks/podIdentityAssociation:PodIdentityAssociation",
        ("clusterName", "namespace", "serviceAccount"),
        "ResourceInUseException: Association already exists",
    ),
    Unique("aws:lb/loadBalancer:LoadBalancer", ("name",), "DuplicateLoadBalancerName"),
    Unique("aws:lb/targetGroup:TargetGroup", ("name",), "DuplicateTargetGroupName"),
    Unique("aws:lb/listener:Listener", ("loadBalancerArn", "port"), "DuplicateListener"),
    Unique(
        "aws:cloudwatch/logGroup:LogGroup",
        ("name",),
        "ResourceAlreadyExistsException: The specified log group already exists",
    ),
    Unique("aws:iam/role:Role", ("name",), "EntityAlreadyExists"),
    Unique("aws:iam/policy:Policy", ("name",), "EntityAlreadyExists"),
    Unique("aws:iam/instanceProfile:InstanceProfile", ("name",), "EntityAlreadyExists"),
    Unique(SECRET, ("name",), "ResourceExistsException: The operation failed because the secret already exists"),
    Unique("aws:s3/bucket:Bucket", ("bucket",), "BucketAlreadyOwnedByYou"),
    Unique("aws:ecr/repository:Repository", ("name",), "RepositoryAlreadyExistsException"),
    Unique("aws:kms/alias:Alias", ("name",), "AlreadyExistsException"),
    Unique("aws:ssm/parameter:Parameter", ("name",), "ParameterAlreadyExists"),
    Unique("aws:budgets/budget:Budget", ("name",), "DuplicateRecordException"),
    Unique("aws:ec2/launchTemplate:LaunchTemplate", ("name",), "InvalidLaunchTemplateName.AlreadyExistsException"),
    Unique("aws:ec2/securityGroup:SecurityGroup", ("vpcId", "name"), "InvalidGroup.Duplicate"),
    Unique(
        "aws:ec2/internetGateway:InternetGateway", ("vpcId",), "InvalidParameterValue: the network has one attached"
    ),
    Unique("aws:ec2/routeTableAssociation:RouteTableAssociation", ("subnetId",), "Resource.AlreadyAssociated"),
    Unique("aws:ec2/route:Route", ("routeTableId", "destinationCidrBlock"), "RouteAlreadyExists"),
    Unique("aws:ec2/route:Route", ("routeTableId", "destinationIpv6CidrBlock"), "RouteAlreadyExists"),
)
_UNIQUE = {token: tuple(row for row in UNIQUE if row.token == token) for token in {row.token for row in UNIQUE}}


_BY_ROW = name_taken(ROWS.values())


def _taken(context: Context) -> Iterator[Violation]:
    if context.token in ROWS:
        yield from _BY_ROW.check(context)
        return
    for row in _UNIQUE.get(context.token, ()):
        if context.token == "aws:ssm/parameter:Parameter" and context.inputs.get("overwrite"):
            continue
        wanted = row.key(context.inputs)
        if wanted is None or context.cloud is None:
            continue
        bearer = _bearer(context.cloud, row, wanted, context.id)
        if bearer is not None:
            yield Violation(row.keys[-1], f"{wanted[-2]!r} is taken by {bearer.name} ({row.error})")


def _bearer(cloud: Cloud, row: Unique, wanted: tuple[str, ...], identity: str) -> CloudObject | None:
    for item in cloud.of_type(row.token):
        if item.id != identity and row.key(item.inputs) == wanted:
            return item
    return None


def _reserved(context: Context) -> Iterator[Violation]:
    name = context.inputs.get("name")
    if context.id or context.cloud is None or not isinstance(name, str):
        return
    if context.cloud.marked(SECRET_RESERVED, name):
        yield Violation(
            "name",
            f"{name!r} belonged to a secret that is scheduled for deletion and keeps its name until then; restore it, "
            "wait, or set recoveryWindowInDays to 0 before it is deleted (InvalidRequestException: You can't create "
            "this secret because a secret with this name is already scheduled for deletion)",
        )


def _rule_twice(context: Context) -> Iterator[Violation]:
    if context.cloud is None:
        return
    wanted = _permission(context.inputs)
    for item in context.cloud.of_type(context.token):
        if item.id != context.id and _permission(item.inputs) == wanted:
            yield Violation(
                "securityGroupId", f"{item.name} is the same rule of this group (InvalidPermission.Duplicate)"
            )


def _permission(inputs: dict[str, Any]) -> tuple[str, ...]:
    names = ("securityGroupId", "ipProtocol", "fromPort", "toPort")
    peers = ("cidrIpv4", "cidrIpv6", "prefixListId", "referencedSecurityGroupId")
    return tuple(str(inputs.get(name)) for name in names + peers)


RULES = (
    Rule(
        "name-taken",
        "API reference of each service, the create operation's errors",
        (*(token for token in _UNIQUE if token not in ROWS), *_BY_ROW.types),
        _taken,
    ),
    Rule(
        "secret-name-reserved",
        "AWS Secrets Manager User Guide, Delete a secret; API Reference, CreateSecret",
        (SECRET,),
        _reserved,
    ),
    Rule(
        "security-group-rule-twice",
        "Amazon EC2 API Reference, AuthorizeSecurityGroupIngress; Error codes, InvalidPermission.Duplicate",
        ("aws:vpc/securityGroup*Rule:*",),
        _rule_twice,
    ),
)
