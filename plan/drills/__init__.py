"""What drills found: plain data that a planner may read without a cluster."""

from plan.drills.key import DrillKey, drill_key
from plan.drills.results import Event, Outcome, Pending, TimeLine

__all__ = ["DrillKey", "Event", "Outcome", "Pending", "TimeLine", "drill_key"]
