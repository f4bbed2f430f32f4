"""Metrics exporters that run beside a process which does not speak Prometheus' format itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from .pods import Container, ContainerPort, EnvEntry, Probe, Resources

if TYPE_CHECKING:
    import pulumi

METRICS_PORT = "metrics"
"""Name of the exporter's container port, for pod monitors."""
NGINX_EXPORTER_IMAGE = "docker.io/nginx/nginx-prometheus-exporter:1.5.3"
NGINX_EXPORTER_PORT = 9113
PGBOUNCER_EXPORTER_IMAGE = "docker.io/prometheuscommunity/pgbouncer-exporter:v0.12.1"
PGBOUNCER_EXPORTER_PORT = 9127
"""Default ports of the two exporters (their README files)."""
EXPORTER_RESOURCES = Resources(
    cpu_request="10m",
    memory_request="16Mi",
    cpu_limit="100m",
    memory_limit="64Mi",
    ephemeral_request="16Mi",
    ephemeral_limit="64Mi",
)
"""A small Go process that answers a scrape every 15 s; by judgement."""


@dataclass(frozen=True, kw_only=True)
class Exporter:
    """One exporter.

    Attributes:
        image: repository with tag or digest.
        port: where Prometheus scrapes it.
        env: environment, such as where the process is.
    """

    image: pulumi.Input[str]
    port: int
    env: tuple[EnvEntry, ...] = ()


def exporter_container(exporter: Exporter) -> Container:
    """The exporter as a sidecar."""
    return Container(
        name="exporter",
        image=exporter.image,
        env=exporter.env,
        resources=EXPORTER_RESOURCES,
        ports=(ContainerPort(name=METRICS_PORT, number=exporter.port),),
        liveness=Probe(port=exporter.port, period_seconds=20),
        readiness=Probe(port=exporter.port, period_seconds=20),
    )
