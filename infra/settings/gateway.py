"""Settings of the nginx gateway (scaling guide, Nginx Load Balancer Configuration and Performance Tuning)."""

from typing import Literal

from pydantic import Field

from bailbondpro.facts.load_balancing import MAX_DEREGISTRATION_SECONDS
from bailbondpro.facts.nginx import NGINX_IMAGE, OLDEST_NGINX
from infra.settings.base import Area, ClientCidr, Image, Resources, UrlPath, resources


class RateLimit(Area):
    """One nginx limit_req zone, per client address and gateway pod, without delay."""

    rate_per_second: int = Field(ge=1, le=100_000, description="Requests per second (guide: api 10, login 1).")
    burst: int = Field(ge=0, le=100_000, description="Requests above the rate served at once (guide: api 20, login 5).")


def _rate(per_second: int, burst: int) -> RateLimit:
    return RateLimit.model_validate({"ratePerSecond": per_second, "burst": burst})


class RateLimitsSettings(Area):
    """The gateway's rate limits; what exceeds them is answered with 429."""

    api: RateLimit = Field(default=_rate(10, 20), description="For /api/ (guide: 10 r/s, burst 20).")
    login: RateLimit = Field(default=_rate(1, 5), description="For /api/auth/login (guide: 1 r/s, burst 5).")


class ProxyTimeouts(Area):
    """nginx proxy timeouts in seconds."""

    connect_seconds: int = Field(
        ge=1, le=75, description="proxy_connect_timeout, at most 75 s (nginx; guide: 5, api 3)."
    )
    send_seconds: int = Field(ge=1, le=3600, description="proxy_send_timeout (guide: 60, api 30).")
    read_seconds: int = Field(ge=1, le=3600, description="proxy_read_timeout (guide: 60, api 30).")


def _timeouts(connect: int, send: int, read: int) -> ProxyTimeouts:
    return ProxyTimeouts.model_validate({"connectSeconds": connect, "sendSeconds": send, "readSeconds": read})


class UpstreamSettings(Area):
    """How nginx treats a failing pod."""

    max_fails: int = Field(ge=0, le=100, description="Failures until a pod is left out (guide: app 3, api 2).")
    fail_timeout_seconds: int = Field(ge=1, le=600, description="For how long it is left out (guide: app 30, api 20).")
    timeouts: ProxyTimeouts = Field(description="Timeouts towards the pods.")


def _upstream(max_fails: int, fail_timeout: int, timeouts: ProxyTimeouts) -> UpstreamSettings:
    return UpstreamSettings.model_validate(
        {
            "maxFails": max_fails,
            "failTimeoutSeconds": fail_timeout,
            "timeouts": timeouts.model_dump(by_alias=True),
        }
    )


class HeadersSettings(Area):
    """Security headers of every answer (scaling guide, Load Balancing); HSTS only where the CDN does not own it."""

    hsts_max_age_seconds: int = Field(
        default=63_072_000, ge=0, le=63_072_000, description="Strict-Transport-Security max-age (guide: 63072000)."
    )
    hsts_include_subdomains: bool = Field(default=True, description="Whether HSTS covers subdomains (guide: yes).")
    hsts_preload: bool = Field(
        default=True, description="Whether browsers may preload HSTS, which is hard to undo (guide: yes)."
    )
    frame_options: Literal["DENY", "SAMEORIGIN"] = Field(default="DENY", description="X-Frame-Options (guide: DENY).")


class GatewaySettings(Area):
    """The gateway: nginx pods between the load balancer and the application."""

    replicas: int = Field(ge=1, le=50, description="Fewest gateway pods. Default by phase: prod 2, 2, 3, dev 1.")
    max_replicas: int = Field(ge=1, le=50, description="Most gateway pods. Default by phase: prod 4, 6, 6, dev 2.")
    image: Image = Field(
        default=NGINX_IMAGE,
        description=f"nginx {OLDEST_NGINX} or newer that runs without root. Default: the release that the tests run.",
    )
    allowed_cidrs: tuple[ClientCidr, ...] = Field(
        default=(),
        description="Who reaches the load balancer besides Cloudflare, IPv4. Default: nobody; without the CDN these "
        "are the only clients.",
    )
    rate_limits: RateLimitsSettings = Field(default=RateLimitsSettings(), description="Request rates per client.")
    app: UpstreamSettings = Field(
        default=_upstream(3, 30, _timeouts(5, 60, 60)),
        description="The web upstream: least_conn (guide: max_fails 3, fail_timeout 30 s, timeouts 5/60/60 s).",
    )
    api: UpstreamSettings = Field(
        default=_upstream(2, 20, _timeouts(3, 30, 30)),
        description="The API upstream: ip_hash (guide: max_fails 2, fail_timeout 20 s, timeouts 3/30/30 s).",
    )
    deregistration_delay_seconds: int = Field(
        default=120,
        ge=0,
        le=MAX_DEREGISTRATION_SECONDS,
        description="Seconds a leaving pod keeps its connections at the load balancer, which are cut then (ELB API "
        "reference: 0 to 3600); at least the longest read timeout.",
    )
    pre_stop_seconds: int = Field(
        default=130,
        ge=0,
        le=900,
        description="Seconds a stopping gateway pod still serves while the load balancer forgets it: at least the "
        "deregistration delay, and 120, for which an NLB may go on sending.",
    )
    client_max_body_mib: int = Field(
        default=25, ge=1, le=500, description="Largest request body in MiB; nginx's own 1 refuses scanned documents."
    )
    keepalive_connections: int = Field(
        default=32, ge=1, le=1024, description="Idle connections kept to each upstream (guide: keepalive 32)."
    )
    keepalive_timeout_seconds: int = Field(
        default=65, ge=1, le=3600, description="How long an idle client connection stays open (guide: 65)."
    )
    keepalive_requests: int = Field(
        default=1000, ge=1, le=1_000_000, description="Requests per client connection (guide: 1000)."
    )
    worker_connections: int = Field(
        default=4096,
        ge=512,
        le=65535,
        description="Connections per nginx worker (scaling guide, Performance Tuning: 4096).",
    )
    open_file_cache: int = Field(
        default=10_000, ge=0, le=100_000, description="Entries of nginx's open_file_cache (guide: max=10000); 0: off."
    )
    static_max_age_seconds: int = Field(
        default=31_536_000, ge=0, le=31_536_000, description="Browser lifetime of /static/ (guide: 1y)."
    )
    auth_request_path: UrlPath | None = Field(
        default=None,
        description="If set, nginx asks this path whether a request to /api/ may pass (auth_request). The path's own "
        "folder and the login stay open. Default: none.",
    )
    certificate_generation: int = Field(
        default=1,
        ge=1,
        le=10_000,
        description="Without the CDN: raise by one to make another key and certificate of the gateway at the next "
        "deployment, to which its pods roll. With it, cdn.certificateGeneration does so.",
    )
    headers: HeadersSettings = Field(default=HeadersSettings(), description="Security headers.")
    maintenance: bool = Field(
        default=False,
        description="Answer everybody with status 503 and a page that nobody caches. Default: no.",
    )
    resources: Resources = Field(default=resources(250, 128, 1000, 256), description="Requests and limits of a pod.")
