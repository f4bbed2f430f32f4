"""The sample application behind the shipped gateway and pooler under an open-loop load.

    .venv/bin/python -m benchmarks.simulation           # nine minutes; prints what was measured
    .venv/bin/python -m benchmarks.simulation --write   # also keeps it, as tests/data/measured_run.json

A machine that runs everything at once has no processors to spare for pods that are really busy. So the time of a
request is spent where nobody else can take it: a client's row in its shard takes a while to read (`pg_sleep`), and each
pod has two connections to each shard. That is the queue that is measured: in the application's own pools, behind
gateway and pooler. How long an empty platform takes besides is measured first, by reads that do not sleep.

`.venv/bin/python -m tests.support.measured_page --write` then makes docs/measured.md of it, with the predictions.
"""

from __future__ import annotations

import json
import random
import sys
from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from ops.console import out
from tests.support import open_loop
from tests.support.live_nginx import HOST, VISITOR
from tests.support.measured_page import DATA, SERVICE_MS, Measured, Run, per_second
from tests.support.sample import sample
from tests.support.visitors import Visitor

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.support.sample import Sample

SECONDS = 75.0
CALM_SECONDS = 20.0
LOADS = (0.3, 0.6, 0.8)
"""Shares of what the pools carry."""
CLIENTS = 64
SLOW = """
ALTER TABLE clients RENAME TO clients_rows;
CREATE FUNCTION slow() RETURNS boolean LANGUAGE plpgsql VOLATILE COST 10000 AS
$$ BEGIN PERFORM pg_sleep({seconds}); RETURN true; END $$;
CREATE VIEW clients AS SELECT id, name FROM clients_rows WHERE slow();
GRANT SELECT ON clients, clients_rows TO PUBLIC;
"""
AGAIN = """
CREATE OR REPLACE FUNCTION slow() RETURNS boolean LANGUAGE plpgsql VOLATILE COST 10000 AS
$$ BEGIN PERFORM pg_sleep({seconds}); RETURN true; END $$;
"""
EXPONENTIAL, CONSTANT = f"-ln(1 - random()) * {SERVICE_MS / 1000}", f"{SERVICE_MS / 1000}"


def request(number: int) -> Sequence[str]:
    """A read of any client's row, from an address of its own: the gateway limits each, and chooses a pod by it."""
    chance = random.Random(number)  # noqa: S311 - a load, no secret
    address = f"{chance.randrange(11, 190)}.{chance.randrange(256)}.{chance.randrange(256)}.{chance.randrange(1, 255)}"
    return [f"GET /api/clients/m-{chance.randrange(CLIENTS)} HTTP/1.1", f"{VISITOR}: {address}"]


def load(live: Sample, rate: float, seconds: float) -> list[open_loop.Sent]:
    """So many requests a second for a while, by chance."""
    front = live.gateway
    where = open_loop.Where(front.config.https_port, HOST, front.folder / "ssl/ca.crt")
    due = open_loop.schedule(rate, seconds, random.Random(round(rate * 1000)))  # noqa: S311 - a load, no secret
    return open_loop.sent(where, due, request)


def served_as(live: Sample, sql: str) -> None:
    """Let every shard take this long for a row."""
    for shard in live.databases.shards:
        shard.run(sql)


def run(live: Sample, variation: int, share: float) -> Run:
    """One measurement."""
    rate = share * per_second(live.shard_pool)
    found = load(live, rate, SECONDS)
    good = [item for item in found if item.status == open_loop.GOOD]
    p50, p95, p99 = (1000 * open_loop.percentile(found, percent) for percent in (50, 95, 99))
    return Run(
        variation=variation,
        rate=len(found) / SECONDS,
        answered=len(good) / SECONDS,
        failed=len(found) - len(good),
        p50_ms=round(p50, 1),
        p95_ms=round(p95, 1),
        p99_ms=round(p99, 1),
        late_ms=round(1000 * sorted(item.late for item in found)[int(len(found) * 0.95)], 1),
    )


def measured() -> Measured:
    """Everything."""
    with sample(pool=2) as live:
        owner = Visitor(live.gateway, "198.51.100.200", "nobody", "nothing")
        for number in range(CLIENTS):
            owner.address = f"198.51.{number}.1"
            owner.ask("set up", f"/api/clients/m-{number}", "PUT", {"name": "Jane"})
        owner.hang_up()
        served_as(live, SLOW.format(seconds="0"))
        load(live, 20, CALM_SECONDS)  # connections, caches and compiled code
        calm = load(live, 20, CALM_SECONDS)
        runs = []
        for variation, seconds in ((1, EXPONENTIAL), (0, CONSTANT)):
            served_as(live, AGAIN.format(seconds=seconds))
            for share in LOADS:
                runs.append(run(live, variation, share))
                out.print(str(runs[-1]), markup=False)
        return Measured(
            day=datetime.now(UTC).date().isoformat(),
            seconds=SECONDS,
            pool=live.shard_pool,
            calm_p50_ms=round(1000 * open_loop.percentile(calm, 50), 1),
            calm_p95_ms=round(1000 * open_loop.percentile(calm, 95), 1),
            runs=tuple(runs),
        )


def main(arguments: Sequence[str]) -> int:
    """Measure, and keep it with `--write`."""
    found = measured()
    out.print(json.dumps(asdict(found), indent=1), markup=False)
    if "--write" in arguments:
        DATA.write_text(json.dumps(asdict(found), indent=1) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
