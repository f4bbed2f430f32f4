"""What a change waits for, over the whole platform, fits the pipeline that makes it and the time-outs that end it."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
import yaml

from bootstrap.access import DEPLOY_SESSION_SECONDS
from plan import Plan
from plan.tokens import DATABASE, DEPLOYMENT, NODE_GROUP, PARAMETER_GROUP
from plan.types import TYPES
from planner.waiting import REPLICA_MINUTES, longest, minutes
from tests.support.paths import ROOT
from tests.support.plans import stack_plan
from tests.support.stack import COMBINATIONS, EVERY_STACK, PHASES, recorded

DEPLOY = ROOT / ".github" / "workflows" / "deploy.yml"
PROVIDER_MINUTES: dict[str, dict[str, int]] = {
    "aws:ec2/natGateway:NatGateway": {"create": 10, "update": 10, "delete": 30},
    "aws:ec2/vpcEndpoint:VpcEndpoint": {"create": 10, "update": 10, "delete": 10},
    "aws:eks/addon:Addon": {"create": 20, "update": 20, "delete": 40},
    "aws:eks/cluster:Cluster": {"create": 30, "update": 60, "delete": 15},
    "aws:eks/nodeGroup:NodeGroup": {"create": 60, "update": 60, "delete": 60},
    "aws:elasticache/replicationGroup:ReplicationGroup": {"create": 60, "update": 40, "delete": 45},
    "aws:lb/loadBalancer:LoadBalancer": {"create": 10, "update": 10, "delete": 10},
    "aws:rds/instance:Instance": {"create": 40, "update": 80, "delete": 60},
    "aws:rds/instanceAutomatedBackupsReplication:InstanceAutomatedBackupsReplication": {"create": 75, "delete": 75},
}
"""After how many minutes the provider gives up where nobody says otherwise; the planner never counts with fewer."""
STEPS = [
    (environment, start, end)
    for environment in ("dev", "prod")
    for start, end in zip((None, *PHASES), PHASES, strict=False)
]


def job_minutes() -> int:
    document = yaml.safe_load(DEPLOY.read_text(encoding="utf-8"))
    return int(document["jobs"]["deploy"]["timeout-minutes"])


def step(environment: str, start: str | None, end: str) -> Plan:
    """The plan of a phase change, as the difference of two recordings."""
    before = {item.urn: item.inputs for item in stack_plan(environment, start)} if start else {}
    return Plan(
        tuple(
            item
            if item.urn not in before
            else replace(item, op="same" if before[item.urn] == item.inputs else "update")
            for item in stack_plan(environment, end)
        )
    )


def restarted(environment: str, phase: str) -> Plan:
    """The plan of another class, storage or version of every database and of what it takes along."""
    changed = (DATABASE, PARAMETER_GROUP, DEPLOYMENT)
    return Plan(
        tuple(replace(item, op="update" if item.type in changed else "same") for item in stack_plan(environment, phase))
    )


def session_minutes() -> int:
    """The shortest session that a deploying job asks for, or that its role allows."""
    document = yaml.safe_load(DEPLOY.read_text(encoding="utf-8"))
    asked = [
        int(step["with"]["role-duration-seconds"])
        for job in document["jobs"].values()
        for step in job["steps"]
        if "role-duration-seconds" in step.get("with", {})
    ]
    return min(*asked, DEPLOY_SESSION_SECONDS) // 60


def upgrade(environment: str, phase: str) -> Plan:
    """The plan of a new minor version of Kubernetes: control plane, add-ons and every node."""
    upgraded = ("aws:eks/cluster:Cluster", NODE_GROUP, "aws:eks/addon:Addon")
    return Plan(
        tuple(
            replace(item, op="update" if item.type in upgraded else "same") for item in stack_plan(environment, phase)
        )
    )


@pytest.mark.parametrize(("environment", "start", "end"), STEPS)
def test_the_longest_waits_of_a_phase_change_fit_the_deploying_job(
    environment: str, start: str | None, end: str
) -> None:
    chain = longest(step(environment, start, end))
    assert chain.minutes >= 60
    assert chain.minutes < job_minutes(), chain
    assert chain.minutes < session_minutes(), chain


@pytest.mark.parametrize(("environment", "phase"), COMBINATIONS)
def test_a_change_of_every_database_at_once_fits_the_deploying_job(environment: str, phase: str) -> None:
    chain = longest(restarted(environment, phase))
    assert "primary" in " ".join(chain.names)
    assert chain.minutes < min(job_minutes(), session_minutes()), chain


def test_a_replica_may_take_longer_than_its_empty_source() -> None:
    primary, *replicas = sorted(recorded("prod", "horizontal").of_type(DATABASE), key=lambda item: item.name)
    assert "create" not in primary.timeouts
    assert replicas
    assert {item.timeouts["create"] for item in replicas} == {f"{REPLICA_MINUTES}m"}


@pytest.mark.parametrize(("environment", "phase"), EVERY_STACK)
def test_every_type_that_its_provider_waits_long_for_is_counted(environment: str, phase: str) -> None:
    """Provider defaults: the section Timeouts of each resource in the Terraform AWS provider's documentation."""
    for token in sorted({item.type for item in stack_plan(environment, phase)} & PROVIDER_MINUTES.keys()):
        counted = TYPES[token].minutes
        assert {op for op, bound in PROVIDER_MINUTES[token].items() if counted.get(op, 0) < bound} == set(), token


@pytest.mark.parametrize(("environment", "phase"), COMBINATIONS)
def test_an_upgrade_of_kubernetes_fits_the_deploying_job(environment: str, phase: str) -> None:
    chain = longest(upgrade(environment, phase))
    assert chain.names[0] == "cluster-cluster"
    assert chain.minutes < job_minutes(), chain


@pytest.mark.parametrize(("environment", "phase"), COMBINATIONS)
def test_the_time_outs_of_the_program_are_those_that_the_planner_counts_with(environment: str, phase: str) -> None:
    bounds = {item.urn: item for item in stack_plan(environment, phase)}
    by_name = {(item.type, item.name): item for item in bounds.values()}
    found = 0
    for resource in recorded(environment, phase):
        for op, text in resource.timeouts.items():
            assert re.fullmatch(r"\d+m", text), resource.name
            planned = replace(by_name[resource.type, resource.name], op=op)  # type: ignore[arg-type]  # the three ops
            assert minutes(planned) == int(text[:-1]), f"{resource.name} {op}"
            found += 1
    assert found > 3


def test_a_node_group_has_time_to_drain_all_its_nodes_one_by_one() -> None:
    for group in recorded("prod", "microservices").of_type(NODE_GROUP):
        nodes = group.inputs["scalingConfig"]["maxSize"]
        assert int(group.timeouts["update"].rstrip("m")) >= 20 * nodes


def test_a_replacement_waits_for_the_deletion_too() -> None:
    database = next(item for item in stack_plan("prod", "horizontal") if item.type == "aws:rds/instance:Instance")
    assert minutes(replace(database, op="replace")) == minutes(replace(database, op="create")) + minutes(
        replace(database, op="delete")
    )


def test_what_does_not_change_waits_for_nothing_and_passes_on_what_it_depends_on() -> None:
    plan = stack_plan("prod", "horizontal")
    assert longest(Plan(tuple(replace(item, op="same") for item in plan))).minutes == 0
    both = ("aws:eks/cluster:Cluster", NODE_GROUP)
    split = Plan(tuple(replace(item, op="update" if item.type in both else "same") for item in plan))
    assert longest(split).names[0] == "cluster-cluster"
    assert longest(split).names[1].startswith("node-pools-")


def test_of_chains_as_long_as_each_other_always_the_same_is_named() -> None:
    plan = stack_plan("prod", "microservices")
    turned = Plan(
        tuple(replace(item, dependencies=tuple(reversed(item.dependencies))) for item in reversed(plan.resources))
    )
    assert longest(turned) == longest(plan)
