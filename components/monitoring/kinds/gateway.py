"""The gateway, which every request passes."""

from __future__ import annotations

from functools import partial

from ..alerts import Alert, Scope
from ..kind import ClusterKind, Panels
from ..panels import queried
from .boards import CDN


def alerts(scope: Scope) -> tuple[Alert, ...]:
    """Nginx does not answer."""
    return (
        Alert(
            name="GatewayDown",
            expr=f"nginx_up{{{scope.matcher}}} == 0",
            for_="2m",
            severity="critical",
            summary="nginx in {{ $labels.pod }} does not answer",
            description="If all gateway pods are down, nothing is served. Check their log and the last configuration.",
            runbook="gateway",
        ),
    )


def panels(scope: Scope) -> Panels:
    """What reaches the origin: everything that the CDN does not answer itself."""
    show = partial(queried, legend="{{pod}}")
    nginx = f"{{{scope.matcher}}}"
    accepted, handled = (f"rate(nginx_connections_{state}{nginx}[5m])" for state in ("accepted", "handled"))
    shown = [
        show(
            "Requests that reach the gateway, per second",
            "reqps",
            f"sum by (pod) (rate(nginx_http_requests_total{nginx}[5m]))",
            note="What the CDN answers from its cache is not here: less is better.",
        ),
        queried(
            "Connections of the gateway",
            "short",
            *(f"sum(nginx_connections_{state}{nginx})" for state in ("active", "reading", "writing", "waiting")),
            legend="{{__name__}}",
        ),
        show("Connections that the gateway dropped, per second", "short", f"sum by (pod) ({accepted} - {handled})"),
        show("Gateway answers (1)", "short", f"nginx_up{nginx}"),
    ]
    return {CDN: shown}


GATEWAY = ClusterKind(alerts=alerts, panels=panels)
