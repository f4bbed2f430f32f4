"""Names, labels and annotations of every object."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.model.base import Context, Violation, known
from sandbox.model.checks import On, block
from sandbox.services.kubernetes.kinds import NAMESPACE, SERVICE
from sandbox.services.kubernetes.names import key_problem, label_problem, name_problem, service_problem, value_problem

if TYPE_CHECKING:
    from collections.abc import Iterator


ANNOTATIONS_SIZE = 2**18
"""Bytes."""
_NAME_CHECKS = {NAMESPACE: label_problem, SERVICE: service_problem}
_FREE_NAMES = ("rbac.authorization.k8s.io/",)
"""Kinds whose names are path segments: `system:node` is fine for a ClusterRole."""


def _metadata(context: Context) -> Iterator[Violation]:
    metadata = block(context.inputs, "metadata")
    name, namespace = metadata.get("name"), metadata.get("namespace")
    if isinstance(name, str) and not any(group in context.token for group in _FREE_NAMES):
        reason = _NAME_CHECKS.get(context.token, name_problem)(name)
        if reason:
            yield Violation("metadata.name", reason)
    if isinstance(namespace, str) and (reason := label_problem(namespace)):
        yield Violation("metadata.namespace", reason)
    yield from label_violations(block(metadata, "labels"), "metadata.labels")
    yield from _annotations(block(metadata, "annotations"), "metadata.annotations")
    for at, inner in (("spec.template.metadata", block(block(context.inputs, "spec"), "template")),):
        yield from label_violations(block(block(inner, "metadata"), "labels"), f"{at}.labels")
        yield from _annotations(block(block(inner, "metadata"), "annotations"), f"{at}.annotations")


def label_violations(labels: dict[str, Any], at: str) -> Iterator[Violation]:
    """What is wrong with labels, or with a selector of them."""
    for key, value in labels.items():
        if reason := key_problem(key):
            yield Violation(f'{at}["{key}"]', reason)
        if not isinstance(value, str) and known(value):
            yield Violation(f'{at}["{key}"]', f"{value!r} is no text")
        if isinstance(value, str) and (reason := value_problem(value)):
            yield Violation(f'{at}["{key}"]', reason)


def _annotations(annotations: dict[str, Any], at: str) -> Iterator[Violation]:
    size = 0
    for key, value in annotations.items():
        if reason := key_problem(key.lower()):
            yield Violation(f'{at}["{key}"]', reason)
        if not isinstance(value, str) and known(value):
            yield Violation(f'{at}["{key}"]', f"{value!r} is no text")
        size += len(key) + len(value) if isinstance(value, str) else 0
    if size > ANNOTATIONS_SIZE:
        yield Violation(at, f"{size} bytes, at most {ANNOTATIONS_SIZE} are allowed (Too long)")


METADATA = On("object", source="Kubernetes documentation, Object Names and IDs; Labels and Selectors").custom(
    "metadata", _metadata
)
