"""A small application that keeps the contract, and breaks one clause of it where it is told to: what it says of itself.

`tests/support/contract_server.py` answers for it.
"""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from planner.shards.clients import shard_hash

if TYPE_CHECKING:
    from pathlib import Path

FILES = {"/static/app.3f9a2b1c.css": "text/css", "/static/app.7d1e0f42.js": "text/javascript"}
CDN = "https://cdn.bailbondpro.com"
TRUSTED = "127.0.0.1/32"
BUCKETS = (0.05, 0.2, 0.5, 1.0, 5.0)
DATABASE = "postgresql://app:secret@pooler:6432"
VARIABLES = {
    "CDN_URL": CDN,
    "TRUSTED_PROXIES": TRUSTED,
    "DATABASE_PRIMARY_URL": f"{DATABASE}/primary",
    "DATABASE_REPLICA_1_URL": f"{DATABASE}/replica_1",
    "REDIS_URL": "rediss://cache:6379",
}


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
    creating: threading.Lock = field(default_factory=threading.Lock)

    def document(self, visitor: tuple[str, str, str], request_id: str) -> dict[str, Any]:
        """What it says of itself."""
        fault = self.fault
        pool = {"max": 10 if fault == "small pool" else 20, "total": 2, "idle": 1, "waiting": 0}
        if fault == "stats without waiting":
            del pool["waiting"]
        redis = {"retryDelayOnFailover": 100, "maxRetriesPerRequest": 3, "lazyConnect": fault != "eager redis"}
        shards: dict[str, Any] = {"placement": "primary", "count": 0, "version": None}
        if fault == "shards by itself":
            shards = {"placement": "shards", "count": 4, "version": 4}
        if fault == "a version without a map":
            shards["version"] = 7
        found = {
            "contract": 1,
            "client": dict(zip(("address", "protocol", "host"), visitor, strict=True)),
            "requestId": request_id,
            "trustedProxies": None if fault == "no ranges" else [TRUSTED],
            "cdnUrl": "https://cdn.example" if fault == "another CDN in the document" else CDN,
            "connections": {
                "primary": None if fault == "no database" else pool,
                "replicas": [] if fault in {"no replica", "no database"} else [{**pool, "max": 15}],
                "shards": [],
            },
            "pools": {"idleTimeoutMillis": 30000, "connectionTimeoutMillis": 2000},
            "cache": {
                "redis": None if fault == "no redis" else {**redis, "cluster": True, "tls": True},
                "memory": {"stdTTL": 60 if fault == "short memory" else 300, "checkperiod": 60, "useClones": False},
            },
            "shards": shards,
        }
        if fault == "document without pools":
            del found["pools"]
        return found

    def metrics(self) -> str:
        """The text of /metrics."""
        lines = ["# HELP http_requests_total Requests.", "# TYPE http_requests_total counter"]
        for (method, route, status), seconds in sorted(self.requests.items()):
            lines.append(f"http_requests_total{{{self._labels(method, route, status)}}} {self._counted(seconds)}")
        lines += [*self._durations(), "# TYPE database_pool_connections gauge"]
        states: dict[str, float] = {
            "total": 2,
            "idle": 9 if self.fault == "more idle than there are" else 1,
            "waiting": 0,
        }
        if self.fault == "gauge without waiting":
            del states["waiting"]
        if self.fault == "pools of no number":
            states["total"] = float("nan")
        lines += [
            f'database_pool_connections{{pool="{pool}",state="{state}"}} {value}'
            for pool in ("primary", "replica_1")
            for state, value in states.items()
        ]
        reason = "timeout" if self.fault == "odd reason" else "error"
        if self.fault != "no fallbacks":
            lines += ["# TYPE database_fallbacks_total counter", f'database_fallbacks_total{{reason="{reason}"}} 0']
        level = "l1" if self.fault == "odd level" else "memory"
        key = ',key="bond_types"' if self.fault == "keys as labels" else ""
        lines += [
            "# TYPE cache_requests_total counter",
            f'cache_requests_total{{level="{level}",result="hit"{key}}} 3',
        ]
        return "\n".join(lines) + ("\nthis is no sample {\n" if self.fault == "odd metrics" else "\n")

    def _labels(self, method: str, route: str, status: int) -> str:
        path = max(self.rows, default="/")
        one = {"one route": "*", "routes are paths": path, "routes are cut": path[4:] or "/"}.get(self.fault, route)
        told = 200 if self.fault == "counts all as 200" else status
        return {
            "counter without route": f'method="{method}",status="{status}"',
            "paths beside the route": f'method="{method}",route="{route}",status="{status}",path="{path}"',
        }.get(self.fault, f'method="{method}",route="{one}",status="{told}"')

    def _counted(self, seconds: list[float]) -> int:
        return {"counts nothing": 0, "counts twice": 2 * len(seconds)}.get(self.fault, len(seconds))

    def _durations(self) -> list[str]:
        name, fault = "http_request_duration_seconds", self.fault
        lines = [f"# TYPE {name} {'summary' if fault == 'summary' else 'histogram'}"]
        bounds = [*(bound for bound in BUCKETS if fault != "no bucket of 500 ms" or bound != 0.5), float("inf")]
        factor = {"milliseconds": 1000, "no time": 0}.get(fault, 1)
        for (method, route, status), seconds in sorted(self.requests.items()):
            told = 200 if fault == "times all as 200" else status
            labels = f'method="{method}",route="{route}",status="{told}"'
            for bound in bounds:
                held = sum(one <= bound for one in seconds)
                if bound < float("inf"):
                    held = {"all in the first bucket": len(seconds), "empty buckets": 0}.get(fault, held)
                elif fault == "fewer in the last bucket":
                    held += 1
                lines.append(f'{name}_bucket{{{labels},le="{bound}"}} {held}')
            lines += [f"{name}_sum{{{labels}}} {sum(seconds) * factor}", f"{name}_count{{{labels}}} {len(seconds)}"]
        return lines

    def shard(self, client: str, count: int) -> int:
        """Where a client lies."""
        if self.fault == "hash of bytes":
            value = 0
            for unit in client.encode("utf-8", "surrogatepass"):
                value = (31 * value + unit) & 0xFFFFFFFF
            return abs(value - (1 << 32) if value >> 31 else value) % count
        client = {
            "small letters": client.lower(),
            "trimmed": client.strip(),
            "numbers": str(int(client)) if client.isdecimal() else client,
        }.get(self.fault, client)
        value = shard_hash(client)
        return -value % count if self.fault == "absolute value of 32 bits" and value == 1 << 31 else value % count

    def write(self, line: dict[str, Any]) -> None:
        """One line of the log."""
        text = f"{line['method']} {line['path']}" if self.fault == "log is text" else json.dumps(line)
        with self.lock, self.log.open("a", encoding="utf-8") as file:
            file.write(text + "\n")
