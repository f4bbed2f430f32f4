"""Addresses in an answer of the application: none leaves with a port or a name of the inside. Pure.

An application that does not read X-Forwarded-Host builds addresses of what it listens on: `http://localhost:3000/x`.
Where it sends people (Location, Refresh) is put right; what says where something is (Link, Content-Location) is left
out, since nginx rewrites no other header (nginx documentation, proxy_redirect).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from .directives import Directive, block, directive

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

TOLD = {"Content-Location": "$told_content_location", "Link": "$told_link"}
"""Headers that leave as the application wrote them, or not at all; the variable is empty then."""

_INNER = (
    r"[a-z0-9_-]+",  # one label: localhost, a Service, a pod, an upstream of nginx
    # names of clusters, clouds and networks alone (RFC 6761, RFC 6762, RFC 8375; Kubernetes documentation, DNS for
    # Services and Pods; ICANN, .internal), and of load balancers, past which the CDN would not be asked
    r"[^/:?#\s]+\.(?:svc|cluster\.local|local|localhost|localdomain|internal|intranet|lan|home\.arpa)",
    r"[^/:?#\s]+\.(?:elb|compute(?:-1)?)(?:\.[a-z0-9-]+)?\.amazonaws\.com",
    r"[^/:?#\s]+\.[a-z0-9-]+\.elb\.amazonaws\.com",
    r"[0-9]{1,3}(?:\.[0-9]{1,3}){3}",  # addresses, of the inside or of the origin
    r"\[[0-9a-f:.]+\]",
)
_BEGIN = r"(?:https?:)?//(?:[^/?#@\s]*@)?"
_REST = r"(?<told_rest>[/?#].*)?$"


def redirects(names: tuple[str, ...]) -> Iterator[Directive]:
    """Where the application sends people: without the port, with TLS, and to a name of ours.

    The whole address is written, since `//x` behind an inner name would be another host's without it.

    Args:
        names: of every host that is served.
    """
    own = _any(map(re.escape, names))
    yield directive(
        "proxy_redirect", rf"~*^{_BEGIN}(?<told_host>{own})\.?(?::[0-9]*)?{_REST}", "https://$told_host$told_rest"
    )
    yield directive(
        "proxy_redirect", rf"~*^{_BEGIN}(?:{_any(_INNER)})\.?(?::[0-9]*)?{_REST}", "https://$host$told_rest"
    )


def told_addresses(names: tuple[str, ...]) -> Iterator[Directive]:
    """Whether Link and Content-Location leave: not with an inner name, nor with a port of one of ours."""
    own = _any(map(re.escape, names))
    inner = rf"~*(?:^|[<\s]){_BEGIN}(?:(?:{_any(_INNER)})\.?(?::[0-9]*)?|(?:{own})\.?:[0-9]*)(?:[/?#>\s,;]|$)"
    for header, variable in TOLD.items():
        said = f"$upstream_http_{header.lower().replace('-', '_')}"
        yield block("map", said, variable, body=[directive("default", said), directive(inner, "")])


def _any(expressions: Iterable[str]) -> str:
    return "|".join(expressions)
