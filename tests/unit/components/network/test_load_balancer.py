from __future__ import annotations

import ipaddress
import json
from dataclasses import replace
from typing import Any

import pytest

from components.network.cloudflare_ranges import cloudflare_ranges, parse_ranges
from components.network.load_balancer import LoadBalancer, LoadBalancerArgs
from tests.support.recording import RecordedResource, Recording, record

CLUSTER_SG = "sg-cluster"
ARGS = LoadBalancerArgs(
    prefix="bailbondpro-test",
    vpc_id="vpc-1",
    subnet_ids=("subnet-a", "subnet-b", "subnet-c"),
    cluster_security_group_id=CLUSTER_SG,
    client_cidrs_v4=cloudflare_ranges().ipv4,
    client_cidrs_v6=cloudflare_ranges().ipv6,
    deregistration_delay_seconds=60,
    deletion_protection=True,
    protect=True,
)
INGRESS = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
EGRESS = "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule"


def build(args: LoadBalancerArgs = ARGS, name: str = "load-balancer") -> Recording:
    def builder() -> dict[str, Any]:
        entry = LoadBalancer(name, args)
        return {
            "dns": entry.dns_name,
            "zone": entry.zone_id,
            "https": entry.https_target_group_arn,
            "http": entry.http_target_group_arn,
            "suffix": entry.arn_suffix,
            "tg_suffixes": [entry.https_target_group_arn_suffix, entry.http_target_group_arn_suffix],
            "sg": entry.security_group_id,
            "ready": [resource.urn for resource in entry.ready],
        }

    return record(builder)


def nlb(recording: Recording) -> RecordedResource:
    return recording.one("aws:lb/loadBalancer:LoadBalancer")


def target_group(recording: Recording, scheme: str) -> RecordedResource:
    return recording.one("aws:lb/targetGroup:TargetGroup", f"load-balancer-{scheme}")


def test_it_is_a_public_network_load_balancer_with_an_explicit_name_that_fits() -> None:
    inputs = nlb(build()).inputs
    assert (inputs["loadBalancerType"], inputs["internal"]) == ("network", False)
    assert inputs["name"] == "bailbondpro-test-edge"
    long = nlb(build(replace(ARGS, prefix="a-company-with-a-very-long-name-prod"))).inputs["name"]
    assert len(long) <= 32


def test_nothing_but_the_edge_network_may_connect() -> None:
    recording = build()
    entry = recording.result["sg"]
    rules = [rule for rule in recording.of_type(INGRESS) if rule.inputs["securityGroupId"] == entry]
    assert {(rule.inputs["fromPort"], rule.inputs["toPort"]) for rule in rules} == {(443, 443), (80, 80)}
    assert len(rules) == 4
    for rule in rules:
        assert "prefixListId" in rule.inputs
        assert not {"cidrIpv4", "cidrIpv6"} & rule.inputs.keys()
    lists = recording.of_type("aws:ec2/managedPrefixList:ManagedPrefixList")
    admitted = {entry["cidr"] for prefix_list in lists for entry in prefix_list.inputs["entries"]}
    assert admitted == set(cloudflare_ranges().all)


def test_rules_weigh_no_more_than_a_security_group_can_carry() -> None:
    recording = build()
    for prefix_list in recording.of_type("aws:ec2/managedPrefixList:ManagedPrefixList"):
        rules = [rule for rule in recording.of_type(INGRESS) if prefix_list.urn in rule.dependencies]
        assert len(rules) * prefix_list.inputs["maxEntries"] <= 60
        assert len(prefix_list.inputs["entries"]) <= prefix_list.inputs["maxEntries"]


def test_without_ipv6_clients_there_is_no_ipv6_rule() -> None:
    recording = build(replace(ARGS, client_cidrs_v6=()))
    assert len(recording.of_type("aws:ec2/managedPrefixList:ManagedPrefixList")) == 1


def test_the_way_to_the_gateway_is_open_by_reference_in_both_directions() -> None:
    recording = build(replace(ARGS, gateway_health_port=8081))
    entry = recording.result["sg"]
    out = recording.of_type(EGRESS)
    into = [rule for rule in recording.of_type(INGRESS) if rule.inputs["securityGroupId"] == CLUSTER_SG]
    for rules in (out, into):
        assert sorted(rule.inputs["fromPort"] for rule in rules) == [8080, 8081, 8443]
    assert all(rule.inputs["referencedSecurityGroupId"] == CLUSTER_SG for rule in out)
    assert all(rule.inputs["securityGroupId"] == entry for rule in out)
    assert all(rule.inputs["referencedSecurityGroupId"] == entry for rule in into)


def test_no_rule_opens_all_protocols_or_ports() -> None:
    recording = build()
    for rule in [*recording.of_type(INGRESS), *recording.of_type(EGRESS)]:
        assert rule.inputs["ipProtocol"] == "tcp"
        assert rule.inputs["fromPort"] == rule.inputs["toPort"]


def test_tls_passes_through_to_the_gateway_with_the_client_address() -> None:
    recording = build()
    assert target_group(recording, "https").inputs["port"] == 8443
    assert target_group(recording, "http").inputs["port"] == 8080
    for scheme in ("https", "http"):
        inputs = target_group(recording, scheme).inputs
        assert (inputs["protocol"], inputs["targetType"], inputs["preserveClientIp"]) == ("TCP", "ip", "true")


def test_listeners_forward_each_port_to_its_target_group() -> None:
    recording = build()
    listeners = {listener.inputs["port"]: listener.inputs for listener in recording.of_type("aws:lb/listener:Listener")}
    assert set(listeners) == {443, 80}
    assert listeners[443]["defaultActions"] == [{"type": "forward", "targetGroupArn": recording.result["https"]}]
    assert listeners[80]["defaultActions"] == [{"type": "forward", "targetGroupArn": recording.result["http"]}]
    assert all(listener["protocol"] == "TCP" for listener in listeners.values())


def test_a_zone_can_be_shifted_away_although_traffic_crosses_zones() -> None:
    recording = build()
    balancer = recording.one("aws:lb/loadBalancer:LoadBalancer")
    assert (balancer.inputs["enableZonalShift"], balancer.inputs["enableCrossZoneLoadBalancing"]) == (True, True)
    for scheme in ("https", "http"):
        states = target_group(recording, scheme).inputs["targetHealthStates"]
        assert states == [{"enableUnhealthyConnectionTermination": False}]


def test_health_is_checked_as_the_scaling_guide_says() -> None:
    check = target_group(build(), "https").inputs["healthCheck"]
    assert (check["path"], check["interval"], check["timeout"]) == ("/health", 30, 5)
    assert check["unhealthyThreshold"] == 3
    assert (check["protocol"], check["port"], check["matcher"]) == ("HTTP", "8080", "200")


def test_target_groups_have_generated_names_that_fit() -> None:
    for group in build().of_type("aws:lb/targetGroup:TargetGroup"):
        assert "name" not in group.inputs
        assert len(group.name) + 8 <= 32
    with pytest.raises(ValueError, match="logical name"):
        build(name="a-load-balancer-with-a-long-name")


def test_draining_targets_keep_their_connections_which_the_gateway_itself_ends() -> None:
    inputs = target_group(build(replace(ARGS, deregistration_delay_seconds=90)), "https").inputs
    assert inputs["deregistrationDelay"] == 90
    assert inputs["connectionTermination"] is False


def test_zones_back_each_other_up() -> None:
    inputs = nlb(build()).inputs
    assert inputs["enableCrossZoneLoadBalancing"] is True
    assert inputs["enableZonalShift"] is True


def test_it_has_a_security_group_from_the_beginning() -> None:
    recording = build()
    assert nlb(recording).inputs["securityGroups"] == [recording.result["sg"]]


def test_both_locks_follow_their_arguments() -> None:
    assert nlb(build()).protect
    assert nlb(build()).inputs["enableDeletionProtection"] is True
    loose = nlb(build(replace(ARGS, protect=False, deletion_protection=False)))
    assert not loose.protect
    assert loose.inputs["enableDeletionProtection"] is False


def test_access_logs_are_written_only_with_a_bucket() -> None:
    assert "accessLogs" not in nlb(build()).inputs
    logs = nlb(build(replace(ARGS, access_logs_bucket="logs"))).inputs["accessLogs"]
    assert logs == {"bucket": "logs", "enabled": True}


def test_outputs_name_the_load_balancer_and_its_target_groups() -> None:
    result = build().result
    assert result["dns"].endswith(".elb.us-east-1.amazonaws.com")
    assert result["suffix"].startswith("net/bailbondpro-test-edge/")
    assert len(set(result["tg_suffixes"])) == 2
    assert len(result["ready"]) == 10


def test_settings_that_may_change_touch_no_create_only_property() -> None:
    before = {resource.urn: resource for resource in build()}
    changed = replace(
        ARGS, client_cidrs_v4=("203.0.113.0/24",), deregistration_delay_seconds=0, deletion_protection=False
    )
    after = {resource.urn: resource for resource in build(changed)}
    assert before.keys() == after.keys()
    create_only = {
        "aws:lb/loadBalancer:LoadBalancer": ("name", "internal", "loadBalancerType", "subnets", "securityGroups"),
        "aws:lb/targetGroup:TargetGroup": ("name", "port", "protocol", "targetType", "vpcId"),
        "aws:lb/listener:Listener": ("loadBalancerArn",),
        "aws:ec2/securityGroup:SecurityGroup": ("name", "description", "vpcId"),
        "aws:ec2/managedPrefixList:ManagedPrefixList": ("addressFamily",),
    }
    for urn, resource in before.items():
        for field in create_only.get(resource.type, ()):
            assert resource.inputs.get(field) == after[urn].inputs.get(field), (urn, field)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"client_cidrs_v4": ("0.0.0.0/0",)}, "admit everybody"),
        ({"client_cidrs_v6": ("::/0",)}, "admit everybody"),
        ({"client_cidrs_v4": ()}, "who may connect"),
        ({"client_cidrs_v4": ("2400:cb00::/32",)}, "no IPv4Network blocks"),
        ({"client_cidrs_v4": ("10.0.0.1/8",)}, "no IPv4Network blocks"),
        ({"client_cidrs_v4": tuple(f"203.0.{n}.0/24" for n in range(21))}, "room for 20"),
        ({"client_cidrs_v4": ("203.0.113.0/24",) * 2}, "distinct"),
        ({"gateway_https_port": 8080}, "must differ"),
        ({"gateway_health_port": 0}, "1 to 65535"),
        ({"deregistration_delay_seconds": 3601}, "0 to 3600"),
        ({"subnet_ids": ()}, "at least one public subnet"),
    ],
)
def test_an_open_or_impossible_entry_is_refused(changes: dict[str, Any], reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        replace(ARGS, **changes)


def test_the_list_of_cloudflare_has_fifteen_ipv4_and_seven_ipv6_blocks_with_source_and_date() -> None:
    ranges = cloudflare_ranges()
    assert (len(ranges.ipv4), len(ranges.ipv6)) == (15, 7)
    assert "cloudflare.com/ips" in ranges.source
    assert ranges.date
    assert ranges.note


def test_known_addresses_of_cloudflare_are_inside_and_others_outside() -> None:
    blocks = [ipaddress.ip_network(block) for block in cloudflare_ranges().ipv4]

    def inside(address: str) -> bool:
        return any(ipaddress.ip_address(address) in block for block in blocks)

    assert inside("104.16.132.229")
    assert inside("172.67.1.1")
    assert not inside("8.8.8.8")
    assert not inside("104.28.0.0")


def test_a_list_with_overlaps_or_foreign_blocks_is_refused() -> None:
    fields = {"source": "s", "date": "d", "note": "n", "ipv6": []}
    with pytest.raises(ValueError, match="without overlaps"):
        parse_ranges(json.dumps({**fields, "ipv4": ["104.16.0.0/13", "104.16.0.0/14"]}))
    with pytest.raises(ValueError, match="ascending"):
        parse_ranges(json.dumps({**fields, "ipv4": ["173.245.48.0/20", "103.21.244.0/22"]}))
    with pytest.raises(ValueError, match="2400"):
        parse_ranges(json.dumps({**fields, "ipv4": ["2400:cb00::/32"]}))
