"""No false refusals: the examples in the SDKs' documentation pass the schemas and the value rules.

Every Python example of every type with a replacement table is read from the SDK's source and run under mocks. Names
that an example takes from elsewhere become stand-ins, which count as values that are not yet known. Examples that
leave something out on purpose, or that the real service would refuse too, are listed with the reason.
"""

from __future__ import annotations

import ast
import builtins
import collections
import logging
import re
import warnings
from typing import TYPE_CHECKING, Any, Self

from sandbox.protocol.packages import class_source, resource_class
from sandbox.protocol.validate import validate
from sandbox.protocol.wire import UNKNOWN
from sandbox.providers.replacement import known_types
from sandbox.providers.rules import Context, value_violations
from sandbox.services.kubernetes.custom.definitions import definitions
from tests.support import recording

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pytest

MARK = "stand-in-of-an-example"

EXPLAINED: dict[tuple[str, str], str] = {
    ("aws:ec2/vpcEndpoint:VpcEndpoint", "subnetIds"): "the mocks give no serviceType",
    ("aws:ec2/vpcIpamPool:VpcIpamPool", "ipamScopeId"): "the mocks give no privateDefaultScopeId",
    ("aws:ec2/route:Route", "destinationCidrBlock"): "10.0.1.0/22 has host bits; the provider refuses it too",
    ("aws:elasticache/replicationGroup:ReplicationGroup", "nodeType"): "the mocks give no globalReplicationGroupId",
    ("aws:lb/loadBalancer:LoadBalancer", "subnets"): "the example leaves the load balancer's properties out",
    ("aws:lb/targetGroup:TargetGroup", "port"): "the example leaves the target group's properties out",
    ("aws:lb/targetGroup:TargetGroup", "protocol"): "the example leaves the target group's properties out",
    ("aws:lb/targetGroup:TargetGroup", "vpcId"): "the example leaves the target group's properties out",
    ("aws:rds/instance:Instance", "password"): "'bar' is shorter than 8 characters; the service refuses it too",
    ("aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration", "rules"): "the example leaves the actions out",
    ("cloudflare:index/dnsRecord:DnsRecord", "ttl"): "generated; the API changes the TTL of a proxied record to 1",
    ("cloudflare:index/loadBalancer:LoadBalancer", "rules"): "generated from an older schema of overrides",
    ("cloudflare:index/loadBalancer:LoadBalancer", "zoneId"): "generated; 'zone_id' is no identifier",
    ("cloudflare:index/loadBalancerMonitor:LoadBalancerMonitor", "interval"): "generated; zero stands for any number",
    ("cloudflare:index/loadBalancerMonitor:LoadBalancerMonitor", "timeout"): "generated; zero stands for any number",
    ("cloudflare:index/loadBalancerPool:LoadBalancerPool", "origins"): "generated from an older schema of headers",
    ("cloudflare:index/ruleset:Ruleset", "kind"): "generated; a ruleset of kind root belongs to an account",
    ("cloudflare:index/zoneSetting:ZoneSetting", "value"): "generated in camel case; the API takes snake case",
}
"""(type, top-level property) -> why the example is refused rightly, or why it is no whole example."""

ANSWERS: dict[str, dict[str, Any]] = {
    "getAvailabilityZones": {"names": ["us-east-1a", "us-east-1b", "us-east-1c"]},
    "getCallerIdentity": {"accountId": "000000000000", "arn": MARK},
    "getEngineVersion": {"parameterGroupFamily": MARK, "version": MARK, "engine": MARK},
    "getOrderableDbInstance": {"engine": MARK, "engineVersion": MARK, "instanceClass": "db.r5.large"},
    "getPartition": {"partition": "aws", "dnsSuffix": "amazonaws.com"},
    "getPolicyDocument": {"json": MARK},
    "getRegion": {"name": "us-east-1", "region": "us-east-1"},
}


class StandIn(str):
    """Stands for anything that an example takes from elsewhere."""

    __slots__ = ()

    def __new__(cls) -> Self:
        return super().__new__(cls, MARK)

    def __getattr__(self, name: str) -> StandIn:
        if name.startswith("_"):
            raise AttributeError(name)
        return StandIn()

    def __getitem__(self, key: object) -> StandIn:
        return StandIn()

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __call__(self, *_: object, **__: object) -> StandIn:
        return StandIn()


class Names(dict[str, Any]):
    """An example's variables; what it does not define is a stand-in."""

    def __missing__(self, key: str) -> object:
        return getattr(builtins, key, None) or StandIn()


def unknown(value: Any) -> Any:  # noqa: ANN401 - property values have any shape
    if isinstance(value, str) and MARK in value:
        return UNKNOWN
    if isinstance(value, dict):
        return {key: unknown(item) for key, item in value.items()}
    return [unknown(item) for item in value] if isinstance(value, list) else value


def examples(token: str) -> list[str]:
    methods = [node for node in class_source(resource_class(token)).body if isinstance(node, ast.FunctionDef)]
    texts = [ast.get_docstring(method) or "" for method in methods]
    return list(dict.fromkeys(block for text in texts for block in re.findall(r"```python\n(.*?)```", text, re.DOTALL)))


def answer(mocks: Any, args: Any) -> tuple[dict[str, Any], list[Any]]:  # noqa: ANN401 - the SDK's mocks
    mocks.recording.calls.append((args.token, args.args))
    return ANSWERS.get(args.token.rsplit(":", 1)[-1], {}), []


def run(code: str) -> None:
    recording.record(lambda: exec(compile(code, "example", "exec"), Names()))  # noqa: S102 - the installed SDK's examples


def test_examples_of_the_sdks_are_not_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    refused: dict[tuple[str, str], str] = {}
    seen: collections.Counter[str] = collections.Counter()

    def inspect(token: str, name: str, inputs: dict[str, Any]) -> None:
        schema, plain = recording.ORACLE.get(token), unknown(inputs)
        found = validate(schema, plain) if schema is not None else []
        found += value_violations(Context(token=token, name=name, urn="", inputs=plain))
        seen["resources"] += 1
        for item in found:
            refused[token, re.split(r"[.\[]", item.path)[0]] = f"{item.path}: {item.reason}"

    monkeypatch.setattr(recording, "_refuse_nonsense", inspect)
    monkeypatch.setattr(recording._Mocks, "call", answer)
    monkeypatch.setattr(logging.root.manager, "disable", logging.CRITICAL)
    warnings.simplefilter("ignore")
    for token in sorted(known_types() - definitions().keys()):
        for code in examples(token):
            seen["examples"] += 1
            try:
                run(code)
            except Exception:  # noqa: BLE001 - an example that cannot run here proves nothing
                seen["not executable"] += 1
    print(dict(seen))  # noqa: T201 - the report of how much was held against the rules
    assert {key: reason for key, reason in refused.items() if key not in EXPLAINED} == {}
    assert set(EXPLAINED) - set(refused) == set(), "explained, but no longer refused"
    assert seen["examples"] - seen["not executable"] >= 220
    assert seen["resources"] >= 400
