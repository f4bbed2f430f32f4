"""What an autoscaler decides by: one typed model, and the guide's four variants of it. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from bailbondpro.facts.autoscaling import MAX_PERIOD_SECONDS, MAX_WINDOW_SECONDS

from .formula import ScalingFormula, ScalingThresholds


@dataclass(frozen=True, kw_only=True)
class Step:
    """How far the count may move within a period: by a share of the pods or by a number of pods."""

    type: Literal["Percent", "Pods"]
    value: int
    period_seconds: int

    def __post_init__(self) -> None:
        if self.value < 1:
            raise ValueError(f"a scaling step must move something, got {self.value}")
        if not 1 <= self.period_seconds <= MAX_PERIOD_SECONDS:
            raise ValueError(f"a scaling period is 1..{MAX_PERIOD_SECONDS} s, got {self.period_seconds}")


@dataclass(frozen=True, kw_only=True)
class Behavior:
    """How fast one direction may go.

    Attributes:
        stabilization_window_seconds: the most careful proposal of this window counts; None for the API's default
            (up 0, down 300).
        steps: limits per period; the most generous one counts.
        tolerance: deviation from the target that is ignored, as a quantity such as "0.6"; None for the controller's
            default of 0.1. Needs Kubernetes 1.35 (beta, on by default there).
    """

    stabilization_window_seconds: int | None = None
    steps: tuple[Step, ...] = ()
    tolerance: str | None = None

    def __post_init__(self) -> None:
        window = self.stabilization_window_seconds
        if window is not None and not 0 <= window <= MAX_WINDOW_SECONDS:
            raise ValueError(f"a stabilization window is 0..{MAX_WINDOW_SECONDS} s, got {window}")


@dataclass(frozen=True, kw_only=True)
class AutoscalingPolicy:
    """Bounds, targets and speed of one autoscaler. None leaves a signal out.

    Attributes:
        min_replicas: at least 1.
        max_replicas: at least `min_replicas`.
        cpu_percent: target use of the cpu REQUEST, averaged over pods, in percent.
        memory_percent: the same for memory. V8 rarely gives memory back, so this signal scales up more readily
            than down.
        requests_per_second: target per pod.
        latency_ms: 95th percentile of response times that is held, in milliseconds.
        formula: decides which way to go by the three above as thresholds; None holds each of them as a target.
        scale_up: speed up; None with `scale_down` None means the controller's own rules.
        scale_down: speed down.

    Raises:
        ValueError: bounds are out of order, or nothing is measured.
    """

    min_replicas: int
    max_replicas: int
    cpu_percent: int | None = None
    memory_percent: int | None = None
    requests_per_second: int | None = None
    latency_ms: int | None = None
    formula: ScalingFormula | None = None
    scale_up: Behavior | None = None
    scale_down: Behavior | None = None

    def __post_init__(self) -> None:
        if self.min_replicas < 1:
            raise ValueError(f"minReplicas must be at least 1, got {self.min_replicas}")
        if self.max_replicas < self.min_replicas:
            raise ValueError(f"maxReplicas {self.max_replicas} is below minReplicas {self.min_replicas}")
        signals = (
            self.cpu_percent,
            self.memory_percent,
            self.requests_per_second,
            self.latency_ms,
        )
        if all(signal is None for signal in signals):
            raise ValueError("an autoscaler needs at least one signal")
        if wrong := [signal for signal in signals if signal is not None and signal < 1]:
            raise ValueError(f"a target must be at least 1, got {wrong[0]}")
        if self.formula is not None and self.requests_per_second is not None:
            raise ValueError("a formula decides by cpu, memory and response time, not by requests per second")

    @property
    def thresholds(self) -> ScalingThresholds:
        """What a formula compares with."""
        return ScalingThresholds(
            cpu=self.cpu_percent,
            memory=self.memory_percent,
            latency=self.latency_ms,
            max_replicas=self.max_replicas,
        )


def guide_a(min_replicas: int = 3, max_replicas: int = 10) -> AutoscalingPolicy:
    """The first autoscaler of the guide (Horizontal Scaling, k8s-deployment.yml): 3..10, cpu 70 %, memory 80 %."""
    return AutoscalingPolicy(min_replicas=min_replicas, max_replicas=max_replicas, cpu_percent=70, memory_percent=80)


def guide_b(min_replicas: int = 3, max_replicas: int = 20) -> AutoscalingPolicy:
    """The second one (Auto-Scaling, hpa-config.yml): 3..20, also 100 requests/s per pod, with speed limits."""
    return AutoscalingPolicy(
        min_replicas=min_replicas,
        max_replicas=max_replicas,
        cpu_percent=70,
        memory_percent=80,
        requests_per_second=100,
        scale_down=Behavior(
            stabilization_window_seconds=300, steps=(Step(type="Percent", value=10, period_seconds=60),)
        ),
        scale_up=Behavior(
            stabilization_window_seconds=60,
            steps=(
                Step(type="Percent", value=50, period_seconds=60),
                Step(type="Pods", value=2, period_seconds=60),
            ),
        ),
    )


def guide_autoscaler(min_replicas: int = 2, max_replicas: int = 20) -> AutoscalingPolicy:
    """The guide's AutoScaler class (Auto-Scaling: Custom Auto-Scaling Logic) as a formula and steps.

    Up by half above cpu 70 %, memory 80 % or 500 ms; down by a fifth below 30 %, 40 %, 200 ms and 1 % of errors, all at
    once; five minutes of rest after each change. More than 5 % of errors add no pods: they are an alert, because more
    pods worsen an outage of a database. The minute of being sure before a pod goes outlasts a query that lags behind.
    """
    return AutoscalingPolicy(
        min_replicas=min_replicas,
        max_replicas=max_replicas,
        cpu_percent=70,
        memory_percent=80,
        latency_ms=500,
        formula=ScalingFormula(cpu_share=3 / 7, memory_share=1 / 2, latency_share=2 / 5, cooldown=True),
        scale_up=Behavior(stabilization_window_seconds=0, steps=(Step(type="Percent", value=50, period_seconds=300),)),
        scale_down=Behavior(
            stabilization_window_seconds=60, steps=(Step(type="Percent", value=20, period_seconds=300),)
        ),
    )


def scaling_manager(min_replicas: int = 2, max_replicas: int = 10) -> AutoscalingPolicy:
    """The guide's ScalingManager class (Horizontal Scaling: Container Orchestration) as a formula and steps.

    Looks every 60 s: two pods up above 500 ms, else one up above cpu 70 % and one down below half of that. That no pod
    goes while requests fail is ours: the class does not know of errors.
    """
    return AutoscalingPolicy(
        min_replicas=min_replicas,
        max_replicas=max_replicas,
        cpu_percent=70,
        latency_ms=500,
        formula=ScalingFormula(cpu_share=1 / 2, one_by_cpu=True),
        scale_up=Behavior(
            stabilization_window_seconds=0,
            steps=(Step(type="Pods", value=2, period_seconds=60),),
            tolerance="0",
        ),
        scale_down=Behavior(stabilization_window_seconds=60, steps=(Step(type="Pods", value=1, period_seconds=60),)),
    )
