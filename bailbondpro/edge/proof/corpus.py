"""What requests and responses of frameworks and vendors carry that makes them somebody's: what the audit tries."""

from __future__ import annotations

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
    ),
)
"""Content-Types that no style sheet, script or image has, empty for a response without one: what an application that
ignores the end of a path answers to `/dashboard/x.css`."""

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
    ("Content-Disposition: attachment", (("content-disposition", "Attachment; filename=a.pdf"),)),
    ("Vary: User-Agent", (("vary", "Accept-Encoding"), ("vary", "User-Agent"))),
)
"""What a response carries that belongs to one visitor, or that a shared cache must not keep for another."""

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
)
"""Headers that sign a request in: RFC 9110, 11.6.2; RFC 9421; the documentation of gateways and identity providers."""

SIGNED_QUERIES = (
    *("X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Signature=1", "X-Goog-Signature=1", "Policy=1&Signature=1&Key-Pair-Id=1"),
    *("sv=2024&sig=a%3D", "token=1", "v=1&access_token=1", "ID_TOKEN=1", "api_key=1", "key=1", "auth=1", "jwt=1"),
    *("code=1&state=1", "ticket=ST-1", "session=1", "sid=1", "password=1", "otp=1", "client_secret=1", "hmac=1"),
    *("hdnts=exp=1~acl=/*~hmac=1", "hdnea=1", "Key-Pair-Id=1", "OSSAccessKeyId=1", "sign=1", "md5=1&expires=1"),
    *("SAMLResponse=1", "assertion=1", "user=1", "email=a", "login=1", "nonce=1", "key[]=1", "key%5B%5D=1"),
    *("%74oken=1", "x-amz-signatur%65=1", "%2574oken=1"),
)
"""Queries that sign a request in: signed addresses of AWS, Google and Azure, tokens, keys, one-time codes."""

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
    *("_gateway_auth", "_gatekeeper"),
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

UNKEYED_HEADERS = (
    *("rsc", "next-router-state-tree", "next-router-prefetch", "next-url", "next-action", "x-nextjs-data", "next-head"),
    *("x-requested-with", "x-pjax", "turbo-frame", "turbolinks-referrer", "hx-request", "hx-target", "x-up-target"),
    *("x-inertia", "x-inertia-partial-data", "x-livewire", "x-remix-data", "x-sveltekit-action", "x-astro-route-type"),
    *("x-device-type", "x-country", "x-currency", "x-language", "x-locale", "accept-version", "api-version", "x-theme"),
    *("x-debug", "x-wap-profile", "x-preview", "x-ab-test", "x-feature", "prefer", "expect", "if", "depth", "timeout"),
)
"""Headers by which frameworks answer one address differently, and that are in no cache key: parts of pages (Next.js,
Turbo, htmx, Inertia, Livewire, Remix, SvelteKit, Astro), versions, languages and previews."""
