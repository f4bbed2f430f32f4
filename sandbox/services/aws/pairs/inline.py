"""What is described twice: inside of an object, and by objects of its own beside it.

The services know no difference between the two, so they accept both; the provider believes that whatever stands inside
is all there is, and takes the rest away at the next update.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sandbox.model.base import Context, Violation
from sandbox.model.pairs import find, others, pair
from sandbox.model.replacement import words

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True)
class Twice:
    """One thing that can be described in two ways.

    Attributes:
        owner: the type that has it inside.
        inside: the property that has it.
        beside: the type that has it alone.
        names: the property by which that type names its owner.
        by: the owner's properties that it may be named by, beside its id.
        only: a property of the type beside, and the value that it has where it speaks of `inside`.
    """

    owner: str
    inside: str
    beside: str
    names: str
    by: tuple[str, ...] = ("arn",)
    only: tuple[str, Any] | None = None


_GROUP, _DEFAULT_GROUP = "aws:ec2/securityGroup:SecurityGroup", "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup"
_OLD_RULE = "aws:ec2/securityGroupRule:SecurityGroupRule"
_INGRESS = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
_EGRESS = "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule"
_ACL, _ENDPOINT = "aws:ec2/networkAcl:NetworkAcl", "aws:ec2/vpcEndpoint:VpcEndpoint"
_BUCKET, _ROLE, _NAME = "aws:s3/bucket:Bucket", "aws:iam/role:Role", ("name",)


def _of_groups(owner: str) -> tuple[Twice, ...]:
    return (
        Twice(owner, "ingress", _INGRESS, "securityGroupId"),
        Twice(owner, "egress", _EGRESS, "securityGroupId"),
        Twice(owner, "ingress", _OLD_RULE, "securityGroupId", only=("type", "ingress")),
        Twice(owner, "egress", _OLD_RULE, "securityGroupId", only=("type", "egress")),
    )


def _of_buckets(inside: str, beside: str, older: str = "") -> tuple[Twice, ...]:
    """Both generations of both: the older bucket has lists where the newer one has objects."""
    owners = ((_BUCKET, inside), ("aws:s3/bucketV2:BucketV2", older or inside))
    kinds = (beside,) if beside in {"BucketPolicy", "BucketReplicationConfig"} else (beside, f"{beside}V2")
    return tuple(
        Twice(owner, name, f"aws:s3/{kind[0].lower()}{kind[1:]}:{kind}", "bucket", by=("bucket", "arn"))
        for owner, name in owners
        for kind in kinds
    )


TWICE = (
    *_of_groups(_GROUP),
    *_of_groups(_DEFAULT_GROUP),
    Twice("aws:ec2/routeTable:RouteTable", "routes", "aws:ec2/route:Route", "routeTableId"),
    Twice("aws:ec2/defaultRouteTable:DefaultRouteTable", "routes", "aws:ec2/route:Route", "routeTableId"),
    Twice(_ACL, "ingress", "aws:ec2/networkAclRule:NetworkAclRule", "networkAclId", only=("egress", False)),
    Twice(_ACL, "egress", "aws:ec2/networkAclRule:NetworkAclRule", "networkAclId", only=("egress", True)),
    Twice(_ACL, "subnetIds", "aws:ec2/networkAclAssociation:NetworkAclAssociation", "networkAclId"),
    Twice(
        _ENDPOINT,
        "routeTableIds",
        "aws:ec2/vpcEndpointRouteTableAssociation:VpcEndpointRouteTableAssociation",
        "vpcEndpointId",
    ),
    Twice(_ENDPOINT, "subnetIds", "aws:ec2/vpcEndpointSubnetAssociation:VpcEndpointSubnetAssociation", "vpcEndpointId"),
    Twice(
        _ENDPOINT,
        "securityGroupIds",
        "aws:ec2/securityGroupAssociation:SecurityGroupAssociation",
        "vpcEndpointId",
    ),
    Twice(_ENDPOINT, "policy", "aws:ec2/vpcEndpointPolicy:VpcEndpointPolicy", "vpcEndpointId"),
    Twice(
        "aws:ec2/managedPrefixList:ManagedPrefixList",
        "entries",
        "aws:ec2/managedPrefixListEntry:ManagedPrefixListEntry",
        "prefixListId",
    ),
    Twice(_ROLE, "inlinePolicies", "aws:iam/rolePolicy:RolePolicy", "role", by=_NAME),
    Twice(_ROLE, "managedPolicyArns", "aws:iam/rolePolicyAttachment:RolePolicyAttachment", "role", by=_NAME),
    Twice("aws:kms/key:Key", "policy", "aws:kms/keyPolicy:KeyPolicy", "keyId"),
    Twice("aws:sns/topic:Topic", "policy", "aws:sns/topicPolicy:TopicPolicy", "arn"),
    Twice("aws:sqs/queue:Queue", "policy", "aws:sqs/queuePolicy:QueuePolicy", "queueUrl", by=("url",)),
    Twice("aws:sqs/queue:Queue", "redrivePolicy", "aws:sqs/redrivePolicy:RedrivePolicy", "queueUrl", by=("url",)),
    Twice("aws:secretsmanager/secret:Secret", "policy", "aws:secretsmanager/secretPolicy:SecretPolicy", "secretArn"),
    *_of_buckets("acl", "BucketAcl"),
    *_of_buckets("corsRules", "BucketCorsConfiguration"),
    *_of_buckets("lifecycleRules", "BucketLifecycleConfiguration"),
    *_of_buckets("logging", "BucketLogging", "loggings"),
    *_of_buckets("objectLockConfiguration", "BucketObjectLockConfiguration"),
    *_of_buckets("policy", "BucketPolicy"),
    *_of_buckets("replicationConfiguration", "BucketReplicationConfig", "replicationConfigurations"),
    *_of_buckets(
        "serverSideEncryptionConfiguration",
        "BucketServerSideEncryptionConfiguration",
        "serverSideEncryptionConfigurations",
    ),
    *_of_buckets("versioning", "BucketVersioning", "versionings"),
    *_of_buckets("website", "BucketWebsiteConfiguration", "websites"),
)
"""Notes of the SDK documentation of each type: "do not use in conjunction", "conflicts", "will overwrite"."""

_BESIDE: dict[str, list[Twice]] = defaultdict(list)
for _row in TWICE:
    _BESIDE[_row.beside].append(_row)


def _fits(row: Twice, inputs: dict[str, Any]) -> bool:
    return row.only is None or (inputs.get(row.only[0]) or False) == row.only[1]


def _twice(context: Context) -> Iterator[Violation]:
    cloud = context.cloud
    for row in _BESIDE.get(context.token, ()) if cloud is not None else ():
        owner = find(cloud, row.owner, context.inputs.get(row.names), row.by) if cloud is not None else None
        if owner is not None and owner.inputs.get(row.inside) and _fits(row, context.inputs):
            yield Violation(row.names, f"{owner.name} has {row.inside} inside of it; describe all of them in one way")
            return


DESCRIBED_TWICE = pair(
    "described-twice",
    _twice,
    refused="rules, routes, entries, policies or settings inside of an object and in objects of their own beside it",
    happens="the next update of the object takes away what stands beside it, and the one after that brings it back",
    source="SDK documentation of aws.ec2.SecurityGroup, RouteTable, NetworkAcl, VpcEndpoint, ManagedPrefixList, "
    "aws.iam.Role, aws.kms.KeyPolicy, aws.sns.TopicPolicy, aws.s3.Bucket: notes on use in conjunction; "
    "pulumi-aws#2391, pulumi-aws#2246, pulumi-eks#1031",
)


def _once(kind: str) -> str:
    return f"aws:s3/{kind[0].lower()}{kind[1:]}:{kind}"


ONE_EACH: dict[str, str] = {
    **{
        _once(kind): "bucket"
        for kind in words(
            "BucketAcl BucketCorsConfiguration BucketLifecycleConfiguration BucketLogging BucketNotification "
            "BucketObjectLockConfiguration BucketOwnershipControls BucketPolicy BucketPublicAccessBlock "
            "BucketReplicationConfig BucketServerSideEncryptionConfiguration BucketVersioning "
            "BucketWebsiteConfiguration"
        )
    },
    "aws:kms/keyPolicy:KeyPolicy": "keyId",
    "aws:sns/topicPolicy:TopicPolicy": "arn",
    "aws:sqs/queuePolicy:QueuePolicy": "queueUrl",
    "aws:secretsmanager/secretPolicy:SecretPolicy": "secretArn",
    "aws:ecr/repositoryPolicy:RepositoryPolicy": "repository",
    "aws:ecr/lifecyclePolicy:LifecyclePolicy": "repository",
    "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup": "vpcId",
}
"""Types of which an object has one: a second one writes over the first."""


def _overwrites(context: Context) -> Iterator[Violation]:
    name = ONE_EACH.get(context.token)
    owner = context.inputs.get(name) if name is not None else None
    if name is None or not isinstance(owner, str):
        return
    for item in others(context, context.token):
        # Of two, the one whose name comes later is named.
        same = item.inputs.get(name) == owner and item.name < context.name
        if same and item.inputs.get("region") == context.inputs.get("region"):
            yield Violation(name, f"{item.name} says the same of {owner}; put both into one")


OVERWRITTEN = pair(
    "overwritten",
    _overwrites,
    refused="a second policy, lifecycle, encryption, versioning, ... of an object that has one of each",
    happens="the second writes over the first, and every preview from then on differs",
    source="Amazon S3 API Reference, PutBucketPolicy, PutBucketLifecycleConfiguration and the like: each replaces what "
    "there was; AWS KMS API Reference, PutKeyPolicy; Amazon SNS API Reference, SetTopicAttributes",
)
