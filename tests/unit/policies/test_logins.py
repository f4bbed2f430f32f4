"""A serving pod with the login of a database's master user is found, however it got it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from plan import Plan, PlannedResource
from plan.tokens import DATABASE, DEPLOYMENT, KUBERNETES_SECRET, PASSWORD, SECRET_VERSION
from policies.logins import master_logins, masters, serving, unjudged
from tests.support.plans import stack_plan
from tests.support.stack import COMBINATIONS

JOB = "kubernetes:batch/v1:Job"


def item(token: str, name: str, *needs: PlannedResource, **inputs: object) -> PlannedResource:
    urn = f"urn:pulumi:prod::bailbondpro::{token}::{name}"
    return PlannedResource(urn, token, name, "create", inputs, dependencies=tuple(need.urn for need in needs))


MASTER, OTHER = item(PASSWORD, "master"), item(PASSWORD, "other")
SERVER = item(DATABASE, "server", MASTER)
REPLICA = item(DATABASE, "replica", SERVER, replicateSourceDb="server")
STORED = item(SECRET_VERSION, "stored", MASTER)


def logins(*more: PlannedResource) -> list[str]:
    return master_logins(Plan((MASTER, OTHER, SERVER, REPLICA, STORED, *more)))


def secret(*needs: PlannedResource) -> PlannedResource:
    return item(KUBERNETES_SECRET, "login", *needs, metadata={"name": "db-secret"})


def pods(token: str = DEPLOYMENT, *needs: PlannedResource, **spec: object) -> PlannedResource:
    return item(token, "pods", *needs, spec={"template": {"spec": spec}})


BY_KEY = {"containers": [{"env": [{"valueFrom": {"secretKeyRef": {"name": "db-secret", "key": "url"}}}]}]}
ALL_KEYS = {"containers": [{"envFrom": [{"secretRef": {"name": "db-secret"}}]}]}
BY_FILE = {"volumes": [{"secret": {"secretName": "db-secret"}}]}
PROJECTED = {"volumes": [{"projected": {"sources": [{"secret": {"name": "db-secret"}}]}}]}


@pytest.mark.parametrize("spec", [BY_KEY, ALL_KEYS, BY_FILE, PROJECTED])
@pytest.mark.parametrize("origin", [MASTER, STORED])
def test_a_pod_that_reads_the_login_in_any_way_is_found(spec: dict[str, Any], origin: PlannedResource) -> None:
    assert logins(secret(origin), pods(DEPLOYMENT, **spec)) == ["pods: login, that of server"]
    assert logins(secret(OTHER), pods(DEPLOYMENT, **spec)) == []


def test_a_secret_whose_name_is_not_known_yet_is_found_by_what_the_pods_depend_on() -> None:
    held = secret(MASTER)
    assert logins(held, pods(DEPLOYMENT, held)) == ["pods: login, that of server"]


def test_a_password_in_the_pods_themselves_is_found() -> None:
    assert logins(pods(DEPLOYMENT, MASTER)) == ["pods: its own pods, that of server"]


def test_a_job_may_have_the_login() -> None:
    assert logins(secret(MASTER), pods(JOB, **BY_FILE)) == []


def test_a_password_from_elsewhere_is_not_judged() -> None:
    assert unjudged(Plan((item(DATABASE, "foreign"), REPLICA))) == ["foreign"]
    assert unjudged(Plan((MASTER, SERVER, item(DATABASE, "copy", restoreToPointInTime={})))) == []


@pytest.mark.parametrize(("environment", "phase"), COMBINATIONS)
def test_no_stack_gives_a_serving_pod_the_master_login(environment: str, phase: str) -> None:
    plan = stack_plan(environment, phase)
    assert len(serving(plan)) > 1
    assert "postgres-primary" in masters(plan).values()
    assert unjudged(plan) == []
    assert master_logins(plan) == []


def test_a_pooler_that_logs_in_as_the_master_is_found() -> None:
    plan = stack_plan("prod", "horizontal")
    master = next(urn for urn, name in masters(plan).items() if name == "postgres-primary")
    broken = Plan(
        tuple(
            replace(one, dependencies=(*one.dependencies, master)) if one.name == "pooler-config" else one
            for one in plan
        )
    )
    assert master_logins(broken) == ["pooler-deployment: pooler-config, that of postgres-primary"]
