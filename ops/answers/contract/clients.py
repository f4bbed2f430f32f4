"""The clients of databases and cache as the application says that it made them: pools, options, shards."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING

from ops.answers.contract.run import MISSING
from ops.answers.contract.verdicts import broken, found, not_judged

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from ops.answers.contract.run import Run
    from ops.answers.contract.verdicts import Verdict

NUMBERS = ("max", "total", "idle", "waiting")
NOT_THERE = {
    "connections.primary": (
        "DATABASE_PRIMARY_URL",
        "the application has no database",
        "start it with DATABASE_URL and DATABASE_PRIMARY_URL",
    ),
    "cache.redis": ("REDIS_URL", "the application has no Redis", "start it with REDIS_URL"),
}
"""Parts that are null where the application was started without a variable, and what is said then."""
REPLICA = re.compile(r"DATABASE_REPLICA_\d+_URL")
REDIS = {"retryDelayOnFailover": 100, "maxRetriesPerRequest": 3, "lazyConnect": True}
"""Scaling guide, Multi-Layer Caching: `new Redis`."""


def judge(run: Run) -> Iterator[Verdict]:
    """Everything that the document says of clients."""
    memory = {
        "stdTTL": int(run.variable("CACHE_TTL_SECONDS")),
        "checkperiod": int(run.variable("CACHE_CHECK_PERIOD_SECONDS")),
        "useClones": False,
    }
    checks: tuple[tuple[str, tuple[str, ...], Callable[[], str | None]], ...] = (
        ("database.stats", ("connections.primary", "connections.replicas", "connections.shards"), lambda: _stats(run)),
        (
            "database.pools",
            ("connections.primary", "pools.idleTimeoutMillis", "pools.connectionTimeoutMillis"),
            lambda: _pools(run),
        ),
        ("shards.placement", ("shards", "connections.shards"), lambda: _placement(run)),
        ("cache.client", ("cache.redis",), lambda: _differences(run, "cache.redis", _redis(run))),
        ("cache.memory", ("cache.memory",), lambda: _differences(run, "cache.memory", memory)),
    )
    for name, parts, check in checks:
        if any(run.says(part) is MISSING for part in parts):
            yield not_judged(name, "endpoint.contract is broken")
        elif parts[0] in NOT_THERE and run.says(parts[0]) is None:
            variable, *said = NOT_THERE[parts[0]]
            if run.given(variable) is None:
                yield not_judged(name, *said)
            elif name == "database.pools":
                yield not_judged(name, "database.stats is broken")
            else:
                yield broken(name, f"{parts[0]} is null, and {variable} is given")
        else:
            yield found(name, check())


def _redis(run: Run) -> dict[str, object]:
    cluster, tls = (run.variable(name) == "true" for name in ("REDIS_CLUSTER", "REDIS_TLS"))
    return {**REDIS, "cluster": cluster, "tls": tls}


def _of_pools(run: Run) -> list[tuple[str, object]]:
    """Every pool by its name."""
    pools = [("primary", run.says("connections.primary"))]
    for kind, first in (("replica", 1), ("shard", 0)):
        listed = run.says(f"connections.{kind}s")
        if isinstance(listed, list):
            pools += [(f"{kind}_{index}", pool) for index, pool in enumerate(listed, start=first)]
    return pools


def _stats(run: Run) -> str | None:
    for kind in ("replicas", "shards"):
        if not isinstance(run.says(f"connections.{kind}"), list):
            return f"connections.{kind} is {run.says(f'connections.{kind}')!r}, no list"
    for name, pool in _of_pools(run):
        numbers = pool if isinstance(pool, dict) else {}
        if lost := [one for one in NUMBERS if type(numbers.get(one)) is not int]:
            return f"{name} has no whole number {lost[0]}"
        if not 0 <= numbers["idle"] <= numbers["total"] <= numbers["max"] or numbers["waiting"] < 0:
            return f"{name} has {numbers['idle']} idle of {numbers['total']} of at most {numbers['max']} connections"
    replicas = [name for name in run.options.variables or {} if REPLICA.fullmatch(name)]
    have = [name for name, _ in _of_pools(run) if name.startswith("replica_")]
    if run.given("DATABASE_PRIMARY_URL") is not None and len(replicas) != len(have):
        return f"{len(have)} replicas have a pool, and {len(replicas)} DATABASE_REPLICA_n_URL are given"
    return None


def _pools(run: Run) -> str | None:
    for name, pool in _of_pools(run):
        variable = f"DATABASE_POOL_{name.partition('_')[0].upper()}_MAX"
        most, want = pool.get("max") if isinstance(pool, dict) else None, int(run.variable(variable))
        if most != want:
            return f"the pool of {name} has at most {most} connections, {variable} is {want}"
    timeouts: Mapping[str, object] = {
        "idleTimeoutMillis": int(run.variable("DATABASE_POOL_IDLE_TIMEOUT_MS")),
        "connectionTimeoutMillis": int(run.variable("DATABASE_POOL_CONNECTION_TIMEOUT_MS")),
    }
    return _differences(run, "pools", timeouts)


def _differences(run: Run, part: str, want: Mapping[str, object]) -> str | None:
    wrong = [name for name, value in want.items() if not _same(run.says(f"{part}.{name}"), value)]
    if not wrong:
        return None
    return f"{part}.{wrong[0]} is {run.says(f'{part}.{wrong[0]}')!r}, not {want[wrong[0]]!r}"


def _same(value: object, want: object) -> bool:
    """True is no 1, nor 1 true."""
    return value == want and isinstance(value, bool) == isinstance(want, bool)


def _placement(run: Run) -> str | None:
    placement, count, version = (run.says(f"shards.{name}") for name in ("placement", "count", "version"))
    pools = run.says("connections.shards")
    if any(part is MISSING for part in (placement, count, version)):
        return "shards of /internal/contract lacks placement, count or version"
    if not isinstance(pools, list) or len(pools) != count:
        return f"{count} shards in use, and {len(pools) if isinstance(pools, list) else 'no'} pools"
    file = run.given("SHARD_MAP_FILE")
    if file is not None:
        return _as_in_the_map(Path(file), placement, count, version)
    used = placement == "shards"
    if used if run.options.variables is not None else used != (count != 0) or used != (version is not None):
        return f"placement is {placement}, count {count}, version {version}"
    alone = (placement, count, version) == ("primary", 0, None)
    return None if used or alone else f"placement is {placement}, count {count}, version {version}"


def _as_in_the_map(file: Path, placement: object, count: object, version: object) -> str | None:
    try:
        document = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        return f"SHARD_MAP_FILE, {file}, cannot be read here: {error}"
    if not isinstance(document, dict):
        return f"SHARD_MAP_FILE, {file}, holds no JSON object"
    want = tuple(document.get(name) for name in ("placement", "count", "version"))
    if (placement, count, version) == want:
        return None
    return f"placement, count, version are {placement}, {count}, {version}, in the map {want[0]}, {want[1]}, {want[2]}"
