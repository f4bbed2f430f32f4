"""What the played kubelets do, as stages for kwok: the text of `data/stages.yaml` with its numbers and expressions."""

from __future__ import annotations

from pathlib import Path

from sandbox.drill.numbers import BROKEN_ANNOTATION, NUMBERS, Number

STAGES = Path(__file__).parent / "data" / "stages.yaml"

_STARTED = "([.status.containerStatuses[]?.state.running.startedAt // empty | fromdate] | max)"
"""When the last of a pod's containers started."""

_CONTAINERS_READY = (
    # A probe is sent at its initial delay and then every period until it succeeds as often as it must; the one for
    # readiness only counts after the one for startup (Kubernetes documentation, "Configure Probes"). Both succeed once
    # the program is up; without probes a container is ready when it runs.
    "def up($p; $after): ($p.initialDelaySeconds // 0) as $first | ($p.periodSeconds // 10) as $period"
    " | (if $after > $first then $first + ((($after - $first) / $period) | ceil) * $period else $first end)"
    " + (($p.successThreshold // 1) - 1) * $period;"
    " <<boot_seconds>> as $boot | <<started>> + ([.spec.containers[] | . as $c"
    " | (if $c.startupProbe then up($c.startupProbe; $boot) else 0 end) as $startup"
    " | (if $c.readinessProbe then up($c.readinessProbe; [$startup, $boot] | max) else $startup end)] | max) | todate"
)

_PRE_STOP = (
    # The hook runs before the stop signal (Kubernetes documentation, "Container Lifecycle Hooks"): either `sleep`, or a
    # command of which only the seconds of a `sleep` in it are known.
    "([.spec.containers[].lifecycle.preStop // empty | .sleep.seconds"
    ' // ([(.exec.command // []) | join(" ") | match("sleep +([0-9]+)").captures[0].string | tonumber] | first)'
    " // 0] | max // 0)"
)

_STOPPED = (
    "(.metadata.deletionGracePeriodSeconds // 0) as $grace"
    ' | (if .status.phase == "Running" then ' + _PRE_STOP + " + <<stop_seconds>> else 0 end) as $work"
    " | (.metadata.deletionTimestamp | fromdate) - $grace + ([$grace, $work] | min) | todate"
)


def _expression(number: Number) -> str:
    if not number.annotation:
        return str(number.value)
    return f'((.metadata.annotations["{number.annotation}"] // "{number.value}") | tonumber)'


def stages() -> str:
    """The stages of nodes and pods, as the configuration of kwok."""
    text = STAGES.read_text(encoding="utf-8")
    expressions = {"containers_ready": _CONTAINERS_READY, "stopped": _STOPPED, "started": _STARTED}
    values = {"broken": BROKEN_ANNOTATION, **{number.name: _expression(number) for number in NUMBERS}}
    for name, value in [*expressions.items(), *values.items()]:
        text = text.replace(f"<<{name}>>", value)
    return text
