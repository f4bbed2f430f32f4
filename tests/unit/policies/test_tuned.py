"""What people tune, narrow and rotate stops nothing, and what is as good as off does."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from ops.answers.gate import gate
from plan.preview import read_preview
from plan.tolerance import asks_as_much
from tests.support.gate_cases import steps_of
from tests.support.paths import DATA

ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"
RULES = "kubernetes:monitoring.coreos.com/v1:PrometheusRule"
RULESET = "cloudflare:index/ruleset:Ruleset"
CLUSTER = "aws:eks/cluster:Cluster"
CRON_JOB = "kubernetes:batch/v1:CronJob"
SETTING = "cloudflare:index/zoneSetting:ZoneSetting"
DATABASE = "aws:rds/instance:Instance"
PASSWORD = "random:index/randomPassword:RandomPassword"  # noqa: S105 - a type's name
ORDINARY = yaml.safe_load((DATA / "ordinary_changes.yaml").read_text(encoding="utf-8"))["changes"]
UNKNOWN = yaml.safe_load((DATA / "not_judged_changes.yaml").read_text(encoding="utf-8"))["changes"]
ASKED_OF_EACH = {"encryption-at-rest", "pulumi-protect", "deletion-protection", "backups", "tls", "public-api-server"}
"""What these few inputs break by themselves, before as after."""


def stopping(token: str, was: dict[str, Any], then: dict[str, Any], op: str = "update") -> set[str]:
    line = {"do": op, "thing": "one", "was": was, "is": then, "changed": sorted({*was, *then})}
    steps = list(steps_of(line, {"one": {"type": token}}))
    found = gate(read_preview({"config": {"bailbondpro:environment": "prod"}, "steps": steps}))
    return {one.rule for one in found.stopping} - ASKED_OF_EACH


def alarm(metric: str, operator: str, threshold: float) -> dict[str, Any]:
    return {"metricName": metric, "comparisonOperator": operator, "threshold": threshold}


def expression(text: str) -> dict[str, Any]:
    return {"spec": {"groups": [{"rules": [{"alert": "One", "expr": text}]}]}}


def limit(requests: int) -> dict[str, Any]:
    limited = {"characteristics": ["ip.src"], "period": 10, "requestsPerPeriod": requests, "mitigationTimeout": 10}
    rule = {"ref": "a", "action": "block", "expression": 'http.host eq "a"', "ratelimit": limited}
    return {"phase": "http_ratelimit", "rules": [rule]}


def blocks(*cidrs: str) -> dict[str, Any]:
    return {"vpcConfig": {"publicAccessCidrs": list(cidrs)}}


def lets(app: str, port: int) -> dict[str, Any]:
    peer = {"podSelector": {"matchLabels": {"app": app}}}
    return {"spec": {"ingress": [{"from": [peer], "ports": [{"port": port}]}]}}


def targets(percent: int) -> dict[str, Any]:
    resource = {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": percent}}
    return {"spec": {"metrics": [{"type": "Resource", "resource": resource}]}}


POLICY = "kubernetes:networking.k8s.io/v1:NetworkPolicy"
LIST = "aws:ec2/managedPrefixList:ManagedPrefixList"
SCALER = "kubernetes:autoscaling/v2:HorizontalPodAutoscaler"
C22 = "141.101.64.0/22"
BYTES = 2576980377
TUNED = (
    ("bytes, ten percent less", ALARM, alarm("FreeableMemory", "LessThanThreshold", BYTES), 0.9),
    ("bytes, half of an odd number", ALARM, alarm("FreeableMemory", "LessThanThreshold", BYTES), 0.49999999),
    ("connections, ten percent more", ALARM, alarm("DatabaseConnections", "GreaterThanThreshold", 160), 1.1),
    ("a share, 80 to 90", ALARM, alarm("CPUUtilization", "GreaterThanThreshold", 80), 1.125),
)


@pytest.mark.parametrize(("token", "was", "factor"), [case[1:] for case in TUNED], ids=[case[0] for case in TUNED])
def test_an_alarm_may_be_tuned(token: str, was: dict[str, Any], factor: float) -> None:
    assert stopping(token, was, {**was, "threshold": was["threshold"] * factor}) == set()


@pytest.mark.parametrize(
    ("token", "was", "then"),
    [
        (RULES, expression("100 * cpu > 80"), expression("100 * cpu > 82")),
        (RULES, expression("seconds > 1"), expression("seconds > 0.1")),
        (RULESET, limit(15), limit(18)),
        (CRON_JOB, {"spec": {"schedule": "*/30 * * * *"}}, {"spec": {"schedule": "0 * * * *"}}),
        (CLUSTER, blocks("203.0.113.0/24"), blocks("203.0.113.0/25")),
        (CLUSTER, blocks("203.0.113.0/24", "198.51.100.0/24"), blocks("198.51.100.7/32")),
        (POLICY, lets("a", 5432), lets("a", 6432)),
        (POLICY, {"spec": {"ingress": [{}]}}, lets("a", 6432)),
        (LIST, {"entries": [{"cidr": "104.16.0.0/13"}]}, {"entries": [{"cidr": "104.16.0.0/12"}]}),
        (LIST, {"entries": [{"cidr": "104.16.0.0/13"}]}, {"entries": [{"cidr": c} for c in ("104.16.0.0/13", C22)]}),
        (SCALER, targets(70), targets(75)),
        (SETTING, {"settingId": "browser_cache_ttl", "value": 0}, {"settingId": "browser_cache_ttl", "value": 14400}),
        (DATABASE, {"caCertIdentifier": "rds-ca-rsa2048-g1"}, {"caCertIdentifier": "rds-ca-rsa4096-g1"}),
    ],
)
def test_what_is_tuned_or_narrowed_does_not_stop(token: str, was: dict[str, Any], then: dict[str, Any]) -> None:
    assert stopping(token, was, then) == set()


@pytest.mark.parametrize("change", ORDINARY, ids=lambda change: f"{change['type'].rsplit(':', 1)[-1]} {change['is']}")
def test_an_ordinary_change_beside_one_that_stops_does_not_stop(change: dict[str, Any]) -> None:
    assert stopping(change["type"], change["was"], change["is"]) == set()


@pytest.mark.parametrize("change", UNKNOWN, ids=lambda change: f"{change['type'].rsplit(':', 1)[-1]} {change['is']}")
def test_a_change_near_an_ordinary_one_that_nobody_judged_stops(change: dict[str, Any]) -> None:
    assert stopping(change["type"], change["was"], change["is"]) != set()


@pytest.mark.parametrize(
    ("token", "was", "then"),
    [
        (CLUSTER, blocks("203.0.113.0/24"), blocks("203.0.113.0/24", "198.51.100.7/32")),
        (CLUSTER, blocks("203.0.113.0/25"), blocks("203.0.112.0/20")),
        (CLUSTER, blocks("203.0.113.0/25"), blocks("anywhere")),
        (RULESET, limit(15), limit(31)),
        (CRON_JOB, {"spec": {"schedule": "*/30 * * * *"}}, {"spec": {"schedule": "0 */2 * * *"}}),
        (
            ALARM,
            alarm("CPUUtilization", "GreaterThanThreshold", 80),
            alarm("CPUUtilization", "GreaterThanThreshold", 96),
        ),
    ],
)
def test_what_is_far_less_stops(token: str, was: dict[str, Any], then: dict[str, Any]) -> None:
    assert stopping(token, was, then) == {"weakened"}


@pytest.mark.parametrize(
    ("old", "new", "as_much"),
    [
        ("rate(a[5m]) > 3", "rate(a[50m]) > 3", False),
        ('a{code=~"5.."} > 3', 'a{code=~"4.."} > 3', False),
        ("a > 3 and b > 1", "a > 3 and b > 9", False),
        ("a < 10", "a < 20", True),
        ("a < 10", "a < 4", False),
        ("up == 0", "up == 7", False),
        ("100 * a >= 95", "100 * a >= 95.5", False),
        ("0.95 < a", "0.95 < a", True),
    ],
)
def test_bounds_of_an_expression_may_differ_by_little_and_nothing_else(old: str, new: str, as_much: bool) -> None:
    assert asks_as_much(old, new) is as_much


def keepers(generation: str, **more: object) -> dict[str, Any]:
    return {"length": 40, "keepers": {"generation": generation}, **more}


@pytest.mark.parametrize(
    ("then", "rules"),
    [
        (keepers("2"), set()),
        (keepers("3"), {"stateful-replace"}),
        (keepers("0"), {"stateful-replace"}),
        (keepers("2", special=False), {"stateful-replace", "not-judged"}),
        ({"length": 40}, {"stateful-replace"}),
    ],
)
def test_the_next_generation_of_a_password_is_a_rotation_and_anything_else_a_loss(
    then: dict[str, Any], rules: set[str]
) -> None:
    assert stopping(PASSWORD, keepers("1"), then, op="replace") == rules
