"""The architecture of a stack's plan as an SVG file, alone or against another plan."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ops.jsonable import picked
from ops.rehearsal.planned import Planned, planned, planned_against
from planner.diagram import Scene, compare, scene_of, svg
from sandbox.cache import write_atomically

if TYPE_CHECKING:
    from plan import Plan
    from planner.diagram.parts import Box

MODE = 0o644
"""Pictures are for everybody who may read the folder."""


@dataclass(frozen=True)
class DiagramOptions:
    """What to draw.

    Attributes:
        stack: stack name.
        out: the file to write; an existing one is replaced in one step.
        phase: growth phase to use instead of the file's.
        config: another stack file.
        plan_file: a plan to draw instead of a preview of the stack.
        against: a growth phase or a plan file to compare with.
    """

    stack: str
    out: Path
    phase: str | None = None
    config: Path | None = None
    plan_file: Path | None = None
    against: str | None = None


@dataclass(frozen=True)
class Diagram:
    """What was drawn, and where it is."""

    out: Path
    plan: Plan
    scene: Scene

    @property
    def differences(self) -> list[Box]:
        """Everything that differs from the plan it is compared with."""
        return [box for box in (*self.scene.boxes, *self.scene.side) if box.mark]

    def as_json(self) -> dict[str, Any]:
        """The machine-readable picture."""
        scene = self.scene
        return {
            "file": str(self.out),
            "title": scene.title,
            "against": scene.against or None,
            "zones": list(scene.zones),
            "resources": scene.resources,
            "boxes": [
                {"row": box.row or "side", "zone": box.zone or None, "title": box.title, "lines": list(box.lines)}
                | ({"mark": box.mark} if box.mark else {})
                for box in (*scene.boxes, *scene.side)
            ],
            "edges": [picked(edge, "from=source", "to=target", "carries=label") for edge in scene.edges],
        }


def diagram(options: DiagramOptions) -> Diagram:
    """Draw a plan and write the file.

    Raises:
        PlanError: a file is no plan, or an empty one.
        ConfigError: the configuration has problems.
        EngineError: the engine refused.
        OSError: the file cannot be written; what was there is untouched.
    """
    subject = planned(options.stack, options.phase, options.config, options.plan_file)
    scene = scene_of(subject.plan, f"Architecture of {title_of(subject)}")
    if options.against is not None:
        other = planned_against(options.stack, options.against, options.config)
        scene = compare(scene_of(other.plan, title_of(other)), scene)
    write_atomically(options.out, svg(scene), mode=MODE)
    return Diagram(out=options.out, plan=subject.plan, scene=scene)


def title_of(subject: Planned) -> str:
    """How a picture calls its plan: a file by its name alone, so that its bytes do not depend on where it lies."""
    path = Path(subject.origin)
    return path.name if path.suffix == ".json" else subject.origin
