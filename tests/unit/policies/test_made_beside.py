"""What is made beside what stands takes nothing from it, and ordinary new things pass."""

from __future__ import annotations

from typing import Any

import pytest

from ops.answers.gate import gate
from plan.preview import read_preview
from plan.unknown import UNKNOWN
from tests.support.gate_cases import steps_of

Line = tuple[str, dict[str, Any]]
BUCKET = "aws:s3/bucket"
PODS, SERVICE, SECRET = "kubernetes:apps/v1:Deployment", "kubernetes:core/v1:Service", "kubernetes:core/v1:Secret"
CONFIG = "kubernetes:core/v1:ConfigMap"
PDB, NETWORK = "kubernetes:policy/v1:PodDisruptionBudget", "kubernetes:networking.k8s.io/v1:NetworkPolicy"
BINDING = "kubernetes:elbv2.k8s.aws/v1beta1:TargetGroupBinding"
CLASS, STORAGE = "kubernetes:scheduling.k8s.io/v1:PriorityClass", "kubernetes:storage.k8s.io/v1:StorageClass"
HPA, VPA = "kubernetes:autoscaling/v2:HorizontalPodAutoscaler", "kubernetes:autoscaling.k8s.io/v1:VerticalPodAutoscaler"
RELEASE, RECORD = "kubernetes:helm.sh/v3:Release", "cloudflare:index/dnsRecord:DnsRecord"
ENDPOINT, SUBSCRIPTION = "aws:ec2/vpcEndpoint:VpcEndpoint", "aws:sns/topicSubscription:TopicSubscription"
PASSWORD = "random:index/randomPassword:RandomPassword"  # noqa: S105 - a type's name
SETTING, RULESET = "cloudflare:index/zoneSetting:ZoneSetting", "cloudflare:index/ruleset:Ruleset"
VERSIONING = f"{BUCKET}Versioning:BucketVersioning"
ENCRYPTION = f"{BUCKET}ServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration"
LOGGING, BLOCK = f"{BUCKET}Logging:BucketLogging", f"{BUCKET}PublicAccessBlock:BucketPublicAccessBlock"
LOCKED = {"blockPublicAcls": True, "blockPublicPolicy": True, "ignorePublicAcls": True, "restrictPublicBuckets": True}
AES = {"rules": [{"applyServerSideEncryptionByDefault": {"sseAlgorithm": "AES256"}}]}
DEFAULT = {"annotations": {"storageclass.kubernetes.io/is-default-class": "true"}}
GP3: dict[str, Any] = {"provisioner": "ebs.csi.aws.com", "parameters": {"type": "gp3", "encrypted": "true"}}


def k8s(name: str, spec: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:  # noqa: ANN401 - parts of an object
    about = {"name": name, "namespace": "production", **more.pop("metadata", {})}
    return {"metadata": about, **({"spec": spec} if spec is not None else {}), **more}


def pods(name: str, app: str, replicas: int = 2) -> dict[str, Any]:
    template = {"metadata": {"labels": {"app": app}}, "spec": {}}
    return k8s(name, {"replicas": replicas, "selector": {"matchLabels": {"app": app}}, "template": template})


def budget(name: str, selector: dict[str, Any]) -> dict[str, Any]:
    return k8s(name, {"maxUnavailable": 1, "selector": selector})


def selects(app: str) -> dict[str, Any]:
    return {"matchLabels": {"app": app}}


def service(name: str, app: str) -> dict[str, Any]:
    return k8s(name, {"selector": {"app": app}, "ports": [{"port": 80}]})


def scaler(name: str, of: str, most: int) -> dict[str, Any]:
    return k8s(name, {"scaleTargetRef": {"kind": "Deployment", "name": of}, "minReplicas": 2, "maxReplicas": most})


def binding(name: str, group: str, to: str) -> dict[str, Any]:
    return k8s(name, {"targetGroupARN": group, "serviceRef": {"name": to, "port": 80}})


def policy(name: str, to: str, **peer: Any) -> dict[str, Any]:  # noqa: ANN401 - selectors
    return k8s(name, {"podSelector": selects(to), "ingress": [{"from": [peer]}], "policyTypes": ["Ingress"]})


def cut(app: str, direction: str, namespace: str = "production") -> dict[str, Any]:
    return k8s("cut", {"podSelector": selects(app), "policyTypes": [direction]}, metadata={"namespace": namespace})


def vertical(name: str, of: str) -> dict[str, Any]:
    return k8s(name, {"targetRef": {"kind": "Deployment", "name": of}, "updatePolicy": {"updateMode": "Recreate"}})


def chart(repo: str, name: str = "new", **more: str) -> dict[str, Any]:
    return {"chart": "a", "name": name, "namespace": "kube-system", "repositoryOpts": {"repo": repo}, **more}


def record(name: str, kind: str, content: str) -> dict[str, Any]:
    return {"zoneId": "z", "name": name, "type": kind, "content": content, "proxied": False}


STANDS: tuple[Line, ...] = (
    (VERSIONING, {"bucket": "b", "versioningConfiguration": {"status": "Enabled"}}),
    (ENCRYPTION, {"bucket": "b", **AES}),
    (BLOCK, {"bucket": "b", **LOCKED}),
    (LOGGING, {"bucket": "b", "targetBucket": "logs", "targetPrefix": "a"}),
    ("aws:cloudwatch/logGroup:LogGroup", {"name": "/a", "retentionInDays": 30}),
    (PODS, pods("web", "web")),
    (SERVICE, service("web", "web")),
    (PDB, budget("web", selects("web"))),
    (CONFIG, k8s("settings", data={"a": "b"})),
    (BINDING, binding("web", "group", "web")),
    (STORAGE, k8s("gp3", metadata=DEFAULT, **GP3)),
    (VPA, k8s("web", {"targetRef": {"kind": "Deployment", "name": "web"}, "updatePolicy": {"updateMode": "Off"}})),
    (NETWORK, policy("web", "web", podSelector=selects("gateway"))),
    (RELEASE, chart("https://charts.example.com", "scaler")),
    (SETTING, {"zoneId": "z", "settingId": "ssl", "value": "strict"}),
)


def stops(*made: Line) -> set[str]:
    lines = [
        *(
            (token, {"do": "same", "name": f"there-{n}", "was": is_, "is": is_})
            for n, (token, is_) in enumerate(STANDS)
        ),
        *(
            (token, {"do": "create", "name": f"new-{n}", "is": inputs, "new": {"protect": True}})
            for n, (token, inputs) in enumerate(made)
        ),
    ]
    steps = [step for token, line in lines for step in steps_of({**line, "thing": "one"}, {"one": {"type": token}})]
    found = gate(read_preview({"config": {"bailbondpro:environment": "prod"}, "steps": steps})).stopping
    return {one.rule for one in found}


@pytest.mark.parametrize(
    ("token", "inputs", "rule"),
    [
        (VERSIONING, {"bucket": "b", "versioningConfiguration": {"status": "Suspended"}}, "weakened"),
        (ENCRYPTION, {"bucket": "b", **AES}, "weakened"),
        (BLOCK, {"bucket": "b", **LOCKED}, "weakened"),
        (LOGGING, {"bucket": "b", "targetBucket": "other", "targetPrefix": "a"}, "weakened"),
        ("aws:cloudwatch/logGroup:LogGroup", {"name": "/a", "retentionInDays": 30}, "led-elsewhere"),
        (SETTING, {"zoneId": "z", "settingId": "ssl", "value": "strict"}, "weakened"),
        (CONFIG, k8s("settings", data={"a": "c"}), "led-elsewhere"),
        (SERVICE, service("web", "other"), "led-elsewhere"),
        (PODS, pods("canary", "web"), "led-elsewhere"),
        (PDB, budget("second", selects("web")), "weakened"),
        (PDB, budget("all", {}), "weakened"),
        (BINDING, binding("second", "group", "web"), "led-elsewhere"),
        (BINDING, binding("third", "other", "nobody"), "led-elsewhere"),
        (CLASS, {"metadata": {"name": "first"}, "value": 1000, "globalDefault": True}, "less-room"),
        (STORAGE, k8s("slow", metadata=DEFAULT, **GP3), "led-elsewhere"),
        (SECRET, k8s("token", type="kubernetes.io/service-account-token"), "admits-more"),
        (SERVICE, k8s("out", {"type": "ExternalName", "externalName": "example.com"}), "led-elsewhere"),
        (HPA, scaler("web", "web", 1), "less-room"),
        (VPA, vertical("second", "web"), "less-room"),
        (NETWORK, policy("open", "web", podSelector={}), "admits-more"),
        (NETWORK, cut("web", "Egress"), "led-elsewhere"),
        (NETWORK, cut("coredns", "Ingress", "kube-system"), "led-elsewhere"),
        (NETWORK, k8s("none", {"podSelector": {}, "policyTypes": ["Egress"]}), "led-elsewhere"),
        (CONFIG, k8s("coredns", metadata={"namespace": "kube-system"}, data={"Corefile": "."}), "led-elsewhere"),
        (ENDPOINT, {"vpcId": "v", "serviceName": "com.amazonaws.vpce.us-east-1.vpce-svc-0a"}, "led-elsewhere"),
        (ENDPOINT, {"vpcId": "v", "serviceName": "collector.example.com"}, "led-elsewhere"),
        (SUBSCRIPTION, {"topic": "t", "protocol": "http", "endpoint": "http://example.com"}, "weakened"),
        (PASSWORD, {"length": 8}, "weakened"),
        (RELEASE, chart("https://other.example.com"), "admits-more"),
        (RELEASE, {"chart": "oci://other.example.com/a", "name": "a", "namespace": "a"}, "admits-more"),
        (RECORD, record("auth.example.com", "NS", "ns.example.org"), "led-elsewhere"),
        (RECORD, record("example.com", "MX", "mx.example.org"), "led-elsewhere"),
        (RECORD, record("example.com", "CAA", '0 issue ";"'), "admits-more"),
        (RECORD, record("_acme-challenge.example.com", "CNAME", "a.example.org"), "admits-more"),
        (RECORD, record("_dmarc.example.com", "TXT", "v=DMARC1; p=none"), "admits-more"),
        (RECORD, record("example.com", "TXT", '"v=spf1 +all"'), "admits-more"),
        *(
            (SETTING, {"zoneId": "z", "settingId": name, "value": value}, rule)
            for name, value, rule in (
                ("waf", "off", "weakened"),
                ("security_level", "essentially_off", "weakened"),
                ("tls_client_auth", "off", "weakened"),
                ("browser_check", "off", "weakened"),
                ("proxy_read_timeout", 1, "less-room"),
            )
        ),
        (RULESET, {"zoneId": "z", "phase": "ddos_l7", "rules": []}, "weakened"),
    ],
)
def test_what_is_made_takes_nothing_from_what_stands(token: str, inputs: dict[str, Any], rule: str) -> None:
    assert rule in stops((token, inputs))


ORDINARY: dict[str, tuple[Line, ...]] = {
    "a new service": (
        (PODS, pods("api", "api")),
        (SERVICE, service("api", "api")),
        (PDB, budget("api", selects("api"))),
        (HPA, scaler("api", "api", 4)),
        (VPA, vertical("api", "api")),
        (NETWORK, policy("api", "api", podSelector=selects("gateway"))),
        (BINDING, binding("api", UNKNOWN, "api")),
    ),
    "another autoscaler of a workload that has none": ((HPA, scaler("web", "web", 6)),),
    "settings of a bucket that is made, too": (
        (VERSIONING, {"bucket": UNKNOWN, "versioningConfiguration": {"status": "Enabled"}}),
        (ENCRYPTION, {"bucket": UNKNOWN, **AES}),
        (BLOCK, {"bucket": UNKNOWN, **LOCKED}),
    ),
    "the same name in another namespace": (
        (CONFIG, k8s("settings", metadata={"namespace": "other"}, data={"a": "b"})),
    ),
    "a class that is no default": ((CLASS, {"metadata": {"name": "low"}, "value": 10}),),
    "a Secret": ((SECRET, k8s("stripe", stringData={"key": "[secret]"})),),
    "a chart of a known repository": ((RELEASE, chart("https://charts.example.com")),),
    "a key of a sender of mail": ((RECORD, record("s1._domainkey.example.com", "TXT", "v=DKIM1; p=a")),),
    "a proof of ownership": ((RECORD, record("example.com", "TXT", "site-verification=a")),),
    "a service of others": ((RECORD, record("_sip._tcp.example.com", "SRV", "a.example.org")),),
    "an endpoint of AWS": ((ENDPOINT, {"vpcId": "v", "serviceName": "com.amazonaws.us-east-1.secretsmanager"}),),
    "an endpoint of a service that is named otherwise": (
        (ENDPOINT, {"serviceName": "aws.sagemaker.us-east-1.studio"}),
    ),
    "somebody who is told": ((SUBSCRIPTION, {"topic": "t", "protocol": "email", "endpoint": "a@example.com"}),),
    "a password": ((PASSWORD, {"length": 32}),),
    "a policy of a namespace that is made with it": (
        ("kubernetes:core/v1:Namespace", {"metadata": {"name": "fresh"}}),
        (NETWORK, cut("a", "Egress", "fresh")),
    ),
    "another policy of pods of which one speaks already": ((NETWORK, cut("web", "Ingress")),),
    "a setting that is on": ((SETTING, {"zoneId": "z", "settingId": "browser_check", "value": "on"}),),
}


@pytest.mark.parametrize("made", ORDINARY.values(), ids=ORDINARY.keys())
def test_ordinary_new_things_pass(made: tuple[Line, ...]) -> None:
    assert stops(*made) == set()


def test_a_name_that_is_made_twice_in_one_plan_stops() -> None:
    one = (CONFIG, k8s("fresh", data={"a": "b"}))
    assert stops(one) == set()
    assert stops(one, one) == {"led-elsewhere"}


def test_a_real_thing_is_no_component() -> None:
    line = {"do": "create", "thing": "one", "name": "a", "is": {}, "new": {"custom": False}}
    steps = list(steps_of(line, {"one": {"type": "aws:sns/topic:Topic"}}))
    found = gate(read_preview({"config": {"bailbondpro:environment": "prod"}, "steps": steps})).stopping
    assert "unread-step" in {one.rule for one in found}


def test_a_preview_without_counts_names_what_others_hang_on() -> None:
    missing = "urn:pulumi:prod::bailbondpro::aws:kms/key:Key::data"
    line = {"do": "create", "thing": "one", "name": "a", "is": {}, "new": {"dependencies": [missing]}}
    steps = list(steps_of(line, {"one": {"type": "aws:cloudwatch/metricAlarm:MetricAlarm"}}))
    config = {"config": {"bailbondpro:environment": "prod"}, "steps": steps}
    assert "unread-step" in {one.rule for one in gate(read_preview(config)).stopping}
    assert "unread-step" not in {one.rule for one in gate(read_preview({**config, "changeSummary": {}})).stopping}
