"""Who hears of what happens at the edge: one notification policy for each kind of event.

Only kinds that every plan has (Cloudflare docs, Notifications, Available notifications; DDoS alerts). They go by
e-mail, which needs nothing but the address; PagerDuty and webhooks need a larger plan. A policy belongs to the
account, and a kind without a filter tells of every zone in it, so one stack makes them: the one that owns the rules.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pulumi
import pulumi_cloudflare as cloudflare

if TYPE_CHECKING:
    from collections.abc import Sequence

KINDS: tuple[tuple[str, str, str], ...] = (
    ("dos_attack_l7", "ddos", "An attack over HTTP was mitigated"),
    ("real_origin_monitoring", "origin", "Cloudflare cannot reach the origin"),
    ("universal_ssl_event_type", "certificate", "The edge certificate was validated, issued, renewed or is expiring"),
    ("zone_aop_custom_certificate_expiration_type", "client-certificate", "The origin pull certificate is expiring"),
)
"""Alert type of the API, logical name, meaning. That the origin's needs no larger plan is unverified."""

POOL_HEALTH = ("load_balancing_health_alert", "pool", "An origin pool became healthy or unhealthy")
"""With the load balancing add-on, for the stack's own pools."""


def notifications(
    name: str,
    *,
    account_id: str,
    domain: str,
    emails: Sequence[str],
    pools: Sequence[pulumi.Input[str]],
    opts: pulumi.ResourceOptions,
) -> None:
    """The policies; none without an address.

    Args:
        name: prefix of the logical names.
        account_id: the account that they belong to.
        domain: named in the subject of a message.
        emails: who is told.
        pools: ids of the load balancer's pools; without any, their health is not watched.
        opts: the options of every policy.
    """
    if not emails:
        return
    # The API returns an empty object where no filter was given, which would differ from none after every refresh.
    unfiltered = pulumi.ResourceOptions(ignore_changes=["filters"])
    kinds = (*KINDS, POOL_HEALTH) if pools else KINDS
    for kind, logical, meaning in kinds:
        filters = (
            cloudflare.NotificationPolicyFiltersArgs(pool_ids=list(pools), new_healths=["Healthy", "Unhealthy"])
            if (kind, logical, meaning) == POOL_HEALTH
            else None
        )
        cloudflare.NotificationPolicy(
            f"{name}-notification-{logical}",
            account_id=account_id,
            alert_type=kind,
            name=f"{domain}: {logical}",
            description=meaning,
            enabled=True,
            mechanisms=cloudflare.NotificationPolicyMechanismsArgs(
                emails=[cloudflare.NotificationPolicyMechanismsEmailArgs(id=address) for address in sorted(emails)]
            ),
            filters=filters,
            opts=opts if filters else pulumi.ResourceOptions.merge(opts, unfiltered),
        )
