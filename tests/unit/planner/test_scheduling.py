"""Where pods find a node: the scheduler's filters on a few numbers."""

from __future__ import annotations

from dataclasses import replace

import pytest

from planner.capacity.scheduling import UNSCHEDULABLE, Node, Pod, Requirement, Spread, place, place_all

POOL = frozenset({("pool", "app")})
OLD = Spread(topology="zone", per_rollout=True)
NEW = replace(OLD, honor_taints=True)


def nodes(zones: str = "abc", each: int = 1, cpu: float = 10_000, memory: float = 10_000) -> list[Node]:
    return [
        Node(name=f"{zone}{index}", zone=zone, labels=POOL, cpu=cpu, memory=memory)
        for zone in zones
        for index in range(each)
    ]


def pod(*spreads: Spread, cpu: float = 0) -> Pod:
    return Pod(app="web", selector=(("pool", "app"),), spreads=spreads, cpu=cpu)


def drained(zone: str = "a", each: int = 4) -> list[Node]:
    found = nodes(each=each)
    for node in found:
        node.taints = frozenset({UNSCHEDULABLE}) if node.zone == zone else frozenset()
    return found


def running(wanted: Pod, count: int, where: list[Node]) -> int:
    return count - len(place_all([wanted] * count, where))


def per_zone(where: list[Node]) -> dict[str, int]:
    return {
        zone: sum(len(node.pods) for node in where if node.zone == zone) for zone in sorted({n.zone for n in where})
    }


@pytest.mark.parametrize(("spread", "expected"), [(OLD, 2), (NEW, 10)])
def test_a_drained_zone_holds_pods_back_unless_taints_are_honoured(spread: Spread, expected: int) -> None:
    assert running(pod(spread), 10, drained()) == expected


def test_pods_lie_evenly_over_living_zones() -> None:
    where = drained()
    place_all([pod(NEW)] * 9, where)
    assert per_zone(where) == {"a": 0, "b": 5, "c": 4}


@pytest.mark.parametrize("skew", [1, 2, 3])
def test_an_empty_domain_allows_the_others_as_many_pods_as_the_skew(skew: int) -> None:
    assert running(pod(replace(OLD, max_skew=skew)), 20, drained()) == 2 * skew


def test_a_zone_whose_nodes_are_gone_is_no_domain() -> None:
    assert running(pod(OLD), 10, nodes("bc", 5)) == 10


def test_a_minimum_of_domains_counts_the_ones_that_are_gone() -> None:
    assert running(pod(replace(NEW, min_domains=3)), 10, nodes("bc", 5)) == 2
    assert running(pod(replace(NEW, min_domains=2)), 10, nodes("bc", 5)) == 10


def test_a_soft_constraint_holds_nothing_back() -> None:
    assert running(pod(replace(OLD, hard=False)), 10, drained()) == 10


def test_a_full_zone_holds_pods_back_however_taints_are_counted() -> None:
    where = [*nodes("a", 1, cpu=1000, memory=1000), *nodes("bc", 9, cpu=1000, memory=1000)]
    assert running(pod(NEW, cpu=1000), 10, where) == 5


@pytest.mark.parametrize(("affinity", "expected"), [(True, 6), (False, 2)])
def test_nodes_of_another_pool_are_a_domain_only_where_affinity_is_ignored(affinity: bool, expected: int) -> None:
    foreign = Node(name="spot", zone="c", labels=frozenset({("pool", "spot")}))
    spread = replace(NEW, honor_affinity=affinity)
    assert running(pod(spread), 6, [*nodes("ab", 3), foreign]) == expected


def test_a_spread_over_nodes_counts_nodes() -> None:
    per_node = replace(NEW, topology="node")
    where = nodes("ab", 2)
    assert running(pod(per_node), 4, where) == 4
    assert [len(node.pods) for node in where] == [1, 1, 1, 1]


@pytest.mark.parametrize(("topology", "expected"), [("node", 4), ("zone", 2)])
def test_pods_that_must_be_apart_find_as_many_places_as_there_are_domains(topology: str, expected: int) -> None:
    wanted = replace(pod(), apart=(topology,))
    assert running(wanted, 6, nodes("ab", 2)) == expected


def test_old_pods_of_a_rollout_do_not_skew_the_new_ones() -> None:
    where = nodes("ab", 1)
    where[0].pods = [pod(NEW)] * 3
    assert place(replace(pod(NEW), revision=1), where) is not None
    assert place(replace(pod(NEW), revision=1), where) is not None
    assert per_zone(where) == {"a": 4, "b": 1}
    counted = replace(NEW, per_rollout=False)
    for _ in range(2):
        chosen = place(replace(pod(counted), revision=1), where)
        assert chosen is not None
        assert chosen.zone == "b"


def test_a_pod_without_room_stays_pending() -> None:
    assert place(pod(cpu=600), nodes("a", 1, cpu=500, memory=500)) is None


def test_the_emptiest_node_is_taken_first() -> None:
    where = nodes("a", 2, cpu=1000, memory=1000)
    assert [node.name for _ in range(2) if (node := place(pod(cpu=100), where))] == ["a0", "a1"]


@pytest.mark.parametrize(
    ("operator", "values", "expected"),
    [
        ("In", ("app", "system"), True),
        ("In", ("spot",), False),
        ("NotIn", ("spot",), True),
        ("NotIn", ("app",), False),
        ("Exists", (), True),
        ("DoesNotExist", (), False),
        ("Gt", ("1",), False),
        ("Near", ("app",), False),
    ],
)
def test_node_affinity_is_met_as_its_operator_says(operator: str, values: tuple[str, ...], *, expected: bool) -> None:
    wanted = replace(pod(), affinity=((Requirement(key="pool", operator=operator, values=values),),))
    assert (place(wanted, nodes("a")) is not None) is expected


def test_one_term_of_node_affinity_is_enough_and_all_of_its_requirements_are_needed() -> None:
    met, missed = Requirement(key="pool", operator="Exists"), Requirement(key="disk", operator="Exists")
    assert place(replace(pod(), affinity=((missed,), (met,))), nodes("a")) is not None
    assert place(replace(pod(), affinity=((missed, met),)), nodes("a")) is None


@pytest.mark.parametrize(("have", "expected"), [("5", True), ("3", False), ("many", False)])
def test_node_affinity_compares_numbers(have: str, *, expected: bool) -> None:
    where = [Node(name="a", zone="a", labels=frozenset({("pool", "app"), ("slots", have)}))]
    wanted = Requirement(key="slots", operator="Gt", values=("4",))
    assert (place(replace(pod(), affinity=((wanted,),)), where) is not None) is expected


def test_a_hard_spread_passes_over_nodes_without_its_label() -> None:
    rack = Spread(topology="rack")
    assert running(pod(rack), 2, nodes("ab")) == 0
    labelled = [replace(node, labels=node.labels | {("rack", node.zone)}) for node in nodes("ab")]
    assert running(pod(rack), 2, labelled) == 2


def test_a_toleration_without_a_key_tolerates_every_taint() -> None:
    assert place(replace(pod(), tolerates=frozenset({""})), drained("a")[:1]) is not None
