from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pulumi
import pytest

from components.monitoring.alerts import Scope
from components.monitoring.catalog import dashboards
from components.monitoring.kinds.bill import BillTarget
from components.monitoring.kinds.cache import CacheTarget
from components.monitoring.kinds.database import DatabaseTarget
from components.monitoring.kinds.load_balancer import LoadBalancerTarget
from components.monitoring.panels import CloudWatchLine, Dashboard, Panel, to_json
from components.monitoring.prometheus import PrometheusRules, PrometheusRulesArgs
from tests.support.recording import record

SCOPE = Scope(namespace="production", pooler=True)
PRIMARY = DatabaseTarget(name="primary", identifier="db-primary", memory_gib=8, allocated_gib=150, max_connections=200)
WATCHED = (
    PRIMARY,
    replace(PRIMARY, name="replica-1", identifier="db-replica-1", is_replica=True),
    CacheTarget(name="redis", replication_group_id="cache", shards=1, replicas_per_shard=0),
    LoadBalancerTarget(name="gateway", load_balancer_arn_suffix="net/a/1", target_group_arn_suffix="targetgroup/a/1"),
    BillTarget(name="bill", monthly_limit_usd=500),
)
BOARDS = {board.uid: board for board in dashboards(SCOPE, WATCHED)}


def rendered(uid: str) -> dict[str, Any]:
    parsed: dict[str, Any] = json.loads(to_json(BOARDS[uid]))
    return parsed


def graphs(uid: str) -> dict[str, dict[str, Any]]:
    return {panel["title"]: panel for panel in rendered(uid)["panels"] if panel["type"] == "timeseries"}


def test_every_system_has_its_dashboard() -> None:
    systems = ("golden", "autoscaling", "postgres", "redis", "cdn", "cost")
    assert set(BOARDS) == {f"bailbondpro-{system}" for system in systems}


def test_a_system_that_does_not_run_has_no_dashboard_and_no_panel() -> None:
    found = {board.uid: board for board in dashboards(replace(SCOPE, pooler=False))}
    assert set(found) == {"bailbondpro-golden", "bailbondpro-autoscaling", "bailbondpro-cdn", "bailbondpro-cost"}
    (board,) = [
        item for item in dashboards(replace(SCOPE, pooler=False), (PRIMARY,)) if item.uid == "bailbondpro-postgres"
    ]
    titles = [panel.title for panel in board.panels]
    assert not [title for title in titles if "pooler" in title or title == "Behind the primary"]


def test_golden_signals_are_traffic_errors_latency_and_saturation() -> None:
    for signal in (
        "Requests per second",
        "Errors",
        "Response time, 95th percentile",
        "Memory used, share of the limit",
    ):
        assert signal in graphs("bailbondpro-golden")


@pytest.mark.parametrize("uid", BOARDS)
def test_panels_do_not_overlap_and_have_unique_numbers(uid: str) -> None:
    panels = rendered(uid)["panels"]
    cells = [
        (x, y)
        for panel in panels
        for x in range(panel["gridPos"]["x"], panel["gridPos"]["x"] + panel["gridPos"]["w"])
        for y in range(panel["gridPos"]["y"], panel["gridPos"]["y"] + panel["gridPos"]["h"])
    ]
    assert len(cells) == len(set(cells))
    assert len({panel["id"] for panel in panels}) == len(panels)
    assert max(x for x, _ in cells) < 24


@pytest.mark.parametrize("uid", BOARDS)
def test_every_query_has_a_letter_of_its_own_and_the_panels_data_source(uid: str) -> None:
    for panel in graphs(uid).values():
        letters = [target["refId"] for target in panel["targets"]]
        assert len(letters) == len(set(letters)) > 0
        for target in panel["targets"]:
            assert target.get("datasource", panel["datasource"]) == panel["datasource"]


def test_a_panel_draws_the_line_at_which_the_alert_fires() -> None:
    def line(uid: str, title: str) -> object:
        return graphs(uid)[title]["fieldConfig"]["defaults"]["thresholds"]["steps"][-1]["value"]

    assert line("bailbondpro-golden", "Response time, 95th percentile") == 1000
    assert line("bailbondpro-golden", "Errors") == 5
    assert line("bailbondpro-postgres", "Connections") == 160
    assert line("bailbondpro-postgres", "Behind the primary") == 360
    assert line("bailbondpro-redis", "Memory used") == 85
    assert line("bailbondpro-cost", "Charges of this month so far") == 500


def test_a_line_that_must_not_be_fallen_below_is_red_underneath() -> None:
    panel = graphs("bailbondpro-cdn")["Gateway pods behind the load balancer"]
    steps = panel["fieldConfig"]["defaults"]["thresholds"]["steps"]
    assert steps == [{"color": "red", "value": None}, {"color": "green", "value": 1}]


def test_a_cloudwatch_line_is_one_metric_of_one_resource() -> None:
    lines = graphs("bailbondpro-postgres")["Cpu"]["targets"]
    assert [(item["label"], item["dimensions"]) for item in lines] == [
        ("primary", {"DBInstanceIdentifier": "db-primary"}),
        ("replica-1", {"DBInstanceIdentifier": "db-replica-1"}),
    ]
    assert {item["namespace"] for item in lines} == {"AWS/RDS"}
    lag = graphs("bailbondpro-postgres")["Behind the primary"]["targets"]
    assert [item["label"] for item in lag] == ["replica-1"]


def test_charges_are_asked_for_where_aws_keeps_them() -> None:
    lines = graphs("bailbondpro-cost")["Charges of this month so far"]["targets"]
    assert {(item["region"], item["period"]) for item in lines} == {("us-east-1", "21600")}
    assert lines[0]["dimensions"] == {"Currency": "USD"}


def test_a_panel_without_lines_or_with_two_data_sources_is_refused() -> None:
    line = CloudWatchLine(namespace="n", metric="m", dimensions=(), statistic="Sum", legend="l")
    with pytest.raises(ValueError, match="needs either PromQL or CloudWatch"):
        Panel(title="nothing", unit="short")
    with pytest.raises(ValueError, match="needs either PromQL or CloudWatch"):
        Panel(title="both", unit="short", exprs=("up",), lines=(line,))
    with pytest.raises(ValueError, match="more than 26 lines"):
        Panel(title="many", unit="short", lines=(line,) * 27)


def test_a_note_stands_above_the_panels() -> None:
    panel = Panel(title="p", unit="short", exprs=("up",))
    found = json.loads(to_json(Dashboard(uid="u", title="t", note="read this", panels=(panel,))))["panels"]
    assert found[0]["options"]["content"] == "read this"
    assert found[1]["gridPos"]["y"] == found[0]["gridPos"]["h"]


def test_dashboards_follow_the_resources_whose_names_are_known_later() -> None:
    args = PrometheusRulesArgs(
        namespace="production",
        targets=(
            replace(PRIMARY, identifier=pulumi.Output.from_input("db-primary")),
            CacheTarget(
                name="redis",
                replication_group_id=pulumi.Output.from_input("cache"),
                shards=2,
                replicas_per_shard=1,
            ),
            LoadBalancerTarget(
                name="gateway",
                load_balancer_arn_suffix=pulumi.Output.from_input("net/a/1"),
                target_group_arn_suffix="targetgroup/a/1",
            ),
        ),
        pooler=True,
    )
    files = record(lambda: PrometheusRules("rules", args)).one("kubernetes:core/v1:ConfigMap").inputs["data"]
    assert {name.removesuffix(".json") for name in files} == set(BOARDS)
    cache = json.loads(files["bailbondpro-redis.json"])["panels"][0]["targets"]
    assert [target["dimensions"]["CacheClusterId"] for target in cache] == [
        "cache-0001-001",
        "cache-0001-002",
        "cache-0002-001",
        "cache-0002-002",
    ]
    assert "net/a/1" in files["bailbondpro-cdn.json"]
    assert "db-primary" in files["bailbondpro-postgres.json"]
