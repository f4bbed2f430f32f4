"""Limits of the services the gateway routes to."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from components.gateway.guide import INTERNAL_PATH
from infra.limits.rule import Finding, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from infra.settings.root import Settings

_OWN_NAMES = frozenset({"app", "gateway", "headless", "hpa", "nginx", "pgbouncer", "pooler", "service", "vpa"})
_OWN_PATHS = frozenset({"/", "/api", "/api/", "/health", "/ready", "/static", "/static/"})


@rule("service-names", source="Kubernetes documentation, names are unique in a namespace", areas=("services",))
def names_are_free(settings: Settings) -> Iterator[Finding]:
    """Two services of one name, or one of the platform's own names, would be one Deployment."""
    counts = Counter(service.name for service in settings.services)
    seen: set[str] = set()
    for index, service in enumerate(settings.services):
        repeated = counts[service.name] > 1 and service.name in seen
        if repeated or service.name in _OWN_NAMES:
            yield Finding(
                path=f"services[{index}].name",
                value=service.name,
                allowed="a name that no other service and no part of the platform has",
                fix=f"rename it, for example `{service.name}-{index + 1}`",
            )
        seen.add(service.name)


@rule("service-paths", source="nginx documentation, location: one per prefix", areas=("services", "app"))
def paths_are_free(settings: Settings) -> Iterator[Finding]:
    """Nginx refuses a second location of one prefix; the application keeps its own."""
    owner: dict[str, str] = {}
    for index, service in enumerate(settings.services):
        for path in service.paths:
            own = path in _OWN_PATHS or below(path, (INTERNAL_PATH, settings.app.metrics_path))
            taken = "the platform" if own else owner.get(path)
            if taken:
                yield Finding(
                    path=f"services[{index}].paths",
                    value=path,
                    allowed=f"a prefix that nobody has ({taken} has it)",
                    fix=f"use a longer prefix such as `/api/{service.name}/`",
                )
            owner.setdefault(path, service.name)


def below(path: str, folders: tuple[str, ...]) -> bool:
    """The gateway compares whole segments, without regard to case."""
    return any(f"{path.rstrip('/')}/".lower().startswith(f"{folder.rstrip('/')}/".lower()) for folder in folders)


@rule("service-prefix-slash", source="nginx documentation, location: prefixes are of characters", areas=("services",))
def prefixes_end_with_a_slash(settings: Settings) -> Iterator[Finding]:
    """`/api/bond` would also catch `/api/bondsman`."""
    for index, service in enumerate(settings.services):
        for path in service.paths:
            if not path.endswith("/"):
                yield Finding(
                    path=f"services[{index}].paths",
                    value=path,
                    allowed="prefixes that end with /",
                    fix=f"use `{path}/`",
                )


@rule("service-replicas", source="scaling guide, Auto-Scaling", areas=("services", "environment"))
def replica_ranges_are_ordered(settings: Settings) -> Iterator[Finding]:
    """The maximum is not below the minimum; production keeps two pods of everything public."""
    for index, service in enumerate(settings.services):
        if service.min_replicas > service.max_replicas:
            yield Finding(
                path=f"services[{index}].maxReplicas",
                value=service.max_replicas,
                allowed=f"at least minReplicas ({service.min_replicas})",
                fix=f"set it to {service.min_replicas}",
            )
        if settings.environment.production and service.public and service.min_replicas == 1:
            yield Finding(
                path=f"services[{index}].minReplicas",
                value=1,
                allowed="at least 2 for a public service in production",
                fix="set it to 2",
            )


@rule("service-rate-limit", source="scaling guide, Rate Limiting", areas=("services",))
def public_services_are_limited(settings: Settings) -> Iterator[Finding]:
    """No public path without a rate limit."""
    for index, service in enumerate(settings.services):
        if service.public and service.rate_limit == "none":
            yield Finding(
                path=f"services[{index}].rateLimit",
                value="none",
                allowed="api or login for a public service",
                fix="set it to api, or services[].public to false",
            )


@rule(
    "service-metrics", source="KEDA documentation, Prometheus scaler", areas=("services", "monitoring", "autoscaling")
)
def request_rates_have_a_source(settings: Settings) -> Iterator[Finding]:
    """Requests per second of a service come from Prometheus."""
    for index, service in enumerate(settings.services):
        if service.requests_per_second is not None and not settings.monitoring.prometheus.enabled:
            yield Finding(
                path=f"services[{index}].requestsPerSecond",
                value=service.requests_per_second,
                allowed="null while monitoring.prometheus.enabled is false",
                fix="remove it, or set monitoring.prometheus.enabled to true",
            )
        elif service.requests_per_second is not None and settings.autoscaling.metrics_backend == "native":
            yield Finding(
                path=f"services[{index}].requestsPerSecond",
                value=service.requests_per_second,
                allowed="null while autoscaling.metricsBackend is native: the metrics-server knows no requests",
                fix="remove it, or set autoscaling.metricsBackend to keda",
            )


@rule("service-databases", source="scaling guide, Database Scaling", areas=("services", "postgres"))
def databases_exist(settings: Settings) -> Iterator[Finding]:
    """A service on shards needs shards."""
    for index, service in enumerate(settings.services):
        if "shards" in service.databases and settings.postgres.shards.count == 0:
            yield Finding(
                path=f"services[{index}].databases",
                value=list(service.databases),
                allowed="primary or replicas while postgres.shards.count is 0",
                fix="remove `shards`, or set postgres.shards.count to 4",
            )


@rule("service-calls", source="Kubernetes documentation, Network Policies", areas=("services",))
def called_services_exist(settings: Settings) -> Iterator[Finding]:
    """A call is admitted at both ends: both must be there."""
    names = {service.name for service in settings.services}
    for index, service in enumerate(settings.services):
        for called in service.calls:
            others = names - {service.name}
            if called not in others:
                yield Finding(
                    path=f"services[{index}].calls",
                    value=called,
                    allowed=f"names of other services: {', '.join(sorted(others)) or 'there is none'}",
                    fix=f"remove `{called}`, or add the service",
                )


RULES = (
    called_services_exist,
    names_are_free,
    paths_are_free,
    prefixes_end_with_a_slash,
    replica_ranges_are_ordered,
    public_services_are_limited,
    request_rates_have_a_source,
    databases_exist,
)
