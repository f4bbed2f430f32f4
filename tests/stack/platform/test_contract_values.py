"""The contract's values are those of every stack: conditions, numbers and the words that stand for what nginx sends."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest

from bailbondpro.contract import contract
from components.gateway.addresses import TOLD
from infra.settings.postgres import DataPlacement
from ops.answers.contract.endpoints import SHARDS_PATH
from ops.answers.contract.run import DOCUMENT_PATH
from plan.placement import Stated, stated
from policies.off_the_map import off_the_map
from tests.support.contract_stacks import (
    STACKS,
    container,
    deployments,
    nginx,
    objects,
    own_variables,
    sent,
    stack,
    variables,
    wanted,
)
from tests.support.nginx import blocks, words
from tests.support.plans import plan_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from infra.settings import Settings

SERVICE = "SERVICE"
PROD = ("prod", "microservices")


def roles(settings: Settings, service: str) -> set[str]:
    """Which databases pods use: the application all of them, a service those that it names."""
    if not service:
        return {"primary", "replicas", "shards"}
    return set(next(one for one in settings.services if one.name == service).databases)


def uses_redis(settings: Settings, service: str) -> bool:
    return not service or next(one for one in settings.services if one.name == service).redis


def moves(settings: Settings) -> bool:
    return settings.postgres.placement is DataPlacement.MOVING


WHEN: dict[str, Callable[[Settings, str], bool]] = {
    "": lambda _settings, _service: True,
    "the CDN is enabled": lambda settings, _service: settings.cdn.enabled,
    "the service has databases": lambda settings, service: bool(roles(settings, service)),
    "the service reads replicas": lambda settings, service: (
        "replicas" in roles(settings, service) and settings.postgres.replicas > 0
    ),
    "shards hold the clients and the service uses shards": lambda settings, service: (
        "shards" in roles(settings, service) and settings.postgres.shards_in_use > 0
    ),
    "a move to shards goes on and the service uses shards": lambda settings, service: (
        "shards" in roles(settings, service) and moves(settings)
    ),
    "the service uses the cache": uses_redis,
}
"""The conditions of the contract's variables, as settings have them."""
SAYS = {
    "the visitor's address, exactly one": "$remote_addr",
    "as X-Forwarded-For": "$remote_addr",
    "https": "$scheme",
    "443": "443",
    "the host name that the visitor asked for": "$host",
    "32 hexadecimal digits": "$request_id",
    "websocket, or nothing": "$upgrade",
    "upgrade, or nothing": "$connection_upgrade",
    "method of the request that is asked about": "$request_method",
    "path and query of the request that is asked about": "$request_uri",
}
"""The contract's words for what the application gets, and nginx' own."""
PERMISSIONS = (
    "camera=(self), display-capture=(), geolocation=(self), hid=(), microphone=(), midi=(), payment=(self), serial=(), "
    "usb=()"
)
TELLS = {
    "camera, place and payment for pages of our own; nothing else": {PERMISSIONS},
    "same-site; cross-origin on hosts of files": {"same-site", "cross-origin"},
    "no-store where Cache-Control cannot be read": {"$unread_control"},
    "two years": {"max-age=63072000; includeSubDomains; preload"},
    "the methods that the host takes": {"$methods", "$reading_methods"},
    "frame-ancestors 'none'; upgrade-insecure-requests": {
        "frame-ancestors 'none'; upgrade-insecure-requests",
        "default-src 'none'; style-src 'unsafe-inline'; sandbox; frame-ancestors 'none'",
    },
}
"""The contract's words for what visitors get, where they are not the value itself; hosts of files say more."""
JUDGED_BY_CLAUSES = {
    "Cache-Control": "caching.immutable",
    "Retry-After": "proxies.errors",
    "Vary": "caching.vary",
    **dict.fromkeys(TOLD, "proxies.addresses"),
}
"""What the gateway says besides, and the clause that has it."""
ON_EVERY_ANSWER = {one.name for one in contract().headers if one.way == "visitor" and "every answer" in one.says}


def service_of(deployment: dict[str, Any]) -> str:
    return str(variables(deployment).get(SERVICE, ""))


@pytest.mark.parametrize(("environment", "phase"), STACKS)
def test_a_pod_has_a_variable_exactly_where_its_condition_holds(environment: str, phase: str) -> None:
    found = wanted(environment, phase)
    for pods in ("app", "services"):
        for deployment in deployments(environment, phase, pods):
            service = service_of(deployment)
            want = {one.name for one in contract().variables if pods in one.pods and WHEN[one.when](found, service)}
            if not service:
                want -= {SERVICE}
            have = variables(deployment).keys() - own_variables(environment, phase)
            assert have == want, f"{deployment['metadata']['name']} of {environment} in {phase}"


@pytest.mark.parametrize(("environment", "phase"), STACKS)
def test_nothing_else_tells_a_pod_anything(environment: str, phase: str) -> None:
    """One container, whose variables stand there once and by name: not from a whole Secret or ConfigMap."""
    for deployment in deployments(environment, phase):
        spec = deployment["spec"]["template"]["spec"]
        assert len(spec["containers"]) == 1
        assert not spec.get("initContainers")
        assert not container(deployment).get("envFrom")
        names = Counter(entry["name"] for entry in container(deployment)["env"])
        assert not [name for name, times in names.items() if times > 1]
        for entry in container(deployment)["env"]:
            assert set(entry.get("valueFrom", {})) <= {"secretKeyRef"}
            assert ("value" in entry) != ("valueFrom" in entry)


@pytest.mark.parametrize(("environment", "phase"), STACKS)
def test_a_numbered_url_comes_from_the_key_of_its_own_number_and_none_is_left_out(environment: str, phase: str) -> None:
    found = wanted(environment, phase).postgres
    aim = (found.shards.moving_to or 0) if moves(wanted(environment, phase)) else 0
    every = {
        "DATABASE_REPLICA": ("replica", range(1, found.replicas + 1)),
        "DATABASE_SHARD": ("shard", range(found.shards_in_use)),
        "DATABASE_TARGET_SHARD": ("shard", range(found.shards_in_use, aim)),
    }
    for deployment in deployments(environment, phase):
        keys = {
            entry["name"]: entry["valueFrom"]["secretKeyRef"]["key"]
            for entry in container(deployment)["env"]
            if "valueFrom" in entry
        }
        for prefix, (kind, numbers) in every.items():
            have = {name: key for name, key in keys.items() if re.fullmatch(rf"{prefix}_\d+_URL", name)}
            assert have in ({}, {f"{prefix}_{number}_URL": f"{kind}-{number}-url" for number in numbers})


def test_a_plain_variables_example_is_what_production_has() -> None:
    """The page's numbers are the defaults of production, not of some stack."""
    own = {"SERVICE", "UPLOADS_BUCKET", "SHARD_MAP_FILE", "SHARDS_MOVING_TO", "SHARD_MAP_VERSION"}
    (app,) = deployments(*PROD, "app")
    have = variables(app)
    plain = {one.name: one.example for one in contract().variables if not one.secret and one.name not in own}
    assert {name: have[name] for name in plain} == plain


@pytest.mark.parametrize(("environment", "phase"), STACKS)
def test_every_header_to_the_application_has_the_contracts_value_wherever_it_is_set(
    environment: str, phase: str
) -> None:
    want = {one.name: SAYS[one.value] for one in contract().headers if one.way == "in" and one.judged == "plan"}
    have = {(name, value) for name, value in sent(environment, phase) if name in want}
    assert have <= set(want.items())


@pytest.mark.parametrize(("environment", "phase"), STACKS)
def test_visitors_get_the_contracts_headers_with_its_values_and_no_others(environment: str, phase: str) -> None:
    config = words(nginx(environment, phase))
    maps = {
        item[0].split()[-1]: item[2]
        for item in config
        if item[0].rpartition("/")[2].startswith("map ") and item[1] == "" and item[2]
    }
    have: dict[str, set[str]] = {}
    for item in config:
        if item[1] == "add_header":
            have.setdefault(item[2], set()).add(maps.get(item[3], item[3]))
    want = {
        one.name: TELLS.get(one.value, {one.value})
        for one in contract().headers
        if one.way == "visitor" and one.name in have
    }
    assert have.keys() - want.keys() <= JUDGED_BY_CLAUSES.keys(), "headers that the contract lacks"
    assert {name: have[name] for name in want} == want


@pytest.mark.parametrize(("environment", "phase"), STACKS)
def test_a_place_with_headers_of_its_own_has_those_of_every_answer_too(environment: str, phase: str) -> None:
    """nginx inherits add_header only where a block has none (nginx documentation, add_header)."""
    config = words(nginx(environment, phase))
    edge = wanted(environment, phase).cdn
    want = ON_EVERY_ANSWER - ({"Strict-Transport-Security"} if edge.enabled and edge.manage_rulesets else set())
    assert "X-Frame-Options" in want
    for place in {item[0] for item in config if item[1] == "add_header"}:
        assert want <= {item[1] for item in blocks(nginx(environment, phase), place) if item[0] == "add_header"}, place


def numbers(text: str) -> tuple[int, ...]:
    return tuple(map(int, re.findall(r"\d+(?= s| min)", text)))


@pytest.mark.parametrize(("environment", "phase"), STACKS)
def test_the_platform_asks_as_often_as_the_contract_says(environment: str, phase: str) -> None:
    metrics = next(one for one in contract().endpoints if one.id == "metrics")
    asked = {one.id: numbers(one.asked) for one in contract().endpoints}
    within = {one.id: numbers(one.answers) for one in contract().endpoints}
    for deployment in deployments(environment, phase):
        found = container(deployment)
        probes = {name: found[f"{name}Probe"] for name in ("startup", "liveness", "readiness")}
        assert tuple(probes[name]["periodSeconds"] for name in ("startup", "liveness")) == asked["health"]
        assert (probes["readiness"]["periodSeconds"],) == asked["ready"]
        waits = {probe.get("timeoutSeconds", 1) for probe in probes.values()}  # Kubernetes' default
        assert {(seconds,) for seconds in waits} == {within["health"]} == {within["ready"]}
    monitors = {
        item["spec"]["selector"]["matchLabels"]["app"]: item["spec"]["podMetricsEndpoints"]
        for item in objects(environment, phase)
        if item["kind"] == "PodMonitor"
    }
    for deployment in deployments(environment, phase):
        labels = deployment["spec"]["template"]["metadata"]["labels"]
        ports = {one["name"]: str(one["containerPort"]) for one in container(deployment)["ports"]}
        if wanted(environment, phase).monitoring.prometheus.enabled:
            (one,) = monitors[labels["app"]]
            assert (one["path"], ports[one["port"]]) == (metrics.path, variables(deployment)[metrics.port])
            assert tuple(map(int, re.findall(r"\d+(?=s$)", one["interval"]))) == asked["metrics"]
    for item in objects(environment, phase):
        if item["kind"] == "CronJob":
            assert item["spec"]["schedule"].split()[0] == f"*/{asked['warm-up'][0]}"


def test_every_endpoint_of_the_contract_is_asked_for_by_somebody_here() -> None:
    by_the_platform = {"health", "ready", "metrics", "warm-up", "authorization"}
    by_the_command = {"contract", "shard-of"}
    assert {one.id for one in contract().endpoints} == by_the_platform | by_the_command
    found = {one.id: (one.path, one.port) for one in contract().endpoints}
    assert found["contract"] == (DOCUMENT_PATH, "API_PORT")
    assert found["shard-of"] == (SHARDS_PATH, "API_PORT")
    assert {found[name][1] for name in ("warm-up", "authorization")} == {"API_PORT"}


@pytest.mark.parametrize(("environment", "phase"), STACKS)
def test_a_pods_ports_are_those_that_it_is_told(environment: str, phase: str) -> None:
    for deployment in deployments(environment, phase):
        told = {variables(deployment)[name] for name in ("PORT", "API_PORT") if name in variables(deployment)}
        assert {str(one["containerPort"]) for one in container(deployment)["ports"]} == told


@pytest.mark.parametrize(("environment", "phase"), STACKS)
def test_no_stacks_pods_are_told_anything_else_than_its_placement(environment: str, phase: str) -> None:
    plan = plan_of(stack(environment, phase))
    shards = wanted(environment, phase).postgres.shards_reached
    assert (stated(plan) or Stated()).reached == shards
    assert off_the_map(plan) == ""
