"""What the edge is asked to do, as plain data: hosts, cache classes, public and private paths, limits, headers."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from bailbondpro.edge.cloudflare_plans import Plan

PRIVATE_PREFIXES = (
    "/api/auth",
    "/api/clients",
    "/api/bonds",
    "/api/payments",
    "/admin",
    "/account",
    "/uploads",
)
"""Paths that hold personal or legal data or sign people in: never cached, whatever else is configured."""

IMAGE_EXTENSIONS = ("png", "jpg", "jpeg", "gif", "webp", "avif", "svg", "ico")
"""What may be cached as an image. No document types: PDF and Office files are contracts and court papers here."""

CSS_EXTENSIONS = ("css", "woff2", "woff", "ttf", "otf")
"""Style sheets and the fonts that they load."""

JS_EXTENSIONS = ("js", "mjs", "wasm", "map", "webmanifest")
"""Scripts and modules, and what a build puts beside them: WebAssembly, source maps, the manifest."""

FILE_TYPES = {
    "css": "text/css",
    **{extension: f"font/{extension}" for extension in ("woff2", "woff", "ttf", "otf")},
    **dict.fromkeys(("js", "mjs"), "text/javascript"),
    "wasm": "application/wasm",
    "map": "application/json",
    "webmanifest": "application/manifest+json",
}
"""The Content-Type of static files that are no images (IANA, media types; what Node.js servers send)."""

API_EXTENSIONS = ("", "json")
"""What may be cached below a public API prefix: data, no files for download."""

HARMLESS_COOKIES = (
    *("_ga=", "_gid=", "_gat=", "_gcl_au=", "_fbp=", "_fbc=", "_clck=", "_clsk="),
    *("__cf_bm=", "_cfuvid=", "cf_clearance=", "OptanonConsent=", "OptanonAlertBoxClosed=", "CookieConsent=", "theme="),
)
"""Beginnings of the cookies that may come with a request for a public page, since no server reads them to answer:
measurement (Google Analytics, Meta and Clarity, documentation of their cookies), Cloudflare's own (Cloudflare docs,
Cloudflare cookies), consent that a script keeps (OneTrust, Cookiebot; unverified), and the colour theme, which a
script applies. Each is a whole name: any other may sign somebody in, or choose a language, which no key of every
plan can hold. Cookies whose names end with an identifier count by their form (`personal.unknown_input`)."""

HARMLESS_HEADERS = (
    # RFC 9110, RFC 9111, RFC 9218 (priority), RFC 9651's Sec- names of Fetch Metadata and Client Hints: browsers
    *("host", "user-agent", "accept", "accept-encoding", "accept-language", "referer", "origin"),
    *("connection", "keep-alive", "te", "upgrade-insecure-requests", "dnt", "priority", "purpose", "x-purpose"),
    *("cache-control", "pragma", "range", "if-range", "if-match", "if-none-match", "if-modified-since", "cookie"),
    *("if-unmodified-since", "max-forwards", "save-data", "downlink", "ect", "rtt", "dpr", "viewport-width", "width"),
    *(f"sec-{name}" for name in ("gpc", "purpose", "fetch-dest", "fetch-mode", "fetch-site", "fetch-user")),
    *(f"sec-{name}" for name in ("fetch-storage-access", "ch-ua", "ch-ua-mobile", "ch-ua-platform", "ch-ua-arch")),
    *(f"sec-ch-ua-{name}" for name in ("bitness", "full-version", "full-version-list", "model", "platform-version")),
    *(f"sec-ch-{name}" for name in ("ua-wow64", "ua-form-factors", "dpr", "width", "viewport-width")),
    *("device-memory", "sec-ch-prefers-color-scheme", "sec-ch-prefers-reduced-motion", "sec-ch-device-memory"),
    # what Cloudflare adds (Cloudflare docs, HTTP headers); the gateway writes it anew or lets none pass
    *("cdn-loop", "cf-connecting-ip", "cf-connecting-ipv6", "cf-connecting-o2o", "cf-ew-via", "cf-ipcountry", "cf-ray"),
    *("cf-visitor", "cf-worker", "cf-pseudo-ipv4", "true-client-ip", "x-forwarded-for", "x-forwarded-proto"),
    # what proxies on the way add, and traces (W3C, Trace Context): nothing that an answer depends on. From and Baggage
    # say who asks: an address, and whatever a client's tracing carries along, such as the id of a user
    *("via", "forwarded", "x-forwarded-host", "x-forwarded-port", "x-real-ip", "x-request-id", "traceparent"),
    *("tracestate", "sentry-trace"),
)
"""Names of request headers that may come with a request for a public page or public data. Any other may change what the
application answers, and is in no cache key: X-Requested-With, RSC and HX-Request ask for a part of a page,
Accept-Charset, which no browser sends (MDN, Accept-Charset; unverified), for other bytes, and Content-Length says that
a GET has a body. One that is missing here costs a request to the origin."""

HARMLESS_RESPONSE_HEADERS = (
    # RFC 9110, 9111, 9112, 9213, 8288, 7838: what a response is, how it came and for how long it may be kept
    *("accept-ranges", "age", "alt-svc", "cache-control", "cdn-cache-control", "cloudflare-cdn-cache-control", "via"),
    *(
        "connection",
        "content-encoding",
        "content-language",
        "content-length",
        "content-location",
        "content-type",
        "date",
    ),
    *("etag", "expires", "keep-alive", "last-modified", "link", "server", "transfer-encoding", "vary"),
    # what browsers shall heed (W3C and WHATWG; Helmet's defaults), measure and report
    *("strict-transport-security", "x-content-type-options", "x-frame-options", "x-xss-protection", "referrer-policy"),
    *("content-security-policy", "content-security-policy-report-only", "permissions-policy", "origin-agent-cluster"),
    *(f"cross-origin-{name}-policy" for name in ("opener", "embedder", "resource")),
    *(
        "x-dns-prefetch-control",
        "x-download-options",
        "x-permitted-cross-domain-policies",
        "access-control-allow-origin",
    ),
    *("timing-allow-origin", "server-timing", "nel", "report-to", "reporting-endpoints", "speculation-rules"),
    # what frameworks tell of themselves, and how robots shall treat a page (Express, Rails, Next.js, Google)
    *("x-powered-by", "x-runtime", "x-response-time", "x-request-id", "x-robots-tag", "x-ua-compatible"),
    *("x-nextjs-cache", "x-nextjs-prerender", "x-nextjs-stale-time", "x-cache"),
    *("sourcemap", "x-sourcemap", "service-worker-allowed"),  # of scripts (ECMA-426; W3C, Service Workers)
)
"""Names of response headers that a public file, page or data may have and be stored. Any other may hand somebody a
credential, name him, or forbid a cache what this one does not understand: one that is missing here costs a request to
the origin."""

FILE_QUERY = ("v", "w", "h", "q", "f")
"""Names of the parameters with which a file may be asked for: its version, and the guide's of a rendition (scaling
guide, CDN Configuration), whose values are listed besides (`ImagePolicy`)."""

HARMLESS_QUERY = (
    *FILE_QUERY,
    # which part of a list, in which order and language: the same for everybody who asks for it
    *("page", "per_page", "limit", "offset", "sort", "order", "lang", "locale", "county", "court"),
    # where a visitor comes from, for the scripts of measurement (Google Analytics, URL builders; read 2026-11-30)
    *(f"utm_{name}" for name in ("source", "medium", "campaign", "term", "content", "id", "source_platform")),
    *(f"utm_{name}" for name in ("creative_format", "marketing_tactic")),
    # which click on an advertisement: Google Ads, Meta, Microsoft, TikTok, X, LinkedIn, Yandex, DoubleClick (their
    # documents of auto-tagging; unverified); the click is no visitor, and no server of this platform reads it
    *("gclid", "gbraid", "wbraid", "gad_source", "gad_campaignid", "dclid", "fbclid", "msclkid", "ttclid", "twclid"),
    *("li_fat_id", "yclid", "srsltid", "igshid"),
)
"""Names of parameters that may come with a request for a public page or public data; they are part of the cache key.
Any other may sign somebody in, be a part of a signature or a link of a mail (`mc_eid` names its reader, `_gl` hands a
visitor's identity over), or name a person. One that is missing here costs a request to the origin."""

STATIC_PREFIX = "/static/"
"""Where the app serves content-hashed assets (scaling guide, Nginx Load Balancer Configuration)."""


@dataclass(frozen=True, kw_only=True)
class CdnHosts:
    """The host names that the zone serves; each is a name of its own."""

    app: str
    api: str
    cdn: str
    cdn_backup: str
    images: str
    assets: str

    @classmethod
    def under(cls, domain: str, *, environment: str = "") -> CdnHosts:
        """The guide's names under a zone (scaling guide, CDN Configuration).

        Args:
            domain: the zone, such as `bailbondpro.com`.
            environment: a second environment in the same zone, such as `dev`: the app answers at `dev.`, the others at
                `api-dev.` and so on, one label deep, because the universal certificate covers no more.
        """
        suffix = f"-{environment}" if environment else ""
        return cls(
            app=f"{environment}.{domain}" if environment else domain,
            api=f"api{suffix}.{domain}",
            cdn=f"cdn{suffix}.{domain}",
            cdn_backup=f"cdn-backup{suffix}.{domain}",
            images=f"images{suffix}.{domain}",
            assets=f"assets{suffix}.{domain}",
        )

    def by_role(self) -> tuple[tuple[str, str], ...]:
        """(role, host name) in a stable order; a role is the logical name of the host's record."""
        return (
            ("app", self.app),
            ("api", self.api),
            ("cdn", self.cdn),
            ("cdn-backup", self.cdn_backup),
            ("images", self.images),
            ("assets", self.assets),
        )


@dataclass(frozen=True)
class CacheClass:
    """How long content stays fresh, and how long a stale copy may be served while it is renewed; in seconds."""

    max_age: int
    stale_while_revalidate: int


@dataclass(frozen=True, kw_only=True)
class CacheClasses:
    """The five classes with the guide's seconds (scaling guide, CDN Configuration, cacheRules)."""

    images: CacheClass = CacheClass(31_536_000, 86_400)
    css: CacheClass = CacheClass(31_536_000, 3_600)
    js: CacheClass = CacheClass(31_536_000, 3_600)
    html: CacheClass = CacheClass(3_600, 300)
    api: CacheClass = CacheClass(300, 60)

    def by_name(self) -> tuple[tuple[str, CacheClass], ...]:
        """(name, class) in the order of the rules."""
        return (
            ("images", self.images),
            ("css", self.css),
            ("js", self.js),
            ("html", self.html),
            ("api", self.api),
        )


@dataclass(frozen=True)
class RateLimit:
    """A leaky bucket as nginx's `limit_req` has it: requests per second and the burst on top."""

    rate: float
    burst: int

    def requests_in(self, period: int) -> int:
        """How many requests the bucket admits in a period of seconds, less the one that it holds at its start."""
        return int(self.rate * period) + self.burst


@dataclass(frozen=True, kw_only=True)
class RateLimits:
    """The coarse limits at the edge; the exact ones are the gateway's.

    Rates and bursts: scaling guide, Nginx Load Balancer Configuration. The edge counts whole requests per period and
    data centre, so it admits `rate x period + burst` at once.
    """

    api: RateLimit = RateLimit(10, 20)
    login: RateLimit = RateLimit(1, 5)
    period: int = 10
    """Seconds over which requests are counted: 10 is the only period of every plan."""
    mitigation_timeout: int = 10
    """Seconds for which a client over the limit is blocked."""
    api_prefix: str = "/api/"
    login_prefix: str = "/api/auth/login"


@dataclass(frozen=True, kw_only=True)
class Hsts:
    """HTTP Strict Transport Security (scaling guide: 63072000 seconds, subdomains, preload).

    Preloading is an explicit choice: browsers ship the list, so leaving it takes months.
    """

    max_age: int = 63_072_000
    include_subdomains: bool = True
    preload: bool = False

    def value(self) -> str:
        """The header's value."""
        parts = [f"max-age={self.max_age}"]
        parts += ["includeSubDomains"] if self.include_subdomains else []
        parts += ["preload"] if self.preload else []
        return "; ".join(parts)


@dataclass(frozen=True, kw_only=True)
class Addons:
    """Paid add-ons of the zone. All are off unless bought: a rule that needs a missing one is refused."""

    load_balancing: bool = False
    images_paid: bool = False
    advanced_certificate_manager: bool = False
    cache_reserve: bool = False


@dataclass(frozen=True, kw_only=True)
class ImagePolicy:
    """Which renditions of an image may be made (Cloudflare Images, Transform via URL).

    An allow-list, because every new combination of width, quality and format is billed as one transformation.
    """

    enabled: bool = True
    """Images of this zone only; 5,000 transformations a month are free (Cloudflare docs, Images pricing)."""
    widths: tuple[int, ...] = (320, 640, 1024, 1600)
    """Pixels."""
    heights: tuple[int, ...] = ()
    """Pixels; none by default, since a height follows from the width."""
    qualities: tuple[int, ...] = (60, 75, 80, 90)
    """Percent."""

    @property
    def most_renditions(self) -> int:
        """How many transformations of one image can be billed.

        Each width with each height, quality and format or without, and the four formats alone.
        """
        formats = 4
        sizes = len(self.widths) * (1 + len(self.heights))
        return sizes * (1 + len(self.qualities)) * (1 + formats) + formats


@dataclass(frozen=True, kw_only=True)
class EdgePolicy:
    """Everything that decides what the edge does with a request; no cloud identifiers.

    Caching of html and api responses is opt-in per public path: both hold personal data by default.
    """

    domain: str
    """The zone's name, such as `bailbondpro.com`."""
    hosts: CdnHosts
    session_cookie_names: tuple[str, ...]
    """Names of cookies that mark a signed-in visitor, or what they begin with; at least one. A request is never cached
    whose Cookie header has one anywhere, so that `appSession.0` and `__Host-session` count as well."""
    plan: Plan = Plan.PRO
    addons: Addons = Addons()
    cache_classes: CacheClasses = CacheClasses()
    public_html_paths: tuple[str, ...] = ()
    """Exact paths on the app host whose page is the same for everybody."""
    public_api_prefixes: tuple[str, ...] = ()
    """Path prefixes (whole segments) whose API responses are the same for everybody."""
    private_prefixes: tuple[str, ...] = ()
    """Path prefixes that are never cached, besides PRIVATE_PREFIXES; case does not matter."""
    rate_limits: RateLimits = RateLimits()
    hsts: Hsts = Hsts()
    frame_options: Literal["DENY", "SAMEORIGIN"] = "DENY"
    """X-Frame-Options (scaling guide, Nginx Load Balancer Configuration: DENY)."""
    images: ImagePolicy = ImagePolicy()
    monitor_interval: int = 30
    """Seconds between the load balancer's health checks (scaling guide, Application-Level Load Balancing: 30); a plan's
    longer minimum wins. Only with the load balancing add-on."""
    waf_managed: bool = True
    """Run Cloudflare's managed rulesets where the plan has them."""
    further_hosts: tuple[CdnHosts, ...] = field(default=())
    """Hosts of other environments in the same zone: a zone has one set of rules, so one stack owns them for all."""

    def all_hosts(self) -> tuple[CdnHosts, ...]:
        """This environment's hosts and the others of the zone."""
        return (self.hosts, *self.further_hosts)

    def host_names(self) -> tuple[str, ...]:
        """Every host name of the zone that this platform serves, each once."""
        return tuple(dict.fromkeys(name for hosts in self.all_hosts() for _, name in hosts.by_role()))

    def load_balancer_host(self) -> str:
        """The load balancer's host name, one label below the zone, so that the universal certificate covers it."""
        label = self.hosts.cdn.removesuffix(f".{self.domain}").replace(".", "-")
        return f"lb-{label}.{self.domain}"

    def all_private_prefixes(self) -> tuple[str, ...]:
        """The built-in and the configured private prefixes, lower case, each once, in a stable order."""
        return tuple(dict.fromkeys(prefix.lower() for prefix in (*PRIVATE_PREFIXES, *self.private_prefixes)))
