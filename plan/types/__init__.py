"""Every resource type of the platform's plans, each in one row: no other place describes a type."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plan.types.aws import AWS
from plan.types.aws_parts import AWS_PARTS
from plan.types.kubernetes import KUBERNETES
from plan.types.others import OTHERS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from plan.model import PlannedResource

TYPES = {row.token: row for row in (*AWS, *AWS_PARTS, *KUBERNETES, *OTHERS)}
"""Rows by type token, in the order in which the cards of a diagram count them."""

__all__ = ["TYPES", "undescribed"]


def undescribed(resources: Iterable[PlannedResource]) -> list[str]:
    """Types of what will exist that have no row, sorted: what they keep or cost is not known."""
    return sorted({item.type for item in resources if item.custom and item.op != "delete" and item.type not in TYPES})
