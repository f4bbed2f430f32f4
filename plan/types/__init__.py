"""Every resource type of the platform's plans, each in one row: no other place describes a type."""

from __future__ import annotations

from plan.types.aws import AWS
from plan.types.aws_parts import AWS_PARTS
from plan.types.kubernetes import KUBERNETES
from plan.types.others import OTHERS

TYPES = {row.token: row for row in (*AWS, *AWS_PARTS, *KUBERNETES, *OTHERS)}
"""Rows by type token, in the order in which the cards of a diagram count them."""

__all__ = ["TYPES"]
