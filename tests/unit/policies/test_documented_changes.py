"""What documentation tells people to do: the gate says what it is, and stops only where somebody has to decide."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from ops.answers.gate import gate
from ops.answers.gate.goals import missed
from plan.preview import read_preview
from policies.gate import read_waivers
from policies.gate.ends.viewers import ASSOCIATION, ENTRY
from tests.support.gate_cases import TODAY, steps_of

VIEW = "arn:aws:eks::aws:cluster-access-policy/AmazonEKSAdminViewPolicy"
ADMIN = "arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy"
WHOM = {"clusterName": "prod", "principalArn": "arn:aws:iam::123456789012:role/support"}
OPEN = (
    "events {} http { limit_req_zone $a zone=b:1m rate=1r/s; server { listen 443 ssl; location / { limit_req zone=b; "
    "proxy_pass http://app; } } }"
)
SHUT = "events {} http { server { listen 443 ssl; location / { return 503; } } }"


def answer(*lines: tuple[str, dict[str, Any]], **more: Any) -> Any:  # noqa: ANN401 - arguments of the gate
    """What the gate says of these steps."""
    steps = [step for token, line in lines for step in steps_of({**line, "thing": "one"}, {"one": {"type": token}})]
    return gate(read_preview({"config": {"bailbondpro:environment": "prod"}, "steps": steps}), **more)


def leaves(policy: str, **more: Any) -> Any:  # noqa: ANN401 - inputs of any form
    """What the gate says where an entry of the cluster and its policy go."""
    association = {"do": "delete", "was": {**WHOM, "policyArn": policy}}
    return answer((ENTRY, {"do": "delete", "was": {**WHOM, **more}}), (ASSOCIATION, association))


def test_who_only_read_may_leave_and_each_of_two_resources_is_named() -> None:
    found = leaves(VIEW)
    assert found.stopping == ()
    assert {one.says.split()[0] for one in found.findings} == {"AccessEntry", "AccessPolicyAssociation"}


def test_an_administrator_and_a_group_of_the_cluster_do_not_leave_in_silence() -> None:
    assert len(leaves(ADMIN).stopping) == 2
    assert [one.says.split()[0] for one in leaves(VIEW, kubernetesGroups=["editors"]).stopping] == ["AccessEntry"]
    assert len(answer((ENTRY, {"do": "delete", "was": WHOM})).stopping) == 1


def test_a_maintenance_is_called_one() -> None:
    config = "kubernetes:core/v1:ConfigMap"
    was, then = ({"data": {"nginx.conf": text}} for text in (OPEN, SHUT))
    (found,) = answer((config, {"do": "update", "was": was, "is": then})).stopping
    assert found.says.startswith("data.nginx.conf would answer everybody with 503")
    without = {"data": {"nginx.conf": OPEN.replace("limit_req zone=b; ", "")}}
    (found,) = answer((config, {"do": "update", "was": was, "is": without})).stopping
    assert "bounds rates" in found.says


def test_a_name_of_a_host_is_shown_whole() -> None:
    record, long = "cloudflare:index/dnsRecord:DnsRecord", f"{'a' * 60}.elb.us-east-1.amazonaws.com"
    (found,) = answer(
        (record, {"do": "update", "was": {"content": long}, "is": {"content": "backup.example.net"}})
    ).stopping
    assert found.says.startswith(f"content would go from {long} to backup.example.net")


def test_objectives_that_are_not_judged_for_one_reason_are_said_once() -> None:
    def side(verdict: str, found: str) -> list[Any]:
        return [
            SimpleNamespace(name=name, ok=verdict == "met", verdict=verdict, found=f"{found}{name}", goal="g", value=1)
            for name in ("response", "errors", "load")
        ]

    preview = read_preview({"config": {"bailbondpro:environment": "prod"}, "steps": []})
    unknown = side("unknown", "not simulated: vpa: updateMode; without them ")
    (found,) = missed(preview, side("met", ""), unknown)
    assert found.says == "would not be judged, response, errors, load: not simulated: vpa: updateMode"
    assert found.stops
    assert found.properties == ("response", "errors", "load")
    assert len(list(missed(preview, side("met", ""), side("unknown", "nobody knows ")))) == 3


def test_a_waiver_of_another_stack_is_not_called_unused() -> None:
    def problems(stack: str) -> list[str]:
        urn = f"urn:pulumi:{stack}::bailbondpro::aws:rds/instance:Instance::primary"
        entry = {"rule": "cost", "urn": urn, "owner": "eve@example.com", "reason": "its rows are elsewhere"}
        known = read_waivers({"waivers": [{**entry, "expires": "2026-12-24"}]}, ["cost"], TODAY)
        line = ("aws:cloudwatch/metricAlarm:MetricAlarm", {"do": "same"})
        return [one.trouble for one in answer(line, waivers=known).waiver_problems]

    assert problems("prod") == ["unused"]
    assert problems("dev") == []
