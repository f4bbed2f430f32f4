"""Rules about several objects of Cloudflare, or about an object and its zone's plan and account."""

from __future__ import annotations

from sandbox.services.cloudflare.pairs import names, plans, products

ALIKE = (*names.ALIKE, *plans.ALIKE, *products.ALIKE)
SETTLED = names.SETTLED
"""What is accepted and takes turns for ever, judged when an update has made everything."""
