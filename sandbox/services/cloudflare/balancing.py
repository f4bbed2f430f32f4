"""Load balancers of the edge, their pools of origins, and the monitors that ask whether these live."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.model.base import Context, Rule, Violation
from sandbox.model.checks import On, given, items, number, text
from sandbox.model.references import Reference, Target
from sandbox.model.replacement import Replaced
from sandbox.model.rows import NONE, Returned, Row, schema_only
from sandbox.services.cloudflare import returned as cf

if TYPE_CHECKING:
    from collections.abc import Iterator

BALANCER = "cloudflare:index/loadBalancer:LoadBalancer"
POOL = (Target("cloudflare:index/loadBalancerPool:LoadBalancerPool"),)
MONITOR = (Target("cloudflare:index/loadBalancerMonitor:LoadBalancerMonitor"),)
_IN_USE = "1005: This object is referenced by other objects, delete them first"
MONITORS = ("http", "https", "tcp", "udp_icmp", "icmp_ping", "smtp")
STEERING = (
    "off",
    "geo",
    "random",
    "dynamic_latency",
    "proximity",
    "least_outstanding_requests",
    "least_connections",
    "",
)
ORIGIN_STEERING = ("random", "hash", "least_outstanding_requests", "least_connections")
AFFINITY = ("none", "cookie", "ip_cookie", "header")


def _pool(context: Context) -> Iterator[Violation]:
    origins = items(context.inputs, "origins")
    if isinstance(context.inputs.get("origins"), list) and not context.inputs["origins"]:
        yield Violation("origins", "at least one origin is required")
    needed = number(context.inputs.get("minimumOrigins"))
    if needed is not None and origins and needed > len(origins):
        yield Violation("minimumOrigins", f"{needed:g} of {len(origins)} origins can never be healthy")


def _monitor(context: Context) -> Iterator[Violation]:
    inputs = context.inputs
    kind = text(inputs, "type", "http")
    if kind not in {"", "http", "https"}:
        for name in ("expectedCodes", "expectedBody", "followRedirects", "path", "allowInsecure"):
            if given(inputs, name) and inputs[name] is not False:
                yield Violation(name, f"only for monitors of type http or https, here {kind}")
    if kind in {"tcp", "udp_icmp", "smtp"} and not given(inputs, "port"):
        yield Violation("port", f"required for monitors of type {kind}")
    interval, timeout, retries = (number(inputs.get(name)) for name in ("interval", "timeout", "retries"))
    if interval and timeout and timeout * ((retries or 0) + 1) > interval:
        yield Violation(
            "interval", f"{interval:g} s are shorter than {(retries or 0) + 1:g} attempts of {timeout:g} s each"
        )


def _balancer(context: Context) -> Iterator[Violation]:
    inputs = context.inputs
    if isinstance(inputs.get("defaultPools"), list) and not inputs["defaultPools"]:
        yield Violation("defaultPools", "at least one pool is required")
    seconds = number(inputs.get("sessionAffinityTtl"))
    if seconds is not None and not 1800 <= seconds <= 604_800:  # noqa: PLR2004 - the documented range
        affinity = inputs.get("sessionAffinity")
        if affinity in {"cookie", "ip_cookie"}:
            yield Violation("sessionAffinityTtl", f"{seconds:g} is outside 1800..604800 seconds")


def _balancer_name(context: Context) -> Iterator[Violation]:
    if context.cloud is None:
        return
    for item in context.cloud.of_type(BALANCER):
        same = all(item.inputs.get(key) == context.inputs.get(key) for key in ("zoneId", "name"))
        if same and item.id != context.id:
            yield Violation("name", f"{item.name} balances {context.inputs.get('name')} already (code 1004)")


_pool_on = On("pool", source="Cloudflare API, Pools")
_monitor_on = On("monitor", source="Cloudflare API, Create monitor")
_balancer_on = On("edge-balancer", source="Cloudflare API, Load balancers")
ROWS = (
    Row(
        token=BALANCER,
        name=NONE,
        replaced=Replaced(("zoneId",)),
        references=(
            Reference("defaultPools[*]", POOL, "pool not found", _IN_USE),
            Reference("fallbackPool", POOL, "pool not found", _IN_USE),
        ),
        unique=(),
        values=(
            _balancer_on.one_of("steeringPolicy", STEERING),
            _balancer_on.one_of("sessionAffinity", AFFINITY),
            _balancer_on.custom("balancer", _balancer),
        ),
        state=(Rule("balancer-name", "Cloudflare API documentation, Create Load Balancer", (), _balancer_name),),
        returned=Returned(values=cf.BALANCER),
    ),
    Row(
        token=POOL[0].token,
        name=NONE,
        replaced=Replaced(("accountId",)),
        references=(
            Reference(
                "monitor",
                MONITOR,
                "monitor not found",
                "the monitor is referenced by a pool",
                unverified="that a monitor in use cannot be deleted",
            ),
        ),
        unique=(),
        values=(
            _pool_on.matches("name", r"[a-zA-Z0-9_-]+", "letters, digits, - or _"),
            _pool_on.unique("origins[*].name", "origin"),
            _pool_on.between("origins[*].weight", 0, 1, ""),
            _pool_on.between("origins[*].port", 0, 65_535),
            _pool_on.one_of("originSteering.policy", ORIGIN_STEERING),
            _pool_on.custom("origins", _pool),
        ),
        returned=Returned(values=cf.POOL),
    ),
    Row(
        token=MONITOR[0].token,
        name=NONE,
        replaced=Replaced(("accountId",)),
        references=(),
        unique=(),
        values=(
            _monitor_on.one_of("type", MONITORS),
            _monitor_on.between("retries", 0, 5),
            _monitor_on.between("timeout", 1, 10, "seconds"),
            _monitor_on.between("interval", 5, 3600, "seconds"),
            _monitor_on.between("port", 0, 65_535),
            _monitor_on.custom("kind", _monitor),
        ),
        returned=Returned(values=cf.MONITOR),
    ),
    schema_only("cloudflare:index/healthcheck:Healthcheck", "no stack has it", Replaced(("zoneId",))),
)
