"""What AWS accepts and what does nothing without its counterpart: judged when an update has made everything.

In which order the two are made does not matter to the services, so nothing can be said while one of them is made.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from sandbox.model.base import Context, Rule, Violation
from sandbox.model.checks import flag, items
from sandbox.model.pairs import PairRule, find, pair, texts, told, whole
from sandbox.services.aws.eks.node_pairs import POWERLESS
from sandbox.services.aws.pairs.inline import DESCRIBED_TWICE, OVERWRITTEN
from sandbox.services.aws.pairs.keys import KEY_POLICY, key_of
from sandbox.services.aws.pairs.statements import allows_service
from sandbox.services.aws.pairs.trust import ROLE_TRUST_LATER

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sandbox.cloud import Cloud, CloudObject

TOPIC, TOPIC_POLICY = "aws:sns/topic:Topic", "aws:sns/topicPolicy:TopicPolicy"
QUEUE, QUEUE_POLICY = "aws:sqs/queue:Queue", "aws:sqs/queuePolicy:QueuePolicy"
SUBSCRIPTION = "aws:sns/topicSubscription:TopicSubscription"
EVENT_TARGET, BALANCER = "aws:cloudwatch/eventTarget:EventTarget", "aws:lb/loadBalancer:LoadBalancer"
ASSOCIATION, ENDPOINT = "aws:ec2/routeTableAssociation:RouteTableAssociation", "aws:ec2/vpcEndpoint:VpcEndpoint"
ROUTE, TABLE, NAT = "aws:ec2/route:Route", "aws:ec2/routeTable:RouteTable", "aws:ec2/natGateway:NatGateway"
GROUP, ADDON = "aws:ec2/securityGroup:SecurityGroup", "aws:eks/addon:Addon"
PODS, CLUSTER = "aws:eks/podIdentityAssociation:PodIdentityAssociation", "aws:eks/cluster:Cluster"


# Topics and whoever publishes to them.


@dataclass(frozen=True)
class Publisher:
    """A property that names a topic to which a service publishes.

    Attributes:
        token: the type.
        path: the property.
        service: who publishes.
        by_default: whether the policy that every topic has at first lets it.
        nothing: what happens where it may not.
    """

    token: str
    path: str
    service: str
    by_default: bool
    nothing: str


_ALARMS = (
    ("aws:cloudwatch/metricAlarm:MetricAlarm", "the alarm tells nobody"),
    ("aws:cloudwatch/compositeAlarm:CompositeAlarm", "the alarm tells nobody"),
)
PUBLISHERS = (
    *(
        Publisher(token, path, "cloudwatch.amazonaws.com", by_default=True, nothing=nothing)
        for token, nothing in _ALARMS
        for path in ("alarmActions[*]", "okActions[*]", "insufficientDataActions[*]")
    ),
    Publisher(
        "aws:budgets/budget:Budget",
        "notifications[*].subscriberSnsTopicArns[*]",
        "budgets.amazonaws.com",
        by_default=False,
        nothing="the notification reaches nobody",
    ),
    Publisher(
        "aws:costexplorer/anomalySubscription:AnomalySubscription",
        "subscribers[*].address",
        "costalerts.amazonaws.com",
        by_default=False,
        nothing="the notification reaches nobody",
    ),
    Publisher(EVENT_TARGET, "arn", "events.amazonaws.com", by_default=False, nothing="no event arrives"),
)


def _publishers(context: Context) -> Iterator[Violation]:
    cloud = context.cloud
    for row in PUBLISHERS if cloud is not None else ():
        for at, value in texts(context.inputs, row.path) if row.token == context.token else ():
            topic = find(cloud, TOPIC, value) if cloud is not None else None
            reason = _shut(cloud, topic, row) if cloud is not None and topic is not None and whole(topic) else ""
            if reason:
                yield Violation(at, f"{reason} (accepted, and then: {row.nothing})")


def _shut(cloud: Cloud, topic: CloudObject, row: Publisher) -> str:
    """Why a service cannot publish to a topic, or nothing."""
    document = _policy(cloud, topic, TOPIC_POLICY, "arn")
    if _refuses(document, "sns:Publish", row.service, "aws:source" if row.by_default else ""):
        return f"the policy of {topic.name} does not let {row.service} do sns:Publish; add the statement"
    master = topic.inputs.get("kmsMasterKeyId")
    if master == "alias/aws/sns":
        return f"{topic.name} is encrypted with alias/aws/sns, which {row.service} cannot use; use a key of your own"
    key = key_of(cloud, master)
    if key is not None and whole(key):
        written = _policy(cloud, key, KEY_POLICY, "keyId")
        if _refuses(written, "kms:GenerateDataKey", row.service):
            return (
                f"key {key.name} of {topic.name} does not let {row.service} do kms:GenerateDataKey; add the statement"
            )
    return ""


def _policy(cloud: Cloud, item: CloudObject, beside: str, names: str) -> object:
    """The policy of an object: empty where it has none of its own, None where nobody knows."""
    handles = {item.id, told(item, "arn"), told(item, "url")} - {None}
    found = [other for other in cloud.of_type(beside) if other.inputs.get(names) in handles]
    if found:
        return told(found[0], "policy")
    return told(item, "policy") if "policy" in item.inputs else ""


def _refuses(document: object, action: str, service: str, whole_account: str = "") -> bool:
    """Whether a policy shuts a service out; `whole_account` is how a condition begins that lets the account in."""
    if not isinstance(document, str) or not document or (whole_account and whole_account in document.lower()):
        return False
    return allows_service(document, action, service) is False


PUBLISHED = pair(
    "topic-shut",
    _publishers,
    refused="an alarm, a budget, an anomaly alert or an event rule that publishes to a topic whose policy, or whose "
    "key's "
    "policy, does not let its service, or that is encrypted with alias/aws/sns",
    happens="nobody is told",
    source="Amazon CloudWatch User Guide, Notify users on alarm changes; AWS Cost Management User Guide, Creating an "
    "Amazon SNS topic for budget notifications; Amazon EventBridge User Guide, Resource-based policies; Amazon SNS "
    "Developer Guide, Enable compatibility between event sources from AWS services and encrypted topics",
)


def _undelivered(context: Context) -> Iterator[Violation]:
    cloud, inputs = context.cloud, context.inputs
    if cloud is None:
        return
    subscribed = context.token == SUBSCRIPTION
    at = "endpoint" if subscribed else "arn"
    service = "sns.amazonaws.com" if subscribed else "events.amazonaws.com"
    queue = find(cloud, QUEUE, inputs.get(at))
    if queue is not None and whole(queue):
        document = _policy(cloud, queue, QUEUE_POLICY, "queueUrl")
        if _refuses(document, "sqs:SendMessage", service):
            yield Violation(at, f"the policy of queue {queue.name} does not let {service} do sqs:SendMessage")


UNDELIVERED = pair(
    "subscriber-shut",
    _undelivered,
    refused="a subscription or an event target whose queue has a policy that does not let the sender in",
    happens="nothing arrives",
    source="Amazon SNS Developer Guide, Subscribe an Amazon SQS queue to a topic; "
    "Amazon "
    "EventBridge User Guide, Using resource-based policies",
)


# Ways to and from the internet.


def _tables(cloud: Cloud, subnet: object) -> list[CloudObject]:
    """The route tables that a subnet was given; none where it has the main one."""
    ids = [
        item.inputs.get("routeTableId") for item in cloud.of_type(ASSOCIATION) if item.inputs.get("subnetId") == subnet
    ]
    return [found for identity in ids if (found := find(cloud, TABLE, identity)) is not None]


def _closed(cloud: Cloud, subnet: object) -> str:
    """The route table by which a subnet reaches no internet gateway, or nothing where it may."""
    tables = _tables(cloud, subnet)
    if not tables or not all(map(whole, tables)):
        return ""
    for table in tables:
        routes: list[dict[str, Any]] = items(table.inputs, "routes")
        routes += [item.inputs for item in cloud.of_type(ROUTE) if item.inputs.get("routeTableId") == table.id]
        if any(str(route.get("gatewayId")).startswith("igw-") for route in routes):
            return ""
    return tables[0].name


def _nat_inside(context: Context) -> Iterator[Violation]:
    public = context.inputs.get("connectivityType", "public") == "public"
    table = _closed(context.cloud, context.inputs.get("subnetId")) if context.cloud is not None and public else ""
    if table:
        yield Violation(
            "subnetId",
            f"route table {table} of {context.inputs['subnetId']} leads to no internet gateway; a public NAT gateway "
            f"lies "
            "in a public subnet",
        )


def _unreachable(context: Context) -> Iterator[Violation]:
    if flag(context.inputs.get("internal", False)) is not False or context.cloud is None:
        return
    for at, subnet in texts(context.inputs, "subnets[*]", "subnetMappings[*].subnetId"):
        if table := _closed(context.cloud, subnet):
            yield Violation(
                at,
                f"route table {table} of {subnet} leads to no internet gateway; the load balancer is internet-facing",
            )


NAT_INSIDE = pair(
    "nat-private-subnet",
    _nat_inside,
    refused="a public NAT gateway in a subnet whose route table leads to no internet gateway",
    happens="nothing behind it reaches the internet",
    source="Amazon VPC User Guide, NAT gateways: a public NAT gateway is created in a public subnet",
)
UNREACHABLE = pair(
    "balancer-private-subnet",
    _unreachable,
    refused="an internet-facing load balancer in a subnet whose route table leads to no internet gateway",
    happens="clients of the internet do not reach it there",
    source="Elastic Load Balancing User Guide, Load balancer scheme: subnets of an internet-facing load balancer are "
    "public",
)


def _without_ingress(context: Context) -> Iterator[Violation]:
    cloud = context.cloud
    for at, identity in texts(context.inputs, "securityGroups[*]", "securityGroupIds[*]") if cloud is not None else ():
        groups = [value for _, value in texts(context.inputs, "securityGroups[*]", "securityGroupIds[*]")]
        if cloud is not None and not any(_lets_in(cloud, group) for group in groups):
            yield Violation(at, f"none of its security groups ({identity} first) has a rule that lets anything in")
            return


def _lets_in(cloud: Cloud, identity: str) -> bool:
    group = cloud.get(GROUP, identity)
    if group is None or not whole(group) or group.inputs.get("ingress"):
        return True  # nobody knows, or it does
    beside = (
        ("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule", ""),
        ("aws:ec2/securityGroupRule:SecurityGroupRule", "ingress"),
    )
    return any(
        item.inputs.get("securityGroupId") == identity and (not kind or item.inputs.get("type") == kind)
        for token, kind in beside
        for item in cloud.of_type(token)
    )


WITHOUT_INGRESS = pair(
    "group-without-ingress",
    _without_ingress,
    refused="an endpoint or a load balancer whose security groups let nothing in",
    happens="every connection to it times out",
    source="AWS PrivateLink Guide, Interface endpoints: security groups; Elastic Load Balancing User Guide, Security "
    "groups for your load balancer",
)


# Identities of pods.

_AGENT = "eks-pod-identity-agent"


def _without_agent(context: Context) -> Iterator[Violation]:
    cloud, name = context.cloud, context.inputs.get("clusterName")
    cluster = find(cloud, CLUSTER, name, ("name",)) if cloud is not None else None
    wanted = context.token == PODS or context.inputs.get("podIdentityAssociations")
    if cloud is None or cluster is None or not whole(cluster) or not wanted:
        return
    if flag(told(cluster, "computeConfig.enabled")) is True or _agent(cloud, name):
        return
    yield Violation("clusterName", f"cluster {cluster.name} has no add-on {_AGENT}; add it")


def _agent(cloud: Cloud, cluster: object) -> bool:
    if any(
        item.inputs.get("addonName") == _AGENT and item.inputs.get("clusterName") == cluster
        for item in cloud.of_type(ADDON)
    ):
        return True
    charts = cloud.of_type("kubernetes:helm.sh/v3:Release") + cloud.of_type("kubernetes:apps/v1:DaemonSet")
    return any("pod-identity" in str(item.inputs) for item in charts)


WITHOUT_AGENT = pair(
    "pod-identity-agent",
    _without_agent,
    refused="pod identities in a cluster without the add-on eks-pod-identity-agent (clusters in auto mode have it)",
    happens="pods get no credentials",
    source="Amazon EKS User Guide, Set up the Amazon EKS Pod Identity Agent",
)


def _for(rule: PairRule, *types: str) -> Rule:
    return replace(rule, types=types)


SETTLED: tuple[Rule, ...] = (
    _for(DESCRIBED_TWICE, "aws:*"),
    _for(OVERWRITTEN, "aws:*"),
    _for(ROLE_TRUST_LATER, "aws:*"),
    _for(POWERLESS, CLUSTER, "aws:eks/nodeGroup:NodeGroup"),
    _for(PUBLISHED, *dict.fromkeys(row.token for row in PUBLISHERS)),
    _for(UNDELIVERED, SUBSCRIPTION, EVENT_TARGET),
    _for(NAT_INSIDE, NAT),
    _for(UNREACHABLE, BALANCER),
    _for(WITHOUT_INGRESS, ENDPOINT, BALANCER),
    _for(WITHOUT_AGENT, PODS, ADDON),
)
