"""`./bbp right-size --prometheus` on a real Prometheus with samples of a known course, and on servers that refuse."""

from __future__ import annotations

import subprocess
import threading
from contextlib import contextmanager
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

import pytest
import yaml

from ops.answers.right_size.measures import measures
from ops.inputs.prometheus import TOKEN, Prometheus, PrometheusError
from tests.support.cli import Cli
from tests.support.live_prometheus import Series, backfill, constant, growing, serving
from tests.support.stack import settings

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

HOURS = 6
MIB, GIB = 1024**2, 1024**3
STACK = settings("prod", "horizontal")
SECRET = "s3cr3t-of-nobody"  # noqa: S105 - test data
PASSWORDS = {"basic_auth_users": {"me": "$2y$05$0MxhZ0tE6v7t7mW3m8Jb3eJjJvE4h1kVvS3wZs0gF0Q7yX4Zb0n2K"}}


def pod(number: int, cores: float, mib: float, node: str) -> list[Series]:
    """A pod of the application, its pause container and its place."""
    name = f"bailbondpro-app-7d9c5b8f6-abcd{number}"
    labels = f'namespace="production",pod="{name}"'
    return [
        Series(f'container_cpu_usage_seconds_total{{{labels},container="app"}}', growing(cores)),
        Series(f'container_memory_working_set_bytes{{{labels},container="app"}}', constant(mib * MIB)),
        Series(f'container_memory_working_set_bytes{{{labels},container=""}}', constant(9000 * MIB)),
        Series(f'kube_pod_info{{{labels},host_ip="{node}"}}', constant(1)),
    ]


def node(ip: str, busy: float, used: float) -> list[Series]:
    """A node of two cores and 8 GiB with a share of both in use."""
    idle = (
        Series(f'node_cpu_seconds_total{{instance="{ip}:9100",cpu="{core}",mode="idle"}}', growing(1 - busy))
        for core in (0, 1)
    )
    return [
        *idle,
        Series(f'node_memory_MemAvailable_bytes{{instance="{ip}:9100"}}', constant((1 - used) * 8 * GIB)),
        Series(f'node_memory_MemTotal_bytes{{instance="{ip}:9100"}}', constant(8 * GIB)),
    ]


def database(identifier: str, cpu: float) -> list[Series]:
    of = f'{{dimension_DBInstanceIdentifier="{identifier}"}}'
    return [
        Series(f"aws_rds_cpuutilization_average{of}", constant(cpu)),
        Series(f"aws_rds_freeable_memory_average{of}", constant(2 * GIB)),
        Series(f"aws_rds_free_storage_space_average{of}", constant(15 * GIB)),
    ]


EVERYTHING = [
    *pod(1, 0.8, 700, "10.0.1.1"),
    *pod(2, 0.8, 700, "10.0.1.2"),
    # others, which must not count: another namespace, another service, a node without the application
    Series(
        'container_cpu_usage_seconds_total{namespace="staging",pod="bailbondpro-app-1-a",container="app"}', growing(9)
    ),
    Series('container_cpu_usage_seconds_total{namespace="production",pod="auth-1-a",container="app"}', growing(9)),
    *node("10.0.1.1", 0.9, 0.5),
    *node("10.0.1.2", 0.9, 0.5),
    *node("10.0.9.9", 0.01, 0.01),
    *database("bailbondpro-prod-primary", 50),
    *database("bailbondpro-dev-primary", 99),
]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A Prometheus with six hours of everything."""
    folder = tmp_path_factory.mktemp("prometheus")
    with serving(folder, backfill(folder, EVERYTHING, seconds=HOURS * 3600)) as host:
        yield f"http://{host}"


@pytest.fixture
def cli(tmp_path: Path) -> Cli:
    return Cli(tmp_path / "sandbox")


def test_the_samples_are_those_of_this_stack_and_nobody_else(server: str) -> None:
    found = Prometheus.at(server, {}).measured(measures(STACK), timedelta(hours=HOURS))
    means = {
        f"{part}.{name}": round(sum(samples) / len(samples))
        for part, known in found.samples.items()
        for name, samples in known.items()
    }
    assert means == {
        "app.cpu_millicores": 800,
        "app.memory_mib": 700,
        "nodes.cpu_percent": 90,
        "nodes.memory_percent": 50,
        "postgres.cpu_percent": 50,
        "postgres.memory_percent": 75,
        "postgres.disk_percent": 90,
    }
    assert len(found.samples["app"]["memory_mib"]) == pytest.approx(2 * HOURS * 12, abs=4)


def test_the_command_turns_them_into_a_patch_and_says_what_is_missing(server: str, cli: Cli) -> None:
    ran = cli.run("right-size", "prod", "--prometheus", server, "--window", f"{HOURS}h", "--json")
    assert ran.code == 0, ran.err
    patch = ran.document["patch"]
    assert patch["bailbondpro:app"]["resources"]["memoryRequestMib"] == 805
    assert patch["bailbondpro:app"]["resources"]["cpuRequestMillicores"] == 920
    assert patch["bailbondpro:postgres"]["allocatedStorageGib"] == 300
    assert "instanceType" in patch["bailbondpro:pools"]["app"]
    assert ran.document["samples"]["nodes.cpu_percent"] > 100
    lacking = {gap.split(" is left out: ")[0].partition(".")[0] for gap in ran.document["gaps"]}
    assert lacking == {"gateway", "pooler", "replicas", "redis"}
    assert "redis.cpu_percent is left out: no such series" in ran.err


def test_the_lines_of_the_patch_can_be_pasted(server: str, cli: Cli) -> None:
    ran = cli.run("right-size", "prod", "--prometheus", f"{server}/", "--window", f"{HOURS}h")
    assert ran.code == 0, ran.err
    assert yaml.safe_load(ran.out)["config"]["bailbondpro:app"]["resources"]["memoryRequestMib"] == 805


def test_a_window_that_is_mostly_empty_is_told(server: str, cli: Cli) -> None:
    ran = cli.run("right-size", "prod", "--prometheus", server, "--json")
    assert ran.code == 0, ran.err
    assert "app.memory_mib covers 4 % of the window" in ran.err


def test_a_prometheus_of_something_else_is_told_from_an_idle_stack(server: str, cli: Cli) -> None:
    ran = cli.run("right-size", "dev", "--prometheus", server, "--window", "1h")
    assert ran.code == 0, "its database is known there"
    nobody = Prometheus.at(server, {})
    with pytest.raises(PrometheusError, match="knows nothing of this stack") as caught:
        nobody.measured(measures(settings("dev", "optimization"))[:4], timedelta(hours=1))
    assert "app.cpu_millicores is left out: no such series; it comes from kube-prometheus-stack" in str(caught.value)


def test_a_server_that_wants_a_password_is_explained_and_the_token_stands_nowhere(
    tmp_path: Path, cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    with serving(tmp_path, backfill(tmp_path, EVERYTHING[:2], seconds=3600), PASSWORDS) as host:
        ran = cli.run("right-size", "prod", "--prometheus", f"http://{host}")
        assert (ran.code, f"{host} wants a token; put it into {TOKEN} (401)" in ran.err) == (1, True)
        monkeypatch.setenv(TOKEN, SECRET)
        ran = cli.run("right-size", "prod", "--prometheus", f"http://{host}")
        assert (ran.code, f"{host} refuses the token of {TOKEN} (401)" in ran.err) == (1, True)
        assert SECRET not in ran.out + ran.err
        assert "Traceback" not in ran.err


def test_an_unknown_certificate_is_refused_until_its_authority_is_named(
    tmp_path: Path, cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    subject = ("-subj", "/CN=prometheus", "-addext", "subjectAltName=IP:127.0.0.1", "-days", "1", "-nodes")
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", *subject]
    subprocess.run([*command, "-keyout", str(key), "-out", str(certificate)], check=True, capture_output=True)
    web: dict[str, object] = {"tls_server_config": {"cert_file": str(certificate), "key_file": str(key)}}
    with serving(tmp_path, backfill(tmp_path, EVERYTHING, seconds=HOURS * 3600), web) as host:
        arguments = ("right-size", "prod", "--prometheus", f"https://{host}", "--window", f"{HOURS}h")
        ran = cli.run(*arguments)
        assert (ran.code, f"the certificate of {host} is not trusted" in ran.err) == (1, True)
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
        ran = cli.run(*arguments)
        assert ran.code == 0, ran.err


class Answer(BaseHTTPRequestHandler):
    """Answers every request the same way, and remembers what it was sent."""

    status = 200
    body = b""
    location = ""
    seen: list[str]

    def do_GET(self) -> None:
        self.seen.append(self.headers.get("Authorization", ""))
        self.send_response(self.status)
        if self.location:
            self.send_header("Location", self.location)
        self.send_header("Content-Length", str(len(self.body)))
        self.end_headers()
        self.wfile.write(self.body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def answering(status: int, body: bytes = b"", location: str = "") -> Iterator[tuple[str, list[str]]]:
    """A server with one answer to everything: its address, and the Authorization headers that it was sent."""
    seen: list[str] = []
    handler = type("Fixed", (Answer,), {"status": status, "body": body, "location": location, "seen": seen})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as http_server:
        threading.Thread(target=http_server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{http_server.server_port}", seen
        http_server.shutdown()


@pytest.mark.parametrize(
    ("status", "body", "message"),
    [
        (403, b"no", "lets this token not read metrics (403)"),
        (404, b"nothing here", "there is no Prometheus API at http"),
        (400, b'{"status":"error","errorType":"bad_data","error":"exceeded maximum resolution"}', "exceeded maximum"),
        (500, b"oops", "answers 500: no reason given"),
        (200, b"<html>log in</html>", "does not answer as Prometheus does"),
        (200, b'{"status":"success"}', "does not answer as Prometheus does"),
        (200, b'{"status":"success","data":{"result":[{"metric":{}}]}}', "does not answer as Prometheus does"),
        (200, b'{"status":"success","data":{"result":[]}}', "knows nothing of this stack"),
    ],
)
def test_other_answers_are_explained(status: int, body: bytes, message: str) -> None:
    with answering(status, body) as (url, seen), pytest.raises(PrometheusError) as caught:
        Prometheus.at(url, {TOKEN: SECRET}).measured(measures(STACK), timedelta(days=7))
    assert message in str(caught.value)
    assert SECRET not in str(caught.value)
    assert set(seen) == {f"Bearer {SECRET}"}


def test_the_token_does_not_follow_a_redirect_to_another_host() -> None:
    with answering(200, b'{"status":"success","data":{"result":[]}}') as (elsewhere, leaked):
        target = elsewhere.replace("127.0.0.1", "localhost") + "/api/v1/query_range"
        with answering(307, location=target) as (url, seen), pytest.raises(PrometheusError):
            Prometheus.at(url, {TOKEN: SECRET}).measured(measures(STACK)[:1], timedelta(days=7))
    assert seen == [f"Bearer {SECRET}"]
    assert leaked == [""]


def test_a_server_that_is_not_there_is_explained(cli: Cli) -> None:
    ran = cli.run("right-size", "prod", "--prometheus", "http://127.0.0.1:9")
    assert ran.code == 1
    assert "127.0.0.1:9 cannot be reached: Connection refused" in ran.err
    assert "Traceback" not in ran.err
