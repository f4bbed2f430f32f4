"""What a drill's report says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ops.jsonable import picked, plain

if TYPE_CHECKING:
    from plan.drills import Outcome
    from plan.drills.record import Drill


@dataclass(frozen=True)
class DrillReport:
    """What was drilled.

    Attributes:
        origin: where the plan is from.
        phase: growth phase; empty for a plan that names none.
        drill: what was decided, of the scenarios that were asked for.
        assumed: what every drill assumes, one sentence each.
    """

    origin: str
    phase: str
    drill: Drill
    assumed: tuple[str, ...] = ()

    @property
    def judged(self) -> tuple[Outcome, ...]:
        """The scenarios that say something of this stack."""
        return tuple(item for item in self.drill.outcomes if not item.skipped)

    @property
    def failed(self) -> tuple[Outcome, ...]:
        """Those that failed."""
        return tuple(item for item in self.judged if not item.passed)

    @property
    def ok(self) -> bool:
        """Whether something was judged, and nothing failed."""
        return bool(self.judged) and not self.failed

    def as_json(self) -> dict[str, Any]:
        """The machine-readable report."""
        return {
            **picked(self, "origin", "phase", "ok", "assumed"),
            **picked(self.drill, "key", "version", "stand_ins"),
            "scenarios": plain(self.drill.outcomes),
        }
