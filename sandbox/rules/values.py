"""All value rules: names, lengths, character sets, allowed numbers, properties that exclude each other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.rules import values_aws, values_cloudflare, values_kubernetes
from sandbox.services import ROWS, VALUE_RULES

if TYPE_CHECKING:
    from sandbox.model.base import Rule

_REST = (*values_aws.RULES, *values_cloudflare.RULES, *values_kubernetes.RULES)
RULES: tuple[Rule, ...] = (*VALUE_RULES, *(rule for rule in _REST if not set(rule.types) <= ROWS.keys()))
