"""The platform's tables and constants against two independent oracles: botocore's service models, cfn-lint's schemas.

Both are used by tests alone. Where a service model has no enumeration, the values that its own documentation lists are
read out of it.
"""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from bailbondpro.facts.instance_classes import instance_classes
from bailbondpro.facts.rds import MONITORING_INTERVALS
from bailbondpro.facts.upgrades import EKS_MINORS
from components.budget import NOTIFICATIONS
from components.cluster.cluster import LOG_TYPES
from components.cluster.node_pools import Architecture, CapacityType, TaintEffect
from components.monitoring.alarm_spec import Comparison
from components.naming import NameKind, physical_name
from components.network.flow_logs import LOG_RETENTION_DAYS
from components.postgres.args import PostgresTemplate
from infra.settings.base import LogRetentionDays
from infra.settings.redis import RedisSettings
from tests.support.postgres import template

botocore_session = pytest.importorskip("botocore.session")
cfnlint = pytest.importorskip("cfnlint")

EXTENSIONS = Path(cfnlint.__file__).parent / "data" / "schemas" / "extensions"
REGION = "us-east-1"


@cache
def model(service: str) -> Any:  # noqa: ANN401 - botocore has no types
    return botocore_session.get_session().get_service_model(service)


def enumeration(service: str, shape: str) -> set[str]:
    return set(model(service).shape_for(shape).enum)


def documentation(service: str, shape: str, member: str) -> str:
    text: str = model(service).shape_for(shape).members[member].documentation
    return text


@cache
def schema(*parts: str) -> Any:  # noqa: ANN401 - a JSON document
    return json.loads(EXTENSIONS.joinpath(*parts).read_text("utf-8"))


@cache
def database_classes(version: str) -> set[str]:
    """Classes that RDS offers for PostgreSQL of this major version in its newest minor."""
    minors: dict[int, set[str]] = {}
    for entry in schema("aws_rds_dbinstance", "db_instance_class.json")["allOf"]:
        asked = entry["if"]["properties"]
        found = re.match(rf"\^\({version}\\\.(\d+)\\", asked.get("EngineVersion", {}).get("pattern", ""))
        if asked["Engine"]["const"] == "postgres" and found:
            minors[int(found[1])] = set(entry["then"]["properties"]["DBInstanceClass"]["enum"])
    return minors[max(minors)]


# Instance classes


def test_every_node_type_of_the_table_exists_in_both_oracles() -> None:
    known = set(instance_classes("ec2"))
    assert known <= enumeration("ec2", "InstanceType")
    assert known <= set(schema("aws_ec2_instance", "instancetype_enum.json")[REGION]["enum"])


@pytest.mark.parametrize("version", ["17", "18"])
def test_every_database_class_of_the_table_runs_postgres(version: str) -> None:
    assert set(instance_classes("rds")) <= database_classes(version)


def test_every_cache_node_type_of_the_table_exists() -> None:
    offered = schema("aws_elasticache_cachecluster", "cachenodetype_enum.json")[REGION]["enum"]
    assert set(instance_classes("elasticache")) <= set(offered)


def test_the_versions_of_the_engines_are_offered() -> None:
    engines = {
        entry["if"]["properties"]["Engine"]["const"]: set(entry["then"]["properties"]["EngineVersion"]["enum"])
        for entry in schema("aws_elasticache_cachecluster", "engine_version.json")["allOf"]
        if "const" in entry["if"]["properties"]["Engine"]
    }
    offered = get_args(RedisSettings.model_fields["engine_version"].annotation)
    assert offered
    assert set(offered) <= engines["valkey"]
    for version in ("17", "18"):
        assert database_classes(version)


# Values


def test_retentions_of_logs_are_those_that_cloudwatch_lists() -> None:
    text = documentation("logs", "PutRetentionPolicyRequest", "retentionInDays")
    listed = re.search(r"Possible values are: ([\d, and]+)\.", text)
    assert listed is not None
    days = {int(number) for number in re.findall(r"\d+", listed[1])}
    assert days == LOG_RETENTION_DAYS == set(get_args(LogRetentionDays))


def test_intervals_of_enhanced_monitoring_are_those_that_rds_lists() -> None:
    text = documentation("rds", "CreateDBInstanceMessage", "MonitoringInterval")
    listed = re.search(r"Valid Values: <code>([\d |]+)</code>", text)
    assert listed is not None
    assert {int(number) for number in listed[1].split("|")} == MONITORING_INTERVALS


def test_retentions_of_performance_insights_are_those_that_rds_describes() -> None:
    text = documentation("rds", "CreateDBInstanceMessage", "PerformanceInsightsRetentionPeriod")
    months = re.search(r"number of months from (\d+)-(\d+)", text)
    assert months is not None
    described = {7, 731, *(31 * month for month in range(int(months[1]), int(months[2]) + 1))}

    def accepted(days: int) -> bool:
        try:
            PostgresTemplate(**template(performance_insights_retention_days=days))
        except ValueError:
            return False
        return True

    assert {days for days in range(1, 800) if accepted(days)} == described


@pytest.mark.parametrize(
    ("values", "service", "shape"),
    [
        (LOG_TYPES, "eks", "LogType"),
        ({item.value for item in Architecture}, "eks", "AMITypes"),
        ({item.value for item in CapacityType}, "eks", "CapacityTypes"),
        ({item.value for item in TaintEffect}, "eks", "TaintEffect"),
        (set(get_args(Comparison)), "cloudwatch", "ComparisonOperator"),
        ({"Average", "Maximum", "Minimum", "Sum"}, "cloudwatch", "Statistic"),
        ({kind for kind, _ in NOTIFICATIONS}, "budgets", "NotificationType"),
        ({"IMMEDIATE", "DAILY"}, "ce", "AnomalySubscriptionFrequency"),
        ({"SNS", "EMAIL"}, "ce", "SubscriberType"),
        ({"CUSTOM"}, "ce", "MonitorType"),
    ],
    ids=lambda value: value if isinstance(value, str) else "values",
)
def test_constants_are_among_those_of_the_service(values: set[str], service: str, shape: str) -> None:
    assert set(values) <= enumeration(service, shape)


def test_every_log_type_and_taint_effect_of_eks_can_be_written() -> None:
    assert enumeration("eks", "LogType") == LOG_TYPES
    assert {item.value for item in TaintEffect} == enumeration("eks", "TaintEffect")


def test_kubernetes_versions_are_written_as_eks_writes_them() -> None:
    assert all(re.fullmatch(r"1\.\d+", version) for version in EKS_MINORS)
    assert len(EKS_MINORS) == len(set(EKS_MINORS))


# Names

NAMES = {
    NameKind.EKS_CLUSTER: ("eks", "ClusterName"),
    NameKind.ECR_REPOSITORY: ("ecr", "RepositoryName"),
    NameKind.BUDGET: ("budgets", "BudgetName"),
    NameKind.SECRET: ("secretsmanager", "NameType"),
    NameKind.IAM_ROLE: ("iam", "roleNameType"),
    NameKind.IAM_POLICY: ("iam", "policyNameType"),
    NameKind.ALARM: ("cloudwatch", "AlarmName"),
    NameKind.LOG_GROUP: ("logs", "LogGroupName"),
    NameKind.KMS_ALIAS: ("kms", "AliasNameType"),
    NameKind.SSM_PARAMETER: ("ssm", "PSParameterName"),
    NameKind.LAUNCH_TEMPLATE: ("ec2", "LaunchTemplateName"),
}
"""Kinds of names whose service model says how long they may be and of what."""
words = st.text("abcdefghijklmnopqrstuvwxyz0123456789", min_size=1, max_size=90)


@pytest.mark.parametrize("kind", NAMES, ids=lambda kind: kind.name)
def test_no_name_may_be_longer_than_its_service_says(kind: NameKind) -> None:
    limits = model(NAMES[kind][0]).shape_for(NAMES[kind][1]).metadata
    assert kind.rule.minimum >= limits["min"]
    assert kind.rule.maximum <= limits["max"]


@hypothesis_settings(deadline=None, max_examples=60)
@given(parts=st.lists(words, min_size=1, max_size=8), kind=st.sampled_from(sorted(NAMES, key=lambda kind: kind.name)))
def test_every_name_that_is_made_is_one_that_its_service_takes(parts: list[str], kind: NameKind) -> None:
    limits = model(NAMES[kind][0]).shape_for(NAMES[kind][1]).metadata
    try:
        name = physical_name(kind, *parts)
    except ValueError:
        return  # said before the service is asked, which is what the module is for
    assert limits["min"] <= len(name) <= limits["max"]
    if "pattern" in limits:
        pattern = limits["pattern"].replace("(?i)", "")
        assert re.fullmatch(pattern, name, re.IGNORECASE), name
