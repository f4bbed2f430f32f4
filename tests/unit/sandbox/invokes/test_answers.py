"""Look-ups: computed, answered from what exists, or refused with the entry that is missing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import yaml

from sandbox.cloud import Cloud, CloudObject
from sandbox.invokes.answers import Asked, LookUps, MissingError
from sandbox.invokes.errors import LookUpError
from sandbox.model.place import Place
from sandbox.protocol.schema import SchemaOracle
from sandbox.protocol.wire import Secret, unwrap
from sandbox.seed import Existing, LookUp, Seed, read_seed
from sandbox.seed.missing import MissingEntriesError, refuse_missing
from sandbox.seed.planting import planted

if TYPE_CHECKING:
    from pathlib import Path

EU, WEST = Place("eu-central-1"), Place("us-west-2")
VPC, SUBNET, AMI = "aws:ec2/vpc:Vpc", "aws:ec2/subnet:Subnet", "aws:ec2/ami:Ami"


class World:
    """A cloud with what exists beforehand, and what answers look-ups in it."""

    def __init__(self, folder: Path, *objects: Existing, lookups: tuple[LookUp, ...] = ()) -> None:
        folder.mkdir(exist_ok=True)
        self.cloud = Cloud(folder / "cloud.jsonl")
        planted(self.cloud, objects, EU)
        self.lookups = LookUps(Seed(objects, lookups), SchemaOracle())

    def ask(self, token: str, place: Place = EU, **args: Any) -> dict[str, Any]:  # noqa: ANN401 - of any function
        return self.lookups.answer(Asked(token, dict(args), place, self.cloud))


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(
        tmp_path,
        Existing(VPC, "vpc-1", {"cidrBlock": "10.0.0.0/16", "tags": {"Name": "main"}}, {"default": True}),
        Existing(VPC, "vpc-2", {"cidrBlock": "10.1.0.0/16"}),
        Existing(VPC, "vpc-9", {"cidrBlock": "10.9.0.0/16"}, {"default": True}, "us-west-2"),
        Existing(
            SUBNET, "subnet-1", {"vpcId": "vpc-1", "cidrBlock": "10.0.1.0/24", "availabilityZone": "eu-central-1a"}
        ),
        Existing(
            SUBNET, "subnet-2", {"vpcId": "vpc-1", "cidrBlock": "10.0.2.0/24", "availabilityZone": "eu-central-1b"}
        ),
        Existing(AMI, "ami-1", {"name": "al2023-a-x86"}, {"imageOwnerAlias": "amazon", "creationDate": "2025-01-01"}),
        Existing(AMI, "ami-2", {"name": "al2023-b-x86"}, {"imageOwnerAlias": "amazon", "creationDate": "2026-01-01"}),
        Existing("aws:ec2/routeTable:RouteTable", "rtb-1", {"vpcId": "vpc-1"}),
        Existing(
            "aws:ec2/routeTableAssociation:RouteTableAssociation",
            "rtbassoc-1",
            {"subnetId": "subnet-1", "routeTableId": "rtb-1"},
        ),
        Existing("aws:route53/zone:Zone", "Z1", {"name": "example.com"}),
        Existing("aws:kms/key:Key", "key-1", {"description": "main"}),
        Existing("aws:kms/alias:Alias", "alias/main", {"name": "alias/main", "targetKeyId": "key-1"}),
        Existing("aws:iam/role:Role", "deployer", {"name": "deployer", "assumeRolePolicy": "{}"}),
        Existing("aws:ssm/parameter:Parameter", "/db", {"name": "/db", "type": "String", "value": "x"}),
        Existing(
            "aws:eks/cluster:Cluster",
            "main",
            {"name": "main", "version": "1.34"},
            {"certificateAuthority": {"data": "Q"}},
        ),
        Existing("aws:ecr/repository:Repository", "app", {"name": "app"}),
        Existing("aws:secretsmanager/secretVersion:SecretVersion", "v", {"secretId": "db", "secretString": "hush"}),
        Existing("cloudflare:index/zone:Zone", "a" * 32, {"name": "example.com", "account": {"id": "b" * 32}}),
    )


@pytest.mark.parametrize(
    ("token", "args", "expected"),
    [
        ("aws:ec2/getVpc:getVpc", {"default": True}, {"id": "vpc-1", "cidrBlock": "10.0.0.0/16", "state": "available"}),
        ("aws:ec2/getVpc:getVpc", {"id": "vpc-2"}, {"cidrBlock": "10.1.0.0/16", "default": False}),
        ("aws:ec2/getVpc:getVpc", {"tags": {"Name": "main"}}, {"id": "vpc-1"}),
        ("aws:ec2/getVpc:getVpc", {"filters": [{"name": "tag:Name", "values": ["ma*"]}]}, {"id": "vpc-1"}),
        ("aws:ec2/getVpc:getVpc", {"default": True, "region": "us-west-2"}, {"id": "vpc-9", "region": "us-west-2"}),
        ("aws:ec2/getVpcs:getVpcs", {}, {"ids": ["vpc-1", "vpc-2"]}),
        (
            "aws:ec2/getSubnets:getSubnets",
            {"filters": [{"name": "vpc-id", "values": ["vpc-1"]}]},
            {"ids": ["subnet-1", "subnet-2"]},
        ),
        (
            "aws:ec2/getSubnet:getSubnet",
            {"filters": [{"name": "availability-zone", "values": ["eu-central-1b"]}]},
            {"id": "subnet-2", "vpcId": "vpc-1"},
        ),
        ("aws:ec2/getRouteTable:getRouteTable", {"subnetId": "subnet-1"}, {"routeTableId": "rtb-1", "vpcId": "vpc-1"}),
        (
            "aws:ec2/getAmi:getAmi",
            {"owners": ["amazon"], "mostRecent": True, "filters": [{"name": "name", "values": ["al2023-*"]}]},
            {"id": "ami-2", "name": "al2023-b-x86", "owners": ["amazon"], "architecture": "x86_64"},
        ),
        ("aws:ec2/getAmi:getAmi", {"nameRegex": "^al2023-a"}, {"imageId": "ami-1"}),
        ("aws:ec2/getAmiIds:getAmiIds", {"owners": ["amazon"]}, {"ids": ["ami-1", "ami-2"]}),
        ("aws:route53/getZone:getZone", {"name": "example.com."}, {"zoneId": "Z1", "id": "Z1"}),
        ("aws:kms/getKey:getKey", {"keyId": "alias/main"}, {"id": "key-1", "description": "main"}),
        ("aws:iam/getRole:getRole", {"name": "deployer"}, {"arn": "arn:aws:iam::000000000000:role/deployer"}),
        ("aws:ssm/getParameter:getParameter", {"name": "/db", "withDecryption": True}, {"value": "x"}),
        (
            "aws:eks/getCluster:getCluster",
            {"name": "main"},
            {"certificateAuthorities": [{"data": "Q"}], "version": "1.34"},
        ),
        ("aws:eks/getClusters:getClusters", {}, {"names": ["main"]}),
        ("aws:ecr/getRepository:getRepository", {"name": "app"}, {"registryId": "000000000000"}),
        (
            "aws:secretsmanager/getSecretVersion:getSecretVersion",
            {"secretId": "db"},
            {"secretString": "hush", "versionStages": ["AWSCURRENT"]},
        ),
        (
            "cloudflare:index/getZone:getZone",
            {"filter": {"name": "example.com"}},
            {"zoneId": "a" * 32, "status": "active"},
        ),
        ("cloudflare:index/getZone:getZone", {"zoneId": "a" * 32}, {"name": "example.com"}),
    ],
)
def test_a_look_up_finds_what_exists(world: World, token: str, args: dict[str, Any], expected: dict[str, Any]) -> None:
    found = unwrap(world.ask(token, **args))
    assert {key: found.get(key) for key in expected} == expected


def test_a_look_up_sees_its_own_region_alone(world: World) -> None:
    assert world.ask("aws:ec2/getVpc:getVpc", WEST, default=True)["id"] == "vpc-9"
    with pytest.raises(MissingError, match="in us-west-2"):
        world.ask("aws:ec2/getSubnets:getSubnets", WEST)


def test_a_look_up_finds_what_the_program_has_made(world: World) -> None:
    made = CloudObject(SUBNET, "subnet-9", "urn:x", {"vpcId": "vpc-2"}, {"vpcId": "vpc-2"}, "eu-central-1")
    world.cloud.put(made)
    assert world.ask("aws:ec2/getSubnet:getSubnet", vpcId="vpc-2")["id"] == "subnet-9"


def test_a_provider_does_not_choose_among_several(world: World) -> None:
    with pytest.raises(LookUpError, match="finds 2 objects: ami-1, ami-2"):
        world.ask("aws:ec2/getAmi:getAmi", owners=["amazon"])


def test_secrets_are_answered_as_secrets(world: World) -> None:
    found = world.ask("aws:secretsmanager/getSecretVersion:getSecretVersion", secretId="db")
    assert found["secretString"] == Secret("hush")


@pytest.mark.parametrize(
    ("token", "args"),
    [
        ("aws:ec2/getVpc:getVpc", {"default": True}),
        ("aws:ec2/getVpc:getVpc", {"cidrBlock": "10.7.0.0/16", "tags": {"a": "b"}}),
        (
            "aws:ec2/getSubnets:getSubnets",
            {"filters": [{"name": "vpc-id", "values": ["vpc-7"]}], "tags": {"Tier": "a"}},
        ),
        ("aws:ec2/getAmi:getAmi", {"owners": ["amazon"], "filters": [{"name": "name", "values": ["ubuntu-*-amd64"]}]}),
        ("aws:ec2/getAmi:getAmi", {"owners": ["099720109477"], "nameRegex": "^ubuntu-.*"}),
        ("aws:ec2/getVpc:getVpc", {"filters": [{"name": "cidr-block-association.state", "values": ["associated"]}]}),
        ("aws:ec2/getRouteTable:getRouteTable", {"subnetId": "subnet-7"}),
        ("aws:secretsmanager/getSecret:getSecret", {"name": "db"}),
        ("aws:acm/getCertificate:getCertificate", {"domain": "example.com", "statuses": ["ISSUED"]}),
        ("aws:index/getIpRanges:getIpRanges", {"services": ["ec2"]}),
        ("aws:ec2/getPrefixList:getPrefixList", {"name": "com.amazonaws.eu-central-1.s3"}),
        ("aws:rds/getInstance:getInstance", {"dbInstanceIdentifier": "main"}),
        ("aws:lambda/getFunction:getFunction", {"functionName": "main"}),
        ("cloudflare:index/getZone:getZone", {"filter": {"name": "example.com"}}),
        ("cloudflare:index/getZones:getZones", {"name": "example.com"}),
        ("tls:index/getCertificate:getCertificate", {"url": "https://example.com"}),
    ],
)
def test_the_entry_that_a_missing_look_up_prints_answers_it(tmp_path: Path, token: str, args: dict[str, Any]) -> None:
    with pytest.raises(MissingError) as caught:
        World(tmp_path).ask(token, **args)
    file = tmp_path / "sandbox.seed.yaml"
    file.write_text(caught.value.entry)
    seed = read_seed(file)
    answered = World(tmp_path / "again", *seed.objects, lookups=seed.lookups).ask(token, **args)
    assert answered
    assert yaml.safe_load(caught.value.entry)[0].get("region") in {"eu-central-1", None}


def test_a_preview_collects_everything_that_is_missing(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.lookups.begin(collects=True)
    vpc = world.ask("aws:ec2/getVpc:getVpc", default=True)
    assert vpc["id"].startswith("vpc-")
    world.ask("aws:ec2/getSubnets:getSubnets", filters=[{"name": "vpc-id", "values": [vpc["id"]]}])
    world.lookups.read("aws:ec2/vpc:Vpc", "vpc-5", EU)
    with pytest.raises(MissingEntriesError) as caught:
        refuse_missing(world.lookups, 'unknown stack "organization/net/prod"')
    file = tmp_path / "sandbox.seed.yaml"
    file.write_text(caught.value.entries)
    seed = read_seed(file)
    assert [item.type for item in seed.objects] == [VPC, SUBNET, VPC]
    assert [item.stack for item in seed.stacks] == ["organization/net/prod"]
    assert str(caught.value).startswith("4 look-ups find nothing that exists:")
    world.lookups.begin(collects=False)
    refuse_missing(world.lookups, "")


def test_an_answer_of_the_seed_file_comes_before_any_other_and_only_for_what_was_asked(tmp_path: Path) -> None:
    zones = "aws:index/getAvailabilityZones:getAvailabilityZones"
    own = LookUp(zones, {"state": "available"}, {"names": ["eu-central-1z"]}, "eu-central-1")
    world = World(tmp_path, lookups=(own,))
    assert world.ask(zones, state="available")["names"] == ["eu-central-1z"]
    assert world.ask(zones)["names"][0] == "eu-central-1a"
    assert world.ask(zones, WEST, state="available")["names"][0] == "us-west-2a"


def test_a_function_that_no_sdk_has_and_arguments_that_it_does_not_take_are_refused(world: World) -> None:
    with pytest.raises(LookUpError, match="no installed SDK has the function"):
        world.ask("aws:ec2/getNothing:getNothing")
    with pytest.raises(LookUpError, match="defualt: unknown property"):
        world.ask("aws:ec2/getVpc:getVpc", defualt=True)


def test_an_argument_that_was_given_as_a_text_comes_back_as_what_it_is(world: World) -> None:
    found = world.ask("aws:ec2/getAmi:getAmi", owners=["amazon"], mostRecent="true")
    assert found["mostRecent"] is True


def test_an_object_of_a_cluster_has_the_name_that_its_id_says(tmp_path: Path) -> None:
    world = World(tmp_path, Existing("kubernetes:core/v1:Service", "shop/web", {}))
    (found,) = world.cloud.of_type("kubernetes:core/v1:Service")
    assert {**found.outputs["metadata"], "uid": ""}["name"] == "web"
    assert found.outputs["spec"]["clusterIP"].startswith("172.20.")
