"""Fills the cache after a deployment: two HEAD requests for each URL, of which the second must be answered by the edge.

Cloudflare turns HEAD into GET for what it may cache, so a HEAD fills the cache (Cloudflare docs, Default cache
behavior); it fills the data centre nearest to this machine and, with tiered cache, an upper tier.
"""

from __future__ import annotations

import http.client
import re
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol
from urllib.parse import urlsplit

from bailbondpro.edge.exchange import Request
from bailbondpro.edge.explain import evaluate
from bailbondpro.edge.origin import expected_response
from bailbondpro.edge.proof.oracle import personal_reason
from ops.answers.cdn.error import CdnError
from ops.answers.cdn.manifests import on_hosts
from ops.answers.cdn.paths import escaped, unheld
from ops.foreign import one_line

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from ops.answers.cdn.edge import Edge

_HOST = re.compile(r"[0-9a-z](?:[0-9a-z.-]*[0-9a-z])?|[0-9a-f:.]*:[0-9a-f:.]*")
"""A name or an address, as `urlsplit` gives it: in lower case, an IPv6 address without its brackets."""
CONCURRENCY = 4
"""Requests at a time: gentle with an origin that has just been deployed."""
TIMEOUT = 20.0
"""Seconds for one request."""
MAX_URLS = 300
"""URLs of one run: 50 paths on the six hosts; warming is for the pages that everybody opens first."""
FROM_CACHE = ("HIT", "UPDATING")
"""Values of CF-Cache-Status that mean the edge holds a usable copy (Cloudflare docs, Cache responses)."""


@dataclass(frozen=True)
class Warmed:
    """How the two requests for a URL were answered; `reason` is empty where the second came from the cache."""

    url: str
    first: str
    second: str
    reason: str = ""


class Head(Protocol):
    """Sends one HEAD request."""

    def __call__(self, url: str) -> tuple[int, str]:
        """The status and the value of CF-Cache-Status, "" without one.

        Raises:
            OSError: there is no connection.
        """


def urls_to_warm(edge: Edge, texts: Iterable[str]) -> tuple[str, ...]:
    """The URLs of a warm list; a path means every host that would cache it.

    Raises:
        CdnError: with every entry that is private, would not be cached, or is no path or URL; or there are too many.
    """
    urls: dict[str, None] = {}
    refused: list[str] = []
    for text in texts:
        try:
            urls.update(dict.fromkeys(_cacheable_urls(edge, text)))
        except ValueError as error:
            refused.append(f"{text}: {error}")
    if refused:
        raise CdnError("nothing was requested, since this list has entries to remove:\n  " + "\n  ".join(refused))
    if len(urls) > MAX_URLS:
        raise CdnError(f"{len(urls)} URLs are too many to warm, {MAX_URLS} are allowed: list what is opened first")
    return tuple(urls)


def changed_urls(edge: Edge, paths: Iterable[str]) -> tuple[tuple[str, ...], int]:
    """The URLs of what a deployment changed, and how many of its files the edge would not cache.

    Raises:
        CdnError: there are too many.
    """
    urls: dict[str, None] = {}
    left = 0
    for path in paths:
        known = len(urls)
        for text in on_hosts(edge.policy, [path]):
            with suppress(ValueError):  # what keeps it out of the cache
                urls.update(dict.fromkeys(_cacheable_urls(edge, text)))
        left += len(urls) == known
    if len(urls) > MAX_URLS:
        raise CdnError(f"{len(urls)} URLs changed, {MAX_URLS} may be warmed at once: list what is opened first")
    return tuple(urls), left


def _cacheable_urls(edge: Edge, text: str) -> list[str]:
    hosts = edge.policy.host_names()
    if text.startswith("/"):
        candidates = [f"https://{host}{text}" for host in hosts]
    elif text.startswith("https://") and urlsplit(text).hostname in hosts:
        candidates = [text]
    else:
        raise ValueError("it is neither a path that starts with / nor an https:// URL of this stack's hosts")
    found: list[str] = []
    reasons: dict[str, None] = {}
    for url in candidates:
        if odd := unheld(url):
            raise ValueError(odd)
        request = Request.of(url, method="HEAD")
        private = personal_reason(edge.policy, request)
        if private:
            raise ValueError(f"it is private: {private}")
        answer = evaluate(edge.rules, request, expected_response(edge.policy, request))
        if answer.cacheable:
            found.append(url)
        else:
            reasons[answer.reason] = None
    if not found:
        raise ValueError(f"it would not be cached: {', '.join(reasons)}")
    return found


def warm(urls: Sequence[str], head: Head, done: Callable[[Warmed], None]) -> tuple[Warmed, ...]:
    """Request every URL twice, several at a time.

    Args:
        urls: from `urls_to_warm`.
        head: sends a request.
        done: told of every URL when it is finished, in the order of the list.
    """
    results: list[Warmed] = []
    with ThreadPoolExecutor(CONCURRENCY) as pool:
        for result in pool.map(lambda url: _warmed(url, head), urls):
            done(result)
            results.append(result)
    return tuple(results)


def _warmed(url: str, head: Head) -> Warmed:
    seen: list[str] = []
    for _ in range(2):
        try:
            status, cache = head(url)
        except OSError as error:
            return Warmed(url, *_two(seen), f"no answer: {one_line(error.strerror or error)}")
        except http.client.HTTPException as error:
            return Warmed(url, *_two(seen), f"no answer that is HTTP: {type(error).__name__}")
        seen.append(cache or "none")
        if status != http.client.OK:
            return Warmed(url, *_two(seen), f"HTTP {status}")
    first, second = _two(seen)
    return Warmed(url, first, second, "" if second in FROM_CACHE else f"the second answer is {second}, no cache hit")


def _two(seen: Sequence[str]) -> tuple[str, str]:
    first, second = (*seen, "", "")[:2]
    return first, second


@dataclass(frozen=True)
class HttpHead:
    """HEAD requests without cookies and credentials; redirects are not followed.

    Attributes:
        connect_to: `http://ADDRESS:PORT` that gets every request instead of the host itself, which stays in the Host
            header (as `curl --connect-to`): for a staging edge. Empty for the hosts themselves, with TLS.
    """

    connect_to: str = ""

    def __post_init__(self) -> None:
        """Refuse another form, also where nothing is requested.

        Raises:
            CdnError: `connect_to` is none.
        """
        if self.connect_to:
            self._address()

    def __call__(self, url: str) -> tuple[int, str]:
        """Send one request."""
        parts = urlsplit(url)
        connection = self._connection(parts.hostname or "")
        try:
            target = escaped((parts.path or "/") + (f"?{parts.query}" if parts.query else ""))
            connection.request(
                "HEAD", target, headers={"Host": parts.netloc, "User-Agent": "bbp-cdn-warm", "Accept-Encoding": "gzip"}
            )
            response = connection.getresponse()
            return response.status, one_line(response.getheader("CF-Cache-Status") or "").upper()
        finally:
            connection.close()

    def _connection(self, host: str) -> http.client.HTTPConnection:
        if not self.connect_to:
            return http.client.HTTPSConnection(host, timeout=TIMEOUT)
        return http.client.HTTPConnection(*self._address(), timeout=TIMEOUT)

    def _address(self) -> tuple[str, int]:
        try:
            parts = urlsplit(self.connect_to)
            port = 80 if parts.port is None else parts.port
        except ValueError as error:
            raise CdnError(f"--connect-to {self.connect_to}: write http://ADDRESS:PORT ({error})") from error
        more = "@" in parts.netloc or parts.path.rstrip("/") or "?" in self.connect_to or "#" in self.connect_to
        host = parts.hostname or ""
        if parts.scheme != "http" or not _HOST.fullmatch(host) or not port or more or parts.path not in {"", "/"}:
            raise CdnError(f"--connect-to {self.connect_to}: write http://ADDRESS:PORT, and nothing more")
        return host, port
