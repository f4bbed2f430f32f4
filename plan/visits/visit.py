"""One ordinary request: what it asks for, who asks, and how often one visitor does."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property


@dataclass(frozen=True, kw_only=True)
class Visit:
    """A request as Cloudflare's rules see it.

    Attributes:
        host: the host name; empty where the plan names none.
        path: the path, without its query; empty where a rewrite made it into something that is not known here.
        query: what stands behind the question mark; None where it is not known here.
        method: the HTTP method.
        headers: names in lower case with their values, in order.
        address: of the client.
        country: of the client, by its two letters (ISO 3166-1).
        continent: of the client, by its two letters.
        network: number of the autonomous system that the address belongs to.
        protocol: version of HTTP.
        tls: version of TLS.
        bot: whether Cloudflare has verified that this is a search engine's robot.
        service: whether a program of somebody else sends it, such as a webhook.
        private: whether the answer belongs to one person.
        rate: how often a visitor asks for it on the average, per second.
        burst: how often at once, on top.
    """

    host: str = ""
    path: str = "/"
    query: str | None = ""
    method: str = "GET"
    headers: tuple[tuple[str, str], ...] = ()
    address: str = "73.92.14.7"
    country: str = "US"
    continent: str = "NA"
    network: int = 7922
    protocol: str = "HTTP/2"
    tls: str = "TLSv1.3"
    bot: bool = False
    service: bool = False
    private: bool = False
    rate: float = 1
    burst: float = 5

    def __hash__(self) -> int:
        """Computed once: answers of rules are kept by visit."""
        return self._hash

    @cached_property
    def _hash(self) -> int:
        return hash((self.host, self.method, self.path, self.query, self.headers, self.address, self.protocol))

    def having(self, name: str, value: str) -> Visit:
        """The same with another value of one header."""
        return replace(self, headers=(*((key, said) for key, said in self.headers if key != name), (name, value)))

    def header(self, name: str) -> str:
        """The value of a header; empty where there is none."""
        return next((value for key, value in self.headers if key == name), "")

    @property
    def personal(self) -> bool:
        """Whether the answer belongs to one person, by its path or because somebody is signed in."""
        return self.private or "session=" in self.header("cookie") or bool(self.header("authorization"))

    @property
    def uri(self) -> str:
        """Path and query."""
        return f"{self.path}?{self.query}" if self.query else self.path

    @property
    def shown(self) -> str:
        """The request, for people."""
        who = (
            f" of a robot ({self.header('user-agent').split('/', 1)[0]})"
            if self.bot
            else f" from {self.country}"
            if self.country != "US"
            else ""
        )
        how = "" if self.protocol == "HTTP/2" else f" over {self.protocol}"
        return f"{self.method} https://{self.host or '(any host)'}{self.uri}{how}{who}"
