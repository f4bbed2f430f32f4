"""What a change in place makes weaker, by the rows of `plan.types.weaker` and by the policies of resources."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from ops.answers.gate import gate
from plan.preview import read_preview
from plan.types import TYPES
from plan.types.weaker.model import number
from plan.types.weaker.rows import WEAKER
from plan.types.weaker.ways import others
from plan.unknown import UNKNOWN
from policies.gate.weaker import RULES
from tests.support.gate_cases import steps_of
from tests.support.key_order import at, turned
from tests.support.paths import DATA

if TYPE_CHECKING:
    from ops.answers.gate import Gate
    from plan.types.weaker.model import Weaker
    from policies.gate.model import Finding

CHANGES = [
    change
    for path in sorted(DATA.glob("weaker_changes*.yaml"))
    for change in yaml.safe_load(path.read_text(encoding="utf-8"))["changes"]
]
OURS = {*(rule.id for rule in RULES.values()), "admits-more"} - {"not-compared"}
"""What rows say; what none compares is named beside it, except where a row says so itself."""


def judged(
    token: str, was: dict[str, Any], becomes: dict[str, Any], environment: str = "prod", op: str = "update"
) -> Gate:
    line = {"do": op, "thing": "one", "was": was, "is": becomes, "changed": sorted({*was, *becomes})}
    steps = list(steps_of(line, {"one": {"type": token}}))
    return gate(read_preview({"config": {"bailbondpro:environment": environment}, "steps": steps}))


def noted(found: Gate) -> set[str]:
    return {one.rule for one in found.findings if one.severity == "low"} & OURS


def named(change: dict[str, Any]) -> list[Finding]:
    return [one for one in judged(change["type"], change["was"], change["is"]).findings if one.rule == change["rule"]]


def told(found: Gate) -> set[str]:
    return {one.rule for one in found.stopping} & OURS


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: f"{change['type'].rsplit(':', 1)[-1]} {change['is']}")
def test_what_is_weaker_than_before_stops_and_its_way_back_does_not(change: dict[str, Any]) -> None:
    if change["rule"] == "not-compared":
        assert "nothing here knows" in next(one.says for one in named(change))
        return
    seen, unseen = (noted, told) if change.get("noted") else (told, noted)
    found = judged(change["type"], change["was"], change["is"])
    assert (seen(found), unseen(found) if change.get("noted") else set()) == (
        {change["rule"], *change.get("also", ())},
        set(),
    )
    back = seen(judged(change["type"], change["is"], change["was"]))
    assert back == ({change.get("back", change["rule"])} if change.get("both") or "back" in change else set())


@pytest.mark.parametrize("row", WEAKER, ids=lambda row: f"{row.token.rsplit(':', 1)[-1]} {row.shown}")
def test_keys_in_another_order_are_not_weaker(row: Weaker) -> None:
    sides = [change[side] for change in CHANGES if change["type"] == row.token for side in ("was", "is")]
    values = [value for side in sides if (value := at(side, row.path)) is not None]
    known = [value for value in values if "[unknown]" not in json.dumps(value, default=str)]
    assert [value for value in known if row.than(value, turned(value)) or row.than(turned(value), value)] == []


def test_a_filter_with_its_keys_in_another_order_deletes_nothing_sooner() -> None:
    def rules(*keys: str) -> dict[str, Any]:
        chosen = {"and": {key: {"prefix": "a/", "objectSizeLessThan": 9}[key] for key in keys}}
        return {"rules": [{"status": "Enabled", "filter": chosen, "expiration": {"days": 9}, "id": keys[0]}]}

    token = "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration"  # noqa: S105 - a type's name
    was, becomes = rules("prefix", "objectSizeLessThan"), rules("objectSizeLessThan", "prefix")
    assert told(judged(token, was, becomes)) == set()


def test_entries_with_their_keys_in_another_order_are_the_same_entries() -> None:
    assert not others([{"a": 1, "b": 2}, "c"], ["c", {"b": 2, "a": 1}])
    assert others([{"a": 1, "b": 2}], [{"a": 1, "b": 3}])


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: f"{change['type'].rsplit(':', 1)[-1]} {change['is']}")
def test_a_policy_as_text_and_a_replacement_are_judged_as_well(change: dict[str, Any]) -> None:
    texts = [
        {
            key: json.dumps(value) if isinstance(value, dict) and "Statement" in value else value
            for key, value in side.items()
        }
        for side in (change["was"], change["is"])
    ]
    seen = noted if change.get("noted") else told
    found = judged(change["type"], texts[0], texts[1], op="replace")
    assert change["rule"] in (seen(found) if change["rule"] in OURS else {one.rule for one in found.findings})


def test_every_row_has_a_change_that_it_stops() -> None:
    def stopped(row: Any, change: dict[str, Any]) -> bool:  # noqa: ANN401 - a row of a private type
        where = row.where is None or change["was"].get(row.where[0]) == row.where[1]
        if row.token != change["type"] or RULES[row.loses].id != change["rule"] or not where:
            return False
        sides: list[Any] = [change["was"], change["is"]]
        for step in row.path:
            sides = [
                side[step] if isinstance(side, (dict, list)) and (isinstance(side, list) or step in side) else None
                for side in sides
            ]
        return bool(row.than(*sides)) or str(sides[0] or sides[1])[:1] in {"[", "{"}

    assert [f"{row.token} {row.shown}" for row in WEAKER if not any(stopped(row, change) for change in CHANGES)] == []


def test_every_row_is_of_a_type_that_is_described() -> None:
    assert {row.token for row in WEAKER} - TYPES.keys() == set()


def test_of_development_nothing_need_be_there_twice_or_in_plenty() -> None:
    for change in CHANGES:
        if change["rule"] in {"stands-alone", "less-room"}:
            assert told(judged(change["type"], change["was"], change["is"], "dev")) == set()


MADE = (
    (
        "aws:ec2/route:Route",
        {"routeTableId": "data", "gatewayId": "igw-1"},
        {"routeTableId": "data", "natGatewayId": "n"},
    ),
    (
        "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule",
        {"securityGroupId": "sg", "cidrIpv4": "0.0.0.0/0"},
        {"securityGroupId": "sg", "cidrIpv4": "10.10.0.0/16"},
    ),
    (
        "kubernetes:networking.k8s.io/v1:NetworkPolicy",
        {"spec": {"podSelector": {}, "policyTypes": ["Ingress"], "ingress": [{}]}},
        {"spec": {"podSelector": {}, "policyTypes": ["Ingress"], "ingress": [{"from": [{"podSelector": {}}]}]}},
    ),
    (
        "aws:ec2/routeTableAssociation:RouteTableAssociation",
        {"subnetId": "data", "routeTableId": "public"},
        {"subnetId": UNKNOWN, "routeTableId": "public"},
    ),
    ("kubernetes:core/v1:Service", {"spec": {"type": "NodePort"}}, {"spec": {"type": "ClusterIP"}}),
    (
        "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
        {"bucket": "uploads", "rules": [{"status": "Enabled", "expiration": {"days": 1}}]},
        {"bucket": UNKNOWN, "rules": [{"status": "Enabled", "expiration": {"days": 1}}]},
    ),
)
"""Of what is made: what opens or deletes what stands already, and what does not."""


@pytest.mark.parametrize(("token", "opens", "fine"), MADE, ids=[token for token, *_ in MADE])
def test_what_is_made_beside_what_stands_is_judged_as_a_change_of_it(
    token: str, opens: dict[str, Any], fine: dict[str, Any]
) -> None:
    assert told(judged(token, {}, opens, op="create")) & {"weakened", "protection-lost"}
    assert told(judged(token, {}, fine, op="create")) == set()


def test_what_an_alarm_asks_may_follow_the_class_of_a_machine_and_the_end_of_a_certificate() -> None:
    def queries(saved: int) -> dict[str, Any]:
        return {"metricQueries": [{"expression": f"IF(cpu > 10, value, {saved})"}]}

    def groups(expression: str) -> dict[str, Any]:
        return {"spec": {"groups": [{"rules": [{"alert": "Ends", "expr": expression}]}]}}

    assert told(judged("aws:cloudwatch/metricAlarm:MetricAlarm", queries(50), queries(100))) == set()
    one, other = ({"metricQueries": [{"id": "a", "label": "b"}]}, {"metricQueries": [{"label": "b", "id": "a"}]})
    assert told(judged("aws:cloudwatch/metricAlarm:MetricAlarm", one, other)) == set()
    rules = "kubernetes:monitoring.coreos.com/v1:PrometheusRule"
    more = groups("vector(2000) - time() < 9 or vector(3000) - time() < 9")
    assert told(judged(rules, groups("vector(1000) - time() < 9"), more)) == set()


def test_a_second_autoscaler_of_one_workload_stops() -> None:
    def scaler(name: str, target: str) -> dict[str, Any]:
        line = {"do": "create", "thing": "one", "name": name, "is": {"spec": {"scaleTargetRef": {"name": target}}}}
        return next(iter(steps_of(line, {"one": {"type": "kubernetes:autoscaling/v2:HorizontalPodAutoscaler"}})))

    def rules(*targets: str) -> set[str]:
        steps = [scaler(f"scaler-{number}", target) for number, target in enumerate(targets)]
        return told(gate(read_preview({"config": {"bailbondpro:environment": "prod"}, "steps": steps})))

    assert rules("app", "app") == {"less-room"}
    assert rules("app", "gateway") == set()


def test_a_zone_that_shares_the_gateway_of_another_stops_and_one_that_gets_its_own_does_not() -> None:
    def rules(was: str, then: str) -> set[str]:
        things = {name: {"type": "aws:ec2/route:Route", "inputs": {"natGatewayId": "nat-b"}} for name in ("a", "b")}
        things["nat"] = {"type": "aws:ec2/natGateway:NatGateway"}
        line = {"do": "update", "thing": "a", "was": {"natGatewayId": was}, "is": {"natGatewayId": then}}
        nats = [{"do": "same", "thing": "nat", "name": one, "new": {"id": one}} for one in ("nat-a", "nat-b", "nat-c")]
        steps = [step for one in (line, {"do": "same", "thing": "b"}, *nats) for step in steps_of(one, things)]
        return told(gate(read_preview({"config": {"bailbondpro:environment": "prod"}, "steps": steps})))

    assert rules("nat-a", "nat-b") == {"stands-alone"}
    assert rules("nat-b", "nat-a") == set()
    assert rules("nat-a", "nat-c") == set()


def test_a_way_out_over_a_gateway_of_nobody_known_stops_and_over_one_of_the_stack_does_not() -> None:
    def rules(then: str) -> set[str]:
        things = {"a": {"type": "aws:ec2/route:Route"}, "nat": {"type": "aws:ec2/natGateway:NatGateway"}}
        line = {"do": "update", "thing": "a", "was": {"natGatewayId": "nat-a"}, "is": {"natGatewayId": then}}
        gateways = [
            {"do": "same", "thing": "nat", "name": name, "old": {"id": name}, "new": {"id": name}}
            for name in ("nat-a", "nat-b")
        ]
        steps = [step for one in (line, *gateways) for step in steps_of(one, things)]
        return told(gate(read_preview({"config": {"bailbondpro:environment": "dev"}, "steps": steps})))

    assert rules("nat-other") == {"led-elsewhere"}
    assert rules("nat-b") == set()


@pytest.mark.parametrize("op", ["update", "create"])
def test_a_way_out_over_a_gateway_of_another_network_stops_where_no_gateway_says_its_own_id(op: str) -> None:
    def rules(then: str) -> set[str]:
        things = {name: {"type": "aws:ec2/route:Route", "inputs": {"natGatewayId": f"nat-{name}"}} for name in "ab"}
        line = {"do": op, "thing": "a", "was": {"natGatewayId": "nat-a"}, "is": {"natGatewayId": then}, "name": "one"}
        steps = [step for one in (line, {"do": "same", "thing": "b"}) for step in steps_of(one, things)]
        return told(gate(read_preview({"config": {"bailbondpro:environment": "dev"}, "steps": steps})))

    assert rules("nat-of-others") == {"led-elsewhere"}
    assert rules("nat-b") == set()


def test_a_class_of_pods_that_passes_another_one_stops_and_one_that_comes_nearer_does_not() -> None:
    def says(now: dict[str, int]) -> list[str]:
        things = {name: {"type": "kubernetes:scheduling.k8s.io/v1:PriorityClass"} for name in now}
        known = {"app": 1000, "tools": 500}
        lines = [{"do": "update", "thing": n, "was": {"value": known[n]}, "is": {"value": now[n]}} for n in now]
        steps = [step for line in lines for step in steps_of(line, things)]
        found = gate(read_preview({"config": {"bailbondpro:environment": "prod"}, "steps": steps}))
        return [one.says for one in found.stopping]

    assert says({"app": 1000, "tools": 900_000}) == [
        "value would go from 500 to 900000: its pods would go before those of app"
    ]
    assert says({"app": 1000, "tools": 1000}) != []
    assert says({"app": 1000, "tools": 900}) == []
    assert says({"app": 5000, "tools": 900}) == []


def test_tags_and_counts_that_are_written_as_text_are_read() -> None:
    def tags(stack: str) -> dict[str, Any]:
        return {"defaultTags": json.dumps({"tags": {"Stack": stack}})}

    assert told(judged("pulumi:providers:aws", tags("a"), tags("b"))) == {"elsewhere"}
    found = judged("aws:rds/instance:Instance", {"backupRetentionPeriod": 14}, {"backupRetentionPeriod": "1"})
    assert told(found) == {"protection-lost"}
    groups = judged("aws:elasticache/replicationGroup:ReplicationGroup", {"numNodeGroups": 3}, {})
    assert "shrinks" in {one.rule for one in groups.stopping}


def test_a_value_that_only_an_update_knows_is_not_judged_and_does_not_pass() -> None:
    found = judged("cloudflare:index/dnsRecord:DnsRecord", {"proxied": True}, {"proxied": UNKNOWN})
    assert [(one.rule, one.judged) for one in found.stopping if one.rule in OURS] == [("weakened", False)]


def test_a_boundary_that_is_made_in_the_same_update_is_one() -> None:
    assert told(judged("aws:iam/role:Role", {"permissionsBoundary": "a"}, {"permissionsBoundary": UNKNOWN})) == set()


def test_pods_whose_number_an_autoscaler_takes_over_do_not_become_fewer() -> None:
    found = judged("kubernetes:apps/v1:Deployment", {"spec": {"replicas": 3}}, {"spec": {}})
    assert told(found) == set()


def test_another_role_of_the_same_account_is_no_stranger() -> None:
    def policy(*names: str) -> dict[str, Any]:
        callers = [f"arn:aws:iam::123456789012:role/{name}" for name in names]
        return {"policy": {"Statement": [{"Effect": "Allow", "Principal": {"AWS": callers}}]}}

    assert told(judged("aws:kms/keyPolicy:KeyPolicy", policy("a"), policy("a", "b"))) == set()


REFUSES = {"Sid": "Tls", "Effect": "Deny", "Principal": "*", "Action": ["s3:Get*", "s3:Put*"], "Resource": "*"}


@pytest.mark.parametrize(
    "other", [{"Sid": "OnlyTls"}, {"Sid": None}, {"Resource": ["*"]}, {"Action": ["s3:Put*", "s3:Get*"]}]
)
def test_a_statement_that_says_the_same_in_another_form_refuses_as_it_did(other: dict[str, Any]) -> None:
    said = {key: value for key, value in {**REFUSES, **other}.items() if value is not None}
    was, becomes = ({"policy": {"Statement": [one]}} for one in (REFUSES, said))
    assert told(judged("aws:s3/bucketPolicy:BucketPolicy", was, becomes)) == set()


def test_a_policy_of_a_bucket_that_only_an_update_knows_is_not_judged_and_does_not_pass() -> None:
    was = {"policy": {"Statement": [REFUSES]}}
    found = judged("aws:s3/bucketPolicy:BucketPolicy", was, {"policy": UNKNOWN})
    assert [(one.rule, one.judged) for one in found.stopping if one.rule in OURS] == [("admits-more", False)]


@pytest.mark.parametrize(
    ("text", "read"), [("1", 1), ("500m", 0.5), ("1Ki", 1024), ("2G", 2e9), ("1Ti", 2**40), (True, None), ("x", None)]
)
def test_quantities_of_kubernetes_are_numbers(text: object, read: float | None) -> None:
    assert number(text) == read


def test_of_a_long_value_the_part_that_changes_is_told() -> None:
    def trigger(server: str) -> dict[str, Any]:
        asked = {"serverAddress": server, "query": "sum(rate(http_requests_total[2m]))", "threshold": "100"}
        return {"spec": {"triggers": [{"type": "prometheus", "name": "requests", "metadata": asked}]}}

    found = judged("kubernetes:keda.sh/v1alpha1:ScaledObject", trigger("http://a"), trigger("http://b"))
    part = "[requests].metadata.serverAddress: http://a to http://b"
    says = f"spec.triggers would be weaker ({part}): it measures what its pods do"
    assert [one.says for one in found.stopping if one.rule == "led-elsewhere"] == [says]
