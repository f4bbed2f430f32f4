"""What AWS resources refer to, with the error of each service."""

from __future__ import annotations

from sandbox.model.references import Reference, ReferenceTable, Target, outside
from sandbox.services import ROWS

VPC = (Target("aws:ec2/vpc:Vpc"),)
SUBNET = (Target("aws:ec2/subnet:Subnet"),)
EIP = (Target("aws:ec2/eip:Eip", ("id", "allocationId")),)
ROUTE_TABLE = (Target("aws:ec2/routeTable:RouteTable"), Target("aws:ec2/vpc:Vpc", ("mainRouteTableId",)))
INTERNET_GATEWAY = (Target("aws:ec2/internetGateway:InternetGateway"),)
NAT_GATEWAY = (Target("aws:ec2/natGateway:NatGateway"),)
SECURITY_GROUP = (
    Target("aws:ec2/securityGroup:SecurityGroup"),
    Target("aws:ec2/defaultSecurityGroup:DefaultSecurityGroup"),
    Target("aws:ec2/vpc:Vpc", ("defaultSecurityGroupId",)),
    Target("aws:eks/cluster:Cluster", ("vpcConfig.clusterSecurityGroupId",)),
)
"""EKS makes a security group for every cluster, EC2 one for every VPC."""
PREFIX_LIST = (
    Target("aws:ec2/managedPrefixList:ManagedPrefixList"),
    Target("aws:ec2/vpcEndpoint:VpcEndpoint", ("prefixListId",)),
)
LAUNCH_TEMPLATE = (Target("aws:ec2/launchTemplate:LaunchTemplate"),)
ROLE_ARN = (Target("aws:iam/role:Role", ("arn",)),)
ROLE_NAME = (Target("aws:iam/role:Role", ("id", "name")),)
POLICY_ARN = (Target("aws:iam/policy:Policy", ("arn",)),)
KEY_ARN = (Target("aws:kms/key:Key", ("arn",)),)
KEY = (Target("aws:kms/key:Key", ("id", "arn")), Target("aws:kms/alias:Alias", ("id", "arn")))
BUCKET = (
    Target("aws:s3/bucket:Bucket", ("id", "bucket")),
    Target("aws:s3/bucketV2:BucketV2", ("id", "bucket")),
)
BUCKET_ARN = (Target("aws:s3/bucket:Bucket", ("arn",)),)
TOPIC = (Target("aws:sns/topic:Topic", ("id", "arn")),)
LOG_GROUP = (Target("aws:cloudwatch/logGroup:LogGroup", ("id", "name")),)
LOG_GROUP_ARN = (Target("aws:cloudwatch/logGroup:LogGroup", ("arn",)),)
CLUSTER = (Target("aws:eks/cluster:Cluster", ("id", "name")),)
INSTANCE = (Target("aws:rds/instance:Instance", ("id", "identifier", "arn")),)
INSTANCE_ARN = (Target("aws:rds/instance:Instance", ("arn",)),)
SECRET = (Target("aws:secretsmanager/secret:Secret", ("id", "arn", "name")),)
LOAD_BALANCER = (Target("aws:lb/loadBalancer:LoadBalancer", ("id", "arn")),)
TARGET_GROUP = (Target("aws:lb/targetGroup:TargetGroup", ("id", "arn")),)
LISTENER = (Target("aws:lb/listener:Listener", ("id", "arn")),)
REPOSITORY = (Target("aws:ecr/repository:Repository", ("id", "name")),)

DEPENDENCY = "DependencyViolation: the resource has a dependent object"


def without_rows(identity: str, source: str, rows: tuple[Reference, ...]) -> ReferenceTable:
    """A table of the types that have no row yet."""
    return ReferenceTable(identity, source, (row for row in rows if row.source not in ROWS))


EC2 = without_rows(
    "references-ec2",
    "Amazon EC2 API Reference, Error codes for the Amazon EC2 API",
    (
        Reference("vpcId", VPC, "InvalidVpcID.NotFound", DEPENDENCY, source="aws:ec2/subnet:Subnet"),
        Reference("vpcId", VPC, "InvalidVpcID.NotFound", DEPENDENCY, source="aws:ec2/internetGateway:InternetGateway"),
        Reference("vpcId", VPC, "InvalidVpcID.NotFound", DEPENDENCY, source="aws:ec2/routeTable:RouteTable"),
        Reference("vpcId", VPC, "InvalidVpcID.NotFound", DEPENDENCY, source="aws:ec2/securityGroup:SecurityGroup"),
        Reference("vpcId", VPC, "InvalidVpcID.NotFound", source="aws:ec2/defaultSecurityGroup:DefaultSecurityGroup"),
        Reference("vpcId", VPC, "InvalidVpcID.NotFound", DEPENDENCY, source="aws:ec2/vpcEndpoint:VpcEndpoint"),
        Reference("subnetId", SUBNET, "InvalidSubnetID.NotFound", DEPENDENCY, source="aws:ec2/natGateway:NatGateway"),
        Reference(
            "allocationId",
            EIP,
            "InvalidAllocationID.NotFound",
            "InvalidIPAddress.InUse: the address is associated",
            source="aws:ec2/natGateway:NatGateway",
        ),
        Reference("routeTableId", ROUTE_TABLE, "InvalidRouteTableID.NotFound", source="aws:ec2/route:Route"),
        Reference(
            "gatewayId",
            INTERNET_GATEWAY,
            "InvalidInternetGatewayID.NotFound",
            spared=lambda value: value == "local" or value.startswith(("vgw-", "vpce-")),
            source="aws:ec2/route:Route",
        ),
        Reference("natGatewayId", NAT_GATEWAY, "NatGatewayNotFound", source="aws:ec2/route:Route"),
        Reference(
            "routeTableId",
            ROUTE_TABLE,
            "InvalidRouteTableID.NotFound",
            DEPENDENCY,
            source="aws:ec2/routeTableAssociation:RouteTableAssociation",
        ),
        Reference(
            "subnetId", SUBNET, "InvalidSubnetID.NotFound", source="aws:ec2/routeTableAssociation:RouteTableAssociation"
        ),
        Reference(
            "subnetIds[*]", SUBNET, "InvalidSubnetID.NotFound", DEPENDENCY, source="aws:ec2/vpcEndpoint:VpcEndpoint"
        ),
        Reference(
            "routeTableIds[*]", ROUTE_TABLE, "InvalidRouteTableID.NotFound", source="aws:ec2/vpcEndpoint:VpcEndpoint"
        ),
        Reference(
            "securityGroupIds[*]",
            SECURITY_GROUP,
            "InvalidGroup.NotFound",
            DEPENDENCY,
            source="aws:ec2/vpcEndpoint:VpcEndpoint",
        ),
        Reference(
            "iamRoleArn", ROLE_ARN, "InvalidParameter: Access Denied for the role", source="aws:ec2/flowLog:FlowLog"
        ),
        Reference(
            "logDestination",
            (*BUCKET_ARN, *LOG_GROUP_ARN),
            "LogDestinationNotFoundException",
            spared=lambda arn: outside(arn) or "/" in arn.partition(":s3:::")[2],
            source="aws:ec2/flowLog:FlowLog",
        ),
        Reference("vpcId", VPC, "InvalidVpcId.NotFound", source="aws:ec2/flowLog:FlowLog"),
        Reference("subnetId", SUBNET, "InvalidSubnetId.NotFound", source="aws:ec2/flowLog:FlowLog"),
        Reference("securityGroupId", SECURITY_GROUP, "InvalidGroup.NotFound", source="aws:vpc/securityGroup*Rule:*"),
        Reference(
            "referencedSecurityGroupId",
            SECURITY_GROUP,
            "InvalidGroup.NotFound",
            DEPENDENCY,
            source="aws:vpc/securityGroup*Rule:*",
        ),
        Reference(
            "prefixListId",
            PREFIX_LIST,
            "InvalidPrefixListID.NotFound",
            "PrefixListInUse, a security group rule refers to it (code unverified)",
            source="aws:vpc/securityGroup*Rule:*",
        ),
        Reference(
            "vpcSecurityGroupIds[*]",
            SECURITY_GROUP,
            "InvalidGroup.NotFound",
            source="aws:ec2/launchTemplate:LaunchTemplate",
        ),
    ),
)

_NO_BUCKET = "NoSuchBucket"

COMMON = without_rows(
    "references-common",
    "AWS service API references: Elastic Load Balancing v2, IAM, KMS, S3, Secrets Manager, SNS, CloudWatch, ECR",
    (
        Reference("subnets[*]", SUBNET, "SubnetNotFound", DEPENDENCY, source="aws:lb/loadBalancer:LoadBalancer"),
        Reference(
            "subnetMappings[*].subnetId",
            SUBNET,
            "SubnetNotFound",
            DEPENDENCY,
            source="aws:lb/loadBalancer:LoadBalancer",
        ),
        Reference(
            "subnetMappings[*].allocationId",
            EIP,
            "AllocationIdNotFound",
            "InvalidIPAddress.InUse: the address is associated",
            source="aws:lb/loadBalancer:LoadBalancer",
        ),
        Reference(
            "securityGroups[*]",
            SECURITY_GROUP,
            "InvalidSecurityGroup",
            DEPENDENCY,
            source="aws:lb/loadBalancer:LoadBalancer",
        ),
        Reference(
            "accessLogs.bucket",
            BUCKET,
            "InvalidConfigurationRequest: no such bucket",
            source="aws:lb/loadBalancer:LoadBalancer",
        ),
        Reference("vpcId", VPC, "ValidationError: the VPC does not exist", source="aws:lb/targetGroup:TargetGroup"),
        Reference("loadBalancerArn", LOAD_BALANCER, "LoadBalancerNotFound", source="aws:lb/listener:Listener"),
        Reference(
            "defaultActions[*].targetGroupArn",
            TARGET_GROUP,
            "TargetGroupNotFound",
            "ResourceInUse: the target group is currently in use by a listener or a rule",
            source="aws:lb/listener*:*",
        ),
        Reference(
            "actions[*].targetGroupArn",
            TARGET_GROUP,
            "TargetGroupNotFound",
            "ResourceInUse: the target group is currently in use by a listener or a rule",
            source="aws:lb/listenerRule:ListenerRule",
        ),
        Reference("listenerArn", LISTENER, "ListenerNotFound", source="aws:lb/listenerRule:ListenerRule"),
        Reference(
            "role",
            ROLE_NAME,
            "NoSuchEntity",
            "DeleteConflict: Cannot delete entity, must delete policies first",
            source="aws:iam/rolePolicy:RolePolicy",
        ),
        Reference(
            "role",
            ROLE_NAME,
            "NoSuchEntity",
            "DeleteConflict: Cannot delete entity, must detach all policies first",
            source="aws:iam/rolePolicyAttachment:RolePolicyAttachment",
        ),
        Reference(
            "policyArn",
            POLICY_ARN,
            "NoSuchEntity",
            "DeleteConflict: Cannot delete a policy attached to entities",
            source="aws:iam/rolePolicyAttachment:RolePolicyAttachment",
        ),
        Reference("permissionsBoundary", POLICY_ARN, "NoSuchEntity", source="aws:iam/role:Role"),
        Reference(
            "role",
            ROLE_NAME,
            "NoSuchEntity",
            "DeleteConflict: Cannot delete entity, must remove roles from instance profile first",
            source="aws:iam/instanceProfile:InstanceProfile",
        ),
        Reference("targetKeyId", KEY, "NotFoundException", source="aws:kms/alias:Alias"),
        Reference("keyId", KEY, "NotFoundException", source="aws:kms/keyPolicy:KeyPolicy"),
        Reference("bucket", BUCKET, _NO_BUCKET, source="aws:s3/bucket[A-UW-Z]*:*"),
        Reference("bucket", BUCKET, _NO_BUCKET, source="aws:s3/bucketVersioning*:*"),
        Reference("targetBucket", BUCKET, "InvalidTargetBucketForLogging", source="aws:s3/bucketLogging:BucketLogging"),
        Reference(
            "secretId",
            SECRET,
            "ResourceNotFoundException: can't find the secret",
            source="aws:secretsmanager/secret[A-Z]*:*",
        ),
        Reference(
            "kmsKeyId", KEY, "EncryptionFailure (checked at the first value)", source="aws:secretsmanager/secret:Secret"
        ),
        Reference(
            "topic", TOPIC, "NotFound: Topic does not exist", source="aws:sns/topicSubscription:TopicSubscription"
        ),
        Reference("arn", TOPIC, "NotFound: Topic does not exist", source="aws:sns/topicPolicy:TopicPolicy"),
        Reference("kmsMasterKeyId", KEY, "KMSNotFound (checked at the first message)", source="aws:sns/topic:Topic"),
        *(
            Reference(
                f"{actions}[*]",
                TOPIC,
                "CloudWatch accepts this, and the alarm would tell nobody",
                spared=lambda arn: not arn.startswith("arn:aws:sns:") or outside(arn),
                source="aws:cloudwatch/metricAlarm:MetricAlarm",
            )
            for actions in ("alarmActions", "okActions", "insufficientDataActions")
        ),
        Reference("kmsKeyId", KEY_ARN, "InvalidParameterException", source="aws:cloudwatch/logGroup:LogGroup"),
        Reference(
            "notifications[*].subscriberSnsTopicArns[*]",
            TOPIC,
            "AWS Budgets accepts this, and the notification would reach nobody",
            source="aws:budgets/budget:Budget",
        ),
        Reference("repository", REPOSITORY, "RepositoryNotFoundException", source="aws:ecr/*Policy:*"),
        Reference("keyId", KEY, "InvalidKeyId", source="aws:ssm/parameter:Parameter"),
    ),
)
