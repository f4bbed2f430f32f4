"""Settings of the services the gateway routes to besides the application (scaling guide, Phase 3: Microservices)."""

from typing import Annotated, Literal

from pydantic import Field

from infra.settings.app import EnvironmentVariables, Port, no_variables
from infra.settings.base import Area, Image, KubernetesName, Resources, UrlPath, resources

DatabaseRole = Literal["primary", "replicas", "shards"]
ServiceName = Annotated[KubernetesName, Field(max_length=40)]


class ServiceSettings(Area):
    """One service: a workload with its own autoscaler and routes."""

    name: ServiceName = Field(description="Name of the service and of its Kubernetes objects, at most 40 characters.")
    image: Image | None = Field(
        default=None, description="Container image. Default: the application's image, started with SERVICE=<name>."
    )
    port: Port = Field(default=3000, description="Port the service listens on.")
    paths: Annotated[tuple[UrlPath, ...], Field(min_length=1, max_length=20)] = Field(
        description="URL path prefixes the gateway sends to this service; the longest prefix wins."
    )
    public: bool = Field(
        default=True, description="Whether the gateway serves the paths; false: inside the cluster only."
    )
    rate_limit: Literal["api", "login", "none"] = Field(
        default="api", description="The gateway's rate limit zone for the paths; a public service needs one."
    )
    min_replicas: int = Field(default=2, ge=1, le=100, description="Fewest pods the service's autoscaler keeps.")
    max_replicas: int = Field(default=6, ge=1, le=200, description="Most pods the service's autoscaler adds.")
    cpu_percent: int = Field(
        default=70, ge=10, le=100, description="Autoscaler's CPU target in % of the request (scaling guide: 70)."
    )
    memory_percent: int | None = Field(
        default=80, ge=10, le=100, description="Autoscaler's memory target in % of the request (guide: 80); null: none."
    )
    requests_per_second: int | None = Field(
        default=None, ge=1, le=100_000, description="Autoscaler's target of requests per second and pod. Default: none."
    )
    resources: Resources = Field(
        default=resources(250, 256, 500, 512), description="Requests and limits of a pod: half of the application's."
    )
    databases: tuple[DatabaseRole, ...] = Field(
        default=("primary", "replicas"), description="Which databases the service connects to."
    )
    redis: bool = Field(default=True, description="Whether the service uses the Redis cluster.")
    calls: Annotated[tuple[ServiceName, ...], Field(max_length=20)] = Field(
        default=(),
        description="Other services that this one connects to, by name; the network admits no others. Default: none.",
    )
    read_timeout_seconds: int = Field(
        default=30, ge=1, le=600, description="Gateway's proxy_read_timeout for the paths (guide: 30 for the API)."
    )
    metrics_path: UrlPath = Field(default="/metrics", description="Path of the Prometheus metrics on port.")
    environment: EnvironmentVariables = Field(
        default_factory=no_variables, description="Further plain environment variables of the pods; no secrets."
    )
