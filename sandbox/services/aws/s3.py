"""Amazon S3: buckets and what is said of them."""

from __future__ import annotations

import ipaddress
import re
from typing import TYPE_CHECKING, Any

from sandbox.model.base import Context, Violation, values_at
from sandbox.model.checks import On, block, given, items, number, text
from sandbox.model.names import Named, Unique
from sandbox.model.references import Reference, Target
from sandbox.model.replacement import Replaced
from sandbox.model.rows import NONE, Alike, Deletion, Returned, Row, Service, by_name
from sandbox.model.sources import Sources
from sandbox.services.aws.hosted_zones import hosted_zone
from sandbox.services.aws.kms import KEY
from sandbox.services.aws.pairs import buckets
from sandbox.services.aws.pairs.receivers import EVENTS
from sandbox.services.aws.policies import Document, document
from sandbox.services.aws.returned import storage
from sandbox.services.aws.rowless.contents import OBJECT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sandbox.model.outputs import Inputs
    from sandbox.model.place import Place


BUCKET = (Target("aws:s3/bucket:Bucket", ("id", "bucket")), Target("aws:s3/bucketV2:BucketV2", ("id", "bucket")))
BUCKET_ARN = (Target("aws:s3/bucket:Bucket", ("arn",)),)
RESERVED_BEGINNINGS = ("xn--", "sthree-", "amzn-s3-demo-")
RESERVED_ENDINGS = ("-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3")
INFREQUENT = ("STANDARD_IA", "ONEZONE_IA")
STORAGE_CLASSES = ("GLACIER", "STANDARD_IA", "ONEZONE_IA", "INTELLIGENT_TIERING", "DEEP_ARCHIVE", "GLACIER_IR")
ENCRYPTION = ("AES256", "aws:kms", "aws:kms:dsse")


def _bucket(context: Context) -> Iterator[Violation]:
    name = text(context.inputs, "bucket")
    if not name:
        return
    reason = ""
    if re.fullmatch(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]", name) is None:
        reason = "3 to 63 lower-case letters, digits, dots or hyphens, a letter or digit first and last"
    elif ".." in name or _is_address(name):
        reason = "no two dots in a row and no IP address"
    elif name.startswith(RESERVED_BEGINNINGS) or name.endswith(RESERVED_ENDINGS):
        reason = f"reserved: {', '.join(RESERVED_BEGINNINGS)} first or {', '.join(RESERVED_ENDINGS)} last"
    if reason:
        yield Violation("bucket", f"{name!r} is not allowed: {reason} (InvalidBucketName)")


def _is_address(name: str) -> bool:
    try:
        ipaddress.IPv4Address(name)
    except ValueError:
        return False
    return True


def _lifecycle(context: Context) -> Iterator[Violation]:
    for index, rule in enumerate(items(context.inputs, "rules")):
        at = f"rules[{index}]"
        actions = ("abortIncompleteMultipartUpload", "expiration", "noncurrentVersionExpiration")
        moves = (*actions, "noncurrentVersionTransitions", "transitions")
        if not any(given(rule, name) for name in moves):
            yield Violation(at, "a rule needs an action (MalformedXML: At least one action needs to be specified)")
        yield from _transitions(rule, at)


def _transitions(rule: dict[str, Any], at: str) -> Iterator[Violation]:
    expires = number(block(rule, "expiration").get("days"))
    for index, move in enumerate(items(rule, "transitions")):
        days, kind = number(move.get("days")), move.get("storageClass")
        here = f"{at}.transitions[{index}]"
        if kind in INFREQUENT and days is not None and days < 30:  # noqa: PLR2004 - the documented minimum
            yield Violation(
                f"{here}.days",
                f"{days:g} days, objects move to {kind} after 30 at the earliest (InvalidArgument: 'Days' in "
                "Transition action must be greater than or equal to 30)",
            )
        if expires is not None and days is not None and expires <= days:
            yield Violation(
                f"{at}.expiration.days",
                f"{expires:g} days are not after the transition at {days:g} (InvalidArgument: 'Days' in the Expiration "
                "action must be greater than 'Days' in the Transition action)",
            )


def _default_encryption(context: Context) -> Iterator[Violation]:
    for index, rule in enumerate(items(context.inputs, "rules")):
        default = block(rule, "applyServerSideEncryptionByDefault")
        if given(default, "kmsMasterKeyId") and default.get("sseAlgorithm") == "AES256":
            yield Violation(
                f"rules[{index}].applyServerSideEncryptionByDefault.kmsMasterKeyId",
                "not together with AES256 (InvalidArgument: a KMSMasterKeyID is not applicable)",
            )


def _retention(context: Context) -> Iterator[Violation]:
    at = "rule.defaultRetention"
    for here, retention in values_at(context.inputs, at):
        if not isinstance(retention, dict):
            continue
        if not given(retention, "mode"):
            yield Violation(f"{here}.mode", "required with a period (MalformedXML)")
        if given(retention, "days") == given(retention, "years"):
            yield Violation(here, "days or years is required, and not both (MalformedXML)")


_S3 = "Amazon S3 User Guide"


def _outputs(name: str, inputs: Inputs, identity: str, place: Place) -> dict[str, Any]:
    bucket = str(inputs.get("bucket") or identity or name)
    return {
        "arn": f"arn:{place.partition}:s3:::{bucket}",
        "bucketDomainName": f"{bucket}.s3.{place.dns_suffix}",
        "bucketRegionalDomainName": f"{bucket}.s3.{place.region}.{place.dns_suffix}",
        "hostedZoneId": hosted_zone("s3-website", place),
    }


_bucket_on = On("bucket", source=f"{_S3}, General purpose bucket naming rules")
_versioning = On("bucket-versioning", source=f"{_S3}, S3 Versioning")
_lifecycle_on = On("bucket-lifecycle", source=f"{_S3}, Lifecycle configuration elements")
_sse = On("bucket-encryption", source="Amazon S3 API Reference, PutBucketEncryption")
_lock_on = On("bucket-object-lock", source="Amazon S3 API Reference, PutObjectLockConfiguration, DefaultRetention")
_ownership = On("bucket-owner", source=f"{_S3}, Object Ownership")
_OF_A_BUCKET = (Reference("bucket", BUCKET, "NoSuchBucket"),)
S3 = Service(
    "s3",
    "Amazon S3 API Reference, Error responses",
    (
        Row(
            token="aws:s3/bucket:Bucket",
            name=Named("bucket", lowered=True),
            id=by_name,
            outputs=_outputs,
            replaced=Replaced(
                ("bucket", "bucketPrefix", "objectLockConfiguration.objectLockEnabled", "objectLockEnabled"),
                kept=("bucket", "bucketPrefix", "objectLockEnabled"),
            ),
            references=(),
            unique=(Unique(("bucket",), "BucketAlreadyOwnedByYou"),),
            values=(_bucket_on.custom("name", _bucket), buckets.NEW_BUCKET_LIST),
            sources=Sources(
                outputs="Amazon S3 User Guide, Virtual hosting of buckets; AWS General Reference, Amazon S3",
            ),
        ),
        Row(
            token="aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
            name=NONE,
            replaced=Replaced(("bucket", "expectedBucketOwner")),
            references=(),
            unique=(),
            values=(
                _lifecycle_on.one_of("rules[*].status", ("Enabled", "Disabled")),
                _lifecycle_on.longest("rules[*].id", 255),
                _lifecycle_on.unique("rules[*].id", "rule id", "InvalidArgument: Rule ID must be unique"),
                _lifecycle_on.one_of("rules[*].transitions[*].storageClass", STORAGE_CLASSES),
                _lifecycle_on.between("rules[*].expiration.days", 1, 2_147_483_647, "days", "InvalidArgument"),
                _lifecycle_on.between(
                    "rules[*].abortIncompleteMultipartUpload.daysAfterInitiation", 1, 2_147_483_647, "days"
                ),
                _lifecycle_on.between("rules[*].noncurrentVersionExpiration.noncurrentDays", 1, 2_147_483_647, "days"),
                _lifecycle_on.custom("rules", _lifecycle),
            ),
            sources=Sources(doubts={"time": "rules run once a day; nothing expires here"}),
            returned=Returned(values=storage.LIFECYCLE),
        ),
        Row(
            token="aws:s3/bucketLogging:BucketLogging",
            name=NONE,
            replaced=Replaced(("bucket", "expectedBucketOwner")),
            references=(Reference("targetBucket", BUCKET, "InvalidTargetBucketForLogging"),),
            unique=(),
            values=(),
            state=(buckets.LOGS_INTO_LOCKED,),
        ),
        Row(
            token="aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration",
            name=NONE,
            replaced=Replaced(("bucket", "expectedBucketOwner", "objectLockEnabled")),
            references=(),
            unique=(),
            values=(
                _lock_on.one_of("objectLockEnabled", ("Enabled",), "MalformedXML"),
                _lock_on.one_of("rule.defaultRetention.mode", ("GOVERNANCE", "COMPLIANCE"), "MalformedXML"),
                _lock_on.between("rule.defaultRetention.days", 1, 36_500, "days", "InvalidArgument"),
                _lock_on.between("rule.defaultRetention.years", 1, 100, "years", "InvalidArgument"),
                _lock_on.custom("period", _retention),
            ),
            deletion=Deletion(effects=buckets.stays_locked),
            returned=Returned(values=storage.OBJECT_LOCK),
            sources=Sources(
                replacement="terraform-provider-aws, s3/bucket_object_lock_configuration.go: ForceNew of the schema",
                doubts={"time": "versions of objects are not simulated, so none is kept for its days here"},
            ),
        ),
        Row(
            token="aws:s3/bucketOwnershipControls:BucketOwnershipControls",
            name=NONE,
            replaced=Replaced(("bucket",)),
            references=(),
            unique=(),
            values=(
                _ownership.one_of(
                    "rule.objectOwnership", ("BucketOwnerEnforced", "BucketOwnerPreferred", "ObjectWriter")
                ),
            ),
            state=(buckets.LISTED_ALREADY,),
        ),
        Row(
            token="aws:s3/bucketPolicy:BucketPolicy",
            name=NONE,
            replaced=Replaced(("bucket",)),
            references=(),
            unique=(),
            values=(
                document("policy-bucket", Document("policy", principal=True, error="MalformedPolicy")),
                buckets.FOR_NOTHING,
            ),
            state=(buckets.OTHER_BUCKET, buckets.PUBLIC_POLICY),
            returned=Returned(values=storage.BUCKET_POLICY),
        ),
        Row(
            token="aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
            name=NONE,
            replaced=Replaced(("bucket",)),
            references=(),
            unique=(),
            values=(),
        ),
        Row(
            token="aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
            name=NONE,
            replaced=Replaced(("bucket", "expectedBucketOwner")),
            references=(
                Reference(
                    "rules[*].applyServerSideEncryptionByDefault.kmsMasterKeyId",
                    KEY,
                    "KMS.NotFoundException, at the first object",
                ),
            ),
            unique=(),
            values=(
                _sse.one_of("rules[*].applyServerSideEncryptionByDefault.sseAlgorithm", ENCRYPTION),
                _sse.custom("key", _default_encryption),
            ),
            returned=Returned(values=storage.ENCRYPTION),
        ),
        Row(
            token="aws:s3/bucketVersioning:BucketVersioning",
            name=NONE,
            replaced=Replaced(("bucket", "expectedBucketOwner")),
            references=(),
            unique=(),
            values=(_versioning.one_of("versioningConfiguration.status", ("Enabled", "Suspended", "Disabled")),),
            state=(buckets.SUSPENDED,),
        ),
    ),
    (
        Alike("aws:s3/bucket[A-UW-Z]*:*", references=_OF_A_BUCKET),
        Alike("aws:s3/bucketVersioning*:*", references=_OF_A_BUCKET),
        Alike("aws:s3/bucketAcl*:*", state=(buckets.LISTS,)),
        Alike("aws:s3/bucketObjectLockConfiguration*:*", state=(buckets.VERSIONED,)),
        Alike("aws:s3/bucketObject:*", state=(buckets.LISTS,), follows=(OBJECT,)),
        Alike("aws:s3/bucketObjectv2:*", state=(buckets.LISTS,), follows=(OBJECT,)),
        Alike("aws:s3/objectCopy:*", state=(buckets.LISTS,)),
        Alike("aws:s3/bucketNotification:*", state=(EVENTS,)),
        Alike("aws:s3/bucketReplicationConfig:*", state=(buckets.VERSIONED,)),
    ),
    sources=Sources(time="Amazon S3 API Reference: no operation takes a window or restarts anything"),
)
