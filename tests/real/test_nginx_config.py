"""Every rendered gateway configuration, loaded by a real nginx and read by a security scanner."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from bailbondpro.facts.nginx import NGINX_VERSION
from components.gateway.model import Authorization
from components.gateway.render import render
from components.tuning.nginx import Tuning
from ops.answers.render.annotate import NGINX, annotated
from tests.support import programs
from tests.support.live_nginx import config_of, make_certificates, refusal, write_config
from tests.support.servers import scratch
from tests.support.stack import COMBINATIONS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from components.gateway.model import GatewayConfig


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    with scratch() as made:
        make_certificates(made)
        yield made


def test_the_server_of_the_tests_is_of_the_release_that_is_shipped() -> None:
    said = subprocess.run([programs.nginx(), "-v"], capture_output=True, text=True, check=True, timeout=30).stderr
    assert said.strip() == f"nginx version: nginx/{NGINX_VERSION}"


def loadable(config: GatewayConfig) -> GatewayConfig:
    """A DNS server by address, which loads anywhere, and no counters, which the wheel's nginx is built without."""
    return replace(config, cluster_dns="127.0.0.1:5353", status_port=None)


@pytest.mark.parametrize(("environment", "phase"), COMBINATIONS)
def test_nginx_loads_the_configuration_without_a_warning(folder: Path, environment: str, phase: str) -> None:
    assert refusal(loadable(config_of(environment, phase)), folder) == ""


@pytest.mark.parametrize(("environment", "phase"), COMBINATIONS)
def test_nginx_loads_what_the_render_command_prints(folder: Path, environment: str, phase: str) -> None:
    config = loadable(config_of(environment, phase))
    assert refusal(config, folder, annotated(render(config), NGINX)) == ""


def test_nginx_loads_routes_that_ask_whether_a_request_may_pass(folder: Path) -> None:
    config = loadable(config_of("prod", "microservices"))
    asked = replace(
        config,
        authorization=Authorization(path="/api/auth/check", upstream="bailbondpro_api"),
        routes=tuple(replace(route, authorized=route.path == "/api/") for route in config.routes),
    )
    assert refusal(asked, folder) == ""


def test_nginx_loads_a_configuration_without_caches(folder: Path) -> None:
    tuning = Tuning(cached_files=0, static_max_age_seconds=0, upstream_keepalive=1)
    assert refusal(replace(loadable(config_of("dev", "horizontal")), tuning=tuning), folder) == ""


def test_nginx_refuses_what_the_guide_wrote_where_it_does_not_belong(folder: Path) -> None:
    config = loadable(config_of("prod", "horizontal"))
    text = render(config).replace("    listen 8080 default_server;", "    limit_req_zone $host zone=x:1m rate=1r/s;")
    assert '"limit_req_zone" directive is not allowed here' in refusal(config, folder, text)


def test_nginx_refuses_the_guides_ciphers(folder: Path) -> None:
    config = loadable(config_of("prod", "horizontal"))
    text = render(config)
    ciphers = next(line for line in text.splitlines() if "ssl_ciphers" in line)
    guide = "ssl_ciphers ECDHE-RSA-AES256-GCM-SHA512:DHE-RSA-AES256-GCM-SHA512;"
    assert "no cipher match" in refusal(config, folder, text.replace(ciphers, guide))


@pytest.mark.parametrize(("environment", "phase"), COMBINATIONS)
def test_the_security_scanner_finds_nothing(folder: Path, environment: str, phase: str) -> None:
    assert scan(write_config(loadable(config_of(environment, phase)), folder)) == []


def test_the_security_scanner_finds_a_version_that_is_told_and_headers_that_get_lost(folder: Path) -> None:
    config = loadable(config_of("prod", "horizontal"))
    text = render(config).replace("server_tokens off;", "server_tokens on;")
    text = text.replace(
        "proxy_pass http://bailbondpro_api;",
        "add_header X-Extra 1; proxy_set_header X-Extra 1; proxy_pass http://bailbondpro_api;",
    )
    found = scan(write_config(config, folder, text))
    assert {"version_disclosure", "add_header_redefinition", "proxy_set_header_redefinition"} <= set(found)


def scan(file: Path) -> list[str]:
    """The names of gixy's findings."""
    done = subprocess.run(
        [sys.executable, "-m", "gixy", "--format", "json", str(file)],
        env={**os.environ, "PYTHONPATH": str(programs.gixy())},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.stdout, done.stderr
    lines = file.read_text(encoding="utf-8").splitlines()
    # the scanner does not know that where no header of the client passes, none has to be emptied
    nothing_passes = {
        number
        for number, line in enumerate(lines)
        if "proxy_pass_request_headers off;" in "".join(lines[number - 4 : number])
    }
    return sorted(
        found["plugin"]
        for found in json.loads(done.stdout)
        if not (found["plugin"] == "proxy_set_header_redefinition" and found["line"] - 1 in nothing_passes)
        # nor that no header of an answer has a carriage return: nginx answers 502 instead (test_nginx_addresses.py)
        if not (found["plugin"] == "http_splitting" and "`$told_refresh`" in found["reason"])
    )
