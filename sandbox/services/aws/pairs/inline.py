"""What is described twice: inside of an object, and by objects of its own beside it.

The services know no difference between the two, so they accept both; the provider believes that whatever stands inside
is all there is, and takes the rest away at the next update.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sandbox.model.base import Context, Violation, known
from sandbox.model.pairs import find, others, pair, told
from sandbox.model.replacement import words

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sandbox.cloud import CloudObject


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

_OWNERS: dict[str, list[Twice]] = defaultdict(list)
_BESIDE: dict[str, list[Twice]] = defaultdict(list)
for _row in TWICE:
    _OWNERS[_row.owner].append(_row)
    _BESIDE[_row.beside].append(_row)


def _fits(row: Twice, inputs: dict[str, Any]) -> bool:
    return row.only is None or (inputs.get(row.only[0]) or False) == row.only[1]


def _named(context: Context, row: Twice, item: CloudObject) -> bool:
    """Whether an object beside names the owner that is being changed."""
    value = item.inputs.get(row.names)
    own = context.cloud.get(row.owner, context.id) if context.cloud is not None else None
    return own is not None and value is not None and value in {own.id, *(told(own, path) for path in row.by)}


def _twice(context: Context) -> Iterator[Violation]:
    cloud = context.cloud
    if cloud is None:
        return
    for row in _BESIDE.get(context.token, ()):
        owner = find(cloud, row.owner, context.inputs.get(row.names), row.by)
        if owner is not None and owner.inputs.get(row.inside) and _fits(row, context.inputs):
            yield Violation(row.names, f"{owner.name} has {row.inside} inside of it; describe all of them in one way")
            return
    for row in _OWNERS.get(context.token, ()) if context.id else ():
        if not known(context.inputs.get(row.inside)) or not context.inputs[row.inside]:
            continue
        for item in others(context, row.beside):
            if _named(context, row, item) and _fits(row, item.inputs):
                yield Violation(row.inside, f"{item.name} stands beside it; describe all of them in one way")
                break


DESCRIBED_TWICE = pair(
    "described-twice",
    _twice,
    refused="rules, routes, entries, policies or settings inside of an object and in objects of their own beside it",
    happens="the next update of the object takes away what stands beside it, and the one after that brings it back",
    source="SDK documentation of aws.ec2.SecurityGroup, RouteTable, NetworkAcl, VpcEndpoint, ManagedPrefixList, "
    "aws.iam.Role, aws.kms.KeyPolicy, aws.sns.TopicPolicy, aws.s3.Bucket: notes on use in conjunction; "
    "pulumi-aws#2391, pulumi-eks#1031",
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
    if name is None or not isinstance(owner, str) or context.old is not None:
        return
    for item in others(context, context.token):
        same = item.inputs.get(name) == owner and item.urn != context.urn
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
