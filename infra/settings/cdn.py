"""Settings of the Cloudflare CDN (scaling guide, CDN Implementation; Cloudflare documentation for plans)."""

from typing import Annotated, Literal

from pydantic import Field

from bailbondpro.edge.cloudflare_plans import MAX_TTL
from bailbondpro.edge.policy import CacheClass, CacheClasses
from bailbondpro.facts.certificates import MAX_ORIGIN_DAYS, OriginDays
from infra.settings.base import Area, CloudflareId, DomainName, UrlPath

Seconds = Annotated[int, Field(ge=0, le=MAX_TTL)]
CookieName = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[!#$%&'*+.^_`|~0-9A-Za-z-]+$")]


class CacheLifetime(Area):
    """How long one kind of content is cached."""

    max_age_seconds: Seconds = Field(
        description="Lifetime in seconds, at most a year (scaling guide, CDN Configuration)."
    )
    stale_while_revalidate_seconds: Seconds = Field(
        description="Seconds a stale copy is served while a fresh one is fetched (scaling guide, CDN Configuration)."
    )


def _lifetime(guide: CacheClass) -> CacheLifetime:
    return CacheLifetime.model_validate(
        {"maxAgeSeconds": guide.max_age, "staleWhileRevalidateSeconds": guide.stale_while_revalidate}
    )


_GUIDE = CacheClasses()


class CacheLifetimesSettings(Area):
    """The guide's five kinds of content."""

    images: CacheLifetime = Field(default=_lifetime(_GUIDE.images), description="Images (guide: 1 year, 1 day).")
    css: CacheLifetime = Field(default=_lifetime(_GUIDE.css), description="Style sheets (guide: 1 year, 1 hour).")
    js: CacheLifetime = Field(default=_lifetime(_GUIDE.js), description="Scripts (guide: 1 year, 1 hour).")
    html: CacheLifetime = Field(
        default=_lifetime(_GUIDE.html),
        description="publicHtmlPaths where the origin says public and no lifetime (guide: 1 hour, 5 minutes).",
    )
    api: CacheLifetime = Field(
        default=_lifetime(_GUIDE.api),
        description="publicApiPrefixes where the origin says public and no lifetime (guide: 5 minutes, 1 minute).",
    )


class CdnHostsSettings(Area):
    """Host names served through Cloudflare."""

    app: DomainName = Field(description="The application. Default: the domain itself.")
    api: DomainName = Field(description="The API. Default: api.<domain>.")
    cdn: DomainName = Field(description="Static content (guide: cdn.<domain>).")
    cdn_backup: DomainName = Field(description="Fallback for static content (guide: cdn-backup.<domain>).")
    images: DomainName = Field(description="Images (guide: images.<domain>).")
    assets: DomainName = Field(description="Assets (guide: assets.<domain>).")


class CdnAddonsSettings(Area):
    """What the Cloudflare account pays for besides the plan."""

    load_balancing: bool = Field(default=False, description="Load balancing: failover between origins.")
    images_paid: bool = Field(default=False, description="Image transformations beyond 5,000 a month.")
    advanced_certificates: bool = Field(default=False, description="Certificates for host names below the first level.")
    cache_reserve: bool = Field(default=False, description="Persistent cache for rarely requested objects.")


class CdnHstsSettings(Area):
    """HSTS as Cloudflare sends it for every host; the gateway then sends none."""

    max_age_seconds: int = Field(
        default=63_072_000, ge=0, le=63_072_000, description="Strict-Transport-Security max-age (guide: 63072000)."
    )
    include_subdomains: bool = Field(default=True, description="Whether every host below the domain is HTTPS only.")
    preload: bool = Field(default=False, description="Whether browsers may preload it, which is hard to undo.")


class CdnImportsSettings(Area):
    """Ids of rulesets the zone already has; Cloudflare allows one per phase, so they are adopted, not created."""

    rewrites: CloudflareId | None = Field(default=None, description="Id of the URL rewrite rules' ruleset.")
    cache: CloudflareId | None = Field(default=None, description="Id of the cache rules' ruleset. Default: none.")
    cache_response: CloudflareId | None = Field(default=None, description="Id of the cache response rules' ruleset.")
    response_headers: CloudflareId | None = Field(default=None, description="Id of the response header rules' ruleset.")
    rate_limit: CloudflareId | None = Field(default=None, description="Id of the rate limiting rules' ruleset.")
    managed_firewall: CloudflareId | None = Field(default=None, description="Id of the managed rules' ruleset.")
    custom_firewall: CloudflareId | None = Field(default=None, description="Id of the custom rules' ruleset.")


class CdnSettings(Area):
    """Cloudflare in front of everything. Nothing is cached unless a rule allows it."""

    enabled: bool = Field(description="Whether the CDN is deployed. Default: prod yes, dev no.")
    plan: Literal["free", "pro", "business", "enterprise"] = Field(
        description="The zone's Cloudflare plan; decides what is possible. Default: dev free, prod pro."
    )
    zone_id: CloudflareId | None = Field(
        default=None, description="Id of the zone, 32 hex digits; needed when enabled."
    )
    account_id: CloudflareId | None = Field(
        default=None, description="Id of the Cloudflare account, 32 hex digits; needed when enabled."
    )
    hosts: CdnHostsSettings = Field(description="Host names. Default: the guide's, below the domain.")
    lifetimes: CacheLifetimesSettings = Field(default=CacheLifetimesSettings(), description="Cache lifetimes by kind.")
    session_cookie_names: Annotated[tuple[CookieName, ...], Field(min_length=1, max_length=20)] = Field(
        default=("connect.sid", "session"),
        description="Cookies of signed-in users, or what their names begin with: a request whose Cookie header has one "
        "anywhere is never answered from the cache. On public pages any cookie does that is not known to be harmless.",
    )
    public_html_paths: Annotated[tuple[UrlPath, ...], Field(max_length=50)] = Field(
        default=(), description="Pages without personal data that may be cached, exact paths. Default: none."
    )
    public_api_prefixes: Annotated[tuple[UrlPath, ...], Field(max_length=50)] = Field(
        default=(), description="API prefixes of public reference data that may be cached. Default: none."
    )
    private_prefixes: tuple[UrlPath, ...] = Field(
        default=("/api/documents",),
        description="Further prefixes that are never cached, whatever another rule says, besides /account, /admin, "
        "/api/auth, /api/bonds, /api/clients, /api/payments and /uploads and the paths of every public service that "
        "nothing public is declared below: legal and personal data.",
    )
    manage_rulesets: bool = Field(
        default=True, description="Whether this stack owns the zone's rulesets; exactly one stack per zone may."
    )
    managed_waf: bool = Field(
        description="Whether Cloudflare's managed firewall rules run; from the Pro plan on. Default: prod yes, dev no."
    )
    backup_origin: DomainName | None = Field(
        default=None,
        description="DNS name of a second origin, such as the load balancer of a stack in another region: the CDN's "
        "backup host leads there and, with addons.loadBalancing, every host while the first origin is not ready. It "
        "shows a certificate for these hosts and accepts Cloudflare's. Default: none.",
    )
    monitor_interval_seconds: int = Field(
        default=60,
        ge=10,
        le=3600,
        description="Seconds between health checks of load balancing; the plan sets the least.",
    )
    image_widths: Annotated[tuple[int, ...], Field(min_length=1, max_length=12)] = Field(
        default=(320, 640, 1024, 1600),
        description="Image widths in pixels that the edge makes (`?w=`); others it refuses, because every rendition is "
        "billed.",
    )
    image_heights: Annotated[tuple[int, ...], Field(max_length=12)] = Field(
        default=(),
        description="Image heights in pixels besides (`?h=`). Default: none, a height follows from the width.",
    )
    image_qualities: Annotated[tuple[Annotated[int, Field(ge=1, le=100)], ...], Field(max_length=12)] = Field(
        default=(60, 75, 80, 90), description="Image qualities in percent that the edge makes (`?q=`)."
    )
    origin_certificate_days: OriginDays = Field(
        default=MAX_ORIGIN_DAYS, description="Validity of the origin certificate in days (Cloudflare Origin CA)."
    )
    certificate_generation: int = Field(
        default=1,
        ge=1,
        le=10_000,
        description="Raise by one to make other keys and certificates between Cloudflare and the gateway at the next "
        "deployment: both ends roll to them, and the gateway trusts the authority before, too, until "
        "certificatesRetiredBefore. It renews them as well.",
    )
    certificates_retired_before: int = Field(
        default=1,
        ge=1,
        le=10_000,
        description="Keys and certificates of generations before this one are deleted. Set it to "
        "certificateGeneration in a deployment of its own, once every gateway pod is new and Cloudflare shows the new "
        "certificate.",
    )
    authenticated_origin_pulls: bool = Field(
        default=True, description="Whether the gateway accepts only connections with Cloudflare's client certificate."
    )
    hsts: CdnHstsSettings = Field(default=CdnHstsSettings(), description="HSTS at the edge.")
    addons: CdnAddonsSettings = Field(default=CdnAddonsSettings(), description="Paid additions of the account.")
    imports: CdnImportsSettings = Field(default=CdnImportsSettings(), description="Rulesets to adopt.")
    warm_paths: Annotated[tuple[UrlPath, ...], Field(max_length=50)] = Field(
        default=(), description="Public paths requested after a deployment to fill the cache, at most 50."
    )
