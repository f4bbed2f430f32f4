"""What Prometheus measures, how soon its alerts ring and who hears of them.

Sources are the documentation of the Prometheus operator; unverified where nothing else is said.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from plan.tolerance import much_more
from plan.types.weaker.kubernetes.ways import deep
from plan.types.weaker.model import Loses, Weaker, changes, written

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

PROMETHEUS = "kubernetes:monitoring.coreos.com/v1:PrometheusRule"
POD_MONITOR = "kubernetes:monitoring.coreos.com/v1:PodMonitor"
_MONITORS = "Prometheus Operator documentation, API reference, PodMonitor"
_ALERTS = "Prometheus documentation, Alerting rules"
_ROUTES = "Prometheus documentation, Alertmanager, Configuration, route"
_DURATION = re.compile(r"(\d+)(ms|[smhdwy])")
_SECONDS = {"ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800, "y": 31536000}
_ROUTED = ("critical", "warning")
"""Severities that the platform's own routes take (components/cluster/prometheus_values.py)."""
_SOON = 300
"""Seconds for which an alert may wait in any case (ours): five minutes are what the platform's own ones wait for."""


def seconds(text: object) -> float:
    """A duration of Prometheus; none at all is no time (Prometheus documentation, Querying basics)."""
    return sum(int(count) * _SECONDS[unit] for count, unit in _DURATION.findall(str(text or "")))


def _alerts(groups: object) -> dict[str, list[dict[str, Any]]]:
    """The alerts of a file of rules by their names, of which several may be one alert of several bounds."""
    found: dict[str, list[dict[str, Any]]] = {}
    for group in groups if isinstance(groups, list) else ():
        rules = group.get("rules") if isinstance(group, dict) else None
        for rule in rules if isinstance(rules, list) else ():
            if isinstance(rule, dict) and rule.get("alert"):
                found.setdefault(str(rule["alert"]), []).append(rule)
    return found


def _pairs(old: object, new: object) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """The alerts of both sides that are one: those of a name in their order, where none comes or goes."""
    before, after = _alerts(old), _alerts(new)
    for name in sorted(before.keys() & after.keys()):
        if len(before[name]) == len(after[name]):
            yield from zip(before[name], after[name], strict=True)


def _waits_longer(old: Any, new: Any) -> bool:  # noqa: ANN401 - any value of a plan
    """Whether an alert waits far longer before it rings."""
    return any(
        much_more(max(seconds(one.get("for")), _SOON / 2), seconds(other.get("for"))) for one, other in _pairs(old, new)
    )


def _label(rule: dict[str, Any], name: str) -> str:
    return str(deep(rule, "labels", name) or "")


def _not_routed(old: Any, new: Any) -> bool:  # noqa: ANN401 - any value of a plan
    """Whether an alert has a label that decides who hears of it, and that no route and no other alert has."""
    rules = [rule for named in _alerts(old).values() for rule in named]
    known = {
        "severity": {*_ROUTED},
        "platform": {*(_label(rule, "platform") for rule in rules)},
    }
    return any(
        _label(other, name) != _label(one, name) and _label(other, name) not in among
        for one, other in _pairs(old, new)
        for name, among in known.items()
    )


def _less_urgent(old: Any, new: Any) -> bool:  # noqa: ANN401 - any value of a plan
    return any(
        _label(one, "severity") == "critical" and _label(other, "severity") == "warning"
        for one, other in _pairs(old, new)
    )


def _records_otherwise(old: Any, new: Any) -> bool:  # noqa: ANN401 - any value of a plan
    """Whether a name by which alerts read a measurement is gone, or stands for another one."""
    before, after = _records(old), _records(new)
    return any(after.get(name) != expressions for name, expressions in before.items())


def _records(groups: object) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for group in groups if isinstance(groups, list) else ():
        rules = group.get("rules") if isinstance(group, dict) else None
        for rule in rules if isinstance(rules, list) else ():
            if isinstance(rule, dict) and rule.get("record"):
                found.setdefault(str(rule["record"]), set()).add(written([rule.get("expr"), rule.get("labels")]))
    return found


def _asked_no_more(old: Any, new: Any) -> bool:  # noqa: ANN401 - any value of a plan
    """Whether a port and path of pods is asked no more."""
    return bool(_asked(old) - _asked(new))


def _asked(endpoints: object) -> set[str]:
    listed = endpoints if isinstance(endpoints, list) else ()
    names = ("port", "portNumber", "targetPort", "path", "scheme")
    return {written([one.get(name) for name in names]) for one in listed if isinstance(one, dict)}


def _asked_rarely(old: Any, new: Any) -> bool:  # noqa: ANN401 - any value of a plan
    """Whether pods are asked far less often: queries over two minutes find nothing then."""
    before, after = (
        [seconds(one.get("interval")) for one in (side if isinstance(side, list) else ()) if isinstance(one, dict)]
        for side in (old, new)
    )
    return bool(any(before) and after) and much_more(max(before), max(after))


_ROWS: tuple[tuple[str, tuple[str, ...], Callable[[Any, Any], bool], str, Loses, str], ...] = (
    (PROMETHEUS, ("spec", "groups"), _waits_longer, "these alerts ring while there is time", "defence", _ALERTS),
    (PROMETHEUS, ("spec", "groups"), _records_otherwise, "alerts read these measurements", "defence", _ALERTS),
    (PROMETHEUS, ("spec", "groups"), _not_routed, "somebody hears of these alerts", "defence", _ROUTES),
    (POD_MONITOR, ("spec", "selector"), changes, "these pods are measured", "defence", _MONITORS),
    (POD_MONITOR, ("spec", "namespaceSelector"), changes, "these pods are measured", "defence", _MONITORS),
    (POD_MONITOR, ("spec", "podMetricsEndpoints"), _asked_no_more, "its pods answer there", "defence", _MONITORS),
    (POD_MONITOR, ("spec", "podMetricsEndpoints"), _asked_rarely, "its pods are asked often", "defence", _MONITORS),
)
MEASURED: tuple[Weaker, ...] = (
    *(
        Weaker(token=token, path=path, than=than, says=says, loses=loses, source=source, own=True)
        for token, path, than, says, loses, source in _ROWS
    ),
    Weaker(
        token=PROMETHEUS,
        path=("spec", "groups"),
        than=_less_urgent,
        says="somebody is called for these alerts at night",
        loses="defence",
        source=_ROUTES,
        own=True,
        noted=True,
    ),
)
