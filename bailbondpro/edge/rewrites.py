"""Addresses that the edge rewrites before any other rule sees them: queries of hashed files, and renditions of images.

A query that is taken away reaches neither the cache key nor the origin, so no answer can depend on it: files whose
name changes with their content have one entry each, whatever is appended. The guide's `?w=&h=&q=&f=` becomes
Cloudflare's own address of a transformation where every value is listed, and nothing else does (Cloudflare docs, Serve
images from custom paths; URL Rewrite Rules; both read 2026-11-30).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from itertools import combinations, product
from typing import TYPE_CHECKING

from bailbondpro.edge.cache_classes import app_hosts, image_hosts, static_hosts
from bailbondpro.edge.exchange import Exchange
from bailbondpro.edge.language.expressions import And, Contains, Equals, IsIn, Not, Or, StartsWith, Wildcard
from bailbondpro.edge.language.fields import EXTENSION, HOST, PATH, QUERY, Lower, quoted
from bailbondpro.edge.policy import FILE_TYPES, IMAGE_EXTENSIONS, STATIC_PREFIX

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from bailbondpro.edge.exchange import Request
    from bailbondpro.edge.language.expressions import Expression
    from bailbondpro.edge.language.fields import Text
    from bailbondpro.edge.policy import EdgePolicy, ImagePolicy

RENDITION_PREFIX = "/cdn-cgi/image/"
"""Where images are transformed (Cloudflare docs, Images, Transform via URL)."""

OTHER_TRANSFORMATIONS = ("/cdn-cgi/media/", "/cdn-cgi/imagedelivery/")
"""Where frames are cut from videos, and stored images are made anew (Cloudflare docs, Stream, Transform videos; Images,
Serve images; unverified that they are on for a zone): both are billed, and no address of ours leads there."""

IMAGE_FORMATS = ("auto", "avif", "webp", "jpeg")
"""Formats that a transformation can ask for; the guide's `png` leaves the format as it is."""

TRANSFORMED_EXTENSIONS = ("png", "jpg", "jpeg", "gif", "webp", "svg")
"""What a transformation takes (Cloudflare docs, Images, Transform via URL, Supported formats; unverified)."""

OTHER_SOURCES = (":", "//", "/cdn-cgi/", "%3a", "%2f", "%5c", "%25")
"""Parts, in lower case, of a source that may be no path of the image host: a URL (`https:`, `//host`), a transformation
once more, and their separators in escapes, of which a resizer may decode one, or two."""

_PARAMETERS = ("w", "h", "q", "f")
"""The guide's names in its order, which are Cloudflare's short names as well (scaling guide, CDN Configuration)."""


@dataclass(frozen=True)
class UriPattern:
    """A path made of the parts of an address with its query: `wildcard_replace(http.request.uri, ...)`.

    The whole address has the form of the pattern, whose stars take as little as they can; case does not matter
    (Cloudflare docs, Rules language, Functions).
    """

    pattern: str
    replacement: str
    """`${1}` is what the first star stands for."""

    def render(self) -> str:
        """The rewrite expression."""
        return f"wildcard_replace(http.request.uri, {quoted(self.pattern)}, {quoted(self.replacement)})"

    def applied(self, path: str, query: str) -> str:
        """The path that it makes; an address of another form stays as it is."""
        form = "(.*?)".join(map(re.escape, self.pattern.split("*")))
        match = re.fullmatch(form, f"{path}?{query}" if query else path, re.IGNORECASE | re.DOTALL)
        if match is None:
            return path
        return re.sub(r"\$\{(\d)\}", lambda number: match[int(number[1])], self.replacement)


@dataclass(frozen=True, kw_only=True)
class RewriteRule:
    """One rule of the phase `http_request_transform`: it takes the query away, and may make another path of both."""

    ref: str
    description: str
    when: Expression
    path: UriPattern | None = None


def rewritten(rules: Iterable[RewriteRule], request: Request) -> Request:
    """The request as every later phase and the origin see it.

    Rules see what arrived, not what an earlier rule made of it; the last one that matches wins (Cloudflare docs, URL
    Rewrite Rules, Important remarks).
    """
    exchange, found = Exchange(request), request
    for rule in rules:
        if rule.when.holds(exchange):
            path = rule.path.applied(request.path, request.query) if rule.path else found.path
            found = replace(found, path=path, query="", received="" if rule.path else found.received)
    return found


def rewrite_rules(policy: EdgePolicy) -> tuple[RewriteRule, ...]:
    """The rules in their order: at most nine, with listed heights, which every plan has room for."""
    return (
        RewriteRule(
            ref="hashed_query",
            description="Hashed files: a query changes nothing, so it makes no other entry and reaches no application",
            when=_hashed_with_query(policy),
        ),
        *(_image_rules(policy) if policy.images.enabled else ()),
    )


def _hashed_with_query(policy: EdgePolicy) -> Expression:
    """A file below /static/, whose name has its content's hash (contract, caching.static), is asked for with a query.

    A private prefix below it, or above it, keeps its query: somebody may have signed it.
    """
    private = tuple(
        prefix
        for prefix in policy.all_private_prefixes()
        if STATIC_PREFIX.startswith(prefix) or prefix.startswith(STATIC_PREFIX)
    )
    kept = (Not(Or(tuple(StartsWith(Lower(PATH), prefix) for prefix in private))),) if private else ()
    hosts = (*static_hosts(policy), *app_hosts(policy))
    extensions = (*IMAGE_EXTENSIONS, *FILE_TYPES)
    static = (IsIn(HOST, hosts), StartsWith(PATH, STATIC_PREFIX), IsIn(EXTENSION, extensions))
    return And((*static, Not(Equals(QUERY, "")), *kept))


def _image_rules(policy: EdgePolicy) -> Iterator[RewriteRule]:
    """By how many parameters there are: the path's expression takes them apart by their separators alone."""
    asked = (IsIn(HOST, image_hosts(policy)), IsIn(EXTENSION, TRANSFORMED_EXTENSIONS))
    images, query = policy.images, _Form(QUERY, "", "&", "")
    tails = tuple(_tails(images, IMAGE_FORMATS))
    for count in range(1, len(_PARAMETERS) + 1):
        of_count = [tail for tail in tails if len(tail) == count - 1]
        if count == 1 or of_count:
            listed = query.alone(images) if count == 1 else query.of(images, of_count)
            yield _image_rule(f"image_{count}", And((*asked, listed)), count, "")
    unchanged = [tail for tail in _tails(images, ("png",)) if tail[-1][0] == "f"]
    for count in range(1, len(_PARAMETERS)):
        if of_count := [tail for tail in unchanged if len(tail) == count]:
            yield _image_rule(f"image_{count}_png", And((*asked, query.of(images, of_count))), count, "&f=png")
    yield RewriteRule(
        ref="image_png",
        description="A format that is not changed is no transformation",
        when=And((*asked, Equals(QUERY, "f=png"))),
    )


def _image_rule(ref: str, when: Expression, count: int, dropped: str) -> RewriteRule:
    """The path becomes a transformation of its image; the guide's short names are Cloudflare's own."""
    options = ",".join(f"${{{number}}}" for number in range(2, count + 2))
    path = UriPattern(f"/*?{'&'.join('*' * count)}{dropped}", f"{RENDITION_PREFIX}{options}/${{1}}")
    return RewriteRule(ref=ref, description="The guide's image address as a transformation", when=when, path=path)


def rendition_queries(images: ImagePolicy) -> Iterator[str]:
    """The query of every listed address of a rendition, its parameters in their order; `png` changes no format."""
    formats = (*IMAGE_FORMATS, "png")
    yield from (f"f={name}" for name in formats)
    widths = tuple(f"w={width}" for width in images.widths)
    heights = ("", *(f"h={height}" for height in images.heights))
    qualities = ("", *(f"q={quality}" for quality in images.qualities))
    for options in product(widths, heights, qualities, ("", *(f"f={name}" for name in formats))):
        yield "&".join(filter(None, options))


_Tail = tuple[tuple[str, tuple[str, ...]], ...]
"""What may follow a width: names with their listed values."""


def _tails(images: ImagePolicy, formats: tuple[str, ...]) -> Iterator[_Tail]:
    values = {"h": tuple(map(str, images.heights)), "q": tuple(map(str, images.qualities)), "f": formats}
    listed = [(name, found) for name, found in values.items() if found]
    for count in range(1, len(listed) + 1):
        yield from combinations(listed, count)


def rendition_path(images: ImagePolicy) -> Expression:
    """The path is a transformation that a listed address becomes, option by option."""
    path = _Form(PATH, RENDITION_PREFIX, ",", "/")
    return Or((path.alone(images), path.of(images, tuple(_tails(images, IMAGE_FORMATS)))))


def asks_for_rendition() -> Expression:
    """The query has a parameter of a rendition; of the listed ones none is left."""
    first = (StartsWith(QUERY, f"{name}=") for name in _PARAMETERS)
    return Or((*first, *(Contains(QUERY, f"&{name}=") for name in _PARAMETERS)))


@dataclass(frozen=True)
class _Form:
    """How parameters are written: what stands before them, between them and after them (empty for the text's end).

    The language of the small plans has no regular expressions. So the separators are counted: where there are no more
    than parameters are wanted, each has its own place.
    """

    text: Text
    start: str
    between: str
    end: str

    def alone(self, images: ImagePolicy) -> Expression:
        """A width or a format, and nothing else."""
        options = (*(f"w={width}" for width in images.widths), *(f"f={name}" for name in IMAGE_FORMATS))
        if not self.end:
            return IsIn(self.text, options)
        return Or(tuple(StartsWith(self.text, f"{self.start}{option}{self.end}") for option in options))

    def of(self, images: ImagePolicy, tails: Iterable[_Tail]) -> Expression:
        """A listed width, and after it one of the tails."""
        widths = (StartsWith(self.text, f"{self.start}w={width}{self.between}") for width in images.widths)
        return And((Or(tuple(widths)), Or(tuple(map(self._tail, tails)))))

    def _tail(self, tail: _Tail) -> Expression:
        *middle, (name, values) = tail
        more = Wildcard(self.text, "*" + f"{self.between}*" * (len(tail) + 1))
        names = "".join(f"{self.between}{found}=*" for found, _ in tail)
        ordered = (Wildcard(self.text, f"{self.start}w=*{names}"),) if len(middle) > 1 else ()
        inner = (
            Or(tuple(Contains(self.text, f"{self.between}{found}={value}{self.between}") for value in listed))
            for found, listed in middle
        )
        last = Or(tuple(self._last(f"{self.between}{name}={value}") for value in values))
        return And((Not(more), *ordered, *inner, last))

    def _last(self, option: str) -> Expression:
        if self.end:
            return Contains(self.text, f"{option}{self.end}")
        return Wildcard(self.text, f"*{option}", strict=True)
