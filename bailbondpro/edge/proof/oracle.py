"""What makes a request somebody's, whatever its response says: decided apart from the rules, and more strictly.

A path is private when any reading of it, decoded as an origin might, lies under a private prefix; a header, a cookie or
a parameter counts by its kind.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING
from urllib.parse import unquote

from bailbondpro.edge.cache_classes import DOCUMENT_EXTENSIONS, image_hosts, static_hosts
from bailbondpro.edge.exchange import DECODINGS, path_readings
from bailbondpro.edge.policy import API_EXTENSIONS, FILE_TYPES, IMAGE_EXTENSIONS, STATIC_PREFIX
from bailbondpro.edge.proof.sources import foreign_source

if TYPE_CHECKING:
    from bailbondpro.edge.exchange import Request
    from bailbondpro.edge.policy import EdgePolicy

# Lists of the proof's own: one that is too wide in the rules is then found out, and who widens both has thought twice.
_FILE_QUERY = frozenset(("v", "w", "h", "q", "f"))
_HARMLESS_QUERY = _FILE_QUERY | frozenset(
    (
        *("page", "per_page", "limit", "offset", "sort", "order", "lang", "locale", "county", "court"),
        *("utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content", "utm_id", "utm_source_platform"),
        *("utm_creative_format", "utm_marketing_tactic", "gclid", "gbraid", "wbraid", "gad_source", "gad_campaignid"),
        *("dclid", "fbclid", "msclkid", "ttclid", "twclid", "li_fat_id", "yclid", "srsltid", "igshid"),
    )
)
_HARMLESS_COOKIES = (
    *("_ga=", "_gid=", "_gat=", "_gcl_au=", "_fbp=", "_fbc=", "_clck=", "_clsk=", "__cf_bm=", "_cfuvid="),
    *("cf_clearance=", "OptanonConsent=", "OptanonAlertBoxClosed=", "CookieConsent=", "theme="),
)
"""Beginnings of cookies that identify no session: measurement, consent and Cloudflare's own (their documentation)."""
_SIGNING_HEADER = re.compile(
    r"authori[sz]|authent|auth-|^(x-)?auth$|key$|token|secret|session|jwt|signature|credential|cookie2|-cookie$|srf|passw"
    r"|hmac|dpop|cert$|oidc|principal|(forwarded|remote|impersonate|webauth|api|^x)-user|^x-user|bearer|-otp$|-email$"
    r"|-sid$|ticket|nonce|login|identity|consumer|imperson|access-client|-roles?$|tenant|-account"
)
SIGNING_PARAMETER = re.compile(
    r"(sig|sign|signature|token|key|auth|secret|session|sid|passw(or)?d|pwd|jwt|code|hmac|ticket|otp|hdn(ts|ea|tl)|assertion"
    r"|saml(request|response)|key-pair-id|accesskeyid|policy|md5|expires|nonce|user|email|login|cred(entials?)?|gda__"
    r"|magic|invit(e|ation)|reset|state|hash|verify|bearer|uid|account|^pin)(\[.*\])?$"
)
_MEASURED = re.compile(
    r"_ga_[A-Z0-9]+=GS1(\.\d+)+|_ga_[A-Z0-9]+=GS2(\.\d+)+(\.[a-z]\d+(\$[a-z][0-9A-Z]+)*)?|_pk_(id|ses)\.\d+\.[0-9a-f]{4}=.*"
)
"""Cookies of measurement with an identifier in their name (Google Analytics docs, Cookie usage; Matomo FAQ)."""
_COOKIE_PREFIX = re.compile(r"^__(host|secure)-")


def personal_reason(policy: EdgePolicy, request: Request) -> str:
    """Why a request's response belongs to somebody, or "" where it does not."""
    signing = next((name for name, _ in request.headers if _SIGNING_HEADER.search(name)), None)
    if signing:
        return f"it carries {signing.title()}"
    if parameter := _signing_parameter(request.query):
        return f"its query has the credential {parameter}"
    if parameter := _unknown_parameter(policy, request):
        return f"its query has {parameter}, which is not known to be harmless"
    cookies = _personal_cookie(policy, request)
    if cookies:
        return cookies
    private = _private_prefix(policy, request)
    if private:
        return f"its path can be read as {private}"
    if foreign_source(request):
        return "its path can be read as a transformation of another address"
    if request.extension in DOCUMENT_EXTENSIONS:
        return f"it is a document ({request.extension})"
    return ""


def outside_reason(policy: EdgePolicy, request: Request) -> str:
    """Why nothing says that the answer is for everybody: no class has the host, path and extension; or ""."""
    path, image = request.path, request.extension in IMAGE_EXTENSIONS
    file = path.startswith(STATIC_PREFIX) and (image or request.extension in FILE_TYPES)
    data = request.extension in API_EXTENSIONS and any(
        path == prefix.rstrip("/") or path.startswith(f"{prefix.rstrip('/')}/") for prefix in policy.public_api_prefixes
    )
    for hosts in policy.all_hosts():
        belongs = {
            hosts.images: image,
            **dict.fromkeys((hosts.cdn, hosts.cdn_backup, hosts.assets), file),
            hosts.api: data,
            hosts.app: file or data or path in policy.public_html_paths,
        }
        if belongs.get(request.host, False):
            return ""
    return "it belongs to no cache class"


def _signing_parameter(query: str) -> str:
    """A parameter of the query, decoded as an origin might, that signs somebody in; or ""."""
    for _ in range(DECODINGS + 1):
        for name in (pair.partition("=")[0].lower() for pair in re.split("[&;]", query)):
            if SIGNING_PARAMETER.search(name):
                return name
        query = unquote(query)
    return ""


def _unknown_parameter(policy: EdgePolicy, request: Request) -> str:
    """A parameter of the query that may be somebody's, or ""; of a file only its version and its rendition are not."""
    files = request.host in {*static_hosts(policy), *image_hosts(policy)}
    known = _FILE_QUERY if files else _HARMLESS_QUERY
    names = (pair.partition("=")[0] for pair in re.split("[&;]", request.query) if pair)
    return next((name for name in names if name not in known), "")


def _personal_cookie(policy: EdgePolicy, request: Request) -> str:
    """Why a cookie makes the request somebody's, or "".

    A session cookie does wherever its name begins as configured: frameworks divide long ones (`appSession.0`). To the
    application and its API any cookie does that is not known to be harmless.
    """
    names = [pair.split("=", 1)[0].strip() for pair in request.cookie.split(";") if pair.strip()]
    for name in names:
        bare = _COOKIE_PREFIX.sub("", name.lower())
        if any(bare.startswith(session.lower()) for session in policy.session_cookie_names):
            return f"it carries the session cookie {name.lower()}"
    if request.host in {host for hosts in policy.all_hosts() for host in (hosts.app, hosts.api)}:
        # read as servers do that divide at commas, quotes, white space or control characters as well
        for pair in re.split(r"[;,\s\x00-\x1f\x7f-\xa0\"\\]+", request.cookie.strip()):
            if pair and not (f"{pair}=".startswith(_HARMLESS_COOKIES) or _MEASURED.fullmatch(pair)):
                return f"it carries the cookie {pair.partition('=')[0]}, which is not known to be harmless"
    return ""


def _private_prefix(policy: EdgePolicy, request: Request) -> str:
    """Which private prefix a reading of the path lies under; the image host's are below the application's /images."""
    folders = ("", "/images") if request.host in image_hosts(policy) else ("",)
    return _prefix_of(policy.all_private_prefixes(), folders, request.path)


@lru_cache(maxsize=1024)
def _prefix_of(prefixes: tuple[str, ...], folders: tuple[str, ...], path: str) -> str:
    """Remembered, since an audit asks for a path with every kind of credentials."""
    for reading in path_readings(path):
        for asked in (f"{folder}{reading}" for folder in folders):
            for prefix in prefixes:
                if asked == prefix or asked.startswith(f"{prefix.rstrip('/')}/"):
                    return prefix
    return ""
