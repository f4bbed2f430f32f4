"""`./bbp contract test` on an application that keeps the contract, and on others that break one clause each."""

from __future__ import annotations

import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from bailbondpro.contract import contract
from ops.answers.contract import writes
from ops.answers.contract.client import Application
from ops.answers.contract.judging import judged
from ops.answers.contract.run import Options, Run
from ops.cli import app as bbp
from ops.exits import UNKNOWN
from tests.support.contract_app import VARIABLES, ContractApp
from tests.support.contract_server import listening
from tests.support.paths import ROOT
from tests.support.servers import free_port

if TYPE_CHECKING:
    from pathlib import Path

    from ops.answers.contract.verdicts import ContractAnswer

STOPPING = {"stop.ready-off", "stop.finishes", "stop.ends"}
"""What takes a process of its own to see."""
FAULTS = {
    "sick": "endpoint.health",
    "never ready": "endpoint.ready",
    "metrics in json": "endpoint.metrics",
    "odd metrics": "endpoint.metrics",
    "metrics without an end": "endpoint.metrics",
    "document without pools": "endpoint.contract",
    "no ranges": "endpoint.contract",
    "another CDN in the document": "endpoint.contract",
    "no placement": "endpoint.shard-of",
    "own ids": "header.request-id-back",
    "one id for strangers": "header.request-id-back",
    "pages without ids": "header.request-id-back",
    "data without ids": "header.request-id-back",
    "counter without route": "metric.http_requests_total",
    "counts nothing": "metric.http_requests_total",
    "counts twice": "metric.http_requests_total",
    "counts all as 200": "metric.http_requests_total",
    "one route": "metric.http_requests_total",
    "routes are paths": "metric.http_requests_total",
    "routes are cut": "metric.http_requests_total",
    "paths beside the route": "metric.http_requests_total",
    "summary": "metric.http_request_duration_seconds",
    "milliseconds": "metric.http_request_duration_seconds",
    "no time": "metric.http_request_duration_seconds",
    "times all as 200": "metric.http_request_duration_seconds",
    "no bucket of 500 ms": "metric.http_request_duration_seconds",
    "all in the first bucket": "metric.http_request_duration_seconds",
    "empty buckets": "metric.http_request_duration_seconds",
    "fewer in the last bucket": "metric.http_request_duration_seconds",
    "gauge without waiting": "metric.database_pool_connections",
    "pools of no number": "metric.database_pool_connections",
    "more idle than there are": "metric.database_pool_connections",
    "no fallbacks": "metric.database_fallbacks_total",
    "odd reason": "metric.database_fallbacks_total",
    "odd level": "metric.cache_requests_total",
    "keys as labels": "metric.cache_requests_total",
    "local time": "log.time",
    "time stands still": "log.time",
    "loud levels": "log.level",
    "all is an error": "log.level",
    "log without ids": "log.request_id",
    "log without ids of data": "log.request_id",
    "log of numbers": "log.message",
    "messages of two lines": "log.message",
    "log with small methods": "log.method",
    "log with queries": "log.path",
    "queries in messages": "log.path",
    "log with status texts": "log.status",
    "log in milliseconds": "log.seconds",
    "log of no time": "log.seconds",
    "hangs up": "connections.kept",
    "hangs up on the API": "connections.kept",
    "believes nobody": "proxies.trusted",
    "believes X-Real-IP": "proxies.trusted",
    "believes all": "proxies.others",
    "believes the nearest": "proxies.others",
    "believes Forwarded": "proxies.others",
    "one address": "proxies.others",
    "no protocol": "proxies.others",
    "creates twice": "retries.idempotent",
    "races": "retries.idempotent",
    "one for all": "retries.idempotent",
    "any body": "retries.other-body",
    "only known keys": "retries.other-body",
    "ok for created": "retries.created",
    "created nowhere": "retries.created",
    "replica behind": "database.read-after-write",
    "reads another row": "database.read-after-write",
    "stores nothing": "database.read-after-write",
    "keeps the number alone": "database.read-after-write",
    "stores what it once got": "database.read-after-write",
    "stats without waiting": "database.stats",
    "no replica": "database.stats",
    "no database": "database.stats",
    "small pool": "database.pools",
    "hash of bytes": "shards.hash",
    "absolute value of 32 bits": "shards.hash",
    "small letters": "shards.hash",
    "trimmed": "shards.hash",
    "numbers": "shards.hash",
    "shards by itself": "shards.placement",
    "a version without a map": "shards.placement",
    "eager redis": "cache.client",
    "no redis": "cache.client",
    "short memory": "cache.memory",
    "no types": "caching.static",
    "page for everything": "caching.missing",
    "page for styles": "caching.missing",
    "page for all": "caching.pages",
    "public and private": "caching.pages",
    "page kept in front": "caching.pages",
    "data for all": "caching.api",
    "data kept in front": "caching.api",
    "refusals for all": "caching.api",
    "no cdn": "caching.cdn-url",
    "a name without its slash": "caching.cdn-url",
    "an image without the CDN": "caching.cdn-url",
}
"""What an application does wrong, and the one clause that it breaks by it."""
AT_ONCE = 4
STOP_FAULTS = {
    "exits at once": "stop.finishes",
    "half an answer": "stop.finishes",
    "another answer at the end": "stop.finishes",
    "ready to the end": "stop.ready-off",
    "never ends": "stop.ends",
}


def options(log: Path) -> Options:
    """Everything that a test can be told, with idle times a twentieth of the real ones."""
    return Options(
        variables=VARIABLES,
        write="/api/bonds",
        body=b'{"client": "client-42"}',
        log=log,
        idle_seconds=0.2,
        stop_seconds=6,
    )


def answer_of(app: ContractApp, options: Options) -> ContractAnswer:
    web, api = (f"http://127.0.0.1:{port}" for port in app.ports)
    return judged(Application(web, api), options)


def states(answer: ContractAnswer, state: str) -> dict[str, str]:
    return {verdict.id: verdict.seen for verdict in answer.verdicts if verdict.state == state}


def test_an_application_that_keeps_the_contract_is_told_so_of_every_clause_but_those_that_end_it(
    tmp_path: Path,
) -> None:
    log = tmp_path / "app.log"
    with listening(ContractApp(log)) as app:
        answer = answer_of(app, options(log))
    assert states(answer, "broken") == {}
    assert states(answer, "not judged").keys() == STOPPING
    assert answer.exit_code == UNKNOWN


@pytest.fixture(scope="module")
def broken_ones(tmp_path_factory: pytest.TempPathFactory) -> dict[str, ContractAnswer]:
    """What is said of each broken application: several at a time, since most of it is waiting."""
    folder = tmp_path_factory.mktemp("broken")

    def one(number: int, fault: str) -> ContractAnswer:
        log = folder / f"{number}.log"
        with listening(ContractApp(log, fault)) as app:
            return answer_of(app, options(log))

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return dict(zip(FAULTS, pool.map(one, range(len(FAULTS)), FAULTS), strict=True))


@pytest.mark.parametrize(("fault", "clause"), FAULTS.items(), ids=FAULTS)
def test_an_application_that_breaks_a_clause_is_told_exactly_that_one(
    fault: str, clause: str, broken_ones: dict[str, ContractAnswer]
) -> None:
    answer = broken_ones[fault]
    assert states(answer, "broken").keys() == {clause}, states(answer, "broken")
    assert answer.exit_code == 1
    verdict = next(verdict for verdict in answer.verdicts if verdict.id == clause)
    assert verdict.seen
    assert verdict.wanted
    assert verdict.fix


def test_an_application_that_takes_no_other_body_at_all_is_not_judged_by_that_of_its_keys(tmp_path: Path) -> None:
    log = tmp_path / "app.log"
    with listening(ContractApp(log, "only known bodies")) as app:
        answer = answer_of(app, options(log))
    unjudged = states(answer, "not judged")
    assert unjudged.keys() - STOPPING == {"retries.other-body"}
    assert "the application refuses the bodies themselves" in unjudged["retries.other-body"]
    assert (states(answer, "broken"), answer.exit_code) == ({}, UNKNOWN)


READ = {
    "": "kept",
    "has names and forms of its own": "kept",
    "wraps and lists": "kept",
    "loses the client": "not judged",
    "loses the amount": "not judged",
    "makes up another name": "not judged",
    "wraps another row": "broken",
    "lists another row": "broken",
    "stores what it once got": "broken",
}
"""What is read of a row, and what is said of it where several things were sent."""


@pytest.mark.parametrize("fault", READ)
def test_everything_that_was_sent_has_to_be_read_or_nobody_says_that_it_was_kept(fault: str, tmp_path: Path) -> None:
    told = replace(options(tmp_path / "app.log"), body=b'{"client": "client-42", "amount": 700}')
    with listening(ContractApp(tmp_path / "app.log", fault)) as app:
        web, api = (f"http://127.0.0.1:{port}" for port in app.ports)
        verdicts = {one.id: one for one in writes.judge(Run(Application(web, api), told))}
    found = verdicts["database.read-after-write"]
    assert found.state == READ[fault], found
    assert ("leave out of --body" in found.fix) is (found.state == "not judged")
    assert verdicts["retries.idempotent"].state == "kept"


def test_a_log_that_is_no_json_breaks_what_every_line_has(tmp_path: Path) -> None:
    log = tmp_path / "app.log"
    with listening(ContractApp(log, "log is text")) as app:
        answer = answer_of(app, options(log))
    every = {field.clause.id for field in contract().log if field.every}
    assert states(answer, "broken").keys() == every | {"log.request_id"}


def stopped(tmp_path: Path, fault: str, seconds: float) -> ContractAnswer:
    log, ports = tmp_path / "app.log", (free_port(), free_port())
    command = [sys.executable, "-m", "tests.support.contract_server", *map(str, ports), str(log), fault]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == b"listening\n"
            app = ContractApp(log, ports=ports)
            return answer_of(app, replace(options(log), pid=process.pid, stop_seconds=seconds))
        finally:
            process.kill()


def test_an_application_that_stops_as_promised_keeps_every_clause(tmp_path: Path) -> None:
    answer = stopped(tmp_path, "", 20)
    assert {verdict.state for verdict in answer.verdicts} == {"kept"}
    assert answer.exit_code == 0


@pytest.mark.parametrize(("fault", "clause"), STOP_FAULTS.items(), ids=STOP_FAULTS)
def test_an_application_that_stops_otherwise_is_told_what_it_broke(fault: str, clause: str, tmp_path: Path) -> None:
    answer = stopped(tmp_path, fault, 1 if fault == "never ends" else 20)
    assert states(answer, "broken").keys() == {clause}, states(answer, "broken")


def test_every_clause_that_the_test_judges_is_broken_by_some_application() -> None:
    asked = {clause.id for clause in contract().every_clause if clause.judged == "test"}
    assert asked == {*FAULTS.values(), *STOP_FAULTS.values()}


def test_what_nobody_said_is_not_judged_and_never_green(tmp_path: Path) -> None:
    runner = CliRunner()
    with listening(ContractApp(tmp_path / "app.log")) as app:
        web, api = (f"http://127.0.0.1:{port}" for port in app.ports)
        result = runner.invoke(bbp, ["contract", "test", web, "--api", api, "--json"])
    document = json.loads(result.stdout)
    unjudged = {one["id"] for one in document["clauses"] if one["state"] == "not judged"}
    assert result.exit_code == UNKNOWN
    assert document["broken"] == 0
    assert unjudged == {
        *STOPPING,
        *("retries.created", "retries.idempotent", "retries.other-body", "database.read-after-write", "caching.api"),
        *(field.clause.id for field in contract().log),
    }
