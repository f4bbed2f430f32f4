"""What tells one stored response from another, and the proof that nothing else of a request can change an answer.

Cloudflare's default key (Cloudflare docs, Cache keys; read on 2026-11-30): scheme, host, path with query, Origin, and
ten headers that frameworks take for the method, the host or the path. No rule here changes it: custom keys need
Enterprise, and a key that leaves something out must be sure that it changes nothing.

An application that answers by something that is no part of the key can be made to poison the entry for everybody. So
every input of a request has to end somewhere (`Fate`): in the key, at a rule that bypasses the cache, at the gateway
that does not pass it on, or in an answer that is not stored because it says, in Vary, status or type, what it
depends on. What a browser sends with every page is left: of it a public page must be independent or say so in Vary.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cached_property
from itertools import chain
from typing import TYPE_CHECKING

from bailbondpro.edge.cache_classes import api_hosts, app_hosts, image_hosts, static_hosts
from bailbondpro.edge.explain import arriving, evaluate, may_be_cached
from bailbondpro.edge.policy import HARMLESS_HEADERS, STATIC_PREFIX

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from bailbondpro.edge.exchange import Request, Response
    from bailbondpro.edge.policy import EdgePolicy
    from bailbondpro.edge.rules import EdgeRules

KEY_HEADERS = (
    "origin",
    "x-http-method-override",
    "x-http-method",
    "x-method-override",
    "x-forwarded-host",
    "x-host",
    "x-forwarded-scheme",
    "x-original-url",
    "x-rewrite-url",
    "forwarded",
)
"""Request headers of the default key (Cloudflare docs, Cache keys)."""

SAMPLES = ("1", "evil.example")
"""Values that are tried of every header."""


@dataclass(frozen=True)
class KeyPart:
    """One part of a cache key."""

    name: str
    value: str


class Fate(StrEnum):
    """Where an input of a request ends, so that it cannot change what others get."""

    KEY = "another entry"
    REWRITTEN = "taken away before the cache and the application"
    BYPASS = "bypasses the cache"
    GATEWAY = "never reaches the application"
    REFUSED = "an answer that depends on it is not stored"
    DECLARED = "public by declaration: the same for everybody, or said in Vary and not stored"


@dataclass(frozen=True)
class Input:
    """Something of a request that an application may answer by, as a change of a plain request."""

    name: str
    changed: Request
    header: str = ""
    """The header's name, where it is one; what the gateway does with it decides."""


@dataclass(frozen=True)
class Reached:
    """What the gateway passes to the application, as the audit has to know it; names in lower case.

    Attributes:
        decided: headers that it writes itself or lets never pass, on every host.
        files: the only headers that it passes on from hosts of public files; None where it passes all others.
    """

    decided: frozenset[str] = frozenset()
    files: frozenset[str] | None = None


def cache_key(request: Request) -> tuple[KeyPart, ...]:
    """The parts of the key of a request as it arrives (`explain.arriving`).

    A HEAD is fetched as GET and shares its entry. The scheme is the one towards the origin, which is always https.
    Normalisation comes first, so that the path is the normalised one, as the origin gets it (URL normalization, both).
    """
    headers = ((name, ", ".join(request.values(name))) for name in KEY_HEADERS if request.values(name))
    kept = ((name, value) for name, value in headers if name != "x-forwarded-scheme" or value not in ("http", "https"))
    return (
        KeyPart("scheme", "https"),
        KeyPart("host", request.host),
        KeyPart("path", request.path),
        KeyPart("query", request.query),
        *(KeyPart(name, value) for name, value in kept),
    )


def variants(policy: EdgePolicy) -> tuple[tuple[str, str], ...]:
    """(header, value) of every further entry of a URL that pages of this platform make.

    A page that loads a font, a module or data from another host sends its Origin. What strangers send in the other key
    headers nobody can list: a purge by prefix, tag or host takes those entries as well.
    """
    return tuple(("Origin", f"https://{host}") for host in dict.fromkeys((*app_hosts(policy), *api_hosts(policy))))


def inputs(request: Request, headers: Collection[str]) -> Iterator[Input]:
    """Every change of a request that may change its answer."""
    for name in dict.fromkeys((*KEY_HEADERS, *HARMLESS_HEADERS, *headers)):
        for value in SAMPLES:
            changed = replace(request, headers=(*request.headers, (name, value)))
            yield Input(f"the header {name}", changed, name)
    body = ("content-length", "transfer-encoding", "content-type")
    yield from (Input("a body", replace(request, headers=(*request.headers, (name, "1"))), name) for name in body)
    yield Input("the query", replace(request, query=f"{request.query}&lang=de".lstrip("&")))
    yield Input("the host", replace(request, host=f"x.{request.host}"))
    yield Input("the path", replace(request, path=f"{request.path}x", received=""))
    for method in ("POST", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE", "PROPFIND", "BREW"):
        yield Input(f"the method {method}", replace(request, method=method))


@dataclass(frozen=True)
class Plain:
    """A request whose response is cached, and under which rules; its inputs are followed."""

    rules: EdgeRules
    policy: EdgePolicy
    request: Request
    response: Response
    reached: Reached

    @cached_property
    def _arriving(self) -> Request:
        """The request as the cache sees it."""
        return arriving(self.rules, self.request)

    def fate(self, given: Input) -> Fate | None:
        """Where an input ends, or None where it can change what others get."""
        changed = arriving(self.rules, given.changed)
        if changed == self._arriving:
            return Fate.REWRITTEN
        if cache_key(changed) != cache_key(self._arriving):
            return Fate.KEY
        if not may_be_cached(self.rules, given.changed):
            return Fate.BYPASS
        if self.stops(given):
            return Fate.GATEWAY
        if not self._stored(given, self.response):
            return Fate.REFUSED
        if given.header not in HARMLESS_HEADERS:
            return None
        varied = replace(self.response, headers=(*self.response.headers, ("vary", given.header)))
        return Fate.DECLARED if given.header == "accept-encoding" or not self._stored(given, varied) else None

    def _stored(self, given: Input, response: Response) -> bool:
        return evaluate(self.rules, given.changed, response).cacheable

    def stops(self, given: Input) -> bool:
        """The gateway writes the header itself or lets it pass to no application, or to none behind this host."""
        files = self.reached.files
        unlisted = files is not None and given.header not in files and self._of_files
        return bool(given.header) and (given.header in self.reached.decided or unlisted)

    @cached_property
    def _of_files(self) -> bool:
        """Whether the host has public files alone."""
        return self.request.host in {*static_hosts(self.policy), *image_hosts(self.policy)}


def unkeyed(plain: Plain, headers: Collection[str]) -> Iterator[tuple[Input, Fate | None]]:
    """Every input of a cached request with its fate."""
    for given in inputs(plain.request, headers):
        yield given, plain.fate(given)


def samples(policy: EdgePolicy) -> Iterator[str]:
    """URLs of every class and host."""
    for hosts in policy.all_hosts():
        static = (hosts.cdn, hosts.cdn_backup, hosts.assets, hosts.app)
        yield from (f"https://{host}{STATIC_PREFIX}app.{end}" for host in static for end in ("css", "js", "png"))
        yield f"https://{hosts.images}/team/anna.jpg"
        yield from (f"https://{hosts.app}{path}" for path in policy.public_html_paths)
        api = (f"{prefix.rstrip('/')}/list" for prefix in policy.public_api_prefixes)
        yield from chain.from_iterable((f"https://{hosts.api}{path}", f"https://{hosts.app}{path}") for path in api)
