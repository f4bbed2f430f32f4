from __future__ import annotations

import json
from typing import Any

from components.cluster.operator_access import OperatorAccess, OperatorAccessArgs
from tests.support.recording import Recording, record

GROUPS = (
    "arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/https/1",
    "arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/http/2",
)
KEY = "arn:aws:kms:us-east-1:123456789012:key/1"
TOPIC = "arn:aws:sns:us-east-1:123456789012:alerts"
ASSOCIATION = "aws:eks/podIdentityAssociation:PodIdentityAssociation"
READS = ("Describe", "GetInstanceTypesFromInstanceRequirements", "GetMetricData", "ListMetrics")


def recorded(*, topic: str | None = TOPIC, grafana: bool = True) -> Recording:
    def build() -> dict[str, object]:
        args = OperatorAccessArgs(
            cluster_name="bailbondpro-dev",
            target_group_arns=GROUPS,
            key_arn=KEY,
            alert_topic_arn=topic,
            grafana=grafana,
        )
        return {"ready": [resource.urn for resource in OperatorAccess("operator-access", args).ready]}

    return record(build)


def statements(recording: Recording) -> list[dict[str, Any]]:
    policies = [resource.inputs["policy"] for resource in recording.of_type("aws:iam/rolePolicy:RolePolicy")]
    assert policies
    return [statement for policy in policies for statement in json.loads(policy)["Statement"]]


def allowing(recording: Recording, action: str) -> list[dict[str, Any]]:
    return [statement for statement in statements(recording) if action in statement["Action"]]


def as_list(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value


def test_every_operator_has_a_role_bound_to_its_own_service_account() -> None:
    bound = {
        (association.inputs["namespace"], association.inputs["serviceAccount"])
        for association in recorded().of_type(ASSOCIATION)
    }
    assert len(bound) == 4
    assert {resource.inputs["clusterName"] for resource in recorded().of_type(ASSOCIATION)} == {"bailbondpro-dev"}


def test_without_an_alert_topic_nobody_may_publish() -> None:
    recording = recorded(topic=None)
    assert len(recording.of_type(ASSOCIATION)) == 3
    assert allowing(recording, "sns:Publish") == []


def test_pods_are_registered_in_the_platforms_target_groups_only() -> None:
    (statement,) = allowing(recorded(), "elasticloadbalancing:RegisterTargets")
    assert sorted(as_list(statement["Resource"])) == sorted(GROUPS)


def test_the_autoscaler_changes_groups_of_its_own_cluster_only() -> None:
    (statement,) = allowing(recorded(), "autoscaling:SetDesiredCapacity")
    tag = "aws:ResourceTag/k8s.io/cluster-autoscaler/bailbondpro-dev"
    assert statement["Condition"]["StringEquals"] == {tag: ["owned"]}


def test_alerts_reach_one_topic_through_its_key() -> None:
    (publish,) = allowing(recorded(), "sns:Publish")
    assert as_list(publish["Resource"]) == [TOPIC]
    (encrypt,) = allowing(recorded(), "kms:Decrypt")
    assert as_list(encrypt["Resource"]) == [KEY]


def test_whatever_is_allowed_everywhere_only_reads_or_is_bound_to_a_tag() -> None:
    for statement in statements(recorded()):
        if as_list(statement["Resource"]) == ["*"] and "Condition" not in statement:
            actions = [action.split(":")[1] for action in as_list(statement["Action"])]
            assert [action for action in actions if not action.startswith(READS)] == []


def test_readiness_covers_every_association() -> None:
    recording = recorded()
    assert {association.urn for association in recording.of_type(ASSOCIATION)} <= set(recording.result["ready"])


def test_grafana_reads_metrics_and_nothing_else_and_only_where_it_runs() -> None:
    (statement,) = allowing(recorded(), "cloudwatch:GetMetricData")
    assert sorted(statement["Action"]) == ["cloudwatch:GetMetricData", "cloudwatch:ListMetrics"]
    assert allowing(recorded(grafana=False), "cloudwatch:GetMetricData") == []
