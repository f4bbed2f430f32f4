"""Limits of the application and its autoscalers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from components.runtime_env import SMALLEST_LIMIT_MIB
from infra.limits.rule import Finding, rule

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from infra.settings.base import Resources
    from infra.settings.root import Settings

_STOP_MARGIN_SECONDS = 5
_PLATFORM_VARIABLES = frozenset(
    {
        "CACHE_TTL",
        "NODE_ENV",
        "NODE_EXTRA_CA_CERTS",
        "NODE_OPTIONS",
        "PORT",
        "REDIS_CLUSTER",
        "REDIS_HOST",
        "REDIS_PORT",
    }
    | {"REDIS_TLS", "REDIS_URL", "SERVICE", "UV_THREADPOOL_SIZE"}
)
_PLATFORM_PREFIXES = ("DATABASE_",)


@rule(
    "prod-image-digest",
    source="Kubernetes documentation, images: a tag can move",
    areas=("app", "services", "environment"),
)
def prod_images_are_pinned(settings: Settings) -> Iterator[Finding]:
    """What production runs is decided by the configuration, not by the last push."""
    if settings.environment != "prod":
        return
    images = [("app.image", settings.app.image)]
    images += [(f"services[{i}].image", service.image) for i, service in enumerate(settings.services) if service.image]
    for path, image in images:
        if "@sha256:" not in image:
            yield Finding(
                path=path,
                value=image,
                allowed="repository@sha256:<64 hex digits> in prod",
                fix=f"set it to the digest that was tested, like `{image.split(':')[0]}@sha256:...`",
            )


@rule("third-party-images", source="Kubernetes documentation, images: a tag can move", areas=("gateway", "postgres"))
def third_party_images_have_a_version(settings: Settings) -> Iterator[Finding]:
    """`latest`, or no tag at all, changes without a change of ours."""
    images = {"gateway.image": settings.gateway.image, "postgres.pooler.image": settings.postgres.pooler.image}
    for path, image in images.items():
        name = image.rsplit("/", 1)[-1]
        if image.endswith(":latest") or not {":", "@"} & set(name):
            yield Finding(path=path, value=image, allowed="a version tag or a digest", fix="add the version's tag")


@rule(
    "requests-below-limits",
    source="Kubernetes documentation, resource management",
    areas=("app", "services", "gateway", "postgres"),
)
def requests_stay_below_limits(settings: Settings) -> Iterator[Finding]:
    """The API server refuses a request above its limit."""
    yield from _above_limit("app.resources", settings.app.resources)
    yield from _above_limit("gateway.resources", settings.gateway.resources)
    yield from _above_limit("postgres.pooler.resources", settings.postgres.pooler.resources)
    for index, service in enumerate(settings.services):
        yield from _above_limit(f"services[{index}].resources", service.resources)


def _above_limit(path: str, resources: Resources) -> Iterator[Finding]:
    pairs = {
        "cpuRequestMillicores": (resources.cpu_request_millicores, resources.cpu_limit_millicores),
        "memoryRequestMib": (resources.memory_request_mib, resources.memory_limit_mib),
    }
    for key, (request, limit) in pairs.items():
        if request > limit:
            fix = f"set it to {limit}, or raise the limit to {request}"
            yield Finding(path=f"{path}.{key}", value=request, allowed=f"at most its limit ({limit})", fix=fix)


@rule("node-heap", source="Node.js documentation; scaling guide, Performance Tuning", areas=("app", "services"))
def memory_holds_a_heap(settings: Settings) -> Iterator[Finding]:
    """Heap sizes are derived from the memory limit; below some size nothing useful is left."""
    limits = {"app": settings.app.resources.memory_limit_mib}
    limits |= {f"services[{i}]": service.resources.memory_limit_mib for i, service in enumerate(settings.services)}
    for path, limit in limits.items():
        if limit < SMALLEST_LIMIT_MIB:
            yield Finding(
                path=f"{path}.resources.memoryLimitMib",
                value=limit,
                allowed=f"at least {SMALLEST_LIMIT_MIB}: Node.js and its heap need it",
                fix=f"set it to {SMALLEST_LIMIT_MIB} or more",
            )


@rule(
    "graceful-stop",
    source="Kubernetes documentation, pod termination; scaling guide, proxy timeouts",
    areas=("app", "gateway"),
)
def stopping_pods_finish_requests(settings: Settings) -> Iterator[Finding]:
    """A pod is killed only after it left the load balancer and answered its longest request."""
    longest = max(settings.gateway.app.timeouts.read_seconds, settings.gateway.api.timeouts.read_seconds)
    least = settings.app.pre_stop_seconds + longest + _STOP_MARGIN_SECONDS
    if settings.app.termination_grace_seconds < least:
        yield Finding(
            path="app.terminationGraceSeconds",
            value=settings.app.termination_grace_seconds,
            allowed=f"at least {least}: preStopSeconds ({settings.app.pre_stop_seconds}) + longest read timeout "
            f"({longest}) + {_STOP_MARGIN_SECONDS}",
            fix=f"set it to {least}",
        )


@rule("ports-distinct", source="Kubernetes documentation, container ports", areas=("app",))
def ports_are_distinct(settings: Settings) -> Iterator[Finding]:
    """Web and API listen on two ports of one pod."""
    if settings.app.port == settings.app.api_port:
        other = f"another port than app.port ({settings.app.port})"
        yield Finding(path="app.apiPort", value=settings.app.api_port, allowed=other, fix="set it to 4000")


@rule("platform-variables", source="scaling guide: DATABASE_*, REDIS_*, UV_THREADPOOL_SIZE", areas=("app", "services"))
def platform_variables_stay_ours(settings: Settings) -> Iterator[Finding]:
    """A second definition of a variable the platform sets would silently win or lose."""
    yield from _clashes("app.environment", settings.app.environment)
    for index, service in enumerate(settings.services):
        yield from _clashes(f"services[{index}].environment", service.environment)


def _clashes(path: str, variables: Mapping[str, str]) -> Iterator[Finding]:
    for name, value in variables.items():
        if name in _PLATFORM_VARIABLES or name.startswith(_PLATFORM_PREFIXES):
            yield Finding(
                path=f"{path}.{name}",
                value=value,
                allowed="names the platform does not set itself",
                fix="remove it: the platform derives it from the other settings",
            )


@rule("replica-range", source="scaling guide, Auto-Scaling: minReplicas 3", areas=("autoscaling", "environment"))
def replica_range_is_ordered(settings: Settings) -> Iterator[Finding]:
    """The maximum is not below the minimum; prod keeps two pods so that one may fail."""
    autoscaling = settings.autoscaling
    if autoscaling.min_replicas > autoscaling.max_replicas:
        yield Finding(
            path="autoscaling.maxReplicas",
            value=autoscaling.max_replicas,
            allowed=f"at least minReplicas ({autoscaling.min_replicas})",
            fix=f"set it to {autoscaling.min_replicas}, or lower autoscaling.minReplicas",
        )
    if settings.environment == "prod" and autoscaling.min_replicas < 2:  # noqa: PLR2004 - two is one more than one
        yield Finding(
            path="autoscaling.minReplicas",
            value=autoscaling.min_replicas,
            allowed="at least 2 in prod: no single point of failure",
            fix="set it to 2",
        )


@rule(
    "autoscaler-metrics",
    source="Kubernetes documentation, HPA; KEDA documentation",
    areas=("autoscaling", "monitoring"),
)
def metrics_have_a_source(settings: Settings) -> Iterator[Finding]:
    """Requests per second come from Prometheus through KEDA or an adapter, never from metrics-server."""
    autoscaling = settings.autoscaling
    if autoscaling.requests_per_second is not None and autoscaling.metrics_backend == "native":
        yield Finding(
            path="autoscaling.metricsBackend",
            value="native",
            allowed="keda or custom-metrics-api while requestsPerSecond is set",
            fix="set it to keda, or autoscaling.requestsPerSecond to null",
        )
    if autoscaling.metrics_backend != "native" and not settings.monitoring.prometheus.enabled:
        yield Finding(
            path="monitoring.prometheus.enabled",
            value=False,
            allowed=f"true while autoscaling.metricsBackend is {autoscaling.metrics_backend}: a missing metric stops "
            "all scaling down",
            fix="set it to true, or autoscaling.metricsBackend to native",
        )


@rule(
    "vpa-not-with-hpa",
    source="VPA documentation, known limitations: not with an HPA on the same resource",
    areas=("autoscaling",),
)
def vertical_and_horizontal_do_not_fight(settings: Settings) -> Iterator[Finding]:
    """The guide puts a VPA in mode Auto on cpu and memory next to an HPA on both: the two would fight."""
    autoscaling = settings.autoscaling
    mode = autoscaling.vpa.mode
    if not autoscaling.enabled or mode in {"off", "recommend"}:
        return
    if mode == "full":
        yield Finding(
            path="autoscaling.vpa.mode",
            value=mode,
            allowed="off, recommend or memory while an HPA scales on cpu",
            fix="set it to recommend, or autoscaling.enabled to false",
        )
    elif autoscaling.memory_percent is not None:
        yield Finding(
            path="autoscaling.memoryPercent",
            value=autoscaling.memory_percent,
            allowed="null while vpa.mode is memory: one resource has one owner",
            fix="set it to null, or autoscaling.vpa.mode to recommend",
        )


@rule("vpa-range", source="VPA API, resource policy", areas=("autoscaling",))
def vertical_range_is_ordered(settings: Settings) -> Iterator[Finding]:
    """MinAllowed is not above maxAllowed."""
    vpa = settings.autoscaling.vpa
    pairs = {
        "minCpuMillicores": (vpa.min_cpu_millicores, vpa.max_cpu_millicores),
        "minMemoryMib": (vpa.min_memory_mib, vpa.max_memory_mib),
    }
    for key, (low, high) in pairs.items():
        if low > high:
            yield Finding(
                path=f"autoscaling.vpa.{key}",
                value=low,
                allowed=f"at most its maximum ({high})",
                fix=f"set it to {high}",
            )


@rule("scaling-rules", source="Kubernetes API, HPAScalingRules: at least one policy", areas=("autoscaling",))
def scaling_rules_have_a_policy(settings: Settings) -> Iterator[Finding]:
    """A direction with neither a percentage nor a number of pods says nothing."""
    directions = {"scaleUp": settings.autoscaling.scale_up, "scaleDown": settings.autoscaling.scale_down}
    for key, rules in directions.items():
        if rules is not None and rules.percent is None and rules.pods is None:
            yield Finding(
                path=f"autoscaling.{key}",
                value={"stabilizationSeconds": rules.stabilization_seconds},
                allowed="percent, pods, or both",
                fix=f"add percent (guide: {'50' if key == 'scaleUp' else '10'})",
            )


RULES = (
    prod_images_are_pinned,
    third_party_images_have_a_version,
    requests_stay_below_limits,
    memory_holds_a_heap,
    stopping_pods_finish_requests,
    ports_are_distinct,
    platform_variables_stay_ours,
    replica_range_is_ordered,
    metrics_have_a_source,
    vertical_and_horizontal_do_not_fight,
    vertical_range_is_ordered,
    scaling_rules_have_a_policy,
)
