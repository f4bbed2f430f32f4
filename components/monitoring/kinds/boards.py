"""The dashboards on which several kinds have panels; a board of one kind stands in its module."""

from __future__ import annotations

from ..panels import Dashboard

GOLDEN = Dashboard(uid="bailbondpro-golden", title="BailBondPro: golden signals")
AUTOSCALING = Dashboard(uid="bailbondpro-autoscaling", title="BailBondPro: autoscaling")
CDN = Dashboard(
    uid="bailbondpro-cdn",
    title="BailBondPro: CDN and gateway",
    note="This is the origin's side of the CDN. The edge's own numbers (hit ratio, visitors, blocked requests) are in "
    "[Cloudflare's dashboard](https://dash.cloudflare.com/?to=/:account/:zone/analytics/traffic).",
)
COST = Dashboard(
    uid="bailbondpro-cost",
    title="BailBondPro: cost",
    note="`./bbp cost` prices the plan; this is what runs. Charges are the whole account's, in US dollars, and appear "
    "once *Receive billing alerts* is switched on in the account's billing preferences.",
)
CERTIFICATES = Dashboard(
    uid="bailbondpro-certificates",
    title="BailBondPro: certificates",
    note="What the program made; the certificates of load balancers, databases and the edge are renewed by their "
    "owners.",
)
POSTGRES = Dashboard(uid="bailbondpro-postgres", title="BailBondPro: PostgreSQL")
