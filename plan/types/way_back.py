"""Every change whose way back is another one than its way there, by type."""

from __future__ import annotations

from plan.types.way_back_model import Back, OneWay, When
from plan.types.way_back_others import OTHERS
from plan.types.way_back_stores import STORES

ONE_WAY = (*STORES, *OTHERS)
"""Of one type in the order in which they are told."""

__all__ = ["ONE_WAY", "Back", "OneWay", "When"]
