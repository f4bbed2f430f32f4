"""What the contract promises of the platform is kept by every stack.

Each clause that a plan judges has one function here, by its id; a clause without one, and one without a clause, is red.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from bailbondpro.contract import contract
from components.gateway.guide import guide_config
from components.gateway.trusted_headers import CREDENTIALS, SET, STRIPPED
from components.postgres.shard_map import FILE_PATH
from infra.wiring.gateway import guide_gateway
from tests.support.contract_stacks import (
    STACKS,
    container,
    deployments,
    nginx,
    objects,
    passed_on,
    proxied,
    variables,
    wanted,
)
from tests.support.nginx import blocks, inside, segment, words
from tests.support.stack import PHASES

if TYPE_CHECKING:
    from collections.abc import Callable

    from bailbondpro.contract import Header, Variable

JUDGES: dict[str, Callable[[str, str], None]] = {}


def judges(*names: str) -> Callable[[Callable[[str, str], None]], Callable[[str, str], None]]:
    """Says which clauses a function judges, of one stack in one phase."""

    def put(function: Callable[[str, str], None]) -> Callable[[str, str], None]:
        JUDGES.update(dict.fromkeys(names, function))
        return function

    return put


def of_variable(variable: Variable) -> Callable[[str, str], None]:
    def judge(environment: str, phase: str) -> None:
        """Where no condition is named, every pod has it from its phase on; test_contract.py holds the rest."""
        if variable.when or PHASES.index(phase) < PHASES.index(variable.since):
            return
        for pods in variable.pods:
            for deployment in deployments(environment, phase, pods):
                assert variable.name in variables(deployment)

    return judge


for each in contract().variables:
    judges(each.clause.id)(of_variable(each))


def of_header(header: Header) -> Callable[[str, str], None]:
    def judge(environment: str, phase: str) -> None:
        found = wanted(environment, phase)
        if header.way == "visitor":
            edge = found.cdn.enabled and found.cdn.manage_rulesets
            sent = {item[2] for item in words(nginx(environment, phase)) if item[1] == "add_header"}
            assert (header.name in sent) == (header.name != "Strict-Transport-Security" or not edge)
        elif header.name.startswith("X-Original-"):
            asked = found.gateway.auth_request_path is not None
            assert (header.name in proxied(environment, phase)) == asked
        else:
            assert header.name in proxied(environment, phase)

    return judge


for one in contract().headers:
    if one.judged == "plan":
        judges(f"header.{one.id}")(of_header(one))


@judges("stop.grace")
def a_pod_is_asked_to_stop_and_killed_when_the_contract_says(environment: str, phase: str) -> None:
    ends = contract().clause("stop.ends").seconds or 0
    for deployment in deployments(environment, phase):
        spec = deployment["spec"]["template"]["spec"]
        sleep = container(deployment)["lifecycle"]["preStop"]["sleep"]["seconds"]
        said = re.findall(r"\d+(?= s)", contract().clause("stop.grace").says)
        longest = wanted(environment, phase).gateway.app.timeouts.read_seconds
        assert [sleep, spec["terminationGracePeriodSeconds"] - sleep >= longest + int(said[1])] == [int(said[0]), True]
        assert spec["terminationGracePeriodSeconds"] - sleep >= ends + 5
        assert longest <= ends


@judges("proxies.set")
def every_header_that_is_believed_is_set_or_dropped(environment: str, phase: str) -> None:
    known = {item[2].lower() for item in words(nginx(environment, phase)) if item[1] == "proxy_set_header"}
    assert {header.name.lower() for header in (*SET, *STRIPPED)} <= known
    passed = {header.name for header in contract().headers if header.way == "in" and header.judged is None}
    assert not {name.lower() for name in passed} & known, "what the contract passes on is set or dropped"
    assert not {header.name for header in CREDENTIALS} & proxied(environment, phase).keys()


@judges("proxies.only")
def whoever_connects_to_the_pods_is_named(environment: str, phase: str) -> None:
    selected = {
        item["spec"]["podSelector"].get("matchLabels", {}).get("app"): item for item in policies_of(environment, phase)
    }
    for deployment in deployments(environment, phase):
        rules = selected[deployment["spec"]["selector"]["matchLabels"]["app"]]["spec"]["ingress"]
        peers = [peer for rule in rules for peer in rule["from"]]
        assert peers
        assert all(peer.keys() <= {"podSelector", "namespaceSelector"} and peer for peer in peers)


def policies_of(environment: str, phase: str) -> list[dict[str, Any]]:
    return [item for item in objects(environment, phase) if item["kind"] == "NetworkPolicy"]


@judges("proxies.hidden")
def visitors_reach_no_path_of_the_cluster_alone(environment: str, phase: str) -> None:
    config = nginx(environment, phase)
    inner = {endpoint.path for endpoint in contract().endpoints if "the gateway answers 404" in endpoint.answers}
    assert {path.split("/")[1] for path in inner} == {"metrics", "internal"}
    for folder in ("/metrics", "/internal"):
        assert inside(config, segment(folder))["return"] == ("404",)
    regular = [match.group(1) for match in re.finditer(r"location ~\* \"?(\S+?)\"? \{", config)]
    assert len([one for one in regular[:2] if "internal" in one or "metrics" in one]) == 2, (
        "the first match wins in nginx"
    )


@judges("proxies.files")
def hosts_of_files_pass_on_what_decides_a_file_and_nothing_else(environment: str, phase: str) -> None:
    listed = contract().clause("proxies.files").says.partition("reach")[0].partition(": ")[2]
    named = set(re.findall(r"[A-Z][\w-]+", listed))
    hosts = [site for site in guide_config(guide_gateway(wanted(environment, phase))).sites if site.public_files]
    assert passed_on(environment, phase) == (named if hosts else set())
    config = words(nginx(environment, phase))
    for switch in ("proxy_pass_request_headers", "proxy_pass_request_body"):
        assert len([item for item in config if item[1:] == (switch, "off")]) >= len(hosts)


@judges("proxies.limits")
def rates_are_those_of_the_contract(environment: str, phase: str) -> None:
    limits = wanted(environment, phase).gateway.rate_limits
    said = contract().clause("proxies.limits").says
    found = tuple(map(int, re.findall(r"\d+", said)))
    given = (limits.api.rate_per_second, limits.api.burst, limits.login.rate_per_second, limits.login.burst)
    assert found == (429, *given)
    assert "limit_req_status 429" in nginx(environment, phase)


@judges("proxies.paths")
def every_host_refuses_what_has_two_readings(environment: str, phase: str) -> None:
    config = nginx(environment, phase)
    known = [item for item in blocks(config, "map $request_uri $odd_path") if item[0] == "default"]
    assert known == [("default", "1")], "what no expression knows is refused"
    refusing = [item for item in words(config) if item[0].endswith("if ($refused_path)")]
    assert len(refusing) == config.count("http2 on;") > 0
    assert {item[1:] for item in refusing} == {("return", "400")}


@judges("proxies.errors")
def every_host_answers_errors_for_who_asks_and_nobody_keeps_them(environment: str, phase: str) -> None:
    config = nginx(environment, phase)
    assert blocks(config, "map $http_accept $error_answer")[0] == ("default", "/_error/json")
    assert blocks(config, "map $status $error_retry_after")[1:] == [
        ("429", "1"),
        ("503", "60"),
        ("502", "5"),
        ("504", "5"),
    ]
    for kind in ("page", "json"):
        said = blocks(config, f"location = /_error/{kind}")
        # also where a host is none of ours; nobody but the exporter asks the one at a loopback address
        servers = config.count("server {") - config.count("listen 127.0.0.1:")
        assert said.count(("add_header", "Cache-Control", "no-store", "always")) == servers > 0
        assert said.count(("add_header", "Retry-After", "$error_retry_after", "always")) == servers


@judges("proxies.addresses")
def no_address_of_the_inside_leaves(environment: str, phase: str) -> None:
    config = words(nginx(environment, phase))
    paths = ("X-Nextjs-Rewrite", "X-Nextjs-Redirect", "X-Nextjs-Matched-Path", "X-Nextjs-Rewritten-Path")
    for header in ("Refresh", "Link", "Content-Location", "SourceMap", "X-SourceMap", *paths):
        told = "$told_" + header.lower().replace("-", "_")
        assert {item[3:] for item in config if item[1:3] == ("add_header", header)} == {(told, "always")}, header
        assert any(item[1:3] == ("proxy_hide_header", header) for item in config), header
    assert any(item[1] == "proxy_redirect" and "default" not in item[2:] for item in config)


@judges("proxies.timeouts")
def the_gateway_waits_as_long_as_the_contract_says(environment: str, phase: str) -> None:
    gateway = wanted(environment, phase).gateway
    said = tuple(map(int, re.findall(r"\d+(?= s)", contract().clause("proxies.timeouts").says)))
    assert said == (gateway.app.timeouts.read_seconds, gateway.api.timeouts.read_seconds)


@judges("retries.reads")
def the_gateway_repeats_what_the_contract_says(environment: str, phase: str) -> None:
    config = nginx(environment, phase)
    root = blocks(config, "http")
    assert ("proxy_next_upstream_tries", "2") in root
    assert ("proxy_next_upstream_timeout", "10s") in root
    repeated = {item[0].rpartition("/")[2]: item[2:] for item in words(config) if item[1] == "proxy_next_upstream"}
    assert not [path for path, cases in repeated.items() if "non_idempotent" in cases]
    assert inside(config, "http/server/location /")["proxy_next_upstream"] == (
        *("error", "timeout", "invalid_header"),
        *("http_500", "http_502", "http_503"),
    )
    assert inside(config, segment("/api"))["proxy_next_upstream"] == ("error", "timeout")


@judges("shards.all-or-none")
def pods_are_told_of_every_shard_or_of_none(environment: str, phase: str) -> None:
    found = wanted(environment, phase)
    for deployment in deployments(environment, phase):
        names = [entry["name"] for entry in container(deployment)["env"]]
        urls = [name for name in names if re.fullmatch(r"DATABASE_SHARD_\d+_URL", name)]
        assert urls in ([], [f"DATABASE_SHARD_{index}_URL" for index in range(found.postgres.shards_in_use)])
        assert bool(urls) == ("SHARD_MAP_FILE" in names)


@judges("shards.map")
def the_map_has_what_the_contract_says(environment: str, phase: str) -> None:
    in_use = wanted(environment, phase).postgres.shards_in_use
    maps = [item for item in objects(environment, phase) if item["metadata"].get("name") == "bailbondpro-shard-map"]
    assert bool(maps) == bool(in_use)
    for item in maps:
        document = yaml.safe_load(item["data"][FILE_PATH.rpartition("/")[2]])
        assert {"version", "hash", "placement", "count", "shards"} <= document.keys()
        assert document["count"] == len(document["shards"]) == in_use
    for deployment in deployments(environment, phase):
        told = "SHARD_MAP_FILE" in variables(deployment)
        assert told == ("checksum/shard-map" in deployment["spec"]["template"]["metadata"]["annotations"])


@judges("caching.immutable")
def fingerprinted_files_are_kept_for_a_year(environment: str, phase: str) -> None:
    config = nginx(environment, phase)
    assert ("default", "no-store") in blocks(config, "map $status $static_cache_control")
    assert ("default", "public, max-age=31536000, immutable") in blocks(config, "map $uri $open_lifetime")
    said = "$upstream_http_cache_control|$upstream_http_expires$upstream_http_pragma$upstream_http_x_accel_expires"
    assert ("default", "$upstream_http_cache_control") in blocks(config, f"map {said} $said_lifetime")
    static = blocks(config, "http/server/location /static/")
    assert ("proxy_hide_header", "Cache-Control") in static
    assert ("add_header", "Cache-Control", "$static_cache_control", "always") in static


@judges("caching.vary")
def vary_is_said_once(environment: str, phase: str) -> None:
    config = words(nginx(environment, phase))
    said = {item[3:] for item in config if item[1:3] == ("add_header", "Vary")}
    assert ("$own_vary", "always") in said
    assert said <= {("$own_vary", "always"), ("$shared_vary", "always")}
    assert ("http", "proxy_hide_header", "Vary") in config
    assert ("http", "gzip_vary", "on") in config


@pytest.mark.parametrize("name", [clause.id for clause in contract().every_clause if clause.judged == "plan"])
def test_every_stack_keeps_what_the_contract_promises_of_the_platform(name: str) -> None:
    assert name in JUDGES, f"nothing judges {name}: write a function in this file and put @judges in front of it"
    for environment, phase in STACKS:
        JUDGES[name](environment, phase)


def test_nothing_is_judged_that_the_contract_does_not_say() -> None:
    assert sorted(JUDGES) == sorted(clause.id for clause in contract().every_clause if clause.judged == "plan")
