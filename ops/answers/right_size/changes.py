"""What measurements ask to change in a stack file, key by key. Pure."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bailbondpro.facts.instance_classes import instance_class, instance_classes
from ops.answers.right_size.parts import OF_SERVERS, SERVICES, pods_of, servers_of
from planner.capacity.right_size import (
    CEILING_CPU_MILLICORES,
    CEILING_MEMORY_MIB,
    FLOOR_CPU_MILLICORES,
    FLOOR_MEMORY_MIB,
    UPPER_PERCENTILE,
    Size,
    class_for,
    percentile,
    pod_request,
    storage_for,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from infra.settings import Settings
    from ops.answers.right_size.parts import Pods, Servers, Storage

Samples = dict[str, "Sequence[float]"]
"""What was measured of one part, by measure."""


@dataclass(frozen=True)
class Change:
    """One changed key of the stack file.

    Attributes:
        path: the key; `services.auth.resources` and so on for a service.
        current: today's value.
        recommended: the other.
        reason: why.
        part: whose measurements ask for it.
        shrinks: whether it is less than today's.
    """

    path: str
    current: int | str
    recommended: int | str
    reason: str
    part: str = ""
    shrinks: bool = False


def patch_of(changes: Iterable[Change], services: Sequence[Mapping[str, Any]] = ()) -> dict[str, Any]:
    """Changes as the stack file's `config` holds them.

    Args:
        changes: those of which the value is another.
        services: all services, which are written whole where one of them changes.
    """
    tree: dict[str, Any] = {}
    listed = {str(service["name"]): dict(service) for service in services}
    for change in changes:
        if change.recommended == change.current:
            continue
        *parents, last = change.path.split(".")
        place = tree
        if parents[0] == SERVICES:
            tree[SERVICES] = list(listed.values())
            place, parents = listed[parents[1]], parents[2:]
        for key in parents:
            place[key] = dict(place.get(key, {}))
            place = place[key]
        place[last] = change.recommended
    return tree


def changes_for(settings: Settings, measured: Mapping[str, Samples]) -> Iterator[Change]:
    """The keys that measurements ask to change, with their new values."""
    for part in pods_of(settings):
        yield from _pods(part, measured.get(part.name, {}))
    for servers in servers_of(settings):
        samples = measured.get(servers.name, {})
        yield from _class(servers, samples)
        if servers.storage is not None:
            yield from _storage(servers.name, servers.storage, samples)


def _pods(part: Pods, samples: Samples) -> Iterator[Change]:
    sizes = part.resources
    rows = (
        ("cpu", "Millicores", "cpu_millicores", sizes.cpu_request_millicores, sizes.cpu_limit_millicores),
        ("memory", "Mib", "memory_mib", sizes.memory_request_mib, sizes.memory_limit_mib),
    )
    bounds = {
        "cpu": (FLOOR_CPU_MILLICORES, CEILING_CPU_MILLICORES),
        "memory": (FLOOR_MEMORY_MIB, CEILING_MEMORY_MIB),
    }
    for name, unit, measure, request, limit in rows:
        if measure not in samples:
            continue
        floor, ceiling = bounds[name]
        wanted = pod_request(request, samples[measure], floor=min(floor, request), ceiling=max(ceiling, request))
        if wanted == request:
            continue
        yield Change(
            f"{part.path}.{name}Request{unit}",
            request,
            wanted,
            f"90th percentile of {len(samples[measure])} samples and 15 % (VPA recommender)",
            part=part.name,
            shrinks=wanted < request,
        )
        if wanted > limit or (name == "memory" and wanted * 2 > limit):
            # the guide's limit is twice its request, for memory and processor alike
            raised = max(limit, math.ceil(wanted * 2))
            why = "twice the request, as in the guide"
            yield Change(f"{part.path}.{name}Limit{unit}", limit, raised, why, part=part.name)


def _class(part: Servers, samples: Samples) -> Iterator[Change]:
    """Another class by the samples that only one of twenty exceeds: a mean hides the hour in which all is full."""
    percents = {name: percentile(samples[name], UPPER_PERCENTILE) for name in OF_SERVERS if name in samples}
    today = instance_class(part.service, part.instance_class)
    classes = [
        Size(name=name, vcpu=item.vcpu, memory_gib=item.memory_gib)
        for name, item in instance_classes(part.service).items()
        if item.arch == today.arch  # images are built for one
    ]
    now = Size(name=part.instance_class, vcpu=today.vcpu, memory_gib=today.memory_gib)
    found = class_for(now, percents.get("cpu_percent"), percents.get("memory_percent"), classes)
    if found is not None:
        smaller = found[0].memory_gib < now.memory_gib
        yield Change(part.path, now.name, found[0].name, found[1], part=part.name, shrinks=smaller)


def _storage(part: str, storage: Storage, samples: Samples) -> Iterator[Change]:
    if "disk_percent" not in samples:
        return
    percent = percentile(samples["disk_percent"], UPPER_PERCENTILE)
    wanted = storage_for(storage.gib, percent)
    if wanted is None:
        return
    yield Change(storage.path, storage.gib, wanted, f"disk {percent:.0f} %, above 80 %", part=part)
    if storage.most_gib < wanted * 2:
        why = "room to grow by itself, twice the storage"
        yield Change(storage.most_path, storage.most_gib, wanted * 2, why, part=part)
