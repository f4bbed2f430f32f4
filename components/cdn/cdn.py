"""The CDN in front of the platform: records, rules, settings and origin authentication of a Cloudflare zone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pulumi
import pulumi_cloudflare as cloudflare

from bailbondpro.edge.problems import edge_problems

from ..security.generations import of_generation
from .args import CdnArgs, ClientCertificate, RulesetImport
from .load_balancing import Failover, load_balancer
from .notifications import notifications
from .rulesets import rulesets
from .settings import zone_settings

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["Cdn", "CdnArgs", "ClientCertificate", "RulesetImport"]

AUTOMATIC_TTL = 1
"""The only TTL of a proxied record (Cloudflare docs, DNS record TTL)."""


class Cdn(pulumi.ComponentResource):
    """A Cloudflare zone that caches what is known to be public and nothing else.

    Example:
        ```python
        hosts = CdnHosts.under("example.com")
        policy = EdgePolicy(domain="example.com", hosts=hosts, session_cookie_names=("session",))
        args = CdnArgs(policy=policy, zone_id=zone_id, account_id=account_id, origin=balancer.dns_name)
        cdn = Cdn("cdn", args)
        ```
    """

    urls: dict[str, pulumi.Output[str]]
    """`https://` addresses by role: app, api, cdn, cdn-backup, images, assets. Known when their records exist."""
    ruleset_ids: dict[str, pulumi.Output[str]]
    """Ruleset ids by phase; empty where another stack owns the rules."""

    def __init__(self, name: str, args: CdnArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("bailbondpro:cdn:Cdn", name, None, opts)
        _require_possible(name, args)

        failover = self._failover(name, args)
        rules: dict[str, cloudflare.Ruleset] = {}
        guards: list[pulumi.Resource]
        if args.manage_zone_rulesets:
            rules = rulesets(name, args.policy, args.zone_id, args.imports, self)
            self._settings(name, args)
            self._caching(name, args)
            self._notifications(name, args, failover)
            guards = [*rules.values(), self._url_normalisation(name, args), self._zone_origin_pulls(name, args)]
        else:
            guards = self._host_origin_pulls(name, args)
        target = args.policy.load_balancer_host() if failover else args.origin
        records = self._records(name, args, target, guards)

        self.urls = {role: pulumi.Output.concat("https://", record.name) for role, record in records.items()}
        self.ruleset_ids = {phase: ruleset.id for phase, ruleset in rules.items()}
        self.register_outputs({"urls": self.urls, "rulesetIds": self.ruleset_ids})

    def _failover(self, name: str, args: CdnArgs) -> Failover | None:
        """The load balancer in front of the origins, where the account has the add-on."""
        if not args.policy.addons.load_balancing:
            return None
        return load_balancer(
            name,
            args.policy,
            zone_id=args.zone_id,
            account_id=args.account_id,
            origin=args.origin,
            backup_origin=args.backup_origin,
            parent=self,
        )

    def _notifications(self, name: str, args: CdnArgs, failover: Failover | None) -> None:
        notifications(
            name,
            account_id=args.account_id,
            domain=args.policy.domain,
            emails=args.alert_emails,
            pools=[pool.id for pool in failover.pools] if failover else [],
            opts=pulumi.ResourceOptions(parent=self),
        )

    def _records(
        self, name: str, args: CdnArgs, target: pulumi.Input[str], guards: Sequence[pulumi.Resource]
    ) -> dict[str, cloudflare.DnsRecord]:
        """The proxied records, made after the guards: without the rules, Cloudflare would cache by file extension."""
        backup = args.backup_origin if args.backup_origin is not None else target
        return {
            role: cloudflare.DnsRecord(
                f"{name}-dns-{role}",
                zone_id=args.zone_id,
                name=host,
                type="CNAME",
                content=backup if role == "cdn-backup" else target,
                ttl=AUTOMATIC_TTL,
                proxied=True,
                comment=f"BailBondPro {role}",
                opts=pulumi.ResourceOptions(
                    parent=self, protect=args.protect, delete_before_replace=True, depends_on=list(guards)
                ),
            )
            for role, host in args.policy.hosts.by_role()
        }

    def _settings(self, name: str, args: CdnArgs) -> None:
        for setting, value in zone_settings(args.policy):
            cloudflare.ZoneSetting(
                f"{name}-setting-{setting.replace('_', '-')}",
                zone_id=args.zone_id,
                setting_id=setting,
                value=value,
                opts=pulumi.ResourceOptions(parent=self),
            )

    def _caching(self, name: str, args: CdnArgs) -> None:
        cloudflare.TieredCache(
            f"{name}-tiered-cache",
            zone_id=args.zone_id,
            value="on",
            opts=pulumi.ResourceOptions(parent=self),
        )
        if args.policy.addons.cache_reserve:
            cloudflare.ZoneCacheReserve(
                f"{name}-cache-reserve",
                zone_id=args.zone_id,
                value="on",
                opts=pulumi.ResourceOptions(parent=self),
            )

    def _url_normalisation(self, name: str, args: CdnArgs) -> cloudflare.UrlNormalizationSettings:
        """The rules and the origin must read the same path, or `/static/../api` is two different things."""
        return cloudflare.UrlNormalizationSettings(
            f"{name}-url-normalization",
            zone_id=args.zone_id,
            type="cloudflare",
            scope="both",
            opts=pulumi.ResourceOptions(parent=self),
        )

    def _zone_origin_pulls(self, name: str, args: CdnArgs) -> cloudflare.AuthenticatedOriginPullsSettings:
        uploaded = [
            cloudflare.AuthenticatedOriginPullsCertificate(
                of_generation(f"{name}-origin-pull-certificate", shown.generation),
                zone_id=args.zone_id,
                certificate=shown.certificate_pem,
                private_key=pulumi.Output.secret(shown.private_key_pem),
                opts=pulumi.ResourceOptions(parent=self, additional_secret_outputs=["private_key"]),
            )
            for shown in args.client_certificates
        ]
        return cloudflare.AuthenticatedOriginPullsSettings(
            f"{name}-origin-pulls",
            zone_id=args.zone_id,
            enabled=True,
            opts=pulumi.ResourceOptions(parent=self, depends_on=uploaded),
        )

    def _host_origin_pulls(self, name: str, args: CdnArgs) -> list[pulumi.Resource]:
        """A stack that does not own the zone authenticates its own hosts, each with a resource of its own.

        The provider takes a list and refuses any that has not exactly one host name (terraform-provider-cloudflare
        5.22.0, cloudflare_authenticated_origin_pulls).
        """
        uploaded = [
            cloudflare.AuthenticatedOriginPullsHostnameCertificate(
                of_generation(f"{name}-host-pull-certificate", shown.generation),
                zone_id=args.zone_id,
                certificate=shown.certificate_pem,
                private_key=pulumi.Output.secret(shown.private_key_pem),
                opts=pulumi.ResourceOptions(parent=self, additional_secret_outputs=["private_key"]),
            )
            for shown in args.client_certificates
        ]
        if not uploaded:
            return []
        return [
            cloudflare.AuthenticatedOriginPulls(
                f"{name}-host-pulls-{role}",
                zone_id=args.zone_id,
                configs=[
                    cloudflare.AuthenticatedOriginPullsConfigArgs(hostname=host, cert_id=uploaded[0].id, enabled=True)
                ],
                opts=pulumi.ResourceOptions(parent=self),
            )
            for role, host in args.policy.hosts.by_role()
        ]


def _require_possible(name: str, args: CdnArgs) -> None:
    """Refuse a policy that cannot work before anything is registered.

    Raises:
        ValueError: with every problem.
    """
    problems = [
        f"{found.path} = {found.value}: allowed is {found.allowed}; {found.fix}" for found in edge_problems(args.policy)
    ]
    if problems:
        raise ValueError(f"{name}: " + "\n  ".join(["the CDN cannot be built", *problems]))
