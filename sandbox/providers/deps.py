"""What the servicers of one sandbox share."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sandbox.faults import Faults
from sandbox.invokes.answers import LookUps
from sandbox.seed.entries import Seed

if TYPE_CHECKING:
    from collections.abc import Callable

    from sandbox.cloud import Cloud
    from sandbox.protocol.schema import SchemaOracle


@dataclass
class Deps:
    """What the servicers of one sandbox share."""

    cloud: Cloud
    oracle: SchemaOracle
    guard: Callable[[], str | None]
    """Says why a real change must be refused (a foreign backend), or None."""
    faults: Faults = field(default_factory=Faults)
    """What goes wrong in this run."""
    lookups: LookUps | None = None
    """What answers look-ups; None for what exists and can be computed alone."""

    def contents(self, path: str) -> bytes | None:
        """What a file of the program holds, or None where there is none that can be read."""
        with contextlib.suppress(OSError, ValueError):
            return (self.answers.folder / path).read_bytes()
        return None

    @property
    def answers(self) -> LookUps:
        """What answers look-ups."""
        if self.lookups is None:
            self.lookups = LookUps(Seed(), self.oracle)
        return self.lookups
