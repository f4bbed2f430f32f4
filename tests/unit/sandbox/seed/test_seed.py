"""What exists before a program runs: read from a file with every problem told, and put into the simulated cloud."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from sandbox.cloud import Cloud
from sandbox.model.base import Context
from sandbox.model.pairs import told
from sandbox.model.place import HOME, Place
from sandbox.providers.rules import reference_violations
from sandbox.seed import Existing, LookUp, Seed, SeedError, StackOutputs, read_beside, read_seed
from sandbox.seed.planting import home_of, planted, taken
from sandbox.seed.stacks import written

if TYPE_CHECKING:
    from pathlib import Path

VPC = "aws:ec2/vpc:Vpc"
GET_VPC = "aws:ec2/getVpc:getVpc"
FORMS = "`type`, `id` and `inputs` (an object), `invoke`, `args` and `result` (a look-up), or `stack` and `outputs`"


def read(tmp_path: Path, text: str) -> Seed:
    path = tmp_path / "sandbox.seed.yaml"
    path.write_text(text)
    return read_seed(path)


def problems(tmp_path: Path, text: str) -> list[str]:
    with pytest.raises(SeedError) as caught:
        read(tmp_path, text)
    return str(caught.value).splitlines()[1:]


def test_a_seed_file_names_objects_look_ups_and_stacks(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        f"""
- {{type: '{VPC}', id: vpc-1, inputs: {{cidrBlock: 10.0.0.0/16}}, region: eu-west-1, account: "123456789012"}}
- {{type: '{VPC}', id: vpc-1, outputs: {{default: true}}}}
- {{invoke: '{GET_VPC}', args: {{default: true}}, result: {{id: vpc-2}}}}
- {{stack: acme/network/prod, outputs: {{vpcId: vpc-1}}}}
""",
    )
    assert found.objects == (
        Existing(VPC, "vpc-1", {"cidrBlock": "10.0.0.0/16"}, {}, "eu-west-1", "123456789012"),
        Existing(VPC, "vpc-1", {}, {"default": True}),
    )
    assert found.lookups == (LookUp(GET_VPC, {"default": True}, {"id": "vpc-2"}),)
    assert found.stacks == (StackOutputs("acme/network/prod", {"vpcId": "vpc-1"}),)
    assert len(found) == 4
    assert len(read_beside(tmp_path)) == 4
    assert len(read_beside(tmp_path / "nowhere")) == 0


def test_every_problem_of_a_seed_file_is_told_at_once_with_its_line_and_key(tmp_path: Path) -> None:
    text = f"""
- vpc-1
- {{type: 'aws:ec2/vpc:Vcp', id: vpc-1}}
- type: {VPC}
  id: vpc-1
  inputs:
    cidr: 10.0.0.0/16
- {{type: '{VPC}', id: 7, input: {{}}}}
- {{type: '{VPC}', id: vpc-1, inputs: [1]}}
- {{type: '{VPC}', invoke: '{GET_VPC}'}}
"""
    assert problems(tmp_path, text) == [
        f"  - line 2, [0]: must have {FORMS}, got the text 'vpc-1'",
        "  - line 3, [1].type: no installed SDK has the resource type aws:ec2/vpc:Vcp",
        f"  - line 7, [2].inputs.cidr: {VPC} has no such property; did you mean `cidrBlock`?",
        "  - line 8, [3].input: unknown; allowed: type, id, inputs, outputs, region, account; did you mean `inputs`?",
        "  - line 8, [3].id: must be a text, got 7",
        "  - line 9, [4].inputs: must be properties by name, got a list",
        f"  - line 10, [5]: is type and invoke at once; must have {FORMS}",
        f"  - line 9, [4]: {VPC} vpc-1 stands in it twice",
    ]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("a: [", "line 1: no YAML"),
        ("a: 1", "must be a list"),
        ("", "must be a list"),
        ("- &own [*own]", "must have"),
        (f"- {{type: '{VPC}', id: a}}\n- {{type: '{VPC}', id: a}}\n", f"line 2, .*{VPC} a stands in it twice"),
        (f"- {{type: '{VPC}', id: a, id: b}}", r"\[0\]\.id: stands here twice"),
        (f"- {{type: '{VPC}', id: a, inputs: {{tag: {{}}}}}}", r"1 problem\n.*did you mean `tags`\?"),
        (f"- {{type: '{VPC}', id: a, inputs: {{tags: {{made: 2026-01-01}}}}}}", r"tags\.made: YAML reads a date"),
        (f"- {{type: '{VPC}', id: a, inputs: {{tags: {{7: x}}}}}}", r"tags\.7: the name of a property must be a text"),
        (f"- {{type: '{VPC}', id: a, inputs: &own {{tags: *own}}}}", r"\[0\]: holds itself"),
        (f"- {{type: '{VPC}', id: a, inputs: {{enableDnsSupport: perhaps}}}}", "expected true or false"),
        (f"- {{type: '{VPC}', id: a, outputs: {{defualt: true}}}}", "did you mean `default`"),
        (f"- {{type: '{VPC}', id: a, region: frankfurt}}", r"\.region: must be a region such as"),
        (f"- {{type: '{VPC}', id: a, account: 12}}", r"\.account: must be 12 digits in quotes"),
        ("- {type: 'kubernetes:apps/v1:Deployment', id: a, inputs: {spec: {replicaz: 1}}}", r"spec\.replicaz"),
        ("- {invoke: 'aws:ec2/getVpcc:getVpcc'}", "no installed SDK has the function"),
        ("- {invoke: vpc}", "no installed SDK has the function"),
        (f"- {{invoke: '{GET_VPC}', args: {{defualt: true}}}}", "did you mean `default`"),
        (f"- {{invoke: '{GET_VPC}', result: {{cidrBlock: [1]}}}}", r"result\.cidrBlock: expected a text"),
        (f"- {{invoke: '{GET_VPC}', args: {{filters: [{{nam: x}}]}}}}", r"args\.filters\[0\]\.nam"),
        ("- {stack: prod}", "must be organization/project/stack"),
        ("- {stack: a/b/c}\n- {stack: d/b/c}", "the stack b/c stands in it twice"),
        ("- {stack: a/b/c, output: {}}", "did you mean `outputs`"),
    ],
)
def test_a_file_that_is_no_seed_is_refused(tmp_path: Path, text: str, problem: str) -> None:
    with pytest.raises(SeedError, match=problem):
        read(tmp_path, text)


def test_what_exists_beforehand_has_what_its_service_adds_in_its_own_region(tmp_path: Path) -> None:
    cloud = Cloud(tmp_path / "cloud.jsonl")
    key = Existing("aws:kms/key:Key", "11111111-2222-3333-4444-555555555555", region="eu-west-1")
    planted(cloud, (key,), HOME)
    (found,) = cloud.all()
    assert found.outputs["arn"] == f"arn:aws:kms:eu-west-1:000000000000:key/{key.id}"
    assert (found.scope, found.name) == ("eu-west-1", key.id)
    assert cloud.within("aws", "us-east-1").get(key.type, key.id) is None


def test_what_exists_beforehand_has_the_outputs_of_its_type_and_no_rule_concludes_from_them(tmp_path: Path) -> None:
    cloud = Cloud(tmp_path / "cloud.jsonl")
    subnet = Existing("aws:ec2/subnet:Subnet", "subnet-1", {"vpcId": "vpc-1", "cidrBlock": "10.20.3.0/24"})
    machine = Existing("aws:ec2/instance:Instance", "i-1", {"subnetId": "subnet-1"}, {"publicDns": "told.example"})
    planted(cloud, (machine, subnet), HOME)
    found = cloud.get(machine.type, "i-1")
    assert found is not None
    assert str(found.outputs["privateIp"]).startswith("10.20.3.")
    assert found.outputs["publicDns"] == "told.example"
    assert found.outputs["instanceState"] == "running"
    assert {"privateIp", "availabilityZone", "instanceState"} <= set(found.made_up)
    assert not {"publicDns", "subnetId", "arn"} & set(found.made_up)
    assert told(found, "availabilityZone") is None
    planted(again := Cloud(tmp_path / "cloud.jsonl"), (machine, subnet), HOME)
    assert again.get(machine.type, "i-1") == found


def test_what_the_seed_file_no_longer_says_or_says_otherwise_is_changed_unless_a_program_took_it_over(
    tmp_path: Path,
) -> None:
    journal = tmp_path / "cloud.jsonl"
    first, second, third = (Existing(VPC, name, {"cidrBlock": "10.0.0.0/16"}) for name in ("vpc-1", "vpc-2", "vpc-3"))
    planted(Cloud(journal), (first, second, third), HOME)
    cloud = Cloud(journal)
    imported = cloud.get(VPC, "vpc-3")
    assert imported is not None
    imported.urn = "urn:pulumi:dev::acme::aws:ec2/vpc:Vpc::mine"
    cloud.put(imported)
    planted(cloud, (Existing(VPC, "vpc-1", {"cidrBlock": "10.9.0.0/16"}),), HOME)
    kept = {item.id: item.inputs["cidrBlock"] for item in Cloud(journal).all()}
    assert kept == {"vpc-1": "10.9.0.0/16", "vpc-3": "10.0.0.0/16"}
    assert not cloud.marked(VPC, "vpc-2")


def test_nothing_is_made_under_the_id_of_what_exists_beforehand(tmp_path: Path) -> None:
    cloud = Cloud(tmp_path / "cloud.jsonl")
    planted(cloud, (Existing("aws:s3/bucket:Bucket", "logs", {"bucket": "logs"}),), HOME)
    reason = taken(cloud, "aws:s3/bucket:Bucket", "logs")
    assert reason is not None
    assert "import" in reason
    assert taken(cloud, "aws:s3/bucket:Bucket", "others") is None


def test_what_exists_beforehand_can_be_referred_to_and_nothing_else(tmp_path: Path) -> None:
    cloud = Cloud(tmp_path / "cloud.jsonl")
    subnet, urn = "aws:ec2/subnet:Subnet", "urn:pulumi:dev::acme::aws:ec2/subnet:Subnet::app"
    inputs = {"vpcId": "vpc-1", "cidrBlock": "10.20.1.0/24"}
    (missing,) = reference_violations(Context(subnet, "app", urn, inputs, cloud))
    assert "vpc-1" in missing.reason
    planted(cloud, (Existing(VPC, "vpc-1", {"cidrBlock": "10.20.0.0/16"}),), HOME)
    assert reference_violations(Context(subnet, "app", urn, inputs, cloud)) == []
    outside = reference_violations(Context(subnet, "app", urn, {**inputs, "cidrBlock": "10.30.1.0/24"}, cloud))
    assert [item.path for item in outside] == ["cidrBlock"]


def test_a_stack_is_written_as_the_engine_reads_it_and_taken_away_again(tmp_path: Path) -> None:
    backend = tmp_path / "backend"
    stack = backend / ".pulumi" / "stacks" / "network" / "prod.json"
    written((StackOutputs("acme/network/prod", {"vpcId": "vpc-1", "keys": [{"secret": "x"}]}),), backend)
    latest = json.loads(stack.read_text())["checkpoint"]["latest"]
    outputs = latest["resources"][0]["outputs"]
    assert outputs["vpcId"] == "vpc-1"
    assert outputs["keys"][0]["plaintext"] == '"x"'
    assert (backend / ".pulumi" / "meta.yaml").read_text() == "version: 1\n"
    written((), backend)
    assert not stack.exists()
    written((), tmp_path / "untouched" / "backend")
    assert not (tmp_path / "untouched").exists()


def test_home_is_the_region_of_the_stacks_configuration(tmp_path: Path) -> None:
    file = tmp_path / "Pulumi.dev.yaml"
    assert home_of(file) == HOME
    file.write_text("config: {aws:region: eu-north-1}")
    assert home_of(file) == Place("eu-north-1")
