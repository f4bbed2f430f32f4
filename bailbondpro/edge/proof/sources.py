"""Transformations whose source is no image of the image host: what the audit tries, and how it knows them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import unquote

from bailbondpro.edge.exchange import DECODINGS, Request, normalise_path

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bailbondpro.edge.policy import EdgePolicy

_FOLDERS = ("clients", "people", "qx7")
_FOREIGN = re.compile(r"/cdn-cgi/.*?(/[a-z][a-z0-9+.-]*:|[^:]//|/cdn-cgi/|/([a-z0-9-]+\.)+[a-z0-9-]+/)", re.DOTALL)
"""A scheme, an address without one, a transformation once more, or a folder that is called like a host."""


def _route(policy: EdgePolicy) -> str:
    """A path of the application that no prefix calls private, and that ends like an image.

    Where a policy calls it private the rule of private paths would keep it out as well, and hide what the others do.
    """
    private = " ".join(policy.all_private_prefixes())
    folder = next((name for name in _FOLDERS if f"/{name}" not in private), _FOLDERS[-1])
    return f"{folder}/7/mugshot.png"


def foreign_sources(policy: EdgePolicy) -> Iterator[str]:
    """Paths of the image host that name a source on any host, as servers and resizers have read them."""
    hosts, route = policy.hosts, _route(policy)
    for host in (*policy.host_names(), "other.example", "192.0.2.7", "[2001:db8::7]"):
        yield from (f"/cdn-cgi/image/w=320,f=auto/{scheme}://{host}/{route}" for scheme in ("https", "http", "HTTPS"))
        yield from (f"/cdn-cgi/image/w=320,f=auto/{slashes}{host}/{route}" for slashes in ("/", "\\", "/\\", "//"))
        yield from (f"/cdn-cgi/image/w=320,f=auto/https:{slashes}{host}/{route}" for slashes in ("/", "\\\\", ""))
    for written in ("%68ttps://", "https%3A//", "https%3a%2f%2f", "https:%2F%2F", "https%253A//", "%2f%2f", "%5C%5C"):
        yield f"/cdn-cgi/image/w=320,f=auto/{written}{hosts.app}/{route}"
    for again in ("cdn-cgi", "CDN-CGI", "%63dn-cgi", "cdn%2dcgi", "x/../cdn-cgi", "./cdn-cgi"):
        yield f"/cdn-cgi/image/w=320,f=auto/{again}/image/w=640/{route}"
        yield f"/cdn-cgi/image/w=320,f=auto/{again}/image/w=640/https://{hosts.app}/{route}"
    for begins in ("/CDN-CGI/IMAGE", "/%63dn-cgi/image", "//cdn-cgi/image", "/x/../cdn-cgi/image", "/cdn-cgi/media"):
        yield f"{begins}/w=320,f=auto/https://{hosts.app}/{route}"


def source_requests(policy: EdgePolicy) -> Iterator[Request]:
    """The same as requests: written below /cdn-cgi/ by somebody himself, and made of the guide's query by the edge."""
    for path in foreign_sources(policy):
        yield Request(host=policy.hosts.images, path=normalise_path(path), received=path)
        options, _, source = path.removeprefix("/cdn-cgi/image/").partition("/")
        if options == "w=320,f=auto":
            asked = f"/{source}"
            yield Request(host=policy.hosts.images, path=normalise_path(asked), query="w=320&f=auto", received=asked)


def foreign_source(request: Request) -> bool:
    """Whether the path, decoded as a resizer might, is a transformation of something else than the host's own image."""
    for path in {request.path, request.received}:
        reading = path.replace("\\", "/").lower()
        for _ in range(DECODINGS + 1):
            if _FOREIGN.match(normalise_path(reading)) or _FOREIGN.match(reading):
                return True
            reading = unquote(reading).replace("\\", "/").lower()
    return False
