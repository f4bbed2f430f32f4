"""What AWS resources refer to, with the error of each service."""

from __future__ import annotations

from sandbox.rules.references import Reference, ReferenceTable, Target, outside

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

EC2 = ReferenceTable(
    "references-ec2",
    "Amazon EC2 API Reference, Error codes for the Amazon EC2 API",
    (
        Reference("aws:ec2/subnet:Subnet", "vpcId", VPC, "InvalidVpcID.NotFound", DEPENDENCY),
        Reference("aws:ec2/internetGateway:InternetGateway", "vpcId", VPC, "InvalidVpcID.NotFound", DEPENDENCY),
        Reference("aws:ec2/routeTable:RouteTable", "vpcId", VPC, "InvalidVpcID.NotFound", DEPENDENCY),
        Reference("aws:ec2/securityGroup:SecurityGroup", "vpcId", VPC, "InvalidVpcID.NotFound", DEPENDENCY),
        Reference("aws:ec2/defaultSecurityGroup:DefaultSecurityGroup", "vpcId", VPC, "InvalidVpcID.NotFound"),
        Reference("aws:ec2/vpcEndpoint:VpcEndpoint", "vpcId", VPC, "InvalidVpcID.NotFound", DEPENDENCY),
        Reference("aws:ec2/natGateway:NatGateway", "subnetId", SUBNET, "InvalidSubnetID.NotFound", DEPENDENCY),
        Reference(
            "aws:ec2/natGateway:NatGateway",
            "allocationId",
            EIP,
            "InvalidAllocationID.NotFound",
            "InvalidIPAddress.InUse: the address is associated",
        ),
        Reference("aws:ec2/route:Route", "routeTableId", ROUTE_TABLE, "InvalidRouteTableID.NotFound"),
        Reference(
            "aws:ec2/route:Route",
            "gatewayId",
            INTERNET_GATEWAY,
            "InvalidInternetGatewayID.NotFound",
            spared=lambda value: value == "local" or value.startswith(("vgw-", "vpce-")),
        ),
        Reference("aws:ec2/route:Route", "natGatewayId", NAT_GATEWAY, "NatGatewayNotFound"),
        Reference(
            "aws:ec2/routeTableAssociation:RouteTableAssociation",
            "routeTableId",
            ROUTE_TABLE,
            "InvalidRouteTableID.NotFound",
            DEPENDENCY,
        ),
        Reference(
            "aws:ec2/routeTableAssociation:RouteTableAssociation", "subnetId", SUBNET, "InvalidSubnetID.NotFound"
        ),
        Reference("aws:ec2/vpcEndpoint:VpcEndpoint", "subnetIds[*]", SUBNET, "InvalidSubnetID.NotFound", DEPENDENCY),
        Reference("aws:ec2/vpcEndpoint:VpcEndpoint", "routeTableIds[*]", ROUTE_TABLE, "InvalidRouteTableID.NotFound"),
        Reference(
            "aws:ec2/vpcEndpoint:VpcEndpoint",
            "securityGroupIds[*]",
            SECURITY_GROUP,
            "InvalidGroup.NotFound",
            DEPENDENCY,
        ),
        Reference("aws:ec2/flowLog:FlowLog", "iamRoleArn", ROLE_ARN, "InvalidParameter: Access Denied for the role"),
        Reference(
            "aws:ec2/flowLog:FlowLog",
            "logDestination",
            (*BUCKET_ARN, *LOG_GROUP_ARN),
            "LogDestinationNotFoundException",
            spared=lambda arn: outside(arn) or "/" in arn.partition(":s3:::")[2],
        ),
        Reference("aws:ec2/flowLog:FlowLog", "vpcId", VPC, "InvalidVpcId.NotFound"),
        Reference("aws:ec2/flowLog:FlowLog", "subnetId", SUBNET, "InvalidSubnetId.NotFound"),
        Reference("aws:vpc/securityGroup*Rule:*", "securityGroupId", SECURITY_GROUP, "InvalidGroup.NotFound"),
        Reference(
            "aws:vpc/securityGroup*Rule:*",
            "referencedSecurityGroupId",
            SECURITY_GROUP,
            "InvalidGroup.NotFound",
            DEPENDENCY,
        ),
        Reference(
            "aws:vpc/securityGroup*Rule:*",
            "prefixListId",
            PREFIX_LIST,
            "InvalidPrefixListID.NotFound",
            "PrefixListInUse, a security group rule refers to it (code unverified)",
        ),
        Reference(
            "aws:ec2/launchTemplate:LaunchTemplate", "vpcSecurityGroupIds[*]", SECURITY_GROUP, "InvalidGroup.NotFound"
        ),
    ),
)

_NO_BUCKET = "NoSuchBucket"

COMMON = ReferenceTable(
    "references-common",
    "AWS service API references: Elastic Load Balancing v2, IAM, KMS, S3, Secrets Manager, SNS, CloudWatch, ECR",
    (
        Reference("aws:lb/loadBalancer:LoadBalancer", "subnets[*]", SUBNET, "SubnetNotFound", DEPENDENCY),
        Reference(
            "aws:lb/loadBalancer:LoadBalancer", "subnetMappings[*].subnetId", SUBNET, "SubnetNotFound", DEPENDENCY
        ),
        Reference(
            "aws:lb/loadBalancer:LoadBalancer",
            "subnetMappings[*].allocationId",
            EIP,
            "AllocationIdNotFound",
            "InvalidIPAddress.InUse: the address is associated",
        ),
        Reference(
            "aws:lb/loadBalancer:LoadBalancer",
            "securityGroups[*]",
            SECURITY_GROUP,
            "InvalidSecurityGroup",
            DEPENDENCY,
        ),
        Reference(
            "aws:lb/loadBalancer:LoadBalancer",
            "accessLogs.bucket",
            BUCKET,
            "InvalidConfigurationRequest: no such bucket",
        ),
        Reference("aws:lb/targetGroup:TargetGroup", "vpcId", VPC, "ValidationError: the VPC does not exist"),
        Reference("aws:lb/listener:Listener", "loadBalancerArn", LOAD_BALANCER, "LoadBalancerNotFound"),
        Reference(
            "aws:lb/listener*:*",
            "defaultActions[*].targetGroupArn",
            TARGET_GROUP,
            "TargetGroupNotFound",
            "ResourceInUse: the target group is currently in use by a listener or a rule",
        ),
        Reference(
            "aws:lb/listenerRule:ListenerRule",
            "actions[*].targetGroupArn",
            TARGET_GROUP,
            "TargetGroupNotFound",
            "ResourceInUse: the target group is currently in use by a listener or a rule",
        ),
        Reference("aws:lb/listenerRule:ListenerRule", "listenerArn", LISTENER, "ListenerNotFound"),
        Reference(
            "aws:iam/rolePolicy:RolePolicy",
            "role",
            ROLE_NAME,
            "NoSuchEntity",
            "DeleteConflict: Cannot delete entity, must delete policies first",
        ),
        Reference(
            "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
            "role",
            ROLE_NAME,
            "NoSuchEntity",
            "DeleteConflict: Cannot delete entity, must detach all policies first",
        ),
        Reference(
            "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
            "policyArn",
            POLICY_ARN,
            "NoSuchEntity",
            "DeleteConflict: Cannot delete a policy attached to entities",
        ),
        Reference("aws:iam/role:Role", "permissionsBoundary", POLICY_ARN, "NoSuchEntity"),
        Reference(
            "aws:iam/instanceProfile:InstanceProfile",
            "role",
            ROLE_NAME,
            "NoSuchEntity",
            "DeleteConflict: Cannot delete entity, must remove roles from instance profile first",
        ),
        Reference("aws:kms/alias:Alias", "targetKeyId", KEY, "NotFoundException"),
        Reference("aws:kms/keyPolicy:KeyPolicy", "keyId", KEY, "NotFoundException"),
        Reference("aws:s3/bucket[A-UW-Z]*:*", "bucket", BUCKET, _NO_BUCKET),
        Reference("aws:s3/bucketVersioning*:*", "bucket", BUCKET, _NO_BUCKET),
        Reference("aws:s3/bucketLogging:BucketLogging", "targetBucket", BUCKET, "InvalidTargetBucketForLogging"),
        Reference(
            "aws:secretsmanager/secret[A-Z]*:*", "secretId", SECRET, "ResourceNotFoundException: can't find the secret"
        ),
        Reference(
            "aws:secretsmanager/secret:Secret", "kmsKeyId", KEY, "EncryptionFailure (checked at the first value)"
        ),
        Reference("aws:sns/topicSubscription:TopicSubscription", "topic", TOPIC, "NotFound: Topic does not exist"),
        Reference("aws:sns/topicPolicy:TopicPolicy", "arn", TOPIC, "NotFound: Topic does not exist"),
        Reference("aws:sns/topic:Topic", "kmsMasterKeyId", KEY, "KMSNotFound (checked at the first message)"),
        *(
            Reference(
                "aws:cloudwatch/metricAlarm:MetricAlarm",
                f"{actions}[*]",
                TOPIC,
                "CloudWatch accepts this, and the alarm would tell nobody",
                spared=lambda arn: not arn.startswith("arn:aws:sns:") or outside(arn),
            )
            for actions in ("alarmActions", "okActions", "insufficientDataActions")
        ),
        Reference("aws:cloudwatch/logGroup:LogGroup", "kmsKeyId", KEY_ARN, "InvalidParameterException"),
        Reference(
            "aws:budgets/budget:Budget",
            "notifications[*].subscriberSnsTopicArns[*]",
            TOPIC,
            "AWS Budgets accepts this, and the notification would reach nobody",
        ),
        Reference("aws:ecr/*Policy:*", "repository", REPOSITORY, "RepositoryNotFoundException"),
        Reference("aws:ssm/parameter:Parameter", "keyId", KEY, "InvalidKeyId"),
    ),
)
