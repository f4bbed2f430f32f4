"""What a chart or add-on runs, made of its row and of the values that the program sets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sandbox.drill.objects.model import DrillObject

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from sandbox.drill.objects.rows import Part, Row
    from sandbox.drill.objects.rows.model import Container
    from sandbox.kubernetes.api import Manifest

IMAGE = "stand-in.invalid/"
"""No registry has this name (RFC 2606, top level domain `invalid`)."""
MARK = "drill.stand-in/for"
"""Annotation of every stand-in: the chart or add-on."""


@dataclass(frozen=True)
class Installed:
    """A release of a chart, or an add-on.

    Attributes:
        urn: of its resource.
        name: of the release; the add-on's own.
        namespace: where it runs.
        chart: of the chart, or of the add-on.
        version: as the program pins it; empty for none.
        values: that the program sets.
        addon: whether it is an EKS add-on.
        create_namespace: whether its namespace is made with it.
    """

    urn: str
    name: str
    namespace: str
    chart: str
    version: str
    values: Mapping[str, Any]
    addon: bool = False
    create_namespace: bool = False

    @property
    def title(self) -> str:
        """For people."""
        return f"add-on {self.chart}" if self.addon else f"chart {self.chart}"


def stand_ins(installed: Installed, row: Row, *, made_by_operators_alone: bool = False) -> list[DrillObject]:
    """The workloads of a row and their budgets.

    Args:
        installed: the release or add-on.
        row: what is known of it.
        made_by_operators_alone: leave out what the chart holds itself, as it was rendered for real.
    """
    return [
        made
        for part in row.parts
        if (not made_by_operators_alone or part.maker)
        and _given(installed.values, (part.enabled,), kind=bool, default=part.enabled_default)
        for made in _part(installed, row, part)
    ]


def _part(installed: Installed, row: Row, part: Part) -> Iterator[DrillObject]:
    labels = {key: value.format(release=installed.name) for key, value in part.labels}
    metadata = {
        "name": part.name.format(release=installed.name),
        "namespace": installed.namespace,
        "labels": labels,
        "annotations": {MARK: installed.chart},
    }
    replicas = {} if part.kind == "DaemonSet" else {"replicas": _replicas(installed, part)}
    service = {"serviceName": metadata["name"]} if part.kind == "StatefulSet" else {}
    template = {"metadata": {"labels": labels}, "spec": _pod(installed, part, labels)}
    claims = _claims(installed, part)
    spec = {**replicas, **service, **claims, "selector": {"matchLabels": labels}, "template": template}
    assumed = tuple(_assumed(installed, row, part))
    manifest = {"apiVersion": "apps/v1", "kind": part.kind, "metadata": metadata, "spec": spec}
    yield DrillObject(manifest, installed.urn, "stand-in", assumed=assumed, maker=part.maker)
    budget = _budget(installed.values, part)
    if budget:
        spec = {"selector": {"matchLabels": labels}, **budget}
        manifest = {"apiVersion": "policy/v1", "kind": "PodDisruptionBudget", "metadata": metadata, "spec": spec}
        yield DrillObject(manifest, installed.urn, "stand-in", maker=part.maker)


def _claims(installed: Installed, part: Part) -> Manifest:
    name, path = part.volume
    spec = _given(installed.values, (path,), kind=dict, default={})
    return {"volumeClaimTemplates": [{"metadata": {"name": name}, "spec": spec}]} if spec else {}


def _pod(installed: Installed, part: Part, labels: Mapping[str, str]) -> Manifest:
    values = installed.values
    spec: Manifest = {
        "containers": [_container(values, container) for container in part.containers],
        "priorityClassName": _given(values, part.priority, kind=str, default=part.priority_default),
        "nodeSelector": _given(values, part.node_selector, kind=dict, default={}),
        "tolerations": _given(values, part.tolerations, kind=list, default=list(part.tolerations_default)),
        "affinity": _given(values, part.affinity, kind=dict, default={}) or _apart(values, part, labels),
        "topologySpreadConstraints": _given(values, part.spread, kind=list, default=[]),
    }
    return {key: value for key, value in spec.items() if value}


def _container(values: Mapping[str, Any], container: Container) -> Manifest:
    default = {"cpu": container.default.cpu, "memory": container.default.memory}
    resources = _given(values, container.resources, kind=dict, default={})
    resources = resources or {"requests": {key: value for key, value in default.items() if value}}
    return {"name": container.name, "image": f"{IMAGE}{container.name}", "resources": resources}


def _apart(values: Mapping[str, Any], part: Part, labels: Mapping[str, str]) -> Manifest:
    choice, topology = part.apart_choice
    how = _given(values, (choice,), kind=str, default="soft", empty=True)
    where = _given(values, (topology,), kind=str, default=part.apart)
    if not how or not where:
        return {}
    term = {"topologyKey": where, "labelSelector": {"matchLabels": dict(labels)}}
    if how == "hard":
        return {"podAntiAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [term]}}
    preferred = [{"weight": 100, "podAffinityTerm": term}]
    return {"podAntiAffinity": {"preferredDuringSchedulingIgnoredDuringExecution": preferred}}


def _budget(values: Mapping[str, Any], part: Part) -> Manifest:
    if not part.budget:
        return {}
    said = {**part.budget_default, **_given(values, (part.budget,), kind=dict, default={})}
    if part.budget_switch and not said.get("enabled"):
        return {}
    numbers = {key: said[key] for key in ("minAvailable", "maxUnavailable") if said.get(key) not in (None, "")}
    if "maxUnavailable" in numbers:
        numbers.pop("minAvailable", None)
    if not numbers:
        return {}
    policy = said.get("unhealthyPodEvictionPolicy")
    return {**numbers, **({"unhealthyPodEvictionPolicy": policy} if policy else {})}


def _replicas(installed: Installed, part: Part) -> int:
    return int(_given(installed.values, part.replicas, kind=int, default=part.replicas_default))


def _assumed(installed: Installed, row: Row, part: Part) -> Iterator[str]:
    where = f"{installed.title}, {part.name.format(release=installed.name)}"
    for container in part.containers:
        if container.default.assumed and not _given(installed.values, container.resources, kind=dict, default={}):
            asked = " and ".join(filter(None, (container.default.cpu, container.default.memory))) or "nothing"
            yield f"{where}: container {container.name} is assumed to request {asked}"
    if not row.read:
        yield f"{where}: nobody looked its workload up in a document"
    elif row.version and installed.version and row.version != installed.version:
        yield f"{where}: its workload is that of version {row.version}, and {installed.version} is installed"


def _given(
    values: Mapping[str, Any],
    paths: Sequence[str],
    *,
    kind: type,
    default: Any,  # noqa: ANN401 - values have any shape
    empty: bool = False,
) -> Any:  # noqa: ANN401 - as above
    """The first value of a type that is set at one of the paths.

    Args:
        values: of a chart.
        paths: keys separated by dots.
        kind: what it must be; anything else, such as a value that is not known yet, counts as not set.
        default: where none is set.
        empty: an empty text or mapping counts as set.
    """
    for path in paths:
        found: Any = values if path else None
        for key in path.split("."):
            found = found.get(key) if isinstance(found, dict) or hasattr(found, "get") else None
        right = isinstance(found, kind) and (kind is not int or not isinstance(found, bool))
        if kind is int and isinstance(found, float) and found.is_integer():
            return int(found)
        if right and (found or empty or kind in {bool, int}):
            return found
    return default
