"""What keeps requests from stations, or pods from answering them, is named by the simulation of a whole stack."""

from __future__ import annotations

import copy
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from plan import Plan
from plan.tokens import CACHE, DATABASE, DNS_RECORD, LISTENER
from planner.simulation import Assumptions
from planner.simulation.read_plan import platform_of
from tests.support.plans import planned, stack_plan
from tests.support.stack import EVERYTHING

if TYPE_CHECKING:
    from collections.abc import Callable

BINDING = "kubernetes:elbv2.k8s.aws/v1beta1:TargetGroupBinding"
STACKS = [EVERYTHING, *((stack, phase) for stack in ("dev", "prod") for phase in ("optimization", "microservices"))]


def gaps(plan: Plan) -> list[str]:
    return [gap.name for gap in platform_of(plan, Assumptions()).gaps]


def without(token: str) -> Callable[[Plan], Plan]:
    return lambda plan: Plan(tuple(item for item in plan if item.type != token), plan.config)


def gone(name: str) -> Callable[[Plan], Plan]:
    return lambda plan: Plan(tuple(item for item in plan if item.name != name), plan.config)


def changed(name: str, change: Callable[[dict[str, Any]], object]) -> Callable[[Plan], Plan]:
    def apply(plan: Plan) -> Plan:
        (item,) = [item for item in plan if item.name == name]
        inputs = copy.deepcopy(dict(item.inputs))
        change(inputs)
        return Plan(tuple(replace(one, inputs=inputs) if one is item else one for one in plan), plan.config)

    return apply


def configured(pattern: str, text: str) -> Callable[[Plan], Plan]:
    def change(inputs: dict[str, Any]) -> None:
        before = inputs["data"]["nginx.conf"]
        inputs["data"]["nginx.conf"] = re.sub(pattern, text, before)
        assert inputs["data"]["nginx.conf"] != before

    return changed("gateway-config", change)


def spec(name: str, **values: object) -> Callable[[Plan], Plan]:
    return changed(name, lambda inputs: inputs["spec"].update(values))


def parameter(name: str, value: str) -> Callable[[Plan], Plan]:
    def change(inputs: dict[str, Any]) -> None:
        others = [one for one in inputs["parameters"] if one["name"] != name]
        inputs["parameters"] = [*others, {"name": name, "value": value}]

    return changed("postgres-parameters", change)


def heap(mib: int) -> Callable[[Plan], Plan]:
    def change(inputs: dict[str, Any]) -> None:
        for entry in inputs["spec"]["template"]["spec"]["containers"][0]["env"]:
            if entry["name"] == "NODE_OPTIONS":
                entry["value"] = f"--max-old-space-size={mib}"

    return changed("app-deployment", change)


def contained(name: str, **values: object) -> Callable[[Plan], Plan]:
    return changed(name, lambda inputs: inputs["spec"]["template"]["spec"]["containers"][0].update(values))


def podded(name: str, **values: object) -> Callable[[Plan], Plan]:
    return changed(name, lambda inputs: inputs["spec"]["template"]["spec"].update(values))


def upwards(**values: object) -> Callable[[Plan], Plan]:
    def change(inputs: dict[str, Any]) -> None:
        horizontal = inputs["spec"].setdefault("advanced", {}).setdefault("horizontalPodAutoscalerConfig", {})
        horizontal.setdefault("behavior", {}).setdefault("scaleUp", {}).update(values)

    return changed("autoscaler-scaled-object", change)


def forgotten(inputs: dict[str, Any], prefix: str) -> None:
    container = inputs["spec"]["template"]["spec"]["containers"][0]
    container["env"] = [entry for entry in container["env"] if not entry["name"].startswith(prefix)]


def beside(token: str, name: str) -> Callable[[Plan], Plan]:
    return lambda plan: Plan((*plan, planned(token, name)), plan.config)


def unprobed(inputs: dict[str, Any]) -> None:
    inputs["spec"]["template"]["spec"]["containers"][0].pop("readinessProbe")


SABOTAGE: dict[str, tuple[Callable[[Plan], Plan], str]] = {
    "no listener": (without(LISTENER), "the load balancer has no listener"),
    "no DNS record": (without(DNS_RECORD), "the edge has no DNS record"),
    "an answer of the gateway": (configured(r"(location / \{)", r"\1 return 503;"), "location / answers by itself"),
    "a door that is shut": (configured(r"(location / \{)", r"\1 deny all;"), "location / answers by itself: deny all"),
    "a short wait": (configured(r"proxy_read_timeout \w+", "proxy_read_timeout 1ms"), "proxy_read_timeout 1ms"),
    "four connections": (configured(r"worker_connections \d+", "worker_connections 4"), "worker_connections 4"),
    "a closed application": (spec("app-network-policy", ingress=[]), "bailbondpro-app: its network policies"),
    "a closed gateway": (spec("gateway-network-policy", ingress=[]), "bailbondpro-gateway: its network policies"),
    "a closed pooler": (spec("pooler-network-policy", ingress=[]), "pgbouncer: its network policies"),
    "no KEDA": (gone("operators-keda"), "ScaledObjects without a release of KEDA"),
    "no controller of the load balancer": (
        gone("operators-aws-load-balancer-controller"),
        "TargetGroupBindings without",
    ),
    "no autoscaler of nodes": (gone("operators-cluster-autoscaler"), "node groups that may grow without"),
    "no measurements of pods": (gone("addons-metrics-server"), "autoscalers by cpu or memory without metrics-server"),
    "no names": (gone("addons-coredns"), "no CoreDNS"),
    "no addresses": (gone("cluster-vpc-cni"), "no vpc-cni"),
    "no Services": (gone("cluster-kube-proxy"), "no kube-proxy"),
    "no probe": (changed("app-deployment", unprobed), "bailbondpro-app: no readinessProbe"),
    "all at once": (spec("app-deployment", strategy={"type": "Recreate"}), "bailbondpro-app: strategy Recreate"),
    "paused": (spec("service-bonds-workload-deployment", paused=True), "bailbondpro-bonds: paused"),
    "no budget": (spec("app-disruption-budget", maxUnavailable="100%"), "bailbondpro-app: its PodDisruptionBudget"),
    "a budget that lets nobody go": (spec("app-disruption-budget", maxUnavailable=0), "lets no pod go"),
    "a budget of all": (
        changed(
            "app-disruption-budget", lambda inputs: inputs["spec"].update(maxUnavailable=None, minAvailable="100%")
        ),
        "lets no pod go",
    ),
    "a budget of the fewest": (
        changed("app-disruption-budget", lambda inputs: inputs["spec"].update(maxUnavailable=None, minAvailable=3)),
        "lets no pod go",
    ),
    "a probe of nothing": (
        contained("app-deployment", readinessProbe={"httpGet": {"path": "/ready", "port": 9}}),
        "its readinessProbe asks port 9, which no container has",
    ),
    "a probe by a name of nothing": (
        contained("gateway-deployment", livenessProbe={"tcpSocket": {"port": "web"}}),
        "its livenessProbe asks port web",
    ),
    "an impatient probe": (
        contained("app-deployment", livenessProbe={"failureThreshold": 1, "httpGet": {"port": "http"}}),
        "ends a container by one slow answer",
    ),
    "an image that nobody pulls": (contained("pooler-deployment", imagePullPolicy="Never"), "imagePullPolicy Never"),
    "pods that wait": (podded("app-deployment", schedulingGates=[{"name": "later"}]), "schedulingGates"),
    "no time to stop": (podded("app-deployment", terminationGracePeriodSeconds=15), "15 s to stop"),
    "a Service of another port": (
        changed("app-headless", lambda inputs: inputs["spec"]["ports"][0].update(targetPort=9)),
        "has its target port 9",
    ),
    "a silent application": (spec("app-network-policy", egress=[]), "bailbondpro-app: its network policies let it ask"),
    "a silent gateway": (spec("gateway-network-policy", egress=[]), "bailbondpro-gateway: its network policies let it"),
    "no address of a database": (
        changed("app-deployment", lambda inputs: forgotten(inputs, "DATABASE_")),
        "bailbondpro-app: it is told of no database",
    ),
    "no cache": (without(CACHE), "bailbondpro-app: it is told of a cache"),
    "no databases": (without(DATABASE), "bailbondpro-app: it is told of databases"),
    "no binding": (without(BINDING), "no target group is bound"),
    "no Service of the gateway": (gone("gateway-service"), "bailbondpro-gateway: no Service leads to it"),
    "no Service of the pooler": (gone("pooler-service"), "pgbouncer: no Service leads to it"),
    "no Service of an upstream": (gone("app-headless"), "there is no Service bailbondpro-headless in production"),
    "an upstream of another port": (
        configured(r"(bailbondpro-headless\.production\.svc\.cluster\.local):3000", r"\1:9"),
        "the Service bailbondpro-headless has no port 9",
    ),
    "a proxy to nobody": (
        configured(r"proxy_pass http://bailbondpro_backend;", "proxy_pass http://127.0.0.1:9;"),
        "passes requests to 127.0.0.1:9, which is no upstream",
    ),
    "bodies of a byte": (configured(r"client_max_body_size \w+", "client_max_body_size 1"), "client_max_body_size 1:"),
    "a database behind a shut door": (gone("postgres-ingress-0"), "postgres-primary: no rule of its security groups"),
    "a cache behind a shut door": (gone("redis-ingress-0"), "redis-group: no rule of its security groups"),
    "a load balancer without clients": (
        lambda plan: Plan(tuple(one for one in plan if "balancer-clients" not in one.name), plan.config),
        "load-balancer-nlb: no rule of its security groups lets anybody in",
    ),
    "a load balancer that reaches nobody": (
        lambda plan: Plan(tuple(one for one in plan if "balancer-to-gateway" not in one.name), plan.config),
        "load-balancer-nlb: no rule of its security groups lets it reach anybody",
    ),
    "a load balancer inside": (changed("load-balancer-nlb", lambda inputs: inputs.update(internal=True)), "internal,"),
    "no Secret of the cache": (gone("app-secrets-redis"), "bailbondpro-app: its Secret redis-secret is not there"),
    "no certificate": (gone("gateway-tls"), "bailbondpro-gateway: its Secret bailbondpro-gateway-tls is not there"),
    "a quota": (beside("kubernetes:core/v1:ResourceQuota", "few"), "ResourceQuota few"),
    "no more pods": (upwards(selectPolicy="Disabled"), "bailbondpro-hpa: scaleUp Disabled"),
    "a millisecond for a statement": (parameter("statement_timeout", "1"), "statement_timeout 1 ms"),
    "a millisecond for a lock": (parameter("lock_timeout", "1"), "lock_timeout 1 ms"),
    "read only": (parameter("default_transaction_read_only", "on"), "every write fails"),
    "five connections": (parameter("max_connections", "5"), "max_connections 5 are fewer"),
    "a heap of 8 MiB": (heap(8), "bailbondpro-app: a heap of 8 MiB"),
}
ORDINARY: dict[str, Callable[[Plan], Plan]] = {
    "the least connections": configured(r"worker_connections \d+", "worker_connections 512"),
    "a second": configured(r"proxy_read_timeout \w+", "proxy_read_timeout 1s"),
    "a minute and a half": configured(r"proxy_read_timeout \w+", "proxy_read_timeout 1m30s"),
    "an answer beside the proxy": configured(r"(server \{)", r"\1 location = /robots.txt { return 204; }"),
    "an application for all of the namespace": spec("app-network-policy", ingress=[{}]),
    "a budget of one": spec("app-disruption-budget", maxUnavailable=1),
    "a budget of two": changed(
        "app-disruption-budget", lambda inputs: inputs["spec"].update(maxUnavailable=None, minAvailable=2)
    ),
    "a probe by the name of a port": contained("app-deployment", readinessProbe={"httpGet": {"port": "http"}}),
    "a probe by a command": contained("app-deployment", readinessProbe={"exec": {"command": ["true"]}}),
    "sixteen seconds to stop": podded("app-deployment", terminationGracePeriodSeconds=16),
    "one way out": spec("app-network-policy", egress=[{}]),
    "slow steps upwards": upwards(selectPolicy="Min"),
    "a minute for a statement": parameter("statement_timeout", "60000"),
    "no bound of a statement": parameter("statement_timeout", "0"),
    "bodies without a bound": configured(r"client_max_body_size \w+", "client_max_body_size 0"),
    "a proxy by a variable": configured(r"proxy_pass http://bailbondpro_backend;", "proxy_pass http://$any;"),
    "a Secret that may be missing": contained(
        "app-deployment", envFrom=[{"secretRef": {"name": "perhaps", "optional": True}}]
    ),
    "a rolling update": spec("app-deployment", strategy={"type": "RollingUpdate"}),
    "read and write": parameter("default_transaction_read_only", "off"),
    "five hundred connections": parameter("max_connections", "500"),
    "a heap of 64 MiB": heap(64),
}


@pytest.mark.parametrize("name", SABOTAGE)
def test_what_stands_in_the_way_of_requests_is_not_simulated_and_said(name: str) -> None:
    change, says = SABOTAGE[name]
    found = gaps(change(stack_plan("prod", "microservices")))
    assert [gap for gap in found if says in gap], found


@pytest.mark.parametrize("name", ORDINARY)
def test_an_ordinary_change_on_the_way_is_simulated(name: str) -> None:
    assert gaps(ORDINARY[name](stack_plan("prod", "microservices"))) == []


@pytest.mark.parametrize("stack", STACKS, ids="-".join)
def test_nothing_stands_in_the_way_of_the_checked_in_stacks(stack: tuple[str, str]) -> None:
    assert gaps(stack_plan(*stack)) == []
