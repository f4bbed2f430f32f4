"""What keeps a request from going on to the next station is named by the simulation of a whole stack."""

from __future__ import annotations

import copy
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from plan import Plan
from plan.tokens import LISTENER, NAMESPACE, POD_MONITOR, TARGET_GROUP
from planner.simulation import Assumptions
from planner.simulation.read_plan import platform_of
from planner.simulation.reading.passage import INTERNET_GATEWAY
from tests.support.plans import stack_plan

if TYPE_CHECKING:
    from collections.abc import Callable


def gaps(plan: Plan) -> list[str]:
    return [gap.name for gap in platform_of(plan, Assumptions()).gaps]


def without(*named: str) -> Callable[[Plan], Plan]:
    """The plan without resources of some types or names."""
    return lambda plan: Plan(tuple(item for item in plan if not {item.type, item.name} & {*named}), plan.config)


def changed(name: str, change: Callable[[dict[str, Any]], object], token: str = "") -> Callable[[Plan], Plan]:
    def apply(plan: Plan) -> Plan:
        (item,) = [item for item in plan if item.name == name and item.custom and token in {"", item.type}]
        inputs = copy.deepcopy(dict(item.inputs))
        change(inputs)
        return Plan(tuple(replace(one, inputs=inputs) if one is item else one for one in plan), plan.config)

    return apply


def put(name: str, token: str = "", **values: object) -> Callable[[Plan], Plan]:
    return changed(name, lambda inputs: inputs.update(values), token)


def configured(pattern: str, text: str) -> Callable[[Plan], Plan]:
    def change(inputs: dict[str, Any]) -> None:
        before = inputs["data"]["nginx.conf"]
        inputs["data"]["nginx.conf"] = re.sub(pattern, text, before)
        assert inputs["data"]["nginx.conf"] != before

    return changed("gateway-config", change)


def spec(name: str, **values: object) -> Callable[[Plan], Plan]:
    return changed(name, lambda inputs: inputs["spec"].update(values))


def asking(address: str) -> Callable[[Plan], Plan]:
    def change(inputs: dict[str, Any]) -> None:
        for trigger in inputs["spec"]["triggers"]:
            if trigger["type"] == "prometheus":
                trigger["metadata"]["serverAddress"] = address

    return changed("autoscaler-scaled-object", change)


def shut(port: int) -> Callable[[Plan], Plan]:
    """The plan whose application may ask nobody at a port."""

    def change(inputs: dict[str, Any]) -> None:
        rules = inputs["spec"]["egress"]
        inputs["spec"]["egress"] = [rule for rule in rules if all(one["port"] != port for one in rule["ports"])]

    return changed("app-network-policy", change)


def blocking(inputs: dict[str, Any]) -> None:
    inputs["rules"] = [{"ref": "all", "action": "block", "expression": "true", "enabled": True}, *inputs["rules"]]


def probed(**check: object) -> Callable[[Plan], Plan]:
    return changed("load-balancer-https", lambda inputs: inputs["healthCheck"].update(check), TARGET_GROUP)


SABOTAGE: dict[str, tuple[Callable[[Plan], Plan], str]] = {
    "no namespace": (without(NAMESPACE), "bailbondpro-app: there is no Namespace production"),
    "no internet gateway": (without(INTERNET_GATEWAY), "the network has no internet gateway"),
    "no way to the internet": (without("network-public-default"), "no route leads to the internet gateway"),
    "no way out": (without(*(f"network-private-{zone}-default" for zone in "abc")), "no route leads to a NAT gateway"),
    "a listener of another port": (put("load-balancer-https", LISTENER, port=444), "no listener at port 443"),
    "a listener of another protocol": (put("load-balancer-https", LISTENER, protocol="UDP"), "its listener speaks UDP"),
    "targets of another type": (put("load-balancer-https", TARGET_GROUP, targetType="instance"), "it gets no targets"),
    "a header before each request": (put("load-balancer-https", TARGET_GROUP, proxyProtocolV2=True), "proxyProtocolV2"),
    "a check of another port": (probed(port="9999"), "its health check asks port 9999"),
    "clients at port 80 alone": (
        without("load-balancer-clients-ipv4-443", "load-balancer-clients-ipv6-443"),
        "lets anybody in at port 443",
    ),
    "targets that let nobody in": (
        without("load-balancer-from-entry-8443", "load-balancer-from-entry-8080"),
        "no rule lets its requests in at its targets",
    ),
    "a gateway that listens elsewhere": (configured(r"listen 8443", "listen 8444"), "port 8443, where nginx does not"),
    "an upstream that is down": (
        configured(r"(server bailbondpro-headless[^;]*);", r"\1 down;"),
        "upstream bailbondpro_backend: every server is down",
    ),
    "a location that is not there": (configured(r"(location / \{)", r"\1 auth_request /a;"), "auth_request /a"),
    "no names": (shut(53), "bailbondpro-app: its network policies let it ask for no name"),
    "no database": (shut(6432), "let it ask no Instance"),
    "no cache": (shut(6379), "let it ask no ReplicationGroup"),
    "another Prometheus": (asking("http://nobody"), "no Prometheus of the plan answers at http://nobody"),
    "no Prometheus": (without("operators-kube-prometheus-stack"), "no Prometheus of the plan answers"),
    "nothing measured": (without(POD_MONITOR), "bailbondpro-hpa: it asks Prometheus, which measures no pods"),
    "a look a day": (spec("autoscaler-scaled-object", pollingInterval=86400), "pollingInterval 86400"),
    "no pods of CoreDNS": (put("addons-coredns", configurationValues='{"replicaCount": 0}'), "CoreDNS has no pods"),
    "past the edge": (put("cdn-dns-app", proxied=False), "cdn-dns-app: not proxied"),
    "nothing kept": (put("cdn-cache", rules=[]), "no rule of the edge keeps an answer"),
    "everybody blocked": (changed("cdn-waf", blocking), "rule all of the edge blocks"),
}


@pytest.mark.parametrize("name", SABOTAGE)
def test_what_keeps_a_request_from_going_on_is_named(name: str) -> None:
    change, says = SABOTAGE[name]
    assert any(says in gap for gap in gaps(change(stack_plan("prod", "microservices"))))
