"""Runs of an autoscaler in which the planner's scaler and the real controller are compared.

Those named `preset` have the load of `./bbp simulate`, except for `steady`, under which nothing changes. The two
autoscalers are those of the scaling guide: one by cpu and memory without `behavior` (Kubernetes Deployment),
one by cpu, memory and requests a second with it (Auto-Scaling). Each run stays away from moments in which milliseconds
decide, such as a pod that becomes ready while the controller looks.
"""

from __future__ import annotations

from typing import Any, TypeAlias

from planner.simulation.scenarios import scenario as preset
from sandbox.drill.metrics.predicted import RUN_SECONDS, Scenario
from sandbox.drill.metrics.series import CPU, MEMORY, Series

Manifest: TypeAlias = dict[str, Any]

RPS = "http_requests_per_second"
QUIET_MIB = 200.0
"""Memory of a pod that no autoscaler minds: 39 % of 512 MiB."""
_ALWAYS = ((0.0, 1e9),)
GUIDE_BEHAVIOR: Manifest = {
    "scaleDown": {
        "stabilizationWindowSeconds": 300,
        "policies": [{"type": "Percent", "value": 10, "periodSeconds": 60}],
    },
    "scaleUp": {
        "stabilizationWindowSeconds": 60,
        "policies": [
            {"type": "Percent", "value": 50, "periodSeconds": 60},
            {"type": "Pods", "value": 2, "periodSeconds": 60},
        ],
    },
}
"""Of the scaling guide's second autoscaler (Auto-Scaling)."""
_QUICK: Manifest = {
    "scaleDown": {"stabilizationWindowSeconds": 0, "policies": [{"type": "Pods", "value": 2, "periodSeconds": 60}]},
    "scaleUp": {"stabilizationWindowSeconds": 0, "policies": [{"type": "Pods", "value": 10, "periodSeconds": 15}]},
}


def _utilization(name: str, percent: int) -> Manifest:
    return {
        "type": "Resource",
        "resource": {"name": name, "target": {"type": "Utilization", "averageUtilization": percent}},
    }


_CPU, _MEMORY = _utilization(CPU, 70), _utilization(MEMORY, 80)
_REQUESTS: Manifest = {
    "type": "Pods",
    "pods": {"metric": {"name": RPS}, "target": {"type": "AverageValue", "averageValue": "100"}},
}
_EXTERNAL: Manifest = {
    "type": "External",
    "external": {"metric": {"name": RPS}, "target": {"type": "AverageValue", "averageValue": "100"}},
}


def _spec(low: int, high: int, *metrics: Manifest, behavior: Manifest | None = None) -> Manifest:
    found: Manifest = {"minReplicas": low, "maxReplicas": high, "metrics": list(metrics)}
    return found if behavior is None else {**found, "behavior": behavior}


GUIDE_A = _spec(3, 10, _CPU, _MEMORY)
GUIDE_B = _spec(3, 20, _CPU, _MEMORY, _REQUESTS, behavior=GUIDE_BEHAVIOR)


def _steps(*points: tuple[float, float], **more: Any) -> Series:  # noqa: ANN401 - fields of a series
    return Series(points=points, **more)


def _each(amount: float) -> Series:
    return Series(points=((0, amount),), shared=False)


def _a(name: str, note: str, cpu: Series, start: int = 3, spec: Manifest = GUIDE_A, **more: Any) -> Scenario:  # noqa: ANN401 - fields of a scenario
    series = {CPU: cpu, MEMORY: more.pop("memory_series", None) or _each(QUIET_MIB)}
    return Scenario(name=name, note=note, spec=spec, start=start, series=series, **more)


def _b(name: str, note: str, requests: Series, start: int = 3, cpu: Series | None = None, **more: Any) -> Scenario:  # noqa: ANN401 - fields of a scenario
    series = {CPU: cpu or _each(200), MEMORY: _each(QUIET_MIB), RPS: requests}
    return Scenario(name=name, note=note, spec=more.pop("spec", GUIDE_B), start=start, series=series, **more)


def _preset(name: str, peak: float) -> Series:
    """The load of one of `./bbp simulate`'s scenarios, with its time pressed into that of a run."""
    found = preset(name, peak_rps=peak)
    pressed = RUN_SECONDS / found.seconds
    return Series(points=tuple((at * pressed, rate) for at, rate in found.points), shape="lines")


SCENARIOS = (
    _a("a-step", "guide A: three times the load at once", _steps((0, 1000), (60, 3000))),
    _a("a-step-down", "guide A: the load falls to a third", _steps((0, 2900), (90, 900)), start=9),
    _a("a-burst", "guide A: half a minute of four times the load", _steps((0, 1000), (65, 4000), (97, 1000))),
    _a(
        "a-flapping",
        "guide A: up and down every minute",
        _steps(*((60.0 * n, 1000 + 1000 * (n % 2)) for n in range(11))),
    ),
    _a(
        "a-memory",
        "guide A: memory that more pods do not lower",
        _steps((0, 900)),
        memory_series=_steps((0, QUIET_MIB), (60, 500), shared=False),
    ),
    _a("a-ramp", "guide A: the load grows in a line", _steps((0, 1000), (400, 3400), shape="lines")),
    _b("preset-double", "guide B: twice the load from the middle on", _preset("double", 600), start=6),
    _b("preset-guide-growth", "guide B: two years of the guide's growth", _preset("guide-growth", 25)),
    _b("preset-spike", "guide B: ten times the load for a quarter of the time", _preset("spike", 120)),
    _b("preset-daily", "guide B: a day", _preset("daily", 1500)),
    _b("b-step-down", "guide B: ten percent a minute, after five", _steps((0, 1000), (60, 300)), start=10),
    _b(
        "b-flapping",
        "guide B: requests double every other minute",
        _steps(*((60.0 * n, 300 + 300 * (n % 2)) for n in range(11))),
    ),
    _b(
        "broken-metric-up",
        "guide B: nobody measures requests while cpu asks for more",
        _steps((0, 300), gaps=_ALWAYS),
        cpu=_steps((0, 1000), (60, 2500)),
    ),
    _b(
        "broken-metric-down",
        "guide B without the wait: nobody measures requests for four minutes while cpu asks for less",
        _steps((0, 300), gaps=((0.0, 247.0),)),
        start=8,
        cpu=_steps((0, 1000)),
        spec={**GUIDE_B, "behavior": _QUICK},
    ),
    _a(
        "no-metrics",
        "guide A: nothing is measured for three minutes while the load rises",
        _steps((0, 1000), (60, 2500), gaps=((45.0, 230.0),)),
        memory_series=_steps((0, QUIET_MIB), shared=False, gaps=((45.0, 230.0),)),
    ),
    _a(
        "slow-pods",
        "guide A: pods take 40 s until they are ready",
        _steps((0, 1000), (60, 3200)),
        start_seconds=5,
        boot_seconds=32,
    ),
    _a(
        "unmeasured-up",
        "two of six pods are never measured while the load rises",
        _steps((0, 2000), (60, 3000), silent=2),
        start=6,
        spec=_spec(3, 12, _CPU),
    ),
    _a(
        "unmeasured-down",
        "two of eight pods are never measured while the load falls",
        _steps((0, 2700), (60, 1200), silent=2),
        start=8,
        spec=_spec(2, 12, _CPU, behavior=_QUICK),
    ),
    _a(
        "tolerance-edges",
        "exactly at both ends of the tolerance nothing happens, a little beyond it does",
        _steps((0, 385), (90, 390), (180, 350), (270, 315), (360, 310), shared=False),
        start=5,
        spec=_spec(2, 6, _CPU, behavior=_QUICK),
    ),
    _a(
        "policies",
        "the least generous policy decides upwards, and nothing goes down",
        _steps((0, 1000), (60, 3400), (300, 500)),
        spec=_spec(
            3,
            12,
            _CPU,
            behavior={
                "scaleUp": {
                    "selectPolicy": "Min",
                    "stabilizationWindowSeconds": 0,
                    "policies": [
                        {"type": "Percent", "value": 100, "periodSeconds": 60},
                        {"type": "Pods", "value": 2, "periodSeconds": 60},
                    ],
                },
                "scaleDown": {"selectPolicy": "Disabled"},
            },
        ),
    ),
    Scenario(
        name="external",
        note="guide B's requests as one number for all pods, as KEDA asks for them; more pods than allowed at first",
        spec=_spec(3, 8, _EXTERNAL, behavior=GUIDE_BEHAVIOR),
        start=10,
        series={RPS: _steps((0, 700), (120, 250))},
    ),
)
