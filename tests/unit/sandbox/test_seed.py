"""What exists before a program runs: read from a file with every problem told, and put into the simulated cloud."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from sandbox.cloud import Cloud
from sandbox.model.base import Context
from sandbox.providers.rules import reference_violations
from sandbox.seed import Existing, SeedError, planted, read_seed

if TYPE_CHECKING:
    from pathlib import Path

VPC = "aws:ec2/vpc:Vpc"


def read(tmp_path: Path, text: str) -> tuple[Existing, ...]:
    path = tmp_path / "sandbox.seed.yaml"
    path.write_text(text)
    return read_seed(path)


def test_a_seed_file_names_objects_by_type_and_id(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        f"- {{type: '{VPC}', id: vpc-1, inputs: {{cidrBlock: 10.0.0.0/16}}}}\n- {{type: '{VPC}', id: vpc-2}}\n",
    )
    assert found == (Existing(VPC, "vpc-1", {"cidrBlock": "10.0.0.0/16"}), Existing(VPC, "vpc-2", {}))


def test_every_problem_of_a_seed_file_is_told_at_once(tmp_path: Path) -> None:
    text = f"""
- vpc-1
- {{type: 'aws:ec2/vpc:Vcp', id: vpc-1}}
- {{type: '{VPC}', id: vpc-1, inputs: {{cidr: 10.0.0.0/16}}}}
- {{type: '{VPC}', id: 7, input: {{}}}}
- {{type: '{VPC}', id: vpc-1, inputs: [1]}}
"""
    with pytest.raises(SeedError) as caught:
        read(tmp_path, text)
    assert str(caught.value).splitlines()[1:] == [
        "  - [0]: must have `type`, `id` and `inputs`, got 'vpc-1'",
        "  - [1].type: no installed SDK has the resource type aws:ec2/vpc:Vcp",
        f"  - [2].inputs.cidr: {VPC} has no such property; did you mean cidrBlock?",
        "  - [3].input: unknown; allowed: id, inputs, type",
        "  - [3].id: must be a text, got 7",
        "  - [4].inputs: must be properties by name, got [1]",
        f"  - {VPC} vpc-1 stands in it twice",
    ]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("a: [", "no YAML"),
        ("a: 1", "must be a list"),
        (f"- {{type: '{VPC}', id: a}}\n- {{type: '{VPC}', id: a}}\n", f"{VPC} a stands in it twice"),
        (f"- {{type: '{VPC}', id: a, inputs: {{tag: {{}}}}}}", r"1 problem\n.*did you mean tags\?"),
        (
            f"- {{type: '{VPC}', id: a, inputs: {{tags: {{made: 2026-01-01}}}}}}",
            r"tags\.made: YAML reads a date",
        ),
        (f"- {{type: '{VPC}', id: a, inputs: &own {{tags: *own}}}}", r"\[0\]\.inputs: holds itself"),
    ],
)
def test_a_file_that_is_no_seed_is_refused(tmp_path: Path, text: str, problem: str) -> None:
    with pytest.raises(SeedError, match=problem):
        read(tmp_path, text)


def test_what_exists_beforehand_has_what_its_service_adds_and_stays_as_it_is(tmp_path: Path) -> None:
    journal = tmp_path / "cloud.jsonl"
    key = Existing("aws:kms/key:Key", "11111111-2222-3333-4444-555555555555", {})
    planted(Cloud(journal), (key,))
    again = Cloud(journal)
    planted(again, (Existing(key.type, key.id, {"description": "another"}),))
    (found,) = again.all()
    assert found.outputs["arn"] == f"arn:aws:kms:us-east-1:000000000000:key/{key.id}"
    assert (found.inputs, found.name) == ({}, key.id)


def test_what_exists_beforehand_can_be_referred_to_and_nothing_else(tmp_path: Path) -> None:
    cloud = Cloud(tmp_path / "cloud.jsonl")
    subnet, urn = "aws:ec2/subnet:Subnet", "urn:pulumi:dev::acme::aws:ec2/subnet:Subnet::app"
    inputs = {"vpcId": "vpc-1", "cidrBlock": "10.20.1.0/24"}
    (missing,) = reference_violations(Context(subnet, "app", urn, inputs, cloud))
    assert "vpc-1" in missing.reason
    planted(cloud, (Existing(VPC, "vpc-1", {"cidrBlock": "10.20.0.0/16"}),))
    assert reference_violations(Context(subnet, "app", urn, inputs, cloud)) == []
    outside = reference_violations(Context(subnet, "app", urn, {**inputs, "cidrBlock": "10.30.1.0/24"}, cloud))
    assert [item.path for item in outside] == ["cidrBlock"]
