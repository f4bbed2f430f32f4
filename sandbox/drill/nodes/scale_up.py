"""Which node groups grow, and by how much: cluster-autoscaler's scale-up, step by step. Pure.

Sources, read 2026-11-29, all in kubernetes/autoscaler: cluster-autoscaler/FAQ.md ("How does scale-up work?", "What are
Expanders?", "How does CA deal with unready nodes?", "I'm running cluster with nodes in multiple zones for HA
purposes"), estimator/binpacking_estimator.go, expander/waste/waste.go, processors/nodegroupset/compare_nodegroups.go.
Where the original picks one of equals at random, here the first by name is taken, so that a run can be repeated.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

from sandbox.drill.nodes.requests import PODS, amounts, requested
from sandbox.drill.nodes.snapshot import key_of
from sandbox.drill.nodes.world import Asked, as_template, daemons_for, owner_of, priority_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sandbox.drill.nodes.flags import Flags
    from sandbox.drill.nodes.snapshot import Snapshot
    from sandbox.drill.nodes.world import Group, Memory, World

Manifest: TypeAlias = dict[str, Any]

NEW_POD_SECONDS = 2.0
"""While every waiting pod is younger, one more look is awaited (core/static_autoscaler.go, unschedulablePodTimeBuffer;
unverified 2026-11-29)."""
OTHER_LABELS = frozenset(
    {
        "kubernetes.io/hostname",
        "topology.kubernetes.io/zone",
        "topology.kubernetes.io/region",
        "failure-domain.beta.kubernetes.io/zone",
        "failure-domain.beta.kubernetes.io/region",
        "topology.ebs.csi.aws.com/zone",
        "eks.amazonaws.com/nodegroup",
        "k8s.amazonaws.com/eniConfig",
        "alpha.eksctl.io/nodegroup-name",
        "alpha.eksctl.io/instance-id",
        "lifecycle",
    }
)
"""Labels in which similar node groups may differ (processors/nodegroupset, BasicIgnoredLabels and those of AWS)."""


@dataclass(frozen=True)
class Option:
    """A node group that would help.

    Attributes:
        group: its name.
        nodes: how many more it would need.
        pods: namespaces and names of the pods that would find room.
        waste: share of processor plus share of memory that nobody would request on them.
    """

    group: str
    nodes: int
    pods: tuple[str, ...]
    waste: float


@dataclass(frozen=True)
class Growth:
    """What one look led to.

    Attributes:
        sizes: the new size of each group that grows.
        options: the groups that would have helped.
        passed_over: why each other group was not asked.
        helpless: pods that no group would help.
        halted: why nothing was looked at; empty where it was.
    """

    sizes: dict[str, int] = field(default_factory=dict)
    options: tuple[Option, ...] = ()
    passed_over: dict[str, str] = field(default_factory=dict)
    helpless: tuple[str, ...] = ()
    halted: str = ""


def healthy(world: World, flags: Flags) -> str:
    """Why the cluster is too broken for anything to be done; empty where it is not."""
    known = sum(len(group.nodes) for group in world.groups.values())
    count = len(world.unready)
    if count > flags.ok_total_unready_count and count > flags.max_total_unready_percentage / 100 * known:
        return f"{count} of {known} nodes are not ready"
    return ""


def with_upcoming(world: World) -> Snapshot:
    """The cluster with the nodes that are on their way, registered or not, each as its group's template."""
    imagined = world.snapshot.fork()
    for group in world.groups.values():
        for index in range(max(group.target - group.overdue - len(set(group.nodes) - world.starting), 0)):
            node = as_template(group.template, f"upcoming-{group.name}-{index}")
            imagined.add_node(node, daemons_for(node, world.daemons))
    return imagined


def grow(world: World, memory: Memory, flags: Flags) -> Growth:
    """What to ask of the cloud; remembers it.

    Args:
        world: what is seen now.
        memory: what was seen before; changed.
        flags: of the autoscaler.
    """
    if reason := healthy(world, flags):
        return Growth(halted=reason)
    imagined = with_upcoming(world)
    waiting = _waiting(world, imagined, flags)
    if not waiting:
        return Growth()
    if all(world.ages.get(key_of(pod), float("inf")) < NEW_POD_SECONDS for pod in waiting):
        return Growth()
    passed_over = {name: why for name in world.groups if (why := _left_out(world.groups[name], world, memory, flags))}
    able = [group for name, group in world.groups.items() if name not in passed_over]
    passing = {group.name: _passing(group, world, imagined, waiting) for group in able}
    options = []
    for group in able:
        limit = sum(other.most - other.target for other in _family(group, able, flags))
        option = estimate(group, world, imagined, passing[group.name], limit)
        if option is None:
            passed_over[group.name] = "no waiting pod would fit on a node of it"
        else:
            options.append(option)
    helped = {pod for option in options for pod in option.pods}
    helpless = tuple(key for pod in waiting if (key := key_of(pod)) not in helped)
    if not options:
        return Growth(passed_over=passed_over, helpless=helpless)
    best = choose(options, flags)
    together = [
        group
        for group in _family(world.groups[best.group], able, flags)
        if group.name == best.group or set(best.pods) <= {key_of(pod) for pod in passing[group.name]}
    ]
    sizes = balance(together, best.nodes)
    for name, size in sizes.items():
        before = memory.asked.get(name)
        more = size - world.groups[name].target
        memory.asked[name] = Asked(more + (before.count if before else 0), world.now)
        memory.last_add = world.now
    return Growth(sizes=sizes, options=tuple(options), passed_over=passed_over, helpless=helpless)


def _waiting(world: World, imagined: Snapshot, flags: Flags) -> list[Manifest]:
    """The pods that need more nodes; those that will find room without are put there."""
    waiting = []
    for pod in world.pending:
        if priority_of(pod) < flags.expendable_pods_priority_cutoff:
            continue
        if (name := imagined.fit(pod)) is not None:
            imagined.seats[name].add(pod)
        elif world.ages.get(key_of(pod), float("inf")) >= flags.new_pod_scale_up_delay:
            waiting.append(pod)
    return waiting


def _family(group: Group, able: Sequence[Group], flags: Flags) -> list[Group]:
    """A group and those that grow with it."""
    if not flags.balance_similar_node_groups:
        return [group]
    return [group, *(other for other in able if other.name != group.name and alike(group, other, flags))]


def _left_out(group: Group, world: World, memory: Memory, flags: Flags) -> str:
    """Why a group is not asked; empty where it is."""
    backoff = memory.backoffs.get(group.name)
    if backoff is not None and world.now < backoff.until:
        return f"left alone for another {backoff.until - world.now:.0f} s after a failed scale-up"
    if group.target >= group.most:
        return f"has its most nodes, {group.most}"
    asked = memory.asked.get(group.name)
    ready = set(group.nodes) - world.unready - world.starting
    missing = group.target - (asked.count if asked else 0) - len(ready)
    broken = missing > flags.max_total_unready_percentage / 100 * max(len(group.nodes), 1)
    return f"{missing} of its nodes are not ready" if missing > flags.ok_total_unready_count and broken else ""


def _passing(group: Group, world: World, imagined: Snapshot, waiting: Sequence[Manifest]) -> list[Manifest]:
    """The waiting pods that would fit on one more node of a group."""
    trial = imagined.fork()
    node = as_template(group.template, f"template-{group.name}")
    seat = trial.add_node(node, daemons_for(node, world.daemons))
    return [pod for pod in waiting if not trial.objection(pod, seat)]


def estimate(group: Group, world: World, imagined: Snapshot, pods: Sequence[Manifest], limit: int) -> Option | None:
    """How many more nodes a group would need: first fit, the largest pods first.

    Args:
        group: it.
        world: what is seen now.
        imagined: the cluster with what is on its way.
        pods: those that would fit on a node of it.
        limit: the most nodes to add, those of similar groups included.
    """
    trial = imagined.fork()
    room = amounts(group.template["status"].get("allocatable"))
    added: list[str] = []
    used: set[str] = set()
    placed: list[Manifest] = []
    stuck: set[str] = set()
    for pod in sorted(pods, key=lambda item: (-_weight(item, room), _kind(item), key_of(item))):
        if _kind(pod) in stuck:
            continue
        name = trial.fit(pod, added)
        if name is None and (not added or added[-1] in used) and len(added) < limit:
            node = as_template(group.template, f"new-{group.name}-{len(added)}")
            added.append(trial.add_node(node, daemons_for(node, world.daemons)).name)
            name = trial.fit(pod, added[-1:])
        if name is None:
            stuck.add(_kind(pod))  # its brothers would not fit either
            continue
        trial.seats[name].add(pod)
        used.add(name)
        placed.append(pod)
    if not placed:
        return None
    capacity = amounts(group.template["status"].get("capacity"))
    return Option(group.name, len(used), tuple(map(key_of, placed)), _waste(capacity, len(used), placed))


def _kind(pod: Manifest) -> str:
    owner = owner_of(pod)
    return f"{owner['kind']}/{owner['name']}" if owner else key_of(pod)


def _weight(pod: Manifest, room: dict[str, int]) -> float:
    wanted = requested(pod)
    return sum(wanted[name] / room[name] for name in ("cpu", "memory") if room.get(name))


def _waste(capacity: dict[str, int], nodes: int, pods: Sequence[Manifest]) -> float:
    total = 0.0
    for name in ("cpu", "memory"):
        available = capacity.get(name, 0) * nodes
        if available:
            total += (available - sum(requested(pod)[name] for pod in pods)) / available
    return total


def choose(options: Sequence[Option], flags: Flags) -> Option:
    """The option that the expanders pick, one after the other."""
    ranks: dict[str, Callable[[Option], float]] = {
        "least-waste": lambda option: option.waste,
        "most-pods": lambda option: -len(option.pods),
        "least-nodes": lambda option: option.nodes,
        "random": lambda _: 0.0,
    }
    left = sorted(options, key=lambda option: option.group)
    for expander in flags.expander:
        best = min(map(ranks[expander], left))
        left = [option for option in left if ranks[expander](option) == best]
    return left[0]


def alike(one: Group, other: Group, flags: Flags) -> bool:
    """Whether two groups are the same but for their place."""
    first, second = one.template, other.template
    ignored = OTHER_LABELS.union(flags.balancing_ignore_labels)
    labels = [
        {key: value for key, value in node["metadata"]["labels"].items() if key not in ignored}
        for node in (first, second)
    ]
    capacities = [amounts(node["status"].get("capacity")) for node in (first, second)]
    rooms = [amounts(node["status"].get("allocatable")) for node in (first, second)]
    if labels[0] != labels[1] or capacities[0].keys() != capacities[1].keys() or rooms[0].keys() != rooms[1].keys():
        return False
    return all(
        _near(capacities[0][name], capacities[1][name], flags.memory_difference_ratio if name == "memory" else 0)
        for name in capacities[0]
    ) and all(
        name == PODS or _near(rooms[0][name], rooms[1][name], flags.max_allocatable_difference_ratio)
        for name in rooms[0]
    )


def _near(one: int, other: int, ratio: float) -> bool:
    return abs(one - other) <= max(one, other) * ratio


def balance(groups: Sequence[Group], nodes: int) -> dict[str, int]:
    """New sizes of groups that share new nodes: the smallest grows first, none beyond its most."""
    sizes = {group.name: group.target for group in groups}
    for _ in range(nodes):
        growing = [group for group in groups if sizes[group.name] < group.most]
        if not growing:
            break
        sizes[min(growing, key=lambda group: sizes[group.name]).name] += 1
    return {group.name: sizes[group.name] for group in groups if sizes[group.name] != group.target}
