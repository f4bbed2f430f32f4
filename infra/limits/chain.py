"""Everything that a stopping pod waits for, as numbers, and the links between them: each must hold. Pure."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

from bailbondpro.facts.nodes import NODE_UPDATE_SECONDS
from components.gateway.model import GRACE_SPARE_SECONDS, SHUTDOWN_MARGIN_SECONDS
from components.gateway.render import KEEPALIVE_MIN_SECONDS, RESOLVER_SECONDS
from components.pooler.config import GRACE_SPARE_SECONDS as POOLER_SPARE_SECONDS
from components.pooler.config import PRE_STOP_SECONDS as POOLER_PRE_STOP_SECONDS
from components.tuning.nginx import NODE_KEEPALIVE_SECONDS, Tuning

if TYPE_CHECKING:
    from collections.abc import Iterator

    from infra.settings.root import Settings

MARGIN_SECONDS = 5
"""Between the application's last request and the kill (our choice)."""
NLB_FORWARDS_SECONDS = 120
"""How long a Network Load Balancer may go on sending new connections to a target that leaves, however short its
deregistration delay is (measured by users: kubernetes-sigs/aws-load-balancer-controller issues 2366 and 3270,
aws/containers-roadmap issue 470; read 2026-11-29; AWS documents no such time)."""
DNS_CACHE_SECONDS = 5
"""How long the cluster's DNS may still give the address of a pod that leaves (CoreDNS documentation, kubernetes plugin,
ttl: 5 s by default, and the cache plugin keeps no record longer than its ttl; unverified 2026-11-29)."""


@dataclass(frozen=True, kw_only=True)
class Chain:
    """All numbers in seconds.

    Attributes:
        longest: the longest read timeout of any route: what one answer may take.
        delay: deregistration delay of the load balancer's target groups.
        forwards: how long a leaving target still gets new connections.
        pre_stop: how long a stopping gateway pod serves on as if nothing were.
        keep_alive: how long a gateway that ends still takes a request on a connection that was just used.
        shutdown: how long its requests and WebSockets may take then (`worker_shutdown_timeout`).
        grace: from the order to stop until the kill.
        drain: the shortest time that whoever empties a node waits.
        dns: how long the cluster's DNS may give the address of a pod that leaves.
        resolver: how long the gateway keeps an address.
        upstream_keep_alive: how long the gateway keeps an idle connection to a pod.
        app_keep_alive: how long the application keeps one.
        app_pre_stop: how long a stopping application pod serves on.
        app_longest: the longest read timeout towards the application.
        app_grace: from the order to stop until the kill.
        pooler_pre_stop: how long a stopping pooler serves on.
        pooler_finish: how long its transactions may take then.
        pooler_grace: from the order to stop until the kill.
    """

    longest: float
    delay: float
    forwards: float
    pre_stop: float
    keep_alive: float
    shutdown: float
    grace: float
    drain: float
    dns: float
    resolver: float
    upstream_keep_alive: float
    app_keep_alive: float
    app_pre_stop: float
    app_longest: float
    app_grace: float
    pooler_pre_stop: float
    pooler_finish: float
    pooler_grace: float

    def faster(self, factor: float) -> Chain:
        """The same with every number divided by one factor."""
        return Chain(**{field.name: getattr(self, field.name) / factor for field in fields(self)})


@dataclass(frozen=True, kw_only=True)
class Link:
    """What must be no more than something else.

    Attributes:
        key: the setting that gives way, its key path; empty where the greater side is derived and always fits.
        least: seconds on the left.
        what: the left side in words.
        most: seconds on the right.
        within: the right side in words.
        lowers: whether the setting is on the left, so that it has to become smaller.
        why: what is lost otherwise.
    """

    key: str
    least: float
    what: str
    most: float
    within: str
    why: str
    lowers: bool = False

    @property
    def holds(self) -> bool:
        """Whether the left side is no more than the right one."""
        return self.least <= self.most


def links(chain: Chain) -> tuple[Link, ...]:
    """The whole chain: in front of the gateway, the gateway's own end, behind it, and whoever empties nodes."""
    return (*_front(chain), *_end(chain), *_behind(chain), *_nodes(chain))


def _front(chain: Chain) -> Iterator[Link]:
    yield Link(
        key="gateway.deregistrationDelaySeconds",
        least=chain.longest,
        what="the longest read timeout",
        most=chain.delay,
        within="the deregistration delay",
        why="the load balancer promises a leaving pod's connections for no longer than the delay",
    )
    yield Link(
        key="gateway.preStopSeconds",
        least=chain.delay,
        what="the deregistration delay",
        most=chain.pre_stop,
        within="the gateway's preStop",
        why="the pod would stop while the load balancer still drains it",
    )
    yield Link(
        key="gateway.preStopSeconds",
        least=chain.forwards,
        what="the time that the load balancer may go on sending to a pod that leaves",
        most=chain.pre_stop,
        within="the gateway's preStop",
        why="new connections would meet a closed port",
    )


def _end(chain: Chain) -> Iterator[Link]:
    yield Link(
        key="",
        least=chain.keep_alive + chain.longest,
        what="the last wait of a kept connection and the longest read timeout after it",
        most=chain.shutdown,
        within="nginx's worker_shutdown_timeout",
        why="the answer to the last request of a kept connection would be cut",
    )
    yield Link(
        key="",
        least=chain.pre_stop + chain.shutdown,
        what="the gateway's preStop and worker_shutdown_timeout",
        most=chain.grace,
        within="the gateway's grace period",
        why="the pod would be killed with requests under way",
    )


def _behind(chain: Chain) -> Iterator[Link]:
    yield Link(
        key="",
        least=chain.upstream_keep_alive,
        what="the gateway's idle connections to the application",
        most=chain.app_keep_alive,
        within="the application's own (server.keepAliveTimeout)",
        why="a POST would meet a connection that the application has given up",
    )
    yield Link(
        key="app.preStopSeconds",
        least=chain.dns + chain.resolver + chain.upstream_keep_alive,
        what="a leaving pod's address in the cluster's DNS and in the gateway, and its idle connections",
        most=chain.app_pre_stop,
        within="the application's preStop",
        why="the gateway would still send to a pod that has ended",
    )
    yield Link(
        key="app.terminationGraceSeconds",
        least=chain.app_pre_stop + chain.app_longest + MARGIN_SECONDS,
        what=f"the application's preStop, its longest read timeout, and {MARGIN_SECONDS} s",
        most=chain.app_grace,
        within="the application's grace period",
        why="the pod would be killed with requests under way",
    )
    yield Link(
        key="",
        least=chain.longest,
        what="the longest read timeout, for no request's transaction takes longer",
        most=chain.pooler_finish,
        within="what a stopping PgBouncer waits for transactions",
        why="a transaction of a request under way would be rolled back",
    )
    yield Link(
        key="",
        least=chain.pooler_pre_stop + chain.pooler_finish,
        what="PgBouncer's preStop and its wait for transactions",
        most=chain.pooler_grace,
        within="PgBouncer's grace period",
        why="it would be killed with transactions under way",
    )


def _nodes(chain: Chain) -> Iterator[Link]:
    emptied = "what an update of the nodes and cluster-autoscaler wait"
    why = "the node would be taken away under the pod"
    yield Link(
        key="gateway.preStopSeconds",
        least=chain.grace,
        what="the gateway's grace period",
        most=chain.drain,
        within=emptied,
        why=why,
        lowers=True,
    )
    yield Link(
        key="app.terminationGraceSeconds",
        least=chain.app_grace,
        what="the application's grace period",
        most=chain.drain,
        within=emptied,
        why=why,
        lowers=True,
    )


def chain_of(settings: Settings) -> Chain:
    """The chain of a stack."""
    gateway, app = settings.gateway, settings.app
    _, longest = longest_request(settings)
    shutdown = longest + SHUTDOWN_MARGIN_SECONDS
    app_longest = max(gateway.app.timeouts.read_seconds, gateway.api.timeouts.read_seconds)
    return Chain(
        longest=longest,
        delay=gateway.deregistration_delay_seconds,
        forwards=NLB_FORWARDS_SECONDS,
        pre_stop=gateway.pre_stop_seconds,
        keep_alive=KEEPALIVE_MIN_SECONDS,
        shutdown=shutdown,
        grace=gateway.pre_stop_seconds + shutdown + GRACE_SPARE_SECONDS,
        drain=NODE_UPDATE_SECONDS,
        dns=DNS_CACHE_SECONDS,
        resolver=RESOLVER_SECONDS,
        upstream_keep_alive=Tuning().upstream_keepalive_seconds,
        app_keep_alive=NODE_KEEPALIVE_SECONDS,
        app_pre_stop=app.pre_stop_seconds,
        app_longest=app_longest,
        app_grace=app.termination_grace_seconds,
        pooler_pre_stop=POOLER_PRE_STOP_SECONDS,
        pooler_finish=longest,
        pooler_grace=POOLER_PRE_STOP_SECONDS + longest + POOLER_SPARE_SECONDS,
    )


def longest_request(settings: Settings) -> tuple[str, int]:
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
