"""Which service takes on a role, and whether the role lets it.

A role that does not trust the service is refused by most of them when they are given it; the others accept it and fail
at their first step.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sandbox.model.base import Context, Violation
from sandbox.model.pairs import find, pair, texts, told
from sandbox.services.aws.pairs.statements import FEDERATED, Statement, statements

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sandbox.cloud import Cloud, CloudObject

ROLE = "aws:iam/role:Role"


@dataclass(frozen=True)
class Taken:
    """A property that names a role, and who takes it on.

    Attributes:
        token: the type.
        path: the property.
        services: the service principals of which one must be trusted; none for identities of a cluster.
        says: what the service answers, or what happens where it accepts.
        refused: whether the service refuses it when it is given.
        action: what the role must allow the service.
    """

    token: str
    path: str
    services: tuple[str, ...]
    says: str
    refused: bool = True
    action: str = "sts:AssumeRole"


_EKS = (
    "InvalidParameterException: Role could not be assumed because it does not exist or the trusted entity is not "
    "correct"
)
_PODS = "pods.eks.amazonaws.com"
_TASK = "the task stops with: ECS was unable to assume the role"
TAKEN = (
    Taken("aws:eks/cluster:Cluster", "roleArn", ("eks.amazonaws.com",), _EKS),
    Taken(
        "aws:eks/nodeGroup:NodeGroup",
        "nodeRoleArn",
        ("ec2.amazonaws.com",),
        "InvalidParameterException: The role is not a valid node role, it must be assumable by ec2.amazonaws.com",
    ),
    Taken(
        "aws:eks/fargateProfile:FargateProfile",
        "podExecutionRoleArn",
        ("eks-fargate-pods.amazonaws.com",),
        "InvalidParameterException: Misconfigured PodExecutionRole trust policy",
    ),
    Taken(
        "aws:eks/podIdentityAssociation:PodIdentityAssociation",
        "roleArn",
        (_PODS,),
        "pods get no credentials: AccessDeniedException at AssumeRoleForPodIdentity",
        refused=False,
    ),
    Taken(
        "aws:eks/addon:Addon",
        "podIdentityAssociations[*].roleArn",
        (_PODS,),
        "the add-on gets no credentials: AccessDeniedException at AssumeRoleForPodIdentity",
        refused=False,
    ),
    Taken(
        "aws:eks/addon:Addon",
        "serviceAccountRoleArn",
        (),
        "the add-on gets no credentials: Not authorized to perform sts:AssumeRoleWithWebIdentity",
        refused=False,
        action="sts:AssumeRoleWithWebIdentity",
    ),
    Taken(
        "aws:ec2/flowLog:FlowLog",
        "iamRoleArn",
        ("vpc-flow-logs.amazonaws.com",),
        "InvalidParameter: Unable to assume given IAM role",
    ),
    Taken(
        "aws:iam/instanceProfile:InstanceProfile",
        "role",
        ("ec2.amazonaws.com",),
        "instances get no credentials: EC2 cannot assume the role (AssumeRoleUnauthorizedAccess)",
        refused=False,
    ),
    Taken(
        "aws:lambda/function:Function",
        "role",
        ("lambda.amazonaws.com",),
        "InvalidParameterValueException: The role defined for the function cannot be assumed by Lambda",
    ),
    Taken(
        "aws:backup/selection:Selection",
        "iamRoleArn",
        ("backup.amazonaws.com",),
        "InvalidParameterValueException: the role cannot be assumed by AWS Backup",
    ),
    *(
        Taken(
            "aws:kinesis/firehoseDeliveryStream:FirehoseDeliveryStream",
            f"{block}.roleArn",
            ("firehose.amazonaws.com",),
            "InvalidArgumentException: Firehose is unable to assume role",
        )
        for block in ("extendedS3Configuration", "kinesisSourceConfiguration", "redshiftConfiguration")
    ),
    Taken(
        "aws:sfn/stateMachine:StateMachine",
        "roleArn",
        ("states.amazonaws.com",),
        "AccessDeniedException: Neither the global service principal states.amazonaws.com, nor the regional one is "
        "authorized to assume the provided role",
    ),
    Taken(
        "aws:scheduler/schedule:Schedule",
        "target.roleArn",
        ("scheduler.amazonaws.com",),
        "ValidationException: The execution role you provide must allow AWS EventBridge Scheduler to assume the role",
    ),
    Taken(
        "aws:cloudwatch/eventTarget:EventTarget",
        "roleArn",
        ("events.amazonaws.com",),
        "ValidationException: Provided role cannot be assumed by principal 'events.amazonaws.com'",
    ),
    Taken(
        "aws:cloudtrail/trail:Trail",
        "cloudWatchLogsRoleArn",
        ("cloudtrail.amazonaws.com",),
        "InvalidCloudWatchLogsRoleArnException: Access denied. Verify in IAM that the role has adequate permissions",
    ),
    Taken(
        "aws:s3/bucketReplicationConfig:BucketReplicationConfig",
        "role",
        ("s3.amazonaws.com",),
        "objects are not replicated: S3 cannot assume the role",
        refused=False,
    ),
    Taken(
        "aws:ecs/taskDefinition:TaskDefinition", "executionRoleArn", ("ecs-tasks.amazonaws.com",), _TASK, refused=False
    ),
    Taken("aws:ecs/taskDefinition:TaskDefinition", "taskRoleArn", ("ecs-tasks.amazonaws.com",), _TASK, refused=False),
    *(
        Taken(
            token,
            "monitoringRoleArn",
            ("monitoring.rds.amazonaws.com",),
            "InvalidParameterValue: IAM role ARN value is invalid or does not include the required permissions for: "
            "ENHANCED_MONITORING",
        )
        for token in (
            "aws:rds/instance:Instance",
            "aws:rds/cluster:Cluster",
            "aws:rds/clusterInstance:ClusterInstance",
        )
    ),
    Taken(
        "aws:rds/proxy:Proxy",
        "roleArn",
        ("rds.amazonaws.com",),
        "the proxy's targets stay UNAVAILABLE: it reads no secret",
        refused=False,
    ),
    *(
        Taken(token, "roleArn", ("rds.amazonaws.com",), "InvalidParameterValue: the role cannot be assumed by RDS")
        for token in (
            "aws:rds/roleAssociation:RoleAssociation",
            "aws:rds/clusterRoleAssociation:ClusterRoleAssociation",
        )
    ),
    Taken(
        "aws:codebuild/project:Project",
        "serviceRole",
        ("codebuild.amazonaws.com",),
        "InvalidInputException: CodeBuild is not authorized to perform: sts:AssumeRole on service role",
    ),
    Taken(
        "aws:dlm/lifecyclePolicy:LifecyclePolicy",
        "executionRoleArn",
        ("dlm.amazonaws.com",),
        "no snapshot is made: Data Lifecycle Manager cannot assume the role",
        refused=False,
    ),
    Taken(
        "aws:sns/topicSubscription:TopicSubscription",
        "subscriptionRoleArn",
        ("sns.amazonaws.com",),
        "InvalidParameter: Invalid parameter: SubscriptionRoleArn",
    ),
)
"""API references of each service, the errors of the create operation; user guides, the role that each one needs."""

_BY_TYPE: dict[str, list[Taken]] = defaultdict(list)
for _row in TAKEN:
    _BY_TYPE[_row.token].append(_row)


def role(cloud: Cloud, value: object) -> CloudObject | None:
    """The role of an ARN or of a name."""
    return find(cloud, ROLE, value, ("arn", "name"))


def trusts(item: CloudObject, row: Taken) -> bool:
    """Whether a role lets a service take it on, as far as anyone knows."""
    found = statements(told(item, "assumeRolePolicy"))
    return found is None or any(_lets(statement, row) for statement in found)


def _lets(statement: Statement, row: Taken) -> bool:
    if not statement.allow or not statement.does(row.action):
        return False
    if not row.services:
        return statement.everybody or any(kind == FEDERATED for kind, _ in statement.principals)
    return statement.of_service(*row.services)


def _mistrusted(context: Context, *, refused: bool) -> Iterator[Violation]:
    for row in _BY_TYPE.get(context.token, ()):
        for at, value in texts(context.inputs, row.path) if row.refused is refused else ():
            item = role(context.cloud, value) if context.cloud is not None else None
            if item is not None and not trusts(item, row):
                who = " or ".join(row.services) or "a federated identity"
                yield Violation(
                    at,
                    f"role {item.name} does not let {who} do {row.action}; add it to its assumeRolePolicy ({row.says})",
                )


ROLE_TRUST = pair(
    "role-trust",
    lambda context: _mistrusted(context, refused=True),
    refused="a role that does not trust the service which is to take it on",
    says="EKS: InvalidParameterException; EC2 flow logs: InvalidParameter; Lambda, Backup: "
    "InvalidParameterValueException; Firehose: InvalidArgumentException; Step Functions: AccessDeniedException; "
    "EventBridge: ValidationException",
    source="API references of each service, errors of the create operation; terraform-aws-eks#2406, pulumi-eks#758",
)
ROLE_TRUST_LATER = pair(
    "role-trust-later",
    lambda context: _mistrusted(context, refused=False),
    refused="the same where the service looks at it late: instance profiles, pod identities, add-ons, tasks, "
    "replication",
    happens="whoever takes on the role gets no credentials",
    source="IAM User Guide, Using instance profiles; Amazon EKS User Guide, EKS Pod Identity and IAM roles for service "
    "accounts; Amazon ECS Developer Guide, task roles; Amazon S3 User Guide, Setting up permissions for replication",
)
