"""Settings of the application's Deployment (scaling guide, Kubernetes Deployment and Performance Tuning)."""

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated

from pydantic import AfterValidator, Field, PlainSerializer

from infra.settings.base import Area, Image, KubernetesName, Resources, UrlPath, refusal, resources

GUIDE_REPLICAS = 3
_VARIABLE = re.compile(r"[A-Z_][A-Z0-9_]*")


def _checked_names(variables: Mapping[str, str]) -> Mapping[str, str]:
    for name in variables:
        if not _VARIABLE.fullmatch(name):
            raise refusal(
                "format",
                f"environment variable names of A-Z, 0-9 and _; not `{name}`",
                f"rename `{name}` in upper case",
            )
    return MappingProxyType(dict(variables))


def _as_dict(variables: Mapping[str, str]) -> dict[str, str]:
    return dict(variables)


EnvironmentVariables = Annotated[
    Mapping[str, str], AfterValidator(_checked_names), PlainSerializer(_as_dict, return_type=dict[str, str])
]


def no_variables() -> Mapping[str, str]:
    """No further environment variables."""
    return MappingProxyType({})


Port = Annotated[int, Field(ge=1024, le=65535)]


class AppSettings(Area):
    """The application `bailbondpro-app`."""

    image: Image = Field(
        default="bailbondpro:latest",
        description="Container image. Default: the guide's bailbondpro:latest, for dev; prod needs repository@sha256.",
    )
    namespace: KubernetesName = Field(
        description="Kubernetes namespace. Default: dev development, prod production (scaling guide, Auto-Scaling)."
    )
    port: Port = Field(default=3000, description="Port of the web application (scaling guide: 3000).")
    api_port: Port = Field(
        default=4000, description="Port of the API, the upstream of /api/ (scaling guide, Load Balancing: 4000)."
    )
    metrics_path: UrlPath = Field(default="/metrics", description="Path of the Prometheus metrics on port.")
    replicas: int | None = Field(
        default=None,
        ge=1,
        le=200,
        description="Pods without an autoscaler, which otherwise owns the number: only while autoscaling.enabled is "
        "false. Default: 3 (scaling guide, Kubernetes Deployment).",
    )
    resources: Resources = Field(
        default=resources(500, 512, 1000, 1024),
        description="Requests and limits of a pod (scaling guide, Kubernetes Deployment: 500m/512Mi, 1000m/1Gi).",
    )
    ephemeral_storage_mib: int = Field(
        default=512, ge=64, le=20480, description="Ephemeral storage request and limit of a pod in MiB."
    )
    max_surge: int = Field(
        default=1, ge=1, le=50, description="Pods above the wanted number during a rollout (Kubernetes: maxSurge)."
    )
    max_unavailable: int = Field(
        default=0,
        ge=0,
        le=50,
        description="Pods below the wanted number during a rollout (Kubernetes: maxUnavailable).",
    )
    disruption_max_unavailable: int = Field(
        default=1,
        ge=0,
        le=50,
        description="Pods that may be drained at a time (PodDisruptionBudget: maxUnavailable).",
    )
    pre_stop_seconds: int = Field(
        default=15, ge=0, le=120, description="Seconds a stopping pod still serves while load balancers forget it."
    )
    termination_grace_seconds: int = Field(
        default=90,
        ge=10,
        le=900,
        description="Seconds until a stopping pod is killed; more than preStopSeconds plus the longest request.",
    )
    cache_ttl_seconds: int = Field(
        default=300,
        ge=1,
        le=86400,
        description="The application's default cache lifetime (scaling guide, Caching: 300).",
    )
    uv_threadpool_size: int = Field(
        default=16, ge=1, le=1024, description="UV_THREADPOOL_SIZE of Node.js (scaling guide, Performance Tuning: 16)."
    )
    max_old_space_mib: int | None = Field(
        default=None,
        ge=64,
        le=65536,
        description="Old space of the Node.js heap in MiB; must fit the memory limit (the guide's 4096 needs 6 GiB). "
        "Default: derived, 720 for 1 GiB.",
    )
    environment: EnvironmentVariables = Field(
        default_factory=no_variables,
        description="Further plain environment variables of the pods; no secrets: the application reads those from "
        "Secrets Manager, below `bailbondpro-<stack>/app/`.",
    )

    @property
    def fixed_replicas(self) -> int:
        """Pods where no autoscaler owns the number (scaling guide, Kubernetes Deployment: 3)."""
        return self.replicas or GUIDE_REPLICAS
