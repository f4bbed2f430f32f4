"""The guide's two autoscaling classes in our own words, and what the platform makes of them, step by step.

tests/data/guide_scaling.json has what the guide's own code did, run by Node.js; a test holds the words here against it.
"""

from __future__ import annotations

import json
import math
from collections import Counter
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING

from components.autoscaling.render import Target, scaled_object_spec
from planner.hpa.controller import HpaController
from planner.hpa.metrics import value_proposal
from planner.hpa.signals import MOVED_SECONDS, WINDOW_SECONDS, understood
from planner.hpa.spec import SYNC_SECONDS, spec_of
from tests.support.paths import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from components.autoscaling.policy import AutoscalingPolicy

MINUTE = 60
SCRAPE_SECONDS = 30
"""How often kube-state-metrics is read (kube-prometheus-stack, default)."""
SCRAPE_OFFSET = 7
READY_SECONDS = 35
"""Until a new pod serves."""
COOLDOWN = 300
RECORDED = ROOT / "tests" / "data" / "guide_scaling.json"
TARGET = Target(deployment="bailbondpro-app", namespace="production", prometheus_address="http://prometheus:9090")


@dataclass(frozen=True, kw_only=True)
class Step:
    """A minute: what was measured, and how many pods the guide's code wanted after it."""

    cpu: float
    memory: float
    latency: float
    errors: float
    after: int


def recorded(name: str) -> tuple[Step, ...]:
    """What the guide's own code did.

    Args:
        name: autoscaler, autoscaler without errors, or manager.
    """
    rows = json.loads(RECORDED.read_text("utf-8"))[name]
    return tuple(Step(cpu=row[0], memory=row[1], latency=row[2], errors=row[3], after=row[4]) for row in rows)


def autoscaler(steps: Sequence[Step], pods: int = 3, errors: float = 5) -> Iterator[int]:
    """The class AutoScaler: 2 to 20 pods, half as many again, a fifth less, and five minutes of rest.

    Args:
        steps: what is measured.
        pods: at first.
        errors: percent of errors above which pods are added; 5 in the guide, and an entry of its `updateConfig`.
    """
    rests_until = -math.inf
    for index, step in enumerate(steps):
        now = index * MINUTE
        if now >= rests_until:
            if step.cpu > 70 or step.memory > 80 or step.latency > 500 or step.errors > errors:
                pods, rests_until = min(math.ceil(pods * 1.5), 20), now + COOLDOWN
            elif step.cpu < 30 and step.memory < 40 and step.latency < 200 and step.errors < 1 and pods > 2:
                pods, rests_until = max(math.floor(pods * 0.8), 2), now + COOLDOWN
        yield pods


def manager(steps: Sequence[Step], pods: int = 2) -> Iterator[int]:
    """The class ScalingManager: 2 to 10 pods, one by cpu, two by the response time, every minute."""
    for step in steps:
        wanted = pods
        if step.cpu > 70:
            wanted = min(pods + 1, 10)
        if step.cpu < 35:
            wanted = max(pods - 1, 2)
        if step.latency > 500:
            wanted = min(pods + 2, 10)
        pods = wanted
        yield pods


@dataclass
class Seen:
    """What Prometheus knows of the Deployment: the count and the ready pods at each scrape."""

    scrapes: list[tuple[float, int, int]] = field(default_factory=list)

    def scrape(self, now: float, count: int, ready: int) -> None:
        """Read both, where it is time."""
        if not self.scrapes or now - self.scrapes[-1][0] >= SCRAPE_SECONDS:
            self.scrapes.append((now, count, ready))

    def available(self) -> float:
        """Ready pods in percent of those that are wanted."""
        _, count, ready = self.scrapes[-1]
        return 100 * ready / count

    def changed(self, now: float, within: float) -> float:
        """How often the count changed within so many seconds."""
        counts = [count for at, count, _ in self.scrapes if now - within < at <= now]
        return sum(one != other for one, other in pairwise(counts))


def followed(
    policy: AutoscalingPolicy, steps: Sequence[Step], pods: int, ready: Callable[[float, int], int] | None = None
) -> Iterator[int]:
    """How many pods the real controller has after each step, with KEDA's formula and the policy's speed.

    Args:
        policy: the autoscaler.
        steps: the minutes.
        pods: how many there are at first.
        ready: how many serve at a time, of so many; None where new ones do after a while.
    """
    rendered = scaled_object_spec(policy, TARGET, autoscaler_name="hpa")
    spec, modifiers = spec_of(rendered), rendered["advanced"]["scalingModifiers"]
    queries = {trigger["name"]: trigger["metadata"]["query"] for trigger in rendered["triggers"]}
    formula = understood(modifiers["formula"], queries)
    if formula is None:
        raise ValueError(f"not understood: {modifiers['formula']}")
    controller, seen, started = HpaController(spec), Seen(), [-math.inf] * pods
    for index, step in enumerate(steps):
        for second in range(0, MINUTE, SYNC_SECONDS):
            now = index * MINUTE + second
            serving = sum(at + READY_SECONDS <= now for at in started)
            if ready is not None:
                serving = ready(now, len(started))
            seen.scrape(now - SYNC_SECONDS + SCRAPE_OFFSET, len(started), serving)
            signals = {
                "cpu": step.cpu,
                "memory": step.memory,
                "latency": step.latency,
                "errors": step.errors,
                "available": seen.available(),
                "changed": seen.changed(now, WINDOW_SECONDS),
                "moved": seen.changed(now, MOVED_SECONDS),
            }
            milli = int(formula.value(signals) * 1000)
            wanted = value_proposal(spec, len(started), serving, milli, round(float(modifiers["target"]) * 1000))
            count = controller.sync(now, len(started), [wanted]).replicas
            started = started[:count] + [now] * (count - len(started))
        yield len(started)


@dataclass(frozen=True, kw_only=True)
class Conformance:
    """How near an autoscaler is to the guide's code.

    Attributes:
        steps: minutes that were compared.
        same: minutes after which there are as many pods.
        decided: of the minutes that began with as many, those after which there were as many.
        began: those minutes.
        apart: the most pods that it was ever off by.
        removed: pods that it took away in minutes with at least so many errors that none may go.
        guide_removed: the same of the guide's code.
    """

    steps: int
    same: int
    decided: int
    began: int
    apart: int
    removed: int
    guide_removed: int


def conformance(policy: AutoscalingPolicy, steps: Sequence[Step], pods: int) -> Conformance:
    """An autoscaler against the recorded steps."""
    found = list(followed(policy, steps, pods))
    true = [step.after for step in steps]
    begins = list(zip([pods, *found], [pods, *true], strict=False))
    counted: Counter[str] = Counter()
    for step, mine, theirs, (my_start, their_start) in zip(steps, found, true, begins, strict=False):
        counted["same"] += mine == theirs
        counted["began"] += my_start == their_start
        counted["decided"] += my_start == their_start and mine == theirs
        if step.errors >= 1:
            counted["removed"] += max(my_start - mine, 0)
            counted["guide"] += max(their_start - theirs, 0)
    return Conformance(
        steps=len(steps),
        same=counted["same"],
        decided=counted["decided"],
        began=counted["began"],
        apart=max(abs(one - other) for one, other in zip(found, true, strict=True)),
        removed=counted["removed"],
        guide_removed=counted["guide"],
    )
