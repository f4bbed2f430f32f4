"""What stacks share although each has names of its own: a Cloudflare zone has one owner and each host one target.

AWS names hold the stack's name, so two stacks of one account and region never meet there; a zone's rules and settings
have no name of a stack, and a record's name is the host itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from infra.problems import NAMESPACE, Problem

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from infra.settings import Settings


def neighbour_problems(settings: Settings, others: Mapping[str, Settings]) -> Iterator[Problem]:
    """Where a stack would take what another one has.

    Args:
        settings: the stack's own.
        others: valid settings of the stacks beside it, by name.
    """
    yield from _begun_alike(settings, others)
    cdn = settings.cdn
    if not cdn.enabled or cdn.zone_id is None:
        return
    for name, other in sorted(others.items()):
        if not other.cdn.enabled or other.cdn.zone_id != cdn.zone_id:
            continue
        if not of_one_zone(settings.domain, other.domain):
            yield zone_of_another_domain(cdn.zone_id, settings.domain, name, other.domain)
        if cdn.manage_rulesets and other.cdn.manage_rulesets:
            yield Problem(
                path=f"{NAMESPACE}:cdn.manageRulesets",
                rule="zone-has-one-owner",
                value="true",
                allowed=f"true in one of the stacks of zone {cdn.zone_id}, and {name} owns its rules: Cloudflare has "
                "one ruleset for each phase of a zone (Cloudflare Rulesets API, entry point rulesets)",
                fix="give this stack a zone of its own, or set cdn.manageRulesets to false here",
            )
        shared = sorted(set(_hosts(settings)) & set(_hosts(other)))
        if shared:
            yield Problem(
                path=f"{NAMESPACE}:cdn.hosts",
                rule="host-has-one-stack",
                value=", ".join(shared),
                allowed=f"hosts that no other stack of zone {cdn.zone_id} answers at, and {name} has these",
                fix=f"write others, for example `app: {settings.stack}.{settings.domain}` and "
                f"`api: {settings.stack}-api.{settings.domain}`",
            )


def of_one_zone(first: str, second: str) -> bool:
    """Whether two domains may lie in one zone: the same, or one below the other, which a zone holds as well."""
    return f".{first}".endswith(f".{second}") or f".{second}".endswith(f".{first}")


def zone_of_another_domain(zone: str, domain: str, name: str, has: str) -> Problem:
    """The problem of a zone that answers for another stack's domain.

    Args:
        zone: its id.
        domain: the stack's own.
        name: the other stack.
        has: that one's domain.
    """
    return Problem(
        path=f"{NAMESPACE}:cdn.zoneId",
        rule="zone-has-one-domain",
        value=zone,
        allowed=f"the zone of {domain}: in {name} this one is that of {has}, and a zone answers for one domain "
        "(Cloudflare documentation, Zones; unverified 2026-12-01)",
        fix=f"write the id of the zone whose apex is {domain}, or the domain {has}",
    )


def _begun_alike(settings: Settings, others: Mapping[str, Settings]) -> Iterator[Problem]:
    """Two names of which one begins with the other, in one account: roles are granted what begins with a name.

    No two of their names are the same; the bootstrap refuses the two all the same, and says so after this stack has a
    file, a role and a state.
    """
    own = set(settings.aws.allowed_account_ids)
    for name, other in sorted(others.items()):
        shorter, longer = sorted((name, settings.stack), key=len)
        if longer.startswith(f"{shorter}-") and own & set(other.aws.allowed_account_ids):
            yield Problem(
                path="STACK",
                rule="stacks-apart",
                value=settings.stack,
                allowed=f"a name beside {name} of which neither begins with the other, in account "
                f"{', '.join(sorted(own & set(other.aws.allowed_account_ids)))}: the roles of {shorter} are granted "
                f"`bailbondpro-{shorter}-*`, which is all of {longer}",
                fix=f"rename one of them, as {longer.removeprefix(shorter).strip('-')}-{shorter}, or keep them in two "
                "accounts",
            )


def _hosts(settings: Settings) -> Iterator[str]:
    yield from settings.cdn.hosts.model_dump().values()
