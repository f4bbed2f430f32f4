"""What the operators may do in AWS: one Pod Identity role each, as narrow as their documentation allows."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi

from ..security.iam import Statement, equals, policy_document
from .addons import PodIdentityRole, PodIdentityRoleArgs
from .operator_values import (
    ALERTMANAGER_ACCOUNT,
    CLUSTER_AUTOSCALER_ACCOUNT,
    GRAFANA_ACCOUNT,
    KUBE_SYSTEM,
    LOAD_BALANCER_ACCOUNT,
    MONITORING_NAMESPACE,
)


def target_binding_policy(target_group_arns: tuple[str, ...]) -> str:
    """What the AWS Load Balancer Controller needs for TargetGroupBindings alone.

    Source: its documentation, Installation, "IAM permissions for TargetGroupBinding only". Security groups are not its
    business here: the load balancer component owns the rules.

    Args:
        target_group_arns: the groups it may register pods in; no other group of the account is touched.
    """
    return policy_document(
        Statement(
            sid="Look",
            actions=(
                "ec2:DescribeAvailabilityZones",
                "ec2:DescribeInstances",
                "ec2:DescribeNetworkInterfaces",
                "ec2:DescribeSecurityGroups",
                "ec2:DescribeSubnets",
                "ec2:DescribeVpcs",
                "elasticloadbalancing:DescribeTargetGroups",
                "elasticloadbalancing:DescribeTargetHealth",
            ),
            resources=("*",),
        ),
        Statement(
            sid="Register",
            actions=(
                "elasticloadbalancing:DeregisterTargets",
                "elasticloadbalancing:ModifyTargetGroup",
                "elasticloadbalancing:ModifyTargetGroupAttributes",
                "elasticloadbalancing:RegisterTargets",
            ),
            resources=target_group_arns,
        ),
    )


def cluster_autoscaler_policy(cluster_name: str) -> str:
    """What the cluster autoscaler needs: look at everything, change the groups of its own cluster.

    Source: Cluster Autoscaler on AWS, "IAM Policy" and "Auto-Discovery Setup" (EKS tags managed node groups' Auto
    Scaling groups with `k8s.io/cluster-autoscaler/<cluster>`).
    """
    own = equals(f"aws:ResourceTag/k8s.io/cluster-autoscaler/{cluster_name}", "owned")
    return policy_document(
        Statement(
            sid="Look",
            actions=(
                "autoscaling:DescribeAutoScalingGroups",
                "autoscaling:DescribeAutoScalingInstances",
                "autoscaling:DescribeLaunchConfigurations",
                "autoscaling:DescribeScalingActivities",
                "autoscaling:DescribeTags",
                "ec2:DescribeImages",
                "ec2:DescribeInstanceTypes",
                "ec2:DescribeLaunchTemplateVersions",
                "ec2:GetInstanceTypesFromInstanceRequirements",
                "eks:DescribeNodegroup",
            ),
            resources=("*",),
        ),
        Statement(
            sid="Scale",
            actions=("autoscaling:SetDesiredCapacity", "autoscaling:TerminateInstanceInAutoScalingGroup"),
            resources=("*",),
            conditions=(own,),
        ),
    )


def publish_policy(topic_arn: str, key_arn: str) -> str:
    """What Alertmanager needs to pass alerts on to an encrypted topic.

    Source: Prometheus documentation, Alertmanager, `sns_configs`; SNS guide, publishing to an encrypted topic.
    """
    return policy_document(
        Statement(sid="Publish", actions=("sns:Publish",), resources=(topic_arn,)),
        Statement(sid="Encrypt", actions=("kms:Decrypt", "kms:GenerateDataKey*"), resources=(key_arn,)),
    )


def metrics_policy() -> str:
    """What Grafana's CloudWatch data source needs for metrics (its documentation, "IAM policies"); no logs, no tags.

    CloudWatch knows no permissions for single metrics (Service Authorization Reference).
    """
    return policy_document(
        Statement(sid="Metrics", actions=("cloudwatch:GetMetricData", "cloudwatch:ListMetrics"), resources=("*",))
    )


@dataclass(frozen=True, kw_only=True)
class OperatorAccessArgs:
    """Who needs access.

    Attributes:
        cluster_name: the cluster.
        target_group_arns: the target groups that pods are registered in.
        key_arn: the key of the alert topic.
        alert_topic_arn: the topic that Alertmanager publishes to; None where there is no Alertmanager.
        grafana: whether Grafana shows CloudWatch metrics.
    """

    cluster_name: pulumi.Input[str]
    target_group_arns: tuple[pulumi.Input[str], ...]
    key_arn: pulumi.Input[str]
    alert_topic_arn: pulumi.Input[str] | None = None
    grafana: bool = False


class OperatorAccess(pulumi.ComponentResource):
    """Pod Identity roles of the load balancer controller, the cluster autoscaler, Alertmanager and Grafana.

    Example:
        ```python
        args = OperatorAccessArgs(
            cluster_name="acme-prod", target_group_arns=(https_arn, http_arn), key_arn=key.key_arn
        )
        access = OperatorAccess("operator-access", args)
        operators = OperatorsArgs(cluster_name="acme-prod", keda=True)
        Operators("operators", operators, pulumi.ResourceOptions(depends_on=access.ready))
        ```
    """

    ready: list[pulumi.Resource]
    """The associations: a pod that starts before its own has no access until it restarts."""

    def __init__(self, name: str, args: OperatorAccessArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("bailbondpro:operators:OperatorAccess", name, None, opts)
        cluster = pulumi.Output.from_input(args.cluster_name)
        binding = pulumi.Output.all(*args.target_group_arns).apply(
            lambda arns: target_binding_policy(tuple(str(arn) for arn in arns))
        )
        roles = [
            self._role(name, args, KUBE_SYSTEM, LOAD_BALANCER_ACCOUNT, binding),
            self._role(name, args, KUBE_SYSTEM, CLUSTER_AUTOSCALER_ACCOUNT, cluster.apply(cluster_autoscaler_policy)),
        ]
        if args.alert_topic_arn is not None:
            publish = pulumi.Output.all(args.alert_topic_arn, args.key_arn).apply(
                lambda arns: publish_policy(str(arns[0]), str(arns[1]))
            )
            roles.append(self._role(name, args, MONITORING_NAMESPACE, ALERTMANAGER_ACCOUNT, publish))
        if args.grafana:
            roles.append(self._role(name, args, MONITORING_NAMESPACE, GRAFANA_ACCOUNT, metrics_policy()))
        self.ready = [resource for role in roles for resource in role.ready]
        self.register_outputs({})

    def _role(
        self, name: str, args: OperatorAccessArgs, namespace: str, account: str, policy: pulumi.Input[str]
    ) -> PodIdentityRole:
        return PodIdentityRole(
            f"{name}-{account}",
            PodIdentityRoleArgs(
                cluster_name=args.cluster_name, namespace=namespace, service_account=account, policy_json=policy
            ),
            pulumi.ResourceOptions(parent=self),
        )
