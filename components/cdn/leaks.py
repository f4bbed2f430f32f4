"""Proves that nothing personal can be cached: evaluates the rules on many requests and collects what would be stored.

What counts as personal is decided here, apart from the rules and more strictly: a path is private when any reading of
it, decoded as an origin might, lies under a private prefix. The origin of the corpus is the most careless one: it calls
every response public and gives it the Content-Type of its extension, so that only the rules stand in the way. Where
the vendor's documents allow two readings, the one that stores counts: Cache Deception Armor is no obstacle, and neither
is a firewall rule, since whether those run below /cdn-cgi/ is not said.
"""

from __future__ import annotations

import dataclasses
import re
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING
from urllib.parse import unquote

from components.cdn.exchange import Request, Response, normalise_path
from components.cdn.explain import DOCUMENT_EXTENSIONS, evaluate, may_be_cached
from components.cdn.policy import IMAGE_EXTENSIONS, STATIC_PREFIX

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from components.cdn.edge_rules import EdgeRules
    from components.cdn.policy import EdgePolicy

_TYPES = {"css": "text/css", "js": "text/javascript", "svg": "image/svg+xml", "pdf": "application/pdf"}
STATIC_EXTENSIONS = frozenset(("css", "js", *IMAGE_EXTENSIONS))
_TRANSFORMATION = re.compile(r"/cdn-cgi/image/[^/]*(?P<source>/.*)")
_DECODINGS = 2
"""How often an origin may decode a path: the web server once, the application's router once more."""

FOREIGN_TYPES = (
    *("text/html; charset=utf-8", "application/xhtml+xml", "application/json", "application/problem+json", ""),
    *(
        "application/octet-stream",
        "application/pdf",
        "text/csv",
        "text/plain",
        "multipart/mixed",
        "image/png, text/html",
    ),
)
"""Content-Types that no style sheet, script or image has, empty for a response without one: what an application that
ignores the end of a path answers to `/dashboard/x.css`."""

PERSONAL_RESPONSES: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = (
    ("Set-Cookie", (("set-cookie", "session=abc; HttpOnly"),)),
    ("Cache-Control: private", (("cache-control", "private"),)),
    ("Cache-Control: no-store", (("cache-control", "public, No-Store"),)),
    ("Vary: Cookie", (("vary", "Accept-Encoding, Cookie"),)),
    ("Vary: Authorization", (("vary", "Authorization"),)),
)
"""What a response carries that belongs to one visitor."""


@dataclass(frozen=True)
class Leak:
    """A personal response that the edge would store."""

    url: str
    because: str
    """What makes the request or its response personal."""
    allowed_by: str
    """Refs of the rules that matched, in their order."""

    def __str__(self) -> str:
        return f"{self.url}: {self.because}, and would be cached; rules: {self.allowed_by}"


@dataclass(frozen=True)
class Audit:
    """The outcome of an audit."""

    requests: int
    """How many pairs of request and response were evaluated."""
    cached: int
    """How many harmless ones among them are cached: a proof over rules that cache nothing would prove nothing."""
    leaks: tuple[Leak, ...]


@dataclass(frozen=True)
class _Case:
    request: Request
    response: Response
    because: str
    """Why it must not be cached; empty for a harmless one."""


def audit(rules: EdgeRules, policy: EdgePolicy, urls: Iterable[str] = ()) -> Audit:
    """Evaluate the rules on a generated corpus and on URLs of the user.

    Args:
        rules: those of the policy or of a plan.
        policy: names the hosts, the private prefixes and the session cookies.
        urls: absolute URLs to try as well: as they are, signed in, and with personal responses.

    Raises:
        ValueError: a URL has no host.
    """
    rules = dataclasses.replace(rules, firewall=())
    cases = chain(_corpus(policy), chain.from_iterable(_variants(policy, Request.of(url)) for url in urls))
    requests = cached = 0
    leaks: list[Leak] = []
    for case in cases:
        requests += 1
        if not may_be_cached(rules, case.request):
            continue
        found = evaluate(rules, case.request, case.response)
        if not found.cacheable:
            continue
        if case.because:
            url = f"https://{case.request.host}{case.request.path}"
            leaks.append(Leak(url, case.because, ", ".join(found.rules)))
        else:
            cached += 1
    return Audit(requests, cached, tuple(leaks))


def careless_response(request: Request, code: int = 200) -> Response:
    """An origin that calls everything public and says of every file that it is what its extension claims."""
    extension = request.extension
    image = f"image/{'jpeg' if extension == 'jpg' else extension}" if extension in IMAGE_EXTENSIONS else "text/html"
    return Response.of(code, {"Cache-Control": "public, max-age=600", "Content-Type": _TYPES.get(extension, image)})


def personal_reason(policy: EdgePolicy, request: Request) -> str:
    """Why a request's response belongs to somebody, or "" where it does not."""
    if any(name == "authorization" for name, _ in request.headers):
        return "it carries Authorization"
    names = {pair.split("=", 1)[0].strip().lower() for pair in request.cookie.split(";")}
    session = names & {name.lower() for name in policy.session_cookie_names}
    if session:
        return f"it carries the session cookie {min(session)}"
    private = _private_prefix(policy, request.path)
    if private:
        return f"its path can be read as {private}"
    if request.extension in DOCUMENT_EXTENSIONS:
        return f"it is a document ({request.extension})"
    return ""


def _private_prefix(policy: EdgePolicy, path: str) -> str:
    for reading in chain.from_iterable(_sources(text) for text in _readings(path)):
        for prefix in policy.all_private_prefixes():
            if reading == prefix or reading.startswith(f"{prefix.rstrip('/')}/"):
                return prefix
    return ""


def _sources(path: str) -> Iterator[str]:
    """The path, and where it is an image transformation what it transforms: a path, or a URL whose host is dropped."""
    yield path
    if match := _TRANSFORMATION.fullmatch(path):
        yield match["source"]
        yield re.sub(r"^/https?:/[^/]*", "", match["source"])


def _readings(path: str) -> Iterator[str]:
    """The path as the rules see it, and as origins might: decoded, without path parameters or NUL, in lower case."""
    for _ in range(_DECODINGS + 1):
        yield normalise_path(path).lower()
        yield normalise_path(re.sub(r";[^/]*", "", path)).lower()
        yield normalise_path(path.replace("\0", "")).lower()
        path = unquote(path)


def _corpus(policy: EdgePolicy) -> Iterator[_Case]:
    hosts = policy.host_names()
    public, private = tuple(_public_paths(policy)), tuple(_private_paths(policy))
    for host in hosts:
        for path in public:
            yield from _variants(policy, Request(host=host, path=path))
        for path in private:
            yield _case(policy, Request(host=host, path=normalise_path(path)))


def _variants(policy: EdgePolicy, request: Request) -> Iterator[_Case]:
    """A request as it is, with every kind of credentials, and with every kind of personal response."""
    yield _case(policy, request)
    for headers in _credentials(policy):
        yield _case(policy, Request(host=request.host, path=request.path, query=request.query, headers=headers))
    reason = personal_reason(policy, request)
    plain = careless_response(request)
    for name, headers in PERSONAL_RESPONSES:
        replaced = {key for key, _ in headers}
        kept = tuple(pair for pair in plain.headers if pair[0] not in replaced)
        yield _Case(request, Response(200, (*kept, *headers)), reason or f"its response carries {name}")
    for kind in FOREIGN_TYPES if request.extension in STATIC_EXTENSIONS else ():
        yield _Case(request, _typed_as(kind, plain), reason or f"its Content-Type is {kind or 'missing'}")
    for code in (302, 404, 500):
        yield _Case(request, careless_response(request, code), reason or f"its status is {code}")


def _typed_as(kind: str, response: Response) -> Response:
    kept = tuple(pair for pair in response.headers if pair[0] != "content-type")
    return Response(response.code, (*kept, ("content-type", kind)) if kind else kept)


def _case(policy: EdgePolicy, request: Request) -> _Case:
    return _Case(request, careless_response(request), personal_reason(policy, request))


def _credentials(policy: EdgePolicy) -> Iterator[tuple[tuple[str, str], ...]]:
    yield (("authorization", "Bearer abc"),)
    yield (("authorization", ""), ("cookie", "theme=dark"))
    for name in policy.session_cookie_names:
        yield (("cookie", f"{name}=abc"),)
        yield (("cookie", f"theme=dark; {name}=; lang=en"),)
        yield (("cookie", f"{name.swapcase()}=abc"),)
        yield (("cookie", "theme=dark"), ("cookie", f"{name}=abc"))


def _public_paths(policy: EdgePolicy) -> Iterator[str]:
    """Paths of every class, and files that Cloudflare would cache by their extension."""
    yield from ("/", "/index.html", "/dashboard", f"{STATIC_PREFIX}app.css", f"{STATIC_PREFIX}app.js", "/app.css")
    yield from (f"{STATIC_PREFIX}img/logo.png", f"{STATIC_PREFIX}logo.svg", "/logo.webp", "/mugshot.jpg")
    yield from (f"/contracts/7.{extension}" for extension in DOCUMENT_EXTENSIONS)
    yield f"{STATIC_PREFIX}contract.pdf"
    yield from policy.public_html_paths
    for prefix in policy.public_api_prefixes:
        bare = prefix.rstrip("/")
        yield from (bare, f"{bare}/courts", f"{bare}/courts.json", f"{bare}/form.pdf")


def _private_paths(policy: EdgePolicy) -> Iterator[str]:
    """Every private prefix in the spellings that have led caches astray: suffixes, case, dots, slashes, escapes."""
    bases = (STATIC_PREFIX.rstrip("/"), *(path.rstrip("/") for path in policy.public_api_prefixes))
    for prefix in policy.all_private_prefixes():
        name = prefix.lstrip("/")
        yield from (prefix, f"{prefix}/", f"{prefix}/1", f"{prefix}/1.css", f"{prefix}/1/app.js", f"{prefix}/id.png")
        yield from (f"{prefix}/bond.pdf", f"{prefix.upper()}/1.css", f"{prefix.title()}/id.png", f"/{prefix}/1.js")
        yield from (f"/%{ord(name[0]):02x}{name[1:]}/1.css", f"{prefix};x/1.css", f"/{name}/..;/x.css")
        yield f"/%25{ord(name[0]):02x}{name[1:]}/1.css"
        yield from (
            f"/{name.replace('/', ';v=1/', 1)};x/id.png",
            f"/img/..;/{name}/id.png",
            f"/img/..%3b/{name}/id.png",
        )
        yield from (f"/img/.%00./{name}/id.png", f"/cdn-cgi/image/width=320{prefix}/id.png")
        yield f"/cdn-cgi/image/width=320/https://{policy.hosts.app}{prefix.upper()}/id.png"
        for base in bases:
            yield from (f"{base}/..{prefix}/1.css", f"{base}/%2e%2e{prefix}/id.png", f"{base}\\..\\{name}\\1.js")
            yield from (f"{base}/..;{prefix}/id.png", f"/cdn-cgi/image/format=auto{base}/..{prefix}/id.png")
            yield from (f"{base}/..%2f{name}/1.css", f"{base}/..%2F{name.upper()}%2Fid.png")
            yield from (
                f"{base}/..%5c{name}%5c1.js",
                f"{base}/%252e%252e%252f{name}/1.css",
                f"{base}/;/..{prefix}/1.js",
            )
