"""What rules find existing objects by, each an index of the simulated cloud."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sandbox.model.base import values_at

if TYPE_CHECKING:
    from sandbox.cloud import CloudObject


@dataclass(frozen=True)
class ByInputs:
    """An object by the texts at a path of its inputs."""

    path: str

    def __call__(self, item: CloudObject) -> set[str]:
        """The texts."""
        return {value for _, value in values_at(item.inputs, self.path) if isinstance(value, str)}


@dataclass(frozen=True)
class ByOutputs:
    """An object by the values at some paths of its outputs, as text."""

    paths: tuple[str, ...]

    def __call__(self, item: CloudObject) -> set[str]:
        """The values."""
        return {str(value) for path in self.paths for _, value in values_at(item.outputs, path)}
