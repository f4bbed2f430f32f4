"""The gate: what a preview would hurt, found step by step, and the waivers that somebody answers for."""

from policies.gate.judge import Verdict, judge
from policies.gate.model import Finding, Step
from policies.gate.waivers import NO_WAIVERS, Waiver, WaiverProblem, Waivers, notices, read_waivers

__all__ = [
    "NO_WAIVERS",
    "Finding",
    "Step",
    "Verdict",
    "Waiver",
    "WaiverProblem",
    "Waivers",
    "judge",
    "notices",
    "read_waivers",
]
