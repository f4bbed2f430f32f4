"""Larger plans out of a real one: more shards, more services and what belongs to them, under fresh names.

    .venv/bin/python -m ops.answers.bench.plans plan.json 10000 larger.json

A plan of ten thousand resources cannot be rehearsed to measure a tool with: `./bbp check` allows 16 shards and 50 pods.
So what such a platform would have more of is copied: every resource that is named after a shard or a service. A copy
names its own shards and services wherever the original does, in its URN, its parent, its dependencies and its inputs,
so that copies are connected among themselves as the originals are; what there is once (network, cluster, node groups,
pooler, gateway) stays once and is shared by all. Node groups have as many times the nodes, so that there is room for
the copies' pods: in a platform that is full every tool judges another one, on which nothing runs.
"""

from __future__ import annotations

import itertools
import json
import re
import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from plan.places import without_places
from plan.tokens import NODE_GROUP

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

STACK = "pulumi:pulumi:Stack"
SERVICE = re.compile(r":Microservice::service-([a-z-]+)$")
"""The end of a microservice's URN."""


class GrowthError(ValueError):
    """A plan cannot be made larger, or not as small as was asked."""


def grown(source: Path, resources: int, target: Path) -> Path:
    """Write a plan of this many resources, the stack itself not counted.

    Args:
        source: a plan from `pulumi preview --json --show-sames` or `./bbp rehearse --plan-out`, of a stack with shards.
        resources: how many it shall have; those of a plan of this size already are kept as they are.
        target: where to write it.

    Raises:
        GrowthError: the plan has more resources already, or no shards.
    """
    document = {**without_places(json.loads(source.read_text(encoding="utf-8")))}
    document["steps"] = larger(document["steps"], resources)
    document["changeSummary"] = Counter(step["op"] for step in document["steps"])
    target.write_text(json.dumps(document), encoding="utf-8")
    return target


def larger(steps: list[dict[str, Any]], resources: int) -> list[dict[str, Any]]:
    """The steps of a preview with copies behind them, until there are so many of resources.

    Raises:
        GrowthError: there are more already, or there is nothing to copy.
    """
    own = [step for step in steps if not step["urn"].split("::")[2].endswith(STACK)]
    if (missing := resources - len(own)) < 0:
        raise GrowthError(f"the plan has {len(own)} resources already, not {resources}")
    times = -(-resources // len(own))
    return [_roomier(step, times) for step in steps] + list(itertools.islice(_copies(own), missing))


def _roomier(step: dict[str, Any], times: int) -> dict[str, Any]:
    """A step, with so many times the nodes where it is a node group: the copies' pods run somewhere."""
    if NODE_GROUP not in step["urn"] or times == 1:
        return step
    made: dict[str, Any] = json.loads(json.dumps(step))
    for state in ("oldState", "newState"):
        for values in ("inputs", "outputs"):
            sizes = ((made.get(state) or {}).get(values) or {}).get("scalingConfig")
            if isinstance(sizes, dict):
                sizes.update({name: size * times for name, size in sizes.items() if isinstance(size, int)})
    return made


def _copies(steps: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Copies without end: all of the first generation in the plan's order, then all of the second."""
    services = {found[1] for step in steps if (found := SERVICE.search(step["urn"]))}
    shards = {int(found[1]) for step in steps if (found := re.search(r"::shards-(\d+)$", step["urn"]))}
    if not shards:
        raise GrowthError("the plan has no shards that could be copied")
    renamed = _renaming(services, max(shards) + 1)
    unit = [json.dumps(step) for step in steps if renamed(step["urn"], 1) != step["urn"]]
    if not unit:
        raise GrowthError("nothing in the plan is named after a shard or a service")
    generation = 0
    while True:
        generation += 1
        for text in unit:
            yield json.loads(renamed(text, generation))


def _renaming(services: set[str], shards: int) -> Callable[[str, int], str]:
    """How a text names the things of a generation: shards are counted on, everything else gets a suffix."""
    names = "|".join(sorted(map(re.escape, services), key=len, reverse=True)) or "(?!)"
    pattern = re.compile(
        r"(?P<shard>\bshards?[-_/])(?P<index>\d+)\b"
        rf"|(?P<name>\b(?:service|bailbondpro)-(?:{names})\b)"
    )

    def renamed(text: str, generation: int) -> str:
        def fresh(found: re.Match[str]) -> str:
            if found["name"]:
                return f"{found['name']}-x{generation}"
            return f"{found['shard']}{int(found['index']) + generation * shards}"

        return pattern.sub(fresh, text)

    return renamed


if __name__ == "__main__":
    source_name, wanted, target_name = sys.argv[1:]
    grown(Path(source_name), int(wanted), Path(target_name))
