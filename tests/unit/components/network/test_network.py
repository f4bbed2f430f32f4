from __future__ import annotations

import ipaddress
import itertools
import json
from dataclasses import replace
from functools import cache
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.network.flow_logs import VpcFlowLogs, VpcFlowLogsArgs
from components.network.network import FlowLogs, Network, NetworkArgs
from components.network.subnets import SubnetPlan, subnet_plan
from tests.support.recording import RecordedResource, Recording, record

ZONES = ("us-east-1a", "us-east-1b", "us-east-1c")
ARGS = NetworkArgs(
    prefix="bailbondpro-test",
    vpc_cidr="10.10.0.0/16",
    availability_zones=ZONES,
    nat_gateways=3,
    interface_endpoints=("ecr.api", "sts"),
    region="us-east-1",
    flow_logs=FlowLogs(traffic_type="ALL", retention_days=90),
    cluster_name="bailbondpro-test",
    protect=True,
)
PRIVATE_VPCS = st.one_of(
    st.integers(0, 255).map(lambda second: f"10.{second}.0.0/16"),
    st.integers(16, 31).map(lambda second: f"172.{second}.0.0/16"),
    st.integers(64, 127).map(lambda second: f"100.{second}.0.0/16"),
    st.just("192.168.0.0/16"),
)
CREATE_ONLY = {
    "aws:ec2/vpc:Vpc": ("cidrBlock", "instanceTenancy"),
    "aws:ec2/subnet:Subnet": ("vpcId", "cidrBlock", "availabilityZone"),
    "aws:ec2/natGateway:NatGateway": ("subnetId", "allocationId", "connectivityType"),
    "aws:ec2/eip:Eip": ("domain",),
    "aws:ec2/routeTable:RouteTable": ("vpcId",),
    "aws:ec2/route:Route": ("routeTableId", "destinationCidrBlock"),
    "aws:ec2/routeTableAssociation:RouteTableAssociation": ("subnetId",),
    "aws:ec2/vpcEndpoint:VpcEndpoint": ("vpcId", "serviceName", "vpcEndpointType"),
    "aws:ec2/securityGroup:SecurityGroup": ("name", "description", "vpcId"),
    "aws:cloudwatch/logGroup:LogGroup": ("name",),
}


@cache
def build(args: NetworkArgs = ARGS) -> Recording:
    def builder() -> dict[str, Any]:
        network = Network("network", args)
        return {
            "vpc_id": network.vpc_id,
            "account": network.account_id,
            "app": network.app_subnet_ids,
            "public": network.public_subnet_ids,
            "data": network.data_subnet_ids,
            "control_plane": network.control_plane_subnet_ids,
            "nat_ips": network.nat_public_ips,
        }

    return record(builder)


def by_urn(recording: Recording) -> dict[str, RecordedResource]:
    return {resource.urn: resource for resource in recording}


def route_targets(recording: Recording) -> dict[str, str]:
    routes = recording.of_type("aws:ec2/route:Route")
    return {route.name: route.inputs["natGatewayId"] for route in routes if "natGatewayId" in route.inputs}


def test_the_plan_of_a_known_vpc_is_the_documented_one() -> None:
    assert subnet_plan("10.20.0.0/16", ZONES) == SubnetPlan(
        app=("10.20.0.0/19", "10.20.32.0/19", "10.20.64.0/19"),
        public=("10.20.96.0/24", "10.20.97.0/24", "10.20.98.0/24"),
        data=("10.20.104.0/24", "10.20.105.0/24", "10.20.106.0/24"),
        control_plane=("10.20.112.0/28", "10.20.112.16/28", "10.20.112.32/28"),
    )


@given(PRIVATE_VPCS)
def test_the_subnets_of_any_vpc_lie_inside_it_and_never_overlap(vpc_cidr: str) -> None:
    blocks = [ipaddress.IPv4Network(block) for block in subnet_plan(vpc_cidr, ZONES).all]
    assert all(block.subnet_of(ipaddress.IPv4Network(vpc_cidr)) for block in blocks)
    assert not any(one.overlaps(other) for one, other in itertools.combinations(blocks, 2))


@given(PRIVATE_VPCS, PRIVATE_VPCS)
def test_every_vpc_has_the_same_layout(one: str, other: str) -> None:
    def offsets(vpc_cidr: str) -> list[tuple[int, int]]:
        base = int(ipaddress.IPv4Network(vpc_cidr).network_address)
        blocks = [ipaddress.IPv4Network(block) for block in subnet_plan(vpc_cidr, ZONES).all]
        return [(int(block.network_address) - base, block.prefixlen) for block in blocks]

    assert offsets(one) == offsets(other)


@pytest.mark.parametrize(
    ("vpc_cidr", "reason"),
    [
        ("10.0.0.0/8", "must be a /16"),
        ("10.10.0.0/17", "must be a /16"),
        ("10.10.1.0/16", "host bits"),
        ("8.8.0.0/16", "10.0.0.0/8"),
        ("fd00::/16", "not permitted|Expected|Only decimal|4 octets"),
    ],
)
def test_a_block_that_cannot_carry_the_plan_is_refused(vpc_cidr: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        subnet_plan(vpc_cidr, ZONES)


@pytest.mark.parametrize("zones", [(), ZONES[:2], (*ZONES, "us-east-1d"), (ZONES[0], ZONES[0], ZONES[1])])
def test_a_plan_needs_three_different_zones(zones: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match="three different zones"):
        subnet_plan("10.10.0.0/16", zones)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"availability_zones": ("eu-west-1a", "us-east-1b", "us-east-1c")}, "not in region us-east-1"),
        ({"nat_gateways": 0}, "1 to 3"),
        ({"nat_gateways": 4}, "1 to 3"),
        ({"interface_endpoints": ("sts", "sts")}, "distinct"),
        ({"interface_endpoints": ("com amazonaws",)}, "no service names"),
    ],
)
def test_impossible_arguments_are_refused_before_anything_is_built(changes: dict[str, Any], reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        replace(ARGS, **changes)


def test_flow_logs_keep_only_what_the_service_accepts() -> None:
    with pytest.raises(ValueError, match="retention_days"):
        FlowLogs(traffic_type="ALL", retention_days=10)
    with pytest.raises(ValueError, match="traffic_type"):
        FlowLogs(traffic_type="all", retention_days=7)


def test_there_are_three_subnets_per_tier_one_in_each_zone() -> None:
    recording = build()
    for tier in ("app", "public", "data", "control_plane"):
        assert len(set(recording.result[tier])) == 3
    zones = [subnet.inputs["availabilityZone"] for subnet in recording.of_type("aws:ec2/subnet:Subnet")]
    assert sorted(zones) == sorted(ZONES * 4)


def test_no_subnet_gives_public_addresses_to_instances() -> None:
    assert not any(subnet.inputs["mapPublicIpOnLaunch"] for subnet in build().of_type("aws:ec2/subnet:Subnet"))


@pytest.mark.parametrize(("gateways", "different"), [(1, 1), (2, 2), (3, 3)])
def test_every_zone_leaves_through_one_of_the_nat_gateways(gateways: int, different: int) -> None:
    recording = build(replace(ARGS, nat_gateways=gateways))
    assert len(recording.of_type("aws:ec2/natGateway:NatGateway")) == gateways
    assert len(recording.of_type("aws:ec2/eip:Eip")) == gateways
    targets = route_targets(recording)
    assert len(targets) == 3
    assert len(set(targets.values())) == different
    assert len(recording.result["nat_ips"]) == gateways


def test_with_three_gateways_no_zone_depends_on_another() -> None:
    recording = build()
    gateways = {gateway.name: gateway for gateway in recording.of_type("aws:ec2/natGateway:NatGateway")}
    subnets = {subnet.name: subnet for subnet in recording.of_type("aws:ec2/subnet:Subnet")}
    for letter in "abc":
        route = next(
            r for r in recording.of_type("aws:ec2/route:Route") if r.name == f"network-private-{letter}-default"
        )
        assert gateways[f"network-nat-{letter}"].urn in route.dependencies
        assert subnets[f"network-public-{letter}"].urn in gateways[f"network-nat-{letter}"].dependencies


@pytest.mark.parametrize(("before", "after"), [(1, 2), (1, 3), (2, 3), (3, 1)])
def test_a_change_of_the_number_of_nat_gateways_replaces_nothing(before: int, after: int) -> None:
    old, new = by_urn(build(replace(ARGS, nat_gateways=before))), by_urn(build(replace(ARGS, nat_gateways=after)))
    for urn in old.keys() & new.keys():
        for field in CREATE_ONLY.get(new[urn].type, ()):
            assert old[urn].inputs.get(field) == new[urn].inputs.get(field), (urn, field)
    kept = {urn for urn in old if "NatGateway" not in urn and "Eip" not in urn}
    assert kept <= new.keys()


def test_endpoints_and_log_settings_replace_no_load_bearing_resource() -> None:
    old = by_urn(build())
    new = by_urn(
        build(replace(ARGS, interface_endpoints=(), flow_logs=FlowLogs(traffic_type="REJECT", retention_days=7)))
    )
    for urn, resource in old.items():
        if resource.protect:
            assert new[urn].inputs == resource.inputs


def test_names_of_resources_hold_neither_zone_nor_address_nor_environment() -> None:
    for resource in build():
        assert not any(word in resource.name for word in ("us-east", "10.", "bailbondpro", "test")), resource.name


def test_another_set_of_zones_keeps_every_urn() -> None:
    moved = build(replace(ARGS, availability_zones=("us-east-1d", "us-east-1e", "us-east-1f")))
    assert by_urn(build()).keys() == by_urn(moved).keys()


def test_data_and_control_plane_subnets_have_no_way_to_the_internet() -> None:
    recording = build()
    tables = {table.urn: table.name for table in recording.of_type("aws:ec2/routeTable:RouteTable")}
    with_default = {
        tables[dependency]
        for route in recording.of_type("aws:ec2/route:Route")
        for dependency in route.dependencies
        if dependency in tables
    }
    assert set(tables.values()) - with_default == {"network-data-routes", "network-control-plane-routes"}


def test_every_subnet_is_associated_with_exactly_one_table() -> None:
    recording = build()
    found = [r.inputs["subnetId"] for r in recording.of_type("aws:ec2/routeTableAssociation:RouteTableAssociation")]
    tiers = ("app", "public", "data", "control_plane")
    assert sorted(found) == sorted(subnet for tier in tiers for subnet in recording.result[tier])


def test_s3_is_reached_without_nat_from_app_and_data_subnets() -> None:
    recording = build(replace(ARGS, interface_endpoints=()))
    endpoint = recording.one("aws:ec2/vpcEndpoint:VpcEndpoint")
    assert endpoint.inputs["vpcEndpointType"] == "Gateway"
    assert endpoint.inputs["serviceName"] == "com.amazonaws.us-east-1.s3"
    assert len(endpoint.inputs["routeTableIds"]) == 4
    assert not recording.of_type("aws:ec2/securityGroup:SecurityGroup")


def test_interface_endpoints_admit_https_from_the_vpc_only() -> None:
    recording = build()
    rule = recording.one("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule")
    assert (rule.inputs["fromPort"], rule.inputs["toPort"], rule.inputs["cidrIpv4"]) == (443, 443, "10.10.0.0/16")
    endpoint = recording.one("aws:ec2/vpcEndpoint:VpcEndpoint", "network-endpoint-ecr-api")
    assert endpoint.inputs["privateDnsEnabled"] is True
    assert sorted(endpoint.inputs["subnetIds"]) == sorted(recording.result["app"])


def test_the_default_security_group_has_no_rules() -> None:
    group = build().one("aws:ec2/defaultSecurityGroup:DefaultSecurityGroup")
    assert not group.inputs.get("ingress")
    assert not group.inputs.get("egress")


def test_load_balancers_find_their_subnets_by_tags() -> None:
    tags = {subnet.name: subnet.inputs["tags"] for subnet in build().of_type("aws:ec2/subnet:Subnet")}
    assert tags["network-public-a"]["kubernetes.io/role/elb"] == "1"
    assert tags["network-app-a"]["kubernetes.io/role/internal-elb"] == "1"
    assert tags["network-app-a"]["kubernetes.io/cluster/bailbondpro-test"] == "shared"
    assert tags["network-data-a"] == {"Name": "bailbondpro-test-data-a"}


def test_protection_covers_the_vpc_and_its_subnets() -> None:
    protected = {resource.type for resource in build() if resource.protect}
    assert protected == {"aws:ec2/vpc:Vpc", "aws:ec2/subnet:Subnet"}
    assert not any(resource.protect for resource in build(replace(ARGS, protect=False)))


def test_flow_logs_expire_and_their_role_writes_to_their_group_only() -> None:
    recording = build(replace(ARGS, log_key_arn="arn:aws:kms:us-east-1:000000000000:key/1"))
    group = recording.one("aws:cloudwatch/logGroup:LogGroup")
    assert group.inputs["name"] == "/bailbondpro-test/vpc-flow-logs"
    assert group.inputs["retentionInDays"] == 90
    assert group.inputs["kmsKeyId"].endswith("key/1")
    assert recording.one("aws:ec2/flowLog:FlowLog").inputs["trafficType"] == "ALL"
    write = json.loads(recording.one("aws:iam/rolePolicy:RolePolicy").inputs["policy"])["Statement"][0]
    assert all("/bailbondpro-test/vpc-flow-logs" in resource for resource in write["Resource"])


def test_flow_logs_may_go_to_a_bucket_and_then_have_neither_group_nor_role() -> None:
    def to_a_bucket() -> None:
        traffic = FlowLogs(traffic_type="REJECT", retention_days=7)
        args = VpcFlowLogsArgs(
            prefix="p", vpc_id="vpc-1", account_id="1", flow_logs=traffic, bucket_arn="arn:aws:s3:::b"
        )
        assert VpcFlowLogs("flow-logs", args).log_group_name is None

    (log,) = [item for item in record(to_a_bucket) if item.custom]
    assert (log.inputs["logDestinationType"], log.inputs["logDestination"]) == ("s3", "arn:aws:s3:::b")
    assert "iamRoleArn" not in log.inputs


def test_a_network_may_leave_its_flow_logs_to_somebody_else() -> None:
    recording = build(replace(ARGS, flow_logs=None))
    assert not recording.of_type("aws:ec2/flowLog:FlowLog")


def test_the_flow_log_role_trusts_this_account_only() -> None:
    recording = build()
    trust = json.loads(recording.one("aws:iam/role:Role").inputs["assumeRolePolicy"])["Statement"][0]
    assert trust["Principal"] == {"Service": ["vpc-flow-logs.amazonaws.com"]}
    assert trust["Condition"]["StringEquals"]["aws:SourceAccount"] == [recording.result["account"]]
    (pattern,) = trust["Condition"]["ArnLike"]["aws:SourceArn"]
    assert pattern.endswith(f":{recording.result['account']}:vpc-flow-log/*")


def test_nat_gateways_come_up_after_the_way_out() -> None:
    recording = build()
    way_out = recording.one("aws:ec2/route:Route", "network-public-default")
    assert all(way_out.urn in nat.dependencies for nat in recording.of_type("aws:ec2/natGateway:NatGateway"))


def test_every_resource_is_a_child_of_the_component() -> None:
    recording = build()
    component = recording.one("bailbondpro:network:Network")
    urns = {component.urn, recording.one("bailbondpro:network:VpcFlowLogs").urn}
    assert all(resource.parent in urns for resource in recording if resource.urn != component.urn)
