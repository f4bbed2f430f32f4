"""Which nodes go."""

from __future__ import annotations

from typing import Any

from sandbox.drill.nodes.flags import Flags
from sandbox.drill.nodes.scale_down import SAFE, Shrinkage, shrink
from sandbox.drill.nodes.world import Memory
from tests.support.nodes import group, node, pod, world

FLAGS = Flags(skip_nodes_with_local_storage=False, skip_nodes_with_system_pods=False)


def _budget(allowed: int, app: str = "web") -> dict[str, Any]:
    return {
        "metadata": {"name": "budget", "namespace": "default"},
        "spec": {"selector": {"matchLabels": {"app": app}}},
        "status": {"disruptionsAllowed": allowed},
    }


def _later(
    nodes: list[Any],
    pods: list[Any],
    *,
    flags: Flags = FLAGS,
    memory: Memory | None = None,
    **more: Any,  # noqa: ANN401 - parts of a look
) -> Shrinkage:
    """What goes when everything has been as it is for so long that the time no longer matters."""
    remembered = memory or Memory()
    names = [item["metadata"]["name"] for item in nodes]
    groups = more.pop("groups", None) or [group("app", names)]
    leaving = more.pop("leaving", frozenset())
    shrink(world(nodes, pods, groups, now=0.0, **more), remembered, flags, leaving)
    return shrink(world(nodes, pods, groups, now=5000.0, **more), remembered, flags, leaving)


def _gone(*args: Any, **more: Any) -> list[str]:  # noqa: ANN401 - parts of a manifest
    return [item.node for item in _later(*args, **more).removals]


def test_an_empty_node_goes_after_ten_minutes_and_not_before() -> None:
    nodes, memory = [node("n1"), node("n2")], Memory()
    running = [pod("p", cpu="1500m", on="n1")]
    seen = [world(nodes, running, [group("app", ["n1", "n2"])], now=now) for now in (0.0, 599.0, 600.0)]

    assert [shrink(one, memory, FLAGS).removals for one in seen[:2]] == [(), ()]
    assert [item.node for item in shrink(seen[2], memory, FLAGS).removals] == ["n2"]


def test_the_time_starts_anew_when_a_node_was_needed_meanwhile() -> None:
    nodes, memory = [node("n1"), node("n2")], Memory()
    groups = [group("app", ["n1", "n2"])]
    full = [pod("p", cpu="1500m", on="n1"), pod("q", cpu="1500m", on="n2")]
    shrink(world(nodes, full[:1], groups, now=0.0), memory, FLAGS)
    shrink(world(nodes, full, groups, now=300.0), memory, FLAGS)
    shrink(world(nodes, full[:1], groups, now=310.0), memory, FLAGS)

    assert shrink(world(nodes, full[:1], groups, now=900.0), memory, FLAGS).removals == ()
    assert shrink(world(nodes, full[:1], groups, now=910.0), memory, FLAGS).removals != ()


def test_a_node_whose_pods_request_half_of_it_stays() -> None:
    nodes = [node("n1"), node("n2", cpu="4")]
    at_half, below = pod("p", cpu="1000m", on="n1"), pod("p", cpu="990m", on="n1")
    other = pod("q", cpu="2500m", on="n2")

    assert _gone(nodes, [at_half, other]) == []
    assert _gone(nodes, [below, other]) == ["n1"]


def test_memory_counts_as_much_as_processor_time() -> None:
    nodes = [node("n1"), node("n2", memory="64Gi")]

    assert _gone(nodes, [pod("p", cpu="1m", memory="5Gi", on="n1"), pod("q", memory="40Gi", on="n2")]) == []


def test_daemons_count_for_the_use_of_a_node_unless_told_otherwise_and_need_no_other_node() -> None:
    nodes = [node("n1"), node("n2")]
    pods = [pod("d", cpu="1200m", on="n1", owner="DaemonSet"), pod("q", cpu="1500m", on="n2")]
    ignoring = Flags(ignore_daemonsets_utilization=True)

    assert _gone(nodes, pods) == []
    assert _gone(nodes, pods, flags=ignoring) == ["n1"]


def test_a_node_stays_when_its_pods_would_find_no_other() -> None:
    nodes = [node("n1"), node("n2")]
    found = _later(nodes, [pod("p", cpu="600m", on="n1"), pod("q", cpu="1500m", on="n2")])

    assert found.removals == ()
    assert found.kept["n1"] == "default/p would find no other node"


def test_pods_of_several_nodes_do_not_share_one_place() -> None:
    nodes = [node("n1"), node("n2"), node("n3")]
    pods = [pod("p", cpu="900m", on="n1"), pod("q", cpu="900m", on="n2"), pod("r", cpu="1100m", on="n3")]

    found = _later(nodes, pods)

    assert list(found.unneeded) == ["n1"]


def test_a_group_keeps_its_fewest_nodes() -> None:
    nodes = [node("n1"), node("n2")]
    groups = [group("app", ["n1", "n2"], least=2)]
    found = _later(nodes, [], groups=groups)

    assert found.removals == ()
    assert found.kept["n1"] == "its group has its fewest nodes, 2"
    assert len(_gone(nodes, [], groups=[group("app", ["n1", "n2"], least=1)])) == 1


def test_empty_nodes_go_together_and_others_one_by_one() -> None:
    nodes = [node(f"n{index}") for index in range(5)]
    wide = node("wide", cpu="16", memory="64Gi")
    busy = [pod(f"p{index}", cpu="100m", on=f"n{index}") for index in range(3)]
    full = pod("full", cpu="9", on="wide")
    groups = [group("app", [item["metadata"]["name"] for item in [*nodes, wide]])]

    assert _gone([*nodes, wide], [*busy, full], groups=groups) == ["n3", "n4", "n0"]
    assert _gone([*nodes, wide], [*busy, full], groups=groups, leaving=frozenset({"n0"})) == ["n3", "n4"]


def test_a_budget_that_allows_nothing_keeps_a_node() -> None:
    nodes = [node("n1"), node("n2")]
    pods = [pod("p", cpu="100m", on="n1"), pod("q", cpu="1500m", on="n2", app="other")]

    assert _gone(nodes, pods, budgets=(_budget(0),)) == []
    assert _gone(nodes, pods, budgets=(_budget(1),)) == ["n1"]
    assert _gone(nodes, pods, budgets=(_budget(0, "somebody"),)) == ["n1"]


def test_a_budget_is_spent_once() -> None:
    nodes = [node("wide"), node("n1"), node("n2")]
    pods = [pod("p", cpu="100m", on="n1"), pod("q", cpu="100m", on="n2"), pod("r", cpu="1200m", on="wide", app="other")]

    assert list(_later(nodes, pods, budgets=(_budget(2),)).unneeded) == ["n1", "n2"]
    assert list(_later(nodes, pods, budgets=(_budget(1),)).unneeded) == ["n1"]


def _kept_by(one: dict[str, Any], flags: Flags = FLAGS) -> str:
    other = pod("q", cpu="1500m", on="n2", app="other")
    return _later([node("n1"), node("n2")], [one, other], flags=flags).kept.get("n1", "")


def test_an_annotation_decides_for_its_pod() -> None:
    assert SAFE in _kept_by(pod("p", cpu="1m", on="n1", annotations={SAFE: "false"}))
    assert _kept_by(pod("p", cpu="1m", on="n1", owner="", annotations={SAFE: "true"})) == ""


def test_a_pod_without_a_controller_keeps_its_node() -> None:
    assert _kept_by(pod("p", cpu="1m", on="n1", owner="")) == "default/p belongs to no controller"


def test_local_storage_keeps_a_node_unless_it_is_named_safe_or_the_flag_says_so() -> None:
    volumes = [{"name": "tmp", "emptyDir": {}}, {"name": "shm", "emptyDir": {"medium": "Memory"}}]
    safe = {"cluster-autoscaler.kubernetes.io/safe-to-evict-local-volumes": "tmp"}

    assert _kept_by(pod("p", cpu="1m", on="n1", volumes=volumes), Flags()) == "default/p has local storage: tmp"
    assert _kept_by(pod("p", cpu="1m", on="n1", volumes=volumes, annotations=safe), Flags()) == ""
    assert _kept_by(pod("p", cpu="1m", on="n1", volumes=volumes)) == ""


def test_a_pod_of_the_system_without_a_budget_keeps_its_node_unless_the_flag_says_otherwise() -> None:
    system = pod("p", cpu="1m", on="n1", namespace="kube-system")

    assert _kept_by(system, Flags()) == "kube-system/p belongs to the system and has no budget"
    assert _kept_by(system) == ""


def test_pods_below_the_cutoff_keep_no_node() -> None:
    assert _kept_by(pod("p", cpu="1m", on="n1", owner="", priority=-11)) == ""


def test_a_node_may_forbid_its_removal() -> None:
    key = "cluster-autoscaler.kubernetes.io/scale-down-disabled"

    assert _gone([node("n1", annotations={key: "true"}), node("n2")], []) == ["n2"]


def test_nothing_goes_soon_after_nodes_were_asked_for_or_could_not_be_emptied() -> None:
    nodes = [node("n1"), node("n2")]

    assert _gone(nodes, [], memory=Memory(last_add=4500.0)) == []
    assert _gone(nodes, [], memory=Memory(last_failure=4900.0)) == []
    assert _gone(nodes, [], memory=Memory(last_add=4400.0, last_failure=4800.0)) != []


def test_a_node_that_could_not_be_emptied_is_left_alone_for_a_while() -> None:
    nodes = [node("n1"), node("n2")]

    assert _gone(nodes, [], memory=Memory(unremovable={"n1": 6000.0})) == ["n2"]


def test_a_node_that_is_not_ready_goes_after_twenty_minutes() -> None:
    nodes, memory = [node("n1"), node("n2")], Memory()
    groups = [group("app", ["n1", "n2"])]
    pods = [pod("p", cpu="1500m", on="n2")]
    seen = [world(nodes, pods, groups, now=now, unready=frozenset({"n1"})) for now in (0.0, 1199.0, 1200.0)]

    assert [len(shrink(one, memory, FLAGS).removals) for one in seen] == [0, 0, 1]


def test_a_node_that_is_starting_stays() -> None:
    assert _gone([node("n1"), node("n2")], [], starting=frozenset({"n1"})) == ["n2"]


def test_a_node_of_no_group_stays() -> None:
    assert _gone([node("n1"), node("n2")], [], groups=[group("app", ["n2"])]) == ["n2"]


def test_nothing_goes_where_scaling_down_is_off_or_the_cluster_is_broken() -> None:
    nodes = [node(f"n{index}") for index in range(5)]
    sick = frozenset({"n0", "n1", "n2", "n3"})

    assert _gone(nodes, [], flags=Flags(scale_down_enabled=False)) == []
    assert _gone(nodes, [], unready=sick) == []
