"""Which nodes are unneeded, and which of them go now: cluster-autoscaler's scale-down, step by step. Pure.

Source: kubernetes/autoscaler, cluster-autoscaler/FAQ.md ("How does scale-down work?", "What types of pods can prevent
CA from removing a node?", "Does CA work with PodDisruptionBudget in scale-down?"), read 2026-11-29.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

from sandbox.drill.nodes.requests import amounts, requested
from sandbox.drill.nodes.scale_up import healthy
from sandbox.drill.nodes.selectors import selects
from sandbox.drill.nodes.snapshot import key_of, labels_of
from sandbox.drill.nodes.world import TO_BE_DELETED, is_daemon, owner_of, priority_of

if TYPE_CHECKING:
    from sandbox.drill.nodes.flags import Flags
    from sandbox.drill.nodes.snapshot import Seat, Snapshot
    from sandbox.drill.nodes.world import Memory, World

Manifest: TypeAlias = dict[str, Any]

SAFE = "cluster-autoscaler.kubernetes.io/safe-to-evict"
SAFE_VOLUMES = "cluster-autoscaler.kubernetes.io/safe-to-evict-local-volumes"
KEPT = "cluster-autoscaler.kubernetes.io/scale-down-disabled"
SYSTEM = "kube-system"


@dataclass(frozen=True)
class Removal:
    """A node that goes now.

    Attributes:
        node: its name.
        pods: namespaces and names of the pods that have to leave it; empty where it is empty.
    """

    node: str
    pods: tuple[str, ...] = ()


@dataclass(frozen=True)
class Shrinkage:
    """What one look led to.

    Attributes:
        removals: nodes that go now.
        unneeded: since when each unneeded node is unneeded, in seconds.
        kept: why each other node is needed or stays.
    """

    removals: tuple[Removal, ...] = ()
    unneeded: dict[str, float] = field(default_factory=dict)
    kept: dict[str, str] = field(default_factory=dict)


def shrink(world: World, memory: Memory, flags: Flags, leaving: frozenset[str] = frozenset()) -> Shrinkage:
    """Which nodes are unneeded and which go; remembers since when.

    Args:
        world: what is seen now.
        memory: what was seen before; changed.
        flags: of the autoscaler.
        leaving: nodes that are being removed already.
    """
    if not flags.scale_down_enabled or healthy(world, flags):
        memory.unneeded.clear()
        return Shrinkage()
    found = _unneeded(world, memory, flags, leaving)
    memory.unneeded = {name: memory.unneeded.get(name, world.now) for name in found.needless}
    going = _due(world, memory, flags, found, leaving)
    return Shrinkage(going, dict(memory.unneeded), found.kept)


@dataclass
class _Found:
    needless: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """The pods that would have to leave each unneeded node."""
    kept: dict[str, str] = field(default_factory=dict)


def _unneeded(world: World, memory: Memory, flags: Flags, leaving: frozenset[str]) -> _Found:
    found = _Found()
    trial = world.snapshot.fork()
    budgets = [(item, int((item.get("status") or {}).get("disruptionsAllowed") or 0)) for item in world.budgets]
    for name in leaving & trial.seats.keys():
        del trial.seats[name]
    for name in sorted(trial.seats, key=lambda name: (bool(_movable(trial.seats[name], flags)), name)):
        why = _reason_to_keep(world.snapshot.seats[name], world, memory, flags)
        # With the pods that nodes before it would leave to it.
        seat = trial.seats[name]
        moves = _movable(seat, flags)
        why = why or next((text for pod in moves if (text := _blocks(pod, world, flags))), "")
        left = budgets
        if not why:
            why, left = _within_budgets(moves, budgets)
        if not why:
            why, trial = _moved(seat, moves, trial)
        if why:
            found.kept[name] = why
        else:
            found.needless[name] = tuple(map(key_of, moves))
            budgets = left
    return found


def _reason_to_keep(seat: Seat, world: World, memory: Memory, flags: Flags) -> str:
    group = world.group_of(seat.name)
    if group is None:
        return "belongs to no node group"
    if (seat.node["metadata"].get("annotations") or {}).get(KEPT) == "true":
        return f"annotation {KEPT}"
    if seat.name in world.starting:
        return "is starting"
    if world.now < memory.unremovable.get(seat.name, float("-inf")):
        return "could not be emptied a short while ago"
    use = utilisation(seat, flags)
    limit = flags.scale_down_utilization_threshold
    return f"its pods request {use:.0%} of it" if use >= limit else ""


def utilisation(seat: Seat, flags: Flags) -> float:
    """The larger share of processor and memory that pods request on a node."""
    room = amounts(seat.node["status"].get("allocatable"))
    pods = [pod for pod in seat.pods if not (flags.ignore_daemonsets_utilization and is_daemon(pod))]
    return max(
        (sum(requested(pod)[name] for pod in pods) / room[name] for name in ("cpu", "memory") if room[name]), default=0
    )


def _movable(seat: Seat, flags: Flags) -> list[Manifest]:
    """The pods that would have to run elsewhere."""
    return [
        pod
        for pod in seat.pods
        if not is_daemon(pod)
        and priority_of(pod) >= flags.expendable_pods_priority_cutoff
        and not pod["metadata"].get("deletionTimestamp")
    ]


def _blocks(pod: Manifest, world: World, flags: Flags) -> str:
    """Why a pod keeps its node; empty where it does not."""
    annotations = pod["metadata"].get("annotations") or {}
    safe = annotations.get(SAFE)
    if safe == "false":
        return f"{key_of(pod)} has the annotation {SAFE}: false"
    if safe == "true":
        return ""
    if owner_of(pod) is None:
        return f"{key_of(pod)} belongs to no controller"
    if flags.skip_nodes_with_local_storage and (volumes := _local(pod, annotations)):
        return f"{key_of(pod)} has local storage: {', '.join(volumes)}"
    budgeted = any(_covers(budget, pod) for budget in world.budgets)
    if flags.skip_nodes_with_system_pods and pod["metadata"].get("namespace") == SYSTEM and not budgeted:
        return f"{key_of(pod)} belongs to the system and has no budget"
    return ""


def _local(pod: Manifest, annotations: dict[str, str]) -> list[str]:
    safe = {name.strip() for name in annotations.get(SAFE_VOLUMES, "").split(",")}
    return [
        str(volume["name"])
        for volume in pod["spec"].get("volumes") or ()
        if ("hostPath" in volume or ("emptyDir" in volume and (volume["emptyDir"] or {}).get("medium") != "Memory"))
        and volume["name"] not in safe
    ]


def _covers(budget: Manifest, pod: Manifest) -> bool:
    same = (budget["metadata"].get("namespace") or "default") == (pod["metadata"].get("namespace") or "default")
    return same and selects(budget["spec"].get("selector"), labels_of(pod))


def _within_budgets(
    pods: list[Manifest], budgets: list[tuple[Manifest, int]]
) -> tuple[str, list[tuple[Manifest, int]]]:
    """Whether all of a node's pods may go now, after those of the nodes before it; and what is left of the budgets."""
    left = []
    for budget, allowed in budgets:
        needed = sum(_covers(budget, pod) for pod in pods)
        if needed > allowed:
            name = key_of(budget)
            return f"the disruption budget {name} allows {allowed} of its {needed} pods to go", budgets
        left.append((budget, allowed - needed))
    return "", left


def _moved(seat: Seat, pods: list[Manifest], trial: Snapshot) -> tuple[str, Snapshot]:
    """The cluster without a node and with its pods elsewhere; the same one where they find no place."""
    after = trial.fork()
    del after.seats[seat.name]
    targets = [name for name, other in after.seats.items() if not _marked(other.node)]
    for pod in sorted(pods, key=lambda item: (-priority_of(item), key_of(item))):
        moved = {**pod, "spec": {key: value for key, value in pod["spec"].items() if key != "nodeName"}}
        name = after.fit(moved, targets)
        if name is None:
            return f"{key_of(pod)} would find no other node", trial
        after.seats[name].add(moved)
    return "", after


def _marked(node: Manifest) -> bool:
    return any(taint["key"] == TO_BE_DELETED for taint in node["spec"].get("taints") or ())


def _due(world: World, memory: Memory, flags: Flags, found: _Found, leaving: frozenset[str]) -> tuple[Removal, ...]:
    if world.now - memory.last_add < flags.scale_down_delay_after_add:
        return ()
    if world.now - memory.last_failure < flags.scale_down_delay_after_failure:
        return ()
    spare = {name: group.target - group.least - len(leaving & set(group.nodes)) for name, group in world.groups.items()}
    going: list[Removal] = []
    drains = len(leaving)
    for name, pods in found.needless.items():
        wait = flags.scale_down_unready_time if name in world.unready else flags.scale_down_unneeded_time
        group = world.group_of(name)
        if group is None or world.now - memory.unneeded[name] < wait:
            continue
        if spare[group.name] < 1:
            found.kept[name] = f"its group has its fewest nodes, {group.least}"
            continue
        full = drains >= flags.max_drain_parallelism if pods else len(going) >= flags.max_empty_bulk_delete
        if full:
            continue
        spare[group.name] -= 1
        drains += bool(pods)
        going.append(Removal(name, pods))
    return tuple(going)
