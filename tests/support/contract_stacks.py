"""The pods and the gateway of every stack, as tests of the contract look at them."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Any

from tests.support.kept import kept
from tests.support.manifests import manifests
from tests.support.nginx import words
from tests.support.stack import COMBINATIONS, FILLED, record_platform, recorded, settings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from infra.settings import Settings
    from tests.support.recording import Recording

FILLED_STACK = ("prod, on its shards", "microservices")
"""Production whose clients lie on shards: no checked-in stack has it yet."""
MOVING_STACK = ("prod, on its way to shards", "microservices")
"""Production whose clients are being copied to them."""
MADE_HERE = {
    FILLED_STACK: FILLED,
    MOVING_STACK: {"placement": "moving", "shards": {"movingTo": 4, "mapVersion": 1}},
}
"""PostgreSQL settings of the stacks that have no file."""
STACKS = [*COMBINATIONS, *MADE_HERE]
ENTRY = re.compile(r"(?<=_)\d+(?=_URL$)|(?<=-)\d+(?=-url$)")
"""The number of a replica or of a shard, in a variable or in a Secret's key."""
UPTIME = {"percent": 99.8, "reason": "a client's shard is one database more on the way", "until": "2099-12-31"}


def wanted(environment: str, phase: str) -> Settings:
    if made := MADE_HERE.get((environment, phase)):
        return settings("prod", phase, postgres=made, availability={"acceptedUptime": UPTIME})
    return settings(environment, phase)


@cache
def stack(environment: str, phase: str) -> Recording:
    if (environment, phase) not in MADE_HERE:
        return recorded(environment, phase)
    return kept(f"stack-{environment.replace(' ', '-')}", lambda: record_platform(wanted(environment, phase)))


@cache
def objects(environment: str, phase: str) -> list[dict[str, Any]]:
    return manifests(stack(environment, phase))


def deployments(environment: str, phase: str, pods: str = "") -> Iterator[dict[str, Any]]:
    """The Deployments of the application ("app"), of the services ("services"), or of both."""
    for item in objects(environment, phase):
        if item["kind"] != "Deployment":
            continue
        component = item["spec"]["template"]["metadata"]["labels"]["app.kubernetes.io/component"]
        if {"app": "app", "service": "services"}.get(component, "-") in ({pods} if pods else {"app", "services"}):
            yield item


def container(deployment: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = deployment["spec"]["template"]["spec"]["containers"][0]
    return found


def variables(deployment: dict[str, Any]) -> dict[str, Any]:
    """What a pod is told: plain values, or the Secret and the key, with `n` for numbers of replicas and shards."""
    found = {}
    for entry in container(deployment)["env"]:
        reference = entry.get("valueFrom", {}).get("secretKeyRef")
        value = entry.get("value") if reference is None else f"{reference['name']}/{ENTRY.sub('n', reference['key'])}"
        found[ENTRY.sub("n", entry["name"])] = value
    return found


def own_variables(environment: str, phase: str) -> set[str]:
    """Variables that the stack file gives: they are nobody's promise."""
    found = wanted(environment, phase)
    return {*found.app.environment, *(name for service in found.services for name in service.environment)}


@cache
def nginx(environment: str, phase: str) -> str:
    """The text of nginx.conf as the pods of the gateway mount it."""
    texts = [item["data"]["nginx.conf"] for item in objects(environment, phase) if "nginx.conf" in item.get("data", {})]
    assert len(texts) == 1
    return str(texts[0])


def proxied(environment: str, phase: str) -> dict[str, str]:
    """The headers that nginx sets to something of its own, anywhere: not those that it passes on as they came."""
    return {name: value for name, value in sent(environment, phase) if value != _as_sent(name)}


def passed_on(environment: str, phase: str) -> set[str]:
    """The headers that hosts of files pass on as the visitor sent them; they pass on no others."""
    return {name for name, value in sent(environment, phase) if value == _as_sent(name)}


def sent(environment: str, phase: str) -> list[tuple[str, str]]:
    """Every header that nginx sends to the application, at each place where it does."""
    set_ = [item for item in words(nginx(environment, phase)) if item[1] == "proxy_set_header"]
    return [(item[2], item[3]) for item in set_ if len(item) > 3 and item[3]]


def _as_sent(name: str) -> str:
    return f"$http_{name.lower().replace('-', '_')}"
