"""Nodes follow pods, and pods follow their load: the real scheduler binds, the real autoscaler controller counts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from components.cluster.operator_values import OF_A_ZONE
from sandbox.drill.cluster import Cluster
from sandbox.drill.metrics.comparison import compare
from sandbox.drill.metrics.handover import Operator
from sandbox.drill.metrics.handovers import both_ways
from sandbox.drill.metrics.scenarios import SCENARIOS
from sandbox.drill.metrics.server import Metrics
from sandbox.drill.nodes.autoscaler import NodeAutoscaler
from sandbox.drill.nodes.flags import flags_of
from sandbox.drill.nodes.fleet import BOOT_SECONDS, Fleet
from sandbox.kubernetes.api_server import install_definitions
from sandbox.kubernetes.tools import definitions
from tests.support.drilled import deployment
from tests.support.nodes import machines, zone_spread

if TYPE_CHECKING:
    from sandbox.drill.control_plane import ControlPlane

ZONES = ("us-east-1a", "us-east-1b", "us-east-1c")
FLAGS = flags_of(
    {
        "balance-similar-node-groups": True,
        **{f"balancing-ignore-label_{count}": label for count, label in enumerate(OF_A_ZONE, 1)},
        "expander": "least-waste",
        "skip-nodes-with-local-storage": False,
        "skip-nodes-with-system-pods": False,
        # The ten minutes of each take half a minute of a test.
        "scale-down-unneeded-time": "1m",
        "scale-down-delay-after-add": "1m",
    }
)
AT_MOST = 12 * BOOT_SECONDS
"""Simulated seconds to wait at most for what must come: on a busy machine everybody looks later, and time goes on."""
MOST_UNOWNED = 15.0
"""Seconds without an autoscaler: one sync period of the controller, so that none of its looks is missed for long."""
LEAST_LOOKS = 12
"""A look every 15 s; on a busy machine the controller comes to fewer."""
MOST_UNDECIDED = 3
"""Scenarios in which the controller may be late twice, on a busy machine: they say nothing."""


@pytest.fixture(scope="module")
def cluster(plane: ControlPlane) -> Cluster:
    return Cluster(plane.api, plane.clock)


def _ready(cluster: Cluster, count: int, seconds: float) -> bool:
    return cluster.clock.wait_until(lambda: len(cluster.ready_pods("default")) == count, seconds)


def test_nodes_come_in_the_zones_that_spread_pods_need_and_go_when_nobody_needs_them(cluster: Cluster) -> None:
    groups = [machines(f"app-{zone[-1]}", zone, least=0, most=3) for zone in ZONES]
    fleet = Fleet(cluster, cluster.clock, groups)
    scaler = NodeAutoscaler(cluster.api, cluster.clock, fleet, FLAGS)
    app = deployment("web", 6, cpu="900m", topologySpreadConstraints=zone_spread())
    scaler.start()
    try:
        cluster.apply([app])
        assert _ready(cluster, 6, AT_MOST), scaler.events
        assert sorted(pool.target for pool in fleet.pools.values()) == [1, 1, 1]
        first = next(event.at for event in scaler.events if event.kind == "registered")
        asked = next(event.at for event in scaler.events if event.kind == "grow")
        assert BOOT_SECONDS - 1 <= first - asked < 2 * BOOT_SECONDS

        fleet.lose_zone(ZONES[2], "refused")
        for name in fleet.nodes_in(ZONES[2]):
            fleet.end(name)
        cluster.apply([deployment("other", 1, cpu="1500m")])
        assert _ready(cluster, 7, AT_MOST), scaler.events
        assert "failed" in {event.kind for event in scaler.events if event.subject == "app-c"}
        assert fleet.pools["app-c"].target == 0

        for name in ("web", "other"):
            cluster.api.remove({**app, "metadata": {"name": name, "namespace": "default"}})
        assert cluster.clock.wait_until(lambda: not cluster.nodes(), AT_MOST), scaler.events
    finally:
        scaler.stop()
        for node in cluster.nodes():
            cluster.remove_node(node["metadata"]["name"])


def test_the_planners_scaler_decides_as_the_real_controller(plane: ControlPlane, cluster: Cluster) -> None:
    room = {"cpu": "400", "memory": "4000Gi", "pods": "1000"}
    cluster.add_node({"metadata": {"name": "wide"}, "status": {"capacity": room}})
    with Metrics(cluster.api, cluster.clock, plane.folder / "certificates") as metrics:
        found = compare(cluster, metrics, SCENARIOS)

    assert [item for item in found if item.differs] == []
    decided = [item for item in found if not item.problem and item.looks >= LEAST_LOOKS]
    assert len(found) - len(decided) <= MOST_UNDECIDED, [item for item in found if item not in decided]
    assert sum(len(item.real) for item in decided) > 2 * len(decided)


@pytest.fixture(scope="module")
def scaled_objects(plane: ControlPlane) -> None:
    """The cluster knows ScaledObjects."""
    found = [item for item in definitions(print) if item["metadata"]["name"] == "scaledobjects.keda.sh"]
    install_definitions(plane.api, found)


@pytest.mark.usefixtures("scaled_objects")
def test_scaling_goes_to_keda_and_back_without_losing_pods(plane: ControlPlane, cluster: Cluster) -> None:
    certificates = plane.folder / "certificates"
    with Operator(cluster) as operator, Metrics(cluster.api, cluster.clock, certificates) as metrics:
        to, at_once, back = both_ways(cluster, metrics)
    assert operator.error is None

    assert [item.least for item in (to, at_once, back)] == [5, 5, 5]
    assert (to.owner, to.said) == ("KEDA", "")
    assert 0 < to.without_owner < MOST_UNOWNED
    # KEDA's operator holds the metrics of the autoscaler that the update would like to write, and stays in charge.
    assert "conflict" in at_once.said
    assert (at_once.owner, at_once.without_owner) == ("KEDA", 0)
    assert (back.owner, back.said) == ("native", "")
    assert 0 < back.without_owner < MOST_UNOWNED
