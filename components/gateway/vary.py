"""Vary of the application's answers: no name twice, and none that the gateway makes the same for everybody. Pure.

nginx adds `Vary: Accept-Encoding` of its own to what it may compress (nginx documentation, gzip_vary): beside the same
of the application there would be two, and a reader that joins the lines sees a value that is none it knows. Whatever
else the application says stands in a line beside it; nothing of that is given to others.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .directives import Directive, block, directive

if TYPE_CHECKING:
    from collections.abc import Iterator

OWN_VARY = "$own_vary"
"""What the application says."""
SHARED_VARY = "$shared_vary"
"""The same of a file that every origin may use, whose headers of CORS the gateway writes itself."""

_SAID = "$upstream_status|$upstream_http_content_encoding|$upstream_http_vary"


def varying() -> Iterator[Directive]:
    """What the application compressed itself keeps its word; nginx compresses, and says so, only what is plain.

    A 304 keeps it too: it says what the 200 would (RFC 9110, 15.4.5), and nginx adds nothing to it.

    Each Origin has an entry of its own at the edge (Cloudflare docs, Cache keys), and of a shared file all have the
    same answer: what CORS middleware says of Origin is without meaning there.
    """
    for variable, known in ((OWN_VARY, "accept-encoding"), (SHARED_VARY, "accept-encoding|origin")):
        listed = rf"(?:[\s,]*+(?:{known})\s*+(?:,|$))*+[\s,]*$"
        silent = rf"~*^(?:[^|]*\|[^|]+|[^|]*304\|)\|(?=.*accept-encoding){listed}"
        cases = (directive(silent, "Accept-Encoding"), directive(rf"~*^[^|]*\|[^|]*\|{listed}", ""))
        yield block("map", _SAID, variable, body=[directive("default", "$upstream_http_vary"), *cases])
