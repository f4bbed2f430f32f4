"""Databases, caches, buckets, secrets, parameters and the keys that encrypt them."""

from __future__ import annotations

from plan import tokens
from plan.permissions.model import Permissions, of

_RDS_TAGS = of("rds", "AddTagsToResource", "RemoveTagsFromResource")
_TAGGING = ("TagResource", "UntagResource")
_CACHE_TAGS = of("elasticache", "AddTagsToResource", "RemoveTagsFromResource")

RDS = (
    Permissions(
        token=tokens.DATABASE,
        reads=(
            *of(
                "rds",
                "DescribeDBEngineVersions",
                "DescribeDBInstanceAutomatedBackups",
                "DescribeDBInstances",
                "DescribeDBSnapshots",
                "ListTagsForResource",
            ),
            *of("ec2", "DescribeAvailabilityZones", "DescribeSecurityGroups", "DescribeSubnets", "DescribeVpcs"),
            *of("kms", "DescribeKey"),
        ),
        creates=(
            *of("rds", "CreateDBInstance", "CreateDBInstanceReadReplica"),
            # `postgres.restored`: nobody waits for another policy while rows are lost.
            *of("rds", "RestoreDBInstanceFromDBSnapshot", "RestoreDBInstanceToPointInTime"),
            *_RDS_TAGS,
            *of("kms", "CreateGrant"),
        ),
        updates=of("rds", "ModifyDBInstance", "PromoteReadReplica", "RebootDBInstance"),
        deletes=of("rds", "CreateDBSnapshot", "DeleteDBInstance", "DeleteDBInstanceAutomatedBackup"),
        linked=("rds.amazonaws.com",),
        passes="monitoring.rds.amazonaws.com",
    ),
    Permissions(
        token="aws:rds/instanceAutomatedBackupsReplication:InstanceAutomatedBackupsReplication",
        reads=of("rds", "DescribeDBInstanceAutomatedBackups", "DescribeDBInstances"),
        creates=(
            *of("rds", "StartDBInstanceAutomatedBackupsReplication"),
            *of("kms", "CreateGrant"),
        ),
        deletes=of("rds", "DeleteDBInstanceAutomatedBackup", "StopDBInstanceAutomatedBackupsReplication"),
    ),
    Permissions(
        token=tokens.PARAMETER_GROUP,
        reads=of("rds", "DescribeDBParameterGroups", "DescribeDBParameters", "ListTagsForResource"),
        creates=(*of("rds", "CreateDBParameterGroup"), *_RDS_TAGS),
        updates=of("rds", "ModifyDBParameterGroup", "ResetDBParameterGroup"),
        deletes=of("rds", "DeleteDBParameterGroup"),
    ),
    Permissions(
        token="aws:rds/subnetGroup:SubnetGroup",
        reads=of("rds", "DescribeDBSubnetGroups", "ListTagsForResource"),
        creates=(*of("rds", "CreateDBSubnetGroup"), *_RDS_TAGS),
        updates=of("rds", "ModifyDBSubnetGroup"),
        deletes=of("rds", "DeleteDBSubnetGroup"),
    ),
    Permissions(
        token="aws:rds/eventSubscription:EventSubscription",
        reads=of("rds", "DescribeEventSubscriptions", "ListTagsForResource"),
        creates=(*of("rds", "CreateEventSubscription"), *_RDS_TAGS),
        updates=of(
            "rds",
            "AddSourceIdentifierToSubscription",
            "ModifyEventSubscription",
            "RemoveSourceIdentifierFromSubscription",
        ),
        deletes=of("rds", "DeleteEventSubscription"),
    ),
)

ELASTICACHE = (
    Permissions(
        token=tokens.CACHE,
        reads=(
            *of("elasticache", "DescribeCacheClusters", "DescribeReplicationGroups", "ListTagsForResource"),
            *of("kms", "DescribeKey"),
            *of("logs", "GetLogDelivery", "ListLogDeliveries"),
        ),
        creates=(
            *of("elasticache", "CreateReplicationGroup"),
            *_CACHE_TAGS,
            *of("kms", "CreateGrant"),
            *of("logs", "CreateLogDelivery"),
        ),
        updates=(
            *of(
                "elasticache",
                "DecreaseReplicaCount",
                "IncreaseReplicaCount",
                "ModifyReplicationGroup",
                "ModifyReplicationGroupShardConfiguration",
            ),
            # Delivery of logs is allowed by a policy of CloudWatch Logs (ElastiCache User Guide, log delivery).
            *of("logs", "PutResourcePolicy", "UpdateLogDelivery"),
        ),
        deletes=(*of("elasticache", "CreateSnapshot", "DeleteReplicationGroup"), *of("logs", "DeleteLogDelivery")),
        linked=("elasticache.amazonaws.com",),
    ),
    Permissions(
        token="aws:elasticache/parameterGroup:ParameterGroup",
        reads=of("elasticache", "DescribeCacheParameterGroups", "DescribeCacheParameters", "ListTagsForResource"),
        creates=(*of("elasticache", "CreateCacheParameterGroup"), *_CACHE_TAGS),
        updates=of("elasticache", "ModifyCacheParameterGroup", "ResetCacheParameterGroup"),
        deletes=of("elasticache", "DeleteCacheParameterGroup"),
    ),
    Permissions(
        token="aws:elasticache/subnetGroup:SubnetGroup",
        reads=of("elasticache", "DescribeCacheSubnetGroups", "ListTagsForResource"),
        creates=(*of("elasticache", "CreateCacheSubnetGroup"), *_CACHE_TAGS),
        updates=of("elasticache", "ModifyCacheSubnetGroup"),
        deletes=of("elasticache", "DeleteCacheSubnetGroup"),
    ),
)

S3 = (
    Permissions(
        token=tokens.BUCKET,
        # The provider reads every aspect of a bucket, used or not.
        reads=of(
            "s3",
            "GetAccelerateConfiguration",
            "GetBucketAcl",
            "GetBucketCORS",
            "GetBucketLocation",
            "GetBucketLogging",
            "GetBucketObjectLockConfiguration",
            "GetBucketPolicy",
            "GetBucketRequestPayment",
            "GetBucketTagging",
            "GetBucketVersioning",
            "GetBucketWebsite",
            "GetEncryptionConfiguration",
            "GetLifecycleConfiguration",
            "GetReplicationConfiguration",
            "ListBucket",
            "ListBucketVersions",
            "ListTagsForResource",
        ),
        creates=of("s3", "CreateBucket", "PutBucketTagging", "TagResource", "UntagResource"),
        # `forceDestroy` empties a bucket before it is deleted.
        deletes=(*of("s3", "DeleteBucket", "DeleteObject", "DeleteObjectVersion"),),
    ),
    Permissions(
        token="aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
        reads=of("s3", "GetLifecycleConfiguration"),
        creates=of("s3", "PutLifecycleConfiguration"),
    ),
    Permissions(
        token="aws:s3/bucketLogging:BucketLogging",
        reads=of("s3", "GetBucketAcl", "GetBucketLogging"),
        creates=of("s3", "PutBucketLogging"),
    ),
    Permissions(
        token="aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration",
        reads=of("s3", "GetBucketObjectLockConfiguration"),
        creates=of("s3", "PutBucketObjectLockConfiguration"),
    ),
    Permissions(
        token="aws:s3/bucketOwnershipControls:BucketOwnershipControls",
        reads=of("s3", "GetBucketOwnershipControls"),
        creates=of("s3", "PutBucketOwnershipControls"),
    ),
    Permissions(
        token="aws:s3/bucketPolicy:BucketPolicy",
        reads=of("s3", "GetBucketPolicy"),
        creates=of("s3", "PutBucketPolicy"),
        deletes=of("s3", "DeleteBucketPolicy"),
    ),
    Permissions(
        token="aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
        reads=of("s3", "GetBucketPublicAccessBlock"),
        creates=of("s3", "PutBucketPublicAccessBlock"),
    ),
    Permissions(
        token=tokens.BUCKET_ENCRYPTION,
        reads=of("s3", "GetEncryptionConfiguration"),
        creates=of("s3", "PutEncryptionConfiguration"),
    ),
    Permissions(
        token="aws:s3/bucketVersioning:BucketVersioning",
        reads=of("s3", "GetBucketVersioning"),
        creates=of("s3", "PutBucketVersioning"),
    ),
)

BACKUP = (
    Permissions(
        token="aws:backup/vault:Vault",
        reads=of("backup", "DescribeBackupVault", "ListTags"),
        creates=(*of("backup", "CreateBackupVault", *_TAGGING), *of("kms", "CreateGrant")),
        deletes=of("backup", "DeleteBackupVault"),
    ),
    Permissions(
        token="aws:backup/vaultLockConfiguration:VaultLockConfiguration",
        reads=of("backup", "DescribeBackupVault"),
        creates=of("backup", "PutBackupVaultLockConfiguration"),
        deletes=of("backup", "DeleteBackupVaultLockConfiguration"),
    ),
    Permissions(
        token="aws:backup/plan:Plan",
        reads=of("backup", "GetBackupPlan", "ListTags"),
        creates=of("backup", "CreateBackupPlan", *_TAGGING),
        updates=of("backup", "UpdateBackupPlan"),
        deletes=of("backup", "DeleteBackupPlan"),
    ),
    Permissions(
        token="aws:backup/selection:Selection",
        reads=of("backup", "GetBackupSelection"),
        creates=of("backup", "CreateBackupSelection"),
        deletes=of("backup", "DeleteBackupSelection"),
        linked=("backup.amazonaws.com",),
        passes="backup.amazonaws.com",
    ),
)

SECRETS = (
    Permissions(
        token=tokens.SECRET,
        reads=of("secretsmanager", "DescribeSecret", "GetResourcePolicy"),
        creates=of("secretsmanager", "CreateSecret", "TagResource", "UntagResource"),
        updates=of("secretsmanager", "UpdateSecret"),
        deletes=of("secretsmanager", "DeleteSecret"),
    ),
    Permissions(
        token="aws:secretsmanager/secretVersion:SecretVersion",
        # The value of a version is the resource: a refresh reads it.
        reads=of("secretsmanager", "DescribeSecret", "GetSecretValue"),
        creates=of("secretsmanager", "PutSecretValue"),
        updates=of("secretsmanager", "UpdateSecretVersionStage"),
    ),
    Permissions(
        token="aws:ssm/parameter:Parameter",
        reads=of("ssm", "DescribeParameters", "GetParameter", "GetParameters", "ListTagsForResource"),
        creates=of("ssm", "AddTagsToResource", "PutParameter", "RemoveTagsFromResource"),
        deletes=of("ssm", "DeleteParameter"),
    ),
)

KMS = (
    Permissions(
        token=tokens.KEY,
        reads=of("kms", "DescribeKey", "GetKeyPolicy", "GetKeyRotationStatus", "ListResourceTags"),
        creates=of("kms", "CreateKey", "EnableKeyRotation", "TagResource", "UntagResource"),
        updates=of("kms", "PutKeyPolicy", "UpdateKeyDescription"),
        deletes=of("kms", "ScheduleKeyDeletion"),
    ),
    Permissions(
        token="aws:kms/alias:Alias",
        reads=of("kms", "ListAliases"),
        creates=of("kms", "CreateAlias"),
        updates=of("kms", "UpdateAlias"),
        deletes=of("kms", "DeleteAlias"),
    ),
    Permissions(
        token="aws:kms/keyPolicy:KeyPolicy",
        reads=of("kms", "GetKeyPolicy"),
        creates=of("kms", "PutKeyPolicy"),
    ),
)
