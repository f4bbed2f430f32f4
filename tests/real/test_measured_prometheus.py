"""A month of a stack that runs, as a real Prometheus answers for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ops.answers.measured.month import Source, measured
from tests.support.live_prometheus import Series, backfill, constant, growing, serving
from tests.support.stack import settings

if TYPE_CHECKING:
    from collections.abc import Iterator

HOURS = 3
STACK = settings("prod", "horizontal")


def requests(namespace: str, ok: float, failed: float) -> list[Series]:
    of = f'namespace="{namespace}",pod="app-1",status='
    found = [Series(f'http_requests_total{{{of}"200"}}', growing(ok))]
    return [*found, Series(f'http_requests_total{{{of}"503"}}', growing(failed))] if failed else found


def times(namespace: str, fast: float, slow: float) -> list[Series]:
    of = f'http_request_duration_seconds_bucket{{namespace="{namespace}",pod="app-1",le='
    counts = {"0.2": fast, "0.5": fast + slow, "1": fast + slow, "+Inf": fast + slow}
    return [Series(f'{of}"{bound}"}}', growing(count)) for bound, count in counts.items()]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("prometheus")
    series = [
        *requests(STACK.app.namespace, 99.5, 0.5),
        *times(STACK.app.namespace, 97, 3),
        *requests("staging", 1, 99),
        *times("staging", 1, 99),
        *requests("quiet", 10, 0),
        Series('node_cpu_seconds_total{instance="a",cpu="0",mode="idle"}', growing(0.4)),
        Series('node_memory_MemAvailable_bytes{instance="a"}', constant(3e9)),
        Series('node_memory_MemTotal_bytes{instance="a"}', constant(4e9)),
    ]
    with serving(folder, backfill(folder, series, seconds=HOURS * 3600)) as host:
        yield f"http://{host}"


def test_objectives_and_metrics_are_those_of_this_stacks_requests(server: str) -> None:
    found = measured(STACK, Source(prometheus=server, window=f"{HOURS}h"))
    errors, response = found.objectives
    assert (errors.verdict, response.verdict) == ("missed", "met")
    assert errors.found.startswith("0.5 % of ")
    assert response.found.startswith("3 % of ")
    assert found.gaps == ()
    averages = {one.metric: round(one.average) for one in found.metrics}
    assert averages == {"cpu_percent": 60, "memory_percent": 25, "response_ms": 196, "error_percent": 0}


def test_a_stack_in_which_nothing_failed_has_no_series_of_failures_and_met_its_objective(server: str) -> None:
    quiet = STACK.model_copy(update={"app": STACK.app.model_copy(update={"namespace": "quiet"})})
    errors, response = measured(quiet, Source(prometheus=server, window=f"{HOURS}h")).objectives
    assert errors.found.startswith("0 % of ")
    assert (errors.verdict, response.verdict) == ("met", "not judged")
