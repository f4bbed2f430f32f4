"""What visitors read when the gateway answers an error itself: a page for who asks for pages, else JSON. Pure.

An application's own errors pass unchanged. Nothing of these is ever cached, and none names a host, port or version.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from .directives import Directive, block, directive

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

ERROR_FOLDER = "/_error/"
"""Inside nginx only: no client can ask for it."""
ERROR_KINDS = ("page", "json")
LIMITED_RETRY_SECONDS = 1
"""A zone admits at least one request a second, so the next one passes after one."""
FAILED_RETRY_SECONDS = 5
"""Pods come back, or are left out, within a few probes (by judgement)."""
MAINTENANCE_RETRY_SECONDS = 60
"""nginx itself answers 503 in a maintenance alone, which somebody ends (by judgement)."""
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
"""What applications are asked (RFC 9110, 9.3; RFC 5789). TRACE and CONNECT are for proxies; others belong to caches,
servers and file systems: PURGE, DEBUG, TRACK, PROPFIND."""
READING_METHODS = ("GET", "HEAD", "OPTIONS")


@dataclass(frozen=True)
class _Error:
    status: int
    title: str
    detail: str


_ERRORS = (
    _Error(400, "Bad request", "This request cannot be understood."),
    _Error(401, "Unauthorized", "Please sign in."),
    _Error(403, "Forbidden", "You may not see this."),
    _Error(404, "Not found", "There is nothing at this address."),
    _Error(405, "Method not allowed", "This address does not take that method."),
    _Error(413, "Content too large", "The upload is larger than we take."),
    _Error(414, "URI too long", "This address is too long."),
    _Error(421, "Misdirected request", "This host does not answer here."),
    _Error(429, "Too many requests", "Please wait a moment and try again."),
    _Error(431, "Request header fields too large", "The cookies or headers of this request are too large."),
    _Error(500, "Internal server error", "Something went wrong. Please try again."),
    _Error(501, "Not implemented", "This request cannot be served."),
    _Error(502, "Bad gateway", "We will be back in a moment. Please try again."),
    _Error(503, "Service unavailable", "We are working on this and will be back soon. Please try again later."),
    _Error(504, "Gateway timeout", "The answer took too long. Please try again."),
)
"""Names: RFC 9110, 15; RFC 6585. 405 and 421 have their reasons in RFC 9110, 15.5.6 and 15.5.20."""
_NGINX_OWN = {
    494: 431,  # too large a header
    495: 400,  # a client certificate that does not verify
    496: 400,  # no client certificate
    497: 400,  # plain HTTP on the port of TLS
}
"""Statuses of nginx's own, and what clients are told (nginx documentation, ngx_http_ssl_module, Error Processing)."""

_TYPES = ("text/html", "application/problem+json")
_PROBLEM = (
    '{"type":"about:blank","title":"$error_title","status":$status,"detail":"$error_detail",'
    '"request_id":"$request_id"}\n'
)
"""RFC 9457; request_id joins it with the logs."""
_JSON = r"application/([\w.+-]*\+)?json"
_NEVER = r"(;[^,]*)?;\s*q\s*=\s*0+(\.0*)?\s*([;,]|$)"
"""A range of Accept has the weight 0: it must not be the answer (RFC 9110, 12.4.2)."""
_LOW = r"(;[^,]*)?;\s*q\s*=\s*0(\.\d*)?\s*([;,]|$)"
"""A range of Accept has a weight below 1."""
_FULL_PAGE, _LOW_PAGE = rf"(.*,)?\s*text/html\s*(?!{_LOW})([;,]|$)", rf"(.*,)?\s*text/html\s*{_LOW}"
_FULL_JSON, _LOW_JSON = rf"(.*,)?\s*{_JSON}\s*(?!{_LOW})([;,]|$)", rf"(.*,)?\s*{_JSON}\s*{_LOW}"
_PAGE = (
    '<!doctype html><html lang="en"><head><meta charset="utf-8">'
    '<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="robots" content="noindex">'
    "<title>$error_title</title></head><body><h1>$error_title</h1><p>$error_detail</p>"
    "<p><small>$status $request_id</small></p></body></html>\n"
)
"""Also the page of a maintenance. No style, script or image: it must show where nothing else does."""


def error_maps() -> Iterator[Directive]:
    """Titles, details, the kind of answer and the headers that belong to a status."""
    yield _map("$status", "$error_title", "Error", ((str(error.status), error.title) for error in _ERRORS))
    yield _map("$status", "$error_detail", "", ((str(error.status), error.detail) for error in _ERRORS))
    retried = {429: LIMITED_RETRY_SECONDS, 503: MAINTENANCE_RETRY_SECONDS} | dict.fromkeys(
        (502, 504), FAILED_RETRY_SECONDS
    )
    yield _map("$status", "$error_retry_after", "", ((str(status), str(after)) for status, after in retried.items()))
    page, json = f"{ERROR_FOLDER}page", f"{ERROR_FOLDER}json"
    kinds = (
        (rf"~*(^|,)\s*text/html\s*{_NEVER}", json),
        # what has a lower weight gives way, wherever it stands; of equal ones, and of two lower ones, the first counts
        (rf"~*^(?={_FULL_PAGE})(?={_LOW_JSON})(?!{_FULL_JSON})", page),
        (rf"~*^(?={_FULL_JSON})(?={_LOW_PAGE})(?!{_FULL_PAGE})", json),
        (rf"~*^\s*{_JSON}\s*(?!{_NEVER})", json),
        (rf"~*(^|,)\s*text/(html|\*)\s*(?!{_NEVER}|[^\s;,])", page),
        (rf"~*(^|,)\s*(application/\*|{_JSON})\s*{_NEVER}", page),
    )
    # scripts and programs that say nothing get what they can read
    yield _map("$http_accept", "$error_answer", f"{ERROR_FOLDER}json", kinds)
    for variable, methods in (("$methods", METHODS), ("$reading_methods", READING_METHODS)):
        yield _map("$status", variable, "", (("405", ", ".join(methods)),))


def _map(source: str, variable: str, default: str, cases: Iterable[tuple[str, str]]) -> Directive:
    return block(
        "map", source, variable, body=[directive("default", default), *(directive(key, said) for key, said in cases)]
    )


def error_pages(headers: tuple[Directive, ...], *, read_only: bool) -> Iterator[Directive]:
    """Of one server.

    Args:
        headers: what every answer carries; a location with headers of its own inherits none.
        read_only: the server takes no method that writes.
    """
    yield directive("error_page", *(error.status for error in _ERRORS), "$error_answer")
    for status, told in _NGINX_OWN.items():
        yield directive("error_page", status, f"={told}", "$error_answer")
    for kind, content_type, body in zip(ERROR_KINDS, _TYPES, (_PAGE, _PROBLEM), strict=True):
        yield block(
            "location",
            "=",
            f"{ERROR_FOLDER}{kind}",
            body=[
                directive("internal"),
                directive("default_type", content_type),
                *headers,
                directive("add_header", "Cache-Control", "no-store", "always"),
                directive("add_header", "Retry-After", "$error_retry_after", "always"),
                directive("add_header", "Allow", "$reading_methods" if read_only else "$methods", "always"),
                # the status stays the error's (nginx documentation, error_page without a response code)
                directive("return", 200, body),
            ],
        )


def refused_methods(methods: tuple[str, ...]) -> Directive:
    """Any other method gets status 405."""
    return block("if", "($request_method", "!~", f"^({'|'.join(methods)})$)", body=[directive("return", 405)])
