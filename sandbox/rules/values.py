"""All value rules: names, lengths, character sets, allowed numbers, properties that exclude each other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.rules import values_kubernetes
from sandbox.services import VALUE_RULES

if TYPE_CHECKING:
    from sandbox.model.base import Rule

RULES: tuple[Rule, ...] = (*VALUE_RULES, *values_kubernetes.RULES)
