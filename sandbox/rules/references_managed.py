"""What databases, caches and Kubernetes clusters refer to, with the error of each service."""

from __future__ import annotations

from sandbox.model.references import Reference, Target, outside
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
    without_rows,
)

DATA = without_rows(
    "references-data",
    "Amazon RDS API Reference and Amazon ElastiCache API Reference, Errors of CreateDBInstance, CreateDBSubnetGroup, "
    "CreateReplicationGroup, DeleteDBSubnetGroup, DeleteDBParameterGroup, DeleteCacheSubnetGroup",
    (
        Reference(
            "dbSubnetGroupName",
            (Target("aws:rds/subnetGroup:SubnetGroup", ("id", "name")),),
            "DBSubnetGroupNotFoundFault",
            "InvalidDBSubnetGroupStateFault: the group is used by a DB instance",
            source="aws:rds/instance:Instance",
        ),
        Reference(
            "parameterGroupName",
            (Target("aws:rds/parameterGroup:ParameterGroup", ("id", "name")),),
            "DBParameterGroupNotFound",
            "InvalidDBParameterGroupState: the group is used by a DB instance",
            source="aws:rds/instance:Instance",
        ),
        Reference(
            "vpcSecurityGroupIds[*]",
            SECURITY_GROUP,
            "InvalidParameterValue: Invalid security group",
            DEPENDENCY,
            source="aws:rds/instance:Instance",
        ),
        Reference("kmsKeyId", KEY_ARN, "KMSKeyNotAccessibleFault", source="aws:rds/instance:Instance"),
        Reference(
            "performanceInsightsKmsKeyId", KEY_ARN, "KMSKeyNotAccessibleFault", source="aws:rds/instance:Instance"
        ),
        Reference("monitoringRoleArn", ROLE_ARN, "InvalidParameterValue", source="aws:rds/instance:Instance"),
        Reference("replicateSourceDb", INSTANCE, "DBInstanceNotFound", source="aws:rds/instance:Instance"),
        Reference(
            "sourceDbInstanceArn",
            INSTANCE_ARN,
            "DBInstanceNotFound",
            source="aws:rds/instanceAutomatedBackupsReplication:InstanceAutomatedBackupsReplication",
        ),
        Reference("subnetIds[*]", SUBNET, "InvalidSubnet", source="aws:rds/subnetGroup:SubnetGroup"),
        Reference("snsTopic", TOPIC, "SNSTopicArnNotFound", source="aws:rds/eventSubscription:EventSubscription"),
        Reference(
            "subnetGroupName",
            (Target("aws:elasticache/subnetGroup:SubnetGroup", ("id", "name")),),
            "CacheSubnetGroupNotFoundFault",
            "CacheSubnetGroupInUse",
            source="aws:elasticache/replicationGroup:ReplicationGroup",
        ),
        Reference(
            "parameterGroupName",
            (Target("aws:elasticache/parameterGroup:ParameterGroup", ("id", "name")),),
            "CacheParameterGroupNotFound",
            "InvalidCacheParameterGroupState: the group is used by a cache cluster",
            source="aws:elasticache/replicationGroup:ReplicationGroup",
        ),
        Reference(
            "securityGroupIds[*]",
            SECURITY_GROUP,
            "InvalidParameterValue",
            DEPENDENCY,
            source="aws:elasticache/replicationGroup:ReplicationGroup",
        ),
        Reference(
            "kmsKeyId",
            KEY_ARN,
            "InvalidKMSKeyFault (unverified)",
            source="aws:elasticache/replicationGroup:ReplicationGroup",
        ),
        Reference(
            "notificationTopicArn",
            TOPIC,
            "InvalidParameterValue",
            source="aws:elasticache/replicationGroup:ReplicationGroup",
        ),
        Reference(
            "logDeliveryConfigurations[*].destination",
            LOG_GROUP,
            "InvalidParameterValue: the log delivery destination does not exist",
            source="aws:elasticache/replicationGroup:ReplicationGroup",
        ),
        Reference("subnetIds[*]", SUBNET, "InvalidSubnet", source="aws:elasticache/subnetGroup:SubnetGroup"),
    ),
)

_NO_CLUSTER = "ResourceNotFoundException: No cluster found for name"

EKS = without_rows(
    "references-eks",
    "Amazon EKS API Reference, Errors of CreateCluster, CreateNodegroup, CreateAccessEntry, DeleteCluster",
    (
        Reference(
            "roleArn", ROLE_ARN, "InvalidParameterException: Role does not exist", source="aws:eks/cluster:Cluster"
        ),
        Reference(
            "vpcConfig.subnetIds[*]", SUBNET, "InvalidParameterException", DEPENDENCY, source="aws:eks/cluster:Cluster"
        ),
        Reference(
            "vpcConfig.securityGroupIds[*]",
            SECURITY_GROUP,
            "InvalidParameterException",
            DEPENDENCY,
            source="aws:eks/cluster:Cluster",
        ),
        Reference(
            "encryptionConfig.provider.keyArn", KEY_ARN, "InvalidParameterException", source="aws:eks/cluster:Cluster"
        ),
        Reference(
            "clusterName",
            CLUSTER,
            _NO_CLUSTER,
            "ResourceInUseException: Cluster has nodegroups attached",
            source="aws:eks/nodeGroup:NodeGroup",
        ),
        Reference("nodeRoleArn", ROLE_ARN, "InvalidParameterException", source="aws:eks/nodeGroup:NodeGroup"),
        Reference(
            "subnetIds[*]", SUBNET, "InvalidParameterException", DEPENDENCY, source="aws:eks/nodeGroup:NodeGroup"
        ),
        Reference(
            "launchTemplate.id",
            LAUNCH_TEMPLATE,
            "InvalidRequestException: the launch template does not exist",
            source="aws:eks/nodeGroup:NodeGroup",
        ),
        Reference("clusterName", CLUSTER, _NO_CLUSTER, source="aws:eks/addon:Addon"),
        Reference("serviceAccountRoleArn", ROLE_ARN, "InvalidParameterException", source="aws:eks/addon:Addon"),
        Reference(
            "podIdentityAssociations[*].roleArn", ROLE_ARN, "InvalidParameterException", source="aws:eks/addon:Addon"
        ),
        Reference("clusterName", CLUSTER, _NO_CLUSTER, source="aws:eks/accessEntry:AccessEntry"),
        Reference(
            "principalArn",
            ROLE_ARN,
            "InvalidParameterException: the principal does not exist",
            spared=lambda arn: ":role/" not in arn or outside(arn),
            source="aws:eks/accessEntry:AccessEntry",
        ),
        Reference(
            "clusterName", CLUSTER, _NO_CLUSTER, source="aws:eks/accessPolicyAssociation:AccessPolicyAssociation"
        ),
        Reference("clusterName", CLUSTER, _NO_CLUSTER, source="aws:eks/podIdentityAssociation:PodIdentityAssociation"),
        Reference(
            "roleArn",
            ROLE_ARN,
            "InvalidParameterException",
            source="aws:eks/podIdentityAssociation:PodIdentityAssociation",
        ),
    ),
)
