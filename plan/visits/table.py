"""The visits that a zone has every day: pages, files, images, the API, uploads, logins, webhooks and search engines.

Paths are those of the scaling guide and of the contract with the application (docs/application-contract.md); what else
an application serves begins like one of them. Rates and bursts add up to what the gateway admits of one address: 10
requests a second and 20 at once below /api/, 1 and 5 of the login (scaling guide, Nginx Load Balancer Configuration). A
page that is seen first asks for some 70 files (HTTP Archive, State of the Web; unverified), most of them at once.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from plan.visits.visit import Visit

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_ACCEPT = (("accept", "text/html,application/xhtml+xml,*/*;q=0.8"), ("accept-encoding", "gzip, deflate, br, zstd"))
_WEBKIT = "AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0"
_DESKTOP = f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {_WEBKIT} Safari/537.36"
_IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148"
)
_MOBILES = (
    f"{_IPHONE} Version/18.6 Safari/604.1",
    f"Mozilla/5.0 (Linux; Android 10; K) {_WEBKIT} Mobile Safari/537.36",
)
_FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0"
_ROBOTS = (
    ("Googlebot/2.1 (+http://www.google.com/bot.html)", "66.249.66.1", 15169),
    ("Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)", "157.55.39.1", 8075),
)
"""Addresses of both are published by their owners (unverified that these are among them today)."""
_ABROAD = (
    ("CA", "NA", "99.224.10.7", 812),
    ("MX", "NA", "187.190.10.7", 17072),
    ("GB", "EU", "81.134.10.7", 2856),
    ("DE", "EU", "91.10.10.7", 3320),
    ("PH", "AS", "112.198.10.7", 132199),
)
"""Countries beside the United States from which families of clients ask (our choice)."""
_SIGNED_IN = "session=eyJhbGciOiJIUzI1NiJ9.e30.c2ln; _ga=GA1.1.1.1; theme=dark"
_JSON = (("content-type", "application/json"),)
_BEARER = (("authorization", "Bearer eyJhbGciOiJIUzI1NiJ9.e30.c2ln"),)
_FORM = (("content-type", "multipart/form-data; boundary=x"),)
_API_RATE, _API_BURST = 10, 20
_SHARES = 10
"""Kinds of requests of the API that share what the gateway admits."""


def visits(hosts: Iterable[str], private: Iterable[str] = ()) -> tuple[Visit, ...]:
    """Every ordinary request of some hosts.

    Args:
        hosts: their names, or an empty one where none is known.
        private: beginnings of paths whose answers belong to one person, besides those that every application has.
    """
    return tuple(visit for host in dict.fromkeys(hosts) for visit in _of_host(host, tuple(dict.fromkeys(private))))


def role(host: str) -> str:
    """What a host serves, by how the scaling guide names it (CDN Configuration): else the application."""
    label = host.split(".", 1)[0].removesuffix("-backup").split("-", 1)[0]
    named = {"api": "api", "cdn": "files", "assets": "files", "static": "files", "images": "images", "img": "images"}
    return named.get(label, "app")


def as_files(found: Visit) -> tuple[Visit, ...]:
    """The same below a path, asked for as files of the kinds that caches keep: an application may serve them."""
    below = found.path.rstrip("/")
    return tuple(replace(found, path=f"{below}/{name}") for name in ("photo.png", "page.css", "page.js"))


def _of_host(host: str, private: tuple[str, ...]) -> Iterator[Visit]:
    browser = Visit(host=host, headers=(*_ACCEPT, ("user-agent", _DESKTOP), ("accept-language", "en-US,en;q=0.9")))
    serves = role(host)
    if serves in {"files", "app"}:
        yield from _files(browser)
    if serves in {"images", "app"}:
        yield from _images(browser, own=serves == "images")
    if serves == "app":
        yield from _pages(browser)
    if serves in {"api", "app"}:
        yield from _api(browser, private)


def _files(browser: Visit) -> Iterator[Visit]:
    for path, rate, burst in (
        ("/static/app.3f9a2c1b.css", 1, 10),
        ("/static/app.3f9a2c1b.js", 2, 30),
        ("/static/inter.8d2e11aa.woff2", 1, 10),
    ):
        yield replace(browser, path=path, rate=rate, burst=burst)
    yield replace(browser, path="/static/app.3f9a2c1b.js", method="HEAD")
    yield replace(browser, path="/static/app.3f9a2c1b.css", query="v=2")


def _images(browser: Visit, *, own: bool) -> Iterator[Visit]:
    path = "/logo.png" if own else "/static/logo.3f9a2c1b.png"
    for query in ("", "w=320", "w=640&q=75&f=webp", "f=auto") if own else ("",):
        yield replace(browser, path=path, query=query, rate=1, burst=10)
    yield replace(browser, path=path, method="HEAD")
    yield replace(browser, path=path, headers=(*_ACCEPT, ("user-agent", _MOBILES[0])))


def _pages(browser: Visit) -> Iterator[Visit]:
    page = replace(browser, rate=1, burst=5)
    yield page
    yield replace(page, method="HEAD")
    yield replace(page, path="/login")
    yield replace(page, path="/robots.txt", burst=2)
    yield replace(page, path="/favicon.ico", burst=2)
    yield replace(page, query="utm_source=google&utm_medium=cpc&gclid=abc")
    yield replace(page, path="/search", query="q=bail%20bonds&page=2")
    yield page.having("cookie", "_ga=GA1.1.1.1; theme=dark")
    yield page.having("referer", "https://www.google.com/")
    for agent in (*_MOBILES, _FIREFOX):
        yield page.having("user-agent", agent)
    for agent, address, network in _ROBOTS:
        yield replace(page.having("user-agent", agent), bot=True, protocol="HTTP/1.1", address=address, network=network)
    yield from _from_everywhere(page)
    yield page.having("cookie", _SIGNED_IN)
    for path in ("/account", "/admin"):
        yield replace(page.having("cookie", _SIGNED_IN), path=path, private=True)


def _from_everywhere(visit: Visit) -> Iterator[Visit]:
    for country, continent, address, network in _ABROAD:
        yield replace(visit, country=country, continent=continent, address=address, network=network)
    for protocol in ("HTTP/1.1", "HTTP/3"):
        yield replace(visit, protocol=protocol)
    yield replace(visit, address="2601:646:8000::7")
    yield replace(visit, tls="TLSv1.2", protocol="HTTP/1.1")


def _api(browser: Visit, private: tuple[str, ...]) -> Iterator[Visit]:
    rate, burst = _API_RATE / _SHARES, _API_BURST / _SHARES
    asked = replace(browser, rate=rate, burst=burst)
    signed = replace(asked.having("cookie", _SIGNED_IN), private=True)
    said = replace(signed, headers=(*signed.headers, *_JSON))
    yield replace(asked, path="/api/public/courts", query="county=travis&page=2")
    yield replace(said, path="/api/auth/login", method="POST", rate=1, burst=5)
    for path in ("/api/clients", "/api/bonds/17", "/api/payments"):
        yield replace(signed, path=path)
    yield replace(asked, path="/api/clients", headers=(*asked.headers, *_BEARER), private=True)
    yield replace(said, path="/api/payments", method="POST")
    yield replace(said, path="/api/bonds/17", method="PUT")
    yield replace(said, path="/api/bonds/17", method="PATCH")
    yield replace(signed, path="/api/bonds/17", method="DELETE")
    yield replace(asked, path="/api/bonds", method="OPTIONS").having("origin", f"https://{browser.host}")
    yield replace(signed, path="/api/documents", method="POST", headers=(*signed.headers, *_FORM))
    yield replace(signed, path="/uploads/contract.pdf")
    hook = (("content-type", "application/json"), ("user-agent", "Stripe/1.0 (+https://stripe.com/docs/webhooks)"))
    sent = replace(asked, method="POST", headers=(*hook, ("stripe-signature", "t=1,v1=a")), service=True)
    hooked = replace(sent, path="/api/webhooks/stripe", address="54.187.174.169", network=16509)
    yield replace(hooked, protocol="HTTP/1.1", tls="TLSv1.2")
    yield from _from_everywhere(replace(signed, path="/api/clients"))
    for prefix in private:
        yield replace(signed, path=prefix.rstrip("/"))
        yield replace(asked, path=f"{prefix.rstrip('/')}/17", private=True)
