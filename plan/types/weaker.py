"""Every property that must not become weaker in silence, by type."""

from __future__ import annotations

from plan.types.weaker_aws import AWS_WEAKER
from plan.types.weaker_edge import EDGE_WEAKER
from plan.types.weaker_model import Loses, Weaker
from plan.types.weaker_others import OTHERS_WEAKER

WEAKER = (*AWS_WEAKER, *OTHERS_WEAKER, *EDGE_WEAKER)
"""Of one type in the order in which they are told."""

__all__ = ["WEAKER", "Loses", "Weaker"]
