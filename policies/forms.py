"""Inputs of a form that no service takes: a mapping in the place of a list, a truth value in the place of a number.

A rule that meets such a form may find nothing where it looks, and nothing is what it finds in an ordinary plan. Sources
are the Kubernetes API reference and the SDKs' schemas; unverified 2026-12-01.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from plan.unknown import is_hidden

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_OTHER_FORMS = ("kubernetes:helm.sh", "kubernetes:yaml", "kubernetes:rbac")
"""Packages of which words below stand for something else: values of charts, texts, and the resources of a role."""
_LISTS = frozenset(
    (
        *("containers", "initContainers", "ephemeralContainers", "env", "envFrom", "volumes", "volumeMounts", "args"),
        *("command", "tolerations", "topologySpreadConstraints", "matchExpressions", "imagePullSecrets", "hostAliases"),
        *("policyTypes", "ingress", "egress", "groups", "podMetricsEndpoints", "triggers", "metrics"),
        *("containerPolicies", "accessModes", "finalizers", "ownerReferences"),
    )
)
_OBJECTS = frozenset(
    (
        *("metadata", "spec", "labels", "annotations", "data", "stringData", "matchLabels", "template", "resources"),
        *("limits", "requests", "securityContext", "strategy", "rollingUpdate", "readinessProbe", "livenessProbe"),
        *("startupProbe", "lifecycle", "valueFrom", "scaleTargetRef", "targetRef", "podSelector"),
        "namespaceSelector",
    )
)
_NUMBERS = frozenset(
    (
        *("replicas", "minReplicas", "maxReplicas", "minReplicaCount", "maxReplicaCount", "containerPort", "hostPort"),
        *("terminationGracePeriodSeconds", "activeDeadlineSeconds", "backoffLimit", "periodSeconds", "timeoutSeconds"),
        *("failureThreshold", "successThreshold", "initialDelaySeconds", "runAsUser", "runAsGroup", "weight"),
        *("pollingInterval", "cooldownPeriod", "averageUtilization", "parallelism", "completions"),
    )
)
_OWN_WORDS = frozenset(("data", "stringData", "labels", "annotations", "matchLabels", "values", "limits", "requests"))
"""Objects whose keys are people's own: what stands below them has no form of the API."""


def misshapen(token: str, inputs: Mapping[str, Any]) -> Iterator[str]:
    """The places of a Kubernetes object at which something of another form stands.

    Args:
        token: of its type; custom resources have forms of their own below `spec`, as far as they have other names.
        inputs: the object.
    """
    if token.startswith("kubernetes:") and not token.startswith(_OTHER_FORMS):
        yield from _below(inputs, "")


def _below(value: Any, at: str) -> Iterator[str]:  # noqa: ANN401 - any value of a plan
    if isinstance(value, list):
        for place, part in enumerate(value):
            yield from _below(part, f"{at}[{place}]")
    for name, part in value.items() if isinstance(value, dict) else ():
        path = f"{at}.{name}" if at else str(name)
        if part is None or is_hidden(part):
            continue
        if not _fits(str(name), part):
            yield path
        elif name not in _OWN_WORDS:
            yield from _below(part, path)


def _fits(name: str, value: object) -> bool:
    if name in _LISTS:
        return isinstance(value, list)
    if name in _OBJECTS:
        return isinstance(value, dict)
    return name not in _NUMBERS or (isinstance(value, (int, float)) and not isinstance(value, bool))


def another_form(old: Any, new: Any, at: str = "") -> Iterator[str]:  # noqa: ANN401 - any value of a plan
    """The places at which one side has a list or an object, or a number, and the other side something else.

    Args:
        old: inputs before.
        new: inputs afterwards.
        at: where both stand.
    """
    if isinstance(old, dict) and isinstance(new, dict):
        for name in old.keys() & new.keys():
            yield from another_form(old[name], new[name], f"{at}.{name}" if at else str(name))
    elif isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        for place, (one, other) in enumerate(zip(old, new, strict=True)):
            yield from another_form(one, other, f"{at}[{place}]")
    elif _form(old) != _form(new) and "" not in {_form(old), _form(new)}:
        yield at


def _form(value: object) -> str:
    """The form of a value; empty where nothing is said, or where a text may stand for anything else."""
    if value is None or isinstance(value, str):
        return ""
    if isinstance(value, bool):
        return "a truth value"
    return "a list" if isinstance(value, list) else "an object" if isinstance(value, dict) else "a number"
