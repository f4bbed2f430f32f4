"""Who hears of alerts, as a configuration of Alertmanager says it: routes, receivers and times at which they are mute.

Source: Prometheus documentation, Alertmanager, Configuration; unverified where nothing else is said.
"""

from __future__ import annotations

import re
from itertools import product
from typing import TYPE_CHECKING, Any

from plan.types.weaker.kubernetes.ways import deep
from plan.types.weaker.model import written

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

Labels = dict[str, str]
_SEVERITIES = ("critical", "warning")
"""Severities of which somebody hears (components/cluster/prometheus_values.py)."""
_MATCHER = re.compile(r'\s*"?(\w+)"?\s*(=~|!~|!=|=)\s*"?(.*?)"?\s*')
_LOOKS = frozenset(("send_resolved", "subject", "message", "title", "text", "html", "headers", "attributes", "sigv4"))
"""How a message looks, and whether its end is told, too: these change nobody who hears of it."""
_MUTE = ("mute_time_intervals", "active_time_intervals")


def configurations(values: Any, path: str = "values") -> Iterator[tuple[str, Mapping[str, Any]]]:  # noqa: ANN401 - any value of a plan
    """Every configuration of Alertmanager in the values of a chart, by its path."""
    if isinstance(values, dict):
        if isinstance(values.get("route"), dict) and isinstance(values.get("receivers"), list):
            yield path, values
        for key, part in values.items():
            yield from configurations(part, f"{path}.{key}")


def told_no_more(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
    """Alerts, by their labels, of which somebody heard and hears no more."""
    return [
        " ".join(f'{name}="{value}"' for name, value in sorted(labels.items()))
        for labels in _samples(old)
        if _told(old, labels) - _told(new, labels)
    ]


def _samples(configuration: Mapping[str, Any]) -> Iterator[Labels]:
    """Alerts of each severity, and those that each route names."""
    routes = _routes(configuration.get("route"))
    named = [{name: value for name, operator, value in _matchers(route) if operator == "="} for route in routes]
    for labels, severity in product([{}, *filter(None, named)], _SEVERITIES):
        yield {"severity": severity, **labels}


def _routes(route: object) -> Iterator[dict[str, Any]]:
    for child in deep(route, "routes") or ():
        if isinstance(child, dict):
            yield child
            yield from _routes(child)


def _told(configuration: Mapping[str, Any], labels: Labels) -> set[str]:
    """Everybody who hears of an alert."""
    found: set[str] = set()
    names = dict(_receivers(configuration.get("route"), labels, ""))
    for receiver in configuration.get("receivers") or ():
        if not isinstance(receiver, dict) or str(receiver.get("name")) not in names:
            continue
        for way, entries in receiver.items():
            for entry in entries if isinstance(entries, list) and way.endswith("_configs") else ():
                whom = (
                    {key: part for key, part in entry.items() if key not in _LOOKS} if isinstance(entry, dict) else {}
                )
                found.add(f"{way} {written(whom)} {names[str(receiver.get('name'))]}")
    return found


def _receivers(route: object, labels: Labels, mute: str) -> Iterator[tuple[str, str]]:
    """The receivers of an alert, and the times at which they hear nothing."""
    mute += "".join(written(deep(route, name)) for name in _MUTE if deep(route, name))
    taken = False
    for child in deep(route, "routes") or ():
        if isinstance(child, dict) and all(_holds(labels, *one) for one in _matchers(child)):
            taken = True
            inherited = {"receiver": deep(route, "receiver"), **child}
            yield from _receivers(inherited, labels, mute)
            if not child.get("continue"):
                break
    if not taken:
        yield str(deep(route, "receiver")), mute


def _matchers(route: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    for text in route.get("matchers") or ():
        found = _MATCHER.fullmatch(str(text))
        yield (found[1], found[2], found[3]) if found else ("", "=", str(text))
    for key, operator in (("match", "="), ("match_re", "=~")):
        named = route.get(key)
        yield from ((str(name), operator, str(value)) for name, value in (named or {}).items())


def _holds(labels: Labels, name: str, operator: str, value: str) -> bool:
    known = labels.get(name, "")
    try:
        same = bool(re.fullmatch(value, known)) if "~" in operator else known == value
    except re.error:
        return False
    return not same if operator.startswith("!") else same
