"""All value rules: names, lengths, character sets, allowed numbers, properties that exclude each other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.rules import values_aws, values_cloudflare, values_kubernetes

if TYPE_CHECKING:
    from sandbox.rules.base import Rule

RULES: tuple[Rule, ...] = (*values_aws.RULES, *values_cloudflare.RULES, *values_kubernetes.RULES)
