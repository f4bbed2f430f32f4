"""Pods are selected by their labels: whoever selected them goes on doing so, or the change stops."""

from __future__ import annotations

from typing import Any

import pytest

from ops.answers.gate import gate
from plan.preview import read_preview
from tests.support.gate_cases import steps_of

PODS, SERVICE = "kubernetes:apps/v1:Deployment", "kubernetes:core/v1:Service"
PDB, NETWORK = "kubernetes:policy/v1:PodDisruptionBudget", "kubernetes:networking.k8s.io/v1:NetworkPolicy"
MONITOR, RIGHTS = (
    "kubernetes:monitoring.coreos.com/v1:PodMonitor",
    "aws:eks/accessPolicyAssociation:AccessPolicyAssociation",
)
Side = dict[str, Any]


def workload(**labels: str) -> Side:
    return {"metadata": {"namespace": "production"}, "spec": {"template": {"metadata": {"labels": labels}, "spec": {}}}}


def choosing(part: str, selector: Side, namespace: str = "production") -> Side:
    return {"metadata": {"name": "other", "namespace": namespace}, "spec": {part: selector}}


def right(policy: str = "AmazonEKSClusterAdminPolicy", scope: str = "cluster", who: str = "deploy") -> Side:
    arn = f"arn:aws:eks::aws:cluster-access-policy/{policy}"
    return {"clusterName": "a", "principalArn": who, "policyArn": arn, "accessScope": {"type": scope}}


def said(*things: tuple[str, Side | None, Side | None]) -> list[str]:
    """What stops because somebody is led elsewhere: each thing with its type, and what it was and would be."""
    steps: list[dict[str, Any]] = []
    for number, (token, was, becomes) in enumerate(things):
        op = "create" if was is None else "delete" if becomes is None else "same" if was == becomes else "update"
        line = {"do": op, "thing": f"n{number}", "was": was, "is": becomes, "changed": ["spec"]}
        steps += steps_of(line, {f"n{number}": {"type": token}})
    found = gate(read_preview({"config": {"bailbondpro:environment": "prod"}, "steps": steps}))
    return [one.says for one in found.stopping if one.rule == "led-elsewhere"]


@pytest.mark.parametrize(
    ("token", "selector"),
    [
        (SERVICE, choosing("selector", {"app": "a"})),
        (PDB, choosing("selector", {"matchLabels": {"app": "a"}})),
        (PDB, choosing("selector", {"matchExpressions": [{"key": "app", "operator": "In", "values": ["a", "c"]}]})),
        (NETWORK, choosing("podSelector", {"matchLabels": {"app": "a"}})),
        (MONITOR, choosing("selector", {"matchLabels": {"app": "a"}})),
    ],
)
def test_pods_that_somebody_selects_keep_their_labels(token: str, selector: Side) -> None:
    lost = said((PODS, workload(app="a", tier="x"), workload(app="b", tier="x")), (token, selector, selector))
    assert any("other selects" in one for one in lost)
    gone = said((PODS, workload(app="a", tier="x"), workload(tier="x")), (token, selector, selector))
    assert any("other selects" in one for one in gone)
    kept = said((PODS, workload(app="a", tier="x"), workload(app="a", tier="y", new="z")), (token, selector, selector))
    assert kept == []


def test_labels_and_whoever_selects_them_may_change_together_and_those_of_another_namespace_are_none() -> None:
    change = (PODS, workload(app="a"), workload(app="b"))
    then, now = choosing("selector", {"app": "a"}), choosing("selector", {"app": "b"})
    assert not any("selects" in one for one in said(change, (SERVICE, then, now)))
    away = choosing("selector", {"app": "a"}, "elsewhere")
    assert not any("selects" in one for one in said(change, (SERVICE, away, away)))


@pytest.mark.parametrize("becomes", [None, right("AmazonEKSViewPolicy"), right(scope="namespace")])
def test_the_last_administrator_of_a_cluster_does_not_go(becomes: Side | None) -> None:
    assert any("for anybody" in one for one in said((RIGHTS, right(), becomes)))
    other = right(who="operator")
    assert not any("for anybody" in one for one in said((RIGHTS, right(), becomes), (RIGHTS, other, other)))
    assert not any("for anybody" in one for one in said((RIGHTS, right(), becomes), (RIGHTS, None, other)))
