"""The Cache-Control header as Cloudflare reads it (Cloudflare docs, Origin Cache Control, enabled behavior)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bailbondpro.edge.cache_rules import Directive, ResponseRule
    from bailbondpro.edge.exchange import Response

_ORDER = (
    "public",
    "private",
    "no-store",
    "no-cache",
    "max-age",
    "s-maxage",
    "stale-while-revalidate",
    "stale-if-error",
    "must-revalidate",
    "proxy-revalidate",
    "immutable",
)


OPEN_CONTROLS = ("public", "public, immutable", "public, no-transform", "immutable", "no-transform")
"""The whole of a Cache-Control that allows a copy and names no lifetime: of a page or data the first alone.
Whatever else names none is not understood."""

LIFETIME_FORMS = (
    *("max-age=", "public, max-age=", "max-age=, public", "public,max-age=", "max-age=,public"),
    *("public, max-age=, immutable", "max-age=, public, immutable", "max-age=, immutable", "public,max-age=,immutable"),
    *("public,immutable,max-age=", "max-age=,immutable"),
    *("immutable, max-age=, public", "public, immutable, max-age=", "public, max-age=, no-transform"),
    *("public, max-age=, must-revalidate", "max-age=, must-revalidate", "max-age=, public, must-revalidate"),
    *("max-age=, must-revalidate, public", "public, max-age=, proxy-revalidate"),
    *("s-maxage=", "public, s-maxage=", "s-maxage=, public", "s-maxage=, stale-while-revalidate"),
    *("s-maxage=, stale-while-revalidate=", "public, s-maxage=, stale-while-revalidate="),
    *("public, max-age=, s-maxage=", "max-age=, s-maxage=", "max-age=, public, s-maxage=", "s-maxage=, max-age="),
    *("public, s-maxage=, max-age=", "max-age=, s-maxage=, public", "public, max-age=, s-maxage=, must-revalidate"),
    "public, max-age=, s-maxage=, stale-while-revalidate=",
    *("public, max-age=, stale-while-revalidate=", "max-age=, stale-while-revalidate="),
    *("max-age=, public, stale-while-revalidate=", "public, max-age=, stale-while-revalidate=, stale-if-error="),
    *("max-age=, stale-while-revalidate=, stale-if-error=", "public, max-age=, stale-if-error="),
    *("public, max-age=, immutable, stale-while-revalidate=", "public, max-age=, stale-while-revalidate=, immutable"),
)
"""The whole of a Cache-Control that names a lifetime, without its numbers, in the orders in which servers write it:
those of the guide and of nginx, Express, Next.js, Rails, Django, Symfony, Spring, ASP.NET Core and Apache (their
documents; unverified). Another order or directive costs a request to the origin."""

TARGETED_FORMS = (
    *("max-age=", "s-maxage=", "public, max-age=", "public, s-maxage=", "max-age=, public", "max-age=, s-maxage="),
    *("max-age=, must-revalidate", "public, max-age=, must-revalidate", "public, max-age=, immutable"),
    *("max-age=, stale-while-revalidate=", "public, max-age=, stale-while-revalidate="),
    *("max-age=, stale-if-error=", "max-age=, stale-while-revalidate=, stale-if-error="),
    *("s-maxage=, stale-while-revalidate=", "public, s-maxage=, stale-while-revalidate="),
)
"""The same of the headers for caches of one kind (RFC 9213): fewer, since two headers have to fit one rule."""


MAX_EXPIRES = 31_536_000
"""Seconds; what lies further in the future counts as a year (RFC 9111, 5.3)."""

LONGEST = 2**31
"""Seconds; whatever says more means this (RFC 9111, 1.2.2), however many digits it has."""

_PARTS = re.compile(r'(?:"(?:\\.|[^"\\])*"|[^,])+')
"""Directives; a comma inside a quoted string divides nothing (RFC 9110, 5.6.4)."""


def _seconds(value: str | None, otherwise: int) -> int:
    if value is None or not (value.isascii() and value.isdigit()):
        return otherwise
    return min(int(value.lstrip("0")[: len(str(LONGEST)) + 1] or "0"), LONGEST)


@dataclass(frozen=True)
class CacheControl:
    """Directives by name in lower case; a directive without a value has None."""

    directives: tuple[tuple[str, str | None], ...] = ()

    @classmethod
    def parse(cls, values: Iterable[str], *, longest: bool = False) -> CacheControl:
        """The directives of every Cache-Control header of a response.

        Args:
            values: the headers in their order.
            longest: of a repeated duration the longest counts instead of the first.
        """
        found: dict[str, str | None] = {}
        for part in _PARTS.findall(",".join(values)):
            name, _, value = part.strip().partition("=")
            key, given = name.strip().lower(), value.strip().strip('"') or None
            if key and (key not in found or (longest and _seconds(given, -1) > _seconds(found[key], -1))):
                found[key] = given
        return cls(tuple(found.items()))

    def has(self, name: str) -> bool:
        """Whether a directive is there."""
        return any(found == name for found, _ in self.directives)

    def seconds(self, name: str) -> int | None:
        """The value of a duration, or None where it is absent or no number (RFC 9111, 4.2.1: then it is ignored)."""
        found = _seconds(dict(self.directives).get(name), -1)
        return None if found < 0 else found

    def changed(self, directive: Directive) -> CacheControl:
        """The header after a rule set or removed one directive."""
        name = directive.name.replace("_", "-")
        rest = tuple(pair for pair in self.directives if pair[0] != name)
        if directive.operation == "remove":
            return CacheControl(rest)
        return CacheControl((*rest, (name, None if directive.value is None else str(directive.value))))

    @property
    def edge_ttl(self) -> int | None:
        """Seconds for which a shared cache may keep the response: s-maxage before max-age."""
        shared = self.seconds("s-maxage")
        return shared if shared is not None else self.seconds("max-age")

    @property
    def browser_ttl(self) -> int | None:
        """Seconds for which a browser may keep the response; 0 with no-store."""
        return 0 if self.has("no-store") else self.seconds("max-age")

    @property
    def shareable(self) -> bool:
        """Whether a response to a request with credentials may be stored (RFC 9111, 3.5)."""
        return any(self.has(name) for name in ("public", "s-maxage", "must-revalidate"))

    @property
    def usable_stale_while_revalidate(self) -> int | None:
        """Seconds for which a stale copy may be served; a directive that demands revalidation forbids it."""
        forbidding = ("s-maxage", "must-revalidate", "proxy-revalidate", "no-cache")
        return None if any(map(self.has, forbidding)) else self.seconds("stale-while-revalidate")

    def render(self) -> str:
        """The header's value, in one fixed order."""
        rank = {name: index for index, name in enumerate(_ORDER)}
        ordered = sorted(self.directives, key=lambda pair: (rank.get(pair[0], len(rank)), pair[0]))
        return ", ".join(name if value is None else f"{name}={value}" for name, value in ordered)


def age(response: Response) -> int:
    """Seconds that a response has spent in caches before; a value that is no number counts as none."""
    return _seconds(next(iter(response.values("age")), "").strip(), 0)


def until_expires(response: Response, default: int | None) -> int | None:
    """Seconds from Date to Expires, the default without a Date; None for the past and for no date (RFC 9111, 5.3)."""
    try:
        expires = parsedate_to_datetime(response.values("expires")[0])
    except (ValueError, TypeError):
        return None
    try:
        date = parsedate_to_datetime(next(iter(response.values("date")), ""))
        return min(MAX_EXPIRES, max(0, int((expires - date).total_seconds()))) or None
    except (ValueError, TypeError):
        return default


def controlled(control: CacheControl, rules: Iterable[ResponseRule], *, edge: bool) -> CacheControl:
    """A Cache-Control after the response rules, as Cloudflare's cache (`edge`) or a browser sees it."""
    for rule in rules:
        for directive in rule.directives:
            if edge or not directive.cloudflare_only:
                control = control.changed(directive)
    return control


def headers_after(
    response: Response, control: CacheControl, changes: Iterable[tuple[str, str]]
) -> tuple[tuple[str, str], ...]:
    """Rendered anew only where a rule changed it, so that an untouched header reads as the origin wrote it."""
    changed = dict(changes)
    if control != CacheControl.parse(response.values("cache-control")):
        changed["cache-control"] = control.render()
    kept = tuple(pair for pair in response.headers if pair[0] not in changed)
    return tuple(sorted((*kept, *changed.items())))
