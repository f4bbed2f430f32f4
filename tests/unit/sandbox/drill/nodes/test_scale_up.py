"""Which node groups grow."""

from __future__ import annotations

import pytest

from sandbox.drill.nodes.flags import Flags
from sandbox.drill.nodes.scale_up import balance, grow
from sandbox.drill.nodes.world import TO_BE_DELETED, Group, Memory, as_template
from sandbox.drill.numbers import KUBELET_LABEL, RUNS
from tests.support.nodes import ZONES, group, node, pod, world, zone_spread

FLAGS = Flags(balance_similar_node_groups=True)


def _zone_groups() -> list[Group]:
    return [
        group(
            f"app-{zone}",
            template=node(f"t-{zone}", zone),
        )
        for zone in ZONES
    ]


def test_groups_that_differ_in_a_label_that_is_ignored_grow_together() -> None:
    groups = [
        group(f"app-{zone}", template=node(f"t-{zone}", zone, labels={"topology.k8s.aws/zone-id": zone}))
        for zone in ZONES
    ]
    waiting = [pod(f"p{index}", cpu="1900m") for index in range(3)]
    ignoring = Flags(balance_similar_node_groups=True, balancing_ignore_labels=("topology.k8s.aws/zone-id",))

    assert grow(world([], waiting, groups), Memory(), FLAGS).sizes == {"app-a": 3}
    assert grow(world([], waiting, groups), Memory(), ignoring).sizes == {f"app-{zone}": 1 for zone in ZONES}


def test_nothing_grows_where_every_pod_finds_room() -> None:
    seen = world([node("n")], [pod("p")], [group("app", ["n"])])

    assert grow(seen, Memory(), FLAGS).sizes == {}


def test_a_group_grows_by_as_many_nodes_as_first_fit_needs() -> None:
    waiting = [pod(f"p{index}", cpu="900m") for index in range(5)]
    seen = world([], waiting, [group("app")])

    found = grow(seen, Memory(), FLAGS)

    assert found.sizes == {"app": 3}
    assert found.options[0].nodes == 3


def test_what_daemons_request_on_a_new_node_is_not_there_for_others() -> None:
    daemon = pod("d", cpu="300m", owner="DaemonSet")
    waiting = [pod(f"p{index}", cpu="900m") for index in range(2)]

    assert grow(world([], waiting, [group("app")], daemons=(daemon,)), Memory(), FLAGS).sizes == {"app": 2}
    assert grow(world([], waiting, [group("app")]), Memory(), FLAGS).sizes == {"app": 1}


def test_nodes_on_their_way_count() -> None:
    waiting = [pod("p", cpu="900m")]

    assert grow(world([], waiting, [group("app", target=1)]), Memory(), FLAGS).sizes == {}


def test_a_node_that_is_starting_counts_as_on_its_way_and_not_twice() -> None:
    starting = node("n", taints=[{"key": "node.kubernetes.io/not-ready", "effect": "NoSchedule"}])
    two = [pod("p1", cpu="1900m"), pod("p2", cpu="1900m")]
    seen = world([starting], two, [group("app", ["n"])], starting=frozenset({"n"}))

    assert grow(seen, Memory(), FLAGS).sizes == {"app": 2}


def test_nodes_that_are_overdue_no_longer_count() -> None:
    seen = world([], [pod("p", cpu="900m")], [group("late", target=1, overdue=1, most=1), group("other")])

    assert grow(seen, Memory(), FLAGS).sizes == {"other": 1}


def test_a_group_never_grows_beyond_its_most_nodes() -> None:
    waiting = [pod(f"p{index}", cpu="1900m") for index in range(5)]
    seen = world([], waiting, [group("app", most=2)])

    found = grow(seen, Memory(), FLAGS)

    assert found.sizes == {"app": 2}
    assert len(found.helpless) == 3
    full = grow(world([], waiting, [group("app", target=2, most=2, overdue=2)]), Memory(), FLAGS)
    assert full.sizes == {}
    assert full.passed_over == {"app": "has its most nodes, 2"}


def test_a_group_whose_nodes_would_not_take_the_pod_is_passed_over() -> None:
    spot = node("t", taints=[{"key": "spot", "value": "true", "effect": "NoSchedule"}])
    seen = world([], [pod("p")], [group("spot", template=spot)])

    found = grow(seen, Memory(), FLAGS)

    assert found.sizes == {}
    assert found.helpless == ("default/p",)
    assert found.passed_over == {"spot": "no waiting pod would fit on a node of it"}


def test_least_waste_takes_the_group_whose_new_nodes_are_fullest() -> None:
    groups = [group("big", template=node("t", cpu="16", memory="64Gi")), group("small")]

    assert grow(world([], [pod("p", cpu="1500m")], groups), Memory(), FLAGS).sizes == {"small": 1}


@pytest.mark.parametrize(
    ("expander", "chosen"), [("most-pods", "big"), ("least-nodes", "big"), ("random", "big"), ("least-waste", "small")]
)
def test_an_expander_picks_in_its_own_way(expander: str, chosen: str) -> None:
    waiting = [pod(f"p{index}", cpu="1900m", memory="7Gi") for index in range(3)]
    groups = [group("big", template=node("t", cpu="64", memory="256Gi")), group("small", most=2)]

    found = grow(world([], waiting, groups), Memory(), Flags(expander=(expander,)))

    assert list(found.sizes) == [chosen]


def test_similar_groups_of_three_zones_grow_evenly() -> None:
    waiting = [pod(f"p{index}", cpu="1900m") for index in range(4)]

    found = grow(world([], waiting, _zone_groups()), Memory(), FLAGS)

    assert sorted(found.sizes.values()) == [1, 1, 2]


def test_a_group_with_nodes_grows_together_with_one_that_has_none_yet() -> None:
    played = node("n", labels={KUBELET_LABEL: RUNS})
    first = group("app-a", ["n"], template=as_template(played, "t"), target=1)
    pods = [pod("seated", cpu="1900m", on="n"), *(pod(f"p{index}", cpu="1900m") for index in range(4))]

    found = grow(world([played], pods, [first, *_zone_groups()[1:]]), Memory(), FLAGS)

    assert found.sizes == {"app-a": 2, "app-b": 2, "app-c": 1}


def test_without_balancing_one_group_takes_all() -> None:
    waiting = [pod(f"p{index}", cpu="1900m") for index in range(4)]

    assert grow(world([], waiting, _zone_groups()), Memory(), Flags()).sizes == {"app-a": 4}


def test_groups_with_other_labels_or_other_machines_do_not_share() -> None:
    waiting = [pod(f"p{index}", cpu="1900m") for index in range(4)]
    other = group("other", template=node("t", labels={"pool": "other"}))
    bigger = group("bigger", template=node("t", memory="9Gi"))

    assert grow(world([], waiting, [group("app"), other, bigger]), Memory(), FLAGS).sizes == {"app": 4}


def test_a_pod_that_is_bound_to_a_zone_makes_only_its_group_grow() -> None:
    bound = pod("p", cpu="1900m", nodeSelector={"topology.kubernetes.io/zone": "b"})

    assert grow(world([], [bound], _zone_groups()), Memory(), FLAGS).sizes == {"app-b": 1}


def test_a_hard_spread_over_zones_makes_the_group_of_the_emptiest_zone_grow() -> None:
    nodes = [node("n-a", "a", cpu="1"), node("n-b", "b", cpu="1"), node("n-c", "c", cpu="1")]
    running = [pod("q1", cpu="900m", on="n-a"), pod("q2", cpu="900m", on="n-b")]
    blocker = pod("q3", cpu="900m", on="n-c", app="other")
    groups = [group(f"app-{zone}", [f"n-{zone}"], template=node(f"t-{zone}", zone)) for zone in ZONES]
    waiting = pod("p", cpu="900m", topologySpreadConstraints=zone_spread())

    assert grow(world(nodes, [*running, blocker, waiting], groups), Memory(), FLAGS).sizes == {"app-c": 2}


def test_one_group_over_all_zones_knows_only_the_zone_of_its_model() -> None:
    nodes = [node(f"n-{zone}", zone, cpu="1") for zone in ZONES]
    running = [pod("q1", cpu="900m", on="n-a"), pod("q2", cpu="900m", on="n-b")]
    blocker = pod("q3", cpu="900m", on="n-c", app="other")
    waiting = pod("p", cpu="900m", topologySpreadConstraints=zone_spread())
    wide = group("app", [item["metadata"]["name"] for item in nodes], template=node("t", "a"))

    found = grow(world(nodes, [*running, blocker, waiting], [wide]), Memory(), FLAGS)

    assert found.sizes == {}
    assert found.helpless == ("default/p",)


def test_a_group_that_failed_is_left_alone_ever_longer_and_another_one_is_asked() -> None:
    memory = Memory()
    flags = Flags()
    waits = []
    now = 0.0
    for _ in range(5):
        until = memory.fail("app-a", now, flags)
        waits.append(until - now)
        now = until
    seen = world([], [pod("p")], _zone_groups(), now=now - 1)

    assert waits == [300, 600, 1200, 1800, 1800]
    assert grow(seen, memory, flags).sizes == {"app-b": 1}
    assert grow(world([], [pod("p")], _zone_groups(), now=now), memory, flags).sizes == {"app-a": 1}


def test_after_three_hours_without_a_failure_the_pause_is_short_again() -> None:
    memory = Memory()
    memory.fail("app", 0.0, Flags())
    memory.fail("app", 1000.0, Flags())

    assert memory.fail("app", 1000.0 + 10_800, Flags()) == 1000 + 10_800 + 300


def test_pods_below_the_cutoff_get_no_nodes_and_those_that_reserve_room_do() -> None:
    expendable, reserving = pod("p", priority=-11), pod("p", priority=-10)

    assert grow(world([], [expendable], [group("app")]), Memory(), FLAGS).sizes == {}
    assert grow(world([], [reserving], [group("app")]), Memory(), FLAGS).sizes == {"app": 1}


def test_pods_that_are_all_new_wait_for_the_next_look() -> None:
    seen = world([], [pod("p")], [group("app")], ages={"default/p": 1.0})

    assert grow(seen, Memory(), FLAGS).sizes == {}


def test_a_pod_waits_as_long_as_the_delay_for_new_pods_says() -> None:
    seen = world([], [pod("p")], [group("app")], ages={"default/p": 20.0})

    assert grow(seen, Memory(), Flags(new_pod_scale_up_delay=30.0)).sizes == {}
    assert grow(seen, Memory(), Flags(new_pod_scale_up_delay=10.0)).sizes == {"app": 1}


def test_nothing_is_done_while_too_many_nodes_are_not_ready() -> None:
    nodes = [node(f"n{index}") for index in range(8)]
    names = [item["metadata"]["name"] for item in nodes]
    half, third = frozenset(names[:4]), frozenset(names[:3])
    waiting = [pod("p", cpu="2", nodeSelector={"no": "where"}), pod("q", cpu="3")]
    big = group("big", template=node("t", cpu="4"))
    groups = [group("app", names, target=8), big]

    assert grow(world(nodes, waiting, groups, unready=half), Memory(), FLAGS).halted == "4 of 8 nodes are not ready"
    assert grow(world(nodes, waiting, groups, unready=third), Memory(), FLAGS).sizes == {"big": 1}


def test_a_group_with_too_many_nodes_that_are_not_ready_is_not_asked() -> None:
    sick = [node(f"n{index}", taints=[{"key": "x", "effect": "NoSchedule"}]) for index in range(5)]
    names = [item["metadata"]["name"] for item in sick]
    well = [node(f"w{index}", cpu="100m") for index in range(15)]
    others = group("others", [item["metadata"]["name"] for item in well], most=15)
    seen = world([*sick, *well], [pod("p")], [group("app", names), others], unready=frozenset(names[:4]))

    assert grow(seen, Memory(), FLAGS).passed_over["app"] == "4 of its nodes are not ready"


def test_marks_that_only_hold_now_are_not_those_of_the_next_node() -> None:
    marks = [
        {"key": TO_BE_DELETED, "effect": "NoSchedule"},
        {"key": "node.kubernetes.io/unreachable", "effect": "NoExecute"},
        {"key": "spot", "value": "true", "effect": "NoSchedule"},
    ]
    found = as_template(node("n", taints=marks, unschedulable=True), "t")

    assert found["spec"] == {"taints": marks[2:]}
    assert found["metadata"]["labels"]["kubernetes.io/hostname"] == "t"


def test_what_is_asked_for_is_remembered() -> None:
    memory = Memory()
    grow(world([], [pod("p")], [group("app")]), memory, FLAGS)

    assert memory.asked["app"].count == 1
    assert memory.last_add == 10_000.0


def test_the_smallest_group_grows_first_and_none_beyond_its_most() -> None:
    groups = [group("a", target=3), group("b", target=0, most=1), group("c", target=1)]

    assert balance(groups, 3) == {"b": 1, "c": 3}
