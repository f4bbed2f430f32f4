"""The loop of the node autoscaler, on a cluster that only remembers."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from sandbox.drill.nodes.autoscaler import NodeAutoscaler
from sandbox.drill.nodes.flags import Flags
from sandbox.drill.nodes.fleet import Fleet
from sandbox.drill.nodes.world import TO_BE_DELETED
from tests.support.nodes import machines, pod

if TYPE_CHECKING:
    from planner.capacity.node_groups import NodeGroup

START = datetime(2026, 1, 1, tzinfo=UTC)
BOOT = 100.0
FLAGS = Flags(skip_nodes_with_local_storage=False, skip_nodes_with_system_pods=False)


class _Cluster:
    """Its nodes are ready at once, its pods go when they are evicted, and its time moves when it is told to."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self.objects: dict[str, list[dict[str, Any]]] = {}
        self.refuses = self.broken = False
        self.evicted: list[str] = []

    def seconds_at(self, moment: str) -> float:
        return (datetime.fromisoformat(moment) - START).total_seconds()

    def sleep(self, simulated_seconds: float) -> None:
        self.seconds += simulated_seconds

    def stamp(self) -> str:
        return (START + timedelta(seconds=self.seconds)).isoformat()

    def find(self, api_version: str, kind: str, namespace: str = "", selector: str = "") -> list[dict[str, Any]]:
        del api_version, namespace, selector
        if self.broken:
            raise ConnectionError
        return list(self.objects.get(kind, ()))

    def add_node(self, node: dict[str, Any]) -> None:
        self.create(node)

    def create(self, manifest: dict[str, Any]) -> None:
        manifest["metadata"]["creationTimestamp"] = self.stamp()
        if manifest["kind"] == "Node":
            ready = {"type": "Ready", "status": "True", "lastTransitionTime": self.stamp()}
            manifest["status"]["conditions"] = [ready]
        self.objects.setdefault(manifest["kind"], []).append(manifest)

    def remove_node(self, node: str) -> None:
        kept = [item for item in self.objects["Node"] if item["metadata"]["name"] != node]
        self.objects["Node"] = kept

    def patch(self, manifest: dict[str, Any], change: dict[str, Any], subresource: str = "") -> dict[str, Any]:
        assert manifest["kind"] == "Node"
        assert not subresource
        node = next(item for item in self.objects["Node"] if item["metadata"]["name"] == manifest["metadata"]["name"])
        node["spec"].update(change["spec"])
        return node

    def evict(self, found: dict[str, Any]) -> bool:
        if self.refuses:
            return False
        self.evicted.append(found["metadata"]["name"])
        self.objects["Pod"] = [item for item in self.objects["Pod"] if item["metadata"] != found["metadata"]]
        return True

    def add(self, found: dict[str, Any]) -> dict[str, Any]:
        self.create({"kind": "Pod", **found})
        return self.objects["Pod"][-1]

    def taints(self) -> list[str]:
        return [taint["key"] for item in self.objects["Node"] for taint in item["spec"].get("taints") or ()]


@pytest.fixture
def cluster() -> _Cluster:
    return _Cluster()


def _autoscaler(cluster: _Cluster, *groups: NodeGroup, flags: Flags = FLAGS) -> NodeAutoscaler:
    fleet = Fleet(cluster, cluster, groups, BOOT)
    fleet.begin()
    return NodeAutoscaler(cluster, cluster, fleet, flags)


def _run(scaler: NodeAutoscaler, cluster: _Cluster, seconds: float) -> list[tuple[str, str]]:
    """Let time pass, and say what has happened since."""
    seen, until = len(scaler.events), cluster.seconds + seconds
    while cluster.seconds < until:
        scaler.tick()
        cluster.sleep(1.0)
    return [(event.kind, event.subject) for event in scaler.events[seen:]]


def test_a_waiting_pod_gets_a_node_after_the_next_look_and_the_boot(cluster: _Cluster) -> None:
    scaler = _autoscaler(cluster, machines("app", "us-east-1a"))
    _run(scaler, cluster, 5)
    cluster.add(pod("p"))
    _run(scaler, cluster, 30)
    asked = [event for event in scaler.events if event.kind == "grow"]
    _run(scaler, cluster, BOOT)

    assert [event.at for event in asked] == [10.0]
    assert [event.at for event in scaler.events if event.kind == "registered"] == [110.0]
    assert len(cluster.objects["Node"]) == 1


def test_a_group_whose_zone_is_lost_fails_after_fifteen_minutes_and_its_neighbour_takes_over(
    cluster: _Cluster,
) -> None:
    scaler = _autoscaler(cluster, machines("a", "us-east-1a"), machines("b", "us-east-1b"))
    scaler.fleet.lose_zone("us-east-1a")
    cluster.add(pod("p"))

    assert _run(scaler, cluster, 30) == [("grow", "a")]
    assert _run(scaler, cluster, 900) == [("failed", "a"), ("grow", "b")]
    assert scaler.fleet.pools["a"].target == 0
    assert _run(scaler, cluster, BOOT)[-1][0] == "registered"


def test_a_refused_scale_up_fails_at_once(cluster: _Cluster) -> None:
    scaler = _autoscaler(cluster, machines("a", "us-east-1a"), machines("b", "us-east-1b"))
    scaler.fleet.lose_zone("us-east-1a", "refused")
    cluster.add(pod("p"))

    assert _run(scaler, cluster, 30) == [("grow", "a"), ("failed", "a"), ("grow", "b")]


def test_machines_that_a_lost_zone_owes_are_no_longer_waited_for_and_others_take_their_place(
    cluster: _Cluster,
) -> None:
    scaler = _autoscaler(cluster, machines("a", "us-east-1a", wanted=1), machines("b", "us-east-1b"))
    scaler.fleet.lose_zone("us-east-1a", "refused")
    cluster.add(pod("p"))
    scaler.fleet.end(cluster.objects["Node"][0]["metadata"]["name"])

    assert _run(scaler, cluster, 30) == [("failed", "a"), ("grow", "b")]


def test_a_group_that_must_have_nodes_that_do_not_come_fails_once_for_each_pause(cluster: _Cluster) -> None:
    scaler = _autoscaler(cluster, machines("a", "us-east-1a", least=1, wanted=1))
    scaler.fleet.lose_zone("us-east-1a", "refused")
    scaler.fleet.end(cluster.objects["Node"][0]["metadata"]["name"])

    _run(scaler, cluster, 950)

    assert [event.at for event in scaler.events] == [0.0, 300.0, 900.0]
    assert scaler.fleet.pools["a"].target == 1


def test_an_unneeded_node_is_emptied_and_ended(cluster: _Cluster) -> None:
    scaler = _autoscaler(cluster, machines("app", "us-east-1a", wanted=2))
    first, second = (item["metadata"]["name"] for item in cluster.objects["Node"])
    cluster.add(pod("p", cpu="100m", on=first))
    cluster.add(pod("q", cpu="1500m", on=second, app="other"))

    assert _run(scaler, cluster, 595) == []
    assert _run(scaler, cluster, 30) == [("drain", first), ("removed", first)]
    assert cluster.evicted == ["p"]
    assert [item["metadata"]["name"] for item in cluster.objects["Node"]] == [second]
    assert scaler.fleet.pools["app"].target == 1


def test_a_node_whose_pods_may_not_go_is_kept_and_takes_pods_again(cluster: _Cluster) -> None:
    scaler = _autoscaler(cluster, machines("app", "us-east-1a", wanted=2))
    first, second = (item["metadata"]["name"] for item in cluster.objects["Node"])
    cluster.add(pod("p", cpu="100m", on=first))
    cluster.add(pod("q", cpu="1500m", on=second, app="other"))
    cluster.refuses = True

    assert _run(scaler, cluster, 650) == [("drain", first)]
    assert cluster.taints() == [TO_BE_DELETED]
    assert _run(scaler, cluster, 100) == [("kept", first)]
    assert scaler.memory.last_failure == scaler.events[-1].at
    assert cluster.taints() == []
    assert _run(scaler, cluster, 250) == []


def test_a_pod_that_waits_for_a_preemption_gets_no_node(cluster: _Cluster) -> None:
    scaler = _autoscaler(cluster, machines("app", "us-east-1a", wanted=1))
    name = cluster.objects["Node"][0]["metadata"]["name"]
    waiting = cluster.add(pod("p", cpu="1900m"))
    waiting["status"]["nominatedNodeName"] = name
    cluster.add(pod("q", cpu="1900m", on=name, priority=-5, app="other"))

    assert _run(scaler, cluster, 30) == []


def test_pods_that_are_bound_to_a_volume_of_a_zone_get_a_node_there(cluster: _Cluster) -> None:
    scaler = _autoscaler(cluster, machines("a", "us-east-1a"), machines("b", "us-east-1b"))
    term = {"matchExpressions": [{"key": "topology.kubernetes.io/zone", "operator": "In", "values": ["us-east-1b"]}]}
    cluster.objects["PersistentVolume"] = [
        {"metadata": {"name": "v"}, "spec": {"nodeAffinity": {"required": {"nodeSelectorTerms": [term]}}}}
    ]
    cluster.objects["PersistentVolumeClaim"] = [
        {"metadata": {"name": "data", "namespace": "default"}, "spec": {"volumeName": "v"}}
    ]
    cluster.add(pod("p", volumes=[{"name": "data", "persistentVolumeClaim": {"claimName": "data"}}]))

    assert _run(scaler, cluster, 20) == [("grow", "b")]


def test_what_ends_the_thread_is_told_to_whoever_stops_it(cluster: _Cluster) -> None:
    scaler = _autoscaler(cluster, machines("app", "us-east-1a"))
    cluster.broken = True
    scaler.start()
    assert scaler._thread is not None
    scaler._thread.join(10)

    with pytest.raises(ConnectionError):
        scaler.stop()
