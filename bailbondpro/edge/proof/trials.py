"""What the audit tries: requests and responses on every host, as the most careless origin answers them.

It calls every response public and gives it the Content-Type of its extension, so that only the rules stand in the way.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from typing import TYPE_CHECKING

from bailbondpro.edge.cache_classes import DOCUMENT_EXTENSIONS, api_hosts, image_hosts, static_hosts
from bailbondpro.edge.cache_control import OPEN_CONTROLS
from bailbondpro.edge.exchange import Request, Response, normalise_path
from bailbondpro.edge.personal import TARGETED_HEADERS
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
from bailbondpro.edge.proof.sources import source_requests

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bailbondpro.edge.policy import EdgePolicy

_TYPES = {**FILE_TYPES, "svg": "image/svg+xml", "pdf": "application/pdf"}
STATIC_EXTENSIONS = frozenset((*FILE_TYPES, *IMAGE_EXTENSIONS))
DATA_EXTENSIONS = frozenset(("map", "webmanifest"))
"""Files that are JSON by their own type, and nobody's."""


@dataclass(frozen=True)
class Trial:
    """A request and what the origin answers."""

    request: Request
    response: Response
    because: str = ""
    """What of the exchange forbids to cache it, whatever the address and the headers of the request say; else empty."""


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
        yield from (_case(Request(host=host, path=path)) for path in _outside(policy))
        for path in private:
            yield _case(Request(host=host, path=normalise_path(path), received=path))
    for host in image_hosts(policy):  # where any path is cached that ends like an image
        for path in chain.from_iterable(map(odd_spellings, private_names(policy))):
            # with one and with two spaces, which alone are no odd escapes
            for asked in (f"{path}/id.png", f"{path}/i%20d.png", f"{path}/i%20d%20x.png"):
                yield _case(Request(host=host, path=normalise_path(asked), received=asked))
    yield from map(_case, source_requests(policy))
    for extension in IMAGE_EXTENSIONS:  # those that are no public path below
        for host, path in ((policy.hosts.cdn, f"{STATIC_PREFIX}app"), (policy.hosts.images, "/app")):
            yield from _as_a_file(Request(host=host, path=f"{path}.{extension}"))


def trials(policy: EdgePolicy, request: Request) -> Iterator[Trial]:
    """A request as it is, with every kind of credentials, and with every kind of personal response."""
    yield _case(request)
    opted_in = request.path in policy.public_html_paths or request.path.startswith(policy.public_api_prefixes)
    cookies = (*(f"{name}=abc" for name in SESSION_COOKIES), *HIDDEN_COOKIES)
    unknown = tuple((("cookie", cookie),) for cookie in cookies) if opted_in else ()
    for headers in (*_credentials(policy), *unknown):
        yield _case(dataclasses.replace(request, headers=headers))
    for name in UNKEYED_HEADERS if opted_in and request.host in api_hosts(policy) else ():
        changed = dataclasses.replace(request, headers=((name, "1"),))
        yield Trial(changed, careless_response(changed), f"it carries {name}, which is in no cache key")
    # a query of a hashed file is taken away, so one list is enough to see it
    queries = UNKNOWN_QUERIES if opted_in or request.host in image_hosts(policy) else ()
    for query in (*SIGNED_QUERIES, *queries):
        signed = f"{request.query}&{query}" if request.query else query
        yield _case(dataclasses.replace(request, query=signed, headers=()))
    for method in ("POST", "PUT", "OPTIONS"):
        written = dataclasses.replace(request, method=method)
        yield Trial(written, careless_response(written), f"it is the answer to a {method}")
    yield from _answers(policy, request, opted_in=opted_in)


def _answers(policy: EdgePolicy, request: Request, *, opted_in: bool) -> Iterator[Trial]:
    """One request with every kind of response that must not be kept for others."""
    plain = careless_response(request)
    further = FURTHER_RESPONSES if request.host not in static_hosts(policy) else ()
    for name, headers in (*PERSONAL_RESPONSES, *further):
        replaced = {key for key, _ in headers}
        kept = tuple(pair for pair in plain.headers if pair[0] not in replaced)
        yield Trial(request, Response(200, (*kept, *headers)), f"its response carries {name}")
    for control in OPEN_CONTROLS[1:] if opted_in else ():
        unsaid = tuple((name, control if name == "cache-control" else value) for name, value in plain.headers)
        yield Trial(
            request, Response(200, unsaid), f"its Cache-Control is {control}, which names no lifetime of a page"
        )
    yield from _as_another(request, plain, opted_in=opted_in)
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


def _as_a_file(request: Request) -> Iterator[Trial]:
    """What one extension decides by itself: a file as it is, and answers that no build gives for it."""
    yield _case(request)
    yield from _as_another(request, careless_response(request), opted_in=False)


def _as_another(request: Request, plain: Response, *, opted_in: bool) -> Iterator[Trial]:
    """Answers of a type that the path does not promise, and, of a file, ones that speak to caches of one kind."""
    for kind in _foreign_types(request, opted_in=opted_in):
        typed = _typed_as(kind, plain)
        yield Trial(request, typed, f"its Content-Type is {kind or 'missing'}")
        if not kind:
            # Another header with the words in its name, which the gateway puts on every answer.
            sniffed = Response(typed.code, (*typed.headers, ("x-content-type-options", "nosniff")))
            yield Trial(request, sniffed, "its Content-Type is missing")
    for name in TARGETED_HEADERS if request.extension in STATIC_EXTENSIONS else ():
        spoken = Response(200, (*plain.headers, (name, "max-age=60")))
        yield Trial(request, spoken, f"its response carries {name}, which no build says of a file")


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


def _outside(policy: EdgePolicy) -> Iterator[str]:
    """Paths that miss a class by one condition: the folder, the extension, or a whole segment of the prefix."""
    yield from (f"{STATIC_PREFIX}page", f"{STATIC_PREFIX}data.xml", "/team/app.js", "/team/app.woff2", "/other.xml")
    yield from ("/team/anna.png", "/api/other")
    for prefix in policy.public_api_prefixes:
        bare = prefix.rstrip("/")
        yield from (f"{bare}-records", f"{bare}/courts.xml", f"{bare}/court.png")
