"""Which actions a stack's roles need, by resource type: the rows, and what of them a plan asks for."""

from __future__ import annotations

from plan.permissions.model import Permissions
from plan.permissions.needs import Needs, needs_of
from plan.permissions.table import PERMISSIONS, without_permissions

__all__ = ["PERMISSIONS", "Needs", "Permissions", "needs_of", "without_permissions"]
