"""A small application that keeps the contract, and breaks one clause of it where it is told to.

As a program it listens until SIGTERM: `python -m tests.support.contract_app PORT API_PORT LOG [FAULT]`.
"""

from __future__ import annotations

import ipaddress
import json
import os
import signal
import sys
import threading
import time
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any

from planner.shards.clients import shard_hash
from tests.support.pods import serving

if TYPE_CHECKING:
    from collections.abc import Iterator

FILES = {"/static/app.3f9a2b1c.css": "text/css", "/static/app.7d1e0f42.js": "text/javascript"}
CDN = "https://cdn.bailbondpro.com"
TRUSTED = "127.0.0.1/32"
BUCKETS = (0.05, 0.2, 0.5, 1.0, 5.0)
VARIABLES = {"CDN_URL": CDN, "TRUSTED_PROXIES": TRUSTED}


@dataclass
class ContractApp:
    """The application's state.

    Attributes:
        fault: what it does wrong; see `tests/real/test_contract_test.py`.
        log: the file of its log lines.
        stopping: SIGTERM has come.
        idle_seconds: how long an idle connection is kept.
        ports: of pages and of the API.
        rows: what was created.
        keys: answers by Idempotency-Key: fingerprint, status, location, body.
        requests: counters by method, route and status.
        spent: seconds of them.
    """

    log: Path
    fault: str = ""
    stopping: bool = False
    idle_seconds: float = 30
    ports: tuple[int, int] = (0, 0)
    rows: dict[str, bytes] = field(default_factory=dict)
    unread: set[str] = field(default_factory=set)
    keys: dict[str, tuple[bytes, str, bytes]] = field(default_factory=dict)
    requests: dict[tuple[str, str, int], list[float]] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def document(self, request: _Request) -> dict[str, Any]:
        """What it says of itself."""
        pool = {"max": 10 if self.fault == "small pool" else 20, "total": 2, "idle": 1, "waiting": 0}
        if self.fault == "stats without waiting":
            del pool["waiting"]
        address, protocol, host = request.visitor()
        redis = {"retryDelayOnFailover": 100, "maxRetriesPerRequest": 3, "lazyConnect": True}
        if self.fault == "eager redis":
            redis["lazyConnect"] = False
        shards: dict[str, Any] = {"placement": "primary", "count": 0, "version": None}
        if self.fault == "shards by itself":
            shards = {"placement": "shards", "count": 4, "version": 4}
        found = {
            "contract": 1,
            "client": {"address": address, "protocol": protocol, "host": host},
            "requestId": request.id,
            "trustedProxies": [TRUSTED],
            "cdnUrl": CDN,
            "connections": {"primary": pool, "replicas": [{**pool, "max": 15}], "shards": []},
            "pools": {"idleTimeoutMillis": 30000, "connectionTimeoutMillis": 2000},
            "cache": {
                "redis": {**redis, "cluster": True, "tls": True},
                "memory": {
                    "stdTTL": 60 if self.fault == "short memory" else 300,
                    "checkperiod": 60,
                    "useClones": False,
                },
            },
            "shards": shards,
        }
        if self.fault == "document without pools":
            del found["pools"]
        return found

    def metrics(self) -> str:
        """The text of /metrics."""
        lines = ["# HELP http_requests_total Requests.", "# TYPE http_requests_total counter"]
        histogram = "http_request_duration_seconds"
        timed = [f"# TYPE {histogram} {'summary' if self.fault == 'summary' else 'histogram'}"]
        bounds = [bound for bound in BUCKETS if not (self.fault == "no bucket of 500 ms" and bound == 0.5)]
        factor = 1000 if self.fault == "milliseconds" else 1
        for (method, route, status), seconds in sorted(self.requests.items()):
            labels = f'method="{method}",route="{route}",status="{status}"'
            counted = f'method="{method}",status="{status}"' if self.fault == "counter without route" else labels
            lines.append(f"http_requests_total{{{counted}}} {0 if self.fault == 'counts nothing' else len(seconds)}")
            timed += [
                f'{histogram}_bucket{{{labels},le="{bound}"}} {sum(one <= bound for one in seconds)}'
                for bound in (*bounds, float("inf"))
            ]
            timed += [
                f"{histogram}_sum{{{labels}}} {sum(seconds) * factor}",
                f"{histogram}_count{{{labels}}} {len(seconds)}",
            ]
        states = ("total", "idle") if self.fault == "gauge without waiting" else ("total", "idle", "waiting")
        pools = [
            f'database_pool_connections{{pool="{pool}",state="{one}"}} 1'
            for pool in ("primary", "replica_1")
            for one in states
        ]
        fallbacks = ["# TYPE database_fallbacks_total counter", 'database_fallbacks_total{reason="error"} 0']
        level = "l1" if self.fault == "odd level" else "memory"
        cache = ["# TYPE cache_requests_total counter", f'cache_requests_total{{level="{level}",result="hit"}} 3']
        lines += [
            *timed,
            "# TYPE database_pool_connections gauge",
            *pools,
            *([] if self.fault == "no fallbacks" else fallbacks),
            *cache,
        ]
        return "\n".join(lines) + ("\nthis is no sample {\n" if self.fault == "odd metrics" else "\n")

    def shard(self, client: str, count: int) -> int:
        """Where a client lies."""
        if self.fault == "hash of bytes":
            value = 0
            for unit in client.encode("utf-8", "surrogatepass"):
                value = (31 * value + unit) & 0xFFFFFFFF
            return abs(value - (1 << 32) if value >> 31 else value) % count
        value = shard_hash(client)
        return -value % count if self.fault == "absolute value of 32 bits" and value == 1 << 31 else value % count

    def write(self, line: dict[str, Any]) -> None:
        """One line of the log."""
        text = f"{line['method']} {line['path']}" if self.fault == "log is text" else json.dumps(line)
        with self.lock, self.log.open("a", encoding="utf-8") as file:
            file.write(text + "\n")


class _Request(BaseHTTPRequestHandler):
    """One connection of the application."""

    protocol_version = "HTTP/1.1"
    app: ContractApp

    def visitor(self) -> tuple[str, str, str]:
        """Address, protocol and host of whoever asks."""
        host = self.headers.get("Host", "")
        if not self.trusted():
            return str(self.client_address[0]), "http", host
        fallback = (str(self.client_address[0]), "http", host)
        names = ("X-Forwarded-For", "X-Forwarded-Proto", "X-Forwarded-Host")
        given = [self.headers.get(name, other) for name, other in zip(names, fallback, strict=True)]
        return given[0], given[1], given[2]

    def trusted(self) -> bool:
        """Whether a proxy of its own asks."""
        inside = ipaddress.ip_address(self.client_address[0]) in ipaddress.ip_network(TRUSTED)
        return {"believes all": True, "believes nobody": False}.get(self.app.fault, inside)

    def do_GET(self) -> None:
        self.began = time.monotonic()
        given = self.headers.get("X-Request-Id")
        believed = ipaddress.ip_address(self.client_address[0]) in ipaddress.ip_network(TRUSTED)
        self.id = given if given and believed and self.app.fault != "own ids" else os.urandom(16).hex()
        self.connection.settimeout(self.app.idle_seconds)
        self.content = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.connection.settimeout(self.timeout)
        path = self.path.partition("?")[0]
        web = self.connection.getsockname()[1] == self.app.ports[0]
        getattr(self, f"_{'web' if web else 'api'}")(path)

    do_POST = do_GET  # noqa: N815 - the name that the base class looks for

    def _web(self, path: str) -> None:
        app = self.app
        if path == "/health":
            self._answer(500 if app.fault == "sick" else 200, b"{}", route=path)
        elif path == "/ready":
            ready = not app.stopping or app.fault == "ready to the end"
            self._answer(200 if ready and app.fault != "never ready" else 503, b"{}", route=path)
        elif path == "/metrics":
            kind = "application/json" if app.fault == "metrics in json" else "text/plain; version=0.0.4"
            self._answer(200, app.metrics().encode(), kind, route=path)
        elif path == "/":
            front = "" if app.fault == "no cdn" else CDN
            names = "".join(f'<link href="{front}{name}">' for name in FILES)
            cookie = {"Set-Cookie": "sid=1"}
            said = {"Cache-Control": "public, max-age=60" if app.fault == "page for all" else "private, no-store"}
            self._answer(200, f"<html>{names}</html>".encode(), "text/html", {**cookie, **said}, route="/")
        elif path in FILES:
            kind = "text/plain" if app.fault == "no types" else FILES[path]
            self._answer(200, b"x", kind, route="/static/*")
        elif app.fault == "page for everything":
            self._answer(200, b"<html></html>", "text/html", route="*")
        else:
            self._answer(404, b"{}", route=path if app.fault == "routes are paths" else "*")

    def _api(self, path: str) -> None:
        app = self.app
        stored = {} if app.fault == "data for all" else {"Cache-Control": "private, no-store"}
        if path == "/internal/contract":
            self._answer(200, json.dumps(app.document(self)).encode(), route=path)
        elif path == "/internal/contract/shards" and app.fault != "no placement":
            asked = json.loads(self.content)
            shards = [app.shard(client, asked["count"]) for client in asked["clients"]]
            self._answer(200, json.dumps({"shards": shards}).encode(), route=path)
        elif path == "/api/bonds" and self.command == "POST":
            self._create(stored)
        elif path in app.rows:
            late = app.fault == "replica behind" and path in app.unread
            app.unread.discard(path)
            self._answer(
                404 if late else 200, b"{}" if late else app.rows[path], further=stored, route="/api/bonds/:id"
            )
        else:
            self._answer(404, b"{}", further=stored, route="*")

    def _create(self, stored: dict[str, str]) -> None:
        app, key = self.app, self.headers.get("Idempotency-Key", "")
        known = app.keys.get(key) if app.fault != "creates twice" else None
        if known and known[0] != self.content and app.fault != "any body":
            self._answer(422, b"{}", further=stored, route="/api/bonds")
            return
        if known is None or (known[0] != self.content and app.fault == "any body"):
            number = len(app.rows) + 1
            path = f"/api/bonds/{number:08d}"
            body = json.dumps({"id": number}).encode()
            app.rows[path] = body
            app.unread.add(path)
            known = app.keys[key] = (self.content, path, body)
        if app.fault == "creates twice":
            app.keys.pop(key)
        status = 200 if app.fault == "ok for created" else 201
        self._answer(status, known[2], further={**stored, "Location": known[1]}, route="/api/bonds")

    def _answer(
        self,
        status: int,
        body: bytes,
        kind: str = "application/json",
        further: dict[str, str] | None = None,
        *,
        route: str,
    ) -> None:
        seconds = time.monotonic() - self.began
        with self.app.lock:
            self.app.requests.setdefault((self.command, route, status), []).append(seconds)
        path = self.path if self.app.fault == "log with queries" else self.path.partition("?")[0]
        line = {
            "time": datetime.now(UTC).isoformat().replace("+00:00", "Z"),
            "level": "INFO" if self.app.fault == "loud levels" else "info",
            "message": "request",
            "request_id": "-" if self.app.fault == "log without ids" else self.id,
            "method": self.command,
            "path": path,
            "status": status,
            "seconds": seconds * 1000 if self.app.fault == "log in milliseconds" else seconds,
        }
        if self.app.fault == "local time":
            line["time"] = datetime.now(UTC).replace(tzinfo=None).isoformat()
        odd: dict[str, dict[str, Any]] = {
            "log of numbers": {"message": 7},
            "log with small methods": {"method": self.command.lower()},
            "log with status texts": {"status": str(status)},
        }
        self.app.write({**line, **odd.get(self.app.fault, {})})
        self.send_response(status)
        for name, value in {"X-Request-Id": self.id, "Content-Type": kind, **(further or {})}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Nothing: its own log is a file."""


@contextmanager
def listening(app: ContractApp, web: int = 0, api: int = 0) -> Iterator[ContractApp]:
    """The application on two ports of this machine."""

    class Handler(_Request):
        pass

    Handler.app = app
    Handler.timeout = 0.05 if app.fault == "hangs up" else app.idle_seconds
    with ExitStack() as stack:
        servers = [ThreadingHTTPServer(("127.0.0.1", port), Handler) for port in (web, api)]
        app.ports = (servers[0].server_address[1], servers[1].server_address[1])
        for server in servers:
            server.daemon_threads = True
            server.block_on_close = False
            stack.enter_context(serving(server))
        yield app


def main(arguments: list[str]) -> None:
    """Listens until it is asked to stop, and ends once the requests under way are answered."""
    web, api, log, *fault = arguments
    app = ContractApp(Path(log), fault[0] if fault else "")
    asked = threading.Event()

    def stop(*_: object) -> None:
        if app.fault == "exits at once":
            os._exit(0)
        app.stopping = True
        asked.set()

    signal.signal(signal.SIGTERM, stop)
    with listening(app, int(web), int(api)):
        sys.stdout.write("listening\n")
        sys.stdout.flush()
        asked.wait()
        # what is under way is answered meanwhile; an application would count it
        time.sleep(2 if app.fault != "never ends" else 600)
    os._exit(0)


if __name__ == "__main__":
    main(sys.argv[1:])
