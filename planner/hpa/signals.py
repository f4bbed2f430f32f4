"""The queries of an autoscaler that decides by a formula: what each of them measures, by its text. Pure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal, TypeAlias, get_args

from planner.hpa.formula import FormulaError, formula_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from planner.hpa.formula import Formula

Signal: TypeAlias = Literal["cpu", "memory", "latency", "errors", "available", "changed", "moved"]
SIGNALS: tuple[Signal, ...] = get_args(Signal)

WINDOW_SECONDS = 300.0
"""How far back response times, errors and changes of the count are looked at."""
MOVED_SECONDS = 240.0
"""The same of changes before pods go."""

_SELECTOR = re.compile(r"\{[^{}]*\}")
_FAILED = re.compile(r'status=~"5\.\."')
_EVERY = "sum(rate(http_requests_total{}[5m]))"
_QUERIES: Mapping[Signal, str] = {
    "cpu": "100 * sum(rate(container_cpu_usage_seconds_total{}[2m])) / sum(kube_pod_container_resource_requests{})",
    "memory": "100 * sum(container_memory_working_set_bytes{}) / sum(kube_pod_container_resource_requests{})",
    "latency": "(1000 * histogram_quantile(0.95, sum by (le) (rate(http_request_duration_seconds_bucket{}[5m]))) >= 0) "
    f"or ({_EVERY} == 0)",
    "errors": f"(100 * ({_EVERY} or vector(0)) / {_EVERY} >= 0) or (({_EVERY} == 0) + 100)",
    "available": "100 * max(kube_deployment_status_replicas_ready{}) / max(kube_deployment_spec_replicas{})",
    "changed": "max(changes(kube_deployment_spec_replicas{}[5m]))",
    "moved": "max(changes(kube_deployment_spec_replicas{}[4m]))",
}
"""Each query without what chooses its series."""


def measures(query: str) -> Signal | None:
    """What a query measures; None where that is not known."""
    bare = _SELECTOR.sub("{}", query)
    found = next((signal for signal in SIGNALS if _QUERIES[signal] == bare), None)
    failures = len(_FAILED.findall(query))
    if found in {"cpu", "memory"} and f'resource="{found}"' not in query:
        return None
    return found if failures == (1 if found == "errors" else 0) else None


def understood(text: str, queries: Mapping[str, str]) -> Formula | None:
    """A formula whose every name is a query that is known, under its own name; None where one is not.

    Args:
        text: the formula.
        queries: those of the triggers by their names.
    """
    try:
        found = formula_of(text)
    except FormulaError:
        return None
    known = all(name in queries and measures(queries[name]) == name for name in found.names)
    return found if known else None
