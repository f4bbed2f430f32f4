"""A real nginx with a rendered configuration, between backends, a DNS server and clients of this machine."""

from __future__ import annotations

import http.client
import re
import socket
import ssl
import subprocess
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from bailbondpro.edge.exchange import Response
from components.gateway.guide import guide_config
from components.gateway.model import RateLimit
from components.gateway.render import render
from infra.wiring.gateway import guide_gateway
from tests.support import programs
from tests.support.pods import Backend, Names, serving
from tests.support.servers import as_nobody, free_port, hand_over, running, scratch, wait_until
from tests.support.stack import settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from contextlib import AbstractContextManager
    from pathlib import Path

    from components.gateway.model import GatewayConfig, Route
    from tests.support.servers import Server

HOST = "bailbondpro.com"
VISITOR = "CF-Connecting-IP"
PROXY, STRANGER = "127.0.0.1", "127.0.0.2"
"""Where clients connect from: the one that the test's configuration trusts as Cloudflare, and one that it does not."""


@dataclass(frozen=True)
class Answer:
    """What a client got."""

    status: int
    headers: dict[str, str]
    body: bytes
    lines: tuple[tuple[str, str], ...] = ()
    """The headers as they came, names in lower case: what an edge is asked about. `headers` joins those of a name."""

    @property
    def backend(self) -> str:
        """The pod that answered; empty where nginx answered itself."""
        return self.headers.get("x-backend", "")


@dataclass
class Gateway:
    """A running gateway with its surroundings."""

    config: GatewayConfig
    folder: Path
    names: Names
    server: Server
    stack: ExitStack
    backends: dict[str, Backend] = field(default_factory=dict)

    def get(
        self,
        path: str,
        visitor: str = "192.0.2.1",
        *,
        method: str = "GET",
        source: str = PROXY,
        body: bytes = b"",
        host: str = HOST,
        headers: Sequence[tuple[str, str]] = (),
    ) -> Answer:
        """One request over TLS, on a connection of its own."""
        with self.connection(source) as sock:
            lines = [f"{method} {path} HTTP/1.1", f"Host: {host}", f"{VISITOR}: {visitor}", "Connection: close"]
            lines += [f"{name}: {value}" for name, value in headers]
            lines += [f"Content-Length: {len(body)}"] if body or method == "POST" else []
            sock.sendall("\r\n".join([*lines, "", ""]).encode() + body)
            return read(sock, method)

    @contextmanager
    def connection(self, source: str = PROXY, name: str = HOST, **options: object) -> Iterator[ssl.SSLSocket]:
        """A TLS connection.

        Args:
            source: the client's address.
            name: what it asks for.
            options: attributes of its context; `files` a client certificate and key, `protocols` what it offers (ALPN).
        """
        context = ssl.create_default_context(cafile=str(self.folder / "ssl/ca.crt"))
        files = options.pop("files", None)
        context.set_alpn_protocols(options.pop("protocols", []))  # type: ignore[arg-type]  # names of protocols
        if files is not None:
            context.load_cert_chain(*files)  # type: ignore[misc]  # a pair of paths
        for key, value in options.items():
            setattr(context, key, value)
        plain = socket.create_connection(("127.0.0.1", self.config.https_port), timeout=20, source_address=(source, 0))
        with plain, context.wrap_socket(plain, server_hostname=name) as sock:
            yield sock

    def open_connection(self, seconds: float) -> ssl.SSLSocket:
        """A TLS connection that its owner closes; nothing on it takes longer than that."""
        context = ssl.create_default_context(cafile=str(self.folder / "ssl/ca.crt"))
        plain = socket.create_connection(("127.0.0.1", self.config.https_port), timeout=seconds)
        return context.wrap_socket(plain, server_hostname=HOST)

    def plain(self, path: str, *, host: str = HOST) -> Answer:
        """One request without TLS, as load balancers and old links send them."""
        with socket.create_connection(("127.0.0.1", self.config.http_port), timeout=20) as sock:
            sock.sendall(f"GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode())
            return read(sock, "GET")

    def at_once(self, path: str, count: int, visitor: Callable[[int], str]) -> list[Answer]:
        """Many requests at the same time."""
        with ThreadPoolExecutor(max_workers=count) as pool:
            return list(pool.map(lambda number: self.get(path, visitor(number)), range(count)))

    def add(self, address: str, *ports: int) -> Backend:
        """Start a pod; it gets requests once a name stands for its address."""
        backend = Backend(address, ports)
        backend.start()
        self.stack.callback(backend.stop)
        self.backends[address] = backend
        return backend

    def received(self, path: str) -> list[dict[str, str]]:
        """The headers of every request for a path, whichever pod got it."""
        return [headers for pod in self.backends.values() for seen, headers in pod.requests if seen == path]


def read(sock: socket.socket, method: str) -> Answer:
    """The answer on a connection; a header that came twice has both values."""
    response = http.client.HTTPResponse(sock, method=method)
    response.begin()
    headers: dict[str, str] = {}
    for key, value in response.getheaders():
        headers[key.lower()] = f"{headers[key.lower()]}, {value}" if key.lower() in headers else value
    lines = tuple((key.lower(), value) for key, value in response.getheaders())
    return Answer(response.status, headers, response.read(), lines)


def as_the_edge_hears(answer: Answer) -> Response:
    """An answer as an edge is asked about it: line by line, but for the header by which tests know a pod."""
    return Response(answer.status, tuple(line for line in answer.lines if line[0] != "x-backend"))


def config_of(environment: str, phase: str, **changes: object) -> GatewayConfig:
    """The shipped configuration of a stack, with fields replaced."""
    return replace(guide_config(guide_gateway(settings(environment, phase))), **changes)  # type: ignore[arg-type]  # fields by name


def one_request_per_visitor(config: GatewayConfig) -> GatewayConfig:
    """No burst and a rate of one, so that a second request of a visitor tells whether a path is limited."""

    def without_burst(route: Route) -> Route:
        limit = route.rate_limit
        return route if limit is None else replace(route, rate_limit=RateLimit(zone=limit.zone, burst=0))

    return replace(
        config,
        routes=tuple(without_burst(route) for route in config.routes),
        sites=tuple(
            replace(site, routes=tuple(without_burst(route) for route in site.routes)) for site in config.sites
        ),
        zones=tuple(replace(zone, requests_per_second=1) for zone in config.zones),
    )


def local_text(config: GatewayConfig, folder: Path, text: str | None = None) -> str:
    """The text of a configuration with the container's paths and addresses moved into a folder and onto loopback."""
    text = render(config) if text is None else text
    text = text.replace("/tmp/", f"{folder}/").replace("/etc/ssl/gateway/", f"{folder}/ssl/")  # noqa: S108 - replaced
    text = text.replace("/dev/stdout", f"{folder}/access.log")
    return re.sub(r"listen (\d+)", r"listen 127.0.0.1:\1", text)


def write_config(config: GatewayConfig, folder: Path, text: str | None = None) -> Path:
    """Write a configuration that nginx can load from a folder."""
    file = folder / "nginx.conf"
    file.write_text(local_text(config, folder, text), encoding="utf-8")
    return file


def make_certificates(folder: Path) -> None:
    """An authority, and certificates of it for the gateway and for a client, as the gateway's Secret holds them."""
    target = folder / "ssl"
    target.mkdir()
    authority = ("-subj", "/CN=Test authority", "-keyout", "ca.key", "-out", "ca.crt")
    _openssl(target, *authority)
    for name, subject in (("tls", f"DNS:{HOST}"), ("client", "DNS:client.test")):
        signed = ("-CA", "ca.crt", "-CAkey", "ca.key", "-subj", f"/CN={name}")
        extra = ("-addext", f"subjectAltName={subject}", "-addext", "basicConstraints=critical,CA:FALSE")
        _openssl(target, *signed, *extra, "-keyout", f"{name}.key", "-out", f"{name}.crt")
    (target / "client-ca.crt").write_bytes((target / "ca.crt").read_bytes())
    hand_over(target, *target.iterdir())


def _openssl(folder: Path, *arguments: str) -> None:
    new = ("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2")
    subprocess.run([*new, *arguments], cwd=folder, check=True, capture_output=True, timeout=60)


def refusal(config: GatewayConfig, folder: Path, text: str | None = None) -> str:
    """What `nginx -t` says against a configuration; empty when it is accepted without a warning."""
    file = write_config(config, folder, text)
    done = as_nobody([programs.nginx(), "-t", "-q", "-e", "stderr", "-p", folder, "-c", file])
    return f"{done.stdout}\nexit code {done.returncode}" if done.returncode or done.stdout else ""


def _moved(config: GatewayConfig, ports: dict[int, int]) -> GatewayConfig:
    """The same with other ports of pods, so that runs beside each other do not meet."""
    upstreams = [
        replace(upstream, members=tuple(replace(member, port=ports[member.port]) for member in upstream.members))
        for upstream in config.upstreams
    ]
    return replace(config, upstreams=tuple(upstreams))


@contextmanager
def gateway(
    config: GatewayConfig,
    addresses: tuple[str, ...],
    pod: Callable[[str, Mapping[int, int]], AbstractContextManager[None]] | None = None,
) -> Iterator[Gateway]:
    """A gateway whose every upstream name stands for pods at these addresses; trusts PROXY as it trusts Cloudflare.

    Args:
        config: what is shipped.
        addresses: of the pods.
        pod: runs one at an address; gets the port that takes the place of each port of the configuration. None for
            stand-ins that answer everything.
    """
    with ExitStack() as stack:
        folder = stack.enter_context(scratch())
        names = Names()
        stack.enter_context(serving(names.server))
        members = [member for upstream in config.upstreams for member in upstream.members]
        names.records = {member.host: addresses for member in members}
        ports = {port: free_port(addresses[0]) for port in sorted({member.port for member in members})}
        local = replace(
            _moved(config, ports),
            trusted_cidrs=(*config.trusted_cidrs, f"{PROXY}/32"),
            cluster_dns=f"127.0.0.1:{names.port}",
            http_port=free_port(),
            https_port=free_port(),
            status_port=None,
        )
        make_certificates(folder)
        file = write_config(local, folder)
        command: list[str | Path] = [programs.nginx(), "-e", "stderr", "-p", folder, "-c", file, "-g", "daemon off;"]
        found = stack.enter_context(running(command, folder / "error.log"))
        made = Gateway(local, folder, names, found, stack)
        for address in addresses:
            if pod is None:
                made.add(address, *ports.values())
            else:
                stack.enter_context(pod(address, ports))
        wait_until(lambda: _serves(made), "nginx to know its upstreams", folder / "error.log")
        yield made


def _serves(made: Gateway) -> bool:
    try:
        return made.plain("/ready").status == 200
    except OSError:
        return False
