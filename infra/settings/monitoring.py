"""Settings of alerts, Prometheus and dashboards (scaling guide, Performance Monitoring)."""

from typing import Annotated

from pydantic import Field

from infra.settings.base import Area, Email

Percent = Annotated[int, Field(ge=1, le=100)]


class ThresholdsSettings(Area):
    """When an alert fires (scaling guide, default alerts)."""

    cpu_percent: Percent = Field(default=80, description="CPU above this in % warns (guide: 80).")
    memory_percent: Percent = Field(default=85, description="Memory above this in % warns (guide: 85).")
    response_time_ms: int = Field(
        default=1000, ge=1, le=600_000, description="95th percentile above this in ms warns (guide: 1000)."
    )
    error_rate_percent: Percent = Field(
        default=5, description="Failed requests above this in % are critical (guide: 5)."
    )
    hold_seconds: int = Field(
        default=300,
        ge=0,
        le=3600,
        description="Seconds a threshold must be exceeded for; the guide alerts at once (0).",
    )


class PrometheusSettings(Area):
    """Prometheus, Alertmanager and Grafana in the cluster."""

    enabled: bool = Field(
        default=True,
        description="Whether kube-prometheus-stack is installed. It is the source of the guide's four alerts (cpu, "
        "memory, response time, errors), which nobody raises without it. Default: yes, in every phase.",
    )
    retention_days: int = Field(
        default=15,
        ge=1,
        le=365,
        description="Days metrics are kept, at least 4: alerts look back three (Prometheus: 15).",
    )
    storage_gib: int = Field(default=50, ge=10, le=1000, description="Disk of Prometheus in GiB.")
    scrape_interval_seconds: int = Field(
        default=15, ge=5, le=30, description="Seconds between scrapes; four fit the autoscaler's window of 2 minutes."
    )
    grafana: bool = Field(default=True, description="Whether Grafana with the dashboards is installed too.")
    grafana_password_generation: int = Field(
        default=1,
        ge=1,
        le=10_000,
        description="Raise by one to make another password of Grafana's administrator at the next deployment; Grafana "
        "starts again with it, and the old one opens nothing.",
    )


class MonitoringSettings(Area):
    """Who is told what, and when."""

    alert_emails: Annotated[tuple[Email, ...], Field(max_length=10)] = Field(
        default=(), description="Who receives alarms by e-mail, at most 10; each must confirm once. Default: nobody."
    )
    thresholds: ThresholdsSettings = Field(default=ThresholdsSettings(), description="The guide's thresholds.")
    prometheus: PrometheusSettings = Field(default=PrometheusSettings(), description="Metrics inside the cluster.")
    container_insights: bool = Field(
        default=False, description="Whether CloudWatch Container Insights runs, billed per metric. Default: no."
    )
