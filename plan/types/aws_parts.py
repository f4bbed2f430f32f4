"""Details of AWS resources: rules, attachments, settings. Each can be made again at any time."""

from __future__ import annotations

from plan import tokens
from plan.types.aws import WITHOUT_CHARGE
from plan.types.model import DRAWN, Noun, ResourceType, by_rule, encrypted_by, free, part

WITH_LOAD_BALANCER = free("billed with its load balancer")

AWS_PARTS: tuple[ResourceType, ...] = (
    part(tokens.FLOW_LOG, by_rule("flow log"), at_rest=encrypted_by(tokens.LOG_GROUP, tokens.BUCKET)),
    part(tokens.LISTENER, WITH_LOAD_BALANCER, DRAWN, bears="nobody answers on its port"),
    part(tokens.TARGET_GROUP, WITH_LOAD_BALANCER, bears="the load balancer has nobody to pass requests to"),
    part(
        "aws:secretsmanager/secretVersion:SecretVersion",
        free("billed with its secret"),
        at_rest=encrypted_by(tokens.SECRET),
    ),
    part("aws:sns/topicSubscription:TopicSubscription", free("the first 1,000 emails a month are free (SNS pricing)")),
    part("aws:backup/selection:Selection", by_rule("recovery points")),
    part(tokens.BUDGET, free(WITHOUT_CHARGE), DRAWN),
    part("aws:costexplorer/anomalyMonitor:AnomalyMonitor", free(WITHOUT_CHARGE), Noun("cost anomaly monitor")),
    *(
        part(token, free(WITHOUT_CHARGE), bears=bears)
        for token, bears in (
            (tokens.ROUTE, "its subnets do not reach where it leads"),
            (tokens.ROUTE_TABLE, "its subnets reach nothing"),
            (tokens.ROUTE_TABLE_ASSOCIATION, "its subnet is routed by the VPC's main table"),
            (tokens.SECURITY_GROUP, "what carries it loses its rules"),
            ("aws:ec2/internetGateway:InternetGateway", "nothing in the VPC reaches the internet, or is reached"),
            ("aws:iam/role:Role", "what runs as it loses its permissions"),
        )
    ),
    *(
        part(token, free(WITHOUT_CHARGE))
        for token in (
            tokens.DEFAULT_SECURITY_GROUP,
            tokens.INGRESS_RULE,
            tokens.PARAMETER_GROUP,
            tokens.PREFIX_LIST,
            tokens.BUCKET_ENCRYPTION,
            "aws:backup/plan:Plan",
            "aws:backup/vaultLockConfiguration:VaultLockConfiguration",
            "aws:cloudwatch/dashboard:Dashboard",
            "aws:costexplorer/anomalySubscription:AnomalySubscription",
            "aws:ecr/lifecyclePolicy:LifecyclePolicy",
            "aws:eks/accessEntry:AccessEntry",
            "aws:eks/accessPolicyAssociation:AccessPolicyAssociation",
            "aws:eks/podIdentityAssociation:PodIdentityAssociation",
            "aws:elasticache/parameterGroup:ParameterGroup",
            "aws:elasticache/subnetGroup:SubnetGroup",
            "aws:iam/openIdConnectProvider:OpenIdConnectProvider",
            "aws:iam/policy:Policy",
            "aws:iam/rolePolicy:RolePolicy",
            "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
            "aws:kms/alias:Alias",
            "aws:kms/keyPolicy:KeyPolicy",
            "aws:rds/eventSubscription:EventSubscription",
            "aws:rds/subnetGroup:SubnetGroup",
            "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
            "aws:s3/bucketLogging:BucketLogging",
            "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration",
            "aws:s3/bucketOwnershipControls:BucketOwnershipControls",
            "aws:s3/bucketPolicy:BucketPolicy",
            "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
            "aws:s3/bucketVersioning:BucketVersioning",
            "aws:sns/topicPolicy:TopicPolicy",
            "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule",
        )
    ),
)
