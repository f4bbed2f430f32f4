"""What is made of production says what something of its type says already; the rest was judged by nobody."""

from __future__ import annotations

import re
from typing import Any

import pytest

from components.cluster.operators import KEDA
from components.kubernetes.exporters import PGBOUNCER_EXPORTER_IMAGE
from infra.settings.pooler import PoolerSettings
from plan.preview import read_preview
from plan.types import TYPES
from plan.types.weaker.kubernetes.ways import repository
from plan.unknown import UNKNOWN
from policies.gate.judge import judge
from policies.gate.made import own
from policies.gate.made.values import GROWN_CHART, GROWN_IMAGES
from tests.support.gate_cases import steps_of

Inputs = dict[str, Any]
DATABASE, PODS, JOB = "aws:rds/instance:Instance", "kubernetes:apps/v1:Deployment", "kubernetes:batch/v1:Job"
ACCOUNT, RULE = "kubernetes:core/v1:ServiceAccount", "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
SECRET, CONFIG, SERVICE = (f"kubernetes:core/v1:{kind}" for kind in ("Secret", "ConfigMap", "Service"))
RELEASE, SCALED = "kubernetes:helm.sh/v3:Release", "kubernetes:keda.sh/v1alpha1:ScaledObject"
LISTENER, TEMPLATE = "aws:lb/listener:Listener", "aws:ec2/launchTemplate:LaunchTemplate"
ATTACHMENT, ADDON = "aws:iam/rolePolicyAttachment:RolePolicyAttachment", "aws:eks/addon:Addon"
SUBSCRIPTION, MONITOR = "aws:sns/topicSubscription:TopicSubscription", "kubernetes:monitoring.coreos.com/v1:PodMonitor"
PARAMETER = "aws:ssm/parameter:Parameter"
RECORD, KEY = "cloudflare:index/dnsRecord:DnsRecord", "tls:index/privateKey:PrivateKey"
ROLE, TABLE, VPC = "aws:iam/role:Role", "aws:ec2/routeTable:RouteTable", "aws:ec2/vpc:Vpc"
ALARM, NODES = "aws:cloudwatch/metricAlarm:MetricAlarm", "aws:eks/nodeGroup:NodeGroup"
PASSWORD, POLICY = "random:index/randomPassword:RandomPassword", "aws:iam/rolePolicy:RolePolicy"
CERTIFICATE = "tls:index/locallySignedCert:LocallySignedCert"
NETWORK = "kubernetes:networking.k8s.io/v1:NetworkPolicy"
HPA = "kubernetes:autoscaling/v2:HorizontalPodAutoscaler"
APP = "registry.example/app@sha256:a"


def k8s(name: str, **more: Any) -> Inputs:  # noqa: ANN401 - parts of an object
    return {"metadata": {"name": name, "namespace": "production", **more.pop("metadata", {})}, **more}


def pods(name: str, account: str = "app", image: str = APP, **more: Any) -> Inputs:  # noqa: ANN401 - parts of a pod
    container = {"name": name, "image": image, **more.pop("container", {})}
    spec = {"serviceAccountName": account, "containers": [container], **more}
    return k8s(name, spec={"template": {"metadata": {"labels": {"app": name}}, "spec": spec}})


def role(name: str, policy: str) -> Inputs:
    return {"role": name, "policyArn": f"arn:aws:iam::aws:policy/{policy}"}


def record(name: str, content: str, **more: Any) -> Inputs:  # noqa: ANN401 - parts of a record
    return {"name": name, "type": "CNAME", "content": content, "proxied": True, **more}


def chart(name: str, repo: str, values: Inputs) -> Inputs:
    return {"name": name, "chart": name, "namespace": name, "repositoryOpts": {"repo": repo}, "values": values}


def scaled(kind: str, name: str, server: str) -> Inputs:
    target = {"apiVersion": "apps/v1", "kind": "Deployment", "name": name}
    trigger = {"type": kind, "metadata": {"serverAddress": server, "query": "a", "threshold": "1"}}
    return k8s(name, spec={"scaleTargetRef": target, "maxReplicaCount": 9, "triggers": [trigger]})


GROUP = {"capacityType": "SPOT", "amiType": "AL2023", "scalingConfig": {"minSize": 1}}
STAND: list[tuple[str, str, Inputs]] = [
    (DATABASE, "primary", {"identifier": "a", "instanceClass": "db.m7g.large", "storageEncrypted": True}),
    (VPC, "vpc", {"cidrBlock": "10.10.0.0/16"}),
    (PODS, "app", pods("app")),
    (ACCOUNT, "app-account", k8s("app", automountServiceAccountToken=False)),
    (SECRET, "login", k8s("login", stringData={"url": "a"})),
    (CONFIG, "config", k8s("config", data={"a": "b"})),
    (SERVICE, "service", k8s("app", spec={"type": "ClusterIP", "selector": {"app": "app"}, "ports": [{"port": 80}]})),
    (RELEASE, "autoscaler", chart("autoscaler", "https://a.example", {"a": 1, "priorityClassName": "bailbondpro-a"})),
    (LISTENER, "https", {"loadBalancerArn": "arn:lb", "port": 443, "protocol": "TCP"}),
    (TEMPLATE, "nodes", {"imageId": "ami-1", "metadataOptions": {"httpTokens": "required"}}),
    (ATTACHMENT, "attached", role("nodes", "AmazonEKSWorkerNodePolicy")),
    (ROLE, "nodes-role", {"name": "nodes", "assumeRolePolicy": "{}"}),
    (ADDON, "coredns", {"clusterName": "c", "addonName": "coredns"}),
    (SUBSCRIPTION, "mail", {"topic": "arn:t", "protocol": "email", "endpoint": "a@b.example"}),
    (MONITOR, "monitor", k8s("app", spec={"selector": {"matchLabels": {"app": "app"}}})),
    (RECORD, "record", record("a.example.com", "lb.example.com")),
    (KEY, "key", {"algorithm": "RSA", "rsaBits": 4096}),
    (TABLE, "table", {"vpcId": "vpc-1"}),
    (RULE, "rule", {"securityGroupId": "sg-1", "cidrIpv4": "10.10.1.0/24", "fromPort": 443, "toPort": 443}),
    (ALARM, "alarm", {"name": "a", "metricName": "Cpu", "threshold": 5, "alarmActions": ["arn:t"]}),
    (NODES, "group", {"capacityType": "ON_DEMAND", "amiType": "AL2023", "scalingConfig": {"minSize": 1}}),
    (PASSWORD, "password", {"length": 40, "special": False}),
    (POLICY, "policy", {"role": "nodes", "policy": '{"Statement": []}'}),
    (NETWORK, "network", k8s("app", spec={"podSelector": {"matchLabels": {"app": "app"}}})),
    (CERTIFICATE, "certificate", {"validityPeriodHours": 720, "allowedUses": ["server_auth"]}),
]
NEW: list[tuple[str, Inputs, str]] = [
    (JOB, pods("job"), ""),
    (PODS, pods("web", "web", "evil.example/app@sha256:a"), "spec.containers[].image"),
    (PODS, pods("web", "app", container={"command": ["sh"]}), "spec.serviceAccountName"),
    (PODS, pods("web", "default"), "spec.serviceAccountName"),
    (PODS, pods("web", hostNetwork=True), "spec.hostNetwork"),
    (PODS, pods("web", priorityClassName="system-node-critical"), "spec.priorityClassName"),
    (PODS, pods("web", tolerations=[{"operator": "Exists"}]), "spec.tolerations[].operator"),
    (PODS, pods("web", volumes=[{"name": "a", "hostPath": {"path": "/"}}]), "spec.volumes[].hostPath.path"),
    (PODS, pods("web", container={"securityContext": {"privileged": True}}), "privileged"),
    (PODS, pods("web", container={"env": [{"name": "AUTH_DISABLED", "value": "1"}]}), "spec.containers[].env[].name"),
    (ACCOUNT, k8s("a", automountServiceAccountToken=True), "automountServiceAccountToken"),
    (ACCOUNT, k8s("a"), "automountServiceAccountToken"),
    (ACCOUNT, k8s("a", automountServiceAccountToken=False, metadata={"namespace": "other"}), "metadata.namespace"),
    (SECRET, k8s("a", type="kubernetes.io/service-account-token", stringData={"a": "b"}), "type"),
    (CONFIG, k8s("a", data={"a": "b"}, metadata={"labels": {"grafana_datasource": "1"}}), "grafana_datasource"),
    (SERVICE, k8s("a", spec={"type": "LoadBalancer", "selector": {"app": "a"}, "ports": [{"port": 80}]}), "spec.type"),
    (SERVICE, k8s("a", spec={"type": "ClusterIP", "ports": [{"port": 80}], "externalIPs": ["1.2.3.4"]}), "externalIPs"),
    (RELEASE, chart("a", "https://a.example", {"a": 1}), "chart"),
    (RELEASE, chart("keda", GROWN_CHART[1], {"extraObjects": [{"kind": "ClusterRoleBinding"}]}), "extraObjects"),
    (
        RELEASE,
        chart("keda", "https://b.example", {"a": 1, "priorityClassName": "bailbondpro-a"}),
        "repositoryOpts.repo",
    ),
    (LISTENER, {"loadBalancerArn": "arn:lb", "port": 5432, "protocol": "TCP"}, "port"),
    (TEMPLATE, {"imageId": "ami-1", "metadataOptions": {"httpTokens": "required"}, "userData": "a"}, "userData"),
    (TEMPLATE, {"imageId": "ami-2", "metadataOptions": {"httpTokens": "required"}}, "imageId"),
    (TEMPLATE, {"imageId": "ami-1"}, "metadataOptions.httpTokens"),
    (ATTACHMENT, role("nodes", "AmazonEKSWorkerNodePolicy"), "role"),
    (ATTACHMENT, role(UNKNOWN, "AmazonS3FullAccess"), "policyArn"),
    (ATTACHMENT, role("OrganizationAccountAccessRole", "AmazonEKSWorkerNodePolicy"), "role"),
    (POLICY, {"role": "nodes", "policy": '{"Statement": []}'}, "role"),
    (POLICY, {"role": "other", "policy": '{"Statement": []}'}, "role"),
    (PODS, pods("web", "app", container={"args": ["-e", "x"]}), "spec.serviceAccountName"),
    (PODS, pods("web", "app", volumes=[{"name": "a", "secret": {"secretName": "others"}}]), "spec.serviceAccountName"),
    (NODES, {**GROUP, "launchTemplate": {"id": "lt-0evil"}}, "launchTemplate.id"),
    (NODES, {**GROUP, "subnetIds": ["subnet-9"]}, "subnetIds[]"),
    (DATABASE, {"identifier": "b", "vpcSecurityGroupIds": ["sg-9"]}, "vpcSecurityGroupIds[]"),
    (DATABASE, {"identifier": "b", "parameterGroupName": "other"}, "parameterGroupName"),
    (DATABASE, {"identifier": "b", "monitoringRoleArn": "arn:aws:iam::210987654321:role/a"}, "monitoringRoleArn"),
    (RELEASE, chart("autoscaler", "https://a.example", {"a": 1, "priorityClassName": "bailbondpro-a"}), "name"),
    (PARAMETER, {"name": "/a/password", "type": "String", "insecureValue": "x"}, "name"),
    (RECORD, record("www.other.example", "lb.example.com"), "name"),
    (SUBSCRIPTION, {"topic": "arn:t", "protocol": "email", "endpoint": "a@evil.example.org"}, "endpoint"),
    (POLICY, {"role": UNKNOWN, "policy": '{"Statement": [{"Effect": "Allow"}]}'}, "policy"),
    (ADDON, {"clusterName": "c", "addonName": "coredns", "serviceAccountRoleArn": UNKNOWN}, "serviceAccountRoleArn"),
    (ADDON, {"clusterName": "c", "addonName": "efs"}, "addonName"),
    (SUBSCRIPTION, {"topic": "arn:t", "protocol": "https", "endpoint": "https://a.example/x"}, "protocol"),
    (MONITOR, k8s("a", spec={"selector": {"matchLabels": {"app": "a"}}, "bearerTokenSecret": {"name": "a"}}), "bearer"),
    (MONITOR, k8s("a", spec={"selector": {"matchExpressions": []}}), "spec.selector.matchExpressions"),
    (RECORD, record("b.example.com", "cms.example.net"), "content"),
    (RECORD, record("b.example.com", "lb.example.com", type="A"), "type"),
    (RECORD, record("b.example.com", "lb.example.com", proxied=False), "proxied"),
    (KEY, {"algorithm": "RSA", "rsaBits": 512}, "rsaBits"),
    (TABLE, {"vpcId": "vpc-1", "routes": [{"cidrBlock": "0.0.0.0/0", "gatewayId": "igw-1"}]}, "routes[].cidrBlock"),
    (RULE, {"securityGroupId": "sg-1", "cidrIpv4": "10.10.1.0/24", "fromPort": 443, "toPort": 443}, "securityGroupId"),
    (
        DATABASE,
        {"replicateSourceDb": "arn:aws:rds:us-east-1:210987654321:db:a", "identifier": "b"},
        "replicateSourceDb",
    ),
    (NETWORK, k8s("a", spec={"podSelector": {"matchLabels": {"app": "app"}}}), "spec.podSelector.matchLabels.app"),
    (RULE, {"securityGroupId": "sg-1", "referencedSecurityGroupId": "210987654321/sg-9"}, "referencedSecurityGroupId"),
    (RULE, {"securityGroupId": "sg-1", "cidrIpv4": "10.11.0.0/16", "fromPort": 443, "toPort": 443}, "cidrIpv4"),
    (RULE, {"securityGroupId": "sg-1", "cidrIpv4": "10.10.1.0/24", "fromPort": 22, "toPort": 22}, "fromPort"),
    (ALARM, {"name": "b", "metricName": "Cpu", "alarmActions": ["arn:other"]}, "alarmActions[]"),
    (NODES, {"capacityType": "SPOT", "amiType": "CUSTOM", "scalingConfig": {"minSize": 1}}, "amiType"),
    (PASSWORD, {"length": 40, "special": False, "upper": False}, "upper"),
    (CERTIFICATE, {"validityPeriodHours": 720, "allowedUses": ["cert_signing"]}, "allowedUses[]"),
    (CERTIFICATE, {"validityPeriodHours": 999_999, "allowedUses": ["server_auth"]}, "validityPeriodHours"),
    (SCALED, scaled("external", "app", "http://a.production.svc:9090"), "spec.triggers[].type"),
    (SCALED, scaled("prometheus", "app", "http://evil.example:9090"), "spec.triggers[].metadata.serverAddress"),
    ("aws:backup/vault:Vault", {"name": "a"}, ""),
    ("pulumi:providers:kubernetes", {"kubeconfig": "a"}, ""),
]
ORDINARY: list[tuple[str, list[tuple[str, Inputs]]]] = [
    (
        "a service with its own account",
        [
            (ACCOUNT, k8s("web", automountServiceAccountToken=False)),
            (PODS, pods("web", "web", container={"env": [{"name": "FEATURE_A", "value": "on"}]})),
            (SERVICE, k8s("web", spec={"type": "ClusterIP", "selector": {"app": "web"}, "ports": [{"port": 8080}]})),
            (SECRET, k8s("web", stringData={"token": "x"})),
        ],
    ),
    ("a Job of the programs that an account runs", [(JOB, pods("job")), (JOB, pods("other"))]),
    ("a replica", [(DATABASE, {"identifier": "b", "instanceClass": "db.m7g.large", "storageEncrypted": True})]),
    ("somebody who is told", [(SUBSCRIPTION, {"topic": "arn:t", "protocol": "email", "endpoint": "c@b.example"})]),
    ("an alarm", [(ALARM, {"name": "b", "metricName": "Disk", "threshold": 1.5, "alarmActions": ["arn:t"]})]),
    ("a name of the load balancer", [(RECORD, record("b.example.com", "lb.example.com"))]),
    ("a key", [(KEY, {"algorithm": "ECDSA", "ecdsaCurve": "P256"})]),
    ("a role with rights that others have", [(ATTACHMENT, role(UNKNOWN, "AmazonEKSWorkerNodePolicy"))]),
    ("a pool", [(NODES, {"capacityType": "SPOT", "amiType": "AL2023", "scalingConfig": {"minSize": 0}})]),
    ("a network of its own", [(RULE, {**STAND[18][2], "cidrIpv4": "10.10.2.0/24", "securityGroupId": UNKNOWN})]),
    ("a policy of new pods", [(NETWORK, k8s("web", spec={"podSelector": {"matchLabels": {"app": "web"}}}))]),
    ("the first of KEDA", [(SCALED, scaled("prometheus", "app", "http://a.monitoring.svc:9090"))]),
    ("its chart", [(RELEASE, chart("keda", GROWN_CHART[1], {"a": 1, "priorityClassName": "bailbondpro-operators"}))]),
]


def not_judged(
    *new: tuple[str, Inputs], stand: list[tuple[str, str, Inputs]] | None = None, environment: str = "prod"
) -> dict[str, tuple[str, ...]]:
    """What is made and was judged by nobody, with the properties."""
    stand = STAND if stand is None else stand
    names = {name: {"type": token, "inputs": inputs} for token, name, inputs in stand}
    steps = [step for name in names for step in steps_of({"do": "same", "thing": name}, names)]
    for number, (token, inputs) in enumerate(new):
        thing = {f"new-{number}": {"type": token, "inputs": inputs}}
        steps += steps_of({"do": "create", "thing": f"new-{number}"}, thing)
    found = judge(read_preview({"config": {"bailbondpro:environment": environment}, "steps": steps})).findings
    return {one.name: one.properties for one in found if one.rule == "not-judged" and one.stops}


@pytest.mark.parametrize(("token", "inputs", "named"), NEW)
def test_what_nothing_of_its_type_says_stops(token: str, inputs: Inputs, named: str) -> None:
    found = not_judged((token, inputs))
    assert set(found) == {"new-0"}
    assert not named or any(named in path for path in found["new-0"])


@pytest.mark.parametrize("new", [new for _, new in ORDINARY], ids=[name for name, _ in ORDINARY])
def test_what_each_of_its_type_has_of_its_own_is_ordinary(new: list[tuple[str, Inputs]]) -> None:
    stand = [*STAND, (JOB, "done", pods("done"))]
    assert not_judged(*new, stand=stand) == {}


def test_where_no_pods_run_yet_or_no_database_stands_a_stack_is_being_made() -> None:
    new = (RELEASE, chart("a", "https://a.example", {"b": 1}))
    for missing in (PODS, DATABASE):
        assert not_judged(new, stand=[one for one in STAND if one[0] != missing]) == {}
    assert not_judged(new, environment="dev") == {}
    assert not_judged(new) != {}


def test_a_number_is_the_same_however_it_is_written_and_a_text_is_another() -> None:
    def listener(port: object) -> tuple[str, Inputs]:
        return LISTENER, {"loadBalancerArn": "arn:lb", "port": port, "protocol": "TCP"}

    assert not_judged(listener(443.0)) == {}
    assert not_judged(listener("443")) == {"new-0": ("port",)}
    assert not_judged(listener(True)) == {"new-0": ("port",)}


def test_what_a_provider_adds_to_everything_and_what_an_update_decides_is_ordinary() -> None:
    added = {"region": "us-east-1", "tagsAll": {"Project": "a"}}
    stand = [
        (token, name, {**inputs, **({"region": "us-east-1"} if token == VPC else {})}) for token, name, inputs in STAND
    ]
    alarm = {"name": "b", "metricName": "Disk", "threshold": UNKNOWN, "alarmActions": ["arn:t"]}
    assert not_judged((ALARM, {**alarm, **added}), stand=stand) == {}
    assert not_judged((ALARM, {**alarm, **added, "region": "eu-west-1"}), stand=stand) == {"new-0": ("region",)}


def test_every_row_is_about_a_type_of_the_platform_and_a_pattern_that_compiles() -> None:
    assert {token for token in own.OWN if token != own.PODS} <= set(TYPES)
    assert {*own.FIRST, *own.LEFT_OUT, *own.EXCLUSIVE} <= set(own.OWN)
    assert all(re.compile(pattern) for rows in own.OWN.values() for pattern, _ in rows)


def test_what_later_phases_bring_is_what_the_settings_say() -> None:
    images = (PoolerSettings.model_fields["image"].default, PGBOUNCER_EXPORTER_IMAGE)
    assert tuple(map(repository, images)) == GROWN_IMAGES
    assert GROWN_CHART[0] == KEDA


def autoscalers(*, name: str = "app", most: int = 9, target: str = "app") -> set[str]:
    """What stops where an autoscaler goes and KEDA's comes."""
    was = k8s("app", spec={"scaleTargetRef": {"name": "app"}, "minReplicas": 2, "maxReplicas": 9})
    config = {"horizontalPodAutoscalerConfig": {"name": name}}
    spec = {"scaleTargetRef": {"name": target}, "minReplicaCount": 2, "maxReplicaCount": most, "advanced": config}
    lines = [
        *steps_of({"do": "delete", "thing": "old"}, {"old": {"type": HPA, "inputs": was}}),
        *steps_of({"do": "create", "thing": "new"}, {"new": {"type": SCALED, "inputs": k8s("app", spec=spec)}}),
    ]
    found = judge(read_preview({"config": {"bailbondpro:environment": "prod"}, "steps": lines})).findings
    return {one.rule for one in found if one.stops}


def test_an_autoscaler_that_keda_takes_over_goes_and_stops_nothing() -> None:
    assert autoscalers() == set()
    assert "urn-disappears" in autoscalers(name="other")
    assert "urn-disappears" in autoscalers(most=8)
    assert "urn-disappears" in autoscalers(target="web")
