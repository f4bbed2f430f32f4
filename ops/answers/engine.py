"""Which Pulumi engine is used."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ops.console import note
from ops.jsonable import picked
from sandbox.engine import find_or_build

if TYPE_CHECKING:
    from sandbox.engine import Engine


@dataclass(frozen=True)
class Found:
    """The engine, and what else was tried."""

    engine: Engine

    def as_json(self) -> dict[str, Any]:
        """The machine-readable answer."""
        return picked(self.engine, "version", "source", "command", "language_host=has_language_host", "tried")


def engine() -> Found:
    """Find an engine, or build one.

    Raises:
        EngineNotFoundError: there is none and none could be built.
    """
    return Found(find_or_build(note))
