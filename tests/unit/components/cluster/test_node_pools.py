from __future__ import annotations

import itertools
import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from components.cluster.node_groups import Undivided, shares
from components.cluster.node_pools import (
    SYSTEM_TAINT,
    Architecture,
    CapacityType,
    NodePool,
    NodePools,
    NodePoolsArgs,
)
from tests.support.recording import RecordedResource, Recording, record

APP = NodePool(name="app", instance_types=("m8g.large",), min_size=2, desired_size=3, max_size=5)
SYSTEM = NodePool(
    name="system", instance_types=("m8g.large",), min_size=2, desired_size=2, max_size=3, taints=(SYSTEM_TAINT,)
)
SPOT = NodePool(
    name="spot",
    instance_types=("m8g.xlarge", "m7g.xlarge", "m6g.xlarge"),
    min_size=0,
    desired_size=0,
    max_size=4,
    capacity_type=CapacityType.SPOT,
    labels={"workload": "batch"},
)
ARGS = NodePoolsArgs(
    prefix="bailbondpro-test",
    cluster_name="bailbondpro-test",
    cluster_version="1.35",
    subnet_ids={"a": "subnet-a", "b": "subnet-b", "c": "subnet-c"},
    pools=(SYSTEM, APP, SPOT),
    tags={"Project": "bailbondpro"},
)
CREATE_ONLY = (
    "clusterName",
    "nodeGroupName",
    "nodeGroupNamePrefix",
    "nodeRoleArn",
    "subnetIds",
    "instanceTypes",
    "amiType",
    "capacityType",
    "diskSize",
    "remoteAccess",
)
SIZES = st.lists(st.integers(1, 40), min_size=3, max_size=3).map(sorted)


def build(args: NodePoolsArgs = ARGS) -> Recording:
    def builder() -> dict[str, Any]:
        pools = NodePools("pools", args)
        return {
            "names": dict(pools.node_group_names),
            "role": pools.node_role_arn,
            "groups": [group.urn for group in pools.node_groups],
        }

    return record(builder)


def group(recording: Recording, name: str) -> RecordedResource:
    return recording.one("aws:eks/nodeGroup:NodeGroup", f"pools-{name}")


def names(recording: Recording) -> set[str]:
    return {item.name.removeprefix("pools-") for item in recording.of_type("aws:eks/nodeGroup:NodeGroup")}


def sizes_of(item: RecordedResource) -> tuple[int, int, int]:
    found = item.inputs["scalingConfig"]
    return found["minSize"], found["desiredSize"], found["maxSize"]


def template(recording: Recording, pool: str) -> RecordedResource:
    return recording.one("aws:ec2/launchTemplate:LaunchTemplate", f"pools-{pool}-template")


def test_an_on_demand_pool_holds_its_instance_type_in_the_launch_template_only() -> None:
    recording = build()
    assert template(recording, "app").inputs["instanceType"] == "m8g.large"
    assert "instanceTypes" not in group(recording, "app-a").inputs


def test_a_spot_pool_holds_its_instance_types_in_the_group_only() -> None:
    recording = build()
    assert group(recording, "spot-c").inputs["instanceTypes"] == ["m8g.xlarge", "m7g.xlarge", "m6g.xlarge"]
    assert "instanceType" not in template(recording, "spot").inputs


def test_no_group_has_a_fixed_name_or_a_disk_of_its_own() -> None:
    for node_group in build().of_type("aws:eks/nodeGroup:NodeGroup"):
        assert not {"nodeGroupName", "nodeGroupNamePrefix", "diskSize", "remoteAccess"} & node_group.inputs.keys()


def test_the_autoscaler_owns_the_desired_size() -> None:
    assert group(build(), "app-a").ignore_changes == ("scalingConfig.desiredSize",)


def test_for_one_update_the_desired_size_can_be_reset() -> None:
    recording = build(replace(ARGS, reset_desired=True))
    assert all(not g.ignore_changes for g in recording.of_type("aws:eks/nodeGroup:NodeGroup"))


def test_the_group_follows_the_latest_version_of_its_template() -> None:
    recording = build()
    for zone in "abc":
        found = group(recording, f"app-{zone}")
        assert found.inputs["launchTemplate"]["version"] == "1"
        assert template(recording, "app").urn in found.dependencies


def test_metadata_needs_a_token_and_stays_out_of_reach_of_pods() -> None:
    for launch in build().of_type("aws:ec2/launchTemplate:LaunchTemplate"):
        options = launch.inputs["metadataOptions"]
        assert (options["httpTokens"], options["httpPutResponseHopLimit"]) == ("required", 1)


def test_disks_are_encrypted_gp3_of_the_given_size() -> None:
    recording = build(replace(ARGS, pools=(replace(APP, disk_gib=80),)))
    (mapping,) = template(recording, "app").inputs["blockDeviceMappings"]
    assert mapping["deviceName"] == "/dev/xvda"
    assert mapping["ebs"]["encrypted"] == "true"
    assert (mapping["ebs"]["volumeType"], mapping["ebs"]["volumeSize"]) == ("gp3", 80)


def test_tags_reach_instances_volumes_and_interfaces() -> None:
    specifications = template(build(), "app").inputs["tagSpecifications"]
    assert {s["resourceType"] for s in specifications} == {"instance", "volume", "network-interface"}
    expected = {"Project": "bailbondpro", "Name": "bailbondpro-test-app"}
    assert all(s["tags"] == expected for s in specifications)


def test_eks_owns_image_and_user_data() -> None:
    for launch in build().of_type("aws:ec2/launchTemplate:LaunchTemplate"):
        assert not {"imageId", "userData", "keyName"} & launch.inputs.keys()


def test_nodes_carry_their_pools_name_as_a_label() -> None:
    recording = build()
    assert group(recording, "app-b").inputs["labels"] == {"pool": "app"}
    assert group(recording, "spot-c").inputs["labels"] == {"pool": "spot", "workload": "batch"}


def test_taints_reach_the_group_in_the_spelling_of_eks() -> None:
    taints = group(build(), "system-a").inputs["taints"]
    assert taints == [{"key": "CriticalAddonsOnly", "value": "true", "effect": "NO_SCHEDULE"}]


def test_sick_nodes_are_repaired_and_updates_drain_one_node_at_a_time() -> None:
    inputs = group(build(), "app-a").inputs
    assert inputs["nodeRepairConfig"] == {"enabled": True}
    assert inputs["updateConfig"] == {"maxUnavailable": 1}


def test_groups_wait_for_the_permissions_of_their_role() -> None:
    recording = build()
    attachments = {a.urn for a in recording.of_type("aws:iam/rolePolicyAttachment:RolePolicyAttachment")}
    assert len(attachments) == 3
    for node_group in recording.of_type("aws:eks/nodeGroup:NodeGroup"):
        assert attachments <= set(node_group.dependencies)


def test_the_role_trusts_instances_only() -> None:
    trust = json.loads(build().one("aws:iam/role:Role").inputs["assumeRolePolicy"])["Statement"][0]
    assert trust["Principal"] == {"Service": ["ec2.amazonaws.com"]}


def test_the_architecture_picks_the_machine_image() -> None:
    intel = NodePool(
        name="app",
        instance_types=("m7i.large",),
        min_size=1,
        desired_size=1,
        max_size=3,
        architecture=Architecture.X86_64,
    )
    assert group(build(), "app-a").inputs["amiType"] == "AL2023_ARM_64_STANDARD"
    assert group(build(replace(ARGS, pools=(intel,))), "app-a").inputs["amiType"] == "AL2023_x86_64_STANDARD"


def test_every_pool_has_a_group_in_each_zone_and_an_output_for_each() -> None:
    recording = build()
    wanted = {f"{pool}-{zone}" for pool in ("system", "app", "spot") for zone in "abc"}
    assert set(recording.result["names"]) == names(recording) == wanted
    assert len(recording.result["groups"]) == 9
    assert [group(recording, f"app-{zone}").inputs["subnetIds"] for zone in "abc"] == [
        ["subnet-a"], ["subnet-b"], ["subnet-c"]
    ]  # fmt: skip


def test_the_groups_of_a_pool_share_its_sizes_and_its_template() -> None:
    recording = build()
    assert [sizes_of(group(recording, f"app-{zone}")) for zone in "abc"] == [(1, 1, 2), (1, 1, 2), (0, 1, 1)]
    assert len(recording.of_type("aws:ec2/launchTemplate:LaunchTemplate")) == 3


def test_zones_change_one_after_the_other_and_pools_side_by_side() -> None:
    recording = build()
    groups = {item.urn: item.name for item in recording.of_type("aws:eks/nodeGroup:NodeGroup")}
    waits = {name: {groups[urn] for urn in group(recording, name).dependencies if urn in groups} for name in
             ("app-a", "app-b", "app-c", "spot-a")}  # fmt: skip
    assert waits == {"app-a": set(), "app-b": {"pools-app-a"}, "app-c": {"pools-app-a", "pools-app-b"}, "spot-a": set()}


@given(nodes=st.integers(0, 450), more=st.integers(0, 450), zones=st.integers(1, 6))
def test_shares_sum_up_differ_by_one_at_most_and_keep_their_order(nodes: int, more: int, zones: int) -> None:
    few, many = shares(nodes, zones), shares(nodes + more, zones)
    assert sum(few) == nodes
    assert max(few) - min(few) <= 1
    assert all(low <= high for low, high in zip(few, many, strict=True))


def test_a_stack_that_stays_undivided_keeps_its_group_and_nothing_else() -> None:
    recording = build(replace(ARGS, undivided=Undivided.ONLY))
    assert names(recording) == set(recording.result["names"]) == {"system", "app", "spot"}
    app = group(recording, "app")
    assert app.inputs["subnetIds"] == ["subnet-a", "subnet-b", "subnet-c"]
    assert sizes_of(app) == (2, 3, 5)
    assert app.inputs["taints"] == []


def test_a_group_that_is_kept_does_not_change_beside_those_of_the_zones() -> None:
    only, keep = (build(replace(ARGS, undivided=step)) for step in (Undivided.ONLY, Undivided.KEEP))
    assert group(keep, "app").inputs == group(only, "app").inputs
    assert set(group(keep, "app").dependencies) == set(group(only, "app").dependencies)
    assert names(keep) == names(only) | names(build())


def test_a_group_that_is_drained_takes_no_pods_once_the_others_run_and_may_be_empty() -> None:
    recording = build(replace(ARGS, undivided=Undivided.DRAIN))
    app = group(recording, "app")
    assert sizes_of(app) == (0, 3, 5)
    assert app.inputs["taints"] == [{"key": "undivided", "value": "true", "effect": "NO_SCHEDULE"}]
    assert {group(recording, f"app-{zone}").urn for zone in "abc"} <= set(app.dependencies)
    assert [taint["key"] for taint in group(recording, "system").inputs["taints"]] == [
        "CriticalAddonsOnly", "undivided"
    ]  # fmt: skip


def test_no_step_changes_what_the_steps_before_made() -> None:
    steps = [build(replace(ARGS, undivided=step)) for step in Undivided]
    for before, after in itertools.pairwise(steps[1:]):
        for name in names(build()):
            assert group(before, name).inputs == group(after, name).inputs
    assert len({template(step, "app").urn for step in steps}) == 1


@settings(max_examples=15, deadline=None)
@given(sizes=SIZES, kind=st.sampled_from(["t4g.large", "m8g.xlarge", "m8g.2xlarge"]), disk=st.integers(20, 500))
def test_a_pool_of_any_size_keeps_its_urn_and_every_create_only_property(
    sizes: list[int], kind: str, disk: int
) -> None:
    fewest, desired, most = sizes[0], sizes[1], max(sizes[2], 3)
    grown = replace(APP, instance_types=(kind,), min_size=fewest, desired_size=desired, max_size=most, disk_gib=disk)
    before = group(build(), "app-a")
    after = group(build(replace(ARGS, pools=(SYSTEM, grown, SPOT), cluster_version="1.36")), "app-a")
    assert before.urn == after.urn
    assert {f: before.inputs.get(f) for f in CREATE_ONLY} == {f: after.inputs.get(f) for f in CREATE_ONLY}
    assert before.inputs["launchTemplate"]["id"] == after.inputs["launchTemplate"]["id"]


def test_a_new_pool_leaves_the_others_alone() -> None:
    before = {resource.urn: resource.inputs for resource in build(replace(ARGS, pools=(APP,)))}
    after = {resource.urn: resource.inputs for resource in build()}
    assert all(after[urn] == inputs for urn, inputs in before.items() if "NodePools::" not in urn)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"name": "App"}, "name must be"),
        ({"instance_types": ()}, "exactly one instance type"),
        ({"instance_types": ("m8g.large", "m7g.large")}, "exactly one instance type"),
        ({"instance_types": ("large",)}, "no instance types"),
        ({"instance_types": ("m7i.large",)}, "do not run ARM64"),
        ({"architecture": Architecture.X86_64}, "do not run X86_64"),
        ({"min_size": 4}, "min 4 <= desired 3"),
        ({"desired_size": 6}, "desired 6 <= max 5"),
        ({"min_size": -1}, "0 <= min -1"),
        ({"min_size": 0, "desired_size": 0, "max_size": 0}, "max_size must be"),
        ({"disk_gib": 10}, "disk_gib"),
        ({"labels": {"pool": "other"}}, "holds the pool's name"),
    ],
)
def test_a_pool_that_cannot_start_is_refused(changes: dict[str, Any], reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        replace(APP, **changes)


@pytest.mark.parametrize(
    ("kind", "architecture"),
    [
        ("m8g.large", Architecture.ARM64),
        ("c7gn.2xlarge", Architecture.ARM64),
        ("im4gn.large", Architecture.ARM64),
        ("r8gd.metal-24xl", Architecture.ARM64),
        ("g5g.xlarge", Architecture.ARM64),
        ("g4dn.xlarge", Architecture.X86_64),
        ("m7i-flex.large", Architecture.X86_64),
        ("t3a.medium", Architecture.X86_64),
    ],
)
def test_the_processor_is_read_from_the_instance_type(kind: str, architecture: Architecture) -> None:
    pool = replace(APP, instance_types=(kind,), architecture=architecture)
    assert pool.instance_types == (kind,)


def test_spot_pools_take_up_to_twenty_types_and_each_once() -> None:
    with pytest.raises(ValueError, match="1 to 20"):
        replace(SPOT, instance_types=tuple(f"m{n}g.large" for n in range(21)))
    with pytest.raises(ValueError, match="distinct"):
        replace(SPOT, instance_types=("m8g.large", "m8g.large"))


def test_pools_of_one_name_are_refused() -> None:
    with pytest.raises(ValueError, match="distinct"):
        replace(ARGS, pools=(APP, APP))
    with pytest.raises(ValueError, match="at least one pool"):
        replace(ARGS, pools=())


def test_a_pool_without_a_node_for_each_zone_is_refused_unless_it_stays_undivided() -> None:
    small = replace(APP, max_size=2, desired_size=2)
    assert replace(ARGS, pools=(small,), undivided=Undivided.ONLY).pools == (small,)
    with pytest.raises(ValueError, match=r"\['app'\] need a max_size of 3 or more"):
        replace(ARGS, pools=(small,))


def test_a_pool_with_the_name_of_a_group_in_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="are names of groups in a zone"):
        replace(ARGS, pools=(APP, replace(APP, name="app-a")))


@pytest.mark.parametrize("subnets", [{}, {"us-east-1a": "subnet-a"}, {"A": "subnet-a"}])
def test_zones_without_a_short_key_are_refused(subnets: dict[str, str]) -> None:
    with pytest.raises(ValueError, match=r"at least one subnet|must be 1 to 4"):
        replace(ARGS, subnet_ids=subnets)
