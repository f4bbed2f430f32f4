"""A value that switches other rules on or off is judged itself: with a wrong one they would all fall silent."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from sandbox.protocol.validate import validate
from sandbox.providers.rules import Context, value_violations
from tests.support.recording import ORACLE
from tests.support.stack import EVERY_STACK, recorded

KINDS = (
    ("aws:budgets/budget:Budget", "budgetType", "COSTS"),
    ("aws:budgets/budget:Budget", "timeUnit", "DAYLY"),
    ("aws:cloudwatch/metricAlarm:MetricAlarm", "comparisonOperator", "Greater"),
    ("aws:cloudwatch/metricAlarm:MetricAlarm", "statistic", "Avg"),
    ("aws:ec2/flowLog:FlowLog", "logDestinationType", "s4"),
    ("aws:ec2/vpcEndpoint:VpcEndpoint", "vpcEndpointType", "Gatewy"),
    ("aws:ecr/repository:Repository", "imageTagMutability", "IMMUT"),
    ("aws:eks/accessEntry:AccessEntry", "type", "STANDRD"),
    ("aws:eks/nodeGroup:NodeGroup", "amiType", "AL9"),
    ("aws:eks/nodeGroup:NodeGroup", "capacityType", "SPOTTY"),
    ("aws:elasticache/replicationGroup:ReplicationGroup", "clusterMode", "on"),
    ("aws:elasticache/replicationGroup:ReplicationGroup", "engine", "memcached"),
    ("aws:kms/key:Key", "keyUsage", "ENCRYPT"),
    ("aws:lb/listener:Listener", "protocol", "TPC"),
    ("aws:lb/loadBalancer:LoadBalancer", "loadBalancerType", "nework"),
    ("aws:lb/targetGroup:TargetGroup", "protocol", "TPC"),
    ("aws:lb/targetGroup:TargetGroup", "targetType", "ips"),
    ("aws:rds/eventSubscription:EventSubscription", "sourceType", "db"),
    ("aws:rds/instance:Instance", "engine", "mysql"),
    ("aws:rds/instance:Instance", "engine", "postgrs"),
    ("aws:rds/instance:Instance", "storageType", "gp9"),
    ("aws:rds/parameterGroup:ParameterGroup", "family", "mysql17"),
    ("aws:ssm/parameter:Parameter", "tier", "Std"),
    ("aws:ssm/parameter:Parameter", "type", "Strng"),
    ("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule", "ipProtocol", "tpc"),
    ("cloudflare:index/dnsRecord:DnsRecord", "type", "CNAM"),
    ("cloudflare:index/ruleset:Ruleset", "kind", "zon"),
    ("cloudflare:index/ruleset:Ruleset", "phase", "http_foo"),
    ("kubernetes:apps/v1:Deployment", "spec.strategy.type", "Rolling"),
    ("kubernetes:autoscaling.k8s.io/v1:VerticalPodAutoscaler", "spec.updatePolicy.updateMode", "Of"),
    ("kubernetes:batch/v1:CronJob", "spec.concurrencyPolicy", "Forbd"),
    ("kubernetes:core/v1:Service", "spec.type", "NodePrt"),
    ("kubernetes:networking.k8s.io/v1:NetworkPolicy", "spec.policyTypes", ["Ingres"]),
    ("kubernetes:storage.k8s.io/v1:StorageClass", "reclaimPolicy", "Keep"),
    ("kubernetes:storage.k8s.io/v1:StorageClass", "volumeBindingMode", "Wait"),
)
"""Type, property that other rules ask about, and a value that no service knows or that does not fit the others."""


def changed(inputs: dict[str, Any], path: str, value: object) -> dict[str, Any]:
    """A copy with one value replaced, at any depth."""
    copied = copy.deepcopy(inputs)
    *above, last = path.split(".")
    inner = copied
    for key in above:
        inner = inner.setdefault(key, {})
    inner[last] = value
    return copied


def refusals(token: str, inputs: dict[str, Any]) -> list[str]:
    """What the schema and the value rules say."""
    schema = ORACLE.get(token)
    found = validate(schema, inputs) if schema is not None else []
    found += value_violations(Context(token=token, name="x", urn="", inputs=inputs))
    return [f"{item.path}: {item.reason}" for item in found]


@pytest.mark.parametrize(("token", "path", "value"), KINDS)
def test_a_value_that_other_rules_ask_about_is_refused_when_it_is_wrong(token: str, path: str, value: object) -> None:
    resource = recorded("prod", "microservices").of_type(token)[0]
    assert refusals(token, resource.inputs) == []
    assert refusals(token, changed(resource.inputs, path, value))


@pytest.mark.parametrize(("environment", "phase"), EVERY_STACK)
def test_every_database_is_postgresql_with_parameters_of_its_own_major_version(environment: str, phase: str) -> None:
    platform = recorded(environment, phase)
    instances = platform.of_type("aws:rds/instance:Instance")
    primaries = [item for item in instances if not item.inputs.get("replicateSourceDb")]
    assert primaries
    assert {item.inputs["engine"] for item in primaries} == {"postgres"}
    majors = {str(item.inputs["engineVersion"]).split(".")[0] for item in primaries}
    families = {item.inputs["family"] for item in platform.of_type("aws:rds/parameterGroup:ParameterGroup")}
    assert families == {f"postgres{major}" for major in majors}
