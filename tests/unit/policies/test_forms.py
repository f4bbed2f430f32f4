"""Inputs of a form that no service takes are no evidence, whatever a rule finds in them."""

from __future__ import annotations

from typing import Any

import pytest

from ops.answers.gate import gate
from plan.preview import read_preview
from plan.unknown import UNKNOWN
from policies.forms import misshapen
from tests.support.gate_cases import steps_of
from tests.support.plans import stack_plan

PODS, POLICY = "kubernetes:apps/v1:Deployment", "kubernetes:networking.k8s.io/v1:NetworkPolicy"
DATABASE = "aws:rds/instance:Instance"


def stopping(token: str, was: dict[str, Any], then: dict[str, Any], op: str = "update") -> list[tuple[str, str]]:
    line = {"do": op, "thing": "one", "was": was, "is": then, "changed": sorted({*was, *then})}
    steps = list(steps_of(line, {"one": {"type": token}}))
    found = gate(read_preview({"config": {"bailbondpro:environment": "prod"}, "steps": steps}))
    return [(one.rule, one.says) for one in found.stopping if one.rule == "unread-step"]


def pods(**spec: Any) -> dict[str, Any]:  # noqa: ANN401 - parts of a pod
    return {"spec": {"template": {"spec": spec}}}


@pytest.mark.parametrize(
    ("token", "inputs", "place"),
    [
        (PODS, pods(containers={"app": {"image": "a"}}), "spec.template.spec.containers"),
        (PODS, pods(containers=[{"name": "a", "env": {"A": "b"}}]), "spec.template.spec.containers[0].env"),
        (PODS, pods(containers=[{"name": "a", "args": "--a"}]), "spec.template.spec.containers[0].args"),
        (PODS, {"spec": {"replicas": True}}, "spec.replicas"),
        (PODS, {"spec": {"replicas": [3]}}, "spec.replicas"),
        (PODS, {"metadata": "a"}, "metadata"),
        (POLICY, {"spec": {"podSelector": [], "policyTypes": "Ingress"}}, "spec.podSelector, spec.policyTypes"),
        ("kubernetes:core/v1:ConfigMap", {"data": ["a"]}, "data"),
    ],
)
@pytest.mark.parametrize("op", ["create", "update"])
def test_a_form_that_kubernetes_does_not_take_is_named(token: str, inputs: dict[str, Any], place: str, op: str) -> None:
    (found,) = stopping(token, {}, inputs, op)
    assert found[1].endswith(f"another form than its service takes: {place}")


@pytest.mark.parametrize("value", [True, [7], {"days": 7}])
def test_a_number_that_becomes_something_else_is_named(value: object) -> None:
    assert stopping(DATABASE, {"backupRetentionPeriod": 35}, {"backupRetentionPeriod": value}) != []


def test_texts_for_numbers_what_is_not_known_and_keys_of_people_have_the_form_that_they_have() -> None:
    assert stopping(DATABASE, {"backupRetentionPeriod": 35}, {"backupRetentionPeriod": "35"}) == []
    assert stopping(PODS, pods(containers=[]), pods(containers=UNKNOWN)) == []
    keys = {"data": {"replicas": "3", "env": "a"}, "metadata": {"labels": {"template": "a"}}}
    assert stopping("kubernetes:core/v1:ConfigMap", {}, keys, "create") == []


def test_everything_of_production_has_the_form_that_its_service_takes() -> None:
    plan = stack_plan("prod", "microservices")
    assert [item.name for item in plan if list(misshapen(item.type, item.inputs))] == []
