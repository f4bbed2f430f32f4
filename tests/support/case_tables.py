"""Longer changes of the configurations that violate a limit."""

from __future__ import annotations

STOPS: tuple[tuple[str, dict[str, object]], ...] = (
    ("app.terminationGraceSeconds", {"app": {"terminationGraceSeconds": 79}}),
    ("app.preStopSeconds", {"app": {"preStopSeconds": 8}}),
    ("app.preStopSeconds", {"app": {"preStopSeconds": 13}}),
    ("gateway.preStopSeconds", {"gateway": {"preStopSeconds": 15, "deregistrationDelaySeconds": 60}}),
    ("gateway.preStopSeconds", {"gateway": {"deregistrationDelaySeconds": 131}}),
    ("gateway.preStopSeconds", {"gateway": {"preStopSeconds": 826}}),
    ("gateway.deregistrationDelaySeconds", {"gateway": {"deregistrationDelaySeconds": 59}}),
    ("gateway.app.timeouts.readSeconds", {"gateway": {"app": {"timeouts": {"readSeconds": 443}}}}),
    ("gateway.api.timeouts.readSeconds", {"gateway": {"api": {"timeouts": {"readSeconds": 3600}}}}),
)
"""Chains from the load balancer to the kill of a pod that lose a request: the key that is refused, the change."""

MANY_SMALL_PODS: dict[str, object] = {
    "app": {"resources": {"cpuRequestMillicores": 10, "memoryRequestMib": 256, "memoryLimitMib": 256}},
    "autoscaling": {"maxReplicas": 200},
    "pools": {
        "undivided": "only",
        "app": {"instanceType": "r8g.4xlarge", "minSize": 1, "desiredSize": 1, "maxSize": 2},
    },
    "postgres": {"clientPools": {"primary": 1, "replica": 1}, "maxConnections": 300, "instanceClass": "db.r7g.large"},
}

EVERYTHING_LOST: tuple[tuple[str, str, dict[str, object]], ...] = tuple(
    (
        "accepted-losses-named",
        "availability.acceptedLosses[0].stops",
        {
            "availability": {
                "acceptedLosses": [{"stops": stops, "reason": "nobody looked at what it is", "until": "2099-12-31"}]
            }
        },
    )
    for stops in ("*", "**", "???*", "*s of *", " ")
)
"""Acceptances that name nothing."""

_REASON = "one zone is enough until spring"
_LOSSES: dict[str, object] = {"acceptedLosses": [{"stops": "the way out of *", "reason": _REASON}]}
_UPTIME: dict[str, object] = {"acceptedUptime": {"percent": 99, "reason": _REASON}}
_OBJECTIVES: dict[str, object] = {"accepted": [{"objective": "response", "value": 900, "reason": _REASON}]}
ENDLESS: tuple[tuple[str, str, dict[str, object]], ...] = (
    ("accepted-with-an-end", "availability.acceptedLosses[0].until", {"availability": _LOSSES}),
    ("accepted-with-an-end", "availability.acceptedUptime.until", {"availability": _UPTIME}),
    ("accepted-with-an-end", "objectives.accepted[0].until", {"objectives": _OBJECTIVES}),
)
"""Acceptances of production without a last day."""

EMPTY_SHARDS: tuple[tuple[str, str, dict[str, object]], ...] = tuple(
    ("shards-by-hand", "app.environment.SPARE", {"app": {"environment": {"SPARE": value}}, **more})
    for value, more in (
        ("postgres://bbp@bailbondpro-prod-shard-0.abc.us-east-1.rds.amazonaws.com/bailbondpro", {}),
        ("postgres://pgbouncer:5432/shard_3", {}),
        ("postgres://bbp@BAILBONDPRO-PROD-SHARD-0.abc.us-east-1.rds.amazonaws.com/bailbondpro", {}),
        ("postgres://pgbouncer:5432/shard%5F3", {}),
        ("postgres://pgbouncer:5432/%73hard_3", {}),
        ("$(DATABASE_TARGET_SHARD_3_URL)", {}),
        ("shard_4", {"postgres": {"placement": "shards", "shards": {"count": 8, "placedOn": 4}}}),
    )
)
"""Variables that lead pods to a shard that holds nobody."""

NO_PAGES = (
    *("/robots.txt", "/a//b", "/app.js", "/logo.png", "/favicon.ico", "/api/x", "/metrics", "/internal/x"),
    *("/wp-login.php", "/health", "/ready"),
)
"""Paths that nobody would get from the cache: of another kind, hidden, refused, or answered by the gateway itself."""
