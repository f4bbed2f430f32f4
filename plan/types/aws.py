"""What AWS keeps, runs or bills by itself, in the order of the architecture.

Protections are from the API references of Amazon RDS, ElastiCache, S3, ECR, Secrets Manager, EKS and Elastic Load
Balancing; a key waits out its deletion window in any case. What is one-way is from the documentation of each service.
RDS renames in place, but the endpoint's DNS name changes with it. Minutes are the time-outs that the program sets
where the provider's own are too short, the provider's defaults elsewhere (Terraform AWS provider documentation, section
Timeouts of each resource).
"""

from __future__ import annotations

from bailbondpro.facts import quotas
from plan import tokens
from plan.types.model import (
    DRAWN,
    REST,
    Guard,
    Holds,
    Noun,
    ResourceType,
    above_zero,
    by_rule,
    encrypted,
    encrypted_by,
    free,
    minutes,
    not_on,
    nothing_asked,
    nothing_kept,
    on,
)

WITHOUT_CHARGE = "AWS does not charge for it"

AWS: tuple[ResourceType, ...] = (
    ResourceType(
        token=tokens.VPC,
        noun=DRAWN,
        bill=free(WITHOUT_CHARGE),
        at_rest=nothing_kept(),
        holds=Holds(what="network", guards=()),
        quotas=(quotas.VPCS,),
    ),
    ResourceType(
        token=tokens.SUBNET,
        noun=Noun("subnet"),
        bill=free(WITHOUT_CHARGE),
        at_rest=nothing_kept(),
        holds=Holds(what="network", guards=()),
        quotas=(),
    ),
    ResourceType(
        token=tokens.NAT,
        noun=DRAWN,
        bill=by_rule("nat gateway"),
        at_rest=nothing_kept(),
        holds=None,
        quotas=(quotas.NAT_GATEWAYS,),
        minutes=minutes(10, 10, 30),
    ),
    ResourceType(
        token="aws:ec2/eip:Eip",
        noun=REST,
        bill=by_rule("address"),
        at_rest=nothing_kept(),
        holds=None,
        quotas=(quotas.ADDRESSES,),
    ),
    ResourceType(
        token=tokens.ENDPOINT,
        noun=Noun("private endpoint"),
        bill=by_rule("endpoint"),
        at_rest=nothing_kept(),
        holds=None,
        quotas=(),
        minutes=minutes(10, 10, 10),
    ),
    ResourceType(
        token=tokens.CLUSTER,
        noun=DRAWN,
        bill=by_rule("cluster"),
        at_rest=encrypted("encryptionConfig.provider.keyArn"),
        holds=Holds(
            what="cluster",
            guards=(on("deletionProtection"),),
            names=("name",),
            one_way={
                "version": "a control plane is never downgraded",
                "encryptionConfig": "an encryption key is never removed",
                "accessConfig.authenticationMode": "the API authentication mode is one-way",
            },
        ),
        quotas=(quotas.CLUSTERS,),
        minutes=minutes(30, 60, 15),
    ),
    ResourceType(
        token=tokens.NODE_GROUP,
        noun=DRAWN,
        bill=by_rule("nodes"),
        at_rest=encrypted_by(tokens.LAUNCH_TEMPLATE),
        holds=None,
        quotas=(quotas.ON_DEMAND, quotas.SPOT),
        minutes=minutes(60, 60, 60),
    ),
    ResourceType(
        token=tokens.LAUNCH_TEMPLATE,
        noun=DRAWN,
        bill=free("billed with the nodes that use it"),
        at_rest=encrypted("blockDeviceMappings[*].ebs.encrypted"),
        holds=None,
        quotas=(),
    ),
    ResourceType(
        token=tokens.ADDON,
        noun=Noun("EKS add-on"),
        bill=free(WITHOUT_CHARGE),
        at_rest=nothing_kept(),
        holds=None,
        quotas=(),
        minutes=minutes(20, 20, 40),
    ),
    ResourceType(
        token=tokens.KEY,
        noun=Noun("KMS key"),
        bill=by_rule("key"),
        at_rest=nothing_asked("is what others are encrypted with"),
        holds=Holds(what="encryption key", guards=()),
        quotas=(),
    ),
    ResourceType(
        token=tokens.SECRET,
        noun=Noun("secret in Secrets Manager", "secrets in Secrets Manager"),
        bill=by_rule("secret"),
        at_rest=encrypted("kmsKeyId"),
        holds=Holds(
            what="secret",
            guards=(Guard("recoveryWindowInDays", lambda value: value != 0, "recoveryWindowInDays other than 0"),),
            names=("name",),
        ),
        quotas=(),
    ),
    ResourceType(
        token=tokens.BUCKET,
        noun=Noun("S3 bucket"),
        bill=by_rule("bucket"),
        at_rest=encrypted_by(tokens.BUCKET_ENCRYPTION),
        holds=Holds(what="bucket", guards=(not_on("forceDestroy"),), names=("bucket",)),
        quotas=(),
    ),
    ResourceType(
        token="aws:ecr/repository:Repository",
        noun=Noun("image repository", "image repositories"),
        bill=by_rule("images"),
        at_rest=encrypted("encryptionConfigurations[*].kmsKey"),
        holds=Holds(what="container images", guards=(not_on("forceDelete"),)),
        quotas=(),
    ),
    ResourceType(
        token=tokens.DATABASE,
        noun=DRAWN,
        bill=by_rule("database"),
        # A replica is encrypted with the key of its source, unless it is in another region.
        at_rest=encrypted("storageEncrypted", "kmsKeyId | replicateSourceDb", "performanceInsightsKmsKeyId"),
        holds=Holds(
            what="database",
            guards=(
                on("deletionProtection"),
                not_on("skipFinalSnapshot"),
                Guard("deleteAutomatedBackups", lambda value: value is False, "deleteAutomatedBackups: false"),
                above_zero("backupRetentionPeriod"),
            ),
            names=("identifier",),
            grows=("allocatedStorage",),
            one_way={
                "allocatedStorage": "RDS storage never shrinks",
                "engineVersion": "an engine upgrade has no way back but a snapshot",
                "storageEncrypted": "encryption is decided at creation",
            },
        ),
        quotas=(quotas.DATABASES,),
        minutes=minutes(40, 120, 60),
    ),
    ResourceType(
        token="aws:rds/instanceAutomatedBackupsReplication:InstanceAutomatedBackupsReplication",
        noun=REST,
        bill=by_rule("copied backups"),
        at_rest=encrypted("kmsKeyId"),
        holds=None,
        quotas=(),
        minutes=minutes(75, 0, 75),
    ),
    ResourceType(
        token="aws:backup/vault:Vault",
        noun=Noun("vault of recovery points", "vaults of recovery points"),
        bill=free("billed with what is backed up into it"),
        at_rest=encrypted("kmsKeyArn"),
        holds=Holds(what="recovery points", guards=(not_on("forceDestroy"),), names=("name",)),
        quotas=(),
    ),
    ResourceType(
        token=tokens.CACHE,
        noun=DRAWN,
        bill=by_rule("cache"),
        at_rest=encrypted("atRestEncryptionEnabled", "kmsKeyId"),
        holds=Holds(
            what="cache",
            guards=(
                Guard("finalSnapshotIdentifier", lambda value: value is not None, "a finalSnapshotIdentifier"),
                above_zero("snapshotRetentionLimit"),
            ),
            names=("replicationGroupId",),
            grows=("numNodeGroups", "replicasPerNodeGroup"),
            one_way={"engineVersion": "a downgrade replaces the cache"},
        ),
        quotas=(quotas.CACHE_NODES,),
        minutes=minutes(60, 120, 45),
    ),
    ResourceType(
        token=tokens.LOAD_BALANCER,
        noun=DRAWN,
        bill=by_rule("load balancer"),
        at_rest=nothing_kept(),
        holds=Holds(what="load balancer", guards=(on("enableDeletionProtection"),)),
        quotas=(quotas.LOAD_BALANCERS,),
        minutes=minutes(10, 10, 10),
    ),
    ResourceType(
        token=tokens.LOG_GROUP,
        noun=REST,
        bill=by_rule("log group"),
        at_rest=encrypted("kmsKeyId"),
        holds=None,
        quotas=(),
    ),
    ResourceType(
        token="aws:cloudwatch/metricAlarm:MetricAlarm",
        noun=Noun("CloudWatch alarm"),
        bill=by_rule("alarm"),
        at_rest=nothing_kept(),
        holds=None,
        quotas=(),
    ),
    ResourceType(
        token="aws:sns/topic:Topic",
        noun=Noun("SNS topic"),
        bill=free("the first million notifications a month are free (SNS pricing); alerts stay far below"),
        at_rest=encrypted("kmsMasterKeyId"),
        holds=None,
        quotas=(),
    ),
    ResourceType(
        token="aws:ssm/parameter:Parameter",
        noun=REST,
        bill=free("standard parameters are free (Systems Manager pricing)"),
        at_rest=nothing_asked("publishes the shard map and addresses, which are no secret"),
        holds=None,
        quotas=(),
    ),
)
