"""Machines behind node groups."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from planner.capacity.node_groups import NodeGroup, Taint
from sandbox.drill.nodes.fleet import Fleet
from sandbox.kubernetes.api import ApiError
from tests.support.nodes import machines

BOOT = 100.0


def _group(name: str = "app", zones: str = "abc", **sizes: int) -> NodeGroup:
    return machines(
        name,
        *(f"eu-central-1{zone}" for zone in zones),
        **sizes,
        capacity_type="SPOT",
        labels=(("pool", name),),
        taints=(Taint(key="spot", value="true", effect="NoSchedule"),),
    )


class _Cluster:
    def __init__(self) -> None:
        self.nodes: dict[str, dict[str, Any]] = {}
        self.seconds = 0.0

    def add_node(self, node: dict[str, Any]) -> None:
        assert node["metadata"]["name"] not in self.nodes
        self.nodes[node["metadata"]["name"]] = node

    def remove_node(self, node: str) -> None:
        if node not in self.nodes:
            raise ApiError(404, "not found")
        del self.nodes[node]

    def zones(self) -> Counter[str]:
        return Counter(node["metadata"]["labels"]["topology.kubernetes.io/zone"][-1] for node in self.nodes.values())


@pytest.fixture
def cluster() -> _Cluster:
    return _Cluster()


def _fleet(cluster: _Cluster, *groups: NodeGroup) -> Fleet:
    return Fleet(cluster, cluster, groups, BOOT)


def test_a_group_begins_with_its_wanted_nodes_evenly_over_its_zones(cluster: _Cluster) -> None:
    _fleet(cluster, _group(wanted=4)).begin()

    assert cluster.zones() == {"a": 2, "b": 1, "c": 1}


def test_a_node_says_of_itself_what_its_group_and_its_machine_are(cluster: _Cluster) -> None:
    (name,) = _fleet(cluster, _group(wanted=1)).begin()
    node = cluster.nodes[name]

    assert name.endswith(".eu-central-1.compute.internal")
    labels = node["metadata"]["labels"]
    assert labels["kubernetes.io/hostname"] == name
    assert labels["topology.kubernetes.io/zone"] == "eu-central-1a"
    assert labels["eks.amazonaws.com/capacityType"] == "SPOT"
    assert labels["eks.amazonaws.com/nodegroup"] == labels["pool"] == "app"
    assert labels["kubernetes.io/arch"] == "arm64"
    assert node["spec"]["taints"] == [{"key": "spot", "value": "true", "effect": "NoSchedule"}]
    assert node["status"]["capacity"] == {
        "cpu": "2",
        "memory": "8192Mi",
        "ephemeral-storage": "50Gi",
        "pods": "110",
    }
    assert node["status"]["allocatable"]["cpu"] == "1930m"


def test_a_machine_that_is_asked_for_registers_after_its_boot(cluster: _Cluster) -> None:
    fleet = _fleet(cluster, _group())
    fleet.resize("app", 2)
    cluster.seconds = BOOT - 1
    assert fleet.step() == []

    cluster.seconds = BOOT
    assert len(fleet.step()) == len(cluster.nodes) == 2
    assert fleet.step() == []


def test_machines_on_their_way_are_given_up_first(cluster: _Cluster) -> None:
    fleet = _fleet(cluster, _group(wanted=1))
    fleet.begin()
    fleet.resize("app", 3)
    fleet.resize("app", 1)
    cluster.seconds = 10 * BOOT
    fleet.step()

    assert len(cluster.nodes) == 1


def test_a_size_outside_of_the_bounds_is_refused(cluster: _Cluster) -> None:
    fleet = _fleet(cluster, _group(least=1, most=3))

    with pytest.raises(ValueError, match="app has 1 to 3 nodes, not 4"):
        fleet.resize("app", 4)


def test_a_node_that_is_terminated_is_not_replaced_and_one_that_is_lost_is(cluster: _Cluster) -> None:
    fleet = _fleet(cluster, _group(wanted=3))
    names = fleet.begin()
    fleet.terminate(names[0])
    fleet.end(names[1])
    cluster.seconds = 10 * BOOT
    fleet.step()
    cluster.seconds = 20 * BOOT
    fleet.step()

    assert fleet.pools["app"].target == len(cluster.nodes) == 2
    assert not set(names[:2]) & cluster.nodes.keys()


def test_a_group_of_several_zones_avoids_a_lost_one(cluster: _Cluster) -> None:
    fleet = _fleet(cluster, _group())
    fleet.lose_zone("eu-central-1a")
    fleet.resize("app", 4)
    cluster.seconds = BOOT
    fleet.step()

    assert cluster.zones() == {"b": 2, "c": 2}


def test_a_group_of_a_lost_zone_waits_in_vain_until_the_zone_is_back(cluster: _Cluster) -> None:
    fleet = _fleet(cluster, _group(zones="a"))
    fleet.lose_zone("eu-central-1a")
    fleet.resize("app", 1)
    cluster.seconds = 1e6
    assert fleet.step() == []

    fleet.regain_zone("eu-central-1a")
    cluster.seconds += BOOT
    assert len(fleet.step()) == 1


def test_machines_on_their_way_into_a_zone_are_lost_with_it(cluster: _Cluster) -> None:
    fleet = _fleet(cluster, _group(zones="ab"))
    fleet.resize("app", 2)
    fleet.lose_zone("eu-central-1a")
    cluster.seconds = BOOT
    fleet.step()
    cluster.seconds = 2 * BOOT
    fleet.step()

    assert cluster.zones() == {"b": 2}


def test_a_machine_that_is_refused_is_overdue_once_its_time_has_passed_and_no_longer_when_it_may_come(
    cluster: _Cluster,
) -> None:
    fleet = _fleet(cluster, _group(zones="a", wanted=2))
    fleet.lose_zone("eu-central-1a", "refused")
    fleet.step()
    cluster.seconds = 299.0
    fleet.step()
    assert fleet.pools["app"].overdue(cluster.seconds, 300.0) == 0
    cluster.seconds = 300.0
    assert fleet.pools["app"].overdue(cluster.seconds, 300.0) == 2
    fleet.regain_zone("eu-central-1a")
    fleet.step()
    assert fleet.pools["app"].overdue(cluster.seconds, 300.0) == 0


def test_a_refused_launch_is_seen_and_not_tried_at_every_step(cluster: _Cluster) -> None:
    fleet = _fleet(cluster, _group(zones="a"))
    fleet.lose_zone("eu-central-1a", "refused")
    fleet.resize("app", 2)
    fleet.step()
    cluster.seconds = 60.0
    fleet.step()

    assert fleet.pools["app"].refused == [0.0, 60.0]


def test_a_node_that_is_gone_already_may_be_ended(cluster: _Cluster) -> None:
    fleet = _fleet(cluster, _group(wanted=1))
    (name,) = fleet.begin()
    cluster.nodes.clear()
    fleet.end(name)
    cluster.seconds = BOOT
    fleet.step()

    assert fleet.pools["app"].launches


def test_names_are_unique_over_groups_zones_and_replacements(cluster: _Cluster) -> None:
    fleet = _fleet(cluster, _group("one", wanted=9), _group("two", wanted=9))
    for name in fleet.begin():
        fleet.end(name)
    cluster.seconds = BOOT
    fleet.step()
    cluster.seconds = 2 * BOOT

    assert len(fleet.step()) == len(cluster.nodes) == 18


def test_the_nodes_of_a_zone_are_known(cluster: _Cluster) -> None:
    fleet = _fleet(cluster, _group(wanted=4))
    names = fleet.begin()

    assert fleet.nodes_in("eu-central-1a") == [names[0], names[3]]
