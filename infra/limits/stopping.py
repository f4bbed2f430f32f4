"""How a pod stops without losing a request: load balancer, preStop, longest request and grace period as one chain."""

from __future__ import annotations

from typing import TYPE_CHECKING

from components.tuning.nginx import Tuning
from infra.limits.rule import Finding, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from infra.settings.root import Settings

MARGIN_SECONDS = 5
"""Between the last request and the kill (our choice)."""
NLB_FORWARDS_SECONDS = 120
"""How long a Network Load Balancer may go on sending new connections to a target that leaves, however short its
deregistration delay is (measured by users: kubernetes-sigs/aws-load-balancer-controller issues 2366 and 3270)."""
RESOLVER_SECONDS = 5
"""How long the gateway keeps the address of a pod (`components.gateway.render`: resolver, valid)."""
EVICTION_SECONDS = 900
"""How long an update of a node group waits for a node's pods (EKS User Guide, managed node update behavior: 15 min)."""
SHUTDOWN_SECONDS = 15
"""What the gateway's grace period has beyond preStop and the longest request (`components.gateway.gateway`)."""
LONGEST_SECONDS = (EVICTION_SECONDS - SHUTDOWN_SECONDS) // 2
"""The longest request that a chain exists for: it is waited for once in preStop and once after it."""


@rule(
    "graceful-stop",
    source="Kubernetes documentation, pod termination; Network Load Balancer User Guide, deregistration delay; scaling "
    "guide, proxy timeouts",
    areas=("app", "gateway", "services"),
)
def stopping_pods_finish_requests(settings: Settings) -> Iterator[Finding]:
    """A pod stops only after everything before it stopped sending, and is killed only after its longest request."""
    path, longest = _longest(settings)
    if longest > LONGEST_SECONDS:
        yield Finding(
            path=path,
            value=longest,
            allowed=f"at most {LONGEST_SECONDS}: the load balancer keeps its connections for as long, preStop waits "
            f"for that, and the pod must be gone within the {EVICTION_SECONDS} s that an update of the nodes waits",
            fix=f"set it to {LONGEST_SECONDS}, and let longer work run behind a queue",
        )
        return  # every other link of the chain follows from it
    yield from _gateway(settings, longest)
    yield from _app(settings)


def _gateway(settings: Settings, longest: int) -> Iterator[Finding]:
    gateway = settings.gateway
    delay, pre_stop = gateway.deregistration_delay_seconds, gateway.pre_stop_seconds
    if delay < longest:
        yield Finding(
            path="gateway.deregistrationDelaySeconds",
            value=delay,
            allowed=f"at least {longest}, the longest read timeout: connections are cut when the delay ends",
            fix=f"set it to {longest}",
        )
    least = max(delay, NLB_FORWARDS_SECONDS)
    if pre_stop < least:
        yield Finding(
            path="gateway.preStopSeconds",
            value=pre_stop,
            allowed=f"at least {least}: deregistrationDelaySeconds ({delay}), and the {NLB_FORWARDS_SECONDS} s that "
            "the load balancer may go on sending to a pod that leaves",
            fix=f"set it to {least}",
        )
    most = EVICTION_SECONDS - longest - SHUTDOWN_SECONDS
    if pre_stop > most:
        yield Finding(
            path="gateway.preStopSeconds",
            value=pre_stop,
            allowed=f"at most {most}: with the longest request, a pod must be gone within the {EVICTION_SECONDS} s "
            "that an update of the nodes waits",
            fix=f"set it to {most}, or lower the longest read timeout ({longest})",
        )


def _app(settings: Settings) -> Iterator[Finding]:
    app = settings.app
    longest = max(settings.gateway.app.timeouts.read_seconds, settings.gateway.api.timeouts.read_seconds)
    keep_alive = Tuning().upstream_keepalive_seconds
    known = RESOLVER_SECONDS + keep_alive
    if app.pre_stop_seconds < known:
        yield Finding(
            path="app.preStopSeconds",
            value=app.pre_stop_seconds,
            allowed=f"at least {known}: the gateway knows a pod's address for {RESOLVER_SECONDS} s and keeps an idle "
            f"connection for {keep_alive} s",
            fix=f"set it to {known}",
        )
    least = app.pre_stop_seconds + longest + MARGIN_SECONDS
    if app.termination_grace_seconds < least:
        yield Finding(
            path="app.terminationGraceSeconds",
            value=app.termination_grace_seconds,
            allowed=f"at least {least}: preStopSeconds ({app.pre_stop_seconds}) + longest read timeout "
            f"({longest}) + {MARGIN_SECONDS}",
            fix=f"set it to {least}",
        )


def _longest(settings: Settings) -> tuple[str, int]:
    """The key of the longest read timeout, and its seconds."""
    gateway = settings.gateway
    found = {
        "gateway.app.timeouts.readSeconds": gateway.app.timeouts.read_seconds,
        "gateway.api.timeouts.readSeconds": gateway.api.timeouts.read_seconds,
    }
    found |= {
        f"services[{index}].readTimeoutSeconds": service.read_timeout_seconds
        for index, service in enumerate(settings.services)
        if service.public
    }
    return max(found.items(), key=lambda item: item[1])


RULES = (stopping_pods_finish_requests,)
