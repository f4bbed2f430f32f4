"""Outputs that other objects and the program's files decide."""

from __future__ import annotations

import base64
import hashlib
import ipaddress
from typing import TYPE_CHECKING, Any

import pytest

from sandbox.protocol.wire import UNKNOWN
from sandbox.services.aws.rowless.contents import etag
from tests.support.servicer import Provider

if TYPE_CHECKING:
    from pathlib import Path

SUBNET, VPC, INSTANCE = "aws:ec2/subnet:Subnet", "aws:ec2/vpc:Vpc", "aws:ec2/instance:Instance"
OBJECT, FUNCTION = "aws:s3/bucketObjectv2:BucketObjectv2", "aws:lambda/function:Function"
ASSET, ARCHIVE = "c44067f5952c0a294b673a41bacd8c17", "0def7320c3a5731c473e5ecbe6d01bc7"
"""Signatures of the Pulumi SDK (sdk/go/common/resource/sig)."""
SIGNATURE = "4dabf18193072939515e22adb298388d"
DOCUMENTATION = [ipaddress.ip_network(f"{block}.0/24") for block in ("192.0.2", "198.51.100", "203.0.113")]


@pytest.fixture
def provider(tmp_path: Path) -> Provider:
    return Provider(tmp_path)


def file(folder: Path, name: str, contents: bytes, kind: str = ASSET) -> dict[str, Any]:
    (folder / name).write_bytes(contents)
    return {SIGNATURE: kind, "path": name, "hash": hashlib.sha256(contents).hexdigest()}


@pytest.mark.parametrize(
    ("name", "fqdn"),
    [
        ("www", "www.example.com"),
        ("", "example.com"),
        ("Example.com.", "example.com"),
        ("a.example.com", "a.example.com"),
        ("notexample.com", "notexample.com.example.com"),
    ],
)
def test_a_record_has_the_name_of_its_zone_behind_its_own(provider: Provider, name: str, fqdn: str) -> None:
    zone = provider.create("aws:route53/zone:Zone", {"name": "example.com"})
    inputs = {"zoneId": zone.id, "name": name, "type": "A", "ttl": 60, "records": ["192.0.2.1"]}
    made = provider.create("aws:route53/record:Record", inputs)
    assert made.outputs["fqdn"] == fqdn
    assert provider.preview("aws:route53/record:Record", inputs)["fqdn"] is UNKNOWN


def test_a_resource_of_an_api_has_the_path_of_its_parents(provider: Provider) -> None:
    kind = "aws:apigateway/resource:Resource"
    api = provider.create("aws:apigateway/restApi:RestApi", {"name": "api"})
    users = provider.create(
        kind, {"restApi": api.id, "parentId": api.outputs["rootResourceId"], "pathPart": "users"}, "users"
    )
    one = provider.create(kind, {"restApi": api.id, "parentId": users.id, "pathPart": "{id}"}, "one")
    assert (users.outputs["path"], one.outputs["path"]) == ("/users", "/users/{id}")
    renamed = {**users.inputs, "pathPart": "people"}
    assert provider.update(users, renamed, preview=True)["path"] is UNKNOWN
    assert provider.update(users, renamed)["path"] == "/people"


def test_machines_have_addresses_of_their_subnet_and_public_ones_of_nobody(provider: Provider) -> None:
    vpc = provider.create(VPC, {"cidrBlock": "10.1.0.0/16", "enableDnsHostnames": True})
    zone = {"vpcId": vpc.id, "availabilityZone": "us-east-1c"}
    open_, shut = (
        provider.create(SUBNET, {**zone, "cidrBlock": block, "mapPublicIpOnLaunch": public}, block)
        for block, public in (("10.1.4.0/28", True), ("10.1.5.0/28", False))
    )
    machines = [provider.create(INSTANCE, {"subnetId": open_.id, "region": "us-east-1"}, f"m{at}") for at in range(11)]
    private = {item.outputs["privateIp"] for item in machines}
    assert private == {f"10.1.4.{last}" for last in range(4, 15)}, "all but the five that AWS keeps, each once"
    public = {ipaddress.ip_address(item.outputs["publicIp"]) for item in machines}
    assert len(public) == 11
    assert all(any(address in block for block in DOCUMENTATION) for address in public)
    first = machines[0].outputs
    assert first["privateDns"] == f"ip-{first['privateIp'].replace('.', '-')}.ec2.internal"
    assert first["publicDns"] == f"ec2-{first['publicIp'].replace('.', '-')}.compute-1.amazonaws.com"
    assert (first["availabilityZone"], first["associatePublicIpAddress"]) == ("us-east-1c", True)
    hidden = provider.create(INSTANCE, {"subnetId": shut.id, "region": "eu-west-1"}, "hidden").outputs
    assert (hidden["publicIp"], hidden["publicDns"], hidden["associatePublicIpAddress"]) == ("", "", False)
    assert hidden["privateDns"].endswith(".eu-west-1.compute.internal")


def test_what_a_machine_has_stays_in_an_update_and_what_is_given_is_kept(provider: Provider) -> None:
    made = provider.create(INSTANCE, {"privateIp": "10.1.4.9", "instanceType": "t3.micro", "region": "us-east-1"})
    assert (made.outputs["privateIp"], made.outputs["privateDns"]) == ("10.1.4.9", "ip-10-1-4-9.ec2.internal")
    after = provider.update(made, {**made.inputs, "instanceType": "t3.small"})
    assert {key: after[key] for key in ("publicIp", "privateIp")} == {
        key: made.outputs[key] for key in ("publicIp", "privateIp")
    }


def test_a_gateway_has_the_public_address_of_its_allocation(provider: Provider) -> None:
    eip = provider.create("aws:ec2/eip:Eip", {"domain": "vpc"})
    nat = provider.create("aws:ec2/natGateway:NatGateway", {"allocationId": eip.id, "subnetId": "subnet-1"})
    assert nat.outputs["publicIp"] == eip.outputs["publicIp"]
    assert any(ipaddress.ip_address(eip.outputs["publicIp"]) in block for block in DOCUMENTATION)


def test_a_mount_target_lies_in_its_subnet_and_its_zone(provider: Provider) -> None:
    subnet = provider.create(SUBNET, {"vpcId": "vpc-1", "cidrBlock": "10.1.4.0/24", "availabilityZone": "us-east-1b"})
    made = provider.create("aws:efs/mountTarget:MountTarget", {"fileSystemId": "fs-1", "subnetId": subnet.id}).outputs
    assert ipaddress.ip_address(made["ipAddress"]) in ipaddress.ip_network("10.1.4.0/24")
    assert made["dnsName"] == "fs-1.efs.us-east-1.amazonaws.com"
    assert made["mountTargetDnsName"] == "us-east-1b.fs-1.efs.us-east-1.amazonaws.com"


def test_an_object_has_the_digest_of_its_contents(provider: Provider, tmp_path: Path) -> None:
    page = file(tmp_path, "page.html", b"<p>hello</p>")
    expected = hashlib.md5(b"<p>hello</p>", usedforsecurity=False).hexdigest()
    made = provider.create(OBJECT, {"bucket": "b", "key": "page", "source": page, "checksumAlgorithm": "SHA256"})
    assert made.outputs["etag"] == expected
    assert made.outputs["checksumSha256"] == base64.b64encode(bytes.fromhex(page["hash"])).decode()
    assert made.outputs["checksumCrc32"] == ""
    assert provider.create(OBJECT, {"bucket": "b", "key": "k", "content": "<p>hello</p>"}).outputs["etag"] == expected
    changed = {**made.inputs, "source": file(tmp_path, "page.html", b"<p>bye</p>")}
    assert provider.update(made, changed, preview=True)["etag"] is UNKNOWN
    assert provider.update(made, changed)["etag"] == hashlib.md5(b"<p>bye</p>", usedforsecurity=False).hexdigest()
    assert provider.update(made, {**made.inputs, "tags": {"a": "b"}}, preview=True)["etag"] == expected


def test_a_tag_that_is_no_digest_is_none_and_a_file_that_is_another_is_not_read(
    provider: Provider, tmp_path: Path
) -> None:
    page = file(tmp_path, "page.html", b"one")
    secret = {"bucket": "b", "key": "k", "source": page, "serverSideEncryption": "aws:kms"}
    (tmp_path / "page.html").write_bytes(b"another")
    wrong = {hashlib.md5(text, usedforsecurity=False).hexdigest() for text in (b"one", b"another")}
    found = [
        provider.create(OBJECT, inputs).outputs["etag"]
        for inputs in (secret, {"bucket": "b", "key": "k", "source": page})
    ]
    assert all(len(tag) == 32 and tag not in wrong for tag in found)


def test_a_large_object_has_the_digest_of_the_digests_of_its_parts() -> None:
    part = b"a" * 5 * 1024 * 1024
    digests = b"".join(hashlib.md5(piece, usedforsecurity=False).digest() for piece in (part, b"b"))
    assert etag(part + b"b") == f"{hashlib.md5(digests, usedforsecurity=False).hexdigest()}-2"
    assert "-" not in etag(part)


def test_a_function_has_the_digest_of_its_archive(provider: Provider, tmp_path: Path) -> None:
    code = file(tmp_path, "code.zip", b"PK one", ARCHIVE)
    made = provider.create(FUNCTION, {"name": "f", "code": code})
    expected = base64.b64encode(hashlib.sha256(b"PK one").digest()).decode()
    assert made.outputs["codeSha256"] == made.outputs["sourceCodeHash"] == expected
    assert made.outputs["sourceCodeSize"] == 6
    again = provider.update(made, {**made.inputs, "code": file(tmp_path, "code.zip", b"PK two!", ARCHIVE)})
    assert again["codeSha256"] == base64.b64encode(hashlib.sha256(b"PK two!").digest()).decode()
    given = provider.create(FUNCTION, {"name": "g", "code": code, "sourceCodeHash": "mine"}).outputs
    assert (given["sourceCodeHash"], given["codeSha256"]) == ("mine", expected)


def test_a_new_zone_waits_for_its_name_servers_and_a_project_has_a_name_of_pages(provider: Provider) -> None:
    zone = provider.create("cloudflare:index/zone:Zone", {"name": "example.com", "account": {"id": "0" * 32}}).outputs
    assert zone["status"] == "pending"
    assert all(name.endswith(".ns.cloudflare.com") for name in zone["nameServers"])
    assert len(zone["nameServers"]) == 2
    inputs = {"name": "site", "accountId": "0" * 32, "productionBranch": "main"}
    assert (
        provider.create("cloudflare:index/pagesProject:PagesProject", inputs).outputs["subdomain"] == "site.pages.dev"
    )
