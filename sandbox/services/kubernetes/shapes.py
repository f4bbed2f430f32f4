"""What the API server refuses in pods beside single values: twins, choices, and properties that need each other."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.model.base import Context, Rule, Violation, known
from sandbox.model.checks import On, block, given, items, number
from sandbox.services.kubernetes.pods import containers_of, template_of

if TYPE_CHECKING:
    from collections.abc import Iterator

EFFECTS = ("NoExecute", "NoSchedule", "PreferNoSchedule")
_ENDING = ("Never", "OnFailure")


def _twins(context: Context) -> Iterator[Violation]:
    """Server-side apply takes lists for maps by key: two entries of one key are none that it understands."""
    host_ports: dict[tuple[object, object], str] = {}
    for here, container in containers_of(context):
        names: set[object] = set()
        for index, variable in enumerate(items(container, "env")):
            name = variable.get("name")
            if isinstance(name, str) and name in names:
                yield Violation(
                    f"{here}.env[{index}].name",
                    f'{name!r} is set twice (failed to create typed patch object: duplicate entries for key [name="'
                    f'{name}"]); keep one of them',
                )
            names.add(name if isinstance(name, str) else None)
        ports: set[tuple[object, object]] = set()
        for index, port in enumerate(items(container, "ports")):
            key = (port.get("containerPort"), port.get("protocol") or "TCP")
            if known(key[0]) and known(key[1]) and key in ports:
                yield Violation(
                    f"{here}.ports[{index}].containerPort",
                    f"{key[0]} is an earlier port (failed to create typed patch object: duplicate entries for key "
                    f'[containerPort={key[0]},protocol="{key[1]}"]); keep one of them',
                )
            ports.add(key)
            host = (port.get("hostPort"), key[1])
            if known(host[0]) and host[0] and host in host_ports:
                yield Violation(
                    f"{here}.ports[{index}].hostPort", f"{host[0]} is that of {host_ports[host]}, too (Duplicate value)"
                )
            host_ports.setdefault(host, f"{here}.ports[{index}]")


def _volumes(context: Context) -> Iterator[Violation]:
    pod, at = template_of(context)
    for index, volume in enumerate(items(pod, "volumes")):
        sources = sorted(key for key, value in volume.items() if key != "name" and value is not None)
        if not sources:
            yield Violation(
                f"{at}.volumes[{index}]", "must specify a volume type (Required value), for example emptyDir"
            )
        if len(sources) > 1:
            yield Violation(
                f"{at}.volumes[{index}].{sources[1]}", f"may not specify more than 1 volume type, beside {sources[0]}"
            )


def _tolerations(context: Context) -> Iterator[Violation]:
    pod, at = template_of(context)
    for index, toleration in enumerate(items(pod, "tolerations")):
        here, operator = f"{at}.tolerations[{index}]", toleration.get("operator", "Equal")
        if known(operator) and operator not in {"Equal", "Exists", "Lt", "Gt", ""}:
            yield Violation(f"{here}.operator", f"Unsupported value: {operator!r}: supported values: Equal, Exists")
        if operator == "Exists" and given(toleration, "value"):
            yield Violation(f"{here}.value", "value must be empty when `operator` is 'Exists'")
        if operator in {"Equal", ""} and not given(toleration, "key"):
            yield Violation(f"{here}.operator", "operator must be Exists when `key` is empty")
        effect = toleration.get("effect")
        if known(effect) and effect not in {*EFFECTS, ""}:
            yield Violation(f"{here}.effect", f"Unsupported value: {effect!r}: supported values: {', '.join(EFFECTS)}")
        if known(toleration.get("tolerationSeconds")) and effect != "NoExecute" and known(toleration.get("effect", "")):
            yield Violation(f"{here}.effect", "effect must be 'NoExecute' when `tolerationSeconds` is set")


def _affinity(context: Context) -> Iterator[Violation]:
    pod, at = template_of(context)
    for kind in ("podAffinity", "podAntiAffinity"):
        found = block(block(pod, "affinity"), kind)
        here = f"{at}.affinity.{kind}"
        terms = [
            (f"{here}.requiredDuringSchedulingIgnoredDuringExecution[{index}]", term)
            for index, term in enumerate(items(found, "requiredDuringSchedulingIgnoredDuringExecution"))
        ]
        for index, term in enumerate(items(found, "preferredDuringSchedulingIgnoredDuringExecution")):
            where = f"{here}.preferredDuringSchedulingIgnoredDuringExecution[{index}]"
            terms.append((f"{where}.podAffinityTerm", block(term, "podAffinityTerm")))
            weight = number(term.get("weight"))
            if weight is not None and not 1 <= weight <= 100:  # noqa: PLR2004 - the documented range
                yield Violation(f"{where}.weight", f"{weight:g}: must be in the range 1-100")
        for where, term in terms:
            if not given(term, "topologyKey"):
                yield Violation(f"{where}.topologyKey", "can not be empty (Required value)")


def _hosts(context: Context) -> Iterator[Violation]:
    pod, _ = template_of(context)
    if pod.get("hostNetwork") is not True:
        return
    for here, container in containers_of(context):
        for index, port in enumerate(items(container, "ports")):
            host = port.get("hostPort")
            if known(host) and known(port.get("containerPort")) and host != port.get("containerPort"):
                yield Violation(
                    f"{here}.ports[{index}].hostPort", f"{host}: must match `containerPort` when `hostNetwork` is true"
                )


def _users(context: Context) -> Iterator[Violation]:
    """Accepted by the API server; the kubelet then refuses to start the container."""
    pod, _ = template_of(context)
    outer = block(pod, "securityContext")
    for here, container in containers_of(context):
        own = block(container, "securityContext")
        if {**outer, **own}.get("runAsNonRoot") is True and {**outer, **own}.get("runAsUser") == 0:
            yield Violation(
                f"{here}.securityContext.runAsUser",
                "0 is root, which runAsNonRoot forbids: the container never starts (CreateContainerConfigError: "
                "container's runAsUser breaks non-root policy)",
            )


def _restart(context: Context) -> Iterator[Violation]:
    pod, at = template_of(context)
    policy = pod.get("restartPolicy", "")
    if known(policy) and policy not in _ENDING and pod:
        yield Violation(
            f"{at}.restartPolicy",
            f"{policy or 'the default Always'!r} is none of {', '.join(_ENDING)}: a job ends (Unsupported value)",
        )


def _sent(value: dict[str, Any], names: tuple[str, ...]) -> list[str]:
    return [name for name in names if value.get(name) is not None]


def _handlers(context: Context) -> Iterator[Violation]:
    for here, container in containers_of(context):
        for name in ("postStart", "preStop"):
            handler = block(container, "lifecycle").get(name)
            if isinstance(handler, dict):
                found = _sent(handler, ("exec", "httpGet", "sleep", "tcpSocket"))
                if len(found) != 1:
                    yield Violation(
                        f"{here}.lifecycle.{name}", f"{len(found)} handlers, exactly one is required (Required value)"
                    )


_on = On("pod", source="Kubernetes API reference; pkg/apis/core/validation")
SHAPES: tuple[Rule, ...] = (
    _on.custom("twins", _twins, "Kubernetes documentation, Server-Side Apply, Merge strategy: listType=map"),
    _on.custom("volumes", _volumes),
    _on.custom(
        "tolerations", _tolerations, "Kubernetes documentation, Taints and Tolerations; pkg/apis/core/validation"
    ),
    _on.custom("affinity", _affinity),
    _on.custom("host-ports", _hosts),
    _on.custom("users", _users, "Kubernetes documentation, Configure a Security Context; pkg/kubelet/kuberuntime"),
    _on.custom("handlers", _handlers),
)
"""More rules of a pod, and of every kind with a template of pods."""
ENDS = On("job", source="Kubernetes API reference; pkg/apis/batch/validation").custom("restart", _restart)
"""Of jobs, whose pods end."""
