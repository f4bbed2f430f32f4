"""docs/measured.md, made of a measured run (`python -m benchmarks.simulation --write`) and of what the simulation says of it.

.venv/bin/python -m tests.support.measured_page            says whether the page differs
.venv/bin/python -m tests.support.measured_page --write    brings it up to date
"""

# ruff: noqa: E501 - a row of a table is one line, and the page is wider than code

from __future__ import annotations

import json
import sys
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from planner.simulation.assumptions import Assumptions
from planner.simulation.scenarios import scenario
from tests.support.generated_page import brought_up_to_date
from tests.support.load import app, platform, run, store, visit
from tests.support.paths import ROOT

if TYPE_CHECKING:
    from collections.abc import Sequence

DATA = ROOT / "tests" / "data" / "measured_run.json"
PAGE = ROOT / "docs" / "measured.md"
SERVICE_MS = 100.0
"""How long a connection is busy with a request, on average."""
PODS, SHARDS = 2, 2
STEP = 15.0
BOUND = 30.0
"""Percent of the measurement by which a prediction may be off."""


@dataclass(frozen=True, kw_only=True)
class Run:
    """A load and what was measured under it.

    Attributes:
        variation: of the service times: 1 exponential, 0 constant.
        rate: requests a second that were sent.
        answered: of these, answered well.
        failed: requests without a good answer.
        p50_ms: median response time.
        p95_ms: 95th percentile.
        p99_ms: 99th percentile.
        late_ms: 95th percentile of how late the client itself sent them.
    """

    variation: int
    rate: float
    answered: float
    failed: int
    p50_ms: float
    p95_ms: float
    p99_ms: float
    late_ms: float


@dataclass(frozen=True, kw_only=True)
class Measured:
    """A measured run.

    Attributes:
        day: when.
        seconds: how long each load lasted.
        pool: connections of each pod to each shard.
        calm_p50_ms: median response time of reads that do not wait for anything.
        calm_p95_ms: their 95th percentile.
        runs: the loads.
    """

    day: str
    seconds: float
    pool: int
    calm_p50_ms: float
    calm_p95_ms: float
    runs: tuple[Run, ...]


def per_second(pool: int) -> float:
    """What all pools carry."""
    return PODS * SHARDS * pool * 1000 / SERVICE_MS


def kept() -> Measured:
    """The run that is kept."""
    document = json.loads(DATA.read_text("utf-8"))
    return Measured(**{**document, "runs": tuple(Run(**item) for item in document["runs"])})


@dataclass(frozen=True, kw_only=True)
class Predicted:
    """What the simulation says of a run."""

    answered: float
    p50_ms: float
    p95_ms: float
    p99_ms: float


def predicted(measured: Measured, load: Run, longer_ms: float = 0) -> Predicted:
    """The simulation of a run: the same pods, pools and shards, with what an empty platform takes as the way.

    Args:
        measured: the sizes, and what an empty platform takes.
        load: the run.
        longer_ms: how much longer than its row takes a request holds its connection.
    """
    pods = app(None, replicas=PODS, cpu_ms=0.01, visits=(visit(pool=measured.pool),))
    shards = store(kind="SHARD", endpoints=SHARDS, processors=64, database_ms=SERVICE_MS + longer_ms)
    assumed = Assumptions(
        network_ms=measured.calm_p50_ms,
        cache_keys=1e12,
        write_percent=0,
        service_variation=load.variation,
    )
    samples = run(platform(pods, stores=(shards,)), scenario("steady", peak_rps=load.rate), assumed).samples
    count = len(samples)
    return Predicted(
        answered=sum(sample.served for sample in samples) / count / STEP,
        p50_ms=sum(sample.p50_ms for sample in samples) / count,
        p95_ms=sum(sample.p95_ms for sample in samples) / count,
        p99_ms=sum(sample.p99_ms for sample in samples) / count,
    )


def _held_longer(measured: Measured, milliseconds: float) -> str:
    """Deviations at the highest loads, were so much of the way spent with the connection in hand."""
    busiest = max(load.rate for load in measured.runs)
    found = []
    for load in (load for load in measured.runs if load.rate == busiest):
        said = predicted(replace(measured, calm_p50_ms=measured.calm_p50_ms - milliseconds), load, milliseconds)
        pairs = ((said.p50_ms, load.p50_ms), (said.p95_ms, load.p95_ms), (said.p99_ms, load.p99_ms))
        found.append(", ".join(f"{off(one, true):+.0f}" for one, true in pairs))
    return " and ".join(f"{item} %" for item in found)


def off(found: float, true: float) -> float:
    """By how many percent of the measurement a prediction is off."""
    return 100 * (found / true - 1)


HEAD = """\
# The simulation against a measured run

The sample application runs behind the shipped gateway and pooler on this repository's real servers (nginx, Node.js, PgBouncer,
PostgreSQL, Valkey), and an open-loop client reads clients' rows: requests leave when their time has come, by chance, and a time is
counted from then. So that the machine's processors do not decide, each row takes {service:g} ms to read in its shard without
computing anything, exponentially or constantly, and each of the {pods} pods has {pool} connections to each of the {shards} shards:
requests wait in the application's own pools, a client and a pod drawn by chance for each. What an empty platform takes besides was measured first (median {calm:g} ms, 95th
percentile {calm95:g} ms, at 20 requests a second) and is all that the prediction knows of the machine.

Measured on {day}, on a virtual machine of two processors that other work kept busy all the while, {seconds:g} seconds for each load:

| service | busy | requests/s | answered/s: measured, predicted | p50 ms | p95 ms | p99 ms | off by, % | client late, p95 ms |
|---|---|---|---|---|---|---|---|---|
"""
TAIL = """
The bound is {bound:g} %: a test holds every prediction, computed anew from the sizes above, to the kept measurement, and so sees it
when the simulation changes. It measures nothing itself; a measurement is made on purpose:

```sh
.venv/bin/python -m benchmarks.simulation --write && .venv/bin/python -m tests.support.measured_page --write
```

The simulation is too fast at the highest load. A part of what an empty platform takes besides is spent with the connection in
hand (`BEGIN` and `COMMIT` go through the pooler, too), and the prediction gives all of it to the way: were it 5 ms of a request,
the deviations at the highest load would be {closer}. Whoever measures a service should measure how long it holds what others
wait for.

It says nothing about processor time, which this machine has too little of, nor about an application other than the sample.
"""


def line(measured: Measured, load: Run) -> str:
    """A row of the table."""
    said = predicted(measured, load)
    pairs = ((said.p50_ms, load.p50_ms), (said.p95_ms, load.p95_ms), (said.p99_ms, load.p99_ms))
    cells = (
        "exponential" if load.variation else "constant",
        f"{load.rate / per_second(measured.pool):.0%}",
        f"{load.rate:.1f}",
        f"{load.answered:.1f}, {said.answered:.1f}",
        *(f"{true:,.0f}, {found:,.0f}" for found, true in pairs),
        ", ".join(f"{off(found, true):+.0f}" for found, true in pairs),
        f"{load.late_ms:g}",
    )
    return f"| {' | '.join(cells)} |"


def page(measured: Measured) -> str:
    """The page."""
    head = HEAD.format(
        service=SERVICE_MS,
        pods=PODS,
        pool=measured.pool,
        shards=SHARDS,
        calm=measured.calm_p50_ms,
        calm95=measured.calm_p95_ms,
        day=measured.day,
        seconds=measured.seconds,
    )
    return (
        head
        + "\n".join(line(measured, load) for load in measured.runs)
        + "\n"
        + TAIL.format(bound=BOUND, closer=_held_longer(measured, 5))
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Say whether the page differs, or write it."""
    return brought_up_to_date(PAGE, page(kept()), __doc__, arguments)


if __name__ == "__main__":
    sys.exit(main())
