"""Proves that nothing personal can be cached: evaluates the rules on many requests and collects what would be stored.

What counts as personal is decided apart from the rules and more strictly (`oracle`). The origin of the corpus is the
most careless one: it calls every response public and gives it the Content-Type of its extension, so that only the rules
stand in the way. Where the vendor's documents allow two readings (`readings`), every combination is tried that matters:
Cache Deception Armor is no obstacle, and neither is a firewall rule, since whether those run below /cdn-cgi/ is not
said. Of what is cached, every input that could change the answer has to end somewhere (`cache_key`).
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import chain
from typing import TYPE_CHECKING

from bailbondpro.edge.cache_classes import DOCUMENT_EXTENSIONS, image_hosts, static_hosts
from bailbondpro.edge.cache_key import Plain, inputs, samples
from bailbondpro.edge.exchange import Request, Response, normalise_path
from bailbondpro.edge.explain import admitted, answered, evaluate, may_be_cached
from bailbondpro.edge.policy import FILE_TYPES, IMAGE_EXTENSIONS, STATIC_PREFIX
from bailbondpro.edge.proof.corpus import (
    CREDENTIALS,
    FOREIGN_TYPES,
    FURTHER_RESPONSES,
    HIDDEN_COOKIES,
    PERSONAL_RESPONSES,
    SESSION_COOKIES,
    SIGNED_QUERIES,
    UNKEYED_HEADERS,
    UNKNOWN_QUERIES,
    UNLISTED_RESPONSES,
    odd_spellings,
    private_names,
    private_paths,
)
from bailbondpro.edge.proof.oracle import personal_reason
from bailbondpro.edge.proof.sources import source_requests
from bailbondpro.edge.readings import CARELESS, SEEN_BY, combinations

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from bailbondpro.edge.cache_key import Reached
    from bailbondpro.edge.explain import Admitted
    from bailbondpro.edge.policy import EdgePolicy
    from bailbondpro.edge.readings import Behaviour, Readings
    from bailbondpro.edge.rules import EdgeRules

_TYPES = {**FILE_TYPES, "svg": "image/svg+xml", "pdf": "application/pdf"}
STATIC_EXTENSIONS = frozenset((*FILE_TYPES, *IMAGE_EXTENSIONS))
DATA_EXTENSIONS = frozenset(("map", "webmanifest"))
"""Files that are JSON by their own type, and nobody's."""


@dataclass(frozen=True)
class Leak:
    """A personal response that the edge would store."""

    url: str
    because: str
    """What makes the request or its response personal."""
    allowed_by: str
    """Refs of the rules that matched, in their order."""
    headers: str = ""
    """What the request carries and what is answered, as far as it matters."""
    readings: str = ""
    """Which readings of the vendor's documents were taken besides the careless ones."""

    def __str__(self) -> str:
        headers = f"; headers: {self.headers}" if self.headers else ""
        readings = f"; reading: {self.readings}" if self.readings else ""
        return f"{self.url}: {self.because}, and would be cached{headers}; rules: {self.allowed_by}{readings}"


@dataclass(frozen=True)
class Audit:
    """The outcome of an audit."""

    requests: int
    """How many pairs of request and response were evaluated."""
    cached: int
    """How many harmless ones among them are cached: a proof over rules that cache nothing would prove nothing."""
    leaks: tuple[Leak, ...]
    inputs: int = 0
    """How many changes of cached requests were followed to where they end; 0 where the gateway is not known."""


@dataclass(frozen=True)
class Trial:
    """A request and what the origin answers."""

    request: Request
    response: Response
    because: str = ""
    """What of the exchange forbids to cache it, whatever the address and the headers of the request say; else empty."""


def audit(rules: EdgeRules, policy: EdgePolicy, urls: Iterable[str] = (), reached: Reached | None = None) -> Audit:
    """Evaluate the rules on a generated corpus and on URLs of the user, under every combination of readings.

    Args:
        rules: those of the policy or of a plan.
        policy: names the hosts, the private prefixes and the session cookies.
        urls: absolute URLs to try as well: as they are, signed in, and with personal responses.
        reached: what the gateway passes to the application; without it no input is followed.

    Raises:
        ValueError: a URL has no host.
    """
    rules = dataclasses.replace(rules, firewall=())
    tried = chain(corpus(policy), chain.from_iterable(trials(policy, Request.of(url)) for url in urls))
    judged = judge(rules, policy, tried)
    followed, poisoned = followed_inputs(rules, policy, reached) if reached else (0, ())
    return dataclasses.replace(judged, leaks=(*judged.leaks, *poisoned), inputs=followed)


def judge(rules: EdgeRules, policy: EdgePolicy, tried: Iterable[Trial]) -> Audit:
    """Evaluate the rules on requests and responses under every combination of readings; no input is followed."""
    requests = cached = 0
    leaks: list[Leak] = []
    asked = _Asked(rules, policy)
    for case in tried:
        stored = False
        for readings in combinations(case.request, case.response):
            requests += 1
            if (admission := asked.admission(case.request, readings)) is None:
                continue
            found = answered(rules, admission.admitted, case.response, readings)
            if not found.cacheable:
                continue
            if because := admission.personal or case.because:
                leaks.append(_leak(case, because, found.rules, readings))
            else:
                stored = True
        cached += stored
    return Audit(requests, cached, tuple(leaks))


@dataclass
class _Admission:
    """A request that the cache rules let in.

    Attributes:
        policy: says what is personal.
        admitted: what the rules of the request phases make of it.
    """

    policy: EdgePolicy
    admitted: Admitted

    @cached_property
    def personal(self) -> str:
        """What of the request forbids to cache any response to it, or ""."""
        return personal_reason(self.policy, self.admitted.request)


@dataclass
class _Asked:
    """What becomes of a request; remembered, since many responses to one are tried one after the other."""

    rules: EdgeRules
    policy: EdgePolicy
    request: Request | None = None
    known: dict[frozenset[Behaviour], _Admission | None] = dataclasses.field(default_factory=dict)

    def admission(self, request: Request, readings: Readings) -> _Admission | None:
        """Of a request under a reading; None where no response to it may be cached."""
        if request is not self.request:
            self.request, self.known = request, {}
        key = readings.stored & SEEN_BY
        if key not in self.known:
            let_in = may_be_cached(self.rules, request, readings)
            self.known[key] = _Admission(self.policy, admitted(self.rules, request, readings)) if let_in else None
        return self.known[key]


def _leak(case: Trial, because: str, refs: tuple[str, ...], readings: Readings) -> Leak:
    query = f"?{case.request.query}" if case.request.query else ""
    url = f"https://{case.request.host}{case.request.received or case.request.path}{query}"
    asked = (f"{name}: {value}" for name, value in case.request.headers)
    answered = (f"{name}: {value}" for name, value in case.response.headers)
    headers = " | ".join((*asked, f"-> {case.response.code}", *answered))
    return Leak(url, because, ", ".join(refs), headers, ", ".join(sorted(readings.stored - CARELESS.stored)))


def followed_inputs(rules: EdgeRules, policy: EdgePolicy, reached: Reached) -> tuple[int, tuple[Leak, ...]]:
    """How many inputs of cached requests were followed, and those that can change what others get."""
    asked = [(request, careless_response(request)) for request in map(Request.of, samples(policy))]
    cached = [(request, answer) for request, answer in asked if evaluate(rules, request, answer).cacheable]
    names = (*UNKEYED_HEADERS, *sorted(reached.decided))
    plains = [Plain(rules, policy, request, answer, reached) for request, answer in cached]
    followed = [(plain, given) for plain in plains for given in inputs(plain.request, names)]
    return len(followed), tuple(
        Leak(
            f"https://{plain.request.host}{plain.request.path}",
            f"{given.name} reaches the application, can change the answer and is in no cache key",
            "the gateway passes it",
            f"{given.header}: {given.changed.headers[-1][1]}" if given.header else given.changed.method,
        )
        for plain, given in followed
        # of the thousands of headers that the gateway stops nothing else has to be asked
        if not plain.stops(given) and plain.fate(given) is None
    )


def careless_response(request: Request, code: int = 200) -> Response:
    """An origin that calls everything public and says of every file that it is what its extension claims."""
    extension = request.extension
    other = "application/json" if request.path.startswith("/api/") else "text/html"
    image = f"image/{'jpeg' if extension == 'jpg' else extension}" if extension in IMAGE_EXTENSIONS else other
    return Response.of(code, {"Cache-Control": "public, max-age=600", "Content-Type": _TYPES.get(extension, image)})


@lru_cache(maxsize=2)
def corpus(policy: EdgePolicy) -> tuple[Trial, ...]:
    """What the audit tries of every policy: public and private paths on every host, as strangers spell and sign.

    Kept, as rules are weakened in many ways under one policy: a request remembers what it was taken apart into.
    """
    return tuple(_corpus(policy))


def _corpus(policy: EdgePolicy) -> Iterator[Trial]:
    hosts = policy.host_names()
    public, private = tuple(_public_paths(policy)), tuple(private_paths(policy))
    for host in hosts:
        for path in public:
            yield from trials(policy, Request(host=host, path=path))
        for path in private:
            yield _case(Request(host=host, path=normalise_path(path), received=path))
    for host in image_hosts(policy):  # where any path is cached that ends like an image
        for path in chain.from_iterable(map(odd_spellings, private_names(policy))):
            yield _case(Request(host=host, path=normalise_path(f"{path}/id.png"), received=f"{path}/id.png"))
    yield from map(_case, source_requests(policy))


def trials(policy: EdgePolicy, request: Request) -> Iterator[Trial]:
    """A request as it is, with every kind of credentials, and with every kind of personal response."""
    yield _case(request)
    opted_in = request.path in policy.public_html_paths or request.path.startswith(policy.public_api_prefixes)
    cookies = (*(f"{name}=abc" for name in SESSION_COOKIES), *HIDDEN_COOKIES)
    unknown = tuple((("cookie", cookie),) for cookie in cookies) if opted_in else ()
    for headers in (*_credentials(policy), *unknown):
        yield _case(dataclasses.replace(request, headers=headers))
    # a query of a hashed file is taken away, so one list is enough to see it
    queries = UNKNOWN_QUERIES if opted_in or request.host in image_hosts(policy) else ()
    for query in (*SIGNED_QUERIES, *queries):
        signed = f"{request.query}&{query}" if request.query else query
        yield _case(dataclasses.replace(request, query=signed, headers=()))
    for method in ("POST", "PUT", "OPTIONS"):
        written = dataclasses.replace(request, method=method)
        yield Trial(written, careless_response(written), f"it is the answer to a {method}")
    plain = careless_response(request)
    further = FURTHER_RESPONSES if request.host not in static_hosts(policy) else ()
    for name, headers in (*PERSONAL_RESPONSES, *further):
        replaced = {key for key, _ in headers}
        kept = tuple(pair for pair in plain.headers if pair[0] not in replaced)
        yield Trial(request, Response(200, (*kept, *headers)), f"its response carries {name}")
    for kind in _foreign_types(request, opted_in=opted_in):
        yield Trial(request, _typed_as(kind, plain), f"its Content-Type is {kind or 'missing'}")
    if opted_in or request.extension in STATIC_EXTENSIONS:
        for kinds in (("application/pdf", *plain.values("content-type")), (*plain.values("content-type"), "text/csv")):
            lines = (("content-type", kind) for kind in kinds)
            kept = tuple(pair for pair in plain.headers if pair[0] != "content-type")
            yield Trial(request, Response(200, (*kept, *lines)), f"its Content-Types are {' and '.join(kinds)}")
    for name in UNLISTED_RESPONSES if request.host not in static_hosts(policy) else ():
        unlisted = Response(200, (*plain.headers, (name, "abc")))
        yield Trial(request, unlisted, f"its response carries {name}, which is not known to be harmless")
    for code in (203, 206, 301, 302, 303, 307, 308, 404, 410, 429, 500, 503):
        yield Trial(request, careless_response(request, code), f"its status is {code}")


def _foreign_types(request: Request, *, opted_in: bool) -> Iterator[str]:
    """Types that no file of an extension has, and no page or data that is opted in; none for what is neither.

    An application that heeds Accept may answer a page with data, and data with a page.
    """
    extension, json = request.extension, request.path.startswith("/api/")
    own = {kind: kind.partition(";")[0] for kind in FOREIGN_TYPES}
    if extension in STATIC_EXTENSIONS:
        yield from (kind for kind in own if extension not in DATA_EXTENSIONS or not own[kind].endswith("json"))
    elif opted_in:
        yield from (kind for kind in own if not (own[kind].endswith("json") if json else own[kind] == "text/html"))


def _typed_as(kind: str, response: Response) -> Response:
    kept = tuple(pair for pair in response.headers if pair[0] != "content-type")
    return Response(response.code, (*kept, ("content-type", kind)) if kind else kept)


def _case(request: Request) -> Trial:
    return Trial(request, careless_response(request))


def _credentials(policy: EdgePolicy) -> Iterator[tuple[tuple[str, str], ...]]:
    yield from CREDENTIALS
    yield (("authorization", ""), ("cookie", "theme=dark"))
    for name in policy.session_cookie_names:
        yield (("cookie", f"{name}.0=abc; {name}.1=def"),)
        yield (("cookie", f"_ga=GA1.1.2; __Host-{name}=abc"),)
        yield (("cookie", f"_ga=GA1.1.2; _ga_X=GS2; __Secure-{name}=abc"),)
        yield (("cookie", f"{name}=abc"),)
        yield (("cookie", f"theme=dark; {name}=; lang=en"),)
        yield (("cookie", f"{name.swapcase()}=abc"),)
        yield (("cookie", "theme=dark"), ("cookie", f"{name}=abc"))


def _public_paths(policy: EdgePolicy) -> Iterator[str]:
    """Paths of every class, and files that Cloudflare would cache by their extension."""
    yield from ("/", "/index.html", "/dashboard", "/app.css")
    yield from (f"{STATIC_PREFIX}app.{extension}" for extension in FILE_TYPES)
    yield from (f"{STATIC_PREFIX}img/logo.png", f"{STATIC_PREFIX}logo.svg", "/logo.webp", "/mugshot.jpg")
    yield from (f"/contracts/7.{extension}" for extension in DOCUMENT_EXTENSIONS)
    yield f"{STATIC_PREFIX}contract.pdf"
    yield from policy.public_html_paths
    for prefix in policy.public_api_prefixes:
        bare = prefix.rstrip("/")
        yield from (bare, f"{bare}/courts", f"{bare}/courts.json", f"{bare}/form.pdf")
