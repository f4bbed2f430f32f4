"""Settings of the horizontal and vertical autoscalers (scaling guide, Horizontal Scaling and Auto-Scaling)."""

from typing import Literal

from pydantic import Field, field_validator

from bailbondpro.facts.autoscaling import MAX_PERIOD_SECONDS, MAX_WINDOW_SECONDS
from infra.settings.base import Area, refusal


class ScalingRules(Area):
    """One direction of the HPA's behavior; the policy that allows more change wins."""

    stabilization_seconds: int = Field(
        ge=0,
        le=MAX_WINDOW_SECONDS,
        description="Window the proposal must hold for, 0 to 3,600 s (Kubernetes; guide: up 60, down 300).",
    )
    percent: int | None = Field(
        default=None, ge=1, le=1000, description="Change per period in % of the pods (guide: up 50, down 10)."
    )
    pods: int | None = Field(default=None, ge=1, le=200, description="Change per period in pods (guide: up 2).")
    period_seconds: int = Field(
        default=60, ge=1, le=MAX_PERIOD_SECONDS, description="The period, 1 to 1,800 s (Kubernetes; guide: 60)."
    )


class VpaSettings(Area):
    """The vertical autoscaler `bailbondpro-vpa`."""

    mode: Literal["off", "recommend", "memory", "full"] = Field(
        default="recommend",
        description="off: none. recommend: only recommends. memory: sets memory, the HPA then must not use it. full: "
        "sets cpu and memory, without an HPA only. The guide's Auto next to its HPA is what the VPA documentation "
        "rules out.",
    )
    min_cpu_millicores: int = Field(default=100, ge=10, le=16000, description="Least CPU request (guide: 100m).")
    min_memory_mib: int = Field(default=128, ge=16, le=65536, description="Least memory request (guide: 128Mi).")
    max_cpu_millicores: int = Field(default=2000, ge=10, le=16000, description="Most CPU request (guide: 2).")
    max_memory_mib: int = Field(default=4096, ge=16, le=65536, description="Most memory request (guide: 4Gi).")

    @field_validator("mode", mode="before")
    @classmethod
    def _explain_auto(cls, value: object) -> object:
        """The guide's own word gets the reason instead of a list of choices."""
        if isinstance(value, str) and value.casefold() == "auto":
            raise refusal(
                "vpa-auto",
                "off, recommend, memory or full: Auto is deprecated, evicts pods as Recreate does, and would set the "
                "cpu and memory by which the HPA counts pods (VPA documentation, known limitations)",
                "set it to recommend; without an HPA, to full",
            )
        return value


class AutoscalingSettings(Area):
    """The application's autoscalers."""

    enabled: bool = Field(default=True, description="Whether an autoscaler owns the number of pods.")
    profile: Literal["guide-hpa", "guide-autoscaler", "scaling-manager"] = Field(
        default="guide-hpa",
        description="guide-hpa: the guide's HorizontalPodAutoscaler. guide-autoscaler: its AutoScaler class (up by "
        "half, down by a fifth, every 300 s). scaling-manager: its ScalingManager class (one pod up, two above 500 ms, "
        "one down, every 60 s). The last two decide by a formula, which needs keda; no pod goes while requests fail.",
    )
    metrics_backend: Literal["native", "keda", "custom-metrics-api", "none"] = Field(
        description="Where metrics come from. native: cpu and memory. keda: requests per second through Prometheus. "
        "custom-metrics-api: the guide's literal HPA, needs an adapter. none: nobody scales and the counts stay, for "
        "one deployment from keda to another (docs/upgrades.md). Default by phase: native, native, keda."
    )
    min_replicas: int = Field(
        ge=1, le=100, description="Fewest pods. Default by phase: prod 2, 3, 3 (guide: 3), dev 1, 2, 2."
    )
    max_replicas: int = Field(
        ge=1, le=200, description="Most pods. Default by phase: prod 6, 10, 20 (guide: 10, then 20), dev 2, 4, 6."
    )
    cpu_percent: int = Field(
        default=70, ge=10, le=100, description="CPU target in % of the request (scaling guide, Auto-Scaling: 70)."
    )
    memory_percent: int | None = Field(
        default=80,
        ge=10,
        le=100,
        description="Memory target in % of the request (scaling guide, Auto-Scaling: 80); null: memory does not scale, "
        "as never in the profile scaling-manager.",
    )
    requests_per_second: int | None = Field(
        ge=1,
        le=100_000,
        description="Target of requests per second and pod in the profile guide-hpa; null: requests do not scale. "
        "Default by phase: 100 in the third (scaling guide, Auto-Scaling: 100).",
    )
    scale_up: ScalingRules | None = Field(
        description="How fast pods are added in the profile guide-hpa; null: the HPA's own rule. Default by phase: the "
        "guide's in the third."
    )
    scale_down: ScalingRules | None = Field(
        description="How fast pods are removed in the profile guide-hpa; null: the HPA's own rule. Default by phase: "
        "the guide's in the third."
    )
    vpa: VpaSettings = Field(default=VpaSettings(), description="The vertical autoscaler.")
