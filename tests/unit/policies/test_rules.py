"""Every rule of `policies/rules` holds on sound things and notices the one value that breaks it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from plan.preview import read_preview
from policies.rules import OWN, Violation
from tests.support.gate_cases import FILE, steps_of, urn_of

if TYPE_CHECKING:
    from plan import Plan

THINGS = yaml.safe_load(FILE.read_text(encoding="utf-8"))["things"]
UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
MASKED = "[secret]"
CONFINED = {"runAsNonRoot": True, "allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}}
CONTAINER = {
    "name": "app",
    "securityContext": {**CONFINED, "seccompProfile": {"type": "RuntimeDefault"}},
    "image": "registry.example.com/app:1.2.3",
    "ports": [{"containerPort": 3000}],
    "readinessProbe": {"httpGet": {"path": "/health"}},
    "resources": {"requests": {"cpu": "1", "memory": "1Gi"}, "limits": {"memory": "1Gi"}},
}


def pod(**changes: object) -> dict[str, Any]:
    return {"spec": {"template": {"spec": {"containers": [{**CONTAINER, **changes}]}}}}


def policy(*actions: str) -> dict[str, Any]:
    return {"policy": json.dumps({"Statement": [{"Effect": "Allow", "Action": [*actions], "Resource": "*"}]})}


BREAKS: list[tuple[str, str, dict[str, Any]]] = [
    ("deletion-protection", "database", {"deletionProtection": False}),
    ("deletion-protection", "cluster", {"deletionProtection": None}),
    ("backups", "database", {"backupRetentionPeriod": 0}),
    ("backups", "database", {"skipFinalSnapshot": True}),
    ("backups", "cache", {"finalSnapshotIdentifier": None}),
    ("encryption-at-rest", "database", {"storageEncrypted": False}),
    ("encryption-at-rest", "cache", {"kmsKeyId": None}),
    ("encryption-at-rest", "cluster", {"encryptionConfig": None}),
    ("tls", "cache", {"transitEncryptionEnabled": False}),
    ("tls", "cache", {"transitEncryptionMode": "preferred"}),
    ("open-policy", "key", {"policy": '{"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "kms:*"}]}'}),
    ("edge-tls", "setting", {"value": "flexible"}),
    ("public-store", "database", {"publiclyAccessible": True}),
    ("public-store", "rule", {"cidrIpv4": "8.8.8.0/24"}),
    ("open-security-group", "rule", {"cidrIpv4": "0.0.0.0/0", "fromPort": 22, "toPort": 22}),
    ("open-security-group", "rule", {"cidrIpv4": None, "cidrIpv6": "::/0", "ipProtocol": "-1", "fromPort": None}),
    ("public-api-server", "cluster", {"vpcConfig": {"endpointPublicAccess": True}}),
    ("public-api-server", "cluster", {"vpcConfig": {"publicAccessCidrs": ["10.0.0.0/8", "0.0.0.0/0"]}}),
    ("iam-wildcard", "policy", policy("s3:*", "*")),
    ("iam-wildcard", "policy", {"policy": '{"Statement": {"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}}'}),
    ("public-bucket", "block", {"ignorePublicAcls": False}),
    ("public-bucket", "bucket", {"acl": "public-read"}),
    ("plain-secret", "secret", {"stringData": {"url": "postgres://app@db"}}),
    ("plain-secret", "configuration", {"data": {"DB_PASSWORD": "hunter2"}}),
    ("plain-secret", "configuration", {"data": {"KEYS": "id AKIAIOSFODNN7EXAMPLE"}}),
    ("plain-secret", "deployment", pod(env=[{"name": "API_TOKEN", "value": "abcdefgh"}])),
    ("privileged-pod", "deployment", pod(securityContext={"privileged": True})),
    ("privileged-pod", "deployment", pod(securityContext={"capabilities": {"add": ["SYS_ADMIN"]}})),
    ("restricted-pod", "deployment", pod(securityContext=None)),
    ("restricted-pod", "deployment", pod(securityContext=CONFINED)),
    *(
        ("restricted-pod", "deployment", pod(securityContext={**CONTAINER["securityContext"], **changed}))  # type: ignore[dict-item]  # it is an object
        for changed in (
            {"runAsNonRoot": None},
            {"runAsUser": 0},
            {"allowPrivilegeEscalation": None},
            {"seccompProfile": {"type": "Unconfined"}},
            {"capabilities": {"drop": ["NET_RAW"]}},
            {"capabilities": {"drop": ["ALL"], "add": ["SYS_CHROOT"]}},
        )
    ),
    ("image-tag", "deployment", pod(image="localhost:5000/app")),
    ("image-tag", "deployment", pod(image="app:latest")),
    ("pod-limits", "deployment", pod(resources={"limits": {"memory": "1Gi"}})),
    ("pod-probes", "deployment", pod(readinessProbe=None)),
]


@pytest.mark.parametrize(
    ("action", "resource", "condition", "stops"),
    [
        ("s3:*", "*", None, True),
        ("secretsmanager:*", "*", None, True),
        ("kms:*", "arn:aws:kms:*:*:key/*", None, True),
        ("s3:*", ["arn:aws:s3:::*", "arn:aws:s3:::*/*"], None, True),
        ("secretsmanager:GetSecretValue", "arn:aws:secretsmanager:us-east-1:123456789012:secret:*", None, True),
        ("kms:Decrypt", "*", {"StringEquals": {"aws:RequestedRegion": "us-east-1"}}, True),
        ("dynamodb:P*", "*", None, True),
        ("kms:Decrypt", "*", {"StringEquals": {"kms:ViaService": "s3.us-east-1.amazonaws.com"}}, False),
        ("s3:*", ["arn:aws:s3:::documents", "arn:aws:s3:::documents/*"], None, False),
        ("secretsmanager:GetSecretValue", "arn:aws:secretsmanager:us-east-1:123456789012:secret:app-*", None, False),
        ("ec2:Describe*", "*", None, False),
        ("cloudwatch:PutMetricData", "*", None, False),
        ("ecr:GetAuthorizationToken", "*", None, False),
    ],
)
def test_a_role_may_take_nothing_of_all_that_a_service_keeps(
    action: str, resource: object, condition: object, stops: bool
) -> None:
    statement = {"Effect": "Allow", "Action": action, "Resource": resource, "Condition": condition}
    text = json.dumps({"Statement": [{key: value for key, value in statement.items() if value is not None}]})
    plan = plan_with({"do": "create", "thing": "policy", "is": {"policy": text}})
    assert bool(found("iam-wildcard", plan)) is stops


@pytest.mark.parametrize(
    ("name", "stops"),
    [
        ("AmazonS3FullAccess", True),
        ("SecretsManagerReadWrite", True),
        ("ReadOnlyAccess", True),
        ("job-function/DatabaseAdministrator", True),
        ("AmazonEKSClusterPolicy", False),
        ("service-role/AmazonEBSCSIDriverPolicy", False),
    ],
)
def test_a_managed_policy_of_all_that_a_service_keeps_is_attached_to_nothing(name: str, stops: bool) -> None:
    things = {"one": {"type": "aws:iam/rolePolicyAttachment:RolePolicyAttachment"}}
    steps = steps_of({"do": "create", "thing": "one", "is": {"policyArn": f"arn:aws:iam::aws:policy/{name}"}}, things)
    assert bool(found("iam-wildcard", read_preview({"config": {}, "steps": list(steps)}).after)) is stops


def plan_with(*lines: dict[str, Any], environment: str = "production") -> Plan:
    steps = [step for line in lines for step in steps_of(line, THINGS)]
    return read_preview({"config": {"bailbondpro:environment": environment}, "steps": steps}).after


def found(rule: str, plan: Plan, *, production: bool = True) -> list[Violation]:
    return [one for known in OWN if known.id == rule for one in known.judge(plan, production)]


def test_every_rule_of_our_own_is_broken_here_or_in_the_table_of_plans() -> None:
    elsewhere = {"pulumi-protect", "log-retention", "restarts-apart", "master-login"}
    assert {rule.id for rule in OWN} == {rule for rule, _, _ in BREAKS} | elsewhere


@pytest.mark.parametrize(("rule", "thing", "wrong"), BREAKS)
def test_a_rule_holds_on_what_is_sound_and_notices_what_breaks_it(rule: str, thing: str, wrong: dict[str, Any]) -> None:
    beside = {"do": "same", "thing": "block", "name": "beside", "needs": [["aws:s3/bucket:Bucket", "bucket"]]}
    sound = {"do": "same", "thing": thing}
    assert found(rule, plan_with(sound, beside)) == []
    broken = found(rule, plan_with({**sound, "both": wrong}, beside))
    assert [(one.urn, one.known) for one in broken] == [(urn_of(THINGS[thing]["type"], thing), True)] * len(broken)
    assert broken


def test_what_is_not_protected_and_logs_without_an_end_are_noticed() -> None:
    bare = plan_with({"do": "create", "thing": "database", "new": {"protect": False}})
    assert [one.says for one in found("pulumi-protect", bare)] == ["Pulumi may delete it (protect is off)"]
    assert found("pulumi-protect", bare, production=False) == []


@pytest.mark.parametrize(
    ("rule", "thing", "unknown"),
    [
        ("deletion-protection", "database", {"deletionProtection": UNKNOWN}),
        ("backups", "database", {"backupRetentionPeriod": "3eeb2bf0-c639-47a8-9e75-3b44932eb421"}),
        ("encryption-at-rest", "database", {"storageEncrypted": UNKNOWN}),
        ("tls", "cache", {"transitEncryptionEnabled": UNKNOWN}),
        ("public-store", "rule", {"cidrIpv4": UNKNOWN}),
        ("open-security-group", "rule", {"cidrIpv4": "[unknown]", "fromPort": 22, "toPort": 22}),
        ("public-api-server", "cluster", {"vpcConfig": UNKNOWN}),
        ("iam-wildcard", "policy", {"policy": UNKNOWN}),
        ("public-bucket", "block", {"blockPublicAcls": UNKNOWN}),
    ],
)
def test_a_value_that_is_not_known_neither_holds_nor_breaks(rule: str, thing: str, unknown: dict[str, Any]) -> None:
    told = found(rule, plan_with({"do": "create", "thing": thing, "is": unknown}))
    assert told
    assert not any(one.known for one in told)


def test_a_name_that_only_the_update_makes_is_still_a_name() -> None:
    assert (
        found("backups", plan_with({"do": "create", "thing": "cache", "is": {"finalSnapshotIdentifier": UNKNOWN}}))
        == []
    )


@pytest.mark.parametrize(
    "value", [MASKED, UNKNOWN, "arn:aws:secretsmanager:us-east-1:1:secret:a", "/prod/token", "true"]
)
def test_what_names_a_secret_or_hides_it_is_none(value: str) -> None:
    plan = plan_with({"do": "create", "thing": "configuration", "is": {"data": {"DB_PASSWORD": value}}})
    assert found("plain-secret", plan) == []
