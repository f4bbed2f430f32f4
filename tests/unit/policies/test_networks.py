"""New policies of the cluster's network: what they open to pods that other policies are about already."""

from __future__ import annotations

from typing import Any

import pytest

from ops.answers.gate import gate
from plan.preview import read_preview
from tests.support.gate_cases import steps_of

POLICY = "kubernetes:networking.k8s.io/v1:NetworkPolicy"
MONITORING = {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "monitoring"}}}
OTHER = {"namespaceSelector": {"matchLabels": {"a": "b"}}}
GATEWAY = {"podSelector": {"matchLabels": {"app": "gateway"}}}
VPC = {"ipBlock": {"cidr": "10.10.0.0/16"}}
METADATA = {"to": [{"ipBlock": {"cidr": "169.254.169.254/32"}}]}


def app(name: str, **more: str) -> dict[str, Any]:
    return {"matchLabels": {"app": name, **more}}


def has(operator: str, *values: str) -> dict[str, Any]:
    return {"matchExpressions": [{"key": "app", "operator": operator, **({"values": list(values)} if values else {})}]}


def policy(selector: dict[str, Any], *peers: Any, port: int = 3000, **more: Any) -> dict[str, Any]:  # noqa: ANN401 - parts of an object
    ports = [{"port": port}] if port else []
    rules = {"ingress": [{"from": list(peers), "ports": ports}]} if peers else {}
    return {"metadata": {"namespace": "app"}, "spec": {"podSelector": selector, **rules, **more}}


STANDS = (policy({}), policy(app("web"), GATEWAY, MONITORING), policy(app("gateway"), VPC))
"""Nobody is let in, but to the pods of the web from the gateway and from monitoring."""


def findings(made: dict[str, Any], stands: tuple[dict[str, Any], ...] = STANDS) -> dict[str, bool]:
    """What is said of a policy that is made, with whether it stops."""
    things = {f"there-{index}": {"type": POLICY, "inputs": inputs} for index, inputs in enumerate(stands)}
    lines: list[dict[str, Any]] = [{"do": "same", "thing": name} for name in things]
    lines.append({"do": "create", "thing": "new", "is": made})
    things["new"] = {"type": POLICY}
    steps = [step for line in lines for step in steps_of(line, things)]
    found = gate(read_preview({"config": {"bailbondpro:environment": "production"}, "steps": steps}))
    return {one.says: one.stops for one in found.findings if one.rule == "admits-more"}


@pytest.mark.parametrize(
    "made",
    [
        policy({}, OTHER),
        policy({}, MONITORING),
        policy({}, VPC),
        policy(has("Exists"), OTHER),
        policy(has("NotIn", "gateway"), OTHER),
        policy(has("NotIn", "web", "gateway"), OTHER),
        policy(app("new"), GATEWAY, egress=[{"to": [{"ipBlock": {"cidr": "0.0.0.0/0", "except": ["10.0.0.0/8"]}}]}]),
        policy(has("In", "web", "new"), OTHER),
        policy(app("web"), OTHER),
        policy(app("web"), MONITORING, port=0),
        policy({"matchLabels": {"tier": "web"}}, OTHER),
        policy(app("web"), {**OTHER, **GATEWAY}),
        policy({}, GATEWAY, egress=[METADATA]),
        policy(app("new"), GATEWAY, egress=[METADATA]),
    ],
)
def test_a_new_policy_that_lets_others_reach_pods_that_stand_stops(made: dict[str, Any]) -> None:
    assert True in findings(made).values()


@pytest.mark.parametrize(
    "made",
    [
        policy(app("new"), GATEWAY, MONITORING),
        policy(app("new"), OTHER),
        policy(app("web", part="a"), MONITORING),
        policy(app("web"), GATEWAY, {"podSelector": app("new")}),
        policy({}, {"podSelector": {}}),
        policy(has("NotIn", "web", "gateway"), {"podSelector": {}}),
        policy(app("web"), {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "app"}}, **GATEWAY}),
        policy(app("web"), {"ipBlock": {"cidr": "104.16.0.0/13"}}),
        policy(app("new"), egress=[{"to": [VPC]}]),
        {**policy(app("web"), OTHER), "metadata": {"namespace": "elsewhere"}},
    ],
)
def test_a_new_policy_among_own_components_or_of_a_new_one_does_not_stop(made: dict[str, Any]) -> None:
    assert True not in findings(made).values()


def test_another_port_for_who_is_let_in_already_is_told() -> None:
    assert list(findings(policy(app("web"), MONITORING, port=9090)).values()) == [False]


def test_what_is_said_names_who_whom_and_where() -> None:
    says = next(iter(findings(policy({}, OTHER))))
    assert '"a": "b"' in says
    assert "every pod of its namespace" in says
    assert "3000" in says
