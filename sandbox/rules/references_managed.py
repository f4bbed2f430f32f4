"""What databases, caches and Kubernetes clusters refer to, with the error of each service."""

from __future__ import annotations

from sandbox.rules.references import Reference, ReferenceTable, Target, outside
from sandbox.rules.references_aws import (
    CLUSTER,
    DEPENDENCY,
    INSTANCE,
    INSTANCE_ARN,
    KEY_ARN,
    LAUNCH_TEMPLATE,
    LOG_GROUP,
    ROLE_ARN,
    SECURITY_GROUP,
    SUBNET,
    TOPIC,
)

DATA = ReferenceTable(
    "references-data",
    "Amazon RDS API Reference and Amazon ElastiCache API Reference, Errors of CreateDBInstance, CreateDBSubnetGroup, "
    "CreateReplicationGroup, DeleteDBSubnetGroup, DeleteDBParameterGroup, DeleteCacheSubnetGroup",
    (
        Reference(
            "aws:rds/instance:Instance",
            "dbSubnetGroupName",
            (Target("aws:rds/subnetGroup:SubnetGroup", ("id", "name")),),
            "DBSubnetGroupNotFoundFault",
            "InvalidDBSubnetGroupStateFault: the group is used by a DB instance",
        ),
        Reference(
            "aws:rds/instance:Instance",
            "parameterGroupName",
            (Target("aws:rds/parameterGroup:ParameterGroup", ("id", "name")),),
            "DBParameterGroupNotFound",
            "InvalidDBParameterGroupState: the group is used by a DB instance",
        ),
        Reference(
            "aws:rds/instance:Instance",
            "vpcSecurityGroupIds[*]",
            SECURITY_GROUP,
            "InvalidParameterValue: Invalid security group",
            DEPENDENCY,
        ),
        Reference("aws:rds/instance:Instance", "kmsKeyId", KEY_ARN, "KMSKeyNotAccessibleFault"),
        Reference("aws:rds/instance:Instance", "performanceInsightsKmsKeyId", KEY_ARN, "KMSKeyNotAccessibleFault"),
        Reference("aws:rds/instance:Instance", "monitoringRoleArn", ROLE_ARN, "InvalidParameterValue"),
        Reference("aws:rds/instance:Instance", "replicateSourceDb", INSTANCE, "DBInstanceNotFound"),
        Reference(
            "aws:rds/instanceAutomatedBackupsReplication:InstanceAutomatedBackupsReplication",
            "sourceDbInstanceArn",
            INSTANCE_ARN,
            "DBInstanceNotFound",
        ),
        Reference("aws:rds/subnetGroup:SubnetGroup", "subnetIds[*]", SUBNET, "InvalidSubnet"),
        Reference("aws:rds/eventSubscription:EventSubscription", "snsTopic", TOPIC, "SNSTopicArnNotFound"),
        Reference(
            "aws:elasticache/replicationGroup:ReplicationGroup",
            "subnetGroupName",
            (Target("aws:elasticache/subnetGroup:SubnetGroup", ("id", "name")),),
            "CacheSubnetGroupNotFoundFault",
            "CacheSubnetGroupInUse",
        ),
        Reference(
            "aws:elasticache/replicationGroup:ReplicationGroup",
            "parameterGroupName",
            (Target("aws:elasticache/parameterGroup:ParameterGroup", ("id", "name")),),
            "CacheParameterGroupNotFound",
            "InvalidCacheParameterGroupState: the group is used by a cache cluster",
        ),
        Reference(
            "aws:elasticache/replicationGroup:ReplicationGroup",
            "securityGroupIds[*]",
            SECURITY_GROUP,
            "InvalidParameterValue",
            DEPENDENCY,
        ),
        Reference(
            "aws:elasticache/replicationGroup:ReplicationGroup", "kmsKeyId", KEY_ARN, "InvalidKMSKeyFault (unverified)"
        ),
        Reference(
            "aws:elasticache/replicationGroup:ReplicationGroup",
            "notificationTopicArn",
            TOPIC,
            "InvalidParameterValue",
        ),
        Reference(
            "aws:elasticache/replicationGroup:ReplicationGroup",
            "logDeliveryConfigurations[*].destination",
            LOG_GROUP,
            "InvalidParameterValue: the log delivery destination does not exist",
        ),
        Reference("aws:elasticache/subnetGroup:SubnetGroup", "subnetIds[*]", SUBNET, "InvalidSubnet"),
    ),
)

_NO_CLUSTER = "ResourceNotFoundException: No cluster found for name"

EKS = ReferenceTable(
    "references-eks",
    "Amazon EKS API Reference, Errors of CreateCluster, CreateNodegroup, CreateAccessEntry, DeleteCluster",
    (
        Reference("aws:eks/cluster:Cluster", "roleArn", ROLE_ARN, "InvalidParameterException: Role does not exist"),
        Reference("aws:eks/cluster:Cluster", "vpcConfig.subnetIds[*]", SUBNET, "InvalidParameterException", DEPENDENCY),
        Reference(
            "aws:eks/cluster:Cluster",
            "vpcConfig.securityGroupIds[*]",
            SECURITY_GROUP,
            "InvalidParameterException",
            DEPENDENCY,
        ),
        Reference("aws:eks/cluster:Cluster", "encryptionConfig.provider.keyArn", KEY_ARN, "InvalidParameterException"),
        Reference(
            "aws:eks/nodeGroup:NodeGroup",
            "clusterName",
            CLUSTER,
            _NO_CLUSTER,
            "ResourceInUseException: Cluster has nodegroups attached",
        ),
        Reference("aws:eks/nodeGroup:NodeGroup", "nodeRoleArn", ROLE_ARN, "InvalidParameterException"),
        Reference("aws:eks/nodeGroup:NodeGroup", "subnetIds[*]", SUBNET, "InvalidParameterException", DEPENDENCY),
        Reference(
            "aws:eks/nodeGroup:NodeGroup",
            "launchTemplate.id",
            LAUNCH_TEMPLATE,
            "InvalidRequestException: the launch template does not exist",
        ),
        Reference("aws:eks/addon:Addon", "clusterName", CLUSTER, _NO_CLUSTER),
        Reference("aws:eks/addon:Addon", "serviceAccountRoleArn", ROLE_ARN, "InvalidParameterException"),
        Reference("aws:eks/addon:Addon", "podIdentityAssociations[*].roleArn", ROLE_ARN, "InvalidParameterException"),
        Reference("aws:eks/accessEntry:AccessEntry", "clusterName", CLUSTER, _NO_CLUSTER),
        Reference(
            "aws:eks/accessEntry:AccessEntry",
            "principalArn",
            ROLE_ARN,
            "InvalidParameterException: the principal does not exist",
            spared=lambda arn: ":role/" not in arn or outside(arn),
        ),
        Reference("aws:eks/accessPolicyAssociation:AccessPolicyAssociation", "clusterName", CLUSTER, _NO_CLUSTER),
        Reference("aws:eks/podIdentityAssociation:PodIdentityAssociation", "clusterName", CLUSTER, _NO_CLUSTER),
        Reference(
            "aws:eks/podIdentityAssociation:PodIdentityAssociation", "roleArn", ROLE_ARN, "InvalidParameterException"
        ),
    ),
)
