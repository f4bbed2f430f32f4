"""Every panel of every stack asks for series that something in that very stack gives."""

from __future__ import annotations

import json
import re
from functools import cache
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from components.monitoring.alerts import Scope, recording_rules
from components.monitoring.catalog import KINDS, alerts
from tests.support import targets as targets_of
from tests.support.manifests import RELEASE, manifests
from tests.support.paths import ROOT
from tests.support.stack import COMBINATIONS, recorded, settings

if TYPE_CHECKING:
    from collections.abc import Iterator

SELECTOR = re.compile(r"([a-zA-Z_:][a-zA-Z0-9_:]*)\s*[\[{]")
WORDS = frozenset({"by", "on", "without", "ignoring"})
WATCHED = [
    pair
    for pair in COMBINATIONS
    if settings(*pair).monitoring.prometheus.enabled and settings(*pair).monitoring.prometheus.grafana
]


@cache
def known() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((ROOT / "tests" / "data" / "exporter_metrics.yaml").read_text())
    return found


def series_of(expr: str) -> set[str]:
    """The series that PromQL reads; every selector of ours has braces or a range."""
    without_text = re.sub(r'"[^"]*"', '""', expr)
    return set(SELECTOR.findall(without_text)) - WORDS


def targets(environment: str, phase: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every query of every panel, with the panel's name."""
    for item in manifests(recorded(environment, phase)):
        if item["kind"] == "ConfigMap" and "grafana_dashboard" in item["metadata"].get("labels", {}):
            for text in item["data"].values():
                board = json.loads(text)
                for panel in board["panels"]:
                    for target in panel.get("targets", ()):
                        yield f"{board['title']}, {panel['title']}", target


def sources(environment: str, phase: str) -> set[str]:
    """What scrapes, records or installs, as `exporter_metrics.yaml` writes it."""
    recording = recorded(environment, phase)
    objects = {f"{item['kind']} {item['metadata']['name']}" for item in manifests(recording)}
    return objects | {f"Release {item.inputs['name']}" for item in recording.of_type(RELEASE)}


def given(environment: str, phase: str) -> set[str]:
    """The series that exist in a stack."""
    there = sources(environment, phase)
    return {
        name
        for exporter in known()["exporters"].values()
        if exporter["scraped-by"] in there
        for name in exporter["series"]
    }


def test_grafana_runs_in_the_later_phases() -> None:
    assert ("prod", "horizontal") in WATCHED
    assert ("prod", "microservices") in WATCHED


@pytest.mark.parametrize(("environment", "phase"), WATCHED)
def test_every_dashboard_of_every_system_is_there(environment: str, phase: str) -> None:
    boards = {name.split(",")[0] for name, _ in targets(environment, phase)}
    systems = ("golden signals", "autoscaling", "PostgreSQL", "Redis", "CDN and gateway", "cost")
    assert {f"BailBondPro: {system}" for system in systems} <= boards
    every = {board.title for kind in KINDS.values() for board in targets_of.panels(kind)}
    backed_up = recorded(environment, phase).of_type("aws:backup/plan:Plan")
    assert boards == every - (set() if backed_up else {"BailBondPro: recovery points"})


@pytest.mark.parametrize(("environment", "phase"), WATCHED)
def test_every_series_of_every_panel_is_given_by_something_that_runs(environment: str, phase: str) -> None:
    exists = given(environment, phase)
    queries = [(name, target["expr"]) for name, target in targets(environment, phase) if "expr" in target]
    # the end of a certificate is a number in the query: it reads no series
    asked = [(name, series_of(expr)) for name, expr in queries if "vector(" not in expr]
    assert [name for name, series in asked if not series] == [], "a query whose series were not found says nothing"
    assert [(name, series - exists) for name, series in asked if series - exists] == []


@pytest.mark.parametrize(("environment", "phase"), COMBINATIONS)
def test_every_series_of_every_rule_is_given_by_something_that_runs(environment: str, phase: str) -> None:
    rules = [
        rule
        for item in manifests(recorded(environment, phase))
        if item["kind"] == "PrometheusRule"
        for group in item["spec"]["groups"]
        for rule in group["rules"]
    ]
    exists = given(environment, phase)
    assert {rule["expr"] for rule in rules if series_of(rule["expr"]) - exists} <= {
        # the namespace has no such pods then, and an alert without series is silent
        rule["expr"]
        for rule in rules
        if rule.get("alert") == "PoolerQueueing" and not settings(environment, phase).postgres.pooler.enabled
    }


@pytest.mark.parametrize(("environment", "phase"), WATCHED)
def test_every_cloudwatch_line_is_a_metric_of_a_resource_that_the_stack_has(environment: str, phase: str) -> None:
    recording = recorded(environment, phase)
    databases = {item.inputs["identifier"] for item in recording.of_type("aws:rds/instance:Instance")}
    (cache_group,) = recording.of_type("aws:elasticache/replicationGroup:ReplicationGroup")
    nodes = {
        f"{cache_group.inputs['replicationGroupId']}-{shard:04d}-{node:03d}"
        for shard in range(1, int(cache_group.inputs["numNodeGroups"]) + 1)
        for node in range(1, int(cache_group.inputs["replicasPerNodeGroup"]) + 2)
    }
    shown: dict[str, set[str]] = {"DBInstanceIdentifier": set(), "CacheClusterId": set()}
    for name, target in targets(environment, phase):
        if "metricName" not in target:
            continue
        assert target["metricName"] in known()["cloudwatch"][target["namespace"]], name
        assert target["datasource"] == {"type": "cloudwatch", "uid": "cloudwatch"}, name
        for dimension, value in target["dimensions"].items():
            shown.setdefault(dimension, set()).add(value)
    assert shown["DBInstanceIdentifier"] == databases
    assert shown["CacheClusterId"] == nodes


@pytest.mark.parametrize(("environment", "phase"), WATCHED)
def test_the_data_sources_that_panels_name_are_configured_and_may_be_read(environment: str, phase: str) -> None:
    recording = recorded(environment, phase)
    release = recording.one(RELEASE, "operators-kube-prometheus-stack")
    grafana = release.inputs["values"]["grafana"]
    assert [source["uid"] for source in grafana["additionalDataSources"]] == ["cloudwatch"]
    account = grafana["serviceAccount"]["name"]
    bound = [
        item
        for item in recording.of_type("aws:eks/podIdentityAssociation:PodIdentityAssociation")
        if (item.inputs["namespace"], item.inputs["serviceAccount"]) == ("monitoring", account)
    ]
    assert len(bound) == 1


@pytest.mark.parametrize(("environment", "phase"), COMBINATIONS)
def test_without_grafana_there_is_no_dashboard(environment: str, phase: str) -> None:
    assert bool(list(targets(environment, phase))) == ((environment, phase) in WATCHED)


def test_a_series_that_nothing_gives_is_seen() -> None:
    found = series_of('100 * sum by (pod) (rate(redis_hits_total{a="b{"}[5m])) / on (pod) namespace_pod:x:y{c="d"}')
    assert found == {"redis_hits_total", "namespace_pod:x:y"}
    assert "redis_hits_total" not in given("prod", "microservices")


def test_the_table_of_series_lists_what_is_read_and_no_more_of_ours() -> None:
    """A rule without a selector in braces would slip through: all of them have one."""
    scope = Scope(namespace="production")
    exprs = [alert.expr for alert in alerts(scope)] + [rule.expr for rule in recording_rules()]
    assert all(series_of(expr) for expr in exprs if "node_memory" not in expr)
