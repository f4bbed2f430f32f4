"""What the Kubernetes API server refuses in pods, wherever they are described.

Sources: Kubernetes API reference and `pkg/apis/core/validation` of Kubernetes 1.35.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.model.base import Context, Rule, Violation, known
from sandbox.model.checks import On, block, given, items, number
from sandbox.services.kubernetes.names import ENVIRONMENT, PORT_NAME, PORT_NAME_LENGTH, label_problem, quantity

if TYPE_CHECKING:
    from collections.abc import Iterator

LAST_PORT = 65_535
PROTOCOLS = ("TCP", "UDP", "SCTP")
_HANDLERS = ("exec", "grpc", "httpGet", "tcpSocket")
_SOURCES = ("configMapKeyRef", "fieldRef", "fileKeyRef", "resourceFieldRef", "secretKeyRef")
_SECONDS = ("failureThreshold", "initialDelaySeconds", "periodSeconds", "successThreshold", "timeoutSeconds")


def template_of(context: Context) -> tuple[dict[str, Any], str]:
    """The pod specification in a workload, job or pod, and its path."""
    spec = block(context.inputs, "spec")
    if context.token.endswith(":Pod"):
        return spec, "spec"
    if context.token.endswith(":CronJob"):
        spec = block(block(spec, "jobTemplate"), "spec")
        return block(block(spec, "template"), "spec"), "spec.jobTemplate.spec.template.spec"
    return block(block(spec, "template"), "spec"), "spec.template.spec"


def containers_of(context: Context) -> list[tuple[str, dict[str, Any]]]:
    """The containers of a pod or a template with their paths, the initial ones last."""
    pod, at = template_of(context)
    return [
        (f"{at}.{kind}[{index}]", container)
        for kind in ("containers", "initContainers")
        for index, container in enumerate(items(pod, kind))
    ]


def _unique_names(context: Context) -> Iterator[Violation]:
    pod, at = template_of(context)
    seen: dict[str, str] = {}
    for here, container in containers_of(context):
        name = container.get("name")
        if not isinstance(name, str):
            continue
        if reason := label_problem(name):
            yield Violation(f"{here}.name", reason)
        if name in seen:
            yield Violation(f"{here}.name", f"{name!r} is also the name of {seen[name]} (Duplicate value)")
        seen.setdefault(name, here)
    if "containers" in pod and pod["containers"] == []:
        yield Violation(f"{at}.containers", "at least one container is required (Required value)")
    volumes = [volume.get("name") for volume in items(pod, "volumes")]
    for index, name in enumerate(volumes):
        if name in volumes[:index]:
            yield Violation(
                f"{at}.volumes[{index}].name", f"{name!r} is the name of an earlier volume (Duplicate value)"
            )


def _mounts(context: Context) -> Iterator[Violation]:
    pod, _ = template_of(context)
    volumes = pod.get("volumes")
    if volumes is not None and not isinstance(volumes, list):
        return
    claims = items(block(context.inputs, "spec"), "volumeClaimTemplates")
    names = {volume.get("name") for volume in items(pod, "volumes")}
    names |= {block(claim, "metadata").get("name") for claim in claims}
    if not all(map(known, names)):
        return
    for here, container in containers_of(context):
        paths: set[object] = set()
        for index, mount in enumerate(items(container, "volumeMounts")):
            name, path = mount.get("name"), mount.get("mountPath")
            if known(name) and name not in names:
                yield Violation(f"{here}.volumeMounts[{index}].name", f"{name!r} is no volume of the pod (Not found)")
            if path in paths and known(path):
                yield Violation(
                    f"{here}.volumeMounts[{index}].mountPath", f"{path!r} is mounted twice (must be unique)"
                )
            paths.add(path if isinstance(path, str) else None)


def _ports(context: Context) -> Iterator[Violation]:
    for here, container in containers_of(context):
        names: set[str] = set()
        for index, port in enumerate(items(container, "ports")):
            at = f"{here}.ports[{index}]"
            value, name = number(port.get("containerPort")), port.get("name")
            if value is not None and not 1 <= value <= LAST_PORT:
                yield Violation(
                    f"{at}.containerPort", f"{value:g} is outside 1..{LAST_PORT} (must be between 1 and 65535)"
                )
            if isinstance(name, str):
                yield from _port_name(name, f"{at}.name")
                if name in names:
                    yield Violation(f"{at}.name", f"{name!r} is the name of an earlier port (Duplicate value)")
                names.add(name)


def _port_name(name: str, at: str) -> Iterator[Violation]:
    if len(name) > PORT_NAME_LENGTH or PORT_NAME.fullmatch(name) is None or "--" in name:
        yield Violation(
            at, f"{name!r} is no port name: at most {PORT_NAME_LENGTH} lower-case letters, digits and single '-'"
        )


def _environment(context: Context) -> Iterator[Violation]:
    for here, container in containers_of(context):
        for index, variable in enumerate(items(container, "env")):
            at, name, source = f"{here}.env[{index}]", variable.get("name"), variable.get("valueFrom")
            if isinstance(name, str) and ENVIRONMENT.fullmatch(name) is None:
                yield Violation(f"{at}.name", f"{name!r} is no name of an environment variable")
            if isinstance(source, dict):
                if given(variable, "value"):
                    yield Violation(f"{at}.valueFrom", "may not be specified when `value` is not empty")
                if sum(given(source, kind) for kind in _SOURCES) != 1:
                    yield Violation(f"{at}.valueFrom", f"exactly one of {', '.join(_SOURCES)} is required")


def _resources(context: Context) -> Iterator[Violation]:
    for here, container in containers_of(context):
        resources = block(container, "resources")
        requests, limits = block(resources, "requests"), block(resources, "limits")
        for kind, amounts in (("requests", requests), ("limits", limits)):
            for name, value in amounts.items():
                if known(value) and quantity(value) is None:
                    yield Violation(
                        f"{here}.resources.{kind}.{name}",
                        f"{value!r} is no quantity, for example 500m, 1.5 or 512Mi (quantities must match the regular "
                        "expression)",
                    )
        for name in requests.keys() & limits.keys():
            low, high = quantity(requests[name]), quantity(limits[name])
            if low is not None and high is not None and low > high:
                yield Violation(
                    f"{here}.resources.requests.{name}",
                    f"{requests[name]} is above the limit {limits[name]} (must be less than or equal to {name} limit)",
                )


def _probes(context: Context) -> Iterator[Violation]:
    for here, container in containers_of(context):
        for name in ("livenessProbe", "readinessProbe", "startupProbe"):
            if isinstance(container.get(name), dict):
                yield from _probe(container[name], f"{here}.{name}", name)


def _probe(probe: dict[str, Any], at: str, name: str) -> Iterator[Violation]:
    handlers = [kind for kind in _HANDLERS if given(probe, kind)]
    if len(handlers) != 1:
        yield Violation(at, f"{len(handlers)} handlers, exactly one of {', '.join(_HANDLERS)} is required")
    for field in _SECONDS:
        value = number(probe.get(field))
        if value is not None and value < 0:
            yield Violation(f"{at}.{field}", f"{value:g}: must be greater than or equal to 0")
    successes = number(probe.get("successThreshold"))
    if name != "readinessProbe" and successes is not None and successes > 1:
        yield Violation(f"{at}.successThreshold", f"{successes:g}: must be 1 for a {name}")
    grace = probe.get("terminationGracePeriodSeconds")
    if name == "readinessProbe" and grace is not None:
        yield Violation(f"{at}.terminationGracePeriodSeconds", "must not be set for readinessProbes")
    for kind in ("httpGet", "tcpSocket", "grpc"):
        port = number(block(probe, kind).get("port"))
        if port is not None and not 1 <= port <= LAST_PORT:
            yield Violation(f"{at}.{kind}.port", f"{port:g} is outside 1..{LAST_PORT}")


def _spread(context: Context) -> Iterator[Violation]:
    pod, at = template_of(context)
    for index, constraint in enumerate(items(pod, "topologySpreadConstraints")):
        here = f"{at}.topologySpreadConstraints[{index}]"
        skew, domains = number(constraint.get("maxSkew")), number(constraint.get("minDomains"))
        if skew is not None and skew < 1:
            yield Violation(f"{here}.maxSkew", f"{skew:g}: must be greater than zero")
        if constraint.get("whenUnsatisfiable") not in ("DoNotSchedule", "ScheduleAnyway") and known(
            constraint.get("whenUnsatisfiable")
        ):
            yield Violation(f"{here}.whenUnsatisfiable", "DoNotSchedule or ScheduleAnyway is required")
        if domains is not None and constraint.get("whenUnsatisfiable") == "ScheduleAnyway":
            yield Violation(f"{here}.minDomains", "can only be specified when whenUnsatisfiable is DoNotSchedule")


def _security(context: Context) -> Iterator[Violation]:
    for here, container in containers_of(context):
        security = block(container, "securityContext")
        if security.get("privileged") is True and security.get("allowPrivilegeEscalation") is False:
            yield Violation(
                f"{here}.securityContext.allowPrivilegeEscalation",
                "cannot set `allowPrivilegeEscalation` to false and `privileged` to true",
            )


_on = On("pod", source="Kubernetes API reference; pkg/apis/core/validation")
POD: tuple[Rule, ...] = (
    _on.custom("names", _unique_names),
    _on.custom("mounts", _mounts),
    _on.custom("ports", _ports),
    _on.custom("environment", _environment),
    _on.custom("resources", _resources, "Kubernetes documentation, Resource Management for Pods and Containers"),
    _on.custom("probes", _probes, "Kubernetes documentation, Configure Liveness, Readiness and Startup Probes"),
    _on.custom("spread", _spread, "Kubernetes documentation, Pod Topology Spread Constraints"),
    _on.custom("security", _security),
)
"""The rules of a pod, and of every kind with a template of pods."""
