"""Where the vendor's documents allow two readings of what the edge does, and which of them an evaluation takes.

Every row is one behaviour with the documents that disagree or say nothing. `kept_out` is the reading under which fewer
responses are stored, `stored` the one under which more are. All documents are Cloudflare's and were read on 2026-11-30.

Most readings are one-sided: with `stored` whatever the other stores is stored as well, so an evaluation that takes
`stored` everywhere (`CARELESS`) covers every combination of them. Those of `CROSSED` change which rules a request
meets, in both directions, and are tried both ways: `combinations` lists what matters to a request and its response.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from itertools import combinations as subsets
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bailbondpro.edge.exchange import Request, Response

READ_ON = "2026-11-30"


class Behaviour(StrEnum):
    """What the documents can be read in two ways about."""

    ARMOR = "armor"
    MISSING_TYPE = "missing type"
    METHODS = "methods"
    VARY = "vary"
    SET_COOKIE = "set-cookie"
    CREDENTIALS = "credentials"
    PROHIBITIONS = "prohibitions"
    QUALIFIED = "qualified directives"
    NO_CACHE = "no-cache"
    STATUSES = "statuses"
    LIFETIMES = "missing lifetime"
    EXPIRES = "expires"
    REPEATED = "repeated directives"
    AGE = "age"
    PRECEDENCE = "header precedence"
    PATHS = "paths"
    EXTENSIONS = "case of extensions"


@dataclass(frozen=True)
class TwoReadings:
    """One behaviour.

    Attributes:
        document: where it can be read in two ways, by name.
        kept_out: the reading that stores less, or, of a crossed one, the likelier.
        stored: the other.
        obstacle: the ref of the rule that makes the decision ours; empty where only lifetimes differ.
    """

    document: str
    kept_out: str
    stored: str
    obstacle: str = ""

    @property
    def read_on(self) -> str:
        """The day on which the document was read."""
        return READ_ON


READINGS: Mapping[Behaviour, TwoReadings] = {
    Behaviour.ARMOR: TwoReadings(
        "Cache Deception Armor, Exceptions",
        "a response whose type does not agree with the extension is not stored",
        "an Edge TTL, or the origin's Cache-Control, overrides the protection",
        "other_response",
    ),
    Behaviour.MISSING_TYPE: TwoReadings(
        "Cache Deception Armor; Default cache behavior (caches by extension, not by MIME type)",
        "a response without a Content-Type does not agree with its extension",
        "nothing is compared where there is nothing",
        "other_response",
    ),
    Behaviour.METHODS: TwoReadings(
        "Default cache behavior (anything other than a GET); Cache Rules (eligible whatever the method)",
        "only answers to GET and HEAD are stored",
        "an eligible answer to any method is stored",
        "never_store",
    ),
    Behaviour.VARY: TwoReadings(
        "Vary (named headers become part of the key); Origin Cache Control (Vary is not considered)",
        "a response that varies on more than the encoding is not given to others",
        "Vary is not considered",
        "never_store",
    ),
    Behaviour.SET_COOKIE: TwoReadings(
        "Head requests and Set-Cookie headers; Cache Response Rules, Relationship with Cache Rules",
        "a response with Set-Cookie is not stored",
        "the cookie is dropped and the response stored",
        "never_store",
    ),
    Behaviour.CREDENTIALS: TwoReadings(
        "Origin Cache Control, Conditions (enabled or disabled); Edge TTL",
        "an answer to a request with Authorization is stored only with public, s-maxage or must-revalidate",
        "it is stored as any other",
        "credentials_bypass",
    ),
    Behaviour.PROHIBITIONS: TwoReadings(
        "Cache Response Rules (Origin Cache Control once one matches); Cache Rules settings, Edge TTL (ignore header)",
        "the origin's no-store and private count where a rule imposes a lifetime",
        "an imposed lifetime overrules them",
        "never_store",
    ),
    Behaviour.QUALIFIED: TwoReadings(
        "Origin Cache Control, Directives (private=<headers>, no-cache=<headers>)",
        "a directive that names fields counts for the whole response",
        "only the named fields are left out, and the rest is stored",
        "never_store",
    ),
    Behaviour.NO_CACHE: TwoReadings(
        "Default cache behavior (not cached); Origin Cache Control, Directives (cached and always revalidated)",
        "no-cache and a lifetime of 0 are not stored",
        "they are stored and revalidated",
        "never_store",
    ),
    Behaviour.STATUSES: TwoReadings(
        "Cache by status code; Default cache behavior",
        "only statuses with a default lifetime are stored",
        "every status is stored that has a lifetime",
        "never_store",
    ),
    Behaviour.LIFETIMES: TwoReadings(
        "Cache Rules settings, Edge TTL (use cache-control header if present, bypass cache if not)",
        "a Cache-Control without a lifetime is as good as none: bypassed",
        "the header is there, so the default lifetime of the status counts",
    ),
    Behaviour.EXPIRES: TwoReadings(
        "Default cache behavior (a future Expires is cached); Cache Rules settings, Edge TTL (knows Cache-Control)",
        "Expires alone is no header that the rule knows: bypassed, or the default lifetime",
        "Expires counts as a lifetime, and without a Date the default lifetime does",
    ),
    Behaviour.REPEATED: TwoReadings(
        "Origin Cache Control says nothing of it; RFC 9111, 4.2.1 (the first, or stale)",
        "of a repeated directive the first counts",
        "of a repeated directive the longest counts",
    ),
    Behaviour.AGE: TwoReadings(
        "Origin Cache Control, Expiration (age since the asset was served from the origin); Retention vs Freshness",
        "the Age of a response shortens its lifetime",
        "the lifetime begins at the edge",
    ),
    Behaviour.PRECEDENCE: TwoReadings(
        "CDN-Cache-Control, Header precedence; Cache Response Rules (rules precede the targeted headers)",
        "the most specific of the three headers counts, with the rules' directives in it",
        "once a rule sets a directive, Cache-Control counts and the targeted headers do not",
        "never_store",
    ),
    Behaviour.PATHS: TwoReadings(
        "URL normalization, How it works; Fields reference (http.request.uri.path, raw.http.request.uri.path)",
        "rules see the path normalised",
        "rules see the path as it was received",
        "odd_url_bypass",
    ),
    Behaviour.EXTENSIONS: TwoReadings(
        "Fields reference, http.request.uri.path.extension; Cache Response Rules, Available settings",
        "an extension is seen in lower case",
        "an extension is seen as it is written",
        "default_bypass",
    ),
}
"""Every behaviour with its two readings."""

CROSSED = (Behaviour.PRECEDENCE, Behaviour.PATHS, Behaviour.EXTENSIONS, Behaviour.EXPIRES)
"""What is tried both ways; the others are one-sided."""

_TARGETED = ("cdn-cache-control", "cloudflare-cdn-cache-control")


@dataclass(frozen=True)
class Readings:
    """The behaviours that are taken as `stored`; all others are taken as `kept_out`."""

    stored: frozenset[Behaviour]

    def stores(self, behaviour: Behaviour) -> bool:
        """Whether the reading is taken that stores more."""
        return behaviour in self.stored

    def flipped(self, behaviour: Behaviour) -> Readings:
        """The same with the other reading of one behaviour."""
        return Readings(self.stored ^ {behaviour})


SEEN_BY = frozenset((Behaviour.PATHS, Behaviour.EXTENSIONS))
"""What of a reading decides about the request that rules see: of two readings that agree on it, `explain.seen` is the
same."""

STRICT = Readings(frozenset())
"""Every behaviour as `kept_out`: what the documents promise at best."""

CARELESS = Readings(frozenset(Behaviour) - frozenset(CROSSED))
"""Every one-sided behaviour as `stored`: what a proof has to hold against."""


def combinations(request: Request, response: Response) -> tuple[Readings, ...]:
    """The readings under which a request and its response have to be judged, at most sixteen.

    A crossed behaviour is left out where it makes no difference: the header precedence without a targeted header, the
    path where the received one is the normalised one, the case of a lower-case extension, Expires where there is none.
    """
    names = {name for name, _ in response.headers}
    differs = {
        Behaviour.PRECEDENCE: not names.isdisjoint(_TARGETED),
        Behaviour.PATHS: request.received not in ("", request.path),
        Behaviour.EXTENSIONS: request.has_capital_extension,
        Behaviour.EXPIRES: "expires" in names,
    }
    return _crossing(tuple(behaviour for behaviour in CROSSED if differs[behaviour]))


@cache
def _crossing(crossed: tuple[Behaviour, ...]) -> tuple[Readings, ...]:
    """The careless readings with each set of the crossed ones; made once, since most exchanges cross the same."""
    counts = range(len(crossed) + 1)
    return tuple(
        Readings(CARELESS.stored | frozenset(chosen)) for count in counts for chosen in subsets(crossed, count)
    )
