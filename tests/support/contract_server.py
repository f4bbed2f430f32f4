"""How the application of `contract_app` answers.

As a program it listens until SIGTERM: `python -m tests.support.contract_server PORT API_PORT LOG [FAULT]`.
"""

from __future__ import annotations

import ipaddress
import json
import os
import signal
import sys
import threading
import time
from contextlib import ExitStack, contextmanager, nullcontext
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.support.contract_app import CDN, FILES, TRUSTED, ContractApp
from tests.support.pods import serving

if TYPE_CHECKING:
    from collections.abc import Iterator

ELSEWHERE = {"CDN-Cache-Control": "max-age=600"}
SLOW_TO_CREATE_SECONDS = 0.1


def _inside(address: str) -> bool:
    return ipaddress.ip_address(address) in ipaddress.ip_network(TRUSTED)


class _Request(BaseHTTPRequestHandler):
    """One connection of the application."""

    protocol_version = "HTTP/1.1"
    app: ContractApp

    def visitor(self) -> tuple[str, str, str]:
        """Address, protocol and host of whoever asks."""
        peer, host, fault = str(self.client_address[0]), self.headers.get("Host", ""), self.app.fault
        fallback = (peer, "http", host)
        if not self.trusted():
            return {
                "one address": ("10.0.0.1", "http", host),
                "no protocol": (peer, "", host),
                "believes Forwarded": (peer, "http", "elsewhere.example"),
            }.get(fault, fallback)
        names = ("X-Forwarded-For", "X-Forwarded-Proto", "X-Forwarded-Host")
        given = [self.headers.get(name, other) for name, other in zip(names, fallback, strict=True)]
        address = self.headers.get("X-Real-IP", peer) if fault == "believes X-Real-IP" else given[0]
        return address.partition(",")[0], given[1], given[2]

    def trusted(self) -> bool:
        """Whether a proxy of its own asks."""
        inside = _inside(str(self.client_address[0]))
        nearest = self.headers.get("X-Forwarded-For", "").rpartition(", ")[2]
        posing = nearest.count(".") > 0 and _inside(nearest)
        others = {"believes all": True, "believes nobody": False, "believes the nearest": inside or posing}
        return others.get(self.app.fault, inside)

    def do_GET(self) -> None:
        app = self.app
        self.began = time.monotonic()
        given = self.headers.get("X-Request-Id")
        self.id = os.urandom(16).hex()
        if _inside(str(self.client_address[0])):
            self.id = given if given and app.fault != "own ids" else self.id
        elif app.fault == "one id for strangers":
            self.id = "0" * 32
        self.connection.settimeout(app.idle_seconds)
        self.content = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        path = self.path.partition("?")[0]
        web = self.connection.getsockname()[1] == app.ports[0]
        self.connection.settimeout(0.05 if app.fault == "hangs up on the API" and not web else self.timeout)
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
            kinds = {"metrics in json": "application/json", "metrics without an end": "application/openmetrics-text"}
            kind = kinds.get(app.fault, "text/plain; version=0.0.4")
            self._answer(200, app.metrics().encode(), kind, route=path)
        elif path == "/":
            self._page()
        elif path in FILES:
            kind = "text/plain" if app.fault == "no types" else FILES[path]
            self._answer(200, b"x", kind, route="/static/*")
        elif app.fault == "page for everything" or (app.fault == "page for styles" and path.endswith(".css")):
            self._answer(200, b"<html></html>", "text/html", route="*")
        else:
            self._answer(404, b"{}", route="*")

    def _page(self) -> None:
        fault = self.app.fault
        front = "" if fault == "no cdn" else CDN
        names = "".join(f'<link href="{front}{name}">' for name in FILES)
        names += {
            "a name without its slash": f'<script src="{min(FILES)[1:]}"></script>',
            "an image without the CDN": f'<img srcset="{CDN}{min(FILES)} 1x, {min(FILES)} 2x">',
        }.get(fault, "")
        said = {
            "page for all": {"Cache-Control": "public, max-age=60"},
            "public and private": {"Cache-Control": "public, private"},
            "page kept in front": {"Cache-Control": "private, no-store", **ELSEWHERE},
        }.get(fault, {"Cache-Control": "private, no-store"})
        self._answer(200, f"<html>{names}</html>".encode(), "text/html", {"Set-Cookie": "sid=1", **said}, route="/")

    def _api(self, path: str) -> None:
        app = self.app
        stored = {} if app.fault == "data for all" else {"Cache-Control": "private, no-store"}
        stored |= ELSEWHERE if app.fault == "data kept in front" else {}
        if path == "/internal/contract":
            self._answer(200, json.dumps(app.document(self.visitor(), self.id)).encode(), route=path)
        elif path == "/internal/contract/shards" and app.fault != "no placement":
            asked = json.loads(self.content)
            shards = [app.shard(client, asked["count"]) for client in asked["clients"]]
            if app.stopping and app.fault == "another answer at the end":
                shards = []
            self._answer(200, json.dumps({"shards": shards}).encode(), route=path)
        elif path == "/api/bonds" and self.command == "POST":
            with nullcontext() if app.fault == "races" else app.creating:
                self._create(stored)
        elif path in app.rows:
            late = app.fault == "replica behind" and path in app.unread
            app.unread.discard(path)
            self._answer(
                404 if late else 200, b"{}" if late else self._read(path), further=stored, route="/api/bonds/:id"
            )
        else:
            self._answer(404, b"{}", further={} if app.fault == "refusals for all" else stored, route="*")

    def _read(self, path: str) -> bytes:
        row = json.loads(self.app.rows[path])
        bare = {"id": row["id"]}
        read = {
            "reads another row": {"other": "row"},
            "stores nothing": bare | {"client": "somebody else"},
            "keeps the number alone": bare,
            "stores what it once got": row | {"client": "client-42"},
            "loses the client": {name: value for name, value in row.items() if name != "client"},
            "loses the amount": {name: value for name, value in row.items() if name != "amount"},
            "makes up another name": bare | {"clientId": "somebody else", "amount": row.get("amount")},
            "has names and forms of its own": bare
            | {"clientId": {"id": row.get("client")}, "amount": str(row.get("amount"))},
            "wraps another row": {"data": row | {"client": "somebody else"}, "links": {}},
            "lists another row": [row | {"client": "somebody else"}],
            "wraps and lists": {"data": [row | {"id": 0}, row], "links": {}},
        }.get(self.app.fault, row)
        return json.dumps(read).encode()

    def _create(self, stored: dict[str, str]) -> None:
        app, key, fault = self.app, self.headers.get("Idempotency-Key", ""), self.app.fault
        if fault == "one for all":
            key = self.content.decode()
        known = app.keys.get(key) if fault != "creates twice" else None
        if self._refused(known, stored):
            return
        if known is None or (known[0] != self.content and fault == "any body"):
            if fault == "races":
                time.sleep(SLOW_TO_CREATE_SECONDS)
            with app.lock:
                number = len(app.rows) + 1
                path = f"/api/bonds/{number:08d}"
                app.rows[path] = json.dumps({**json.loads(self.content), "id": number}).encode()
            app.unread.add(path)
            known = app.keys[key] = (self.content, path, json.dumps({"id": number}).encode())
        if fault == "creates twice":
            app.keys.pop(key)
        status = 200 if fault == "ok for created" else 201
        where = {} if fault == "created nowhere" else {"Location": known[1]}
        self._answer(status, known[2], further={**stored, **where}, route="/api/bonds")

    def _refused(self, known: tuple[bytes, str, bytes] | None, stored: dict[str, str]) -> bool:
        """Whether this body gets no second try, or none at all."""
        fault, document = self.app.fault, json.loads(self.content)
        another = known is not None and known[0] != self.content
        refused: bool = {
            "any body": False,
            "only known keys": document.keys() != {"client"},
            "only known bodies": document != {"client": "client-42"},
        }.get(fault, another)
        if refused:
            self._answer(422, b"{}", further=stored, route="/api/bonds")
        return refused

    def _answer(
        self,
        status: int,
        body: bytes,
        kind: str = "application/json",
        further: dict[str, str] | None = None,
        *,
        route: str,
    ) -> None:
        app = self.app
        seconds = time.monotonic() - self.began
        with app.lock:
            app.requests.setdefault((self.command, route, status), []).append(seconds)
        app.write(self._line(status, seconds))
        self.send_response(status)
        without = {"pages without ids": "/", "data without ids": "/api/bonds"}.get(app.fault)
        ids = {} if self.path.partition("?")[0] == without else {"X-Request-Id": self.id}
        for name, value in {**ids, "Content-Type": kind, **(further or {})}.items():
            self.send_header(name, value)
        half = app.stopping and app.fault == "half an answer" and self.command == "POST"
        self.send_header("Content-Length", str(len(body) + 100 * half))
        self.end_headers()
        self.wfile.write(body)
        self.close_connection = self.close_connection or half

    def _line(self, status: int, seconds: float) -> dict[str, Any]:
        """The log line of the request."""
        bare = self.path.partition("?")[0]
        line = {
            "time": datetime.now(UTC).isoformat().replace("+00:00", "Z"),
            "level": "info",
            "message": "request",
            "request_id": self.id,
            "method": self.command,
            "path": bare,
            "status": status,
            "seconds": seconds,
        }
        odd: dict[str, dict[str, Any]] = {
            "local time": {"time": datetime.now(UTC).replace(tzinfo=None).isoformat()},
            "time stands still": {"time": "2026-01-31T10:00:00.000Z"},
            "loud levels": {"level": "INFO"},
            "all is an error": {"level": "error"},
            "log of numbers": {"message": 7},
            "messages of two lines": {"message": "request\nanswered"},
            "log without ids": {"request_id": "-"},
            "log without ids of data": {"request_id": "-" if bare.startswith("/api/") else self.id},
            "log with small methods": {"method": self.command.lower()},
            "log with queries": {"path": self.path},
            "queries in messages": {"message": f"request {self.path}"},
            "log with status texts": {"status": str(status)},
            "log in milliseconds": {"seconds": seconds * 1000},
            "log of no time": {"seconds": 0},
        }
        return {**line, **odd.get(self.app.fault, {})}

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
