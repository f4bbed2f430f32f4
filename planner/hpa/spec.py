"""What a HorizontalPodAutoscaler is told: bounds and speed, with the API server's defaults filled in. Pure."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, get_args

if TYPE_CHECKING:
    from collections.abc import Mapping

SYNC_SECONDS = 15
"""How often the controller looks (kube-controller-manager, --horizontal-pod-autoscaler-sync-period)."""
DOWNSCALE_WINDOW_SECONDS = 300
"""How long a high proposal holds the count (kube-controller-manager,
--horizontal-pod-autoscaler-downscale-stabilization)."""
TOLERANCE = 0.1
"""Deviation from a target that is ignored (kube-controller-manager, --horizontal-pod-autoscaler-tolerance)."""

PolicyType: TypeAlias = Literal["Percent", "Pods"]
SelectPolicy: TypeAlias = Literal["Max", "Min", "Disabled"]

_QUANTITY = re.compile(r"(\d+(?:\.\d+)?)(m?)")


@dataclass(frozen=True, kw_only=True)
class ScalingPolicy:
    """How far the count may move within a period.

    Attributes:
        type: `Percent` of the count at the period's start, or a number of `Pods`.
        value: percent or pods, at least 1.
        period_seconds: 1..1800 (autoscaling/v2, periodSeconds).
    """

    type: PolicyType
    value: int
    period_seconds: int

    def __post_init__(self) -> None:
        if self.type not in get_args(PolicyType):
            raise ValueError(f"a scaling policy is Percent or Pods, not {self.type!r}")
        if self.value < 1:
            raise ValueError(f"a scaling policy moves at least 1, got {self.value}")


@dataclass(frozen=True, kw_only=True)
class ScalingRules:
    """How one direction is slowed down.

    Attributes:
        policies: limits per period.
        select_policy: `Max` allows what the most generous policy allows, `Min` the least, `Disabled` nothing.
        stabilization_window_seconds: the most careful proposal of this window counts.
        tolerance: deviation from the target that is ignored, 0.1 for 10 %.
    """

    policies: tuple[ScalingPolicy, ...]
    select_policy: SelectPolicy = "Max"
    stabilization_window_seconds: int = 0
    tolerance: float = TOLERANCE

    def __post_init__(self) -> None:
        if self.select_policy not in get_args(SelectPolicy):
            raise ValueError(f"selectPolicy is Max, Min or Disabled, not {self.select_policy!r}")
        if not self.policies:
            raise ValueError("a direction needs at least one scaling policy")

    @property
    def longest_period(self) -> int:
        """Seconds after which an event of this direction counts for none of its policies."""
        return max(policy.period_seconds for policy in self.policies)


DEFAULT_SCALE_UP = ScalingRules(
    policies=(
        ScalingPolicy(type="Pods", value=4, period_seconds=15),
        ScalingPolicy(type="Percent", value=100, period_seconds=15),
    )
)
DEFAULT_SCALE_DOWN = ScalingRules(
    policies=(ScalingPolicy(type="Percent", value=100, period_seconds=15),),
    stabilization_window_seconds=DOWNSCALE_WINDOW_SECONDS,
)
"""What the API server fills in where `behavior` names only one direction (autoscaling/v2 defaults)."""


@dataclass(frozen=True, kw_only=True)
class HpaSpec:
    """Bounds and speed of an autoscaler.

    Attributes:
        min_replicas: at least 1.
        max_replicas: at least `min_replicas`.
        scale_up: rules of scaling up; None together with `scale_down` where the manifest has no `behavior`: the
            controller then doubles at most, and four at least, at each look.
        scale_down: rules of scaling down.
    """

    min_replicas: int
    max_replicas: int
    scale_up: ScalingRules | None = None
    scale_down: ScalingRules | None = None

    def __post_init__(self) -> None:
        if not 1 <= self.min_replicas <= self.max_replicas:
            raise ValueError(f"1 <= minReplicas <= maxReplicas must hold, got {self.min_replicas}..{self.max_replicas}")
        if (self.scale_up is None) != (self.scale_down is None):
            raise ValueError("a behavior has rules for both directions; the API server fills in the missing one")

    @property
    def up_tolerance(self) -> float:
        """Above the target, this share is ignored."""
        return TOLERANCE if self.scale_up is None else self.scale_up.tolerance

    @property
    def down_tolerance(self) -> float:
        """Below the target, this share is ignored."""
        return TOLERANCE if self.scale_down is None else self.scale_down.tolerance


def spec_of(manifest: Mapping[str, Any]) -> HpaSpec:
    """Bounds and speed of a HorizontalPodAutoscaler's `spec`, or of a KEDA ScaledObject's.

    Args:
        manifest: the `spec` mapping in camelCase.

    Raises:
        ValueError: it is neither, or a value cannot be.
    """
    if "maxReplicaCount" in manifest:
        config = manifest.get("advanced", {}).get("horizontalPodAutoscalerConfig", {})
        low, high, behavior = manifest.get("minReplicaCount", 0), manifest["maxReplicaCount"], config.get("behavior")
    elif "maxReplicas" in manifest:
        low, high, behavior = manifest.get("minReplicas", 1), manifest["maxReplicas"], manifest.get("behavior")
    else:
        raise ValueError(
            "neither a HorizontalPodAutoscaler's spec (maxReplicas) nor a ScaledObject's (maxReplicaCount)"
        )
    return bounded(int(low), int(high), behavior)


def bounded(min_replicas: int, max_replicas: int, behavior: Mapping[str, Any] | None) -> HpaSpec:
    """A spec with the API server's defaults for what `behavior` leaves out.

    Args:
        min_replicas: lower bound.
        max_replicas: upper bound.
        behavior: `scaleUp` and `scaleDown` as in autoscaling/v2; None leaves the speed to the controller.

    Raises:
        ValueError: a value cannot be.
    """
    if behavior is None:
        return HpaSpec(min_replicas=min_replicas, max_replicas=max_replicas)
    return HpaSpec(
        min_replicas=min_replicas,
        max_replicas=max_replicas,
        scale_up=_rules(behavior.get("scaleUp") or {}, DEFAULT_SCALE_UP),
        scale_down=_rules(behavior.get("scaleDown") or {}, DEFAULT_SCALE_DOWN),
    )


def _rules(given: Mapping[str, Any], default: ScalingRules) -> ScalingRules:
    policies = tuple(
        ScalingPolicy(type=item["type"], value=int(item["value"]), period_seconds=int(item["periodSeconds"]))
        for item in given.get("policies") or ()
    )
    window = given.get("stabilizationWindowSeconds")
    tolerance = given.get("tolerance")
    return ScalingRules(
        policies=policies or default.policies,
        select_policy=given.get("selectPolicy") or "Max",
        stabilization_window_seconds=default.stabilization_window_seconds if window is None else int(window),
        tolerance=default.tolerance if tolerance is None else float(quantity(tolerance)),
    )


def quantity(value: str | float) -> Fraction:
    """A plain or milli quantity of Kubernetes, exactly: `"0.5"`, `"500m"`, `100`.

    Raises:
        ValueError: it has another unit or is no number.
    """
    match = _QUANTITY.fullmatch(str(value))
    if match is None or (isinstance(value, float) and not math.isfinite(value)):
        raise ValueError(f"not a plain quantity: {value!r}")
    return Fraction(match[1]) / (1000 if match[2] else 1)
