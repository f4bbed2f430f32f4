"""What is made lets in nobody of another account."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ops.answers.gate import gate
from plan.preview import read_preview
from plan.unknown import UNKNOWN
from tests.support.gate_cases import steps_of

OWN, OTHER = "123456789012", "210987654321"
ENTRY = "aws:eks/accessEntry:AccessEntry"
PODS = "aws:eks/podIdentityAssociation:PodIdentityAssociation"
SCALER = f"arn:aws:iam::{OWN}:role/scaler"


def stopped(token: str, inputs: dict[str, Any], allowed: str = f'["{OWN}"]') -> list[str]:
    things = {"one": {"type": token}, "sdk": {"type": "pulumi:providers:aws", "inputs": {"allowedAccountIds": allowed}}}
    lines = [{"do": "create", "thing": "one", "is": inputs}, {"do": "same", "thing": "sdk"}]
    steps = [step for line in lines for step in steps_of(line, things)]
    found = gate(read_preview({"config": {"bailbondpro:environment": "production"}, "steps": steps}))
    return [one.rule for one in found.stopping if one.rule == "admits-more"]


def beside(token: str, made: dict[str, Any], *, cluster: bool = True) -> list[str]:
    """What stops where a role of deployments and one of pods have their rights already."""
    things: dict[str, dict[str, Any]] = {
        "one": {"type": token},
        "deploys": {"type": ENTRY, "inputs": {"principalArn": role(OWN)}},
        "scales": {"type": PODS, "inputs": {"roleArn": SCALER, "serviceAccount": "scaler", "namespace": "a"}},
    }
    if cluster:
        things["cluster"] = {"type": "aws:eks/cluster:Cluster"}
    lines = [{"do": "create", "thing": "one", "is": made}, *({"do": "same", "thing": name} for name in [*things][1:])]
    steps = [step for line in lines for step in steps_of(line, things)]
    found = gate(read_preview({"config": {"bailbondpro:environment": "production"}, "steps": steps}))
    return [one.rule for one in found.stopping if one.rule == "admits-more"]


def test_another_administrator_of_a_cluster_that_stands_stops_and_a_viewer_does_not() -> None:
    def rights(name: str, scope: str = "cluster") -> dict[str, Any]:
        policy = f"arn:aws:eks::aws:cluster-access-policy/{name}"
        return {"principalArn": role(OWN), "policyArn": policy, "accessScope": {"type": scope}}

    token = "aws:eks/accessPolicyAssociation:AccessPolicyAssociation"  # noqa: S105 - a type's name
    assert beside(token, rights("AmazonEKSClusterAdminPolicy")) == ["admits-more"]
    assert beside(token, rights("AmazonEKSClusterAdminPolicy"), cluster=False) == []
    assert beside(token, rights("AmazonEKSAdminPolicy", "namespace")) == []
    for reads in ("AmazonEKSEditPolicy", "AmazonEKSAdminViewPolicy", "AmazonEKSSecretReaderPolicy"):
        assert beside(token, rights(reads)) == ["admits-more"]
    assert beside(token, rights("AmazonEKSViewPolicy")) == []
    everywhere = {"accessScope": {"type": "namespace", "namespaces": ["*"]}}
    assert beside(token, rights("AmazonEKSEditPolicy") | everywhere) == ["admits-more"]


def test_pods_with_the_role_of_others_or_of_deployments_stop_and_with_one_of_their_own_do_not() -> None:
    def pods(arn: str, account: str = "app") -> dict[str, Any]:
        return {"roleArn": arn, "serviceAccount": account, "namespace": "b"}

    assert beside(PODS, pods(SCALER)) == ["admits-more"]
    assert beside(PODS, pods(role(OWN))) == ["admits-more"]
    assert beside(PODS, pods(SCALER, "scaler")) == []
    assert beside(PODS, pods(f"arn:aws:iam::{OWN}:role/app")) == []
    assert beside(PODS, pods(UNKNOWN)) == []


def test_an_authority_beside_others_stops_unless_the_same_update_makes_one() -> None:
    def bundle(*names: str) -> dict[str, Any]:
        marks = ("-----BEGIN CERTIFICATE-----", "-----END CERTIFICATE-----")
        return {"data": {"ca.crt": "".join(f"{marks[0]}\n{name}\n{marks[1]}\n" for name in names)}}

    def stops(*names: str, made: int) -> list[str]:
        things = {
            "bundle": {"type": "kubernetes:core/v1:ConfigMap"},
            "authority": {"type": "tls:index/selfSignedCert:SelfSignedCert"},
        }
        changed = {"do": "update", "thing": "bundle", "was": bundle("a", "b"), "is": bundle(*names)}
        lines = [changed, *({"do": "create", "thing": "authority", "name": f"authority-{n}"} for n in range(made))]
        steps = [step for line in lines for step in steps_of(line, things)]
        found = gate(read_preview({"config": {"bailbondpro:environment": "production"}, "steps": steps}))
        return [one.rule for one in found.stopping if one.rule == "weakened"]

    assert stops("a", "b", "c", made=0) == ["weakened"]
    assert stops("a", "b", "c", made=1) == []
    assert stops("a", "b", "c", "d", made=1) == ["weakened"]
    assert stops("b", "a", made=0) == []


def test_who_takes_a_new_role_is_told_with_what_is_asked_of_them() -> None:
    trust = {
        "Effect": "Allow",
        "Principal": {"Federated": f"arn:aws:iam::{OWN}:oidc-provider/tokens"},
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": {"StringLike": {"tokens:sub": "repo:others/a:*"}},
    }
    line = {"do": "create", "thing": "one", "is": {"assumeRolePolicy": json.dumps({"Statement": [trust]})}}
    steps = list(steps_of(line, {"one": {"type": "aws:iam/role:Role"}}))
    found = gate(read_preview({"config": {"bailbondpro:environment": "production"}, "steps": steps}))
    told = [one for one in found.findings if one.rule == "admits-more"]
    assert [(one.severity, "tokens:sub repo:others/a:*" in one.says) for one in told] == [("low", True)]


def role(account: str) -> str:
    return f"arn:aws:iam::{account}:role/deploy"


def policy(account: str, action: str) -> str:
    statement = {"Effect": "Allow", "Principal": {"AWS": role(account)}, "Action": action, "Resource": "*"}
    return json.dumps({"Statement": [statement]})


@pytest.mark.parametrize(
    ("token", "inputs"),
    [
        (
            "aws:eks/accessPolicyAssociation:AccessPolicyAssociation",
            lambda account: {"principalArn": role(account), "accessScope": {"type": "cluster"}},
        ),
        ("aws:eks/accessEntry:AccessEntry", lambda account: {"principalArn": role(account)}),
        ("aws:eks/podIdentityAssociation:PodIdentityAssociation", lambda account: {"roleArn": role(account)}),
        ("aws:iam/role:Role", lambda account: {"assumeRolePolicy": policy(account, "sts:AssumeRole")}),
        ("aws:s3/bucketPolicy:BucketPolicy", lambda account: {"policy": policy(account, "s3:GetObject")}),
        ("aws:sns/topicPolicy:TopicPolicy", lambda account: {"policy": policy(account, "sns:Publish")}),
    ],
)
def test_what_is_made_for_another_account_stops_and_for_its_own_does_not(token: str, inputs: Any) -> None:  # noqa: ANN401 - a function of the account
    assert stopped(token, inputs(OTHER)) == ["admits-more"]
    assert stopped(token, inputs(OWN)) == []
    assert stopped(token, inputs(OTHER), allowed="[]") == []


def test_an_entry_with_every_right_of_the_cluster_stops_in_its_own_account_too() -> None:
    inputs = {"principalArn": role(OWN), "kubernetesGroups": ["system:masters"]}
    assert stopped("aws:eks/accessEntry:AccessEntry", inputs) == ["admits-more"]
    assert stopped("aws:eks/accessEntry:AccessEntry", inputs | {"kubernetesGroups": ["viewers"]}) == []
