"""Prometheus Operator: what is scraped, and what is an alert."""

from __future__ import annotations

from sandbox.model.replacement import Replaced
from sandbox.services.kubernetes.kinds import row

_DEFINED = "its definition, and what holds for every object, are all that is looked at"
ROWS = (
    row("kubernetes:monitoring.coreos.com/v1:PodMonitor", Replaced(), schema_only=_DEFINED),
    row("kubernetes:monitoring.coreos.com/v1:PrometheusRule", Replaced(), schema_only=_DEFINED),
)
