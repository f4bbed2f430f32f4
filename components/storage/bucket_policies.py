"""Policies of and for buckets: pure text."""

from __future__ import annotations

from ..security.iam import Arn, Condition, Effect, Statement, arn_like, equals, policy_document

S3_LOG_PREFIX = "s3/"
"""Where server access logs of buckets go; logs of load balancers begin with "AWSLogs/"."""

OLDEST_TLS = "1.2"


def tls_only(bucket_arn: str) -> tuple[Statement, ...]:
    """Statements that refuse plain HTTP and TLS before 1.2 to everybody (S3 User Guide, "Security best practices").

    Args:
        bucket_arn: the bucket that the policy is for.
    """
    both = (bucket_arn, f"{bucket_arn}/*")
    plain = Condition(operator="Bool", key="aws:SecureTransport", values=("false",))
    old = Condition(operator="NumericLessThan", key="s3:TlsVersion", values=(OLDEST_TLS,))
    return tuple(
        Statement(
            sid=sid, effect=Effect.DENY, accounts=("*",), actions=("s3:*",), resources=both, conditions=(condition,)
        )
        for sid, condition in (("DenyPlainHttp", plain), ("DenyOldTls", old))
    )


def uploads_policy(bucket_arn: str, key_arn: str) -> str:
    """What the application may do with its documents: read, write and delete current objects, and list them.

    Old versions are out of its reach, so that a stolen pod cannot destroy what versioning keeps.

    Args:
        bucket_arn: the bucket.
        key_arn: the key that encrypts it; usable through S3 only.
    """
    region = Arn.parse(key_arn).region
    return policy_document(
        Statement(sid="ListDocuments", actions=("s3:ListBucket",), resources=(bucket_arn,)),
        Statement(
            sid="UseDocuments",
            actions=("s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:AbortMultipartUpload"),
            resources=(f"{bucket_arn}/*",),
        ),
        Statement(
            sid="UseKeyThroughS3",
            actions=("kms:Decrypt", "kms:GenerateDataKey"),
            resources=(key_arn,),
            conditions=(equals("kms:ViaService", f"s3.{region}.amazonaws.com"),),
        ),
    )


def logs_policy(bucket_arn: str, account: str, region: str) -> str:
    """Who may deliver logs: load balancers, flow logs and buckets of one account.

    Sources: Network Load Balancer User Guide, "Access logs", bucket policy; VPC User Guide, "Publish flow logs to
    Amazon S3", which asks for the same; S3 User Guide, "Enabling server access logging", bucket policy.

    Args:
        bucket_arn: the bucket of the logs.
        account: the account whose load balancers and buckets deliver.
        region: their region.
    """
    partition = Arn.parse(bucket_arn).partition
    delivery = "delivery.logs.amazonaws.com"
    from_here = (
        equals("aws:SourceAccount", account),
        arn_like("aws:SourceArn", f"arn:{partition}:logs:{region}:{account}:*"),
    )
    return policy_document(
        *tls_only(bucket_arn),
        Statement(
            sid="LoadBalancersCheckTheBucket",
            services=(delivery,),
            actions=("s3:GetBucketAcl",),
            resources=(bucket_arn,),
            conditions=from_here,
        ),
        Statement(
            sid="LoadBalancersWrite",
            services=(delivery,),
            actions=("s3:PutObject",),
            resources=(f"{bucket_arn}/AWSLogs/{account}/*",),
            conditions=(equals("s3:x-amz-acl", "bucket-owner-full-control"), *from_here),
        ),
        Statement(
            sid="BucketsWrite",
            services=("logging.s3.amazonaws.com",),
            actions=("s3:PutObject",),
            resources=(f"{bucket_arn}/{S3_LOG_PREFIX}*",),
            conditions=(equals("aws:SourceAccount", account),),
        ),
    )
