"""Every answer is counted by where it came from, and a question that is asked again is counted once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.cloud import Cloud, CloudObject
from sandbox.invokes.answers import Asked, LookUps
from sandbox.invokes.origins import Answered, Origin
from sandbox.model.place import Place
from sandbox.protocol.schema import SchemaOracle
from sandbox.seed.entries import Existing, Seed
from sandbox.seed.planting import planted

if TYPE_CHECKING:
    from pathlib import Path

EU = Place("eu-central-1")
VPC = "aws:ec2/vpc:Vpc"


def test_what_answers_a_look_up_is_remembered_once(tmp_path: Path) -> None:
    cloud, seeded = Cloud(tmp_path / "cloud.jsonl"), (Existing(VPC, "vpc-1", {"cidrBlock": "10.0.0.0/16"}),)
    planted(cloud, seeded, EU)
    made = CloudObject(VPC, "vpc-2", "urn:pulumi:dev::p::x::y", {"cidrBlock": "10.1.0.0/16"}, {}, EU.scope(VPC, {}))
    cloud.put(made)
    lookups = LookUps(Seed(seeded), SchemaOracle())

    def ask(token: str, **args: Any) -> None:  # noqa: ANN401 - of any function
        lookups.answer(Asked(token, args, EU, cloud))

    for _ in range(3):
        ask("aws:ec2/getVpc:getVpc", id="vpc-1")
        ask("aws:ec2/getVpc:getVpc", id="vpc-2")
        ask("aws:index/getRegion:getRegion")
    assert lookups.origins.answered() == (
        Answered("aws:ec2/getVpc:getVpc", Origin.SEED, 1),
        Answered("aws:ec2/getVpc:getVpc", Origin.CLOUD, 1),
        Answered("aws:index/getRegion:getRegion", Origin.COMPUTED, 1),
    )
