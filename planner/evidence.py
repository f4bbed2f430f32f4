"""The least that a plan must show before anything is judged by it: of nothing, everything can be said."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from plan import PlanError, load_plan

if TYPE_CHECKING:
    from pathlib import Path

    from plan import Plan

PROJECT = "bailbondpro"
"""The Pulumi project of this platform, as in its resources' URNs."""
HOW = "`pulumi preview --json --show-sames > plan.json`, or `./bbp rehearse STACK --plan-out plan.json`"


class EvidenceError(PlanError):
    """A plan that shows too little to be judged; the message says what is missing and how to get it."""


def whole(plan: Plan, origin: str) -> Plan:
    """The plan, if it shows this platform and all of it.

    Args:
        plan: the plan.
        origin: how to call it in the message.

    Raises:
        EvidenceError: it is empty, of another project, of several stacks, or does not name what stays as it is.
    """
    if not any(item.op != "delete" for item in plan):
        raise EvidenceError(f"the plan in {origin} is empty: there is nothing to judge. Make one: {HOW}")
    foreign = sorted({project for item in plan if (project := item.urn.split("::")[1]) != PROJECT})
    if foreign:
        raise EvidenceError(f"the plan in {origin} is of another project ({', '.join(foreign)}), not of {PROJECT}")
    if len(stacks := sorted({item.urn.split("::")[0].removeprefix("urn:pulumi:") for item in plan})) > 1:
        raise EvidenceError(f"the plan in {origin} is of several stacks ({', '.join(stacks)}): give each its own")
    if plan.hidden:
        raise EvidenceError(
            f"the plan in {origin} names {len(plan)} resources and leaves out {plan.hidden} that stay as they are, so "
            f"nothing can be said about the platform. Make it with every resource: {HOW}"
        )
    return plan


def read_plan(file: Path) -> Plan:
    """The plan in a file that shows this platform and all of it.

    Raises:
        PlanError: the file is no engine preview, or shows too little.
    """
    return whole(load_plan(file), str(file))


def seen(plan: Plan, judged: int, what: str) -> dict[str, Any]:
    """How much of a plan a verdict rests on, for the machine-readable reports.

    Args:
        plan: the plan.
        judged: how many of its resources the verdict looked at.
        what: what was looked at.
    """
    return {"resources": len(plan), "judged": judged, "what": what}
