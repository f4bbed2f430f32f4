"""Request headers in which proxies, clouds and meshes say who is signed in, by whose documentation writes them.

Pure; the second half of `stripped_headers`. nginx cannot drop headers by how their names begin, so a family stands with
all its members: what each document lists, and what it lets an operator add under a usual name. Where a document leaves
the end of a name open (claims, attributes), the common claims stand (OpenID Connect Core, 5.1). Every row is unverified
(2026-11-30): nobody read the names in the document for this list.
"""

from __future__ import annotations

_CLAIMS = ("Sub", "Email", "Email-Verified", "Name", "Preferred-Username", "Groups", "Roles", "User")
_EASY_AUTH = ("Aad", "Facebook", "Google", "MicrosoftAccount", "Twitter", "GitHub", "Apple")


def _family(prefix: str, ends: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(f"{prefix}{end}" for end in ends)


IDENTITIES: tuple[tuple[str, tuple[str, ...]], ...] = (
    (
        "Google App Engine, request headers and the Users API; tasks and Cloud Tasks",
        (
            *_family("X-Appengine-User-", ("Email", "Id", "Nickname", "Is-Admin", "Organization", "Is-Verified")),
            *_family(
                "X-Appengine-", ("Auth-Domain", "Api-Ticket", "Https", "Region", "City", "CityLatLong", "FailFast")
            ),
            *_family("X-Appengine-", ("Default-Namespace", "Current-Namespace", "Default-Version-Hostname")),
            *_family("X-Appengine-", ("Request-Log-Id", "TaskName", "TaskRetryCount", "TaskExecutionCount", "TaskETA")),
            *_family("X-Appengine-", ("TaskPreviousResponse", "TaskRetryReason", "Timeout-Ms", "Server-Name")),
            *_family("X-CloudTasks-", ("TaskName", "TaskRetryCount", "TaskExecutionCount", "TaskETA")),
        ),
    ),
    (
        "Google Cloud, Identity-Aware Proxy, Cloud Run and mutual TLS of load balancers",
        (
            *_family("X-Goog-", ("Authenticated-User-Namespace", "Iap-Generated-Response", "Iap-Policy-Details")),
            *_family("X-Goog-Iap-Attr-", ("Sub", "Email", "Groups", "Name")),
            *_family("X-Goog-", ("Iam-Authorization-Token", "Iam-Authority-Selector")),
            "X-Serverless-Authorization",
            *_family("X-Client-Cert-", ("Present", "Chain-Verified", "Error", "Sha256-Fingerprint", "Serial-Number")),
            *_family("X-Client-Cert-", ("SPIFFE", "SPIFFE-Id", "URI-SANs", "DNSName-SANs", "Issuer-DN", "Subject-DN")),
            *_family("X-Client-Cert-", ("Valid-Not-Before", "Valid-Not-After", "Leaf", "Chain", "Hash", "Verified")),
        ),
    ),
    (
        "Pomerium, Pass Identity Headers and JWT claim headers",
        (
            *_family("X-Pomerium-Claim-", _CLAIMS),
            *_family("X-Pomerium-", ("Authorization", "Routing-Key", "Reproxy-Policy", "Reproxy-Policy-Hmac", "User")),
        ),
    ),
    (
        "Vouch Proxy, headers and claims",
        (
            *_family("X-Vouch-IdP-Claims-", _CLAIMS),
            *_family(
                "X-Vouch-", ("IdP-AccessToken", "IdP-IdToken", "Success", "Token", "Jwt", "Error", "Requested-URI")
            ),
        ),
    ),
    (
        "SPIFFE and meshes: Envoy, Istio, Consul, Open Service Mesh, Dapr, Teleport",
        (
            *(
                "X-SPIFFE-ID",
                "SPIFFE-ID",
                "X-Spiffe-Client-Id",
                "X-Forwarded-Client-Cert-Chain",
                "X-Forwarded-Spiffe-Id",
            ),
            *(
                "X-Istio-Attributes",
                "X-Istio-Auth-Userinfo",
                "X-Consul-Identity",
                "X-Peer-Identity",
                "X-Source-Identity",
            ),
            *(
                "Teleport-Jwt-Assertion",
                "L5d-Remote-IP",
                "L5d-Server-Id",
                "Dapr-Caller-App-Id",
                "Dapr-Caller-Namespace",
            ),
        ),
    ),
    (
        "Cloudflare Access, application token and custom headers",
        _family("Cf-Access-", ("Token", "User", "Email", "Groups", "Sub", "Aud", "Authenticated-User-Id", "Name")),
    ),
    (
        "Azure App Service and Static Web Apps, Easy Auth; Entra application proxy",
        (
            *_family("X-MS-CLIENT-PRINCIPAL-", ("Email", "Roles", "Claims", "Tenant", "Groups")),
            *(f"X-MS-TOKEN-{who}-{what}" for who in _EASY_AUTH for what in ("Refresh-Token", "Expires-On")),
            *(f"X-MS-TOKEN-{who}-{what}" for who in _EASY_AUTH[1:] for what in ("Access-Token", "Id-Token")),
            *("X-MS-TOKEN-Twitter-Access-Token-Secret", "X-MS-AUTH-TOKEN", "X-ZUMO-AUTH", "X-MS-Proxy"),
        ),
    ),
    (
        "AWS: load balancer's OIDC, Verified Access, VPC Lattice, API Gateway",
        (
            *_family("X-Amzn-Oidc-", ("Idtoken", "Claims", "User", "Email")),
            *("X-Amzn-Ava-User-Context", "X-Amzn-Lattice-Identity", "X-Amzn-Lattice-Network", "X-Amzn-Lattice-Target"),
            *("X-Amzn-Apigateway-Api-Id", "X-Amzn-Vpc-Id", "X-Amzn-Vpce-Id", "X-Amzn-Vpce-Config", "X-Amzn-Mtls-Error"),
        ),
    ),
    (
        "oauth2-proxy and ForwardAuth of Traefik and Caddy",
        (
            *_family("X-Auth-Request-", ("Id-Token", "Roles", "Name", "Uid", "Sub", "Username", "Tenant")),
            *_family(
                "X-Forwarded-", ("Name", "Username", "Login", "Uid", "Full-Name", "Role", "Group", "Org", "Tenant")
            ),
            *_family("X-Forwarded-", ("Account", "Claims", "Authorization", "Id-Token", "Userinfo", "Identity", "Sub")),
            *_family("X-Forwarded-", ("User-Id", "Permissions", "Scopes", "Principal", "Certificate", "Jwt", "Mail")),
            *_family("X-Token-", ("Subject", "User-Name", "User-Email", "User-Roles")),
        ),
    ),
    (
        "REMOTE_USER and its relatives: CGI (RFC 3875, 4.1.11), Authelia, mod_auth_mellon, lighttpd",
        (
            *_family(
                "Remote-",
                ("Roles", "Role", "Username", "Uid", "Userid", "Mail", "Full-Name", "Group", "Ident", "Logname"),
            ),
            "Auth-User",
            "Auth-Type",
            "Authenticate-Uid",
            "User-Name",
            "Logon-User",
            "Unmapped-Remote-User",
        ),
    ),
    (
        "Tailscale Serve, identity headers",
        ("Tailscale-User-Profile-Pic", "Tailscale-App-Capabilities", "Tailscale-Headers-Info", "Tailscale-User-Id"),
    ),
    (
        "authentik, proxy provider",
        _family("X-Authentik-", ("Entitlements", "Host", "Roles", "Sub", "User", "Auth-Callback"))
        + _family("X-Authentik-Meta-", ("App", "Jwks", "Outpost", "Provider", "Version")),
    ),
    (
        "client certificates: ssl_client variables of nginx, mod_ssl, HAProxy and Traefik under their usual names",
        (
            *_family(
                "SSL-Client-", ("Chain", "S-DN-CN", "S-DN-O", "S-DN-OU", "S-DN-Email", "I-DN-CN", "M-Serial", "Serial")
            ),
            *_family(
                "SSL-Client-",
                ("V-Start", "V-End", "V-Remain", "A-Key", "A-Sig", "CN", "DN", "Raw-Cert", "Escaped-Cert"),
            ),
            *_family("SSL-Client-", ("SAN", "SAN-Email", "SAN-DNS", "SHA1", "Cert-RFC4523-CEA", "Used", "Present")),
            *_family(
                "X-SSL-Client-", ("Chain", "Serial-Number", "Not-Before", "Not-After", "Subject", "Issuer", "Raw")
            ),
            *_family("X-SSL-Client-", ("S-DN-CN", "Escaped-Cert", "SAN", "Session-ID", "Error", "Has-Cert", "Email")),
            *(
                "X-SSL-Client",
                "SSL-Client",
                "X-Client-CN",
                "X-Client-Subject-DN",
                "X-Client-Issuer-DN",
                "X-Client-Serial",
            ),
            *("X-Client-Fingerprint", "X-Client-SAN", "X-TLS-Client-Cert", "X-TLS-Client-Subject", "TLS-Client-Verify"),
            *("X-Certificate", "X-Peer-Cert", "X-Client-Tls-Cert", "SSL-Session-ID", "SSL-Cipher", "SSL-Protocol"),
        ),
    ),
    (
        "Keycloak Gatekeeper and Louketo, Keycloak behind proxies",
        (
            *_family(
                "X-Auth-", ("Userid", "Subject", "Groups", "ExpiresIn", "Name", "Given-Name", "Family-Name", "Audience")
            ),
            "X-Auth-Session-State",
            "X-Auth-Role",
            "X-Auth-Tenant",
            "X-Auth-Id",
            "X-Auth-Claims",
        ),
    ),
    (
        "Ory Oathkeeper, Kong and Tyk, OpenID plugins: headers with which their documents name the user",
        (
            *("X-User", "X-User-Id", "X-User-Name", "X-User-Roles", "X-User-Role", "X-User-Groups", "X-User-Info"),
            *("X-User-Sub", "X-User-Claims", "X-User-Permissions", "X-User-Tenant", "X-User-Is-Admin", "X-Userid"),
            *(
                "X-Username",
                "X-Identity",
                "X-Identity-Id",
                "X-Principal",
                "X-Subject",
                "X-Claims",
                "X-Roles",
                "X-Groups",
            ),
            *(
                "X-ID-Token",
                "X-Consumer-Groups",
                "X-Authenticated-Groups",
                "X-Authenticated-Email",
                "X-Authenticated-Id",
            ),
            *("X-Authenticated-By", "X-Logged-In-User", "X-Current-User", "X-Is-Admin", "X-Admin", "X-Internal-User"),
            *("X-Tyk-User", "X-Kong-Consumer", "X-Anonymous"),
        ),
    ),
    (
        "mod_auth_openidc, claims and tokens; the underscores that it writes nginx drops",
        (
            *_family("OIDC-Claim-", ("Name", "Groups", "Roles", "Preferred-Username", "Email-Verified", "Iss", "Aud")),
            *_family(
                "OIDC-", ("Access-Token", "Access-Token-Expires", "Id-Token", "Id-Token-Payload", "Userinfo-Json")
            ),
            *("OIDC-Userinfo-Jwt", "OIDC-Refresh-Token", "OIDC-Session", "MELLON-Name-Id", "CAS-User", "X-CAS-User"),
        ),
    ),
    (
        "Grafana auth.proxy, OpenSearch and Elasticsearch, Nexus, Kubernetes, by their documents",
        (
            *("X-WEBAUTH-LOGIN", "X-WEBAUTH-FULLNAME", "X-WEBAUTH-ORG", "X-Grafana-User", "X-Grafana-Id"),
            *("X-Proxy-User", "X-Proxy-Roles", "X-Proxy-Remote-User", "Es-Security-Runas-User", "X-Opendistro-User"),
            *("X-Remote-Name", "X-Remote-Email", "X-Remote-Groups", "X-Remote-Roles", "X-Remote-Extra-Acme"),
            *("Impersonate-Extra-Acme", "Impersonate-Extra-Groups", "X-Kubernetes-User"),
        ),
    ),
    (
        "SiteMinder, WebSEAL, Oracle Access Manager, Shibboleth, Ping, F5, Okta Access Gateway",
        (
            *_family("SM-", ("UserDN", "AuthType", "ServerSessionID", "UniversalID", "Groups", "AuthDirName", "Realm")),
            *("IV-User-L", "IV-Server-Name", "IV-Jct", "OAM-Identity-Domain", "OAM-Groups", "OAM-Last-Access-Time"),
            *(
                "Shib-Session-Index",
                "Shib-Handler",
                "Shib-Assertion-Count",
                "Shib-AuthnContext-Class",
                "Shib-Cookie-Name",
            ),
            *("Affiliation", "Entitlement", "Targeted-Id", "Unscoped-Affiliation", "X-Ping-User", "X-F5-Auth-User"),
            *("X-Okta-User", "OAG-User", "X-Duo-User", "X-Zscaler-User", "X-Akamai-EAA-User"),
        ),
    ),
    (
        "Cloud Foundry, Heroku, Fly.io and others that route for an application",
        (
            *(
                "X-CF-Forwarded-Url",
                "X-CF-Proxy-Signature",
                "X-CF-Proxy-Metadata",
                "X-CF-ApplicationId",
                "X-CF-InstanceId",
            ),
            *("Fly-Region", "Fly-Prefer-Region", "Fly-Replay-Src", "X-Render-Origin-Server", "X-Railway-Edge"),
        ),
    ),
    (
        "API managers and marketplaces (WSO2, Kong, RapidAPI, Mashape), Akamai, Grafana Mimir, HAProxy",
        (
            *("X-JWT-Assertion", "X-JWT-Claims", "X-Credential-Username", "X-RapidAPI-User", "X-Mashape-User"),
            *("X-Akamai-Edgescape", "X-Scope-OrgID", "X-Haproxy-Client-Cert", "X-Cert-Subject", "Proxy-Authorization"),
        ),
    ),
    (
        "Replit, CouchDB proxy authentication, Trino and Presto, ClickHouse, AWS Elastic Beanstalk workers, WebLogic",
        (
            *_family("X-Replit-User-", ("Id", "Name", "Roles", "Bio", "Profile-Image", "Teams", "Url")),
            *_family("X-Auth-CouchDB-", ("UserName", "Roles", "Token")),
            *("X-Trino-User", "X-Trino-Original-User", "X-Presto-User", "X-ClickHouse-User", "WL-Proxy-Client-Keysize"),
            *_family("X-Aws-Sqsd-", ("Msgid", "Taskname", "Queue", "Path", "Scheduled-At", "Sender-Id")),
        ),
    ),
    (
        "PingAccess, GAP of oauth2-proxy, SIP (RFC 3325), WSO2 and Kong plug-ins that pass claims on",
        (
            *("PA-User", "PA-Groups", "PA-Email", "GAP-Auth", "P-Asserted-Identity", "P-Preferred-Identity"),
            *("X-WSO2-Claims", "X-WSO2-User"),
            *(f"X-{who}Jwt-Claim-{claim}" for who in ("", "Kong-") for claim in _CLAIMS),
        ),
    ),
    (
        "conventions of gateways and sign-on proxies (LemonLDAP::NG and others) without one document",
        (
            *("Auth-Mail", "X-Tenant-Id", "X-Org-Id", "X-Account-Id", "X-Scopes", "X-Impersonate", "X-On-Behalf-Of"),
            *("X-SSO-User", "X-SAML-User", "Uid", "Mail"),
        ),
    ),
)
"""By source: every name once, here or in `stripped_headers`."""
