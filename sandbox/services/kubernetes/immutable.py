"""Fields that the API server holds immutable and that the provider does not replace for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.model.base import Context, Violation, known
from sandbox.model.checks import On, block

if TYPE_CHECKING:
    from collections.abc import Iterator


_FROZEN = (":ConfigMap", ":Secret")
_FIELDS: dict[str, tuple[tuple[str, ...], ...]] = {
    "Job": (
        ("spec", "completionMode"),
        ("spec", "backoffLimitPerIndex"),
        ("spec", "managedBy"),
        ("spec", "podFailurePolicy"),
    ),
    "PersistentVolumeClaim": (("spec", "volumeMode"), ("spec", "dataSource")),
    "PriorityClass": (("value",), ("preemptionPolicy",)),
    "Service": (("spec", "loadBalancerClass"),),
    "StorageClass": (("reclaimPolicy",), ("volumeBindingMode",)),
}
"""By kind."""


def _immutable(context: Context) -> Iterator[Violation]:
    old = context.old
    if old is None or _identity(old) != _identity(context.inputs):
        return
    for path in _FIELDS.get(context.token.rsplit(":", 1)[1], ()):
        before, after = _at(old, path), _at(context.inputs, path)
        if known(before) and known(after) and before != after:
            at = ".".join(path)
            yield Violation(
                at, f"{before!r} to {after!r}: field is immutable; give the object another name (Forbidden)"
            )
    if old.get("immutable") is True and context.token.endswith(_FROZEN):
        for name in ("immutable", "data", "binaryData", "stringData"):
            if known(old.get(name)) and old.get(name) != context.inputs.get(name) and _read(context.inputs.get(name)):
                yield Violation(
                    name, "field is immutable when `immutable` is set (Forbidden); give the object another name"
                )


def _read(value: object) -> bool:
    """Whether nothing in a value is yet unknown."""
    if isinstance(value, dict):
        return all(map(_read, value.values()))
    return value is None or known(value)


def _identity(inputs: dict[str, Any]) -> tuple[Any, Any]:
    metadata = block(inputs, "metadata")
    return metadata.get("name"), metadata.get("namespace")


def _at(inputs: dict[str, Any], path: tuple[str, ...]) -> Any:  # noqa: ANN401 - property values have any shape
    value: Any = inputs
    for key in path:
        value = value.get(key) if isinstance(value, dict) else None
    return value


IMMUTABLE = On("immutable", source="pkg/apis/*/validation, update").custom("fields", _immutable)
"""Of the kinds above, and of a ConfigMap or Secret that is `immutable` altogether."""
