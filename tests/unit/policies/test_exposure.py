"""A way from the internet to a database, a cache or a search engine is found, whatever opens it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from plan import Plan, PlannedResource
from policies.exposure import Door, open_doors, stores
from tests.support.plans import edited, stack_plan
from tests.support.stack import COMBINATIONS

INSTANCE = "aws:rds/instance:Instance"
GROUP = "aws:ec2/securityGroup:SecurityGroup"
RULE = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
STACK = "urn:pulumi:prod::bailbondpro::pulumi:pulumi:Stack$"


def item(token: str, name: str, *needs: PlannedResource, **inputs: object) -> PlannedResource:
    urn = f"{STACK}{token}::{name}"
    return PlannedResource(urn, token, name, "create", inputs, dependencies=tuple(need.urn for need in needs))


DATABASE_GROUP, OTHER_GROUP = item(GROUP, "database-sg"), item(GROUP, "other-sg")
DATABASE = item(INSTANCE, "database", DATABASE_GROUP, publiclyAccessible=False)


def doors(*more: PlannedResource) -> list[tuple[str, str]]:
    return [(door.name, door.why) for door in open_doors(Plan((DATABASE_GROUP, OTHER_GROUP, DATABASE, *more)))]


def rule(group: PlannedResource, first: int = 5432, last: int = 5432, **inputs: object) -> PlannedResource:
    return item(RULE, "rule", group, **{"ipProtocol": "tcp", "fromPort": first, "toPort": last, **inputs})


@pytest.mark.parametrize(("environment", "phase"), COMBINATIONS)
def test_no_stack_opens_a_database_or_a_cache_to_the_internet(environment: str, phase: str) -> None:
    plan = stack_plan(environment, phase)
    assert len(stores(plan)) > 1
    assert open_doors(plan) == []


@pytest.mark.parametrize("token", [INSTANCE, "aws:rds/clusterInstance:ClusterInstance"])
def test_a_database_that_is_publicly_accessible_is_found(token: str) -> None:
    assert doors(item(token, "found", publiclyAccessible=True)) == [("found", "publiclyAccessible: true")]
    plan = edited(stack_plan("prod", "horizontal"), INSTANCE, "postgres-replica-2", publiclyAccessible=True)
    assert [door.name for door in open_doors(plan)] == ["postgres-replica-2"]


def test_a_search_domain_needs_a_vpc() -> None:
    search = "aws:opensearch/domain:Domain"
    assert [name for name, _ in doors(item(search, "search"))] == ["search"]
    assert doors(item(search, "search", vpcOptions={"subnetIds": ["subnet-1"]})) == []


@pytest.mark.parametrize(
    "inputs",
    [
        {"cidrIpv4": "0.0.0.0/0"},
        {"cidrIpv4": "0.0.0.0/1"},
        {"cidrIpv4": "203.0.113.7/32"},
        {"cidrIpv4": "10.0.0.0/7"},
        {"cidrIpv6": "::/0"},
        {"cidrIpv4": "0.0.0.0/0", "fromPort": 0, "toPort": 65535},
        {"cidrIpv4": "0.0.0.0/0", "ipProtocol": "-1", "fromPort": None, "toPort": None},
        {"cidrIpv4": "0.0.0.0/0", "ipProtocol": "6"},
    ],
)
def test_a_rule_that_admits_addresses_of_the_internet_on_a_port_of_databases_is_found(inputs: dict[str, Any]) -> None:
    assert {name for name, _ in doors(rule(OTHER_GROUP, **inputs))} == {"rule"}
    deleted = replace(rule(OTHER_GROUP, **inputs), op="delete")
    assert open_doors(Plan((OTHER_GROUP, deleted))) == []


@pytest.mark.parametrize(
    "inputs",
    [
        {"cidrIpv4": "10.10.0.0/16"},
        {"cidrIpv6": "fd00::/48"},
        {"referencedSecurityGroupId": "sg-1"},
        {"cidrIpv4": "0.0.0.0/0", "fromPort": 443, "toPort": 443},
        {"cidrIpv4": "0.0.0.0/0", "ipProtocol": "udp"},
    ],
)
def test_a_rule_that_admits_no_internet_or_no_port_of_databases_is_none(inputs: dict[str, Any]) -> None:
    assert doors(rule(OTHER_GROUP, **inputs)) == []


def test_the_group_of_a_store_admits_the_internet_on_no_port_at_all() -> None:
    found = doors(rule(DATABASE_GROUP, 15432, 15432, cidrIpv4="0.0.0.0/0"))
    assert found == [("rule", "the group of a store admits 0.0.0.0/0")]


def test_rules_inside_a_group_and_rules_of_the_older_kind_are_read() -> None:
    entry = {"protocol": "tcp", "fromPort": 6379, "toPort": 6379, "cidrBlocks": ["10.0.0.0/8", "0.0.0.0/0"]}
    inside = item("aws:ec2/defaultSecurityGroup:DefaultSecurityGroup", "default", ingress=[entry])
    older = item("aws:ec2/securityGroupRule:SecurityGroupRule", "older", OTHER_GROUP, type="ingress", **entry)
    out = item("aws:ec2/securityGroupRule:SecurityGroupRule", "out", OTHER_GROUP, type="egress", **entry)
    why = "port 6379 (Redis) admits 0.0.0.0/0"
    assert doors(inside, older, out) == [("default", why), ("older", why)]


def test_prefix_lists_of_the_plan_are_read_and_those_of_others_are_not_known() -> None:
    def listed(cidr: str) -> PlannedResource:
        return item("aws:ec2/managedPrefixList:ManagedPrefixList", "list", entries=[{"cidr": cidr}])

    for cidr, count in (("104.16.0.0/13", 1), ("10.0.0.0/8", 0)):
        own = listed(cidr)
        found = replace(rule(OTHER_GROUP, prefixListId="pl"), dependencies=(OTHER_GROUP.urn, own.urn))
        assert len(doors(own, found)) == count
    plan = Plan((OTHER_GROUP, rule(OTHER_GROUP, prefixListId="pl-1"), rule(OTHER_GROUP, cidrIpv4="unknown")))
    why = "port 5432 (PostgreSQL) admits addresses that are not known before an update"
    assert open_doors(plan) == [Door("rule", why, known=False)] * 2


def test_a_pooler_behind_a_load_balancer_of_kubernetes_is_found() -> None:
    def service(kind: str, port: int, target: object) -> PlannedResource:
        spec = {"type": kind, "ports": [{"port": port, "targetPort": target}]}
        return item("kubernetes:core/v1:Service", "pooler", spec=spec)

    assert [name for name, _ in doors(service("LoadBalancer", 80, 6432))] == ["pooler"]
    assert [name for name, _ in doors(service("LoadBalancer", 5432, "sql"))] == ["pooler"]
    assert doors(service("ClusterIP", 5432, 5432), service("LoadBalancer", 443, 8443)) == []
