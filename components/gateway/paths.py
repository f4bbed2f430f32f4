"""Which paths have one reading. Pure.

Limits, routes and the application must read a path alike. nginx decodes a path once, merges slashes and resolves dots
before it picks a route, and passes on what the client wrote; frameworks decode once, twice or in another order. So a
path that can be read in two ways gets status 400; what is left is passed on as it was written.
"""

from __future__ import annotations

import re
from functools import cache

from .look_alikes import escapes

REFUSED_PATH = "$refused_path"
"""Set where the path can be read in two ways."""

ODD_PATHS = (
    # dot segments, plain or escaped: clients resolve them before they send (RFC 3986, 5.2.4; WHATWG URL), so one that
    # arrives is there for what reads it another way than nginx does
    r"~*^[^?]*/(\.|%2e){1,2}(;|%3b|/|\?|$)",
    # an empty segment, which some servers merge and others keep; at the beginning it is another host's address. A
    # segment of parameters alone is one for who drops those
    "~*^[^?]*/(/|;|%3b)",
    # an escape of an escape, which whoever decodes twice reads as another path
    "~*^[^?]*%25(u|[0-9a-f][0-9a-f])",
    # a space at either end of a segment, which some trim
    r"~*^[^?]*(/%20|%20(/|\?|$))",
    # what some form of Unicode makes ASCII, what nobody sees, what changes the letter before it, by its length: nginx
    # takes no word of more than 4,095 characters (src/core/ngx_conf_file.c, NGX_CONF_BUFFER)
    *(f"~*^[^?]*({escapes(size)})" for size in (2, 3, 4)),
)
"""Request targets whose path this proxy and an application may read differently."""

_PLAIN = r"[!$&'()*+,\-./0-9:;=@A-Z\[\]^_a-z|~]"
"""What clients write as it is (RFC 3986, 3.3, pchar and /; WHATWG URL, path percent-encode set). No backslash, which
the URL parser of Node.js takes for a slash, no # and nothing outside of ASCII."""
_MORE = "%[89ab][0-9a-f]"
_ESCAPED = (
    # ASCII without control characters, slash and backslash: an escaped one is a separator for some, a letter for others
    "%(?:2[0-9a-e]|[346][0-9a-f]|5[0-9abd-f]|7[0-9a-e])",
    # UTF-8 in its shortest form (RFC 3629, 4) without further control characters: an overlong slash is a slash to some
    "%c2%[ab][0-9a-f]",
    f"%(?:c[3-9a-f]|d[0-9a-f]){_MORE}",
    f"%e0%[ab][0-9a-f]{_MORE}",
    f"%(?:e[1-9abcef]{_MORE}|ed%[89][0-9a-f]){_MORE}",
    f"%(?:f0%[9ab][0-9a-f]|f[1-3]{_MORE}|f4%8[0-9a-f]){_MORE}{_MORE}",
)
ONE_READING = rf"~*^/(?:{_PLAIN}++|{'|'.join(_ESCAPED)})*+(?:\?[^#]*)?$"
"""What a request target may be made of; anything else is refused. `++` and `*+` never try again (PCRE2 documentation,
possessive quantifiers), so that a long target costs one pass."""


def is_refused(target: str) -> bool:
    """Whether the gateway answers a request target (path and query) with 400, as its maps decide."""
    one, odd = _expressions()
    return any(expression.search(target) for expression in odd) or one.fullmatch(target) is None


@cache
def _expressions() -> tuple[re.Pattern[str], tuple[re.Pattern[str], ...]]:
    return _compiled(ONE_READING.removesuffix("$")), tuple(map(_compiled, ODD_PATHS))


def _compiled(expression: str) -> re.Pattern[str]:
    """A map's key as Python reads it: `~*` disregards the case of ASCII letters."""
    return re.compile(expression.removeprefix("~*"), re.IGNORECASE | re.ASCII)
