"""The sample application, broken on purpose: each variant replaces one text of one file and breaks one clause.

Several variants that do not hide each other are judged in one run, which has to say exactly what they break.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

MOST_IN_A_RUN = 8
"""Few enough to see which one was not told."""
HIDES = {
    "endpoint.ready": {"stop.ready-off"},
    "endpoint.metrics": {"metric."},
    "endpoint.contract": {"database.pools", "database.stats", "shards.placement", "cache.", "proxies."},
    "endpoint.shard-of": {"shards.hash", "stop.finishes"},
    "header.request-id-back": {"proxies."},
    "log.request_id": {"log."},
    "retries.created": {"retries.", "database.read-after-write", "caching.api"},
    "retries.idempotent": {"retries.", "database.read-after-write"},
    "connections.kept": {"stop."},
    "stop.finishes": {"stop."},
    "stop.ends": {"stop."},
}
"""What cannot be judged, or not alone, where a clause is broken: clauses, or what they begin with."""


@dataclass(frozen=True)
class Variant:
    """One text of one file of the sample replaced: what it says then breaks one clause of the contract."""

    clause: str
    file: str
    text: str
    instead: str

    def apply(self, folder: Path) -> None:
        """Change a copy of the application.

        Raises:
            ValueError: the text is not there once.
        """
        file = folder / self.file
        found = file.read_text()
        if found.count(self.text) != 1:
            raise ValueError(f"{self.clause}: {self.file} has {self.text!r} {found.count(self.text)} times")
        file.write_text(found.replace(self.text, self.instead))

    def fits(self, other: Variant) -> bool:
        """Whether both can be judged in one run."""
        apart = self.file != other.file or (self.text not in other.text and other.text not in self.text)
        return apart and self.clause != other.clause and not (self._hides(other) or other._hides(self))

    def _hides(self, other: Variant) -> bool:
        return any(other.clause.startswith(hidden) for hidden in HIDES.get(self.clause, ()))


VARIANTS = (
    Variant("endpoint.health", "health.js", "response.json({ status: 'ok' })", "response.status(500).end()"),
    Variant("endpoint.ready", "server.js", "state.connected = true", ""),
    Variant("endpoint.ready", "health.js", "status === 'ready' ? 200 : 503", "status === 'ready' ? 204 : 503"),
    Variant("endpoint.metrics", "health.js", "'/metrics'", "'/prometheus'"),
    Variant("endpoint.metrics", "health.js", "response.type(registry.contentType)", "response.type('json')"),
    Variant("endpoint.contract", "contract.js", "pools: databases.timeouts(),", ""),
    Variant("endpoint.shard-of", "contract.js", "response.json({ shards: clients", "response.json({ places: clients"),
    Variant("header.request-id-back", "requests.js", "trusted && ID.test(given)", "ID.test(given)"),
    Variant("header.request-id-back", "requests.js", "trusted && ID.test(given)", "false"),
    Variant("proxies.trusted", "contract.js", "request.protocol", "'http'"),
    Variant("proxies.trusted", "contract.js", "host: request.host", "host: request.headers.host"),
    Variant("proxies.others", "contract.js", "request.ip?.", "(request.get('X-Forwarded-For') ?? request.ip)?."),
    Variant("proxies.others", "contract.js", "request.protocol", "(request.get('X-Forwarded-Proto') ?? 'http')"),
    Variant("retries.created", "api.js", "if (result.status === 201) response", "if (result.status === 0) response"),
    Variant("retries.idempotent", "api.js", "? { status: 201,", "? { status: 200,"),
    Variant("retries.idempotent", "api.js", "bonds/${result.body.id}`", "bonds/${result.body.id}?at=${Date.now()}`"),
    Variant("retries.other-body", "api.js", "fingerprint = $3 AS same", "length($3) > 0 AS same"),
    Variant("retries.other-body", "api.js", "JSON.stringify(body)", "body.amountCents.toString()"),
    Variant(
        "database.read-after-write",
        "databases.js",
        "this.snapshot(this.places.place(clientId, count), count",
        "this.snapshot(this.primary.pool, count",
    ),
    Variant(
        "database.read-after-write",
        "api.js",
        """AS "amountCents" FROM bonds WHERE client_id = $1 AND id = $2'""",
        """+ 1 AS "amountCents" FROM bonds WHERE client_id = $1 AND id = $2'""",
    ),
    Variant(
        "database.stats", "contract.js", "connections: { primary,", "connections: { primary: { ...primary, idle: 99 },"
    ),
    Variant("database.stats", "databases.js", "total: pool.totalCount", "total: 99"),
    Variant("database.pools", "databases.js", "      max,\n", "      max: 20,\n"),
    Variant("database.pools", "databases.js", "idleTimeoutMillis: settings.idleTimeoutMs", "idleTimeoutMillis: 1000"),
    Variant("shards.hash", "shards.js", "Math.abs(hash)", "hash & 0x7fffffff"),
    Variant("shards.hash", "shards.js", "clientId.charCodeAt(i)", "clientId.codePointAt(i)"),
    Variant("shards.placement", "configuration.js", "count: map.count,", "count: 4,"),
    Variant(
        "shards.placement", "contract.js", "shards: settings.shardMap", "shards: { ...settings.shardMap, version: 1 }"
    ),
    Variant("cache.client", "cache.js", "maxRetriesPerRequest: 3", "maxRetriesPerRequest: 20"),
    Variant("cache.client", "cache.js", "lazyConnect: true", "lazyConnect: false"),
    Variant("cache.memory", "cache.js", "useClones: false", "useClones: true"),
    Variant("cache.memory", "cache.js", "stdTTL: settings.cacheTtlSeconds", "stdTTL: 60"),
    Variant("caching.static", "pages.js", ".type('js')", ".type('txt')"),
    Variant("caching.pages", "pages.js", "'private, no-store'", "'max-age=60'"),
    Variant("caching.pages", "pages.js", ".set('Cache-Control', 'private, no-store').type('html')", ".type('html')"),
    Variant("caching.api", "api.js", "'private, no-store'", "'public, max-age=60'"),
    Variant("caching.missing", "pages.js", "return next()", "return response.send('a page')"),
    Variant("caching.cdn-url", "pages.js", "${settings.cdnUrl ?? ''}", ""),
    Variant("caching.cdn-url", "pages.js", "settings.cdnUrl ?? ''", "'https://cdn.example'"),
    Variant(
        "metric.http_requests_total", "metrics.js", "inc(labels)", "inc({ ...labels, route: request.originalUrl })"
    ),
    Variant("metric.http_requests_total", "metrics.js", "inc(labels)", "inc({ ...labels, status: 200 })"),
    Variant("metric.http_requests_total", "metrics.js", "inc(labels)", "inc(labels, 2)"),
    Variant(
        "metric.http_request_duration_seconds", "metrics.js", "observe(labels,", "observe({ ...labels, status: 200 },"
    ),
    Variant("metric.http_request_duration_seconds", "metrics.js", "/ 1e9", "/ 1e6"),
    Variant("metric.http_request_duration_seconds", "metrics.js", "0.2, 0.5, 1, 2", "0.2, 1, 2"),
    Variant("metric.database_pool_connections", "metrics.js", "['total', 'idle', 'waiting']", "['total', 'idle']"),
    Variant("metric.database_fallbacks_total", "metrics.js", "'database_fallbacks_total'", "'database_fallbacks'"),
    Variant("metric.cache_requests_total", "metrics.js", "this.lookups = new Counter", "this.lookups = new Gauge"),
    Variant("log.time", "log.js", "new Date().toISOString()", "new Date().toString()"),
    Variant("log.level", "log.js", "info: write('info')", "info: write('notice')"),
    Variant("log.message", "requests.js", "message: 'request'", "message: 200"),
    Variant("log.request_id", "requests.js", "request_id: request.id", "request_id: '-'"),
    Variant("log.method", "requests.js", "method: request.method", "method: request.method.toLowerCase()"),
    Variant("log.path", "requests.js", ".split('?')[0]", ""),
    Variant("log.status", "requests.js", "status: statusOf(response)", "status: String(statusOf(response))"),
    Variant("log.seconds", "requests.js", "(Date.now() - began) / 1000", "Date.now() - began"),
    Variant(
        "connections.kept",
        "requests.js",
        "response.set('X-Request-Id', request.id)",
        "response.set({ 'X-Request-Id': request.id, Connection: 'close' })",
    ),
    Variant(
        "stop.ready-off",
        "shutdown.js",
        "state.stopping = true",
        "await new Promise((resolve) => setTimeout(resolve, 3000))",
    ),
    Variant("stop.finishes", "shutdown.js", "state.stopping = true", "process.exit(0)"),
    Variant("stop.ends", "shutdown.js", "process.exit(0)", "setInterval(() => {}, 1000)"),
)


def runs() -> list[list[Variant]]:
    """All variants, each in a run with others that fit it."""
    found: list[list[Variant]] = []
    for variant in VARIANTS:
        fitting = (run for run in found if len(run) < MOST_IN_A_RUN and all(variant.fits(other) for other in run))
        run = next(fitting, None)
        if run is None:
            found.append([variant])
        else:
            run.append(variant)
    return found
