"""Transformations whose source is no image of the image host: what the audit tries, and how it knows them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import unquote

from bailbondpro.edge.exchange import DECODINGS, Request, normalise_path

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bailbondpro.edge.policy import EdgePolicy

_ROUTE = "clients/7/mugshot.png"
"""A path of the application that no prefix calls private, and that ends like an image."""
_FOREIGN = re.compile(r"/cdn-cgi/.*?(/[a-z][a-z0-9+.-]*:|[^:]//|/cdn-cgi/|/([a-z0-9-]+\.)+[a-z0-9-]+/)", re.DOTALL)
"""A scheme, an address without one, a transformation once more, or a folder that is called like a host."""


def foreign_sources(policy: EdgePolicy) -> Iterator[str]:
    """Paths of the image host that name a source on any host, as servers and resizers have read them."""
    hosts = policy.hosts
    for host in (*policy.host_names(), "other.example", "192.0.2.7", "[2001:db8::7]"):
        yield from (f"/cdn-cgi/image/w=320,f=auto/{scheme}://{host}/{_ROUTE}" for scheme in ("https", "http", "HTTPS"))
        yield from (f"/cdn-cgi/image/w=320,f=auto/{slashes}{host}/{_ROUTE}" for slashes in ("/", "\\", "/\\", "//"))
        yield from (f"/cdn-cgi/image/w=320,f=auto/https:{slashes}{host}/{_ROUTE}" for slashes in ("/", "\\\\", ""))
    for written in ("%68ttps://", "https%3A//", "https%3a%2f%2f", "https:%2F%2F", "https%253A//", "%2f%2f", "%5C%5C"):
        yield f"/cdn-cgi/image/w=320,f=auto/{written}{hosts.app}/{_ROUTE}"
    for again in ("cdn-cgi", "CDN-CGI", "%63dn-cgi", "cdn%2dcgi", "x/../cdn-cgi", "./cdn-cgi"):
        yield f"/cdn-cgi/image/w=320,f=auto/{again}/image/w=640/{_ROUTE}"
        yield f"/cdn-cgi/image/w=320,f=auto/{again}/image/w=640/https://{hosts.app}/{_ROUTE}"
    for begins in ("/CDN-CGI/IMAGE", "/%63dn-cgi/image", "//cdn-cgi/image", "/x/../cdn-cgi/image", "/cdn-cgi/media"):
        yield f"{begins}/w=320,f=auto/https://{hosts.app}/{_ROUTE}"


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
