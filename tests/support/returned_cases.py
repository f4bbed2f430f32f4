"""What is sent, what comes back or counts as the same, for every value that comes back in another form."""

from __future__ import annotations

import json
from typing import Any

from sandbox.model.returned import Shows
from tests.support.returned_cases_kubernetes import KUBERNETES, Case, silent

ACCOUNT, ROOT = "111122223333", "arn:aws:iam::111122223333:root"


def policy(**changes: Any) -> str:  # noqa: ANN401 - parts of a document
    statement = {
        "Sid": "Use",
        "Effect": "Allow",
        "Principal": {"AWS": [ROOT, "arn:aws:iam::444455556666:role/r"]},
        "Action": ["s3:GetObject", "s3:PutObject"],
        "Resource": "*",
        "Condition": {"Bool": {"aws:SecureTransport": "true"}},
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [{**statement, **changes}]})


SENT = policy()
SAME = json.dumps(
    {
        "Statement": {
            "Resource": ["*"],
            "Action": ["s3:PutObject", "s3:GetObject"],
            "Condition": {"Bool": {"aws:SecureTransport": [True]}},
            "Effect": "allow",
            "Principal": {"AWS": ["arn:aws:iam::444455556666:role/r", ACCOUNT]},
            "Sid": "Use",
        },
        "Version": "2012-10-17",
    },
    indent=1,
)
OTHER = policy(Action="s3:GetObject")


def _policies() -> list[Case]:
    at = {
        "aws:ec2/vpcEndpoint:VpcEndpoint": "policy",
        "aws:ecr/repositoryPolicy:RepositoryPolicy": "policy",
        "aws:iam/policy:Policy": "policy",
        "aws:iam/role:Role": "assumeRolePolicy",
        "aws:iam/rolePolicy:RolePolicy": "policy",
        "aws:kms/key:Key": "policy",
        "aws:kms/keyPolicy:KeyPolicy": "policy",
        "aws:s3/bucketPolicy:BucketPolicy": "policy",
        "aws:secretsmanager/secret:Secret": "policy",
        "aws:secretsmanager/secretPolicy:SecretPolicy": "policy",
        "aws:sns/topic:Topic": "policy",
        "aws:sns/topicPolicy:TopicPolicy": "policy",
        "aws:sqs/queuePolicy:QueuePolicy": "policy",
    }
    return [Case(token, name, {name: SENT}, {name: SAME}, {name: OTHER}) for token, name in at.items()]


def _documents() -> list[Case]:
    at = {
        "aws:cloudwatch/dashboard:Dashboard": ("dashboardBody",),
        "aws:sns/topic:Topic": ("archivePolicy", "deliveryPolicy"),
        "aws:sns/topicSubscription:TopicSubscription": (
            *("deliveryPolicy", "filterPolicy", "redrivePolicy", "replayPolicy"),
        ),
    }
    sent, alike, different = '{"a": 1, "b": [2, 3]}', '{"b":[2,3],"a":1}', '{"a": 1, "b": [3, 2]}'
    return [
        Case(token, name, {name: sent}, {name: alike}, {name: different})
        for token, names in at.items()
        for name in names
    ]


def _one(token: str, path: str, sent: Any, alike: Any, different: Any, **beside: Any) -> Case:  # noqa: ANN401 - values
    return Case(token, path, {**beside, path: sent}, {**beside, path: alike}, {**beside, path: different})


def _shown(
    token: str,
    path: str,
    sent: object,
    alike: object,
    *shown: str,
    after: bool = False,
    **beside: object,
) -> Case:
    when = Shows.AFTER_REFRESH if after else Shows.EVERY_PREVIEW
    return Case(token, path, {**beside, path: sent}, {**beside, path: alike}, {}, shown or (path,), when)


_BALANCER, _GROUP = "aws:lb/loadBalancer:LoadBalancer", "aws:lb/targetGroup:TargetGroup"
_INGRESS, _EGRESS = (
    f"aws:vpc/securityGroup{direction}Rule:SecurityGroup{direction}Rule" for direction in ("Ingress", "Egress")
)
_RECORD = "cloudflare:index/dnsRecord:DnsRecord"
_REPLICATION, _CACHE = (
    "aws:elasticache/replicationGroup:ReplicationGroup",
    "aws:elasticache/parameterGroup:ParameterGroup",
)
_RULES = [
    {"rulePriority": 2, "selection": {"tagStatus": "any", "countNumber": 9}, "action": {"type": "expire"}},
    {"rulePriority": 1, "selection": {"tagPrefixList": ["b", "a"]}, "action": {"type": "expire"}},
]
_SORTED = [{**_RULES[1], "selection": {"tagPrefixList": ["a", "b"]}}, _RULES[0]]
_FUNCTIONS = (("lambda", "a"), ("lambda", "b"), ("ip", "b"))
_UNUSED = ("port", "protocol", "vpcId")
_LONG = "a" * 300
_MONITOR = "aws:costexplorer/anomalyMonitor:AnomalyMonitor"
_DAY, _ANOTHER_DAY = "sun:04:30-sun:05:30", "mon:04:30-mon:05:30"
_EXPRESSION = {"Dimensions": {"Key": "LINKED_ACCOUNT", "Values": ["1"]}}
_WHOLE = {
    **dict.fromkeys(("And", "CostCategories", "Not", "Or", "Tags")),
    "Dimensions": {"Key": "LINKED_ACCOUNT", "MatchOptions": None, "Values": ["1"]},
}
_COMPACT = json.dumps(_WHOLE, separators=(",", ":"), sort_keys=True)


def _rule(protocol: str) -> list[dict[str, Any]]:
    return [{"protocol": protocol, "fromPort": 80, "toPort": 80, "cidrBlocks": ["10.0.0.0/8"]}]


def _forward(*arns: str) -> dict[str, Any]:
    return {"type": "forward", "forward": {"targetGroups": [{"arn": arn} for arn in arns]}}


_PLAIN = {"type": "forward", "targetGroupArn": "arn:a"}


def _origin(name: str) -> dict[str, Any]:
    return {"name": name, "enabled": True, "weight": 1}


CASES: tuple[Case, ...] = (
    *_policies(),
    *_documents(),
    silent(
        "aws:iam/role:Role",
        "inlinePolicies[*].policy",
        {"inlinePolicies": [{"name": "a", "policy": SENT}]},
        {"inlinePolicies": [{"name": "a", "policy": SAME}]},
        {"inlinePolicies": [{"name": "a", "policy": OTHER}]},
    ),
    _one(
        "aws:ecr/lifecyclePolicy:LifecyclePolicy", "policy", *(json.dumps({"rules": x}) for x in (_RULES, _SORTED, []))
    ),
    _one("aws:budgets/budget:Budget", "limitAmount", "1055", "1055.0", "1056"),
    silent(
        "aws:budgets/budget:Budget",
        "plannedLimits[*].amount",
        *({"plannedLimits": [{"amount": amount}]} for amount in ("100", "100.0", "101")),
    ),
    silent(
        "aws:cloudwatch/logGroup:LogGroup",
        "retentionInDays",
        *(
            {"logGroupClass": group, "retentionInDays": days}
            for group, days in (("DELIVERY", 30), ("DELIVERY", 2), ("STANDARD", 30))
        ),
    ),
    _one(
        "aws:costexplorer/anomalyMonitor:AnomalyMonitor", "monitorSpecification", *map(json.dumps, (_WHOLE, _WHOLE, {}))
    ),
    _shown(_MONITOR, "monitorSpecification", json.dumps(_EXPRESSION), _COMPACT),
    _shown("aws:ec2/flowLog:FlowLog", "logDestination", "arn:aws:logs:::log-group:x:*", "arn:aws:logs:::log-group:x"),
    _one("aws:ec2/vpcEndpoint:VpcEndpoint", "ipAddressType", "IPV4", "ipv4", "dualstack"),
    _one("aws:ec2/route:Route", "destinationIpv6CidrBlock", "2001:DB8:0::/48", "2001:db8::/48", "2001:db8:1::/48"),
    *(
        silent(
            "aws:ec2/securityGroup:SecurityGroup",
            f"{way}[*].protocol",
            *({way: _rule(name)} for name in ("TCP", "6", "udp")),
        )
        for way in ("ingress", "egress")
    ),
    *(_shown(token, "ipProtocol", "TCP", "tcp", after=True) for token in (_INGRESS, _EGRESS)),
    *(
        _shown(token, port, 0, -1, after=True, ipProtocol="-1")
        for token in (_INGRESS, _EGRESS)
        for port in ("fromPort", "toPort")
    ),
    _one("aws:ec2/securityGroupRule:SecurityGroupRule", "protocol", "all", "-1", "tcp"),
    Case(
        "aws:eks/nodeGroup:NodeGroup",
        "launchTemplate.version",
        {"launchTemplate": {"id": "lt-1", "version": "$Latest"}},
        {"launchTemplate": {"id": "lt-1", "version": "1"}},
        {},
        ("launchTemplate.version",),
        Shows.EVERY_PREVIEW,
    ),
    *(
        silent(
            _BALANCER,
            name,
            {"loadBalancerType": "network", name: 1},
            {"loadBalancerType": "network"},
            {"loadBalancerType": "gateway"},
        )
        for name in (
            *("clientKeepAlive", "desyncMitigationMode", "dropInvalidHeaderFields", "enableHttp2", "idleTimeout"),
            *("enableTlsVersionAndCipherSuiteHeaders", "enableWafFailOpen", "enableXffClientPort"),
            *("preserveHostHeader", "xffHeaderProcessingMode"),
        )
    ),
    *(
        silent(_BALANCER, name, {name: 1}, {}, {"loadBalancerType": "network"})
        for name in ("dnsRecordClientRoutingPolicy", "enableCrossZoneLoadBalancing")
    ),
    silent(_GROUP, "healthCheck.protocol", *({"healthCheck": {"protocol": name}} for name in ("http", "HTTP", "TCP"))),
    _one(_GROUP, "protocolVersion", "http2", "HTTP2", "GRPC", protocol="HTTP"),
    silent(
        _GROUP,
        "stickiness.cookieDuration",
        *(
            {"protocol": protocol, "stickiness": {"type": "source_ip", "cookieDuration": seconds}}
            for protocol, seconds in (("TCP", 60), ("TCP", 90), ("HTTP", 90))
        ),
    ),
    *(silent(_GROUP, name, *({"targetType": kind, name: value} for kind, value in _FUNCTIONS)) for name in _UNUSED),
    *(
        silent(token, f"{name}[*]", {name: [_forward("arn:a")]}, {name: [_PLAIN]}, {name: [_forward("arn:a", "arn:b")]})
        for token, name in (
            ("aws:lb/listener:Listener", "defaultActions"),
            ("aws:lb/listenerRule:ListenerRule", "actions"),
        )
    ),
    _one("aws:ssm/parameter:Parameter", "tier", "Intelligent-Tiering", "Standard", "Advanced"),
    _one(
        "aws:rds/instance:Instance",
        "maintenanceWindow",
        "Sun:04:30-Sun:05:30",
        "sun:04:30-sun:05:30",
        "mon:04:30-mon:05:30",
    ),
    _one("aws:rds/instance:Instance", "engine", "Postgres", "postgres", "mysql"),
    _one(_CACHE, "name", "Cache", "cache", "other"),
    Case(
        _CACHE,
        "parameters[*].name",
        {"parameters": [{"name": "Maxmemory-Policy", "value": "allkeys-lru"}]},
        {"parameters": [{"name": "maxmemory-policy", "value": "allkeys-lru"}]},
        {},
        ("parameters[0].name",),
        Shows.EVERY_PREVIEW,
    ),
    _shown(_REPLICATION, "engine", "Redis", "redis"),
    _one(_REPLICATION, "replicationGroupId", "Cache", "cache", "other"),
    _one(_REPLICATION, "maintenanceWindow", _DAY.title(), _DAY, _ANOTHER_DAY),
    _one("aws:elasticache/subnetGroup:SubnetGroup", "name", "Cache", "cache", "other"),
    _one("aws:route53/record:Record", "name", "Example.com.", "example.com", "www.example.com"),
    silent(
        "aws:route53/record:Record",
        "aliases[*].name",
        *({"aliases": [{"name": name}]} for name in ("LB-1.elb.amazonaws.com.", "lb-1.elb.amazonaws.com", "lb-2")),
    ),
    _one("aws:acm/certificate:Certificate", "subjectAlternativeNames", ["a", "b"], ["b"], ["c"], domainName="a"),
    _one(_RECORD, "name", "example.com.", "example.com", "www.example.com"),
    _one(_RECORD, "content", "Target.example.com", "target.example.com", "other.example.com", type="CNAME"),
    _shown(_RECORD, "content", f'"{_LONG}"', f'"{"a" * 255}" "{"a" * 45}"', after=True, type="TXT"),
    _one(_RECORD, "tags", [], None, ["a:b"]),
    _one(_RECORD, "settings", {}, None, {"flattenCname": True}),
    _one("cloudflare:index/zoneSetting:ZoneSetting", "value", 14400, "14400", "7200"),
    Case(
        "cloudflare:index/loadBalancerPool:LoadBalancerPool",
        "origins",
        {"origins": [_origin("b"), _origin("a")]},
        {"origins": [_origin("a"), _origin("b")]},
        {},
        ("origins[0].name", "origins[1].name"),
        Shows.AFTER_REFRESH,
    ),
    _shown(
        "cloudflare:index/originCaCertificate:OriginCaCertificate",
        "hostnames",
        ["b", "*.b"],
        ["*.b", "b"],
        "hostnames[0]",
        "hostnames[1]",
        after=True,
    ),
    _one(
        "cloudflare:index/authenticatedOriginPullsHostnameCertificate:AuthenticatedOriginPullsHostnameCertificate",
        "certificate",
        "PEM\n\n",
        "PEM",
        "OTHER",
    ),
    *KUBERNETES,
)
