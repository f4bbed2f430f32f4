"""Arguments of the CDN's components. Importing them does not load the Cloudflare SDK, which takes seconds."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bailbondpro.facts.certificates import MAX_ORIGIN_DAYS

from ..security.generations import Generations

if TYPE_CHECKING:
    import pulumi

    from bailbondpro.edge.policy import EdgePolicy


@dataclass(frozen=True)
class RulesetImport:
    """A ruleset that exists already, made in the dashboard: adopted instead of created.

    Adopting takes two updates: the first takes the ruleset over as it is, and the second, without the import, applies
    the platform's rules. Pulumi refuses an import whose properties differ, and these rules always do.
    """

    phase: str
    """Such as `http_request_cache_settings`."""
    ruleset_id: str
    """32 hexadecimal digits of the API."""


@dataclass(frozen=True, kw_only=True)
class ClientCertificate:
    """A certificate that Cloudflare shows to the origin (authenticated origin pulls)."""

    certificate_pem: pulumi.Input[str]
    private_key_pem: pulumi.Input[str]
    """Pass a secret."""
    generation: int = 1
    """Which generation of keys it belongs to: another one is uploaded beside it, not in its place."""


@dataclass(frozen=True, kw_only=True)
class CdnArgs:
    """What the CDN serves and where from."""

    policy: EdgePolicy
    """Hosts, cache classes, limits and headers."""
    zone_id: str
    """32 hexadecimal digits, like the account's."""
    account_id: str
    origin: pulumi.Input[str]
    """DNS name of the load balancer that the gateway stands behind."""
    backup_origin: pulumi.Input[str] | None = None
    """DNS name of a second origin, for the backup host and, with the load balancing add-on, for failover."""
    manage_zone_rulesets: bool = True
    """Own the zone's rules and settings: exactly one stack of a zone may. Another stack manages its records alone."""
    client_certificates: tuple[ClientCertificate, ...] = ()
    """What Cloudflare may show to the origin, the newest first.

    One that is no more listed is deleted: Cloudflare shows the newest once it is active, and the older one must stay
    until then (Cloudflare docs, Authenticated Origin Pulls, Manage certificates).
    """
    alert_emails: tuple[str, ...] = ()
    """Who hears of attacks, an unreachable origin, expiring certificates and unhealthy pools, from the stack that owns
    the zone's rules."""
    imports: tuple[RulesetImport, ...] = ()
    """Rulesets to adopt from the dashboard."""
    protect: bool = False
    """Protect the records."""


@dataclass(frozen=True, kw_only=True)
class OriginCertificateArgs:
    """What the two certificates are for."""

    domain: str
    """The zone's name; the certificate covers it and every name one label below."""
    organization: str = "BailBondPro"
    validity_days: int = MAX_ORIGIN_DAYS
    """One of `bailbondpro.facts.certificates.OriginDays`."""
    generations: Generations = field(default_factory=Generations)
    """Which generations of keys and certificates exist: of two, both ends show the newer one, and the gateway trusts
    the authorities of both."""
    protect: bool = False
    """Protect the private keys of the newest generation."""
