"""Look-ups that are computed: who asks and where, ARNs, policy documents, manifests, the standard library."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

import pytest

from sandbox.cloud import Cloud
from sandbox.invokes.answers import Asked, LookUps
from sandbox.invokes.aws.regions import regions
from sandbox.invokes.errors import LookUpError
from sandbox.model.place import Place
from sandbox.protocol.schema import SchemaOracle
from sandbox.protocol.wire import unwrap
from sandbox.seed import Seed

if TYPE_CHECKING:
    from pathlib import Path

EU, WEST, CHINA = Place("eu-central-1"), Place("us-west-2"), Place("cn-north-1")
ZONES = "aws:index/getAvailabilityZones:getAvailabilityZones"
DOCUMENT = "aws:iam/getPolicyDocument:getPolicyDocument"


@pytest.fixture
def cloud(tmp_path: Path) -> Cloud:
    return Cloud(tmp_path / "cloud.jsonl")


def ask(
    cloud: Cloud,
    token: str,
    place: Place = EU,
    tags: dict[str, str] | None = None,
    **args: Any,  # noqa: ANN401 - arguments of any function
) -> dict[str, Any]:
    found: dict[str, Any] = unwrap(
        LookUps(Seed(), SchemaOracle()).answer(Asked(token, dict(args), place, cloud, tags or {}))
    )
    return found


@pytest.mark.parametrize(
    ("token", "args", "expected"),
    [
        ("aws:index/getCallerIdentity:getCallerIdentity", {}, {"accountId": "000000000000"}),
        ("aws:index/getRegion:getRegion", {}, {"name": "us-west-2", "description": "US West (Oregon)"}),
        ("aws:index/getRegion:getRegion", {"name": "eu-west-1"}, {"region": "eu-west-1"}),
        ("aws:index/getRegion:getRegion", {"endpoint": "ec2.eu-west-1.amazonaws.com"}, {"name": "eu-west-1"}),
        ("aws:index/getPartition:getPartition", {}, {"partition": "aws", "reverseDnsPrefix": "com.amazonaws"}),
        (
            ZONES,
            {},
            {"names": ["us-west-2a", "us-west-2b", "us-west-2c", "us-west-2d"], "groupNames": ["us-west-2-zg-1"]},
        ),
        (ZONES, {"region": "eu-central-1"}, {"names": ["eu-central-1a", "eu-central-1b", "eu-central-1c"]}),
        (
            ZONES,
            {"excludeNames": ["us-west-2a"], "excludeZoneIds": ["usw2-az2"]},
            {"zoneIds": ["usw2-az3", "usw2-az4"]},
        ),
        (ZONES, {"state": "impaired"}, {"names": []}),
        (ZONES, {"filters": [{"name": "zone-name", "values": ["*c"]}]}, {"names": ["us-west-2c"]}),
        (
            "aws:index/getAvailabilityZone:getAvailabilityZone",
            {"name": "us-west-2b"},
            {"zoneId": "usw2-az2", "nameSuffix": "b"},
        ),
        ("aws:index/getServicePrincipal:getServicePrincipal", {"serviceName": "logs"}, {"name": "logs.amazonaws.com"}),
        ("aws:index/getService:getService", {"serviceId": "s3"}, {"dnsName": "s3.us-west-2.amazonaws.com"}),
        ("aws:index/getService:getService", {"dnsName": "ec2.eu-west-1.amazonaws.com"}, {"region": "eu-west-1"}),
        ("aws:lb/getHostedZoneId:getHostedZoneId", {}, {"id": "Z1H1FL5HABSF5"}),
        ("aws:lb/getHostedZoneId:getHostedZoneId", {"loadBalancerType": "network"}, {"id": "Z18D5FSROUN65G"}),
        ("aws:elb/getServiceAccount:getServiceAccount", {}, {"arn": "arn:aws:iam::797873946194:root"}),
        (
            "aws:index/getArn:getArn",
            {"arn": "arn:aws:iam::123456789012:role/a:b"},
            {"account": "123456789012", "resource": "role/a:b"},
        ),
        (
            "aws:ecr/getAuthorizationToken:getAuthorizationToken",
            {},
            {"proxyEndpoint": "https://000000000000.dkr.ecr.us-west-2.amazonaws.com"},
        ),
        (
            "aws:iam/getSessionContext:getSessionContext",
            {"arn": "arn:aws:sts::123456789012:assumed-role/deployer/me"},
            {"issuerArn": "arn:aws:iam::123456789012:role/deployer", "sessionName": "me"},
        ),
        ("std:index:cidrsubnet", {"input": "10.0.0.0/16", "newbits": 8, "netnum": 2}, {"result": "10.0.2.0/24"}),
        (
            "std:index:cidrsubnets",
            {"input": "10.0.0.0/16", "newbits": [8, 4]},
            {"result": ["10.0.0.0/24", "10.0.16.0/20"]},
        ),
        ("std:index:cidrhost", {"input": "10.0.0.0/24", "host": -2}, {"result": "10.0.0.254"}),
        ("std:index:base64encode", {"input": "a"}, {"result": "YQ=="}),
        ("std:index:jsonencode", {"input": {"b": 1, "a": "<"}}, {"result": '{"a":"\\u003c","b":1}'}),
        ("std:index:format", {"input": "%s-%03d %q%%", "args": ["a", 7, "b"]}, {"result": 'a-007 "b"%'}),
        ("std:index:formatlist", {"input": "%s.%s", "args": ["a", ["b", "c"]]}, {"result": ["a.b", "a.c"]}),
        ("std:index:replace", {"text": "a1b2", "search": "/[0-9]/", "replace": "-"}, {"result": "a-b-"}),
        ("std:index:regex", {"pattern": "(?P<n>[a-z]+)", "string": "1ab"}, {"result": {"n": "ab"}}),
        (
            "std:index:timeadd",
            {"timestamp": "2026-01-01T00:00:00Z", "duration": "-1h30m"},
            {"result": "2025-12-31T22:30:00Z"},
        ),
        ("std:index:title", {"input": "hello world"}, {"result": "Hello World"}),
        ("std:index:sha256", {"input": "a"}, {"result": hashlib.sha256(b"a").hexdigest()}),
        ("std:index:flatten", {"input": [[1, [2]], 3]}, {"result": [1, 2, 3]}),
        ("std:index:transpose", {"input": {"a": ["x", "y"], "b": ["x"]}}, {"result": {"x": ["a", "b"], "y": ["a"]}}),
        ("std:index:range", {"limit": 5, "start": 1, "step": 2}, {"result": [1, 3]}),
    ],
)
def test_what_can_be_computed_is_computed(
    cloud: Cloud, token: str, args: dict[str, Any], expected: dict[str, Any]
) -> None:
    found = ask(cloud, token, WEST, **args)
    assert {key: found[key] for key in expected} == expected


@pytest.mark.parametrize(
    ("token", "args", "said"),
    [
        ("aws:index/getRegion:getRegion", {"name": "eu-nowhere-1"}, "no region of AWS"),
        ("aws:index/getAvailabilityZone:getAvailabilityZone", {"name": "us-east-1a"}, "no matching"),
        ("aws:index/getAvailabilityZone:getAvailabilityZone", {}, "multiple"),
        (ZONES, {"filters": [{"name": "zone-nam", "values": ["a"]}]}, "the filter 'zone-nam' is none of"),
        ("aws:index/getArn:getArn", {"arn": "role/a"}, "is no ARN"),
        ("aws:index/getService:getService", {}, "service ID not provided"),
        ("aws:lb/getHostedZoneId:getHostedZoneId", {"loadBalancerType": "gateway"}, "none of: application, network"),
        ("std:index:cidrsubnet", {"input": "10.0.0.0/16", "newbits": 2, "netnum": 4}, "has no subnet 4"),
        ("std:index:cidrsubnet", {"input": "nonsense", "newbits": 2, "netnum": 4}, "cidrsubnet: "),
        ("std:index:element", {"input": [], "index": 0}, "empty list"),
        ("std:index:pow", {"base": 2}, "'exponent' is missing"),
        ("kubernetes:yaml:decode", {"text": "a: ["}, "error converting YAML to JSON"),
        ("kubernetes:yaml:decode", {"text": "- a"}, "is no object"),
        (DOCUMENT, {"version": "2012"}, "none of: 2008-10-17, 2012-10-17"),
        (DOCUMENT, {"statements": [{"sid": "a-b"}]}, r"statements\[0\]\.sid: must only include alphanumeric"),
        (DOCUMENT, {"statements": [{"effect": "allow"}]}, "none of: Allow, Deny"),
        (DOCUMENT, {"statements": [{"sid": "a"}, {"sid": "a"}]}, r"duplicate Sid \(a\)"),
        (DOCUMENT, {"sourcePolicyDocuments": ["{"]}, r"sourcePolicyDocuments\[0\]: no JSON"),
        (DOCUMENT, {"sourcePolicyDocuments": ["[]"]}, "is an object"),
        (
            DOCUMENT,
            {"version": "2008-10-17", "statements": [{"resources": ["&{aws:username}"]}]},
            "not supported in document",
        ),
    ],
)
def test_what_the_provider_refuses_is_refused(cloud: Cloud, token: str, args: dict[str, Any], said: str) -> None:
    with pytest.raises(LookUpError, match=said):
        ask(cloud, token, WEST, **args)


def test_every_region_follows_its_partition_and_has_at_least_two_zones_of_its_own(cloud: Cloud) -> None:
    for name, region in regions().items():
        found = ask(cloud, ZONES, Place(name))
        assert len(found["names"]) >= 2
        assert all(zone.startswith(name) for zone in found["names"])
        assert Place(name).partition == region.partition
    assert ask(cloud, "aws:index/getPartition:getPartition", CHINA)["dnsSuffix"] == "amazonaws.com.cn"
    assert "me-central-1" not in ask(cloud, "aws:index/getRegions:getRegions")["names"]
    assert "me-central-1" in ask(cloud, "aws:index/getRegions:getRegions", allRegions=True)["names"]


def test_default_tags_are_those_of_the_provider(cloud: Cloud) -> None:
    assert ask(cloud, "aws:index/getDefaultTags:getDefaultTags", tags={"team": "a"})["tags"] == {"team": "a"}


def document(cloud: Cloud, **args: Any) -> dict[str, Any]:  # noqa: ANN401 - arguments of any function
    found = ask(cloud, DOCUMENT, **args)
    assert json.loads(found["json"]) == json.loads(found["minifiedJson"])
    read: dict[str, Any] = json.loads(found["json"])
    return read


def test_a_policy_document_is_printed_as_the_provider_prints_it(cloud: Cloud) -> None:
    found = ask(
        cloud,
        DOCUMENT,
        policyId="main",
        statements=[
            {
                "sid": "Read",
                "actions": ["s3:GetObject", "s3:ListBucket", "s3:GetObject"],
                "resources": ["arn:aws:s3:::a/&{aws:username}/*"],
                "principals": [
                    {"type": "AWS", "identifiers": ["arn:aws:iam::1:root"]},
                    {"type": "AWS", "identifiers": ["arn:aws:iam::2:root"]},
                    {"type": "Service", "identifiers": ["ec2.amazonaws.com"]},
                ],
                "conditions": [
                    {"test": "StringLike", "variable": "s3:prefix", "values": ["<b>", "a"]},
                    {"test": "Bool", "variable": "aws:SecureTransport", "values": ["true"]},
                ],
            },
            {
                "effect": "Deny",
                "notActions": ["iam:*"],
                "notResources": ["*"],
                "notPrincipals": [{"type": "*", "identifiers": ["*"]}],
            },
        ],
    )
    assert (
        found["json"]
        == """{
  "Version": "2012-10-17",
  "Id": "main",
  "Statement": [
    {
      "Sid": "Read",
      "Effect": "Allow",
      "Action": [
        "s3:ListBucket",
        "s3:GetObject"
      ],
      "Resource": "arn:aws:s3:::a/${aws:username}/*",
      "Principal": {
        "AWS": [
          "arn:aws:iam::1:root",
          "arn:aws:iam::2:root"
        ],
        "Service": "ec2.amazonaws.com"
      },
      "Condition": {
        "Bool": {
          "aws:SecureTransport": "true"
        },
        "StringLike": {
          "s3:prefix": [
            "\\u003cb\\u003e",
            "a"
          ]
        }
      }
    },
    {
      "Effect": "Deny",
      "NotAction": "iam:*",
      "NotResource": "*",
      "NotPrincipal": "*"
    }
  ]
}"""
    )


def test_documents_are_merged_by_sid_and_the_newest_version_wins(cloud: Cloud) -> None:
    source = json.dumps({"Version": "2008-10-17", "Statement": [{"Sid": "A", "Effect": "Allow", "Action": "a:*"}]})
    override = json.dumps({"Statement": [{"Sid": "B", "Effect": "Deny", "Principal": {"AWS": ["x", "y"]}}]})
    found = document(
        cloud,
        sourcePolicyDocuments=[source],
        statements=[{"sid": "A", "actions": ["b:*"]}, {"sid": "B", "actions": ["c:*"]}, {"actions": ["d:*"]}],
        overridePolicyDocuments=[override],
    )
    assert found == {
        "Version": "2012-10-17",
        "Statement": [
            {"Sid": "A", "Effect": "Allow", "Action": "b:*"},
            {"Sid": "B", "Effect": "Deny", "Principal": {"AWS": ["y", "x"]}},
            {"Effect": "Allow", "Action": "d:*"},
        ],
    }
    with pytest.raises(LookUpError, match=r"duplicate Sid \(A\)"):
        document(cloud, sourcePolicyDocuments=[source, source])
    assert document(cloud) == {"Version": "2012-10-17"}


def test_manifests_are_read_as_the_provider_reads_them(cloud: Cloud) -> None:
    text = """
apiVersion: v1
kind: ConfigMap
metadata: {name: a}
data: {ports: 22:80, day: 2026-01-01, mode: 0644, big: 1e3, on: yes}
---
---
# nothing
---
apiVersion: v1
kind: Namespace
metadata: {name: b}
"""
    first, second = ask(cloud, "kubernetes:yaml:decode", text=text, defaultNamespace="web")["result"]
    assert first["data"] == {"ports": "22:80", "day": "2026-01-01", "mode": 420, "big": 1000.0, "true": True}
    assert first["metadata"]["namespace"] == "web"
    assert "namespace" not in second["metadata"]
    assert ask(cloud, "kubernetes:yaml:decode", text="")["result"] == []
