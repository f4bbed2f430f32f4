"""What of a plan is on the way of a request and is not simulated: a run says nothing about it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from plan.tokens import AUTOSCALERS, CACHE, DEPLOYMENT, SERVICE, VERTICAL
from plan.unknown import is_unknown
from planner.capacity.node_pools import POOL_LABEL
from planner.hpa.signals import understood
from planner.plan_values import at, items, quantity, text
from planner.simulation.reading.resources import environment_of, readable, unread_sizes, words
from planner.simulation.reading.servers import HEAP, refusing
from planner.simulation.reading.ways import unkept, unreached

if TYPE_CHECKING:
    from collections.abc import Iterator

    from plan import Plan, PlannedResource
    from planner.hpa.formula import Formula

GapKind = Literal["service", "cache", "pods", "nodes", "trigger", "autoscaler", "assumed", "limit", "setting", "way"]
PODS = (DEPLOYMENT, "kubernetes:apps/v1:StatefulSet", "kubernetes:apps/v1:DaemonSet")
BESIDE_THE_WAY = {"monitoring", "operators", "addons"}
"""Systems whose pods no request of a user passes."""
REQUESTS = "sum(namespace_pod:http_requests:rate2m{%s})"
"""The query that counts requests, but for the pods whose they are: the only rate that a simulation knows."""
REQUEST_METRICS = frozenset(("http_requests", "http_requests_per_second"))
"""Names under which an adapter serves that rate for each pod."""
LATENCY = "1000 * histogram_quantile(0.95, sum by (le) (rate(http_request_duration_seconds_bucket{%s}[5m])))"
"""The 95th percentile of the response time in milliseconds over five minutes, as the guide's profiles ask for it."""
SELECTOR = re.compile(r"\{([^{}]*)\}")
"""What chooses the series in a query."""
WHY: dict[GapKind, str] = {
    "service": "neither the gateway nor another service sends it requests, as far as the plan says",
    "cache": "only the first one is simulated",
    "pods": "no request is sent to these pods",
    "nodes": "its pods always find a node: only the application's pool is simulated",
    "trigger": "the autoscaler acts on it, the simulated one does not",
    "autoscaler": "it follows nothing that is simulated, though nobody knows that it should not",
    "assumed": "it is taken for granted",
    "limit": "how many requests it turns away or slows down is not known",
    "setting": "what it does to requests is not known",
    "way": "requests are simulated as if they arrived and were answered",
}
TARGETS = ("averageUtilization", "averageValue", "value")
"""Where a metric says its target (Kubernetes API reference, MetricTarget)."""
READ_TRIGGERS = frozenset(("cpu", "memory", "prometheus"))
"""Triggers whose value the simulated autoscaler would act on."""
NEVER_FEWER = frozenset(("currentReplicasIfHigher",))
"""How a ScaledObject may fall back without taking pods away (KEDA documentation, ScaledObject, fallback)."""


@dataclass(frozen=True, kw_only=True)
class Gap:
    """Something that a run leaves out.

    Attributes:
        name: its name in the plan; of a trigger that of its autoscaler, and which one it is.
        kind: what it is.
        why: what the simulation does instead.
    """

    name: str
    kind: GapKind
    why: str


def gaps_of(plan: Plan, simulated: list[PlannedResource], pool: str) -> tuple[Gap, ...]:
    """What is not simulated, by kind and name.

    Args:
        plan: the plan.
        simulated: the Deployments that are stations of the simulation.
        pool: the node pool that is simulated.
    """
    found = [*_stations(plan, simulated), *_nodes(simulated, pool), *_scalers(plan, simulated)]
    found += [*_unselected(plan, simulated), *_heaps(simulated), *_sizes(plan, simulated)]
    found += [_gap(said, "way") for said in (*unreached(plan, simulated), *unkept(plan, simulated))]
    found += [_gap(said, "setting") for said in refusing(plan, simulated)]
    return tuple(sorted(dict.fromkeys(found), key=lambda gap: (gap.kind, gap.name)))


def gaps_beyond(said: Iterator[str]) -> tuple[Gap, ...]:
    """Bounds between settings that are crossed.

    Args:
        said: each in words.
    """
    why = "requests are simulated as if there were no such bound"
    return tuple(Gap(name=one, kind="setting", why=why) for one in said)


def gaps_of_targets(said: Iterator[str]) -> tuple[Gap, ...]:
    """Targets of autoscalers that full pods do not reach.

    Args:
        said: each in words.
    """
    return tuple(Gap(name=one, kind="trigger", why="pods are full, and it adds none") for one in said)


def named(item: PlannedResource) -> str:
    """What a Kubernetes object is called, or else its logical name."""
    return text(item.inputs, "metadata", "name") or item.name


def _stations(plan: Plan, simulated: list[PlannedResource]) -> Iterator[Gap]:
    stations = {item.urn for item in simulated}
    for item in plan.of_type(*PODS):
        if item.urn not in stations and item.system not in BESIDE_THE_WAY:
            yield _gap(named(item), "service" if item.system == "services" else "pods")
    for item in list(plan.of_type(CACHE))[1:]:
        yield _gap(item.name, "cache")


def _nodes(simulated: list[PlannedResource], pool: str) -> Iterator[Gap]:
    for item in simulated:
        if text(item.inputs, "spec", "template", "spec", "nodeSelector", POOL_LABEL) != pool:
            yield _gap(named(item), "nodes")


def _unselected(plan: Plan, simulated: list[PlannedResource]) -> Iterator[Gap]:
    """Services that stand beside a station's Deployment and select none of its pods."""
    stations: dict[str, list[PlannedResource]] = {}
    for item in simulated:
        stations.setdefault(item.parent, []).append(item)
    for service in plan.of_type(SERVICE):
        selector = (at(service.inputs, "spec", "selector") or {}).items()
        for item in stations.get(service.parent, ()) if service.parent else ():
            labels = at(item.inputs, "spec", "template", "metadata", "labels") or {}
            if not selector <= labels.items():
                yield _gap(f"Service {named(service)}: its selector finds no pod of {named(item)}", "setting")


def _heaps(simulated: list[PlannedResource]) -> Iterator[Gap]:
    """Containers whose memory limit is below the heap that Node.js is told to grow to: the kernel ends them."""
    for item in simulated:
        for container in items(item.inputs, "spec", "template", "spec", "containers"):
            limit = quantity(at(container, "resources", "limits", "memory"))
            heaps = [int(found) * 2**20 for found in HEAP.findall(str(environment_of(container).get("NODE_OPTIONS")))]
            if limit is not None and heaps and heaps[-1] > limit:
                yield _gap(f"{named(item)}: memory limit below its heap", "setting")


def _sizes(plan: Plan, simulated: list[PlannedResource]) -> Iterator[Gap]:
    """Amounts of stations that are not set or cannot be read."""
    scaled = {urn for scaler in plan.of_type(*AUTOSCALERS) for urn in scaler.dependencies}
    for item in simulated:
        for name, why in unread_sizes(item, named(item), scaled=item.urn in scaled):
            yield Gap(name=name, kind="setting", why=why)


def _scalers(plan: Plan, simulated: list[PlannedResource]) -> Iterator[Gap]:
    urns = {item.urn for item in simulated}
    others = {item.urn for item in plan.of_type(*PODS)} - urns
    for scaler in plan.of_type(*AUTOSCALERS):
        if urns.intersection(scaler.dependencies):
            if not items(scaler.inputs, "spec", "metrics") and not items(scaler.inputs, "spec", "triggers"):
                yield Gap(name=f"{named(scaler)}: no metric", kind="trigger", why="it never changes the number of pods")
            yield from (_gap(f"{named(scaler)}: {what}", "trigger") for what in _unknown_triggers(scaler))
            target = text(scaler.inputs, "spec", "scaleTargetRef", "name")
            if target and not is_unknown(target) and target not in {named(item) for item in plan.of_type(*PODS)}:
                why = "it never changes the number of pods"
                yield Gap(name=f"{named(scaler)}: it scales {target}, which is not there", kind="trigger", why=why)
        elif not others.intersection(scaler.dependencies):
            yield _gap(named(scaler), "autoscaler")
    for vertical in plan.of_type(VERTICAL):
        known = isinstance(vertical.inputs.get("spec"), dict)
        mode = (text(vertical.inputs, "spec", "updatePolicy", "updateMode") or "Auto") if known else "not known yet"
        if mode != "Off" and not others.intersection(vertical.dependencies):
            yield _gap(f"{named(vertical)}: updateMode {mode}", "trigger")


def _gap(name: str, kind: GapKind) -> Gap:
    return Gap(name=name, kind=kind, why=WHY[kind])


def _unknown_triggers(scaler: PlannedResource) -> Iterator[str]:
    spec = scaler.inputs.get("spec")
    for part in ("metrics", "triggers"):
        if at(spec, part) is not None and not isinstance(at(spec, part), list):
            yield f"{part} {words(at(spec, part))}"
    for metric in items(scaler.inputs, "spec", "metrics"):
        if not understood_metric(metric):
            source = next((value for value in metric.values() if isinstance(value, dict)), {})
            name = text(source, "name") or text(source, "metric", "name") or "without a name"
            target = at(source, "target")
            said = next((found for key in TARGETS if (found := at(target, key)) is not None), None)
            unread = "" if readable(said) else f", target {words(said)}"
            yield f"metric {name} of type {text(metric, 'type')}{unread}"
    formula = understood_formula(scaler.inputs)
    for trigger in items(scaler.inputs, "spec", "triggers"):
        if not understood_trigger(trigger, scaler.inputs) and not (formula and text(trigger, "name") in formula.names):
            kind = text(trigger, "type")
            said = trigger_value(trigger)
            unread = "" if readable(said) or kind not in READ_TRIGGERS else f", threshold {words(said)}"
            how = text(trigger, "metricType") or "no metricType"
            yield f"trigger {text(trigger, 'name') or kind} ({kind}, {how}{unread})"
    if at(spec, "advanced", "scalingModifiers", "formula") and formula is None:
        said = at(spec, "advanced", "scalingModifiers", "target")
        yield "scaling modifier formula" + ("" if readable(said) else f", target {words(said)}")
    if at(spec, "fallback") and text(scaler.inputs, "spec", "fallback", "behavior") not in NEVER_FEWER:
        yield "fallback while a metric is missing"
    if at(spec, "idleReplicaCount") is not None:
        yield "idleReplicaCount"
    annotations = at(scaler.inputs, "metadata", "annotations")
    yield from (f"annotation {key}" for key in annotations or () if key.startswith("autoscaling.keda.sh/paused"))


def understood_formula(scaler: dict[str, Any]) -> Formula | None:
    """The formula of a ScaledObject whose ratio to a target the simulation computes; None where it has none such."""
    modifiers = at(scaler, "spec", "advanced", "scalingModifiers")
    if (
        text(modifiers, "metricType") != "Value"
        or not text(modifiers, "formula")
        or not readable(at(modifiers, "target"))
    ):
        return None
    triggers = items(scaler, "spec", "triggers")
    queries = {text(trigger, "name"): text(trigger, "metadata", "query") for trigger in triggers}
    found = understood(text(modifiers, "formula"), queries)
    own = (own_pods(scaler), own_deployment(scaler))
    if found and all(chosen.startswith(own) for name in found.names for chosen in SELECTOR.findall(queries[name])):
        return found
    return None


def understood_metric(metric: dict[str, object]) -> bool:
    """Whether a metric of a HorizontalPodAutoscaler is one that the simulation computes."""
    for source in ("resource", "containerResource"):
        if text(metric, source, "name") in {"cpu", "memory"}:
            return readable(at(metric, source, "target", "averageUtilization")) is not None
    name = text(metric, "pods", "metric", "name")
    of_all = at(metric, "pods", "metric", "selector") is None
    return of_all and name in REQUEST_METRICS and readable(at(metric, "pods", "target", "averageValue")) is not None


def understood_trigger(trigger: dict[str, object], scaler: dict[str, Any]) -> bool:
    """Whether a trigger of a ScaledObject is one that the simulation computes: of its own pods, and of all of them.

    Args:
        trigger: the trigger.
        scaler: inputs of its ScaledObject.
    """
    kind, metric = text(trigger, "type"), text(trigger, "metricType")
    if readable(trigger_value(trigger)) is None:
        return False
    if kind in {"cpu", "memory"}:
        return (metric or text(trigger, "metadata", "type")) == "Utilization"
    query = text(trigger, "metadata", "query")
    if kind != "prometheus":
        return False
    if metric == "Value":
        return query == LATENCY % own_pods(scaler)
    return metric == "AverageValue" and counts_all_requests(query, scaler)


def trigger_value(trigger: dict[str, object]) -> object:
    """What a trigger of a ScaledObject is compared with (KEDA documentation, Scalers: CPU, Memory, Prometheus)."""
    of_pods = text(trigger, "type") in {"cpu", "memory"}
    return at(trigger, "metadata", "value" if of_pods else "threshold")


def counts_all_requests(query: str, scaler: dict[str, Any]) -> bool:
    """Whether a query is the rate of all requests of the pods that an autoscaler counts: no share or multiple of it."""
    return query == REQUESTS % own_pods(scaler)


def own_pods(scaler: dict[str, Any]) -> str:
    """What chooses the series of an autoscaler's own pods in a query (components/autoscaling/render.py)."""
    namespace, name = text(scaler, "metadata", "namespace"), text(scaler, "spec", "scaleTargetRef", "name")
    return f'namespace="{namespace}",pod=~"{name}-[a-z0-9]+-[a-z0-9]+"'


def own_deployment(scaler: dict[str, Any]) -> str:
    """What chooses the series of an autoscaler's own Deployment in a query."""
    namespace, name = text(scaler, "metadata", "namespace"), text(scaler, "spec", "scaleTargetRef", "name")
    return f'namespace="{namespace}",deployment="{name}"'
