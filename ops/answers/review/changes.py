"""Every resource that a step touches, what holds data first, with what changes of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ops.answers.review.values import PropertyChange, property_changes
from ops.jsonable import picked, plain
from plan.tokens import DEPLOYMENT, NODE_GROUP
from policies.reboots import reboots
from policies.stateful import STATEFUL

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from plan import Op, Plan, PlannedResource

ORDER: tuple[Op, ...] = ("delete", "replace", "update", "create")
"""The operations, the one that takes most away first."""
WORKLOADS = (DEPLOYMENT, "kubernetes:apps/v1:StatefulSet", "kubernetes:apps/v1:DaemonSet")
"""What replaces its pods where their template changes (Kubernetes documentation, Deployments, StatefulSets and
DaemonSets)."""
NODES = ("launchTemplate", "version", "releaseVersion", "amiType")
"""Of a node group: what makes EKS replace its nodes one by one (Amazon EKS User Guide, Update a managed node group)."""


@dataclass(frozen=True)
class Changed:
    """One resource and what happens to it.

    Attributes:
        urn: its URN.
        type: its type token.
        name: its logical name.
        op: what happens.
        system: the part of the platform.
        holds: what it holds that cannot be made again; empty for everything else.
        properties: what changes of it; empty for what is created or deleted.
    """

    urn: str
    type: str
    name: str
    op: Op
    system: str
    holds: str
    properties: tuple[PropertyChange, ...]

    @property
    def forced_by(self) -> tuple[str, ...]:
        """The properties that cannot change in place."""
        return tuple(change.path for change in self.properties if change.forces)

    def as_json(self) -> dict[str, Any]:
        """The machine-readable form."""
        return {
            **picked(self, "urn", "type", "name", "op", "system"),
            "holds": self.holds or None,
            "forced_by": list(self.forced_by),
            "properties": plain(self.properties),
        }


def changes_of(plan: Plan) -> tuple[Changed, ...]:
    """What a step does to each resource, components left out: stateful ones first, then by what is taken away."""
    found = [_changed(item) for item in plan.changes() if item.custom]
    return tuple(sorted(found, key=lambda item: (not item.holds, ORDER.index(item.op), item.type, item.name)))


def _changed(item: PlannedResource) -> Changed:
    compared = property_changes(item) if item.op in {"update", "replace"} else ()
    holds = STATEFUL.get(item.type, "")
    return Changed(item.urn, item.type, item.name, item.op, item.system, holds, compared)


def restarts_of(plan: Plan) -> Iterator[str]:
    """What stops and starts again by the update itself, as far as the plan says it: pods, nodes, servers."""
    for item in plan.changes():
        paths = [path for path, _ in item.changed]
        if item.op == "update" and item.type in WORKLOADS and any(path.startswith("spec.template") for path in paths):
            yield f"{item.name}: its pods are replaced, as its rollout says"
        if item.op == "update" and item.type == NODE_GROUP and any(path.startswith(NODES) for path in paths):
            yield f"{item.name}: its nodes are replaced one by one, and their pods move"
        if item.op == "replace" and item.type in WORKLOADS:
            yield f"{item.name}: it is deleted and made anew, with all of its pods"
    for reboot in reboots(plan):
        yield reboot.sentence()
