"""What quotas and limit ranges of a namespace refuse: too many objects, pods without requests, too many pods."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from sandbox.cloud import CloudObject
from sandbox.model.base import Context, Rule, Violation
from sandbox.model.checks import block, items, number
from sandbox.services.kubernetes.inventory import objects
from sandbox.services.kubernetes.kinds import Kind, kind_of, name_of, namespace_of
from sandbox.services.kubernetes.names import quantity
from sandbox.services.kubernetes.pairs.cluster import PODS, Workload, pods_of, workloads

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sandbox.cloud import Cloud

QUOTA = Kind("", "v1", "ResourceQuota")
LIMITS = Kind("", "v1", "LimitRange")
_QUOTAS = ("kubernetes:core/v1:ResourceQuota",)
COUNTED = {
    "configmaps": Kind("", "v1", "ConfigMap"),
    "persistentvolumeclaims": Kind("", "v1", "PersistentVolumeClaim"),
    "replicationcontrollers": Kind("", "v1", "ReplicationController"),
    "secrets": Kind("", "v1", "Secret"),
    "services": Kind("", "v1", "Service"),
    "services.loadbalancers": Kind("", "v1", "Service"),
    "services.nodeports": Kind("", "v1", "Service"),
}
"""Names of quotas and the kinds that they count (Kubernetes documentation, Resource Quotas, Object count quota)."""
_OF_TYPE = {"services.loadbalancers": ("LoadBalancer",), "services.nodeports": ("NodePort", "LoadBalancer")}
OF_KUBERNETES = frozenset({"configmaps", "count/configmaps"})
"""Every namespace holds one that Kubernetes makes: `kube-root-ca.crt`."""
COMPUTE = ("cpu", "memory")


def quotas(cloud: Cloud, namespace: str) -> Iterator[tuple[CloudObject, dict[str, Any]]]:
    """The quotas of a namespace that are for everything in it, with their amounts."""
    for item in objects(cloud, QUOTA):
        spec = block(item.inputs, "spec")
        if namespace_of(item.inputs) == namespace and not spec.get("scopes") and not spec.get("scopeSelector"):
            yield item, block(spec, "hard")


def _kind_counted(name: str) -> Kind | None:
    """The kind that a quota counts: `services`, or `count/deployments.apps`."""
    if name.startswith("count/"):
        plural, _, group = name[len("count/") :].partition(".")
        return Kind(group, "", plural)
    return COUNTED.get(name)


def _counts(name: str, item: CloudObject) -> bool:
    wanted, kind = _kind_counted(name), kind_of(item.token)
    if wanted is None or kind is None:
        return False
    if name.startswith("count/"):
        return kind.group == wanted.group and f"{kind.name.lower()}s" == wanted.name
    kinds = _OF_TYPE.get(name)
    return kind.same(wanted) and (kinds is None or block(item.inputs, "spec").get("type") in kinds)


def _objects(context: Context) -> Iterator[Violation]:
    cloud, namespace = context.cloud, namespace_of(context.inputs)
    if cloud is None or namespace is None or context.id:
        return
    kind = kind_of(context.token)
    for quota, hard in quotas(cloud, namespace) if kind is not None else ():
        for name, value in hard.items():
            most = quantity(value)
            new = _as_object(context)
            if most is None or not _counts(name, new):
                continue
            used = sum(
                _counts(name, item) and namespace_of(item.inputs) == namespace
                for token in cloud.tokens()
                for item in cloud.of_type(token)
                if kind_of(token) is not None
            ) + (name in OF_KUBERNETES)
            if used + 1 > most:
                yield Violation(
                    "metadata.namespace",
                    f"{namespace} may hold {value} {name} and holds {used}: exceeded quota: {name_of(quota.inputs)}, "
                    f"requested: {name}=1, used: {name}={used}, limited: {name}={value} (Forbidden)",
                )


def _as_object(context: Context) -> CloudObject:
    return CloudObject(context.token, context.id, context.urn, context.inputs)


def defaults(cloud: Cloud, namespace: str) -> dict[str, dict[str, Any]]:
    """What the limit ranges of a namespace give containers that say nothing: requests and limits by resource."""
    found: dict[str, dict[str, Any]] = {"requests": {}, "limits": {}}
    for item in objects(cloud, LIMITS):
        if namespace_of(item.inputs) != namespace:
            continue
        for limit in items(block(item.inputs, "spec"), "limits"):
            if limit.get("type") == "Container":
                most = {**block(limit, "max"), **block(limit, "default")}
                found["limits"] |= most
                found["requests"] |= {**block(limit, "min"), **most, **block(limit, "defaultRequest")}
    return found


def _amounts(cloud: Cloud, found: Workload, container: dict[str, Any]) -> dict[str, Any]:
    """`requests.cpu`, `limits.memory` ... of a container, given or by default."""
    given, resources = defaults(cloud, found.namespace), block(container, "resources")
    limits = {**given["limits"], **block(resources, "limits")}
    requests = {**given["requests"], **block(resources, "limits"), **block(resources, "requests")}
    return {
        **{f"requests.{name}": value for name, value in requests.items()},
        **{f"limits.{name}": value for name, value in limits.items()},
    }


def _wanted(name: str) -> str | None:
    """A quota of compute in its long form: `cpu` is `requests.cpu`."""
    long = f"requests.{name}" if name in COMPUTE else name
    return long if long.partition(".")[0] in {"requests", "limits"} and long.partition(".")[2] in COMPUTE else None


def _compute(context: Context) -> Iterator[Violation]:
    cloud, found = context.cloud, pods_of(context)
    if cloud is None or found is None:
        return
    if "resources" in found.pod:
        return  # requests of the pod itself
    for quota, hard in quotas(cloud, found.namespace):
        for name in hard:
            wanted = _wanted(name)
            missing = [
                at for at, container in found.containers if wanted and wanted not in _amounts(cloud, found, container)
            ]
            for at in missing:
                yield Violation(
                    f"{at}.resources.{wanted}",
                    f"the namespace {found.namespace} has a quota for {name}: no pod is made (FailedCreate: failed "
                    f"quota: {name_of(quota.inputs)}: must specify {name}); state it, or give a LimitRange defaults",
                )


def _limited(context: Context) -> Iterator[Violation]:
    cloud, found = context.cloud, pods_of(context)
    for item in objects(cloud, LIMITS) if cloud is not None and found is not None else ():
        for limit in items(block(item.inputs, "spec"), "limits"):
            if found is None or cloud is None or namespace_of(item.inputs) != found.namespace:
                continue
            if limit.get("type") == "Container":
                for at, container in found.containers:
                    yield from _outside(limit, _amounts(cloud, found, container), at)


def _outside(limit: dict[str, Any], amounts: dict[str, Any], at: str) -> Iterator[Violation]:
    for name, value in block(limit, "max").items():
        most, found = quantity(value), quantity(amounts.get(f"limits.{name}"))
        if most is not None and found is not None and found > most:
            yield Violation(
                f"{at}.resources.limits.{name}",
                f"no pod is made (FailedCreate: maximum {name} usage per Container is {value}, but limit is "
                f"{amounts[f'limits.{name}']})",
            )
    for name, value in block(limit, "min").items():
        least, found = quantity(value), quantity(amounts.get(f"requests.{name}"))
        if least is not None and found is not None and found < least:
            yield Violation(
                f"{at}.resources.requests.{name}",
                f"no pod is made (FailedCreate: minimum {name} usage per Container is {value}, but request is "
                f"{amounts[f'requests.{name}']})",
            )


def _sums(context: Context) -> Iterator[Violation]:
    """All pods of a namespace together, as many as their owners want, beside its quota."""
    cloud, namespace = context.cloud, namespace_of(context.inputs)
    spec = block(context.inputs, "spec")
    if cloud is None or namespace is None or spec.get("scopes") or spec.get("scopeSelector"):
        return
    counted = [found for found in workloads(cloud, namespace) if found.replicas is not None]
    for name, value in block(spec, "hard").items():
        most, wanted = quantity(value), _wanted(name)
        if most is None or (wanted is None and name != "pods"):
            continue
        total = sum((_share(cloud, found, wanted) for found in counted), Decimal(0))
        if total > most:
            names = ", ".join(sorted(found.item.name for found in counted))
            yield Violation(
                f'spec.hard["{name}"]',
                f"{value}, and the pods of {names} want {total.normalize():f}: some are never made (FailedCreate: "
                f"exceeded quota: {name_of(context.inputs)}); raise it, or run fewer or smaller pods",
            )


def _share(cloud: Cloud, found: Workload, wanted: str | None) -> Decimal:
    count = Decimal(str(number(found.replicas) or 0))
    if wanted is None:
        return count
    containers = [item for at, item in found.containers if "initContainers" not in at]
    amounts = [quantity(_amounts(cloud, found, item).get(wanted)) for item in containers]
    return count * sum((amount for amount in amounts if amount is not None), Decimal(0))


_DOCS = "Kubernetes documentation, Resource Quotas; ResourceQuota admission controller"
STATE = (
    Rule(
        "quota-of-objects",
        _DOCS,
        ("kubernetes:core/v1:*", "kubernetes:apps/v1:*", "kubernetes:batch/v1:*", "kubernetes:networking.k8s.io/v1:*"),
        _objects,
    ),
)
"""What the API server refuses beside what a namespace holds."""
SETTLED = (
    Rule("quota-needs-amounts", _DOCS, PODS, _compute),
    Rule("quota-exceeded", _DOCS, _QUOTAS, _sums),
    Rule(
        "limit-range",
        "Kubernetes documentation, Limit Ranges; LimitRanger admission controller",
        PODS,
        _limited,
    ),
)
"""What is accepted of workloads, whose pods are then refused."""
