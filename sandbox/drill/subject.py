"""What is drilled: the objects of a stack, its node groups, and what its node autoscaler is told."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from plan.drills.key import drill_key
from sandbox.kubernetes.tools import VERSION

if TYPE_CHECKING:
    from planner.capacity.node_groups import NodeGroup
    from sandbox.drill.nodes.flags import Flags
    from sandbox.kubernetes.api import Manifest

SCENARIOS_VERSION = 2
"""Of what happens in scenarios and of what they want; another number makes all kept drills those of something else."""
LEFT_OUT = "left out: "
"""How a sentence begins about what is in no drill."""


@dataclass(frozen=True, kw_only=True)
class Subject:
    """What is drilled.

    Attributes:
        name: how to call it, for example the growth phase.
        key: says which objects and nodes.
        objects: of the stack, in the order in which they are applied.
        groups: its node groups.
        flags: of its node autoscaler.
        stand_ins: what is not the real thing, one sentence each.
    """

    name: str
    key: str
    objects: tuple[Manifest, ...]
    groups: tuple[NodeGroup, ...]
    flags: Flags
    stand_ins: tuple[str, ...] = ()


def subject_of(
    name: str,
    objects: tuple[Manifest, ...],
    groups: tuple[NodeGroup, ...],
    flags: Flags,
    stand_ins: tuple[str, ...],
) -> Subject:
    """A subject whose key follows from everything that decides in a drill; what is left out decides nothing."""
    # How many nodes a group begins with is its autoscaler's from then on: a stack that stands keeps an earlier number.
    machines = [{name: value for name, value in asdict(group).items() if name != "wanted"} for group in groups]
    assumed = sorted(sentence for sentence in stand_ins if not sentence.startswith(LEFT_OUT))
    decided = json.dumps([VERSION, SCENARIOS_VERSION, asdict(flags), assumed], default=str)
    key = str(drill_key(objects, machines, decided))
    return Subject(name=name, key=key, objects=objects, groups=groups, flags=flags, stand_ins=stand_ins)
