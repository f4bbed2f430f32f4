"""What cluster-autoscaler is told, with its defaults.

Source: kubernetes/autoscaler, cluster-autoscaler/FAQ.md, "What are the parameters to CA?", read 2026-11-29.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, fields, replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

EXPANDERS = ("least-waste", "most-pods", "least-nodes", "random")
"""Strategies that are followed here; `price`, `priority` and `grpc` need what only a real cluster has."""
_DURATION = re.compile(r"(\d+(?:\.\d+)?)(h|ms|m|s)")
_SECONDS = {"h": 3600.0, "m": 60.0, "s": 1.0, "ms": 0.001}
REPEATED = "balancing-ignore-label"
"""The flag that adds to what it was given before."""
_SILENT = frozenset({"logtostderr", "stderrthreshold", "v", "write-status-configmap", "leader-elect", "address"})
"""Flags that decide nothing about nodes."""


class FlagError(ValueError):
    """A flag that cluster-autoscaler would refuse, or a strategy that is not followed here; one problem a line."""


def _flag(name: str, default: object) -> Any:  # noqa: ANN401 - the field's own type
    return field(default=default, metadata={"flag": name})


@dataclass(frozen=True, kw_only=True)
class Flags:
    """The flags that decide about nodes; times in seconds.

    Attributes:
        scan_interval: between two looks.
        new_pod_scale_up_delay: younger pods wait.
        expander: which node group grows where several would help, in order of precedence.
        balance_similar_node_groups: whether groups that differ in their zone alone grow together.
        balancing_ignore_labels: labels in which groups that grow together may differ, besides the usual ones.
        max_node_provision_time: a node that has not registered by then does not come.
        initial_node_group_backoff: how long a group is left alone after a failed scale-up; doubles each time.
        max_node_group_backoff: up to this.
        node_group_backoff_reset: after so long without a failure, the next one starts anew.
        ok_total_unready_count: so many nodes may be unready, whatever their share.
        max_total_unready_percentage: beyond this share, and beyond the count, nothing is done at all.
        max_node_startup_time: a younger node that is not ready is starting, not broken.
        scale_down_enabled: whether nodes are ever removed.
        scale_down_utilization_threshold: requests by what pods may request; below it a node may be unneeded.
        ignore_daemonsets_utilization: whether the pods of DaemonSets count for that.
        scale_down_unneeded_time: how long a node is unneeded before it goes.
        scale_down_unready_time: how long, where it is not ready.
        scale_down_delay_after_add: no node goes so soon after one was asked for.
        scale_down_delay_after_failure: nor after one could not be emptied.
        unremovable_node_recheck: how long such a node is left alone.
        max_empty_bulk_delete: empty nodes that go together.
        max_drain_parallelism: nodes that are emptied together.
        max_pod_eviction_time: how long a refused eviction is tried again.
        max_graceful_termination: how long a pod may take to stop; then its node goes with it.
        node_delete_delay_after_taint: from the taint until the machine is ended.
        expendable_pods_priority_cutoff: pods of lower priority neither get nodes nor keep them.
        skip_nodes_with_local_storage: whether a pod with local storage keeps its node.
        skip_nodes_with_system_pods: whether a pod of kube-system without a budget keeps its node.
        max_allocatable_difference_ratio: by how much similar groups may differ in what pods may request.
        memory_difference_ratio: and in their memory.
        not_followed: flags that were given and have no effect here.
    """

    scan_interval: float = _flag("scan-interval", 10.0)
    new_pod_scale_up_delay: float = _flag("new-pod-scale-up-delay", 0.0)
    expander: tuple[str, ...] = _flag("expander", ("least-waste",))
    balance_similar_node_groups: bool = _flag("balance-similar-node-groups", default=False)
    balancing_ignore_labels: tuple[str, ...] = _flag("balancing-ignore-label", ())
    max_node_provision_time: float = _flag("max-node-provision-time", 900.0)
    initial_node_group_backoff: float = _flag("initial-node-group-backoff-duration", 300.0)
    max_node_group_backoff: float = _flag("max-node-group-backoff-duration", 1800.0)
    node_group_backoff_reset: float = _flag("node-group-backoff-reset-timeout", 10_800.0)
    ok_total_unready_count: int = _flag("ok-total-unready-count", 3)
    max_total_unready_percentage: float = _flag("max-total-unready-percentage", 45.0)
    max_node_startup_time: float = _flag("max-node-startup-time", 900.0)
    scale_down_enabled: bool = _flag("scale-down-enabled", default=True)
    scale_down_utilization_threshold: float = _flag("scale-down-utilization-threshold", 0.5)
    ignore_daemonsets_utilization: bool = _flag("ignore-daemonsets-utilization", default=False)
    scale_down_unneeded_time: float = _flag("scale-down-unneeded-time", 600.0)
    scale_down_unready_time: float = _flag("scale-down-unready-time", 1200.0)
    scale_down_delay_after_add: float = _flag("scale-down-delay-after-add", 600.0)
    scale_down_delay_after_failure: float = _flag("scale-down-delay-after-failure", 180.0)
    unremovable_node_recheck: float = _flag("unremovable-node-recheck-timeout", 300.0)
    max_empty_bulk_delete: int = _flag("max-scale-down-parallelism", 10)
    max_drain_parallelism: int = _flag("max-drain-parallelism", 1)
    max_pod_eviction_time: float = _flag("max-pod-eviction-time", 120.0)
    max_graceful_termination: float = _flag("max-graceful-termination-sec", 600.0)
    node_delete_delay_after_taint: float = _flag("node-delete-delay-after-taint", 5.0)
    expendable_pods_priority_cutoff: int = _flag("expendable-pods-priority-cutoff", -10)
    skip_nodes_with_local_storage: bool = _flag("skip-nodes-with-local-storage", default=True)
    skip_nodes_with_system_pods: bool = _flag("skip-nodes-with-system-pods", default=True)
    max_allocatable_difference_ratio: float = _flag("max-allocatable-difference-ratio", 0.05)
    memory_difference_ratio: float = _flag("memory-difference-ratio", 0.015)
    not_followed: tuple[str, ...] = ()


def flags_of(arguments: Mapping[str, object]) -> Flags:
    """The flags in the arguments of a cluster-autoscaler, such as `extraArgs` of its chart.

    Args:
        arguments: by name without dashes, values as numbers, truths or texts; a flag that may be given more than once
            has an underscore and anything behind its name (charts/cluster-autoscaler, values.yaml; read 2026-11-29).

    Raises:
        FlagError: every value that is none of its flag, and every expander that is not followed here.
    """
    known = {str(item.metadata["flag"]): item.name for item in fields(Flags) if "flag" in item.metadata}
    changes: dict[str, Any] = {}
    ignored: list[str] = []
    problems: list[str] = []
    for key, value in sorted(arguments.items()):  # a preview has the keys of a map in any order
        name = key.partition("_")[0]
        if name == REPEATED:
            changes[known[name]] = (*changes.get(known[name], ()), str(value).strip())
            continue
        if name not in known:
            ignored += [] if name in _SILENT else [name]
            continue
        default = getattr(Flags, known[name])
        try:
            changes[known[name]] = _value(name, value, default)
        except FlagError as error:
            problems.append(str(error))
    if problems:
        raise FlagError("\n".join(problems))
    return replace(Flags(), **changes, not_followed=tuple(sorted(ignored)))


def _value(name: str, value: object, default: object) -> object:
    text = str(value).strip()
    if name == "expander":
        chosen = tuple(part.strip() for part in text.split(","))
        if strange := [part for part in chosen if part not in EXPANDERS]:
            raise FlagError(f"--expander={text}: {', '.join(strange)} is not followed here; {', '.join(EXPANDERS)} are")
        return chosen
    if isinstance(default, bool):
        if text.lower() not in {"true", "false"}:
            raise FlagError(f"--{name}={text}: true or false is wanted")
        return text.lower() == "true"
    if found := list(_DURATION.finditer(text)):
        if "".join(part[0] for part in found) != text:
            raise FlagError(f"--{name}={text}: no duration such as 10m or 1m30s")
        return sum(float(part[1]) * _SECONDS[part[2]] for part in found)
    try:
        number = float(text)
    except ValueError as error:
        raise FlagError(f"--{name}={text}: a number or a duration such as 10m is wanted") from error
    return int(number) if isinstance(default, int) else number
