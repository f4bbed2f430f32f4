"""What drills found: plain data that a planner may read without a cluster."""

from plan.drills.results import Event, Outcome, Pending, TimeLine

__all__ = ["Event", "Outcome", "Pending", "TimeLine"]
