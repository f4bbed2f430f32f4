"""Node groups as a plan has them, and what their nodes leave to pods."""

from __future__ import annotations

from typing import Any

import pytest

from bailbondpro.facts.instance_classes import instance_class
from bailbondpro.facts.nodes import allocatable, interface_pods, kubelet_reserved
from plan import Plan, PlannedResource
from plan.tokens import ADDON, LAUNCH_TEMPLATE, NODE_GROUP, SUBNET
from planner.capacity.node_groups import NodeGroupError, node_groups
from planner.plan_values import UNKNOWN


def _item(kind: str, name: str, inputs: dict[str, Any], *needs: str) -> PlannedResource:
    return PlannedResource(urn=name, type=kind, name=name, op="create", inputs=inputs, dependencies=needs)


def _plan(template: dict[str, Any] | None = None, *, settings: str = "", zones: str = "ba", **group: Any) -> Plan:  # noqa: ANN401 - inputs of a plan are JSON
    subnets = [_item(SUBNET, f"subnet-{zone}", {"availabilityZone": f"us-east-1{zone}"}) for zone in zones]
    inputs = {
        "nodeGroupName": "app-1",
        "region": "us-east-1",
        "scalingConfig": {"minSize": 1, "desiredSize": 2, "maxSize": 5},
        "labels": {"pool": "app"},
        "taints": [{"key": "spot", "value": "true", "effect": "NO_SCHEDULE"}],
        **group,
    }
    needs = [item.urn for item in subnets]
    return Plan(
        (
            *subnets,
            _item(LAUNCH_TEMPLATE, "template", {"instanceType": "m8g.large"} if template is None else template),
            _item(NODE_GROUP, "group", inputs, "template", *needs),
            _item(ADDON, "cni", {"addonName": "vpc-cni", "configurationValues": settings}),
        )
    )


PREFIXES = '{"env": {"ENABLE_PREFIX_DELEGATION": "true"}}'


def test_a_group_is_read_with_its_bounds_zones_labels_and_taints() -> None:
    (found,) = node_groups(_plan(settings=PREFIXES, capacityType="SPOT", version="1.35"))

    assert (found.name, found.least, found.wanted, found.most) == ("group", 1, 2, 5)
    assert found.zones == ("us-east-1a", "us-east-1b")
    assert found.labels == (("pool", "app"),)
    assert [(taint.key, taint.value, taint.effect) for taint in found.taints] == [("spot", "true", "NoSchedule")]
    assert (found.instance, found.arch, found.capacity_type, found.version) == ("m8g.large", "arm64", "SPOT", "1.35")


@pytest.mark.parametrize(("settings", "pods"), [(PREFIXES, 110), ("", 29), ("{", 29), ('{"env": {}}', 29)])
def test_prefixes_decide_how_many_pods_a_node_takes(settings: str, pods: int) -> None:
    assert node_groups(_plan(settings=settings))[0].room.pods == pods


def test_of_several_types_the_one_with_the_least_room_counts() -> None:
    (found,) = node_groups(_plan({}, instanceTypes=["m8g.xlarge", "c8g.xlarge", "r8g.xlarge"]))

    assert found.instance == "c8g.xlarge"


def test_the_disk_is_that_of_the_template_or_of_the_group_or_the_default() -> None:
    volume = {"instanceType": "m8g.large", "blockDeviceMappings": [{"ebs": {"volumeSize": 80}}]}

    assert node_groups(_plan(volume))[0].disk_gib == 80
    assert node_groups(_plan(diskSize=60))[0].disk_gib == 60
    assert node_groups(_plan())[0].disk_gib == 20


def test_a_type_that_is_not_known_and_a_missing_zone_are_named() -> None:
    with pytest.raises(NodeGroupError, match=r"group: the size of instance type p9\.huge is not known"):
        node_groups(_plan({"instanceType": "p9.huge"}))
    with pytest.raises(NodeGroupError, match=r"group: the size of instance type \(not known yet\) is not known"):
        node_groups(_plan({"instanceType": UNKNOWN}))
    with pytest.raises(NodeGroupError, match="none of its subnets names an availability zone"):
        node_groups(_plan(zones=""))


def test_a_class_of_a_database_is_no_instance_type() -> None:
    with pytest.raises(NodeGroupError, match=r"db\.m7g\.large"):
        node_groups(_plan({"instanceType": "db.m7g.large"}))


def test_reservations_are_those_of_the_image() -> None:
    assert kubelet_reserved(2).cpu_millicores == 70
    assert kubelet_reserved(8).cpu_millicores == 90
    assert kubelet_reserved(2, 29).memory_mib == 255 + 11 * 29 + 100
    assert interface_pods(3, 10) == 29


def test_a_node_leaves_no_more_memory_than_either_way_of_reserving_it() -> None:
    small, large = allocatable(2, 8192, 50, 110, 29), allocatable(8, 32768, 50, 110, 58)

    assert small.memory_mib == 8192 - (255 + 11 * 110 + 100)
    assert large.memory_mib == int(32768 * 0.925 - (255 + 11 * 58 + 100))
    assert small.disk_mib == 44 * 1024


def test_every_instance_type_takes_more_pods_with_prefixes_or_as_many() -> None:
    assert instance_class("ec2", "t4g.medium").interface_pods == 17
    assert instance_class("ec2", "m8g.2xlarge").interface_pods == 58
