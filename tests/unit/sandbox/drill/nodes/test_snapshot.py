"""What keeps a pod off a node."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.drill.nodes.snapshot import Snapshot
from tests.support.nodes import ZONES, node, pod, zone_spread

REQUIRED = "requiredDuringSchedulingIgnoredDuringExecution"


def _why(waiting: dict[str, Any], *nodes: dict[str, Any], pods: tuple[dict[str, Any], ...] = (), **more: Any) -> str:  # noqa: ANN401 - parts of a manifest
    snapshot = Snapshot.of(nodes, pods, **more)
    return snapshot.objection(waiting, snapshot.seats[nodes[0]["metadata"]["name"]])


def test_a_pod_fits_where_nothing_speaks_against_it() -> None:
    assert _why(pod("p"), node("n")) == ""


@pytest.mark.parametrize(
    ("wanted", "short"),
    [({"cpu": "1600m"}, "cpu"), ({"memory": "8Gi"}, "memory")],
)
def test_a_full_node_takes_no_more(wanted: dict[str, str], short: str) -> None:
    assert _why(pod("p", **wanted), node("n"), pods=(pod("q", on="n"),)) == f"too little {short}"


def test_a_node_takes_only_so_many_pods() -> None:
    crowded = node("n")
    crowded["status"]["allocatable"]["pods"] = "1"

    assert _why(pod("p", cpu="1m"), crowded, pods=(pod("q", cpu="1m", on="n"),)) == "too little pods"


def test_a_resource_that_a_node_does_not_have_is_too_little_of_it() -> None:
    wanted = pod("p")
    wanted["spec"]["containers"][0]["resources"]["requests"]["example.com/gpu"] = "1"

    assert _why(wanted, node("n")) == "too little example.com/gpu"


def test_a_node_selector_and_required_affinity_are_held() -> None:
    term = {"matchExpressions": [{"key": "pool", "operator": "In", "values": ["app", "web"]}]}
    affinity = {"nodeAffinity": {REQUIRED: {"nodeSelectorTerms": [term]}}}

    assert _why(pod("p", nodeSelector={"pool": "app"}), node("n")) == "node selector or affinity"
    assert _why(pod("p", affinity=affinity), node("n")) == "node selector or affinity"
    assert _why(pod("p", affinity=affinity), node("n", labels={"pool": "web"})) == ""


def test_a_term_without_requirements_matches_no_node() -> None:
    affinity: dict[str, Any] = {"nodeAffinity": {REQUIRED: {"nodeSelectorTerms": [{}]}}}

    assert _why(pod("p", affinity=affinity), node("n")) == "node selector or affinity"


@pytest.mark.parametrize(
    ("toleration", "fits"),
    [
        ({"key": "spot", "operator": "Exists"}, True),
        ({"operator": "Exists"}, True),
        ({"key": "spot", "value": "true"}, True),
        ({"key": "spot", "value": "false"}, False),
        ({"key": "spot", "operator": "Exists", "effect": "NoExecute"}, False),
        ({"key": "other", "operator": "Exists"}, False),
    ],
)
def test_a_taint_needs_a_toleration_of_its_key_value_and_effect(toleration: dict[str, str], fits: bool) -> None:
    tainted = node("n", taints=[{"key": "spot", "value": "true", "effect": "NoSchedule"}])

    assert (_why(pod("p", tolerations=[toleration]), tainted) == "") is fits


def test_a_soft_taint_keeps_nobody_away_and_a_cordon_everybody() -> None:
    soft = node("n", taints=[{"key": "spot", "value": "true", "effect": "PreferNoSchedule"}])

    assert _why(pod("p"), soft) == ""
    assert _why(pod("p"), node("n", unschedulable=True)) == "taint"


def test_two_pods_do_not_share_a_port_of_their_node() -> None:
    def listening(name: str, on: str = "") -> dict[str, Any]:
        found = pod(name, on=on)
        found["spec"]["containers"][0]["ports"] = [{"containerPort": 80, "hostPort": 80}]
        return found

    assert _why(listening("p"), node("n"), pods=(listening("q", "n"),)) == "host port"


def test_a_volume_keeps_its_pod_in_its_zone() -> None:
    claim = {"name": "data", "persistentVolumeClaim": {"claimName": "data"}}
    term = {"matchExpressions": [{"key": "topology.kubernetes.io/zone", "operator": "In", "values": ["b"]}]}
    volumes = {"default/data": {"nodeSelectorTerms": [term]}}

    assert _why(pod("p", volumes=[claim]), node("n", "a"), volumes=volumes) == "volume"
    assert _why(pod("p", volumes=[claim]), node("n", "b"), volumes=volumes) == ""


def test_a_zone_that_is_lost_still_counts_as_empty_unless_taints_are_honoured() -> None:
    lost = [{"key": "node.kubernetes.io/unreachable", "effect": "NoSchedule"}]
    nodes = (node("n-a", "a"), node("n-b", "b"), node("n-c", "c", taints=lost))
    running = (pod("q1", on="n-a"), pod("q2", on="n-b"))

    counted = pod("p", topologySpreadConstraints=zone_spread())
    honoured = pod("p", topologySpreadConstraints=zone_spread(nodeTaintsPolicy="Honor"))

    assert _why(counted, *nodes, pods=running) == "topology spread"
    assert _why(honoured, *nodes, pods=running) == ""


def test_only_pods_of_the_same_revision_count_where_the_spread_says_so() -> None:
    nodes = tuple(node(f"n-{zone}", zone) for zone in ZONES)
    old = pod("q", on="n-a")
    old["metadata"]["labels"]["pod-template-hash"] = "1"
    new = pod("p", topologySpreadConstraints=zone_spread(matchLabelKeys=["pod-template-hash"]))
    new["metadata"]["labels"]["pod-template-hash"] = "2"

    assert _why(new, *nodes, pods=(old,)) == ""


def test_fewer_domains_than_wanted_count_as_an_empty_one() -> None:
    spread = zone_spread(minDomains=3)

    assert _why(pod("p", topologySpreadConstraints=spread), node("n-a"), pods=(pod("q", on="n-a"),)) == (
        "topology spread"
    )


def test_a_node_without_the_label_of_the_topology_takes_no_pod_that_is_spread_over_it() -> None:
    bare = node("n")
    del bare["metadata"]["labels"]["topology.kubernetes.io/zone"]

    assert _why(pod("p", topologySpreadConstraints=zone_spread()), bare) == "topology spread"


def _anti(app: str) -> dict[str, Any]:
    term = {"topologyKey": "kubernetes.io/hostname", "labelSelector": {"matchLabels": {"app": app}}}
    return {"podAntiAffinity": {REQUIRED: [term]}}


def test_anti_affinity_holds_in_both_directions() -> None:
    shy = pod("q", on="n", app="shy", affinity=_anti("web"))

    assert _why(pod("p", affinity=_anti("shy")), node("n"), pods=(shy,)) == "anti-affinity"
    assert _why(pod("p"), node("n"), pods=(shy,)) == "anti-affinity of another pod"
    assert _why(pod("p", namespace="elsewhere"), node("n"), pods=(shy,)) == ""


def test_required_affinity_wants_a_friend_and_the_first_pod_of_all_may_start_alone() -> None:
    term = {"topologyKey": "kubernetes.io/hostname", "labelSelector": {"matchLabels": {"app": "web"}}}
    affinity = {"podAffinity": {REQUIRED: [term]}}

    assert _why(pod("p", app="web", affinity=affinity), node("n")) == ""
    assert _why(pod("p", app="other", affinity=affinity), node("n")) == "affinity"
    assert _why(pod("p", app="other", affinity=affinity), node("n"), pods=(pod("q", on="n"),)) == ""


def test_a_pod_that_has_ended_takes_no_room() -> None:
    done = pod("q", cpu="2", on="n")
    done["status"]["phase"] = "Succeeded"

    assert _why(pod("p"), node("n"), pods=(done,)) == ""
