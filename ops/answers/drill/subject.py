"""What a drill looks at of a plan."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plan.tokens import RELEASE
from planner.capacity.node_groups import node_groups
from planner.plan_values import at, text
from sandbox.drill.nodes.flags import Flags, flags_of
from sandbox.drill.objects import collect
from sandbox.drill.subject import LEFT_OUT, subject_of

if TYPE_CHECKING:
    from plan import Plan
    from sandbox.drill.objects.helm import Renderer
    from sandbox.drill.subject import Subject

AUTOSCALER = "cluster-autoscaler"
"""The chart whose values say what the node autoscaler is told."""


def subject(plan: Plan, name: str, render: Renderer | None = None) -> Subject:
    """What a drill looks at of a plan.

    Args:
        plan: of a preview, or of a stack that stands.
        name: how to call it.
        render: gives what Helm makes of charts; None for stand-ins of all.

    Raises:
        ChartError: a chart cannot be rendered.
        NodeGroupError: the size of a node is not known.
        FlagError: the node autoscaler is told something that it would refuse, or that is not followed here.
    """
    found = collect(plan, render)
    flags = _flags(plan)
    unfollowed = [f"the node autoscaler's --{flag} is not followed" for flag in flags.not_followed]
    return subject_of(
        name,
        tuple(item.manifest for item in found.objects),
        node_groups(plan),
        flags,
        (*(f"{LEFT_OUT}{text}" for text in found.omitted), *found.stand_ins, *unfollowed),
    )


def tellable(plan: Plan) -> None:
    """Raise what `subject` would raise without charts to render: its NodeGroupError or FlagError."""
    node_groups(plan)
    _flags(plan)


def _flags(plan: Plan) -> Flags:
    """What the plan's own cluster-autoscaler is told."""
    for release in plan.of_type(RELEASE):
        if text(release.inputs, "chart") == AUTOSCALER:
            told = at(release.inputs, "values", "extraArgs")
            return flags_of(told if isinstance(told, dict) else {})
    return Flags()
