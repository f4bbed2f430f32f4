"""A stand-in for Cloudflare on this machine: the purge, ruleset and load balancing calls of its API, and an edge.

It has its own idea of the plans' limits, apart from `edge.cloudflare_plans`, and answers with the API's envelope
(Cloudflare API docs). `Stub.faults` makes the next calls fail; `Stub.calls` remembers what was asked.
"""

from __future__ import annotations

import json
import threading
from collections import Counter
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from types import TracebackType

TOKEN = "stub-token-0123456789abcdefghijklmnopqrst"  # noqa: S105 - nobody's secret
ZONE = "00000000000000000000000000000b0b"
ACCOUNT = "000000000000000000000000000acc01"
MAX_RULES = {"free": 10, "pro": 25, "business": 50, "enterprise": 300}
MIN_EDGE_TTL = {"free": 7200, "pro": 3600, "business": 1, "enterprise": 1}
RATE_LIMITS = {"free": (1, (10,)), "pro": (2, (10, 60)), "business": (5, (10, 60, 120, 300, 600))}
MAX_FILES = 100
MAX_VALUES = 100


@dataclass(frozen=True)
class Call:
    """One request to the API."""

    method: str
    path: str
    body: Any
    authorized: bool


@dataclass(frozen=True)
class Fault:
    """What the next purge call gets instead of its answer."""

    status: int
    message: str = "try again"
    code: int = 10000
    retry_after: str = ""
    body: str | None = None
    """The whole body, in place of the API's envelope; sent as HTML unless it is JSON."""


class ApiError(Exception):
    """An answer with `success: false`."""

    def __init__(self, status: int, code: int, message: str, retry_after: str = "", body: str | None = None) -> None:
        super().__init__(message)
        self.status, self.code, self.message, self.retry_after = status, code, message, retry_after
        self.body = body


@dataclass
class Stub:
    """The server; a context manager."""

    plan: str = "pro"
    zone_suffix: str = "bailbondpro.com"
    token: str = TOKEN
    faults: list[Fault | None] = field(default_factory=list)
    """What the next purge calls get; None lets one pass."""
    calls: list[Call] = field(default_factory=list)
    rulesets: dict[str, dict[str, Any]] = field(default_factory=dict)
    edge_status: dict[str, int] = field(default_factory=dict)
    """Status of a path at the edge, where it is not 200."""
    never_cached: set[str] = field(default_factory=set)
    """Paths that the edge answers with BYPASS for ever."""
    head_requests: list[tuple[str, str, dict[str, str]]] = field(default_factory=list)
    """Host, target and headers of every request to the edge."""
    lock: threading.Lock = field(default_factory=threading.Lock)
    busiest: int = 0
    """The largest number of edge requests at a time."""
    _busy: int = 0
    _seen: Counter[str] = field(default_factory=Counter)

    def __enter__(self) -> Self:
        stub: Stub = self

        class Handler(_Handler):
            owner = stub

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()

    @property
    def address(self) -> str:
        """`http://127.0.0.1:PORT`."""
        return f"http://127.0.0.1:{self._server.server_port}"

    @property
    def base_url(self) -> str:
        """What CLOUDFLARE_BASE_URL wants."""
        return f"{self.address}/client/v4"

    def purges(self) -> list[Any]:
        """Bodies of the purge calls, in their order."""
        return [call.body for call in self.calls if call.path.endswith("_cache")]

    def answer(self, call: Call) -> Any:  # noqa: ANN401 - the API's result, any JSON
        """The result of an API call.

        Raises:
            ApiError: the API refuses it.
        """
        if not call.authorized:
            raise ApiError(401, 10000, "Authentication error")
        parts = call.path.strip("/").split("/")
        if parts[0] == "accounts" and parts[2:4] == ["load_balancers", "pools"]:
            return self._pool(call)
        if parts[:2] != ["zones", ZONE]:
            raise ApiError(403, 9109, "Unauthorized to access requested resource")
        if parts[2] in {"purge_cache", "invalidate_cache"} and call.method == "POST":
            return self._purge(call.body)
        if parts[2] == "rulesets":
            return self._ruleset(call, parts[3] if len(parts) > 3 else "")
        raise ApiError(404, 7003, "Could not route")

    def _purge(self, body: dict[str, Any]) -> dict[str, str]:
        fault = self.faults.pop(0) if self.faults else None
        if fault is not None:
            raise ApiError(fault.status, fault.code, fault.message, fault.retry_after, fault.body)
        if len(body) != 1:
            raise ApiError(400, 1012, "Request must contain one of files, tags, hosts, prefixes, purge_everything")
        kind, values = next(iter(body.items()))
        if kind == "purge_everything":
            return {"id": ZONE}
        if not 0 < len(values) <= (MAX_FILES if kind == "files" else MAX_VALUES):
            raise ApiError(400, 1094, f"Unable to purge {len(values)} {kind}, limit is {MAX_FILES} per request")
        for value in values if kind == "prefixes" else ():
            if "://" in value or {"?", "#"} & set(value) or value.count("/") > 31:
                raise ApiError(400, 1016, f"Invalid prefix '{value}'")
        for value in values if kind == "files" else ():
            host = value.removeprefix("https://").split("/", 1)[0]
            if not host.endswith(self.zone_suffix) or "/refused" in value:
                raise ApiError(400, 1092, f"Unable to purge '{value}', you can only purge files for this zone")
        return {"id": ZONE}

    def _ruleset(self, call: Call, ruleset_id: str) -> dict[str, Any]:
        if call.method == "GET":
            if ruleset_id not in self.rulesets:
                raise ApiError(404, 20012, "could not find ruleset")
            return self.rulesets[ruleset_id]
        body = call.body
        if call.method == "POST" and any(found["phase"] == body["phase"] for found in self.rulesets.values()):
            raise ApiError(400, 20217, "A similar configuration with rules already exists and overwriting will have …")
        self._check_rules(body["phase"], body["rules"])
        made = f"{len(self.rulesets) + 1:032x}" if call.method == "POST" else ruleset_id
        self.rulesets[made] = {**body, "id": made, "version": "1", "last_updated": "2026-01-01T00:00:00Z"}
        return self.rulesets[made]

    def _check_rules(self, phase: str, rules: list[dict[str, Any]]) -> None:
        limit = RATE_LIMITS.get(self.plan, (5, ()))[0] if phase == "http_ratelimit" else MAX_RULES[self.plan]
        if len(rules) > limit:
            raise ApiError(403, 20230, f"exceeded the maximum number of rules in the phase {phase}: {limit}")
        for rule in rules:
            ttl = rule.get("action_parameters", {}).get("edge_ttl", {})
            if ttl.get("mode") == "override_origin" and ttl["default"] < MIN_EDGE_TTL[self.plan]:
                raise ApiError(400, 20133, f"edge ttl {ttl['default']} is below the minimum of the plan {self.plan}")
            period = rule.get("ratelimit", {}).get("period")
            allowed = RATE_LIMITS.get(self.plan, (5, ()))[1]
            if period is not None and allowed and period not in allowed:
                raise ApiError(400, 20155, f"not entitled to use the period {period}")

    @staticmethod
    def _pool(call: Call) -> dict[str, Any]:
        origins = sorted(call.body["origins"], key=lambda origin: origin["name"])
        return {**call.body, "id": "f" * 32, "origins": origins}

    def edge(self, host: str, target: str, headers: dict[str, str]) -> tuple[int, str]:
        """(status, CF-Cache-Status) of a request to the edge: MISS, then HIT."""
        with self.lock:
            self._busy += 1
            self.busiest = max(self.busiest, self._busy)
            self.head_requests.append((host, target, headers))
            self._seen[f"{host}{target}"] += 1
            count = self._seen[f"{host}{target}"]
        threading.Event().wait(0.02)
        with self.lock:
            self._busy -= 1
        if target in self.edge_status:
            return self.edge_status[target], "DYNAMIC"
        if target in self.never_cached:
            return 200, "BYPASS"
        return 200, "MISS" if count == 1 else "HIT"


class _Handler(BaseHTTPRequestHandler):
    owner: Stub
    protocol_version = "HTTP/1.1"

    def _api(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        body = json.loads(self.rfile.read(length)) if length else None
        stub, whole = self.owner, None
        path = self.path.removeprefix("/client/v4")
        call = Call(self.command, path, body, self.headers.get("Authorization") == f"Bearer {stub.token}")
        with stub.lock:
            stub.calls.append(call)
            try:
                status, result, errors, retry = 200, stub.answer(call), [], ""
            except ApiError as error:
                status, result, retry, whole = error.status, None, error.retry_after, error.body
                errors = [{"code": error.code, "message": error.message}]
        if whole is not None:
            kind = "application/json" if whole[:1] in {"{", "[", '"'} else "text/html"
            return self._send(status, {"Content-Type": kind}, whole.encode())
        document = {"success": not errors, "errors": errors, "messages": [], "result": result}
        return self._send(status, {"Retry-After": retry} if retry else {}, json.dumps(document).encode())

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _api  # noqa: N815 - names that http.server looks for

    def do_HEAD(self) -> None:
        """The edge."""
        status, cache = self.owner.edge(self.headers["Host"], self.path, dict(self.headers))
        self._send(status, {"CF-Cache-Status": cache}, b"")

    def _send(self, status: int, headers: dict[str, str], body: bytes) -> None:
        self.send_response(status)
        for name, value in {"Content-Type": "application/json", "Content-Length": str(len(body)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """No log: a test reads `Stub.calls`."""
