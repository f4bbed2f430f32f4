"""What exists before a program runs, on the real engine: looked up, read with `.get`, imported, referred to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pulumi
import pytest

from sandbox.seed import Existing, LookUp, Seed, StackOutputs
from sandbox.seed.missing import MissingEntriesError
from tests.support.engine import Bench

if TYPE_CHECKING:
    from pathlib import Path

VPC = "aws:ec2/vpc:Vpc"
TRUST = (
    '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"sts:AssumeRole",'
    '"Principal":{"Service":"ec2.amazonaws.com"}}]}'
)
SEED = Seed(
    (
        Existing(VPC, "vpc-1", {"cidrBlock": "10.0.0.0/16"}, {"default": True}),
        Existing(VPC, "vpc-9", {"cidrBlock": "10.9.0.0/16"}, {"default": True}, "us-west-2"),
        Existing("aws:ec2/subnet:Subnet", "subnet-1", {"vpcId": "vpc-1", "cidrBlock": "10.0.1.0/24"}),
        Existing("aws:iam/role:Role", "deployer", {"name": "deployer", "assumeRolePolicy": TRUST}),
        Existing("aws:s3/bucket:Bucket", "acme-logs", {"bucket": "acme-logs"}),
        Existing("aws:kms/key:Key", "11111111-2222-3333-4444-555555555555", {"description": "data"}),
        Existing("aws:route53/zone:Zone", "Z1", {"name": "example.com"}),
        Existing("cloudflare:index/zone:Zone", "a" * 32, {"name": "example.com", "account": {"id": "b" * 32}}),
    ),
    (LookUp("aws:index/getIpRanges:getIpRanges", {"services": ["s3"]}, {"cidrBlocks": ["192.0.2.0/24"]}),),
    (StackOutputs("acme/network/prod", {"vpcId": "vpc-1", "password": {"secret": "hush"}}),),
)


def looking() -> None:
    import pulumi_aws as aws
    import pulumi_cloudflare as cloudflare

    west = pulumi.InvokeOptions(provider=aws.Provider("west", region="us-west-2"))
    here, there = aws.ec2.get_vpc(default=True), aws.ec2.get_vpc(default=True, opts=west)
    pulumi.export("vpcs", [here.id, there.id])
    pulumi.export("regions", [aws.get_region().region, aws.get_region(opts=west).region])
    pulumi.export("override", aws.get_region_output(region="eu-west-1").description)
    pulumi.export("zones", [aws.get_availability_zones().names[0], aws.get_availability_zones(opts=west).names[0]])
    pulumi.export("ranges", aws.get_ip_ranges(services=["s3"]).cidr_blocks)
    pulumi.export("got", aws.ec2.Vpc.get("vpc", "vpc-1").cidr_block)
    pulumi.export("role", aws.iam.Role.get("role", "deployer").arn)
    pulumi.export("key", aws.kms.Key.get("key", "11111111-2222-3333-4444-555555555555").description)
    pulumi.export("zone", aws.route53.Zone.get("zone", "Z1").name)
    pulumi.export("cdn", cloudflare.Zone.get("cdn", "a" * 32).name)
    network = pulumi.StackReference("acme/network/prod")
    pulumi.export("network", network.require_output("vpcId"))
    pulumi.export("nothing", network.get_output("nothing"))
    pulumi.export("password", network.require_output("password"))
    aws.ec2.Subnet("own", vpc_id=network.require_output("vpcId"), cidr_block="10.0.2.0/24")
    made = aws.ec2.Vpc("made", cidr_block="10.5.0.0/16", tags={"Name": "made"})
    pulumi.export("made", made.id)
    pulumi.export("found", aws.ec2.get_vpc_output(id=made.id).cidr_block)


def test_what_exists_beforehand_is_looked_up_read_and_referred_to_in_its_region(tmp_path: Path) -> None:
    bench = Bench(tmp_path, seed=SEED)
    outputs = bench.up(looking)
    expected: dict[str, Any] = {
        "vpcs": ["vpc-1", "vpc-9"],
        "regions": ["us-east-1", "us-west-2"],
        "override": "Europe (Ireland)",
        "zones": ["us-east-1a", "us-west-2a"],
        "ranges": ["192.0.2.0/24"],
        "got": "10.0.0.0/16",
        "role": "arn:aws:iam::000000000000:role/deployer",
        "key": "data",
        "zone": "example.com",
        "cdn": "example.com",
        "network": "vpc-1",
        "password": "[secret]",
        "found": "10.5.0.0/16",
    }
    assert {key: outputs[key] for key in expected} == expected
    assert [step.name for step in bench.preview(looking).changes()] == []


def importing(description: str) -> None:
    import pulumi_aws as aws

    def taken_over(identity: str) -> pulumi.ResourceOptions:
        return pulumi.ResourceOptions(import_=identity)

    aws.ec2.Vpc("vpc", cidr_block="10.0.0.0/16", opts=taken_over("vpc-1"))
    aws.s3.Bucket("logs", bucket="acme-logs", opts=taken_over("acme-logs"))
    key = "11111111-2222-3333-4444-555555555555"
    aws.kms.Key("key", description=description, opts=taken_over(key))


def test_what_exists_beforehand_is_imported_as_it_is_and_changed_from_then_on(tmp_path: Path) -> None:
    import pulumi_aws as aws

    def moved() -> None:
        options = pulumi.ResourceOptions(import_="subnet-1")
        aws.ec2.Subnet("subnet", vpc_id="vpc-1", cidr_block="10.0.9.0/24", opts=options)

    bench = Bench(tmp_path, seed=SEED)
    planned = {step.name: step.op for step in bench.preview(lambda: importing("another")).changes()}
    assert planned == {"vpc": "create", "logs": "create", "key": "update"}, "only what differs is changed afterwards"
    assert "may not be replaced" in bench.refusal(moved)
    bench.up(lambda: importing("data"))
    assert "DependencyViolation" in bench.refusal(lambda: aws.kms.Key("key", description="changed"))
    (key,) = bench.objects("aws:kms/key:Key")
    assert key.inputs["description"] == "changed"
    assert bench.objects("aws:s3/bucket:Bucket") == []


def test_what_exists_beforehand_is_not_made_a_second_time(tmp_path: Path) -> None:
    import pulumi_aws as aws

    bench = Bench(tmp_path, seed=SEED)
    assert "lready" in bench.refusal(lambda: aws.iam.Role("deployer", name="deployer", assume_role_policy=TRUST))
    assert [item.urn for item in bench.objects("aws:iam/role:Role")] == ["urn:existing::aws:iam/role:Role::deployer"]


def missing() -> None:
    import pulumi_aws as aws

    vpc = aws.ec2.get_vpc(default=True)
    aws.ec2.get_subnets(filters=[{"name": "vpc-id", "values": [vpc.id]}])
    aws.iam.Role.get("role", "deployer")


def test_a_preview_names_everything_that_is_missing_at_once_and_nothing_is_made(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    with pytest.raises(MissingEntriesError) as caught:
        bench.preview(missing)
    said = str(caught.value)
    for part in (f"type: {VPC}", "type: aws:ec2/subnet:Subnet", "id: deployer"):
        assert part in said
    with pytest.raises(MissingEntriesError, match="- stack: organization/network/prod"):
        bench.preview(lambda: pulumi.StackReference("acme/network/prod"))
    assert bench.cloud == []
