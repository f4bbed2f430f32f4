from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from components.cluster.addons import AddonVersions
from components.cluster.cluster import Cluster, ClusterArgs
from components.cluster.kubeconfig import kubeconfig
from tests.support.recording import RecordedResource, Recording, record

DEPLOYER = "arn:aws:iam::000000000000:role/deploy"
ON_CALL = "arn:aws:iam::000000000000:role/ops/on-call"
ARGS = ClusterArgs(
    cluster_name="bailbondpro-test",
    version="1.35",
    subnet_ids=("subnet-a", "subnet-b", "subnet-c"),
    endpoint_public_access=False,
    public_access_cidrs=(),
    admin_principal_arns=(DEPLOYER,),
    key_arn="arn:aws:kms:us-east-1:000000000000:key/1",
    log_types=("audit", "api"),
    log_retention_days=90,
    deletion_protection=True,
    protect=True,
)
CREATE_ONLY = (
    "name",
    "roleArn",
    "kubernetesNetworkConfig",
    "bootstrapSelfManagedAddons",
    "encryptionConfig",
    "accessConfig",
)


def build(args: ClusterArgs = ARGS) -> Recording:
    def builder() -> dict[str, Any]:
        cluster = Cluster("cluster", args)
        return {
            "name": cluster.cluster_name,
            "sg": cluster.security_group_id,
            "kubeconfig": cluster.kubeconfig,
            "ca": cluster.certificate_authority_data,
            "endpoint": cluster.endpoint,
            "access": [resource.urn for resource in cluster.access],
            "prerequisites": [resource.urn for resource in cluster.node_prerequisites],
        }

    return record(builder)


def eks(recording: Recording) -> RecordedResource:
    return recording.one("aws:eks/cluster:Cluster")


def test_the_cluster_admits_through_access_entries_only() -> None:
    assert eks(build()).inputs["accessConfig"] == {
        "authenticationMode": "API",
        "bootstrapClusterCreatorAdminPermissions": False,
    }


def test_the_cluster_never_pays_for_extended_support() -> None:
    assert eks(build()).inputs["upgradePolicy"] == {"supportType": "STANDARD"}


def test_secrets_are_encrypted_with_the_given_key_and_the_role_may_use_it() -> None:
    recording = build()
    config = eks(recording).inputs["encryptionConfig"]
    assert config == {"provider": {"keyArn": ARGS.key_arn}, "resources": ["secrets"]}
    policy = json.loads(recording.one("aws:iam/rolePolicy:RolePolicy").inputs["policy"])
    assert policy["Statement"][0]["Resource"] == [ARGS.key_arn]


def test_the_log_group_expires_and_exists_before_the_cluster() -> None:
    recording = build()
    group = recording.one("aws:cloudwatch/logGroup:LogGroup")
    assert group.inputs["name"] == "/aws/eks/bailbondpro-test/cluster"
    assert group.inputs["retentionInDays"] == 90
    assert group.urn in eks(recording).dependencies


def test_the_permissions_of_the_role_outlive_the_cluster() -> None:
    recording = build()
    needed = {r.urn for r in recording if r.type.startswith("aws:iam/rolePolicy")}
    assert len(needed) == 2
    assert needed <= set(eks(recording).dependencies)


def test_the_private_endpoint_is_always_open_and_the_public_one_only_to_the_given_addresses() -> None:
    private = eks(build()).inputs["vpcConfig"]
    assert private["endpointPrivateAccess"] is True
    assert private["endpointPublicAccess"] is False
    assert "publicAccessCidrs" not in private
    public = eks(build(replace(ARGS, endpoint_public_access=True, public_access_cidrs=("203.0.113.0/24",)))).inputs
    assert public["vpcConfig"]["publicAccessCidrs"] == ["203.0.113.0/24"]


def test_every_administrator_has_an_entry_and_the_admin_policy() -> None:
    recording = build(replace(ARGS, admin_principal_arns=(DEPLOYER, ON_CALL)))
    entries = recording.of_type("aws:eks/accessEntry:AccessEntry")
    associations = recording.of_type("aws:eks/accessPolicyAssociation:AccessPolicyAssociation")
    assert {entry.inputs["principalArn"] for entry in entries} == {DEPLOYER, ON_CALL}
    assert {association.inputs["principalArn"] for association in associations} == {DEPLOYER, ON_CALL}
    assert all(a.inputs["policyArn"].endswith("AmazonEKSClusterAdminPolicy") for a in associations)
    assert all(a.inputs["accessScope"] == {"type": "cluster"} for a in associations)


def test_a_viewer_reads_everything_and_changes_nothing() -> None:
    recording = build(replace(ARGS, viewer_principal_arns=(ON_CALL,)))
    entry = next(e for e in recording.of_type("aws:eks/accessEntry:AccessEntry") if "viewer" in e.name)
    policies = recording.of_type("aws:eks/accessPolicyAssociation:AccessPolicyAssociation")
    assert entry.inputs["principalArn"] == ON_CALL
    assert "kubernetesGroups" not in entry.inputs
    held = [p.inputs["policyArn"].rsplit("/", 1)[-1] for p in policies if p.inputs["principalArn"] == ON_CALL]
    assert held == ["AmazonEKSAdminViewPolicy"]


def test_nothing_waits_for_a_viewer_and_nobody_elses_entry_moves() -> None:
    before, after = build(), build(replace(ARGS, viewer_principal_arns=(ON_CALL,)))
    assert before.result["access"] == after.result["access"]
    now = {r.urn: r.inputs for r in after}
    assert all(now[r.urn] == r.inputs for r in before)


def test_a_principal_is_administrator_or_viewer() -> None:
    with pytest.raises(ValueError, match="one entry per principal"):
        replace(ARGS, viewer_principal_arns=(DEPLOYER,))


def test_a_new_administrator_touches_nobody_elses_entry() -> None:
    before = {r.urn: r.inputs for r in build() if "access" in r.type}
    after = {r.urn: r.inputs for r in build(replace(ARGS, admin_principal_arns=(ON_CALL, DEPLOYER)))}
    assert len(before) == 2
    assert all(after[urn] == inputs for urn, inputs in before.items())


def test_two_principals_of_one_name_have_different_entries() -> None:
    twins = ("arn:aws:iam::000000000000:role/a/deploy", "arn:aws:iam::000000000000:role/b/deploy")
    recording = build(replace(ARGS, admin_principal_arns=twins))
    assert len({r.urn for r in recording.of_type("aws:eks/accessEntry:AccessEntry")}) == 2


def test_a_deployer_known_only_at_run_time_gets_an_entry_of_a_stable_name() -> None:
    recording = build(replace(ARGS, admin_principal_arns=(), deployer_principal_arn=ON_CALL))
    entry = recording.one("aws:eks/accessEntry:AccessEntry")
    assert (entry.name, entry.inputs["principalArn"]) == ("cluster-deployer", ON_CALL)


def test_access_lists_the_cluster_and_all_entries() -> None:
    recording = build()
    admitted = {r.urn for r in recording if r.type.startswith("aws:eks/access")} | {eks(recording).urn}
    assert set(recording.result["access"]) == admitted


def test_nodes_wait_for_networking_proxy_and_pod_identity() -> None:
    recording = build()
    addons = recording.of_type("aws:eks/addon:Addon")
    assert {addon.inputs["addonName"] for addon in addons} == {"vpc-cni", "kube-proxy", "eks-pod-identity-agent"}
    assert set(recording.result["prerequisites"]) == {addon.urn for addon in addons}


def test_the_cni_hands_out_prefixes_and_enforces_network_policies() -> None:
    addon = build().one("aws:eks/addon:Addon", "cluster-vpc-cni")
    assert json.loads(addon.inputs["configurationValues"]) == {
        "enableNetworkPolicy": "true",
        "env": {"ENABLE_PREFIX_DELEGATION": "true", "WARM_PREFIX_TARGET": "1"},
    }


def test_addon_versions_are_pinned_only_when_given() -> None:
    assert all("addonVersion" not in addon.inputs for addon in build().of_type("aws:eks/addon:Addon"))
    pinned = build(replace(ARGS, addon_versions=AddonVersions(kube_proxy="v1.35.0-eksbuild.2")))
    assert pinned.one("aws:eks/addon:Addon", "cluster-kube-proxy").inputs["addonVersion"] == "v1.35.0-eksbuild.2"


def test_the_kubeconfig_asks_for_a_token_every_time_and_holds_no_secret() -> None:
    recording = build()
    config = json.loads(recording.result["kubeconfig"])
    login = config["users"][0]["user"]["exec"]
    assert login["command"] == "aws"
    assert login["args"][:4] == ["eks", "get-token", "--cluster-name", "bailbondpro-test"]
    assert login["args"][login["args"].index("--region") + 1] == "us-east-1"
    assert config["clusters"][0]["cluster"] == {
        "server": recording.result["endpoint"],
        "certificate-authority-data": recording.result["ca"],
    }
    assert set(config["users"][0]["user"]) == {"exec"}


def test_the_kubeconfig_is_the_same_text_every_time() -> None:
    assert build().result["kubeconfig"] == build().result["kubeconfig"]
    arn = "arn:aws:eks:eu-west-1:000000000000:cluster/c"
    assert '"eu-west-1"' in kubeconfig(arn, "c", "https://example.test", "Y2E=")


def test_protection_and_deletion_protection_are_separate_locks() -> None:
    assert eks(build()).protect
    assert eks(build()).inputs["deletionProtection"] is True
    loose = eks(build(replace(ARGS, protect=False, deletion_protection=False)))
    assert not loose.protect
    assert loose.inputs["deletionProtection"] is False


def test_an_upgrade_and_other_settings_change_no_create_only_property() -> None:
    before = eks(build())
    after = eks(
        build(
            replace(
                ARGS,
                version="1.36",
                log_types=("audit",),
                log_retention_days=30,
                endpoint_public_access=True,
                public_access_cidrs=("203.0.113.0/24",),
                deletion_protection=False,
            )
        )
    )
    assert before.urn == after.urn
    for field in CREATE_ONLY:
        assert before.inputs[field] == after.inputs[field]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"version": "latest"}, "Kubernetes minor"),
        ({"version": "1.35.2"}, "Kubernetes minor"),
        ({"cluster_name": "BailBondPro"}, "lower-case"),
        ({"log_types": ("audits",)}, "log_types"),
        ({"log_retention_days": 91}, "log_retention_days"),
        ({"endpoint_public_access": True}, "needs public_access_cidrs"),
        ({"admin_principal_arns": ()}, "must name the deploying principal"),
        ({"admin_principal_arns": (DEPLOYER, DEPLOYER)}, "distinct"),
        ({"deployer_principal_arn": DEPLOYER}, "one entry per principal"),
        ({"admin_principal_arns": ("arn:aws:sts::000000000000:assumed-role/deploy/me",)}, "no IAM roles or users"),
    ],
)
def test_arguments_that_would_fail_late_are_refused_early(changes: dict[str, Any], reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        replace(ARGS, **changes)


def test_every_broken_argument_is_named_in_one_error() -> None:
    with pytest.raises(ValueError, match=r"Kubernetes minor.*deploying principal"):
        replace(ARGS, version="newest", admin_principal_arns=())
