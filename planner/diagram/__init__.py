"""The architecture of a plan as a picture: what is there, where it lies, and what changes against another plan."""

from planner.diagram.compare import compare
from planner.diagram.scene import Scene, scene_of
from planner.diagram.svg import svg

__all__ = ["Scene", "compare", "scene_of", "svg"]
