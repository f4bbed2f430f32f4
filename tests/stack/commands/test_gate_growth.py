"""Growth and what teams do every week to production pass the gate whole; one thing of it otherwise stops."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from plan import Plan
from plan.preview import read_preview
from plan.tokens import RELEASE
from policies.gate.judge import judge
from tests.support.plans import changed_plan, edited, stack_plan
from tests.support.previews import document_of, masked, preview_between, secrets_of
from tests.support.stack import raw, recorded

if TYPE_CHECKING:
    from policies.gate.model import Finding

DIGEST = "123456789012.dkr.ecr.us-east-1.amazonaws.com/bailbondpro@sha256:" + "1" * 64
WEEKLY: dict[str, dict[str, Any]] = {
    "app": {"image": DIGEST, "environment": {"FEATURE_A": "on"}},
    "monitoring": {"alertEmails": ["oncall@bailbondpro.com", "second@bailbondpro.com"]},
    "postgres": {"instanceClass": "db.m7g.2xlarge", "maxAllocatedStorageGib": 800},
    "autoscaling": {"maxReplicas": 14},
    "cluster": {"logRetentionDays": 365, "version": "1.36"},
}
"""One of each: a release, a feature, somebody on call, a larger class, more pods, a longer log, another version."""


def stopping(base: Plan, head: Plan, phase: str) -> list[Finding]:
    """What stops an update of production from one plan to another, as an engine writes it."""
    secrets = {**secrets_of(recorded("prod", "horizontal")), **secrets_of(recorded("prod", phase))}
    document = document_of(masked(preview_between(base, head), secrets), base)
    document["config"] = {"bailbondpro:environment": "prod", "bailbondpro:phase": phase}
    return [one for one in judge(read_preview(document)).findings if one.stops]


@pytest.mark.parametrize(("was", "phase"), [("optimization", "horizontal"), ("horizontal", "microservices")])
def test_growth_to_the_next_phase_stops_nothing(was: str, phase: str) -> None:
    assert stopping(stack_plan("prod", was), stack_plan("prod", phase), phase) == []


def test_what_a_team_does_every_week_to_production_stops_nothing() -> None:
    there = raw("prod", "horizontal")
    areas = {name: {**there.get(name, {}), **area} for name, area in WEEKLY.items()}
    base, head = stack_plan("prod", "horizontal"), changed_plan("prod", "horizontal", **areas)
    assert DIGEST in str([item.inputs for item in head if item.name == "app-deployment"])
    assert stopping(base, head, "horizontal") == []


def test_a_chart_that_comes_with_growth_and_brings_objects_of_its_own_stops_it() -> None:
    head = stack_plan("prod", "microservices")
    values = next(item.inputs["values"] for item in head if item.name == "operators-keda")
    worse = edited(head, RELEASE, "operators-keda", values={**values, "extraObjects": [{"kind": "ClusterRoleBinding"}]})
    found = stopping(stack_plan("prod", "horizontal"), worse, "microservices")
    assert [(one.rule, one.name) for one in found] == [("not-judged", "operators-keda")]


def test_a_workload_that_is_added_under_an_account_that_stands_stops() -> None:
    base = stack_plan("prod", "microservices")
    (app,) = [item for item in base if item.name == "app-deployment"]
    spec = app.inputs["spec"]["template"]["spec"]
    template = {**app.inputs["spec"]["template"], "metadata": {"labels": {"app": "other"}}}
    template["spec"] = {**spec, "containers": [{**spec["containers"][0], "command": ["sh"]}]}
    inputs = {**app.inputs, "metadata": {**app.inputs["metadata"], "name": "other"}}
    inputs["spec"] = {**app.inputs["spec"], "template": template, "selector": {"matchLabels": {"app": "other"}}}
    added = replace(app, name="other", urn=app.urn.replace("app-deployment", "other"), inputs=inputs)
    found = stopping(base, Plan((*base, added), base.config), "microservices")
    assert {(one.rule, one.name) for one in found} >= {("not-judged", "other")}
