"""Arguments of the CDN and its certificates."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pulumi

from components.cdn.args import CdnArgs, OriginCertificateArgs, RulesetImport
from components.security.generations import Generations
from infra.edge_policy import edge_policy

if TYPE_CHECKING:
    from components.cdn.args import ClientCertificate
    from components.cdn.origin_certificate import OriginCertificate
    from components.gateway.gateway import Gateway
    from components.network.load_balancer import LoadBalancer
    from infra.settings import Settings

_IMPORT_PHASES = {
    "rewrites": "http_request_transform",
    "cache": "http_request_cache_settings",
    "cache_response": "http_response_cache_settings",
    "response_headers": "http_response_headers_transform",
    "rate_limit": "http_ratelimit",
    "managed_firewall": "http_request_firewall_managed",
    "custom_firewall": "http_request_firewall_custom",
}


def certificate_args(settings: Settings) -> OriginCertificateArgs:
    """The certificate that the gateway shows to Cloudflare, and the one that Cloudflare shows to the gateway."""
    return OriginCertificateArgs(
        domain=settings.domain,
        validity_days=settings.cdn.origin_certificate_days,
        generations=Generations(
            newest=settings.cdn.certificate_generation, retired_before=settings.cdn.certificates_retired_before
        ),
        protect=settings.protect,
    )


def args(settings: Settings, balancer: LoadBalancer, certificate: OriginCertificate, gateway: Gateway) -> CdnArgs:
    """The zone: records, rules and settings; Cloudflare's certificate once all pods of the gateway trust its authority.

    Raises:
        ValueError: the CDN is enabled without zone or account; the configuration's check refuses that before.
    """
    cdn = settings.cdn
    if cdn.zone_id is None or cdn.account_id is None:
        raise ValueError("cdn.zoneId and cdn.accountId are needed when the CDN is enabled")
    return CdnArgs(
        policy=edge_policy(settings),
        zone_id=cdn.zone_id,
        account_id=cdn.account_id,
        origin=balancer.dns_name,
        backup_origin=cdn.backup_origin,
        manage_zone_rulesets=cdn.manage_rulesets,
        client_certificates=_once_trusted(certificate, gateway) if cdn.authenticated_origin_pulls else (),
        alert_emails=settings.monitoring.alert_emails,
        imports=tuple(
            RulesetImport(phase=phase, ruleset_id=ruleset_id)
            for name, phase in _IMPORT_PHASES.items()
            if (ruleset_id := getattr(cdn.imports, name)) is not None
        ),
        protect=settings.protect,
    )


def _once_trusted(certificate: OriginCertificate, gateway: Gateway) -> tuple[ClientCertificate, ...]:
    """Cloudflare's certificates; one that takes turns with another once every pod of the gateway trusts its authority.

    Where there is one alone, no pod knows another. Nothing may wait for pods without need: the protected DNS records
    wait for the certificates, and the engine walks all that they wait for when their deletion is refused.
    """
    *older, newest = sorted(certificate.client_certificates, key=lambda one: one.generation)
    if not older:
        return (newest,)
    trusted = pulumi.Output.all(newest.certificate_pem, gateway.deployment_name).apply(lambda known: str(known[0]))
    return (*older, replace(newest, certificate_pem=trusted))
