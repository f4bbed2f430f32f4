"""What the gate says of properties that no row compares."""

from __future__ import annotations

from typing import Any

import pytest

from ops.answers.gate import gate
from plan.preview import read_preview
from plan.unknown import UNKNOWN
from tests.support.gate_cases import steps_of

DATABASE = "aws:rds/instance:Instance"
NAMED = {"not-compared", "not-judged"}


def notes(token: str, was: dict[str, Any], becomes: dict[str, Any], environment: str = "prod") -> list[str]:
    line = {"do": "update", "thing": "one", "was": was, "is": becomes, "changed": sorted({*was, *becomes})}
    steps = list(steps_of(line, {"one": {"type": token}}))
    found = gate(read_preview({"config": {"bailbondpro:environment": environment}, "steps": steps}))
    assert all(one.stops is (one.rule == "not-judged") for one in found.findings if one.rule in NAMED)
    return [one.says for one in found.findings if one.rule in NAMED]


@pytest.mark.parametrize(
    ("token", "was", "becomes"),
    [
        ("aws:ec2/launchTemplate:LaunchTemplate", {}, {"unheardOf": "b"}),
        ("aws:rds/instance:Instance", {"characterSetName": "a"}, {"characterSetName": "b"}),
        ("aws:rds/instance:Instance", {}, {"domain": "d-1"}),
        ("aws:lb/listener:Listener", {"alpnPolicy": "None"}, {"alpnPolicy": "HTTP1Only"}),
        ("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule", {"fromPort": 6379}, {"fromPort": 1}),
        ("kubernetes:core/v1:Service", {"spec": {}}, {"spec": {"publishNotReadyAddresses": True}}),
        ("kubernetes:apps/v1:Deployment", {"spec": {}}, {"spec": {"minReadySeconds": 86400}}),
        ("kubernetes:helm.sh/v3:Release", {"chart": "a"}, {"chart": "a", "postrender": "./x.sh"}),
    ],
)
def test_what_nobody_judged_stops_and_counts_as_not_judged(
    token: str, was: dict[str, Any], becomes: dict[str, Any]
) -> None:
    line = {"do": "update", "thing": "one", "was": was, "is": becomes, "changed": sorted({*was, *becomes})}
    steps = list(steps_of(line, {"one": {"type": token}}))
    found = gate(read_preview({"config": {"bailbondpro:environment": "prod"}, "steps": steps}))
    assert found.exit_code == 2
    assert "not-judged" in {one.rule for one in found.stopping if not one.judged}


def test_a_property_of_data_that_no_row_compares_is_named() -> None:
    assert notes(DATABASE, {"characterSetName": "a"}, {"characterSetName": "b"}) == [
        "nothing here compares before and after of characterSetName"
    ]


def test_a_property_deep_inside_of_what_bears_load_is_named_by_its_path() -> None:
    found = notes(
        "kubernetes:core/v1:Service",
        {"spec": {"type": "ClusterIP"}},
        {"spec": {"sessionAffinity": "ClientIP", "type": "ClusterIP"}},
    )
    assert found == ["nothing here compares before and after of spec.sessionAffinity"]


def test_what_a_row_compares_or_only_describes_is_not_named() -> None:
    was = {"instanceClass": "db.m7g.large", "tags": {"Name": "b"}, "allocatedStorage": 100}
    becomes = {"instanceClass": "db.m7g.xlarge", "tags": {"Name": "c"}, "allocatedStorage": 200}
    assert notes(DATABASE, was, becomes) == []


def test_of_development_nothing_is_named() -> None:
    assert notes(DATABASE, {"characterSetName": "a"}, {"characterSetName": "b"}, "dev") == []


def test_of_a_type_that_holds_nothing_and_that_nothing_runs_on_properties_are_named() -> None:
    says = ["nothing here compares before and after of unheardOf"]
    assert notes("aws:kms/alias:Alias", {"unheardOf": "a"}, {"unheardOf": "b"}) == says
    assert notes("aws:ec2/launchTemplate:LaunchTemplate", {}, {"unheardOf": "b"}) == says


def test_more_than_a_few_are_counted() -> None:
    was = {f"unheardOf{number}": 1 for number in range(9)}
    assert notes(DATABASE, was, dict.fromkeys(was, 2))[0].endswith("unheardOf5 and 3 more")


def pods(*containers: dict[str, Any], **spec: Any) -> dict[str, Any]:  # noqa: ANN401 - any part of a pod
    return {"spec": {"template": {"spec": {"containers": list(containers), **spec}}}}


DEPLOYMENT = "kubernetes:apps/v1:Deployment"


def test_a_part_of_a_container_is_named_by_the_names_of_its_lists() -> None:
    was, becomes = (
        pods({"name": "app", "image": "a", "env": [{"name": "LIMIT", "value": value}, {"name": "SAME", "value": "x"}]})
        for value in ("1", "2")
    )
    path = "spec.template.spec.containers[app].env[LIMIT].value"
    assert notes(DEPLOYMENT, was, becomes) == [f"nothing here compares before and after of {path}"]


def test_beside_a_part_that_a_row_compares_others_are_named() -> None:
    was = pods({"name": "app", "image": "a@sha256:1", "workingDir": "/a"}, {"name": "log", "image": "b"})
    becomes = pods({"name": "log", "image": "b"}, {"name": "app", "image": "a@sha256:2", "workingDir": "/b"})
    path = "spec.template.spec.containers[app].workingDir"
    assert notes(DEPLOYMENT, was, becomes) == [f"nothing here compares before and after of {path}"]


def test_a_container_that_goes_is_named_and_a_part_of_an_entry_without_a_name_is_by_its_place() -> None:
    assert notes(DEPLOYMENT, pods({"name": "app"}, {"name": "log"}), pods({"name": "app"})) == [
        "nothing here compares before and after of spec.template.spec.containers[log]"
    ]
    was, becomes = ({"spec": {"ports": [{"port": 1, "appProtocol": protocol}]}} for protocol in ("http", "tcp"))
    assert notes("kubernetes:core/v1:Service", was, becomes) == [
        "nothing here compares before and after of spec.ports[0].appProtocol"
    ]


def test_a_row_that_does_not_see_a_difference_does_not_compare_it() -> None:
    was, becomes = ({"rules": [{"ref": "a", "action": "log", "description": text}]} for text in ("b", "c"))
    assert notes("cloudflare:index/ruleset:Ruleset", was, becomes) == [
        "nothing here compares before and after of rules[0].description"
    ]


def test_a_parameter_that_no_row_compares_is_named() -> None:
    was, becomes = (
        {"parameters": [{"name": "max_connections", "value": value}, {"name": "geqo", "value": value}]}
        for value in ("4", "5")
    )
    assert notes("aws:rds/parameterGroup:ParameterGroup", was, becomes) == [
        "nothing here compares before and after of parameters[geqo].value"
    ]


CONFIG_MAP, SECRET = "kubernetes:core/v1:ConfigMap", "kubernetes:core/v1:Secret"
PARAMETER = "aws:ssm/parameter:Parameter"


def test_what_pods_read_is_named_by_its_keys_and_stops_nothing() -> None:
    was, becomes = ({"data": {"LIMIT": value, "SAME": "x"}} for value in ("1", "2"))
    assert notes(CONFIG_MAP, was, becomes) == ["nothing here compares before and after of data.LIMIT"]
    was, becomes = (
        {"data": {"nginx.conf": f"events {{}}\nhttp {{ server {{ {more} }} }}"}} for more in ("", "etag on;")
    )
    assert notes(CONFIG_MAP, was, becomes) == ["nothing here compares before and after of data.nginx.conf"]
    assert notes(PARAMETER, {"insecureValue": "a"}, {"insecureValue": "b"}) == [
        "nothing here compares before and after of insecureValue"
    ]


def test_what_a_row_or_the_rules_of_placement_compare_of_what_pods_read_is_not_named() -> None:
    was, becomes = ({"insecureValue": f"shard-{number}.example.com:5432"} for number in (0, 1))
    assert notes(PARAMETER, was, becomes) == []
    was, becomes = ({"insecureValue": f'{{"placement": "primary", "version": {number}}}'} for number in (0, 1))
    assert notes(PARAMETER, was, becomes) == []


def test_a_dashboard_decides_nothing_and_is_not_named() -> None:
    was, becomes = (
        {"metadata": {"labels": {"grafana_dashboard": "1"}}, "data": {"a.json": text}} for text in ("{}", "[]")
    )
    assert notes(CONFIG_MAP, was, becomes) == []
    assert notes(CONFIG_MAP, {"data": {"a.json": "{}"}}, becomes) != []


def test_a_secret_that_changes_behind_its_mask_is_named_as_unread() -> None:
    def changed(path: str, **inputs: Any) -> list[str]:  # noqa: ANN401 - any inputs
        line = {"do": "update", "thing": "one", "was": inputs, "is": inputs, "changed": [path]}
        steps = list(steps_of(line, {"one": {"type": SECRET}}))
        found = gate(read_preview({"config": {"bailbondpro:environment": "prod"}, "steps": steps}))
        assert found.exit_code == 0
        return [one.says for one in found.findings if one.rule == "not-compared"]

    says = "stringData would change, and is masked as a secret: nothing here has read it"
    assert changed("stringData", stringData="[secret]") == [says]
    assert changed("stringData.url", stringData={"url": "[secret]", "host": "a"}) == [says]
    assert changed('stringData["tls.crt"]', stringData={"tls.crt": "[secret]"}) == [says]
    assert changed("stringData.host", stringData={"host": "a"}) == []
    assert changed("metadata", stringData="[secret]", metadata={}) == []


def test_a_bundle_that_only_an_update_knows_is_named_and_does_not_stop() -> None:
    was = {"data": {"ca.crt": "-----BEGIN CERTIFICATE-----\na\n-----END CERTIFICATE-----\n"}}
    assert notes(CONFIG_MAP, was, {"data": {"ca.crt": UNKNOWN}}) == [
        "nothing here compares before and after of data.ca.crt"
    ]
