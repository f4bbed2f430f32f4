"""Fields that the API server holds immutable and that the provider does not replace for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.model.base import Context, Violation, known
from sandbox.model.checks import On, block

if TYPE_CHECKING:
    from collections.abc import Iterator


_FIELDS: dict[str, tuple[tuple[str, ...], ...]] = {
    "PersistentVolumeClaim": (("spec", "volumeMode"), ("spec", "dataSource")),
    "PriorityClass": (("value",), ("preemptionPolicy",)),
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
    if old.get("immutable") is True and context.inputs.get("immutable") is not True and context.token.endswith("Map"):
        yield Violation("immutable", "field is immutable when `immutable` is set")


def _identity(inputs: dict[str, Any]) -> tuple[Any, Any]:
    metadata = block(inputs, "metadata")
    return metadata.get("name"), metadata.get("namespace")


def _at(inputs: dict[str, Any], path: tuple[str, ...]) -> Any:  # noqa: ANN401 - property values have any shape
    value: Any = inputs
    for key in path:
        value = value.get(key) if isinstance(value, dict) else None
    return value


IMMUTABLE = On("immutable", source="pkg/apis/*/validation, update").custom("fields", _immutable)
"""Of the kinds above, and of a ConfigMap that is `immutable` altogether."""
