from __future__ import annotations

import json
from typing import Any

import pytest

from components.cluster.addons import (
    Addons,
    AddonsArgs,
    AddonVersions,
    PodIdentityRole,
    PodIdentityRoleArgs,
    node_addons,
    pod_trust,
)
from tests.support.recording import Recording, record

ADDON = "aws:eks/addon:Addon"
STATEMENT = '{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/*"}'
POLICY = f'{{"Version": "2012-10-17", "Statement": [{STATEMENT}]}}'
MANAGED = ("arn:aws:iam::aws:policy/A", "arn:aws:iam::aws:policy/B")
ROLE_ARGS = PodIdentityRoleArgs(
    cluster_name="bailbondpro-test", namespace="kube-system", service_account="cluster-autoscaler", policy_json=POLICY
)


def build_role(args: PodIdentityRoleArgs = ROLE_ARGS) -> Recording:
    def builder() -> dict[str, Any]:
        role = PodIdentityRole("autoscaler", args)
        return {"arn": role.role_arn, "name": role.role_name, "ready": [resource.urn for resource in role.ready]}

    return record(builder)


def build_addons(versions: AddonVersions | None = None) -> Recording:
    def builder() -> dict[str, Any]:
        import pulumi_aws as aws

        nodes = aws.eks.NodeGroup(
            "nodes",
            cluster_name="c",
            node_role_arn="arn:aws:iam::000000000000:role/nodes",
            subnet_ids=["subnet-a"],
            scaling_config={"min_size": 1, "max_size": 1, "desired_size": 1},
        )
        args = AddonsArgs(cluster_name="bailbondpro-test", versions=versions or AddonVersions(), nodes=(nodes,))
        return {"ready": [addon.urn for addon in Addons("addons", args).ready]}

    return record(builder)


def test_a_pods_role_is_bound_to_one_service_account_of_one_cluster() -> None:
    recording = build_role()
    association = recording.one("aws:eks/podIdentityAssociation:PodIdentityAssociation")
    assert association.inputs["namespace"] == "kube-system"
    assert association.inputs["serviceAccount"] == "cluster-autoscaler"
    assert association.inputs["roleArn"] == recording.result["arn"]
    trust = json.loads(recording.one("aws:iam/role:Role").inputs["assumeRolePolicy"])["Statement"][0]
    assert trust["Condition"]["StringEquals"] == {
        "aws:RequestTag/eks-cluster-name": ["bailbondpro-test"],
        "aws:RequestTag/kubernetes-namespace": ["kube-system"],
        "aws:RequestTag/kubernetes-service-account": ["cluster-autoscaler"],
    }


def test_the_trust_policy_names_the_pod_identity_service_and_lets_it_tag_the_session() -> None:
    trust = json.loads(pod_trust("c", "n", "s"))["Statement"][0]
    assert trust["Principal"] == {"Service": ["pods.eks.amazonaws.com"]}
    assert trust["Action"] == ["sts:AssumeRole", "sts:TagSession"]


def test_a_role_takes_a_document_and_managed_policies() -> None:
    both = PodIdentityRoleArgs(
        cluster_name="c", namespace="n", service_account="s", policy_json=POLICY, policy_arns=MANAGED
    )
    recording = build_role(both)
    attached = recording.of_type("aws:iam/rolePolicyAttachment:RolePolicyAttachment")
    assert sorted(attachment.inputs["policyArn"] for attachment in attached) == list(MANAGED)
    assert recording.one("aws:iam/rolePolicy:RolePolicy").inputs["policy"] == POLICY


def test_readiness_covers_the_association_and_every_permission() -> None:
    recording = build_role()
    wanted = {r.urn for r in recording if r.type.split(":")[1] in {"eks/podIdentityAssociation", "iam/rolePolicy"}}
    assert set(recording.result["ready"]) == wanted


@pytest.mark.parametrize(
    ("namespace", "service_account", "policy", "reason"),
    [
        ("", "s", POLICY, "namespace and a service account"),
        ("n", "", POLICY, "namespace and a service account"),
        ("n", "s", None, "policy_json or policy_arns"),
    ],
)
def test_a_role_without_owner_or_permissions_is_refused(
    namespace: str, service_account: str, policy: str | None, reason: str
) -> None:
    with pytest.raises(ValueError, match=reason):
        PodIdentityRoleArgs(cluster_name="c", namespace=namespace, service_account=service_account, policy_json=policy)


def test_the_addons_are_dns_metrics_volumes_and_node_health() -> None:
    names = [addon.inputs["addonName"] for addon in build_addons().of_type("aws:eks/addon:Addon")]
    assert sorted(names) == ["aws-ebs-csi-driver", "coredns", "eks-node-monitoring-agent", "metrics-server"]


def test_every_addon_waits_for_a_node_to_run_on() -> None:
    recording = build_addons()
    nodes = recording.one("aws:eks/nodeGroup:NodeGroup")
    assert all(nodes.urn in addon.dependencies for addon in recording.of_type("aws:eks/addon:Addon"))
    assert len(recording.result["ready"]) == 4


def test_the_volume_driver_gets_its_role_before_its_pods_start() -> None:
    recording = build_addons()
    association = recording.one("aws:eks/podIdentityAssociation:PodIdentityAssociation")
    assert association.inputs["serviceAccount"] == "ebs-csi-controller-sa"
    driver = recording.one("aws:eks/addon:Addon", "addons-aws-ebs-csi-driver")
    assert association.urn in driver.dependencies
    assert association.urn not in recording.one("aws:eks/addon:Addon", "addons-coredns").dependencies


def test_dns_grows_with_the_cluster_never_below_two_pods_and_never_stands_in_one_zone_alone() -> None:
    coredns = build_addons().one("aws:eks/addon:Addon", "addons-coredns")
    told = json.loads(coredns.inputs["configurationValues"])
    assert told["autoScaling"] == {"enabled": True, "maxReplicas": 10, "minReplicas": 2}
    spread = {item["topologyKey"]: item for item in told["topologySpreadConstraints"]}
    assert spread.keys() == {"kubernetes.io/hostname", "topology.kubernetes.io/zone"}
    for item in spread.values():
        assert item["whenUnsatisfiable"] == "DoNotSchedule"
        assert item["nodeTaintsPolicy"] == "Honor", "a drained node would hold replicas back"
        assert item["labelSelector"]["matchLabels"] == {"k8s-app": "kube-dns"}


def test_code_wins_over_what_was_changed_in_the_cluster() -> None:
    for addon in build_addons().of_type("aws:eks/addon:Addon"):
        assert addon.inputs["resolveConflictsOnCreate"] == "OVERWRITE"
        assert addon.inputs["resolveConflictsOnUpdate"] == "OVERWRITE"


def test_a_pinned_version_reaches_its_addon_and_no_other() -> None:
    recording = build_addons(AddonVersions(metrics_server="v0.8.0-eksbuild.1"))
    pinned = {a.inputs["addonName"]: a.inputs.get("addonVersion") for a in recording.of_type("aws:eks/addon:Addon")}
    assert pinned.pop("metrics-server") == "v0.8.0-eksbuild.1"
    assert set(pinned.values()) == {None}


def test_versions_change_nothing_but_versions() -> None:
    plain, pinned = build_addons(), build_addons(AddonVersions(coredns="v1.12.0-eksbuild.1"))
    assert {addon.urn for addon in plain} == {addon.urn for addon in pinned}


def test_configuration_values_are_the_same_text_every_time() -> None:
    assert node_addons(AddonVersions()) == node_addons(AddonVersions())


def test_container_insights_run_with_a_role_of_their_own_and_only_on_request() -> None:
    def addons(*, wanted: bool) -> Recording:
        return record(lambda: Addons("addons", AddonsArgs(cluster_name="c", container_insights=wanted)))

    name = "amazon-cloudwatch-observability"
    assert name not in {item.inputs["addonName"] for item in addons(wanted=False).of_type(ADDON)}
    recording = addons(wanted=True)
    (agent,) = [item for item in recording.of_type(ADDON) if item.inputs["addonName"] == name]
    (association,) = [
        item
        for item in recording.of_type("aws:eks/podIdentityAssociation:PodIdentityAssociation")
        if item.inputs["serviceAccount"] == "cloudwatch-agent"
    ]
    assert association.inputs["namespace"] == "amazon-cloudwatch"
    assert association.urn in agent.dependencies
