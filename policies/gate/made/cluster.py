"""Objects of the cluster that are made over those that stand: budgets, bindings, classes, names, labels, charts.

Sources are the Kubernetes documentation and those of the controllers; unverified where nothing else is said.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from plan import tokens
from plan.selectors import directions, namespace_of, selects, service_selects
from plan.types.weaker.kubernetes.pods import PODS, labels_of
from plan.types.weaker.model import number
from plan.unknown import is_unknown
from policies.documents import listed
from policies.gate.made.values import GROWN_CHART
from policies.gate.model import ADMITS, LED, ROOM, WEAKENED, found

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from typing import Any

    from plan.steps import Change
    from policies.gate.model import Finding

    Inputs = Mapping[str, Any]
    Others = list[tuple[str, Inputs]]

STORAGE = "kubernetes:storage.k8s.io/v1:StorageClass"
OWN_SPACES = ("kube-system", "kube-public", "kube-node-lease")
"""Namespaces of the cluster's own programs (Kubernetes documentation, Namespaces, Initial namespaces)."""
_DEFAULT = "storageclass.kubernetes.io/is-default-class"
_TOKEN = "kubernetes.io/service-account-token"  # noqa: S105 - a type's name
_OWN = ("Off", "Initial")
"""Modes in which no pod is evicted (Kubernetes autoscaler, Vertical Pod Autoscaler, README)."""


def over_others(changes: Iterable[Change]) -> Iterator[Finding]:
    """Every new object that takes pods, requests, rights or room from what stands.

    Args:
        changes: what happens to each resource.
    """
    known = list(changes)
    stand: dict[str, Others] = {}
    will: dict[str, Others] = {}
    for change in known:
        for side, kept in ((change.before, stand), (change.after, will)):
            if side is not None and side.custom and not side.leftover and change.after is not None:
                kept.setdefault(side.type, []).append((change.name, side.inputs))
    for change in known:
        judge = _JUDGES.get(change.type)
        if judge and change.kind == "create" and change.before is None and change.after is not None:
            yield from judge(change, change.after.inputs, stand, will)


def _budget(change: Change, inputs: Inputs, stand: dict[str, Others], will: dict[str, Others]) -> Iterator[Finding]:
    """Pods that two budgets select are not evicted at all (Kubernetes documentation, Disruptions)."""
    spec = _spec(inputs)
    if not any((spec.get("selector") or {}).values()):
        says = "spec.selector would name no pods: it would hold every pod of its namespace"
        yield found(WEAKENED, change.urn, says, ("spec.selector",))
        return
    mine = spec.get("selector")
    for name, other in stand.get(tokens.DISRUPTION_BUDGET, ()):
        theirs = _spec(other).get("selector")
        both = [
            labels for _, space, labels in _workloads(will) if space == namespace_of(inputs) and selects(mine, labels)
        ]
        if namespace_of(other) == namespace_of(inputs) and (
            mine == theirs or any(selects(theirs, one) for one in both)
        ):
            says = f"spec.selector would select pods that {name} selects: those of two budgets are not evicted"
            yield found(WEAKENED, change.urn, says, ("spec.selector",))
            return


def _binding(change: Change, inputs: Inputs, stand: dict[str, Others], will: dict[str, Others]) -> Iterator[Finding]:
    spec = _spec(inputs)
    group, name = spec.get("targetGroupARN"), (spec.get("serviceRef") or {}).get("name")
    for other, theirs in stand.get(tokens.TARGET_GROUP_BINDING, ()):
        if group is not None and not is_unknown(group) and _spec(theirs).get("targetGroupARN") == group:
            says = f"spec.targetGroupARN would be that of {other}: each binding takes the other's targets out"
            yield found(LED, change.urn, says, ("spec.targetGroupARN",))
    services = {(namespace_of(one), _about(one).get("name")) for _, one in will.get(tokens.SERVICE, ())}
    if not is_unknown(name) and (namespace_of(inputs), name) not in services:
        says = f"spec.serviceRef would lead to Service {name}, which is not of this plan"
        yield found(LED, change.urn, says, ("spec.serviceRef",))


def _class(change: Change, inputs: Inputs, _stand: object, _will: object) -> Iterator[Finding]:
    if inputs.get("globalDefault") not in {None, False, "false"}:
        says = "globalDefault would rank every pod that names no class"
        yield found(ROOM, change.urn, says, ("globalDefault",))


def _config(change: Change, inputs: Inputs, _stand: object, _will: object) -> Iterator[Finding]:
    """Of the cluster's own programs: names of nodes' roles, of servers of names, and what nodes come first."""
    if namespace_of(inputs) in OWN_SPACES:
        says = (
            f"it would be read by the cluster's own programs: nobody here knows what {_about(inputs).get('name')} does"
        )
        yield found(LED, change.urn, says, ("data",))


def _secret(change: Change, inputs: Inputs, _stand: object, _will: object) -> Iterator[Finding]:
    if inputs.get("type") == _TOKEN:
        says = "type would be that of a ServiceAccount's token, which never ends: whoever reads it has its rights"
        yield found(ADMITS, change.urn, says, ("type",))


def _service(change: Change, inputs: Inputs, _stand: object, _will: object) -> Iterator[Finding]:
    spec = _spec(inputs)
    if spec.get("type") == "ExternalName":
        says = f"spec.externalName would lead whoever asks for it to {str(spec.get('externalName'))[:120]}"
        yield found(LED, change.urn, says, ("spec.externalName",))


def _storage(change: Change, inputs: Inputs, stand: dict[str, Others], _will: object) -> Iterator[Finding]:
    """Of several default classes the newest is taken (Kubernetes documentation, Storage Classes)."""
    defaults = [name for name, other in stand.get(STORAGE, ()) if _is_default(other)]
    if defaults and _is_default(inputs):
        says = f"it would be the default class, which {defaults[0]} is: new volumes would be of the newest"
        yield found(LED, change.urn, says, ("metadata.annotations",))


def _is_default(inputs: Inputs) -> bool:
    return str((_about(inputs).get("annotations") or {}).get(_DEFAULT)).lower() == "true"


def _workload(change: Change, inputs: Inputs, stand: dict[str, Others], _will: object) -> Iterator[Finding]:
    """Pods by whose labels a Service, a budget or another workload takes them for its own."""
    labels = labels_of(change.type, inputs)
    for token in (tokens.SERVICE, tokens.DISRUPTION_BUDGET, tokens.DEPLOYMENT):
        for name, other in stand.get(token, ()):
            chosen = _spec(other).get("selector")
            theirs = (service_selects if token == tokens.SERVICE else selects)(chosen, labels)
            if namespace_of(other) == namespace_of(inputs) and theirs and labels:
                kind = token.rpartition(":")[2]
                says = f"labels of its pods are those that {kind} {name} selects: they would be its pods"
                yield found(LED, change.urn, says, ("spec.template.metadata.labels",))
                return


def _scaler(change: Change, inputs: Inputs, stand: dict[str, Others], will: dict[str, Others]) -> Iterator[Finding]:
    spec = _spec(inputs)
    target = spec.get("scaleTargetRef") or {}
    ends = (
        ("minReplicaCount", "maxReplicaCount")
        if change.type == tokens.SCALED_OBJECT
        else ("minReplicas", "maxReplicas")
    )
    least, most = (number(spec.get(name)) for name in ends)
    mine = (namespace_of(inputs), target.get("name"))
    there = {(namespace_of(one), _about(one).get("name")) for _, one in will.get(tokens.DEPLOYMENT, ())}
    if there and target.get("name") and mine not in there:
        says = f"it would scale {target.get('name')}, which is not of this plan"
        yield found(LED, change.urn, says, ("spec.scaleTargetRef",))
    scaled = {
        (namespace_of(one), (_spec(one).get("scaleTargetRef") or {}).get("name"))
        for token in tokens.AUTOSCALERS
        for _, one in stand.get(token, ())
    }
    for name, other in stand.get(tokens.DEPLOYMENT, ()):
        runs = number(_spec(other).get("replicas"))
        if (namespace_of(other), _about(other).get("name")) != mine:
            continue
        if most is not None and runs is not None and most < runs:
            says = f"it would run {most:g} pods of {name} at the most, of which {runs:g} run"
            yield found(ROOM, change.urn, says, ("spec",))
        elif least is not None and runs is not None and least < runs and mine not in scaled:
            says = f"it would run {least:g} pods of {name} at the least, of which {runs:g} run"
            yield found(ROOM, change.urn, says, ("spec",))


def _vertical(change: Change, inputs: Inputs, stand: dict[str, Others], _will: object) -> Iterator[Finding]:
    target = _spec(inputs).get("targetRef") or {}
    mode = (_spec(inputs).get("updatePolicy") or {}).get("updateMode", "Auto")
    for name, other in stand.get(tokens.VERTICAL, ()):
        theirs = _spec(other).get("targetRef") or {}
        if namespace_of(other) == namespace_of(inputs) and theirs.get("name") == target.get("name") and target:
            says = f"it would size the pods of {target.get('name')}, which {name} does"
            yield found(ROOM, change.urn, says, ("spec.targetRef",), noted=mode in _OWN)


def _release(change: Change, inputs: Inputs, stand: dict[str, Others], _will: object) -> Iterator[Finding]:
    """Charts make what they want in the cluster: one of somebody else's has whatever rights it gives itself."""
    known = {_origin(other) for _, other in stand.get(tokens.RELEASE, ())}
    mine = _origin(inputs)
    if known and mine and mine not in known and (inputs.get("chart"), mine) != GROWN_CHART:
        says = f"its chart would come from {mine[:120]}, from which no chart of this plan came before"
        yield found(ADMITS, change.urn, says, ("repositoryOpts.repo",))


def _origin(inputs: Inputs) -> str:
    """Where the chart of a Release comes from; a folder of this program is nowhere else."""
    chart, repository = str(inputs.get("chart")), str((inputs.get("repositoryOpts") or {}).get("repo") or "")
    return chart.rpartition("/")[0] if "://" in chart else repository.rstrip("/")


def _cut_off(change: Change, inputs: Inputs, stand: dict[str, Others], will: dict[str, Others]) -> Iterator[Finding]:
    """Pods that no policy of a direction selected hear, or reach, only whom the first one names.

    A namespace that is made with it has no pods yet.
    """
    spec, space = _spec(inputs), namespace_of(inputs)
    stood = {_about(one).get("name") for _, one in stand.get(tokens.NAMESPACE, ())}
    made = {_about(one).get("name") for _, one in will.get(tokens.NAMESPACE, ())} - stood
    if space in made:
        return
    mine = spec.get("podSelector") or {}
    standing = [_spec(one) for _, one in stand.get(tokens.NETWORK_POLICY, ()) if namespace_of(one) == space]
    pods = [labels for _, where, labels in _workloads(stand) if where == space and selects(mine, labels)]
    for direction in directions(spec):
        those = [one.get("podSelector") or {} for one in standing if direction in directions(one)]
        everybody = any(not any(one.values()) for one in those) or mine in those
        free = [labels for labels in pods if not any(selects(one, labels) for one in those)]
        if not everybody and (free or space in OWN_SPACES):
            does = "be reached by" if direction == "Ingress" else "reach"
            says = f"spec.policyTypes would have {direction}: pods that it selects, and no other policy, would {does}"
            yield found(LED, change.urn, f"{says} nobody else than it names", ("spec.policyTypes",))


def _network(change: Change, inputs: Inputs, stand: dict[str, Others], will: dict[str, Others]) -> Iterator[Finding]:
    """Policies add up: one that lets the whole namespace in opens what others keep to some."""
    spec = _spec(inputs)
    wide = any(
        peer.get("namespaceSelector") is None
        and "ipBlock" not in peer
        and not any((peer.get("podSelector") or {}).values())
        for rule in listed(spec.get("ingress"))
        for peer in listed(rule.get("from"))
    )
    yield from _cut_off(change, inputs, stand, will)
    for name, other in stand.get(tokens.NETWORK_POLICY, ()):
        chosen = spec.get("podSelector") or {}
        if (
            wide
            and namespace_of(other) == namespace_of(inputs)
            and any(chosen.values())
            and chosen == _spec(other).get("podSelector")
        ):
            says = f"spec.ingress would let every pod of its namespace reach the pods of {name}"
            yield found(ADMITS, change.urn, says, ("spec.ingress",))
            return


def _spec(inputs: Inputs) -> Any:  # noqa: ANN401 - any value of a plan
    return inputs.get("spec") or {}


def _about(inputs: Inputs) -> Any:  # noqa: ANN401 - any value of a plan
    return inputs.get("metadata") or {}


def _workloads(will: dict[str, Others]) -> Iterator[tuple[str, str, Inputs]]:
    for token in PODS:
        for name, inputs in will.get(token, ()):
            yield name, namespace_of(inputs), labels_of(token, inputs)


_JUDGES: Mapping[str, Callable[[Change, Inputs, dict[str, Others], dict[str, Others]], Iterator[Finding]]] = {
    tokens.DISRUPTION_BUDGET: _budget,
    tokens.TARGET_GROUP_BINDING: _binding,
    tokens.PRIORITY_CLASS: _class,
    tokens.CONFIG_MAP: _config,
    tokens.KUBERNETES_SECRET: _secret,
    tokens.SERVICE: _service,
    STORAGE: _storage,
    **dict.fromkeys(PODS, _workload),
    **dict.fromkeys(tokens.AUTOSCALERS, _scaler),
    tokens.VERTICAL: _vertical,
    tokens.RELEASE: _release,
    tokens.NETWORK_POLICY: _network,
}
