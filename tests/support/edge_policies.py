"""A policy of the edge on which several tests judge rules: with a page and an API prefix that are opted in."""

from __future__ import annotations

from bailbondpro.edge.policy import CdnHosts, EdgePolicy
from bailbondpro.edge.rules import EdgeRules

DOMAIN = "bailbondpro.com"
POLICY = EdgePolicy(
    domain=DOMAIN,
    hosts=CdnHosts.under(DOMAIN),
    session_cookie_names=("session",),
    public_html_paths=("/pricing",),
    public_api_prefixes=("/api/public",),
)
RULES = EdgeRules.of(POLICY)
