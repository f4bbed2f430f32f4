"""Every variable, endpoint, header and metric of the stacks is in the contract, and everything of it in the stacks."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
import yaml

from bailbondpro.contract import contract
from components.autoscaling.render import Target, latency_query
from components.gateway.guide import guide_config
from components.monitoring.alerts import recording_rules
from infra.wiring.gateway import guide_gateway
from tests.support.contract_stacks import (
    STACKS,
    container,
    deployments,
    objects,
    own_variables,
    proxied,
    variables,
    wanted,
)
from tests.support.paths import DATA
from tests.support.stack import PHASES

if TYPE_CHECKING:
    from bailbondpro.contract import Variable

MADE_BY_AWS = {"UPLOADS_BUCKET"}
"""Plain values that no stack file has."""


@pytest.mark.parametrize(("environment", "phase"), STACKS)
def test_every_variable_of_the_pods_is_in_the_contract_for_those_pods(environment: str, phase: str) -> None:
    listed = {variable.name: variable for variable in contract().variables}
    for pods in ("app", "services"):
        for deployment in deployments(environment, phase, pods):
            found = variables(deployment)
            name = deployment["metadata"]["name"]
            unknown = found.keys() - own_variables(environment, phase) - listed.keys()
            assert not unknown, f"{name} has variables that bailbondpro/contract/contract.yaml lacks: {sorted(unknown)}"
            strays = [one for one in found.keys() & listed.keys() if pods not in listed[one].pods]
            assert not strays, f"{name} has variables that the contract says others have: {strays}"


def phases_with(variable: Variable, pods: str) -> set[str]:
    return {
        phase
        for environment, phase in STACKS
        for deployment in deployments(environment, phase, pods)
        if variable.name in variables(deployment)
    }


@pytest.mark.parametrize("variable", contract().variables, ids=lambda variable: variable.name)
def test_a_variable_is_there_since_the_phase_that_the_contract_names(variable: Variable) -> None:
    for pods in variable.pods:
        first = min(map(PHASES.index, phases_with(variable, pods)), default=None)
        assert first is not None, f"no stack has {variable.name} in the pods of {pods}"
    everywhere = {phase for pods in variable.pods for phase in phases_with(variable, pods)}
    assert min(everywhere, key=PHASES.index) == variable.since


@pytest.mark.parametrize("variable", contract().variables, ids=lambda variable: variable.name)
def test_a_variable_comes_from_where_the_contract_says_and_its_example_is_a_value_of_a_stack(
    variable: Variable,
) -> None:
    values = {
        str(variables(deployment)[variable.name])
        for environment, phase in STACKS
        for deployment in deployments(environment, phase)
        if variable.name in variables(deployment)
    }
    if variable.secret:
        assert values == {variable.secret}
    elif variable.name not in MADE_BY_AWS:
        assert variable.example in values, f"no stack has {variable.example} in {variable.name}, but {sorted(values)}"


@pytest.mark.parametrize(("environment", "phase"), STACKS)
def test_the_platform_asks_for_the_endpoints_of_the_contract_and_for_no_other(environment: str, phase: str) -> None:
    paths = {endpoint.id: endpoint.path for endpoint in contract().endpoints}
    ports = {endpoint.id: endpoint.port for endpoint in contract().endpoints}
    for deployment in deployments(environment, phase):
        found, told = container(deployment), variables(deployment)
        probes = {name: found[f"{name}Probe"]["httpGet"] for name in ("liveness", "readiness", "startup")}
        wants = {"liveness": "health", "readiness": "ready", "startup": "health"}
        for name, probe in probes.items():
            assert (probe["path"], str(probe["port"])) == (paths[wants[name]], told[ports[wants[name]]])
    for item in objects(environment, phase):
        if item["kind"] == "PodMonitor" and not item["metadata"]["name"].endswith(("gateway", "pgbouncer")):
            assert {one["path"] for one in item["spec"]["podMetricsEndpoints"]} == {paths["metrics"]}
        if item["kind"] == "CronJob":
            command = item["spec"]["jobTemplate"]["spec"]["template"]["spec"]["containers"][0]["command"]
            urls = [word for word in command if word.startswith("http://")]
            folder = paths["warm-up"].partition("<")[0]
            port = wanted(environment, phase).app.api_port
            assert urls
            assert all(re.fullmatch(rf"http://[^/:]+:{port}{folder}\w+", url) for url in urls)


@pytest.mark.parametrize(("environment", "phase"), STACKS)
def test_the_headers_of_the_contract_are_those_that_the_gateway_sets(environment: str, phase: str) -> None:
    authorized = wanted(environment, phase).gateway.auth_request_path is not None
    asking = {"X-Original-Method", "X-Original-URI"}
    listed = {header.name for header in contract().headers if header.way == "in" and header.judged == "plan"}
    assert proxied(environment, phase).keys() == (listed if authorized else listed - asking)


def test_the_gateway_gives_an_idle_connection_up_before_the_application_does() -> None:
    seconds = contract().clause("connections.kept").seconds
    for environment, phase in STACKS:
        config = guide_config(guide_gateway(wanted(environment, phase)))
        assert {upstream.keepalive_seconds for upstream in config.upstreams} == {seconds}


def test_what_the_platform_reads_of_the_application_is_what_the_contract_says() -> None:
    scaled = (
        latency_query(Target(deployment="bailbondpro-app", namespace="production")),
        *(rule.expr for rule in recording_rules()),
    )
    texts = {"autoscaler": "\n".join(scaled), "alerts": "", "dashboards": ""}
    for environment, phase in STACKS:
        for item in objects(environment, phase):
            labels = item["metadata"].get("labels", {})
            if item["kind"] == "PrometheusRule":
                texts["alerts"] += "\n".join(
                    rule["expr"] for group in item["spec"]["groups"] for rule in group["rules"]
                )
            elif "grafana_dashboard" in labels:
                texts["dashboards"] += str(item["data"])
    for metric in contract().metrics:
        series = re.compile(rf"(?<![a-z_:]){metric.name}(_bucket)?[{{\[]")
        assert set(metric.read_by) == {kind for kind, text in texts.items() if series.search(text)}, metric.name
    shapes = yaml.safe_load((DATA / "exporter_metrics.yaml").read_text("utf-8"))["exporters"]["application"]["series"]
    assert {name.removesuffix("_bucket") for name in shapes} == {
        item.name for item in contract().metrics if item.read_by
    }
