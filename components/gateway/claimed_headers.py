"""Request headers that say who asks or how, by the words of which such names are made. Pure.

No document lists what a gateway, a sign-on proxy or an application of its own calls these headers, but their names are
made alike: who speaks (a prefix, or the name of a product), then what is claimed. nginx takes no pattern of names, so
every combination stands as a name of its own; one that nobody uses costs an entry in a table and nothing at a request.
Left out are words with which clients speak for themselves: tokens, keys, ids of sessions and of requests, versions.
All by convention, unverified 2026-11-30.
"""

from __future__ import annotations

from itertools import chain, product
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_SPEAKERS = (
    *("X-", "X-Auth-", "X-Authenticated-", "X-Auth-Request-", "X-Forwarded-", "X-Remote-", "Remote-", "X-JWT-"),
    *("X-Token-", "X-Identity-", "X-SSO-", "X-SAML-", "X-OIDC-", "X-LDAP-", "X-Proxy-", "X-Internal-", "X-Gateway-"),
    *("X-Session-", "X-Current-", "X-Verified-", "X-Trusted-"),
)
_PERSONS = (
    *("User", "User-Id", "UserId", "User-Name", "Username", "User-Email", "User-Role", "User-Roles", "User-Groups"),
    *(
        "Login",
        "Email",
        "Sub",
        "Subject",
        "Principal",
        "Identity",
        "Uid",
        "Claims",
        "Admin",
        "Is-Admin",
        "Role",
        "Roles",
    ),
    *("Group", "Groups", "Permissions", "Scope", "Scopes", "Authorities", "Tenant", "Tenant-Id", "Org", "Org-Id"),
    *("Organization", "Account", "Account-Id"),
)

_PRODUCTS = (
    *("Apisix", "Auth0", "Authelia", "Authentik", "AuthKit", "Clerk", "Cognito", "Descope", "Dex", "Duo", "F5"),
    *("Firebase", "Frontegg", "FusionAuth", "Grafana", "Hanko", "JumpCloud", "Keycloak", "Kinde", "Kong", "Kratos"),
    *("Logto", "Netlify", "NF", "Oathkeeper", "Okta", "OneLogin", "Ory", "Ping", "Pomerium", "PropelAuth", "Stytch"),
    *("Supabase", "SuperTokens", "Teleport", "Traefik", "Tyk", "Vouch", "WorkOS", "Zitadel"),
)
_OF_PRODUCTS = (
    *("User", "User-Id", "User-Email", "Username", "Email", "Sub", "Identity", "Claims", "Roles", "Groups", "Org-Id"),
    *("Tenant-Id", "Session", "Auth-Status", "Auth-Token", "Auth-Reason", "Middleware"),
)

_CERTIFICATES = (
    *("Client-Cert-", "X-Client-Cert-", "SSL-Client-", "X-SSL-Client-", "X-TLS-Client-", "X-Client-Tls-", "X-MTLS-"),
    *("X-MTLS-Client-", "MTLS-Client-", "MTLS-", "Cf-Cert-", "Cf-Client-Cert-", "X-Peer-Cert-", "X-Client-"),
)
_OF_CERTIFICATES = (
    *("Verified", "Verify", "Present", "Presented", "Revoked", "Subject", "Subject-DN", "Subject-DN-RFC2253"),
    *("Subject-DN-Legacy", "Issuer", "Issuer-DN", "Issuer-DN-RFC2253", "Issuer-DN-Legacy", "Issuer-Serial", "Serial"),
    *("Fingerprint", "Fingerprint-SHA1", "Fingerprint-SHA256", "CN", "DN", "SAN", "SKI", "Issuer-SKI", "Not-Before"),
    *("Not-After", "Cert"),
)

_FRONTS = (
    *("X-Real-", "X-Original-", "X-Upstream-", "X-Backend-", "X-Proxy-", "X-Forwarded-", "X-Forward-", "X-Ingress-"),
    *("X-Gateway-", "X-External-", "X-Public-", "X-Rewrite-", "X-Override-", "X-Frontend-", "X-Request-", "X-Origin-"),
    *("X-Requested-", "X-Proxied-", "X-Client-", "X-Server-"),
)
_ADDRESSES = (
    *("Host", "Hostname", "Server-Name", "Proto", "Protocol", "Scheme", "Port", "Uri", "Url", "Path", "Prefix"),
    *("Base-Path", "BasePath", "Base-Url", "PathBase", "Method", "Query", "Secure", "Ssl", "Https", "IP", "Addr"),
    *("Client-IP", "For", "Origin", "User", "Userid", "User-Id", "Username", "Servlet-Path", "Context-Path"),
)

_CLIENTS = ("", "X-", "HTTP-", "X-HTTP-", "Cluster-", "X-Cluster-", "Proxy-", "True-")
_OF_CLIENTS = (
    *("Client-IP", "ClientIP", "Client-Addr", "Client-Address", "Real-IP", "Remote-IP", "Remote-Addr", "Remote-Host"),
    *("Source-IP", "Source-Addr", "Src-IP", "User-IP", "Peer-IP", "Peer-Addr", "Viewer-IP"),
)

_TRUSTING = (
    *("X-Internal", "X-Internal-Request", "X-Internal-Call", "X-Internal-Service", "X-Internal-Auth", "X-Is-Internal"),
    *("X-Internal-Secret", "X-Internal-Token", "X-Internal-Api", "X-Internal-Client", "X-Trusted", "X-Trusted-Request"),
    *("X-Trusted-Client", "X-Is-Authenticated", "X-Authenticated", "X-Authorized", "X-Verified", "X-Auth-Status"),
    *("X-Auth-Result", "X-Auth-Verified", "X-Auth-Provider", "X-Auth-Method", "X-Auth-Level", "X-Service-Account"),
    *("X-Service-Identity", "X-Caller", "X-Caller-Id", "X-Actor", "X-Actor-Id", "X-Act-As", "X-Run-As", "X-Sudo"),
    *("X-Impersonate-User", "X-Impersonated-User", "X-Impersonator", "X-Delegated-User", "X-Effective-User"),
    *("X-Superuser", "X-Is-Superuser", "X-Is-Staff", "X-Privileges", "X-Permission", "X-Client-User"),
    *(
        "X-Auth",
        "X-Authn",
        "X-Authz",
        "X-Authorization",
        "X-Authentication",
        "X-MFA-Verified",
        "X-MFA",
        "X-2FA-Verified",
    ),
    *("X-Skip-Auth", "X-Skip-Authentication", "X-Auth-Bypass", "X-Bypass-Auth", "X-No-Auth", "X-Preferred-Username"),
    *("X-Geo-Country", "X-Geo-City", "X-Geo-Region", "X-Geo-IP"),
)
"""Names that say that a request comes from the inside, or for somebody else."""
_PLACES = (
    *("X-HTTP-DestinationURL", "X-HTTP-Destination", "X-HTTP-Path-Override", "X-HTTP-Url-Override", "X-Method"),
    *("X-PathBase", "X-Path-Base", "X-Base-Path", "X-BasePath", "X-Path-Prefix", "X-Prefix", "X-Mount-Path"),
    *("X-Host-Name", "X-Hostname", "X-Server-Name", "X-Virtual-Host", "X-Vhost", "X-Secure", "X-Is-Secure", "X-TLS"),
    *(
        "X-Servlet-Path",
        "X-Context-Path",
        "X-Path-Override",
        "X-URL-Override",
        "X-URI-Override",
        "X-Override-Host",
        "X-Override-Path",
        "X-Local-Path",
    ),
)
_BARE = ("User", "User-Id", "User-Email", "User-Role", "User-Roles", "User-Groups", "Username", "Roles", "Groups")
"""Names without a prefix, which would be too many words of their own otherwise."""


def _every(beginnings: Iterable[str], ends: Iterable[str]) -> tuple[str, ...]:
    return tuple(map("".join, product(beginnings, ends)))


_PRODUCT_NAMES = _every((f"X-{name}-" for name in _PRODUCTS), _OF_PRODUCTS)

_BETWEEN_PARTS = (
    *("X-Clerk-Auth-Message", "X-Clerk-Auth-Signature", "X-Clerk-Request-Data", "X-Clerk-Clerk-Url", "X-Redirect-Uri"),
    *("X-Url", "X-Sign-Up-Paths", "X-Trusted-Proxy", "X-Firebase-Uid"),
)
"""Of @clerk/backend and authkit-nextjs, which a middleware sets for pages."""
_OTHER_ADDRESSES = ("EO-Connecting-IP", "EO-Client-IP", "CDN-Real-IP", "Gcore-Real-IP", "X-Alicdn-Real-Ip")
"""Of networks before an origin: EdgeOne, Gcore, Alibaba Cloud."""
_OTHER_PERSONS = ("X-Krb-User", "X-Kerberos-User", "X-Iap-User", "X-Oracle-User")
_OTHER_CERTIFICATES = ("X-Cert-DN", "X-Nginx-Ssl-Client-Cert", "X-Haproxy-Client-Cert-Cn")
_OTHER_PLACES = (
    *("X-Envoy-Original-Method", "Http-Method-Override", "X-Forwarded-Script-Name", "X-Forwarded-Authority"),
)

CLAIMED: tuple[tuple[str, tuple[str, ...]], ...] = (
    (
        "who is signed in, by convention: who speaks, then what is claimed",
        (*_every(_SPEAKERS, _PERSONS), *_BARE, *_OTHER_PERSONS),
    ),
    (
        "who is signed in, by convention: the name of a product, then what is claimed",
        (*_PRODUCT_NAMES, *_BETWEEN_PARTS),
    ),
    (
        "client certificates, by convention; Cloudflare documentation, mutual TLS",
        (*_every(_CERTIFICATES, _OF_CERTIFICATES), *_OTHER_CERTIFICATES),
    ),
    ("where a request came in, by convention", tuple(chain(_every(_FRONTS, _ADDRESSES), _PLACES, _OTHER_PLACES))),
    ("the client's address, by convention", (*_every(_CLIENTS, _OF_CLIENTS), *_OTHER_ADDRESSES)),
    ("requests that come from the inside, by convention", _TRUSTING),
)
"""By kind. Some stand in the other lists too, with their document."""
