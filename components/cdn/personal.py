"""What belongs to somebody: requests whose response is never cached, and responses that are never stored."""

from __future__ import annotations

from typing import TYPE_CHECKING

from components.cdn.expressions import And, AnyOf, Contains, Expression, Not, Or, StartsWith, StatusIn
from components.cdn.fields import (
    COOKIE,
    PATH,
    REQUEST_HEADER_NAMES,
    RESPONSE_HEADER_NAMES,
    Lower,
    LowerEach,
    ResponseHeader,
)

if TYPE_CHECKING:
    from components.cdn.policy import EdgePolicy

AMBIGUOUS_PARTS = ("%2f", "%5c", "%25", "%00", ";", "%3b")
"""What an origin may read as another path than the rules see: escapes of a slash, a backslash, the percent sign or NUL,
and path parameters (RFC 3986, 3.3), which some servers drop: `/x/..;/uploads/id.png` is then `/uploads/id.png`."""

TRANSFORMATION_PREFIX = "/cdn-cgi/"
"""Cloudflare's own paths; below them an image transformation names its source, as a path or as a URL."""

STORABLE_STATUSES = (200, 206, 304)
"""Statuses whose response may be stored: an error or a redirect must not live for a class's year."""


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
