"""Which requests belong to each cache class, and on which hosts they are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bailbondpro.edge.language.expressions import NOTHING, And, Equals, Expression, IsIn, Or, StartsWith
from bailbondpro.edge.language.fields import EXTENSION, HOST, PATH
from bailbondpro.edge.policy import API_EXTENSIONS, CSS_EXTENSIONS, IMAGE_EXTENSIONS, JS_EXTENSIONS, STATIC_PREFIX

if TYPE_CHECKING:
    from bailbondpro.edge.policy import EdgePolicy


IMAGES_FOLDER = "/images/"
"""The application's folder that the image host serves by its own paths: `/a.png` there is `/images/a.png` of it."""


@dataclass(frozen=True)
class StaticType:
    """A kind of static file: how its path ends, and its Content-Types; with a star at its end what one begins with.

    What a type has in a parameter says nothing: `application/pdf; name="font.pdf"` is no font.
    """

    extensions: tuple[str, ...]
    content_types: tuple[str, ...]


def _in_utf8(*types: str) -> tuple[str, ...]:
    """Types as servers write them: alone, or with the one charset of JSON and of modules (RFC 8259, 8.1; RFC 9239)."""
    return tuple(f"{kind}{end}" for kind in types for end in ("", "; charset=utf-8", ";charset=utf-8"))


_JSON = _in_utf8("application/json")

IMAGES = (StaticType(IMAGE_EXTENSIONS, ("image/*",)),)
STYLE_SHEETS = (
    StaticType(("css",), ("text/css*",)),
    # RFC 8081; from older servers the others
    StaticType(
        ("woff2", "woff", "ttf", "otf"),
        (
            *(f"font/{kind}" for kind in ("woff2", "woff", "ttf", "otf", "sfnt")),
            *(f"application/{kind}" for kind in ("font-woff2", "font-woff", "x-font-ttf", "x-font-woff")),
        ),
    ),
)
SCRIPTS = (
    # RFC 9239; from older servers the others
    StaticType(("js", "mjs"), ("text/javascript*", "application/javascript*", "application/x-javascript*")),
    StaticType(("wasm",), ("application/wasm",)),
    # source maps and manifests are JSON by their own types (ECMA-426; W3C, Web Application Manifest)
    StaticType(("map",), _JSON),
    StaticType(("webmanifest",), ("application/manifest+json", "application/manifest+json; charset=utf-8")),
)
STATIC_TYPES = (*IMAGES, *STYLE_SHEETS, *SCRIPTS)

PAGE_TYPES = ("text/html*",)
"""The Content-Type of a page: nothing else is one."""

DATA_TYPES = (*_JSON, *(f"application/{kind}+json" for kind in ("geo", "ld", "hal", "vnd.api")))
"""Those of the API's data; of static files only source maps and manifests are JSON (RFC 7946; W3C, JSON-LD; JSON:API;
HAL, unverified)."""


@dataclass(frozen=True, kw_only=True)
class ClassConditions:
    """Which requests belong to each cache class; NOTHING for a class that nobody opted into."""

    images: Expression
    css: Expression
    js: Expression
    hashed: Expression
    """css or js; shorter than both."""
    html: Expression
    api: Expression


def static_hosts(policy: EdgePolicy) -> tuple[str, ...]:
    """Hosts that serve hashed assets."""
    return tuple(host for hosts in policy.all_hosts() for host in (hosts.cdn, hosts.cdn_backup, hosts.assets))


def image_hosts(policy: EdgePolicy) -> tuple[str, ...]:
    """Hosts that serve nothing but public images."""
    return tuple(hosts.images for hosts in policy.all_hosts())


def app_hosts(policy: EdgePolicy) -> tuple[str, ...]:
    """Hosts that serve pages."""
    return tuple(hosts.app for hosts in policy.all_hosts())


def api_hosts(policy: EdgePolicy) -> tuple[str, ...]:
    """Hosts that serve the API: its own and, under /api/, the app's."""
    return tuple(host for hosts in policy.all_hosts() for host in (hosts.api, hosts.app))


def under(prefix: str) -> Expression:
    """A path is the prefix itself or below it: `/api/public` does not cover `/api/public-records`."""
    bare = prefix.rstrip("/")
    return Or((Equals(PATH, bare), StartsWith(PATH, f"{bare}/")))


def class_conditions(policy: EdgePolicy) -> ClassConditions:
    """The request conditions of the five classes."""
    hosts = (*static_hosts(policy), *app_hosts(policy))
    static = And((IsIn(HOST, hosts), StartsWith(PATH, STATIC_PREFIX)))
    pages = policy.public_html_paths
    prefixes = policy.public_api_prefixes
    return ClassConditions(
        images=And((Or((IsIn(HOST, image_hosts(policy)), static)), IsIn(EXTENSION, IMAGE_EXTENSIONS))),
        css=And((static, IsIn(EXTENSION, CSS_EXTENSIONS))),
        js=And((static, IsIn(EXTENSION, JS_EXTENSIONS))),
        hashed=And((static, IsIn(EXTENSION, (*CSS_EXTENSIONS, *JS_EXTENSIONS)))),
        html=And((IsIn(HOST, app_hosts(policy)), IsIn(PATH, pages))) if pages else NOTHING,
        api=_public_api(policy) if prefixes else NOTHING,
    )


def _public_api(policy: EdgePolicy) -> Expression:
    public = Or(tuple(map(under, policy.public_api_prefixes)))
    return And((IsIn(HOST, api_hosts(policy)), public, IsIn(EXTENSION, API_EXTENSIONS)))


DOCUMENT_EXTENSIONS = ("csv", "doc", "docx", "pdf", "ppt", "pptx", "tif", "tiff", "xls", "xlsx", "zip")
"""Contracts, court papers and scans: among what Cloudflare caches by default, and never public here."""

DEFAULT_EXTENSIONS = frozenset(
    (
        *DOCUMENT_EXTENSIONS,
        *("css", "ejs", "eot", "js", "otf", "ttf", "woff", "woff2"),
        *("avif", "bmp", "eps", "gif", "ico", "jpeg", "jpg", "pict", "png", "ps", "svg", "svgz", "webp"),
        *("avi", "flac", "mid", "midi", "mkv", "mp3", "mp4", "ogg", "pls", "swf", "webm"),
        *("7z", "apk", "bin", "bz2", "class", "dmg", "exe", "gz", "iso", "jar", "rar", "tar", "zst"),
    )
)
"""What Cloudflare caches where no rule says otherwise (Cloudflare docs, Default cache behavior)."""

PERSONAL_WORDS = frozenset(
    (
        *("login", "logout", "signin", "sign-in", "signout", "sign-out", "oauth", "oauth2", "callback", "sso", "saml"),
        *("session", "sessions", "token", "tokens", "password", "reset-password", "forgot-password", "verify-email"),
        *("me", "my", "profile", "dashboard", "inbox", "notifications", "cart", "checkout", "unsubscribe"),
    )
)
"""Parts of paths by which applications serve what belongs to one person, or to one attempt to log in: a form's token
against forgery is in the page itself, without any cookie beside it (ours; conventions of frameworks)."""


def personal_word(path: str) -> str:
    """The part of a path that names something of one person; empty where there is none.

    Args:
        path: such as `/api/public/me`.
    """
    return next((part for part in path.lower().split("/") if part.partition(".")[0] in PERSONAL_WORDS), "")
