"""The plan: what an engine preview says would happen, as typed data that every tool reads."""

from plan.model import Op, Plan, PlanError, PlannedResource, load_plan, parse_preview, tally
from plan.systems import SYSTEMS, System, system_of

__all__ = [
    "SYSTEMS",
    "Op",
    "Plan",
    "PlanError",
    "PlannedResource",
    "System",
    "load_plan",
    "parse_preview",
    "system_of",
    "tally",
]
