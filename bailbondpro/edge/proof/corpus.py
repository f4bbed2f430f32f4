"""What requests and responses of frameworks and vendors carry that makes them somebody's: what the audit tries."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING
from urllib.parse import quote

from bailbondpro.edge.policy import STATIC_PREFIX

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bailbondpro.edge.policy import EdgePolicy

FOREIGN_TYPES = (
    *("text/html; charset=utf-8", "application/xhtml+xml", "application/json", "application/problem+json", ""),
    *(
        "application/octet-stream",
        "application/pdf",
        "text/csv",
        "text/plain",
        "multipart/mixed",
        "image/png, text/html",
        "image/png, application/pdf",
        "text/css, text/csv",
        "multipart/mixed; boundary=image/font",
        "application/ld+json",
        "application/vnd.api+json",
        "application/zip",
        "application/xml",
        "text/calendar",
        "message/rfc822",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "text/event-stream",
        "text/html, application/pdf",
    ),
    # a type by its parameter alone
    *('application/octet-stream; name="export.json"', 'application/pdf; name="x.json"', "application/zip;+json"),
    *('application/pdf; name="font.pdf"', "text/plain; x=javascript", "application/json; profile=javascript"),
    *("text/csv; x=application/wasm", "text/csv; x=/json", "application/zip; x=manifest+json", "text/csv;text/css"),
    *("application/pdf; x=text/html", "application/pdf;image/png", "text/csv; application/json; charset=utf-8"),
)
"""Content-Types that no style sheet, script or image has, empty for a response without one: what an application that
ignores the end of a path answers to `/dashboard/x.css`; and, but for its own, what no page and no data has: exports,
court papers, mails."""

UNKNOWN_CONTROLS = (
    *("no_store", "no store", "nostore", "no-stor", "NO_STORE", "nocache", "no_cache", "max-age=600, no_store"),
    *("", " ", "none", "never", "0", '"public"', "public; max-age=600", "max-age=600; private", "max-age", "max-age="),
    *("max-age=ten", "max_age=60", 'max-age="60"', "maxage=60", "must-revalidate", "must-understand", "public=1", "x"),
    *(",", "=", "\u200bpublic", "stale-while-revalidate=60", "public, stale-if-error=60", "privat", "private_"),
    # lifetimes that are no whole number of seconds, or have another name
    *("max-age=5m", "max-age=-1", "max-age=+60", "max-age=1.5", "max-age=1e3", "max-age=0x10", "max-age=60s"),
    *("max-age=6 0", "max-age= 60", "max-age =60", "max-age=60 public", "public max-age=60", "max-age=\u0665"),
    *("s-maxage=", "s-maxage=1e3", 's-maxage="60"', "s-maxage=5m", "x-max-age=3", "5max-age=60", "public, 1max-age=60"),
    *("max-age=60, s-maxage=5m", "max-age=60, s-maxage=", "public, max-age=600, x", "max-age='60'", "max-age=60/0"),
    *("max-age=, public", "max-age=, s-maxage=60"),
    *("max-age:60", "max-age==60", "max-age=60=60", "public5", "max-age=60;", "max-age=60,,", "max-age=60\tpublic"),
)
"""Values of Cache-Control that forbid in other words, or say nothing that is known: no consent to a copy, or to a
lifetime."""

FOREIGN_RESPONSES = (
    *("dpop-nonce", "set-login", "proxy-authenticate", "proxy-authentication-info", "x-auth-user", "x-refresh-token"),
    *("replay-nonce", "x-user-id", "x-user-email", "x-account", "x-identity", "x-login", "x-client-secret", "x-csrf"),
    *("x-litespeed-cache-control", "x-fastly-cache-control", "x-litespeed-vary", "edge-vary", "content-range"),
    *("location", "set-cookie", "x-set-cookie", "akamai-cache-control", "x-accel-cache-control"),
)
"""Names of response headers that mean a personal answer, or one that is no plain file; each is tried with a value."""

UNLISTED_RESPONSES = (
    *("x-customer", "x-case", "x-tenant", "x-role", "refresh", "x-signature", "retry-after", "x-api-key", "x-jwt"),
    *("x-sid", "x-otp", "x-password", "x-bearer", "x-credential", "x-ticket", "x-xsrf", "x-principal", "x-email"),
    *("x-customer-id", "x-tenant-id", "x-member-id", "x-visitor-id", "x-ssn", "x-no-cache", "x-cache-private"),
    *("access-control-allow-credentials",),
)
"""Names of response headers that nobody lists: each may be somebody's, hand something over or forbid a copy."""

PERSONAL_RESPONSES: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = (
    ("Set-Cookie", (("set-cookie", "session=abc; HttpOnly"),)),
    ("Cache-Control: private", (("cache-control", "private"),)),
    ("Cache-Control: private=", (("cache-control", 'max-age=600, private="x-user"'),)),
    ("Cache-Control: no-cache=", (("cache-control", 'max-age=600, no-cache="x-user"'),)),
    ("CDN-Cache-Control: private=", (("cdn-cache-control", 'max-age=600, private="x-user"'),)),
    ("Cloudflare-CDN-Cache-Control: private=", (("cloudflare-cdn-cache-control", 'max-age=600, private="a"'),)),
    ("CDN-Cache-Control: no-cache", (("cdn-cache-control", "max-age=600, no-cache"),)),
    *(
        (f"{name}: no-store", (("cdn-cache-control", "max-age=600"), (f"{name}-cdn-cache-control", "no-store")))
        for name in ("fastly", "vercel")
    ),
    (
        "CDN-Cache-Control: no-store beside another",
        (("cdn-cache-control", "max-age=9, no-store"), ("cloudflare-cdn-cache-control", "max-age=600")),
    ),
    ("Pragma: no-cache", (("pragma", "no-cache"),)),
    ("Cache-Control: no-store", (("cache-control", "public, No-Store"),)),
    ("Cache-Control: no-cache", (("cache-control", "public, max-age=600, No-Cache"),)),
    ("CDN-Cache-Control: no-store", (("cdn-cache-control", "no-store"),)),
    ("CDN-Cache-Control: private", (("cdn-cache-control", "max-age=600, Private"),)),
    ("Cloudflare-CDN-Cache-Control: no-cache", (("cloudflare-cdn-cache-control", "max-age=600, no-cache"),)),
    ("Vary: Cookie", (("vary", "Accept-Encoding, Cookie"),)),
    *((f"Vary: {name}", (("vary", name),)) for name in ("Authorization", "Accept-Language", "Accept", "Origin", "*")),
    *((f"Vary: {name}", (("vary", f"Accept-Encoding, {name}"),)) for name in ("RSC", "HX-Request", "X-Inertia")),
    *((f"{name}: no-store", ((name, "no-store"),)) for name in ("surrogate-control", "edge-control")),
    *((f"{name}: no-store", ((f"{name}-cdn-cache-control", "no-store"),)) for name in ("fastly", "netlify", "vercel")),
    *((name, ((name, "abc"),)) for name in ("set-cookie2", "x-csrf-token", "authorization", "x-session-id")),
    *((name, ((name, "abc"),)) for name in ("www-authenticate", "authentication-info", "clear-site-data")),
    *(
        (f"Content-Disposition: {value}", (("content-disposition", value),))
        for value in ("Attachment; filename=a.pdf", "inline; filename=bond.pdf", "filename*=UTF-8''a.pdf", "attachment")
    ),
    ("Vary: User-Agent", (("vary", "Accept-Encoding"), ("vary", "User-Agent"))),
)
"""What a response carries that belongs to one visitor, or that a shared cache must not keep for another."""

UNKNOWN_TARGETED = (
    "max-age=5m",
    "max-age=-1",
    "s-maxage=1e3",
    'max-age="60"',
    "max-age=",
    "max-age=, public",
    "x-max-age=3",
    "5max-age=60",
    "max-age=60, x",
)
"""The same of the headers for caches of one kind."""

FURTHER_RESPONSES: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = (
    *(
        (f"{name}: {value!r}", ((name, value),))
        for name in ("cdn-cache-control", "cloudflare-cdn-cache-control")
        for value in UNKNOWN_TARGETED
    ),
    *((f"Cache-Control: {value!r}", (("cache-control", value),)) for value in UNKNOWN_CONTROLS),
    *(
        (f"{name} with two lifetimes", ((name, "max-age=0"), (name, "max-age=31536000")))
        for name in ("cache-control", "cdn-cache-control", "cloudflare-cdn-cache-control")
    ),
    *((name, ((name, "abc"),)) for name in FOREIGN_RESPONSES),
    *(
        (f"Expires: {date} beside {control!r}", (("cache-control", control), ("expires", date)))
        for date in ("0", "-1", "Thu, 01 Jan 1970 00:00:00 GMT", "Fri, 01 Jan 2027 00:01:00 GMT")
        for control in ("public", "public, immutable", "immutable", "no-transform", "public, no-transform")
    ),
)
"""The same in words that nobody lists; rules do not tell hosts of one class apart here, so one of each tries them."""

CREDENTIALS: tuple[tuple[tuple[str, str], ...], ...] = (
    *((("authorization", value),) for value in ("Bearer abc", "")),
    *(((name, "abc"),) for name in ("x-api-key", "api-key", "apikey", "x-auth-token", "x-access-token")),
    *(((name, "abc"),) for name in ("x-session-id", "x-csrf-token", "x-amz-security-token", "proxy-authorization")),
    *(((name, "abc"),) for name in ("cf-access-jwt-assertion", "ocp-apim-subscription-key", "signature", "dpop")),
    *(((name, "abc"),) for name in ("authentication", "x-authentication", "x-auth", "cookie2", "x-original-cookie")),
    *(((name, "abc"),) for name in ("x-csrf", "x-xsrf", "x-shopify-hmac-sha256", "x-password", "x-github-otp")),
    *(((name, "abc"),) for name in ("client-cert", "x-ssl-client-cert", "x-forwarded-client-cert", "x-arr-clientcert")),
    *(((name, "abc"),) for name in ("x-forwarded-user", "remote-user", "x-api-user", "x-user-id", "impersonate-user")),
    *(((name, "abc"),) for name in ("x-ms-client-principal", "x-amzn-oidc-data", "x-goog-authenticated-user-email")),
    # one for each further part of `personal.CREDENTIAL_HEADERS`: gateways, SuperTokens, Hasura, Kong, Cloudflare Access
    *(((name, "abc"),) for name in ("st-auth-mode", "x-hasura-admin-secret", "x-sid", "x-jwt", "x-credential-id")),
    *(((name, "abc"),) for name in ("x-bearer", "x-ticket", "x-wp-nonce", "x-login", "x-identity", "x-email")),
    *(((name, "abc"),) for name in ("x-consumer-username", "impersonate-group", "cf-access-client-id")),
    *(((name, "abc"),) for name in ("x-hasura-role", "x-tenant-id", "x-account-id")),
)
"""Headers that sign a request in: RFC 9110, 11.6.2; RFC 9421; the documentation of gateways and identity providers."""

SIGNED_QUERIES = (
    *("X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Signature=1", "X-Goog-Signature=1", "Policy=1&Signature=1&Key-Pair-Id=1"),
    *("sv=2024&sig=a%3D", "token=1", "v=1&access_token=1", "ID_TOKEN=1", "api_key=1", "key=1", "auth=1", "jwt=1"),
    *("code=1&state=1", "ticket=ST-1", "session=1", "sid=1", "password=1", "otp=1", "client_secret=1", "hmac=1"),
    *("hdnts=exp=1~acl=/*~hmac=1", "hdnea=1", "Key-Pair-Id=1", "OSSAccessKeyId=1", "sign=1", "md5=1&expires=1"),
    *("SAMLResponse=1", "assertion=1", "user=1", "email=a", "login=1", "nonce=1", "key[]=1", "key%5B%5D=1"),
    *("pwd=1", "code=1", "state=1", "cred=1", "__gda__=1", "magic=1", "invite=1", "reset=1", "Policy=1", "expires=1"),
    *("md5=1", "hash=1", "verify=1", "bearer=1", "uid=1", "account=1", "pin=1"),
    *("%74oken=1", "x-amz-signatur%65=1", "%2574oken=1", "%4bey=1", "%50in=1", "%6bey=1"),
)
"""Queries that sign a request in: signed addresses of AWS, Google and Azure, tokens, keys, one-time codes."""

UNKNOWN_QUERIES = (
    # parts of signatures and of signing in: Azure SAS, Google Cloud Storage, OAuth, WS-Federation, Cloudflare
    *(
        "se=1&sp=r",
        "GoogleAccessId=1",
        "oauth_verifier=1",
        "login_hint=a",
        "RelayState=1",
        "wresult=1",
        "request_uri=1",
    ),
    # links of mails and what hands a visitor over: Mailchimp, HubSpot, Marketo, Klaviyo, Google's linker
    *("mc_eid=1", "_hsenc=1", "mkt_tok=1", "_ke=1", "_gl=1", "vero_id=1", "__cf_chl_tk=1", "t=1", "s=1"),
    # who it is about
    *("id=1", "name=a", "client=1", "case=1", "dob=1", "ssn=1", "phone=1", "preview=1", "share=1", "ref=1", "x"),
    # a harmless name written otherwise, and a second one that only some servers see
    *("PAGE=2", "p%61ge=2", "page[]=2", "page+=2", "+v=1", "=1&case=1", "v=1&&case=1", "v=1;case=1", "v=1%26token=1"),
    # of a page harmless, of a file unknown
    *("page=2", "utm_source=a&v=1"),
    *("v=1%3Bsid=1", "v=1&v=2&x=1", "utm_source=a;jwt=1", "utm_x=1", "amp;token=1"),
)
"""Queries of parameters that nobody lists: whatever is not known to be harmless is tried by its kind."""

SESSION_COOKIES = (
    *("PHPSESSID", "JSESSIONID", "ASP.NET_SessionId", ".ASPXAUTH", ".AspNetCore.Session", ".AspNetCore.Cookies"),
    *(".AspNetCore.Identity.Application", ".AspNetCore.CookiesC1", "connect.sid", "sessionid", "session", "SESSION"),
    *("laravel_session", "remember_web_59ba", "XSRF-TOKEN", "_session_id", "_bail_session", "remember_user_token"),
    *("user_credentials", "rack.session", "next-auth.session-token", "__Secure-next-auth.session-token.0"),
    *("authjs.session-token", "__Host-authjs.csrf-token", "appSession", "appSession.0", "auth0", "auth0_compat"),
    *("__session", "__client_uat", "sb-access-token", "sb-abc-auth-token.0", "CF_Authorization", "CF_AppSession"),
    *("AWSELBAuthSessionCookie-0", "KEYCLOAK_IDENTITY", "KEYCLOAK_SESSION", "AUTH_SESSION_ID", "_oauth2_proxy_0"),
    *("sid", "idx", "iPlanetDirectoryPro", "wordpress_logged_in_ab", "SSESS12ab", "MoodleSession", "ci_session"),
    *("mod_auth_openidc_session", "SimpleSAMLAuthToken", "lucia_session", "auth_session", "better-auth.session_token"),
    *("koa.sess", "koa.sess.sig", "PLAY_SESSION", "grails_remember_me", "remember-me", "beaker.session.id", "user"),
    *("_gateway_auth", "_gatekeeper", "_ga_session", "_ga_token", "_gat_gtag_auth", "_gat_UA-session"),
    *(
        "csrftoken",
        "_csrf",
        "jwt",
        "access_token",
        "id_token",
        "refresh_token",
        "token",
        "_interslice_session",
    ),
)
"""Cookies that sign somebody in with common frameworks and identity providers (their documentations' defaults)."""

HIDDEN_COOKIES = (
    *("_ga=GA1.1 qx7=abc", "theme=dark\tqx7=abc", "theme=dark,qx7=abc", "_ga=1; theme=dark qx7=abc"),
    *("_ga=1;qx7=abc", "_ga=1;  qx7=abc", "_ga_session=abc; theme=dark", "theme=dark; _ga_session=abc"),
    *("lang=de", "lang=de; theme=dark", "_ga=1; lang=de"),
    *("_ga_session=abc; _ga_X1=GS2.1.1", "_gat_gtag_UA_x=abc; _gat=1", "theme=dark; _gat_UA-x=abc"),
    *("_ga_sess=GSabc.def", "_gat_gtag_UA_sid=abc=1", "_ga=1; _gat_UA-sid=x=1", "_ga=1; _ga_sess=GS2.1.s1$o1"),
    *("_ga_X=abc=GS1.1", "_ga_X=abc; theme=GS1.1", "_ga_SID=GS1.abc; theme=x", "theme=x; _ga_X=abc=GS1.1"),
    *("_pk_id.session=abc", "_pk_ses.sid=abc; _ga=1", "theme=dark; _pk_id.user=abc", "_ga=1; _pk_ses.token=1"),
    # what is left of a name without its identifier, without the form around it: first, first of two, second
    *("_pk_id.user=abc", "_pk_id=abc", "_pk_idea=abc", "_pk_ses=abc", "_ga=1; _pk_id=abc", "_ga=1; _pk_ses=abc"),
    *("_ga_X7=ABC", "_ga_X7=ABC; theme=dark", "theme=dark; _ga_X7=ABC", "theme=dark; _pk_idea=abc"),
    *(f"theme=dark{mark}qx7=abc" for mark in ("\v", "\f", "\x00", "\x1c", "\x1f", "\x7f", "\x85", "\xa0", '"', "\\")),
    *(f"_ga=1; theme=dark{mark}qx7=abc" for mark in ("\v", "\x01", "\u2028", '"')),
)
"""Cookie headers in which a session, by a name that nobody lists, stands beside measurement, or is named like it; and
choices of a language."""

UNKEYED_HEADERS = (
    *("rsc", "next-router-state-tree", "next-router-prefetch", "next-url", "next-action", "x-nextjs-data", "next-head"),
    *("x-requested-with", "x-pjax", "turbo-frame", "turbolinks-referrer", "hx-request", "hx-target", "x-up-target"),
    *("x-inertia", "x-inertia-partial-data", "x-livewire", "x-remix-data", "x-sveltekit-action", "x-astro-route-type"),
    *("x-device-type", "x-country", "x-currency", "x-language", "x-locale", "accept-version", "api-version", "x-theme"),
    *("x-debug", "x-wap-profile", "x-preview", "x-ab-test", "x-feature", "prefer", "expect", "if", "depth", "timeout"),
    *("accept-charset", "content-length", "content-type", "from", "baggage", "x-original-url", "x-rewrite-url"),
)
"""Headers by which frameworks answer one address differently, and that are in no cache key: parts of pages (Next.js,
Turbo, htmx, Inertia, Livewire, Remix, SvelteKit, Astro), versions, languages and previews."""


LOOK_ALIKES = (
    # fullwidth, raised, lowered, phonetic, circled, of mathematics, squared; of one letter or another
    *("\uff41", "\uff55", "\u02e2", "\u02b3", "\u207f", "\u2090", "\u1d43", "\u1d56", "\u24d0", "\u24e4", "\U0001d41a"),
    *("\U0001f130", "\u00aa", "\u00ba", "\u2113", "\u2170", "\u32cf", "\ua7f2", "\u2c7c", "\u249c"),
    # by case alone: the long s, the sharp s, the Kelvin sign, dotless and dotted i; ligatures and digraphs
    *("\u017f", "\u00df", "\u1e9e", "\u212a", "\u0131", "\u0130", "\ufb01", "\ufb06", "\u01c9", "\u0149", "\u3382"),
)
"""Characters that stand for letters (`exchange.path_readings`): of each beginning of an escape that has one; tests try
all that Unicode has."""

UNSEEN = (
    *(
        "\u00ad",
        "\u034f",
        "\u061c",
        "\u200b",
        "\u200d",
        "\u2060",
        "\ufeff",
        "\ufe0f",
        "\u115f",
        "\u180e",
        "\u3164",
        "\uffa0",
    ),
    *("\U000e0061", "\u0085", "\u0301", "\u20d2", "\u0345"),
)
"""Characters that readers ignore or take into the letter before: joiners, variations, fillers, tags, accents."""


def look_alikes(name: str) -> Iterator[str]:
    """A name with letters written as what looks like them, with what nobody sees inside, and behind odd dots."""
    for letter in LOOK_ALIKES:
        forms = (unicodedata.normalize("NFKC", form).lower() for form in (letter.casefold(), letter.upper()))
        plain = max(("".join(part for part in form if part.isascii()) for form in forms), key=len)
        if plain in name:
            yield f"/{name.replace(plain, quote(letter), 1)}"
    yield from (f"/{name[0]}{quote(mark)}{name[1:]}" for mark in UNSEEN)
    for dots in ("%e2%80%a4%e2%80%a4", "%e2%80%a5", "%ef%bc%8e%ef%bc%8e", "%ef%b9%92%ef%b9%92"):
        yield f"/x/{dots}/{name}"


def odd_spellings(prefix: str) -> Iterator[str]:
    """A prefix as servers have read it that decode, trim, normalise or forgive more than the rules do."""
    name = prefix.lstrip("/")
    first, letters = name[0], name[1:]
    yield from look_alikes(name)
    yield from (f"/{name.replace('/', f'{end}/')}{end}" for end in (".", "%20", "+", "%20%20"))
    yield from (f"/{start}{name}" for start in ("+", "%20", "%20%20"))
    yield from (f"/%{ord(case(first)):02x}{letters}" for case in (str.lower, str.upper))
    if letters:
        yield from (f"/{first}%{ord(case(letters[0])):02x}{letters[1:]}" for case in (str.lower, str.upper))
    for dropped in ("%0a", "%0d", "%1f", "%c2%a0", "%20", "%e2%80%8b"):
        yield from (f"/{dropped}{name}", f"/{first}{dropped}{letters}", f"/{name.replace('/', f'{dropped}/')}")
    for slash in ("%2f", "%5c", "%c0%af", "%c1%9c", "%e0%80%af", "%f0%80%80%af", "%u002f", "%ef%bc%8f", "\\"):
        yield f"/x{slash}..{slash}{name}"
    yield from (f"/x/../{name}", f"//{name}", f"/\\{name}")
    yield from (f"/x/%2e%2e/{name}", f"/x/..;/{name}", f"/x/%252e%252e/{name}", f"/x/..%3b/{name}")


def private_names(policy: EdgePolicy) -> tuple[str, ...]:
    """Every private prefix, and what the image host calls one that is below the application's folder of images."""
    prefixes = policy.all_private_prefixes()
    shown = (prefix.removeprefix("/images") for prefix in prefixes if prefix.startswith("/images/"))
    return (*prefixes, *(name for name in shown if name != "/"))


def private_paths(policy: EdgePolicy) -> Iterator[str]:
    """Every private prefix in the spellings that have led caches astray: suffixes, case, dots, slashes, escapes."""
    bases = (STATIC_PREFIX.rstrip("/"), *(path.rstrip("/") for path in policy.public_api_prefixes))
    for prefix in private_names(policy):
        name = prefix.lstrip("/")
        yield from (prefix, f"{prefix}/", f"{prefix}/1", f"{prefix}/1.css", f"{prefix}/1/app.js", f"{prefix}/id.png")
        yield from (f"{prefix}/bond.pdf", f"{prefix.upper()}/1.css", f"{prefix.title()}/id.png", f"/{prefix}/1.js")
        yield from (f"/%{ord(name[0]):02x}{name[1:]}/1.css", f"{prefix};x/1.css", f"/{name}/..;/x.css")
        yield f"/%25{ord(name[0]):02x}{name[1:]}/1.css"
        yield f"/{name.replace('/', ';v=1/', 1)};x/id.png"
        yield from (f"/img/..;/{name}/id.png", f"/img/..%3b/{name}/id.png")
        yield from (f"/img/.%00./{name}/id.png", f"/cdn-cgi/image/width=320{prefix}/id.png")
        yield f"/cdn-cgi/image/width=320{prefix.upper()}/id.png"
        yield f"/cdn-cgi/image/width=320/https://{policy.hosts.app}{prefix.upper()}/id.png"
        for base in bases:
            yield from (f"{base}/..{prefix}/1.css", f"{base}/%2e%2e{prefix}/id.png", f"{base}\\..\\{name}\\1.js")
            yield from (f"{base}/..;{prefix}/id.png", f"/cdn-cgi/image/format=auto{base}/..{prefix}/id.png")
            yield from (f"{base}/..%2f{name}/1.css", f"{base}/..%2F{name.upper()}%2Fid.png")
            yield from (f"{base}/..%5c{name}%5c1.js", f"{base}/%252e%252e%252f{name}/1.css")
            yield f"{base}/;/..{prefix}/1.js"
