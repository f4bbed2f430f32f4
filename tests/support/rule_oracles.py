"""What the value rules are compared with: the service models and CloudFormation schemas of each property."""

from __future__ import annotations

INSTANCE = "aws:rds/instance:Instance"
CACHE = "aws:elasticache/replicationGroup:ReplicationGroup"
CLUSTER, NODES = "aws:eks/cluster:Cluster", "aws:eks/nodeGroup:NodeGroup"
BALANCER, GROUP, LISTENER = (
    "aws:lb/loadBalancer:LoadBalancer",
    "aws:lb/targetGroup:TargetGroup",
    "aws:lb/listener:Listener",
)
TEMPLATE = "aws:ec2/launchTemplate:LaunchTemplate"
ALARM, BUDGET = "aws:cloudwatch/metricAlarm:MetricAlarm", "aws:budgets/budget:Budget"
LIFECYCLE = "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration"
FLOW_LOG, ENDPOINT = "aws:ec2/flowLog:FlowLog", "aws:ec2/vpcEndpoint:VpcEndpoint"
ANOMALY = "aws:costexplorer/anomalySubscription:AnomalySubscription"
MONITOR = "aws:costexplorer/anomalyMonitor:AnomalyMonitor"
LOCK = "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration"
ENCRYPTION = "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration"

ENUMS: list[tuple[str, str, str, str]] = [
    (CLUSTER, "accessConfig.authenticationMode", "eks", "AuthenticationMode"),
    (CLUSTER, "enabledClusterLogTypes[*]", "eks", "LogType"),
    (CLUSTER, "upgradePolicy.supportType", "eks", "SupportType"),
    (CLUSTER, "kubernetesNetworkConfig.ipFamily", "eks", "IpFamily"),
    (CLUSTER, "controlPlaneScalingConfig.tier", "eks", "ProvisionedControlPlaneTier"),
    (NODES, "amiType", "eks", "AMITypes"),
    (NODES, "capacityType", "eks", "CapacityTypes"),
    (NODES, "taints[*].effect", "eks", "TaintEffect"),
    (NODES, "updateConfig.updateStrategy", "eks", "NodegroupUpdateStrategies"),
    ("aws:eks/addon:Addon", "resolveConflictsOnUpdate", "eks", "ResolveConflicts"),
    ("aws:eks/accessPolicyAssociation:AccessPolicyAssociation", "accessScope.type", "eks", "AccessScopeType"),
    (INSTANCE, "databaseInsightsMode", "rds", "DatabaseInsightsMode"),
    ("aws:rds/parameterGroup:ParameterGroup", "parameters[*].applyMethod", "rds", "ApplyMethod"),
    ("aws:rds/eventSubscription:EventSubscription", "sourceType", "rds", "SourceType"),
    (CACHE, "clusterMode", "elasticache", "ClusterMode"),
    (CACHE, "authTokenUpdateStrategy", "elasticache", "AuthTokenUpdateStrategyType"),
    (CACHE, "transitEncryptionMode", "elasticache", "TransitEncryptionMode"),
    (CACHE, "logDeliveryConfigurations[*].destinationType", "elasticache", "DestinationType"),
    (CACHE, "logDeliveryConfigurations[*].logFormat", "elasticache", "LogFormat"),
    (CACHE, "logDeliveryConfigurations[*].logType", "elasticache", "LogType"),
    (CACHE, "networkType", "elasticache", "NetworkType"),
    (CACHE, "ipDiscovery", "elasticache", "IpDiscovery"),
    (BALANCER, "loadBalancerType", "elbv2", "LoadBalancerTypeEnum"),
    (BALANCER, "ipAddressType", "elbv2", "IpAddressType"),
    (GROUP, "protocol", "elbv2", "ProtocolEnum"),
    (GROUP, "targetType", "elbv2", "TargetTypeEnum"),
    (GROUP, "ipAddressType", "elbv2", "TargetGroupIpAddressTypeEnum"),
    (LISTENER, "protocol", "elbv2", "ProtocolEnum"),
    (LISTENER, "defaultActions[*].type", "elbv2", "ActionTypeEnum"),
    (LISTENER, "defaultActions[*].redirect.statusCode", "elbv2", "RedirectActionStatusCodeEnum"),
    ("aws:ec2/vpc:Vpc", "instanceTenancy", "ec2", "Tenancy"),
    ("aws:ec2/subnet:Subnet", "privateDnsHostnameTypeOnLaunch", "ec2", "HostnameType"),
    ("aws:ec2/natGateway:NatGateway", "connectivityType", "ec2", "ConnectivityType"),
    ("aws:ec2/natGateway:NatGateway", "availabilityMode", "ec2", "AvailabilityMode"),
    ("aws:ec2/eip:Eip", "domain", "ec2", "DomainType"),
    (FLOW_LOG, "trafficType", "ec2", "TrafficType"),
    (FLOW_LOG, "logDestinationType", "ec2", "LogDestinationType"),
    (FLOW_LOG, "destinationOptions.fileFormat", "ec2", "DestinationFileFormat"),
    (ENDPOINT, "vpcEndpointType", "ec2", "VpcEndpointType"),
    (TEMPLATE, "blockDeviceMappings[*].ebs.volumeType", "ec2", "VolumeType"),
    (TEMPLATE, "metadataOptions.httpTokens", "ec2", "LaunchTemplateHttpTokensState"),
    (TEMPLATE, "metadataOptions.httpEndpoint", "ec2", "LaunchTemplateInstanceMetadataEndpointState"),
    (ALARM, "comparisonOperator", "cloudwatch", "ComparisonOperator"),
    (ALARM, "statistic", "cloudwatch", "Statistic"),
    ("aws:cloudwatch/logGroup:LogGroup", "logGroupClass", "logs", "LogGroupClass"),
    ("aws:kms/key:Key", "keyUsage", "kms", "KeyUsageType"),
    ("aws:ssm/parameter:Parameter", "type", "ssm", "ParameterType"),
    ("aws:ssm/parameter:Parameter", "tier", "ssm", "ParameterTier"),
    ("aws:ecr/repository:Repository", "imageTagMutability", "ecr", "ImageTagMutability"),
    ("aws:ecr/repository:Repository", "encryptionConfigurations[*].encryptionType", "ecr", "EncryptionType"),
    ("aws:s3/bucketVersioning:BucketVersioning", "versioningConfiguration.status", "s3", "BucketVersioningStatus"),
    ("aws:s3/bucketOwnershipControls:BucketOwnershipControls", "rule.objectOwnership", "s3", "ObjectOwnership"),
    (LOCK, "rule.defaultRetention.mode", "s3", "ObjectLockRetentionMode"),
    (LOCK, "objectLockEnabled", "s3", "ObjectLockEnabled"),
    (LIFECYCLE, "rules[*].status", "s3", "ExpirationStatus"),
    (LIFECYCLE, "rules[*].transitions[*].storageClass", "s3", "TransitionStorageClass"),
    (ENCRYPTION, "rules[*].applyServerSideEncryptionByDefault.sseAlgorithm", "s3", "ServerSideEncryption"),
    (BUDGET, "budgetType", "budgets", "BudgetType"),
    (BUDGET, "timeUnit", "budgets", "TimeUnit"),
    (BUDGET, "notifications[*].comparisonOperator", "budgets", "ComparisonOperator"),
    (BUDGET, "notifications[*].thresholdType", "budgets", "ThresholdType"),
    (BUDGET, "notifications[*].notificationType", "budgets", "NotificationType"),
    (ANOMALY, "frequency", "ce", "AnomalySubscriptionFrequency"),
    (ANOMALY, "subscribers[*].type", "ce", "SubscriberType"),
    (MONITOR, "monitorType", "ce", "MonitorType"),
    (MONITOR, "monitorDimension", "ce", "MonitorDimension"),
]
"""(type, property, service, shape of the service model)."""

CFN_ENUMS: list[tuple[str, str, str, str]] = [
    (INSTANCE, "performanceInsightsRetentionPeriod", "AWS::RDS::DBInstance", "PerformanceInsightsRetentionPeriod"),
    ("aws:cloudwatch/logGroup:LogGroup", "retentionInDays", "AWS::Logs::LogGroup", "RetentionInDays"),
    (NODES, "amiType", "AWS::EKS::Nodegroup", "AmiType"),
    (ALARM, "treatMissingData", "AWS::CloudWatch::Alarm", "TreatMissingData"),
    (GROUP, "targetType", "AWS::ElasticLoadBalancingV2::TargetGroup", "TargetType"),
]
