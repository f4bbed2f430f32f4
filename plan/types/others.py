"""Cloudflare's types, and what the engine computes by itself."""

from __future__ import annotations

from plan import tokens
from plan.types.model import (
    DRAWN,
    REST,
    Holds,
    ResourceType,
    by_rule,
    free,
    nothing_asked,
    nothing_kept,
    part,
    unpriced,
)

OF_THE_ZONE = "part of the zone's plan"
COMPUTED = "computed by the engine"
SOLD = "sold beside the zone's plan; the price book does not know its price"
IN_THE_STATE = nothing_asked("is kept in the state alone, marked as a secret")

OTHERS: tuple[ResourceType, ...] = (
    ResourceType(
        token="cloudflare:index/dnsRecord:DnsRecord",
        noun=DRAWN,
        bill=free(OF_THE_ZONE),
        at_rest=nothing_kept(),
        holds=Holds(what="zone record", guards=(), carries=True),
        quotas=(),
    ),
    part(tokens.RULESET, free(OF_THE_ZONE), DRAWN, bears="the edge lacks its rules"),
    part("cloudflare:index/zoneSetting:ZoneSetting", free(OF_THE_ZONE), DRAWN),
    # Every zone has one; the plan of a zone is bought outside of any stack.
    part("cloudflare:index/tieredCache:TieredCache", by_rule("zone plan")),
    part("cloudflare:index/loadBalancer:LoadBalancer", unpriced(SOLD)),
    part("cloudflare:index/loadBalancerMonitor:LoadBalancerMonitor", unpriced(SOLD)),
    part("cloudflare:index/loadBalancerPool:LoadBalancerPool", unpriced(SOLD)),
    part("cloudflare:index/zoneCacheReserve:ZoneCacheReserve", unpriced(SOLD)),
    *(
        part(token, free(OF_THE_ZONE))
        for token in (
            "cloudflare:index/authenticatedOriginPulls:AuthenticatedOriginPulls",
            "cloudflare:index/authenticatedOriginPullsCertificate:AuthenticatedOriginPullsCertificate",
            "cloudflare:index/authenticatedOriginPullsHostnameCertificate:AuthenticatedOriginPullsHostnameCertificate",
            "cloudflare:index/authenticatedOriginPullsSettings:AuthenticatedOriginPullsSettings",
            "cloudflare:index/notificationPolicy:NotificationPolicy",
            "cloudflare:index/originCaCertificate:OriginCaCertificate",
            "cloudflare:index/urlNormalizationSettings:UrlNormalizationSettings",
        )
    ),
    ResourceType(
        token=tokens.PASSWORD,
        noun=REST,
        bill=free(COMPUTED),
        at_rest=IN_THE_STATE,
        holds=Holds(what="password", guards=(), recoverable=True),
        quotas=(),
    ),
    ResourceType(
        token="tls:index/privateKey:PrivateKey",
        noun=REST,
        bill=free(COMPUTED),
        at_rest=IN_THE_STATE,
        holds=Holds(what="private key", guards=()),
        quotas=(),
    ),
    *(
        part(token, free(COMPUTED))
        for token in (
            "pulumi:providers:aws",
            "pulumi:providers:kubernetes",
            "random:index/randomId:RandomId",
            "tls:index/certRequest:CertRequest",
            "tls:index/locallySignedCert:LocallySignedCert",
            "tls:index/selfSignedCert:SelfSignedCert",
        )
    ),
)
