"""One service of the microservices phase: workload, autoscalers, monitoring, and its routes at the gateway."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

import pulumi

from ..autoscaling.autoscaler import DEFAULT_PROMETHEUS, Autoscaler, AutoscalerArgs
from ..autoscaling.policy import AutoscalingPolicy, guide_b
from ..autoscaling.vertical import VerticalAutoscaler, VerticalAutoscalerArgs, VerticalPolicy
from ..gateway.guide import API_ZONE, LOGIN_ZONE, RateLimits
from ..gateway.model import (
    API_FAILURES,
    API_TIMEOUTS,
    Failures,
    Member,
    RateLimit,
    Route,
    Timeouts,
    Upstream,
)
from ..kubernetes.children import child_options
from ..kubernetes.objects import Rollout
from ..kubernetes.pods import (
    Annotation,
    ContainerPort,
    EnvEntry,
    FileMount,
    Placement,
    Probe,
    Resources,
)
from ..monitoring.prometheus import SCRAPE_INTERVAL_SECONDS, PodMonitor, PodMonitorArgs
from .workload import Workload, WorkloadArgs, headless_host

if TYPE_CHECKING:
    from ..autoscaling.render import Backend
    from ..kubernetes.network_policies import TrafficRule

_NAME = re.compile(r"[a-z]([a-z0-9-]{0,38}[a-z0-9])?")
"""RFC 1123 label, short enough that "bailbondpro-<name>-headless" stays within 63 characters."""


def service_app(name: str) -> str:
    """The `app` label of a service's pods, and the name of its objects."""
    return f"bailbondpro-{name}"


@dataclass(frozen=True, kw_only=True)
class ServiceSpec:
    """What a service is.

    Attributes:
        name: RFC 1123 label, at most 40 characters.
        image: repository with tag or digest.
        port: HTTP port.
        paths: where the gateway routes to it; whole segments, so /api/clients is not /api/clients-export.
        public: reachable through the gateway.
        rate_limit: rate zone of its routes; a public service without one is refused.
        policy: horizontal scaling; the defaults are the guide's second autoscaler.
        resources: requests and limits.
        timeouts: of the gateway towards it.
        metrics_path: where Prometheus scrapes it.

    Raises:
        ValueError: the name is no label, or a public service has no path or no rate limit.
    """

    name: str
    image: pulumi.Input[str]
    port: int = 4000
    paths: tuple[str, ...] = ()
    public: bool = True
    rate_limit: Literal["api", "login"] | None = "api"
    policy: AutoscalingPolicy = field(default_factory=guide_b)
    resources: Resources = field(default_factory=Resources)
    timeouts: Timeouts = API_TIMEOUTS
    metrics_path: str = "/metrics"

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.name):
            raise ValueError(f"{self.name!r} is no service name: use a-z, 0-9 and -, start with a letter, at most 40")
        if self.public and not self.paths:
            raise ValueError(f"the public service {self.name} needs at least one path")
        if self.public and self.rate_limit is None:
            raise ValueError(f"the public service {self.name} needs a rate limit: api or login")

    @property
    def app(self) -> str:
        """The `app` label, and the name of its objects."""
        return service_app(self.name)

    @property
    def upstream_name(self) -> str:
        """Name of its upstream at the gateway."""
        return f"service_{self.name.replace('-', '_')}"


def service_upstream(spec: ServiceSpec, namespace: str, failures: Failures = API_FAILURES) -> Upstream:
    """The service's upstream: all ready pods, the one with the fewest connections first."""
    member = Member(
        host=headless_host(spec.app, namespace),
        port=spec.port,
        max_fails=failures.max_fails,
        fail_timeout_seconds=failures.fail_timeout_seconds,
    )
    return Upstream(name=spec.upstream_name, members=(member,))


def service_routes(spec: ServiceSpec, limits: RateLimits) -> tuple[Route, ...]:
    """The service's routes at the gateway; none when it is not public."""
    if not spec.public or spec.rate_limit is None:
        return ()
    zone = {"api": API_ZONE, "login": LOGIN_ZONE}[spec.rate_limit]
    burst = {"api": limits.api_burst, "login": limits.login_burst}[spec.rate_limit]
    return tuple(
        Route(
            path=path,
            match="segment" if path.strip("/") else "prefix",
            upstream=spec.upstream_name,
            timeouts=spec.timeouts,
            rate_limit=RateLimit(zone=zone, burst=burst),
        )
        for path in spec.paths
    )


@dataclass(frozen=True, kw_only=True)
class MicroserviceArgs:
    """Runs one service.

    Attributes:
        namespace: where all objects live.
        spec: what the service is.
        env: environment of its container.
        secret_checksum: see `WorkloadArgs`, like the next three.
        files: mounted directories.
        checksums: further annotations of its pods.
        rollout: pods that an update may add and miss.
        ingress: connections allowed to its pods, from the gateway and from monitoring.
        egress: connections allowed from its pods.
        backend: how it is scaled, see `AutoscalerArgs`.
        prometheus_address: the Prometheus that KEDA asks.
        vertical: a VerticalPodAutoscaler that recommends; needs the operator.
        monitored: a PodMonitor; needs the operator.
        scrape_interval_seconds: of the PodMonitor.
        placement: node pool.
    """

    namespace: pulumi.Input[str]
    spec: ServiceSpec
    env: tuple[EnvEntry, ...] = ()
    secret_checksum: pulumi.Input[str] | None = None
    files: tuple[FileMount, ...] = ()
    checksums: tuple[Annotation, ...] = ()
    rollout: Rollout = field(default_factory=Rollout)
    ingress: tuple[TrafficRule, ...] = ()
    egress: tuple[TrafficRule, ...] = ()
    backend: Backend = "keda"
    prometheus_address: str = DEFAULT_PROMETHEUS
    vertical: bool = True
    monitored: bool = True
    scrape_interval_seconds: int = SCRAPE_INTERVAL_SECONDS
    placement: Placement = field(default_factory=Placement)


class Microservice(pulumi.ComponentResource):
    """A workload with its autoscaler, recommendations and monitoring.

    Example:
        ```python
        spec = ServiceSpec(name="clients", image=image, paths=("/api/clients",))
        Microservice("clients", MicroserviceArgs(namespace="production", spec=spec))
        ```
    """

    deployment_name: pulumi.Output[str]
    service_name: pulumi.Output[str]

    def __init__(self, name: str, args: MicroserviceArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("bailbondpro:microservice:Microservice", name, None, opts)
        child = child_options(self, opts)
        workload = Workload(f"{name}-workload", _workload_args(args), child)
        Autoscaler(f"{name}-autoscaler", _autoscaler_args(args, workload), child)
        if args.vertical:
            VerticalAutoscaler(f"{name}-vertical-autoscaler", _vertical_args(args, workload), child)
        if args.monitored:
            PodMonitor(f"{name}-monitor", _monitor_args(args), child)
        self.deployment = workload.deployment
        self.deployment_name = workload.deployment_name
        self.service_name = workload.service_name
        self.register_outputs({"deploymentName": self.deployment_name, "serviceName": self.service_name})


def _workload_args(args: MicroserviceArgs) -> WorkloadArgs:
    spec = args.spec
    return WorkloadArgs(
        namespace=args.namespace,
        image=spec.image,
        app=spec.app,
        deployment_name=spec.app,
        service_name=spec.app,
        container_name="app",
        component="service",
        ports=(ContainerPort(name="http", number=spec.port),),
        min_replicas=spec.policy.min_replicas,
        resources=spec.resources,
        liveness=Probe(path="/health", port=spec.port, initial_delay_seconds=30, period_seconds=10),
        readiness=Probe(path="/ready", port=spec.port, initial_delay_seconds=5, period_seconds=5),
        startup=Probe(path="/health", port=spec.port, period_seconds=2, failure_threshold=30),
        env=args.env,
        secret_checksum=args.secret_checksum,
        files=args.files,
        checksums=args.checksums,
        rollout=args.rollout,
        longest_request_seconds=spec.timeouts.read,
        termination_grace_seconds=max(90, spec.timeouts.read + 30),
        placement=args.placement,
        ingress=args.ingress,
        egress=args.egress,
    )


def _autoscaler_args(args: MicroserviceArgs, workload: Workload) -> AutoscalerArgs:
    return AutoscalerArgs(
        namespace=args.namespace,
        deployment_name=workload.deployment_name,
        policy=args.spec.policy,
        backend=args.backend,
        autoscaler_name=f"{args.spec.app}-hpa",
        app=args.spec.app,
        prometheus_address=args.prometheus_address,
    )


def _monitor_args(args: MicroserviceArgs) -> PodMonitorArgs:
    return PodMonitorArgs(
        namespace=args.namespace,
        app=args.spec.app,
        path=args.spec.metrics_path,
        interval_seconds=args.scrape_interval_seconds,
    )


def _vertical_args(args: MicroserviceArgs, workload: Workload) -> VerticalAutoscalerArgs:
    return VerticalAutoscalerArgs(
        namespace=args.namespace,
        deployment_name=workload.deployment_name,
        policy=VerticalPolicy(mode="recommend"),
        horizontal=args.spec.policy,
        autoscaler_name=f"{args.spec.app}-vpa",
        app=args.spec.app,
    )
