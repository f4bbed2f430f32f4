"""What a drill says of a plan's pods: the real scheduler's and controllers' word, where arithmetic may only say no."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from plan.drills import Outcome

Verdict = Literal["survive", "fail", "not drilled"]

DECIDES = {
    "first-start": "every pod finds a node",
    "minimum": "the fewest pods run, and every node can be drained",
    "maximum": "the most pods of every autoscaler run",
    "node-lost": "a node may be lost",
    "zone-lost-minimum": "a zone may be lost, at the fewest pods",
    "zone-lost-maximum": "a zone may be lost, at the most pods",
    "zone-drained": "a zone may be drained",
    "scale-up-zone-away": "everything scales up while a zone is lost",
    "spot-reclaimed": "spot nodes may be taken",
    "nodes-upgraded": "nodes are replaced one at a time",
    "load-followed": "autoscalers give what the load wants",
    "rollout": "everything rolls out, at the most pods",
}
"""What is known of pods only once a scenario has run, or has been found to say nothing of the stack."""
COMING_UP = ("first-start", "minimum", "maximum", "load-followed")
"""The scenarios that decide whether the pods that somebody asks for become ready."""


@dataclass(frozen=True, kw_only=True)
class Failure:
    """A scenario that failed.

    Attributes:
        scenario: its name.
        problems: the workloads that suffer, each with the scheduler's or controller's own words.
    """

    scenario: str
    problems: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class PodsDrilled:
    """What is known of a plan's pods.

    Attributes:
        outcomes: of the scenarios that were drilled with the same objects on the same nodes.
        version: of Kubernetes, whose scheduler and controllers decided; empty where nothing was drilled.
        why_not: why nothing was drilled, with what to do; empty where something was.
    """

    outcomes: tuple[Outcome, ...] = ()
    version: str = ""
    why_not: str = ""

    @property
    def verdict(self) -> Verdict:
        """In a word: one failure decides, and a yes takes every scenario of `DECIDES`."""
        if self.failures:
            return "fail"
        return "not drilled" if self.missing else "survive"

    @property
    def failures(self) -> tuple[Failure, ...]:
        """The scenarios that failed."""
        return tuple(
            Failure(scenario=item.scenario, problems=tuple(_words(item)))
            for item in self.outcomes
            if not item.passed and not item.skipped
        )

    @property
    def missing(self) -> tuple[str, ...]:
        """The scenarios of `DECIDES` that nobody has drilled."""
        done = {item.scenario for item in self.outcomes}
        return tuple(name for name in DECIDES if name not in done)

    @property
    def undecided(self) -> str:
        """What the real scheduler was not asked, and what to do; empty where it was asked everything."""
        if not self.missing:
            return ""
        if not self.outcomes:
            return f"not drilled: {self.why_not or 'nobody asked the real scheduler'}"
        return f"not drilled: {', '.join(self.missing)}{f'; {self.why_not}' if self.why_not else ''}"

    @property
    def worst(self) -> tuple[str, str, float] | None:
        """Scenario, workload and share of ready pods where that was lowest; None where nothing was measured."""
        shares = [(share, item.scenario, name) for item in self.outcomes for name, share in item.worst_ready]
        if not shares:
            return None
        share, scenario, name = min(shares)
        return scenario, name, share

    @property
    def ready(self) -> Verdict:
        """Whether the pods that somebody asks for become ready: `survive` where they do."""
        if any(failure.scenario in COMING_UP for failure in self.failures):
            return "fail"
        return "not drilled" if set(self.missing) & set(COMING_UP) else "survive"

    def as_json(self) -> dict[str, Any]:
        """The machine-readable verdict; `drill --json` has every second of it."""
        worst = self.worst
        return {
            "verdict": self.verdict,
            "kubernetes": self.version or None,
            "undecided": self.undecided,
            "failures": [{"scenario": item.scenario, "problems": list(item.problems)} for item in self.failures],
            "worst_ready": {"scenario": worst[0], "workload": worst[1], "share": worst[2]} if worst else None,
        }

    def sentence(self) -> str:
        """All of it in a sentence."""
        if self.failures:
            named = "; ".join(f"{item.scenario}: {', '.join(item.problems)}" for item in self.failures)
            return f"drilled on Kubernetes {self.version}, and {len(self.failures)} scenarios fail: {named}"
        if self.undecided:
            return self.undecided
        worst = self.worst
        least = f"; fewest ready were {worst[2]:.0%} of {worst[1]} in {worst[0]}" if worst and worst[2] < 1 else ""
        judged = sum(not item.skipped for item in self.outcomes)
        return f"drilled: {judged} scenarios hold on the scheduler and controllers of Kubernetes {self.version}{least}"


NOT_DRILLED = PodsDrilled()
"""Nobody asked."""


def _words(outcome: Outcome) -> Iterator[str]:
    """What failed, with the scheduler's words about pods that no problem names."""
    yield from outcome.problems
    said = " ".join(outcome.problems)
    waiting = [item for item in outcome.pending if not item.ended and item.reason and item.reason not in said]
    reasons: dict[str, list[str]] = {}
    for item in waiting:
        reasons.setdefault(item.reason, []).append(item.pod)
    for reason, pods in reasons.items():
        yield f"{pods[0]} waits: {reason}" if len(pods) == 1 else f"{pods[0]} and {len(pods) - 1} more wait: {reason}"
