"""Addresses as purges and warming write them, and which of them the edge cannot hold."""

from __future__ import annotations

from urllib.parse import quote, urlsplit

from bailbondpro.edge.exchange import Exchange, Request, normalise_path
from bailbondpro.edge.personal import odd_path
from components.gateway.paths import is_refused

_KEPT = "/%~-._?=&+,;:@!$'()*[]"
"""What stands unescaped in a path or query (RFC 3986, 3.3 and 3.4), and escapes that are there already."""


def escaped(target: str) -> str:
    """A path and query as they stand in a request."""
    return quote(target, safe=_KEPT)


def unheld(url: str) -> str:
    """Why the edge has no entry of an address, with what may be meant instead; empty where it may have one.

    The gateway answers a path that can be read in two ways with 400, which is never stored; of a path with a `;`
    parameter or an escape that is no space inside of a name the edge stores nothing, whatever is answered.
    """
    parts = urlsplit(url)
    path = escaped(url.removeprefix(f"{parts.scheme}://{parts.netloc}").partition("?")[0]) or "/"
    plain = normalise_path(path)
    instead = f"; the edge has it as {plain}" if plain != path and not _reason(parts.hostname or "", plain) else ""
    reason = _reason(parts.hostname or "", path)
    return f"{reason}{instead}" if reason else ""


def unserved(path: str) -> str:
    """Why the gateway serves no file under a path, however it is transformed; empty where it may."""
    if not path.startswith("/") or "?" in path or "#" in path:
        return "write a path that starts with / and has no query, such as /team/anna.jpg"
    if is_refused(escaped(path)):
        return "the gateway refuses this path, since it can be read in two ways"
    return ""


def _reason(host: str, path: str) -> str:
    if is_refused(path):
        return "the gateway refuses this path, since it can be read in two ways, and the edge holds nothing of it"
    if odd_path().holds(Exchange(Request(host=host, path=path))):
        return "the edge never stores a path with a ; parameter, an escape that is no space or more than two of them"
    return ""
