"""Cloudflare: one service whose types lie in modules by subject, and what holds for all of them.

Sources: Cloudflare API documentation and Cloudflare product documentation; "Provider" is terraform-provider-cloudflare
5.22.0, whose RequiresReplace plan modifiers say what replaces a type. Limits that depend on a zone's plan are the
program's own business and are not repeated here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.model.checks import On
from sandbox.model.rows import Alike, Service
from sandbox.model.sources import Sources
from sandbox.services.cloudflare import (
    balancing,
    cache,
    certificates,
    dns,
    notifications,
    pairs,
    returned,
    rulesets,
    storage,
    zone,
)

if TYPE_CHECKING:
    from sandbox.model.outputs import Inputs

_on = On("cloudflare", source="Cloudflare API, identifiers")
_MODULES = (balancing, cache, certificates, dns, notifications, rulesets, storage, zone)


def _id(_name: str, _inputs: Inputs, seed: str) -> str:
    return seed[:32]


CLOUDFLARE = Service(
    "cloudflare",
    "Cloudflare API documentation, Load Balancers, Pools, Monitors, Per-hostname Authenticated Origin Pull",
    tuple(row for module in _MODULES for row in module.ROWS),
    (
        Alike(
            "cloudflare:*",
            id=_id,
            values=(
                _on.matches("zoneId", r"[0-9a-f]{32}", "32 hexadecimal digits"),
                _on.matches("accountId", r"[0-9a-f]{32}", "32 hexadecimal digits"),
            ),
            sources=Sources(replacement="terraform-provider-cloudflare 5.22.0, RequiresReplace plan modifiers"),
        ),
        *pairs.ALIKE,
        *returned.ALIKE,
    ),
)
SETTLED = pairs.SETTLED
"""What Cloudflare accepts and takes turns with, judged when an update has made everything."""
