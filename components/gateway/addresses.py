"""Addresses in an answer of the application: none leaves with a port or a name of the inside. Pure.

An application that does not read X-Forwarded-Host builds addresses of what it listens on: `http://localhost:3000/x`.
Where it sends people (Location, Refresh) is put right; what says where something is (Link, Content-Location, SourceMap)
is left out, since nginx rewrites no other header (nginx documentation, proxy_redirect). Browsers read a backslash as a
slash, any number of slashes behind another scheme, and a host whose last label is a number as an address (WHATWG URL,
4.4 and 3.5; unverified 2026-11-30), so these spellings are met as well.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .directives import Directive, block, directive

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

TOLD = {
    "Content-Location": "$told_content_location",
    "Link": "$told_link",
    "SourceMap": "$told_sourcemap",
    "X-SourceMap": "$told_x_sourcemap",
    **{
        f"X-Nextjs-{kind}": f"$told_x_nextjs_{kind.lower().replace('-', '_')}"
        for kind in ("Rewrite", "Redirect", "Matched-Path", "Rewritten-Path")
    },
    "Refresh": "$told_refresh",
}
"""Headers that leave as a variable says: as the application wrote them, or not at all; Refresh put right. Those of
Next.js its own router in the browser reads; they are paths as a rule (Next.js source; unverified)."""

_HOST = r"[^/\\:?#@\s]+"
_INNER = (
    r"[a-z0-9_-]+",  # one label: localhost, a Service, a pod, an upstream of nginx
    # names of clusters, clouds and networks alone (RFC 6761, RFC 6762, RFC 8375; Kubernetes documentation, DNS for
    # Services and Pods; ICANN, .internal), and of load balancers, past which the CDN would not be asked
    rf"{_HOST}\.(?:svc|cluster\.local|local|localhost|localdomain|internal|intranet|lan|home\.arpa|test|invalid)",
    rf"{_HOST}\.(?:elb|compute(?:-1)?)(?:\.[a-z0-9-]+)?\.amazonaws\.com(?:\.cn)?",
    rf"{_HOST}\.[a-z0-9-]+\.elb\.amazonaws\.com(?:\.cn)?",
    rf"(?:{_HOST}\.)?(?:0x[0-9a-f]*|[0-9]+)",  # addresses, of the inside or of the origin: 127.1, 0x7f.1
    r"\[[0-9a-f:.%]+\]",
    r"[^/\\:?#@\s]*%[0-9a-f]{2}[^/\\:?#@\s]*",  # one of these names, escaped: nobody has such a name
)
_ORIGIN_LABELS = r"(?:lb|nlb|alb|elb|origin)[0-9]*(?:-[a-z0-9-]+)?"
"""First labels of names in our zone that lead past the edge."""
_NOT_ORIGIN = rf"(?!{_ORIGIN_LABELS}\.)"
_BEGIN = r"(?:http:[/\\]*|https:[/\\]{2,}|[/\\]{2,})(?:[^/\\?#@\s]*@)?"
_PORT = r"\.*(?::[0-9]*)?"
_MORE = r"(?:[^/\\?#a-z0-9._@%\x80-\xff-][^/\\?#@]*)?"
"""What no name of a host has, behind one: `localhost;x` and `localhost:x`, which nobody can ask."""


@dataclass(frozen=True)
class Names:
    """What is known of names.

    Attributes:
        zones: all names in them are ours.
        namespaces: of the pods behind the gateway; `web.production:3000` is one of them.
    """

    zones: tuple[str, ...]
    namespaces: tuple[str, ...] = ()

    @property
    def own(self) -> str:
        """The expression of our names."""
        return rf"{_NOT_ORIGIN}{self.of_zone}"

    @property
    def of_zone(self) -> str:
        """The expression of names in our zone."""
        return rf"(?:[a-z0-9-]+\.)*(?:{_any(map(re.escape, self.zones))})"

    @property
    def spaces(self) -> str:
        """The expression of namespaces of pods."""
        return _any(map(re.escape, ("default", "prod", "staging", *self.namespaces)))

    @property
    def inner(self) -> str:
        """The expression of names and addresses of the inside."""
        zones, spaces = _any(map(re.escape, self.zones)), self.spaces
        # without a port it may be somebody's domain
        return _any((*_INNER, rf"{_ORIGIN_LABELS}\.(?:{zones})", rf"{_HOST}\.(?:{spaces})(?=\.*:[0-9])"))


def redirects(names: Names) -> Iterator[Directive]:
    """Where the application sends people: without the port, with TLS, and to a name of ours.

    The whole address is written, since `//x` behind an inner name would be another host's without it. A cookie for an
    inner name, or with a port, no browser takes: it still does not, and the name does not leave (RFC 6265, 5.3; RFC
    2606, .invalid). An address with a tab is read without it (WHATWG URL, 4.4), as whatever that makes: nobody is sent
    there.
    """
    yield directive("proxy_redirect", r"~\t", "https://$host/")
    rest = rf"{_MORE}(?<told_rest>[/\\?#].*)?$"
    yield directive(
        "proxy_redirect", rf"~*^{_BEGIN}(?<told_host>{names.own}){_PORT}{rest}", "https://$told_host$told_rest"
    )
    yield directive("proxy_redirect", rf"~*^{_BEGIN}(?:{names.inner}){_PORT}{rest}", "https://$host$told_rest")
    inside = rf"(?:{names.inner}|{_HOST}\.(?:{names.spaces}))"
    yield directive("proxy_cookie_domain", rf"~^\.?(?:(?!{names.own}$){inside}{_PORT}|.*:.*)$", "invalid")


def told_addresses(names: Names) -> Iterator[Directive]:
    """Headers that say where something is: not with an inner name, nor with a port of one of ours."""
    # of a parameter of Link, too (RFC 8288, 3.2)
    inner = (
        rf"~*(?:^|[<\s\x22\x27]|;anchor=){_BEGIN}"
        rf"(?:(?!{names.own}[./\\?#>:\x22\x27])(?:{names.inner}){_PORT}|(?:{names.own})\.*:[0-9]*)"
        r"(?![^/\\?#\s<>\x22\x27]*@)(?:[^a-z0-9._@%\x80-\xff-]|$)"
    )
    tab = r"~<[^>]*\t|^[^<]*\t[^<]*$"
    for header, variable in TOLD.items():
        said = f"$upstream_http_{header.lower().replace('-', '_')}"
        cases = tuple(_refreshes(names)) if header == "Refresh" else (directive(inner, ""), directive(tab, ""))
        yield block("map", said, variable, body=[directive("default", said), *cases])


def _refreshes(names: Names) -> Iterator[Directive]:
    """As `redirects`; browsers take an address with and without `url=`, and with quotes (HTML, Refresh pragma)."""
    before = rf"~*^(?<refresh_begin>[ \t]*[0-9.]*[;, \t]*(?:url[ \t]*=[ \t]*)?[\x22\x27]?[ \t]*){_BEGIN}"
    more = r"(?:[^/\\?#a-z0-9._@%\x80-\xff\x22\x27-][^/\\?#@\x22\x27]*)?"
    rest = rf"{more}(?<refresh_rest>[/\\?#\x22\x27][ -~\x80-\xff]*)?$"
    # a tab inside of the address, which browsers drop
    yield directive(r"~*[/\\].*\t|[^\s\d;,=\x22\x27]\t+[^\s\d;,=\x22\x27]", "")
    ours = rf"{before}{_NOT_ORIGIN}(?<refresh_host>{names.of_zone}){_PORT}{rest}"
    yield directive(ours, "${refresh_begin}https://$refresh_host$refresh_rest")
    yield directive(rf"{before}(?:{names.inner}){_PORT}{rest}", "${refresh_begin}https://$host$refresh_rest")


def _any(expressions: Iterable[str]) -> str:
    return "|".join(expressions)
