"""The HorizontalPodAutoscaler's control loop, step by step as kube-controller-manager 1.37 runs it. Pure.

What it remembers (proposals and changes of the count) lives in memory, as in the controller: a new `HpaController` is
a restarted one. Time is whatever seconds the caller counts.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from planner.hpa.spec import DOWNSCALE_WINDOW_SECONDS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from planner.hpa.spec import HpaSpec, ScalingRules

LEGACY_FACTOR = 2
LEGACY_MINIMUM = 4
"""Without `behavior`, one look goes up to twice the count, and to 4 at least."""

Reason = Literal[
    "DesiredWithinRange",
    "TooManyReplicas",
    "TooFewReplicas",
    "ScaleUpLimit",
    "ScaleDownLimit",
    "ScaleUpStabilized",
    "ScaleDownStabilized",
    "ScalingDisabled",
    "FailedGetMetrics",
]


@dataclass(frozen=True)
class Decision:
    """One look of the controller.

    Attributes:
        replicas: the count from now on.
        proposal: what the metrics asked for; None where they were not asked or gave no answer.
        reason: why `replicas` is not `proposal`, in the words of the object's conditions.
    """

    replicas: int
    proposal: int | None
    reason: Reason


@dataclass
class _Proposal:
    replicas: int
    at: float


@dataclass
class _Change:
    """How many pods came or went, always positive."""

    pods: int
    at: float


@dataclass
class HpaController:
    """The controller of one autoscaler: `sync` is one look.

    Example:
        controller = HpaController(bounded(3, 20, behavior))
        replicas = 3
        for second in range(0, 600, SYNC_SECONDS):
            replicas = controller.sync(second, replicas, [proposal(second, replicas)]).replicas
    """

    spec: HpaSpec
    _proposals: list[_Proposal] = field(default_factory=list)
    _ups: list[_Change] = field(default_factory=list)
    _downs: list[_Change] = field(default_factory=list)

    def begin(self, now: float, current: int) -> None:
        """Take the present count as the first proposal, as the controller does when it meets an autoscaler.

        Args:
            now: seconds.
            current: the count of the Deployment.
        """
        if not self._proposals:
            self._proposals.append(_Proposal(current, now))

    def sync(self, now: float, current: int, proposals: Sequence[int | None]) -> Decision:
        """Look once.

        Args:
            now: seconds; never less than at the last look.
            current: the count of the Deployment, `spec.replicas`.
            proposals: what each metric asks for; None for a metric that cannot be read.

        Returns:
            The decision; the caller sets the count to its `replicas`.
        """
        self.begin(now, current)
        decision = self._decide(now, current, proposals)
        self._remember_change(now, current, decision.replicas)
        return decision

    def rest(self, now: float) -> None:
        """Look once where the count is the lowest allowed and every metric asks for that or less: nothing changes.

        The proposal is remembered as the lowest count: the controller moves below it in no case, so that it makes no
        difference by how much less was asked for.

        Args:
            now: seconds; never less than at the last look.
        """
        up, down = self.spec.scale_up, self.spec.scale_down
        since = now - DOWNSCALE_WINDOW_SECONDS
        if up is not None and down is not None:
            since = now - max(up.stabilization_window_seconds, down.stabilization_window_seconds)
        self._remember_proposal(now, self.spec.min_replicas, since)

    def _decide(self, now: float, current: int, proposals: Sequence[int | None]) -> Decision:
        if current == 0:
            return Decision(0, None, "ScalingDisabled")
        if current > self.spec.max_replicas:
            return Decision(self.spec.max_replicas, None, "TooManyReplicas")
        if current < self.spec.min_replicas:
            return Decision(self.spec.min_replicas, None, "TooFewReplicas")
        wanted = highest(proposals, current)
        if wanted is None:
            return Decision(current, None, "FailedGetMetrics")
        up, down = self.spec.scale_up, self.spec.scale_down
        if up is None or down is None:
            return self._without_behavior(now, current, wanted)
        stable = self._stabilised(now, current, wanted, up, down)
        replicas, reason = self._slowed(now, current, stable, up, down)
        if reason == "DesiredWithinRange" and stable != wanted:
            reason = "ScaleUpStabilized" if wanted >= current else "ScaleDownStabilized"
        return Decision(replicas, wanted, reason)

    def _stabilised(self, now: float, current: int, wanted: int, up: ScalingRules, down: ScalingRules) -> int:
        """The count moved only as far as every proposal of the windows agrees to."""
        up_since, down_since = now - up.stabilization_window_seconds, now - down.stabilization_window_seconds
        ceiling = min([wanted, *(item.replicas for item in self._proposals if item.at > up_since)])
        floor = max([wanted, *(item.replicas for item in self._proposals if item.at > down_since)])
        # What neither window sees any more goes; the proposal itself is kept as it was, not as it was stabilised.
        self._remember_proposal(now, wanted, min(up_since, down_since))
        return min(max(current, ceiling), floor)

    def _slowed(
        self, now: float, current: int, stable: int, up: ScalingRules, down: ScalingRules
    ) -> tuple[int, Reason]:
        if stable > current:
            limit = max(current, self._limit(now, current, up, 1))
            allowed = min(self.spec.max_replicas, limit)
            reason: Reason = "ScaleUpLimit" if limit < self.spec.max_replicas else "TooManyReplicas"
            return (stable, "DesiredWithinRange") if stable <= allowed else (allowed, reason)
        if stable < current:
            limit = min(current, self._limit(now, current, down, -1))
            allowed = max(self.spec.min_replicas, limit)
            reason = "ScaleDownLimit" if limit > self.spec.min_replicas else "TooFewReplicas"
            return (stable, "DesiredWithinRange") if stable >= allowed else (allowed, reason)
        return stable, "DesiredWithinRange"

    def _limit(self, now: float, current: int, rules: ScalingRules, direction: Literal[1, -1]) -> int:
        """How far the policies of a direction let the count go."""
        if rules.select_policy == "Disabled":
            return current
        reach: list[int] = []
        for policy in rules.policies:
            since = now - policy.period_seconds
            came = sum(change.pods for change in self._ups if change.at > since)
            went = sum(change.pods for change in self._downs if change.at > since)
            start = current - came + went
            if policy.type == "Pods":
                reach.append(start + direction * policy.value)
                continue
            # The controller counts in doubles and rounds away from the start in both directions.
            exact = float(start) * (1 + direction * float(policy.value) / 100)
            reach.append(math.ceil(exact) if direction == 1 else math.trunc(exact))
        far = max if direction == 1 else min
        near = min if direction == 1 else max
        return far(reach) if rules.select_policy == "Max" else near(reach)

    def _without_behavior(self, now: float, current: int, wanted: int) -> Decision:
        since = now - DOWNSCALE_WINDOW_SECONDS
        stable = max([wanted, *(item.replicas for item in self._proposals if item.at >= since)])
        self._remember_proposal(now, wanted, since)
        limit = max(LEGACY_FACTOR * current, LEGACY_MINIMUM)
        allowed = min(self.spec.max_replicas, limit)
        if stable < self.spec.min_replicas:
            return Decision(self.spec.min_replicas, wanted, "TooFewReplicas")
        if stable > allowed:
            reason: Reason = "ScaleUpLimit" if limit < self.spec.max_replicas else "TooManyReplicas"
            return Decision(allowed, wanted, reason)
        return Decision(stable, wanted, "DesiredWithinRange" if stable == wanted else "ScaleDownStabilized")

    def _remember_proposal(self, now: float, wanted: int, since: float) -> None:
        """Keep a proposal, and forget those before a time.

        Equal ones in a row are one with the last one's time: a window asks only for the highest and the lowest of what
        it still sees, and it sees the last one the longest.
        """
        kept = [item for item in self._proposals if item.at >= since]
        if kept and kept[-1].replicas == wanted:
            kept[-1].at = now
        else:
            kept.append(_Proposal(wanted, now))
        self._proposals = kept

    def _remember_change(self, now: float, before: int, after: int) -> None:
        up, down = self.spec.scale_up, self.spec.scale_down
        if before == after or up is None or down is None:
            return
        rules, changes = (up, self._ups) if after > before else (down, self._downs)
        change = _Change(abs(after - before), now)
        # The controller reuses the slot of the last change that is older than this direction's own periods, even where
        # a longer period of the other direction would still count it.
        outdated = [index for index, item in enumerate(changes) if item.at < now - rules.longest_period]
        if outdated:
            changes[outdated[-1]] = change
        else:
            changes.append(change)


def highest(proposals: Sequence[int | None], current: int) -> int | None:
    """What the metrics ask for together: the highest; nothing when one is missing and the rest would scale down.

    Args:
        proposals: one for each metric; None for one that cannot be read.
        current: the count of the Deployment.

    Returns:
        The count, or None when the controller reports an error and leaves the count alone.
    """
    readable = [proposal for proposal in proposals if proposal is not None]
    if not readable:
        return None
    wanted = max(readable)
    return None if len(readable) < len(proposals) and wanted < current else wanted
