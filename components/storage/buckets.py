"""Buckets for uploaded documents and for access logs."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from bailbondpro.facts.storage import INFREQUENT_ACCESS_MINIMUM_DAYS, MAX_ABORT_DAYS, MAX_DAYS

from ..kubernetes.children import child_options
from ..security.iam import policy_document
from ..validation import require, within
from .bucket_policies import S3_LOG_PREFIX, logs_policy, tls_only, uploads_policy
from .image_repository import ImageRepository, ImageRepositoryArgs
from .object_lock import ObjectLock, lock_objects

__all__ = [
    "ImageRepository",
    "ImageRepositoryArgs",
    "LogsBucket",
    "LogsBucketArgs",
    "ObjectLock",
    "UploadsBucket",
    "UploadsBucketArgs",
]

ABORT_MULTIPART_DAYS = 7
"""Days until an unfinished upload is dropped: longer than any client tries again (our choice)."""


@dataclass(frozen=True, kw_only=True)
class UploadsBucketArgs:
    """What the bucket of uploaded documents needs to be told.

    Attributes:
        key_arn: KMS key that encrypts the objects.
        protect: the engine refuses to delete or replace the bucket.
        force_destroy: deleting the bucket deletes the documents in it; for throw-away environments only.
        infrequent_access_after_days: days until an object moves to Standard-IA, at least 30; None never moves it.
        noncurrent_version_days: days an overwritten or deleted version can still be restored.
        abort_multipart_days: days until an unfinished upload is dropped.
        access_logs_bucket: bucket of server access logs, or None.
        object_lock: for how long every new version stays, whoever wants to delete it, or None. It cannot be undone.
    """

    key_arn: pulumi.Input[str]
    protect: bool
    force_destroy: bool = False
    infrequent_access_after_days: int | None = 90
    noncurrent_version_days: int = 90
    abort_multipart_days: int = ABORT_MULTIPART_DAYS
    access_logs_bucket: pulumi.Input[str] | None = None
    object_lock: ObjectLock | None = None

    def __post_init__(self) -> None:
        """Refuse what S3 refuses, and a bucket that is both protected and thrown away."""
        idle = self.infrequent_access_after_days
        lowest, highest = 1, MAX_DAYS
        require(
            "uploads bucket",
            (
                idle is None or within(idle, INFREQUENT_ACCESS_MINIMUM_DAYS, highest),
                f"infrequent_access_after_days must be 30 to {highest} or None, got {idle}",
            ),
            (
                within(self.noncurrent_version_days, lowest, highest),
                f"noncurrent_version_days must be {lowest} to {highest}",
            ),
            (
                within(self.abort_multipart_days, lowest, MAX_ABORT_DAYS),
                f"abort_multipart_days must be {lowest} to {MAX_ABORT_DAYS}",
            ),
            (not (self.protect and self.force_destroy), "force_destroy contradicts protect"),
            (
                self.object_lock is None or self.protect,
                "object_lock needs protect: a bucket with versions that nobody may delete cannot be thrown away",
            ),
        )


class UploadsBucket(pulumi.ComponentResource):
    """A private, versioned, encrypted bucket that answers over TLS only.

    Example:
        ```python
        uploads = UploadsBucket("uploads", UploadsBucketArgs(key_arn=key.key_arn, protect=True))
        pod_policy = uploads.access_policy
        ```
    """

    bucket_name: pulumi.Output[str]
    bucket_arn: pulumi.Output[str]
    access_policy: pulumi.Output[str]
    """Policy document for the pods that read and write documents."""

    def __init__(self, name: str, args: UploadsBucketArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("bailbondpro:storage:UploadsBucket", name, None, opts)
        child = child_options(self, opts)
        bucket, private = _private_bucket(name, child, protect=args.protect, force_destroy=args.force_destroy)
        _encryption(name, bucket, child, args.key_arn)
        versioning = aws.s3.BucketVersioning(
            f"{name}-versioning",
            bucket=bucket.id,
            versioning_configuration=aws.s3.BucketVersioningVersioningConfigurationArgs(status="Enabled"),
            opts=child,
        )
        if args.object_lock is not None:
            lock_objects(f"{name}-object-lock", args.object_lock, bucket.id, child, [versioning])
        aws.s3.BucketLifecycleConfiguration(
            f"{name}-lifecycle",
            bucket=bucket.id,
            rules=_upload_rules(args),
            opts=pulumi.ResourceOptions.merge(child, pulumi.ResourceOptions(depends_on=[versioning])),
        )
        aws.s3.BucketPolicy(
            f"{name}-policy",
            bucket=bucket.id,
            policy=bucket.arn.apply(lambda arn: policy_document(*tls_only(arn))),
            opts=pulumi.ResourceOptions.merge(child, pulumi.ResourceOptions(depends_on=[private])),
        )
        if args.access_logs_bucket is not None:
            aws.s3.BucketLogging(
                f"{name}-logging",
                bucket=bucket.id,
                target_bucket=args.access_logs_bucket,
                target_prefix=f"{S3_LOG_PREFIX}uploads/",
                opts=child,
            )
        self.bucket_name = bucket.id
        self.bucket_arn = bucket.arn
        self.access_policy = pulumi.Output.all(bucket.arn, args.key_arn).apply(
            lambda arns: uploads_policy(str(arns[0]), str(arns[1]))
        )
        self.register_outputs({"bucket_name": self.bucket_name, "bucket_arn": self.bucket_arn})


@dataclass(frozen=True, kw_only=True)
class LogsBucketArgs:
    """What the bucket of access logs needs to be told.

    Attributes:
        account_id: the account whose load balancers and buckets deliver logs.
        region: their region.
        retention_days: days until a log is deleted.
        protect: the engine refuses to delete or replace the bucket.
        force_destroy: deleting the bucket deletes the logs in it.
    """

    account_id: pulumi.Input[str]
    region: str
    retention_days: int = 90
    protect: bool = False
    force_destroy: bool = False

    def __post_init__(self) -> None:
        """Refuse what S3 refuses, and a bucket that is both protected and thrown away."""
        lowest, highest = 1, MAX_DAYS
        require(
            "logs bucket",
            (within(self.retention_days, lowest, highest), f"retention_days must be {lowest} to {highest}"),
            (not (self.protect and self.force_destroy), "force_destroy contradicts protect"),
        )


class LogsBucket(pulumi.ComponentResource):
    """A private bucket that load balancers and other buckets deliver access logs to.

    It is encrypted with S3's own keys: log delivery of load balancers takes no KMS key of a customer for ALBs, and one
    bucket serves both kinds (Elastic Load Balancing user guides, "Access logs").

    Example:
        ```python
        logs = LogsBucket("logs", LogsBucketArgs(account_id=network.account_id, region="us-east-1", retention_days=90))
        ```
    """

    bucket_name: pulumi.Output[str]
    """Known once delivery is allowed: a load balancer tests it when its logs are switched on."""
    bucket_arn: pulumi.Output[str]
    ready_arn: pulumi.Output[str]
    """The same, known once delivery is allowed, as the name."""

    def __init__(self, name: str, args: LogsBucketArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("bailbondpro:storage:LogsBucket", name, None, opts)
        child = child_options(self, opts)
        bucket, private = _private_bucket(name, child, protect=args.protect, force_destroy=args.force_destroy)
        _encryption(name, bucket, child, None)
        expiry = aws.s3.BucketLifecycleConfigurationRuleExpirationArgs(days=args.retention_days)
        aws.s3.BucketLifecycleConfiguration(
            f"{name}-lifecycle",
            bucket=bucket.id,
            rules=[_rule("expire-logs", expiration=expiry), _unfinished(ABORT_MULTIPART_DAYS)],
            opts=child,
        )
        policy = aws.s3.BucketPolicy(
            f"{name}-policy",
            bucket=bucket.id,
            policy=pulumi.Output.all(bucket.arn, args.account_id).apply(
                lambda known: logs_policy(str(known[0]), str(known[1]), args.region)
            ),
            opts=pulumi.ResourceOptions.merge(child, pulumi.ResourceOptions(depends_on=[private])),
        )
        self.bucket_name = pulumi.Output.all(bucket.id, policy.id).apply(lambda pair: str(pair[0]))
        self.bucket_arn = bucket.arn
        self.ready_arn = pulumi.Output.all(bucket.arn, policy.id).apply(lambda pair: str(pair[0]))
        self.register_outputs({"bucket_name": self.bucket_name, "bucket_arn": self.bucket_arn})


def _private_bucket(
    name: str, child: pulumi.ResourceOptions, *, protect: bool, force_destroy: bool
) -> tuple[aws.s3.Bucket, aws.s3.BucketPublicAccessBlock]:
    """A bucket that nothing can make public and whose objects all belong to its account."""
    locked = pulumi.ResourceOptions.merge(child, pulumi.ResourceOptions(protect=protect))
    bucket = aws.s3.Bucket(f"{name}-bucket", force_destroy=force_destroy, opts=locked)
    private = aws.s3.BucketPublicAccessBlock(
        f"{name}-private",
        bucket=bucket.id,
        block_public_acls=True,
        block_public_policy=True,
        ignore_public_acls=True,
        restrict_public_buckets=True,
        opts=child,
    )
    aws.s3.BucketOwnershipControls(
        f"{name}-ownership",
        bucket=bucket.id,
        rule=aws.s3.BucketOwnershipControlsRuleArgs(object_ownership="BucketOwnerEnforced"),
        opts=child,
    )
    return bucket, private


def _encryption(
    name: str, bucket: aws.s3.Bucket, child: pulumi.ResourceOptions, key_arn: pulumi.Input[str] | None
) -> None:
    """Every object is encrypted with the key, or with S3's own keys where there is none."""
    algorithm = "AES256" if key_arn is None else "aws:kms"
    aws.s3.BucketServerSideEncryptionConfiguration(
        f"{name}-encryption",
        bucket=bucket.id,
        rules=[
            {
                "apply_server_side_encryption_by_default": {
                    "sse_algorithm": algorithm,
                    "kms_master_key_id": key_arn,
                },
                # One data key per bucket instead of one per object: fewer calls to KMS, same key.
                "bucket_key_enabled": None if key_arn is None else True,
            }
        ],
        opts=child,
    )


def _upload_rules(args: UploadsBucketArgs) -> list[aws.s3.BucketLifecycleConfigurationRuleArgs]:
    """Documents themselves never expire; what is left over from uploads and deletions does."""
    rules = [
        _unfinished(args.abort_multipart_days),
        _rule(
            "drop-old-versions",
            noncurrent_version_expiration=aws.s3.BucketLifecycleConfigurationRuleNoncurrentVersionExpirationArgs(
                noncurrent_days=args.noncurrent_version_days
            ),
            expiration=aws.s3.BucketLifecycleConfigurationRuleExpirationArgs(expired_object_delete_marker=True),
        ),
    ]
    if args.infrequent_access_after_days is not None:
        transition = aws.s3.BucketLifecycleConfigurationRuleTransitionArgs(
            days=args.infrequent_access_after_days, storage_class="STANDARD_IA"
        )
        rules.append(_rule("move-to-infrequent-access", transitions=[transition]))
    return rules


def _unfinished(days: int) -> aws.s3.BucketLifecycleConfigurationRuleArgs:
    abort = aws.s3.BucketLifecycleConfigurationRuleAbortIncompleteMultipartUploadArgs(days_after_initiation=days)
    return _rule("drop-unfinished-uploads", abort_incomplete_multipart_upload=abort)


def _rule(identity: str, **actions: object) -> aws.s3.BucketLifecycleConfigurationRuleArgs:
    """A rule for every object: S3 wants the empty filter said."""
    everything = aws.s3.BucketLifecycleConfigurationRuleFilterArgs(prefix="")
    return aws.s3.BucketLifecycleConfigurationRuleArgs(id=identity, status="Enabled", filter=everything, **actions)
