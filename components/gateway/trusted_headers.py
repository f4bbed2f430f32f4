"""Request headers that applications take for the word of a proxy: the gateway sets each or lets none pass. Pure.

A client may send any header. Frameworks believe some of them, because in their world a proxy writes them: who asks, for
which host, over which protocol, signed in as whom. This proxy writes those of `SET`; of every other name that a
framework is known to believe nothing arrives. Names with an underscore or a dot, which CGI-like servers take for
hyphens, nginx drops before (nginx documentation, underscores_in_headers, ignore_invalid_headers).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from .claimed_headers import CLAIMED
from .stripped_headers import BY_SOURCE
from .stripped_identities import IDENTITIES

if TYPE_CHECKING:
    from collections.abc import Iterator

PUBLIC_PORT = 443
"""The port that visitors use; the gateway's own is nobody's business."""


@dataclass(frozen=True)
class TrustedHeader:
    """A header and who believes it.

    Attributes:
        name: as it is written.
        value: what the gateway sends to the application; empty: the header does not arrive.
        source: whose documentation or code reads it.
    """

    name: str
    value: str
    source: str


SET = (
    TrustedHeader("Host", "$host", "RFC 9110, 7.2; one of the server's own names"),
    # set, not appended to: what a client claims about itself is not evidence
    TrustedHeader("X-Forwarded-For", "$remote_addr", "every framework; MDN, X-Forwarded-For"),
    TrustedHeader("X-Forwarded-Host", "$host", "Next.js, Express, Rack, Django, Symfony; MDN, X-Forwarded-Host"),
    TrustedHeader("X-Forwarded-Port", str(PUBLIC_PORT), "Rack::Request, Symfony, Spring ForwardedHeaderFilter"),
    TrustedHeader("X-Forwarded-Proto", "$scheme", "every framework; MDN, X-Forwarded-Proto"),
    TrustedHeader("X-Real-IP", "$remote_addr", "nginx convention; request-ip (npm), ASP.NET, Go chi RealIP"),
    TrustedHeader("X-Request-Id", "$request_id", "Rails RequestId, Heroku convention; logs are joined by it"),
    TrustedHeader("CF-Connecting-IP", "$remote_addr", "Cloudflare documentation, HTTP headers; request-ip (npm)"),
)
"""What the gateway says itself."""


def _stripped() -> Iterator[TrustedHeader]:
    for source, names in (*BY_SOURCE, *IDENTITIES):
        yield from (TrustedHeader(name, "", source) for name in names)
    listed = {name.lower() for _, names in (*BY_SOURCE, *IDENTITIES) for name in names}
    listed |= {header.name.lower() for header in SET}
    for source, names in CLAIMED:
        for name in names:
            if name.lower() not in listed:
                listed.add(name.lower())
                yield TrustedHeader(name, "", source)


STRIPPED = tuple(_stripped())
"""What never arrives."""

CREDENTIALS = (
    TrustedHeader("Authorization", "", "RFC 9110, 11.6.2"),
    TrustedHeader("Cookie", "", "RFC 6265, 5.4"),
)
"""What hosts of public files do not pass on either: an application that knows nobody can answer nobody's data."""
