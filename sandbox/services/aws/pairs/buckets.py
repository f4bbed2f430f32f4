"""What buckets of S3 demand of the objects that say something of them."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from sandbox.model.base import Context, Violation, known, values_at
from sandbox.model.checks import block, flag
from sandbox.model.pairs import find, pair, texts, told, whole
from sandbox.model.replacement import words
from sandbox.services.aws.pairs.statements import Statement, statements

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sandbox.cloud import Cloud, CloudObject
    from sandbox.model.rows import Effect

BUCKETS = ("aws:s3/bucket:Bucket", "aws:s3/bucketV2:BucketV2")
POLICY = "aws:s3/bucketPolicy:BucketPolicy"
_BLOCK = "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock"
_OWNERSHIP = "aws:s3/bucketOwnershipControls:BucketOwnershipControls"
_VERSIONING = ("aws:s3/bucketVersioning:BucketVersioning", "aws:s3/bucketVersioningV2:BucketVersioningV2")
_REPLICATION = "aws:s3/bucketReplicationConfig:BucketReplicationConfig"
_ENCRYPTION = "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration"
_LOCKS = (
    "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration",
    "aws:s3/bucketObjectLockConfigurationV2:BucketObjectLockConfigurationV2",
)
_ENFORCED = "BucketOwnerEnforced"
_FIXED = ("aws:source", "aws:principal", "aws:userid", "s3:dataaccesspoint", "s3:x-amz-server-side-encryption-aws-kms")
"""Keys of conditions with which a policy is not public (Amazon S3 User Guide, The meaning of "public")."""
_PUBLIC = ("public-read", "public-read-write", "authenticated-read")
_USER = "Amazon S3 User Guide"
_API = "Amazon S3 API Reference"


def bucket_of(cloud: Cloud, value: object) -> CloudObject | None:
    """The bucket of a name or an ARN."""
    for token in BUCKETS:
        if (item := find(cloud, token, value, ("bucket", "arn"))) is not None:
            return item
    return None


def about(cloud: Cloud, bucket: CloudObject, *tokens: str) -> list[CloudObject]:
    """The objects of some types that say something of a bucket."""
    names = {bucket.id, told(bucket, "bucket"), told(bucket, "arn")} - {None}
    return [item for token in tokens for item in cloud.of_type(token) if item.inputs.get("bucket") in names]


# Policies.


def _public(statement: Statement) -> bool:
    return statement.allow and statement.everybody and not statement.looks_at(*_FIXED)


def _public_secret(context: Context) -> Iterator[Violation]:
    """A policy of a secret that lets everybody in, although the program asks for the check against that."""
    if flag(context.inputs.get("blockPublicPolicy")) is True and any(
        map(_public, statements(context.inputs.get("policy")) or ())
    ):
        yield Violation("policy", "lets everybody in, which blockPublicPolicy forbids")


def _blocked(cloud: Cloud, bucket: CloudObject, switch: str) -> str:
    """Why a bucket blocks what is public, or nothing."""
    blocks = about(cloud, bucket, _BLOCK)
    on = [item for item in blocks if flag(item.inputs.get(switch)) is True]
    if on:
        return f"{on[0].name} sets {switch}"
    if not blocks and whole(bucket):
        return f"a new bucket has {switch} on until a BucketPublicAccessBlock turns it off; make this depend on one"
    return ""


def _public_policy(context: Context) -> Iterator[Violation]:
    bucket = bucket_of(context.cloud, context.inputs.get("bucket")) if context.cloud is not None else None
    found = statements(context.inputs.get("policy"))
    if bucket is None or context.cloud is None or not found or not any(map(_public, found)):
        return
    reason = _blocked(context.cloud, bucket, "blockPublicPolicy")
    if reason:
        yield Violation("policy", f"lets everybody in, and {reason}")


def _of_another_bucket(context: Context) -> Iterator[Violation]:
    name = context.inputs.get("bucket")
    bucket = bucket_of(context.cloud, name) if context.cloud is not None else None
    if bucket is None:
        return
    name = str(told(bucket, "bucket") or bucket.id)
    for index, statement in enumerate(statements(context.inputs.get("policy")) or ()):
        for resource in statement.resources:
            head, found, rest = resource.partition(":s3:::")
            if found and not fnmatchcase(name, rest.split("/", 1)[0]):
                yield Violation(
                    "policy", f"Statement[{index}]: {resource} is not of bucket {name}: {head}:s3:::{name} or below it"
                )
                break


_OF_OBJECTS = frozenset(
    words(
        "s3:getobject s3:putobject s3:deleteobject s3:getobjectversion s3:deleteobjectversion s3:getobjectacl "
        "s3:putobjectacl s3:getobjecttagging s3:putobjecttagging s3:restoreobject s3:abortmultipartupload "
        "s3:listmultipartuploadparts s3:replicateobject s3:replicatedelete s3:getobjectattributes"
    )
)
_OF_BUCKETS = frozenset(
    words(
        "s3:listbucket s3:listbucketversions s3:listbucketmultipartuploads s3:getbucketlocation "
        "s3:getbucketacl s3:getbucketpolicy s3:getbucketversioning s3:putbucketpolicy s3:deletebucket "
        "s3:putbucketacl s3:getlifecycleconfiguration s3:putlifecycleconfiguration "
        "s3:getencryptionconfiguration"
    )
)
"""Actions with the resource that they apply to, Service Authorization Reference, Amazon S3."""


def _for_nothing(context: Context) -> Iterator[Violation]:
    for index, statement in enumerate(statements(context.inputs.get("policy")) or ()):
        if statement.all_actions_but or statement.all_resources_but or not statement.resources:
            continue
        below = [resource for resource in statement.resources if "/" in resource or resource.endswith("*")]
        whole_ones = [resource for resource in statement.resources if "/" not in resource or resource == "*"]
        for action in statement.actions:
            if (action in _OF_OBJECTS and not below) or (action in _OF_BUCKETS and not whole_ones):
                fits = "the bucket's ARN with /*" if action in _OF_OBJECTS else "the bucket's ARN itself"
                yield Violation("policy", f"Statement[{index}]: {action} needs {fits} as a resource")


PUBLIC_POLICY = pair(
    "bucket-policy-public",
    _public_policy,
    refused="a bucket policy for everybody where BlockPublicPolicy is on, as it is on every new bucket",
    says="AccessDenied: s3:PutBucketPolicy: public policies are prevented by the BlockPublicPolicy setting in S3 Block "
    "Public Access",
    source=f"{_USER}, Blocking public access to your Amazon S3 storage, and the defaults of new buckets since April "
    "2023; pulumi-aws#2470, pulumi-aws#2927",
)
PUBLIC_SECRET = pair(
    "secret-policy-public",
    _public_secret,
    refused="a policy of a secret for everybody, with blockPublicPolicy",
    says="PublicPolicyException: The resource policy was blocked because it grants broad access to the secret",
    source="AWS Secrets Manager API Reference, PutResourcePolicy, BlockPublicPolicy and Errors",
    at_once=True,
)
OTHER_BUCKET = pair(
    "bucket-policy-resource",
    _of_another_bucket,
    refused="a bucket policy whose Resource is another bucket",
    says="MalformedPolicy: Policy has invalid resource",
    source=f"{_USER}, Bucket policies: resources; {_API}, PutBucketPolicy",
)
FOR_NOTHING = pair(
    "bucket-policy-action",
    _for_nothing,
    refused="a bucket policy with an action of objects on the bucket alone, or of the bucket on objects alone",
    says="MalformedPolicy: Action does not apply to any resource(s) in statement",
    source=f"{_USER}, Policy actions for Amazon S3; {_API}, PutBucketPolicy",
    at_once=True,
)

# Access control lists.


def closed_to_lists(cloud: Cloud, bucket: CloudObject) -> str:
    """The ownership that lets no lists in, and where it is from; nothing where lists are let in or nobody knows."""
    controls = about(cloud, bucket, _OWNERSHIP)
    for item in controls:
        if told(item, "rule.objectOwnership") == _ENFORCED:
            return f"{item.name} says {_ENFORCED}"
    if not controls and whole(bucket):
        return (
            f"a new bucket has {_ENFORCED} until BucketOwnershipControls say BucketOwnerPreferred or ObjectWriter; "
            "make this depend on them"
        )
    return ""


def _lists(context: Context) -> Iterator[Violation]:
    bucket = bucket_of(context.cloud, context.inputs.get("bucket")) if context.cloud is not None else None
    if bucket is None or context.cloud is None:
        return
    acl, reason = context.inputs.get("acl"), closed_to_lists(context.cloud, bucket)
    of_object = not context.token.rpartition(":")[2].startswith("BucketAcl")
    if reason and (acl in _PUBLIC if of_object else known(acl) or known(context.inputs.get("accessControlPolicy"))):
        yield Violation("acl", f"{reason} (AccessControlListNotSupported: The bucket does not allow ACLs)")
    elif acl in _PUBLIC and (blocked := _blocked(context.cloud, bucket, "blockPublicAcls")):
        yield Violation(
            "acl",
            f"{acl} is public, and {blocked} (AccessDenied: public access control lists are prevented by the "
            "BlockPublicAcls setting in S3 Block Public Access)",
        )


def _list_of_a_new_bucket(context: Context) -> Iterator[Violation]:
    acl = context.inputs.get("acl")
    if context.old is None and isinstance(acl, str) and acl not in {"private", "bucket-owner-full-control", ""}:
        yield Violation(
            "acl",
            f"{acl!r} cannot be given while a bucket is made: it begins with {_ENFORCED}; use BucketOwnershipControls "
            "and a BucketAcl after them",
        )


def _listed_already(context: Context) -> Iterator[Violation]:
    cloud, rule = context.cloud, block(context.inputs, "rule")
    bucket = bucket_of(cloud, context.inputs.get("bucket")) if cloud is not None else None
    if cloud is None or bucket is None or rule.get("objectOwnership") != _ENFORCED:
        return
    for item in about(cloud, bucket, "aws:s3/bucketAcl:BucketAcl", "aws:s3/bucketAclV2:BucketAclV2"):
        acl = item.inputs.get("acl")
        if isinstance(acl, str) and acl not in {"private", "bucket-owner-full-control"}:
            yield Violation(
                "rule.objectOwnership",
                f"{item.name} gives the bucket the access control list {acl}; take it away first",
            )


LISTED_ALREADY = pair(
    "bucket-acl-before",
    _listed_already,
    refused="ownership BucketOwnerEnforced of a bucket whose access control list lets others in",
    says="InvalidBucketAclWithObjectOwnership: Bucket cannot have ACLs set with ObjectOwnership's "
    "BucketOwnerEnforced setting",
    source=f"{_USER}, Controlling ownership of objects, Prerequisites for disabling ACLs; aws/aws-cdk#25291",
)
LISTS = pair(
    "bucket-acl",
    _lists,
    refused="an access control list of a bucket that takes none (BucketOwnerEnforced, as every new bucket), or a "
    "public one where BlockPublicAcls is on",
    says="AccessControlListNotSupported: The bucket does not allow ACLs; AccessDenied",
    source=f"{_USER}, Controlling ownership of objects and disabling ACLs; pulumi-aws#2470",
)
NEW_BUCKET_LIST = pair(
    "bucket-acl-at-once",
    _list_of_a_new_bucket,
    refused="an access control list other than private in the creation of a bucket",
    says="InvalidBucketAclWithObjectOwnership: Bucket cannot have ACLs set with ObjectOwnership's BucketOwnerEnforced "
    "setting",
    source=f"{_USER}, Controlling ownership of objects; pulumi-aws#2470, ACL Changes",
    at_once=True,
)

# Versions, locks, replication.


def _versioned(cloud: Cloud, bucket: CloudObject) -> bool | None:
    """Whether a bucket keeps versions; None where nobody knows."""
    for item in about(cloud, bucket, *_VERSIONING):
        status = told(item, "versioningConfiguration.status")
        return None if status is None else status == "Enabled"
    inside = told(bucket, "versioning.enabled")
    if flag(inside) is True or flag(told(bucket, "objectLockEnabled")) is True:
        return True
    return False if whole(bucket) else None


def _unversioned(context: Context) -> Iterator[Violation]:
    cloud = context.cloud
    if cloud is None:
        return
    what = "replication" if context.token == _REPLICATION else "Object Lock"
    ends = [*texts(context.inputs, "bucket"), *texts(context.inputs, "rules[*].destination.bucket")]
    for at, value in ends:
        bucket = bucket_of(cloud, value)
        if bucket is not None and _versioned(cloud, bucket) is False:
            yield Violation(
                at, f"bucket {bucket.name} keeps no versions, which {what} needs; make this depend on its versioning"
            )


def _suspended(context: Context) -> Iterator[Violation]:
    bucket = bucket_of(context.cloud, context.inputs.get("bucket")) if context.cloud is not None else None
    status = [value for _, value in values_at(context.inputs, "versioningConfiguration.status")]
    if bucket is None or context.cloud is None or status != ["Suspended"]:
        return
    users = about(context.cloud, bucket, _REPLICATION, *_LOCKS)
    locked = is_locked(context.cloud, bucket)
    if users or locked:
        why = users[0].name if users else locked
        yield Violation("versioningConfiguration.status", f"{why} needs versions")


LOCKED = "s3-object-lock"
"""Mark of a bucket whose lock configuration is gone: the lock is not."""


def is_locked(cloud: Cloud, bucket: CloudObject) -> str:
    """What locks a bucket's objects; nothing where nothing does."""
    for item in about(cloud, bucket, *_LOCKS):
        if told(item, "objectLockEnabled", default="Enabled") == "Enabled":
            return item.name
    if flag(told(bucket, "objectLockEnabled")) is True:
        return f"objectLockEnabled of {bucket.name}"
    return (
        f"the Object Lock that {bucket.name} once got, which never goes off," if cloud.marked(LOCKED, bucket.id) else ""
    )


def stays_locked(cloud: Cloud, item: CloudObject) -> list[Effect]:
    """The provider takes the period away when it deletes a configuration; the bucket stays locked.

    terraform-provider-aws, s3/bucket_object_lock_configuration.go; Amazon S3 User Guide, Object Lock considerations.
    """
    bucket = bucket_of(cloud, item.inputs.get("bucket"))
    return [lambda changed: changed.mark(LOCKED, bucket.id)] if bucket is not None else []


def _logs_into_locked(context: Context) -> Iterator[Violation]:
    bucket = bucket_of(context.cloud, context.inputs.get("targetBucket")) if context.cloud is not None else None
    if bucket is not None and context.cloud is not None and (why := is_locked(context.cloud, bucket)):
        yield Violation("targetBucket", f"{why} locks the objects of {bucket.name}, which takes no access logs then")


LOGS_INTO_LOCKED = pair(
    "bucket-logs-locked",
    _logs_into_locked,
    refused="server access logs into a bucket with Object Lock",
    happens="no log arrives: a bucket with Object Lock is no destination of them",
    source=f"{_USER}, Object Lock considerations",
)
VERSIONED = pair(
    "bucket-versions",
    _unversioned,
    refused="replication from or to a bucket without versioning, or Object Lock on one",
    says="InvalidRequest: Versioning must be 'Enabled' on the bucket; InvalidBucketState",
    source=f"{_USER}, Replication configuration: requirements, and Object Lock considerations; {_API}, "
    "PutBucketReplication, PutObjectLockConfiguration",
)
SUSPENDED = pair(
    "bucket-versions-end",
    _suspended,
    refused="suspending the versions of a bucket that replicates or locks objects",
    says="InvalidBucketState: A replication or an Object Lock configuration is present on this bucket, so the "
    "versioning state cannot be changed",
    source=f"{_USER}, Object Lock considerations; {_API}, PutBucketVersioning",
)
