"""What belongs to somebody: requests whose response is never cached, and responses that are never stored."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from components.cdn.expressions import And, AnyOf, Contains, Expression, IsIn, Not, Or, StartsWith, StatusIn
from components.cdn.fields import (
    COOKIE,
    EXTENSION,
    PATH,
    REQUEST_HEADER_NAMES,
    RESPONSE_HEADER_NAMES,
    Lower,
    LowerEach,
    ResponseHeader,
)
from components.cdn.policy import IMAGE_EXTENSIONS

if TYPE_CHECKING:
    from components.cdn.policy import EdgePolicy

AMBIGUOUS_PARTS = ("%2f", "%5c", "%25", "%00", ";", "%3b")
"""What an origin may read as another path than the rules see: escapes of a slash, a backslash, the percent sign or NUL,
and path parameters (RFC 3986, 3.3), which some servers drop: `/x/..;/uploads/id.png` is then `/uploads/id.png`."""

TRANSFORMATION_PREFIX = "/cdn-cgi/"
"""Cloudflare's own paths; below them an image transformation names its source, as a path or as a URL."""

STORABLE_STATUSES = (200, 206, 304)
"""Statuses whose response may be stored: an error or a redirect must not live for a class's year."""


@dataclass(frozen=True)
class StaticType:
    """A kind of static file: how its path ends, and what its Content-Type contains."""

    extensions: tuple[str, ...]
    content_type: str


IMAGE = StaticType(IMAGE_EXTENSIONS, "image/")
STYLE_SHEET = StaticType(("css",), "text/css")
SCRIPT = StaticType(("js",), "javascript")
"""text/javascript (RFC 9239) and, from older servers, application/javascript or application/x-javascript."""

STATIC_TYPES = (IMAGE, STYLE_SHEET, SCRIPT)

FOREIGN_TYPES = ("html", "json", "octet-stream")
"""What no static file's Content-Type contains, even beside the expected one: pages, data, and what has no type."""


def private_request(policy: EdgePolicy) -> Expression:
    """The request belongs to somebody: credentials, a session cookie, or a private path."""
    return Or(
        (
            AnyOf(REQUEST_HEADER_NAMES, "eq", "authorization"),
            *(Contains(Lower(COOKIE), f"{name.lower()}=") for name in policy.session_cookie_names),
            private_path(policy),
        )
    )


def private_path(policy: EdgePolicy) -> Expression:
    """The path is private in any case of letters.

    A path that an origin may read differently counts as private: it may decode `/static/..%2Fuploads/id.png` to
    `/uploads/id.png`. So does an image transformation whose source names a private path.
    """
    prefixes = policy.all_private_prefixes()
    sources = Or(tuple(Contains(Lower(PATH), prefix) for prefix in prefixes))
    return Or(
        (
            *(StartsWith(Lower(PATH), prefix) for prefix in prefixes),
            *(Contains(Lower(PATH), part) for part in AMBIGUOUS_PARTS),
            And((StartsWith(Lower(PATH), TRANSFORMATION_PREFIX), sources)),
        )
    )


def unstorable_response() -> Expression:
    """The response is somebody's or no plain success, or it is not the file that its path promises."""
    return Or((personal_response(), other_file_type()))


def personal_response() -> Expression:
    """The response is somebody's (a cookie, private, no-store, varies by person) or is no plain success."""
    control = LowerEach(ResponseHeader("cache-control"))
    vary = LowerEach(ResponseHeader("vary"))
    return Or(
        (
            AnyOf(RESPONSE_HEADER_NAMES, "eq", "set-cookie"),
            AnyOf(control, "contains", "private"),
            AnyOf(control, "contains", "no-store"),
            *(AnyOf(vary, "contains", header) for header in ("cookie", "authorization", "accept-language", "*")),
            Not(StatusIn(STORABLE_STATUSES)),
        )
    )


def other_file_type() -> Expression:
    """The path ends as a static file does, and the response does not say that it is one.

    An application that ignores the end of a path answers `/dashboard/x.css` with somebody's dashboard. Cloudflare's
    Cache Deception Armor looks for that too, but by its documentation an Edge TTL may override it, it lets
    `application/octet-stream` pass, and nothing is said of a response without a type: this rule needs none of it.
    A 304 names no type (RFC 9110, 15.4.5); it renews what was stored under this rule.
    """
    static = IsIn(EXTENSION, tuple(extension for kind in STATIC_TYPES for extension in kind.extensions))
    unlike = (And((IsIn(EXTENSION, kind.extensions), Not(_typed(kind.content_type)))) for kind in STATIC_TYPES)
    unnamed = Not(AnyOf(RESPONSE_HEADER_NAMES, "eq", "content-type"))
    return And((Not(StatusIn((304,))), Or((*unlike, And((static, Or((unnamed, _foreign()))))))))


def is_typed_as(kind: StaticType) -> Expression:
    """The response says that it is a static file of a kind, and nothing else; or it renews one."""
    return Or((StatusIn((304,)), And((_typed(kind.content_type), Not(_foreign())))))


def _typed(part: str) -> Expression:
    return AnyOf(LowerEach(ResponseHeader("content-type")), "contains", part)


def _foreign() -> Expression:
    return Or(tuple(map(_typed, FOREIGN_TYPES)))
