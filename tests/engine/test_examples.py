"""The examples, as other projects: their own environment with the wheel, their own components, the real engine."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import pulumi_aws as aws
import pytest

from ops.answers.rehearse import rehearse
from ops.rehearsal.session import RehearseOptions
from sandbox.seed import Existing
from tests.support.engine import Bench
from tests.support.wheel import built, project

if TYPE_CHECKING:
    from pathlib import Path

    from ops.answers.rehearse import Rehearsal

VPC = Existing("aws:ec2/vpc:Vpc", "vpc-0a1b2c3d4e5f60718", {"cidrBlock": "10.20.0.0/16"})


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return built(tmp_path_factory.mktemp("wheel"))


def rehearsed(example: str, wheel: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Rehearsal:
    monkeypatch.setenv("BBP_SANDBOX_DIR", str(tmp_path / "sandbox"))
    return rehearse(RehearseOptions("dev", program=project(example, wheel, tmp_path / example)))


def test_databases_alone_are_rehearsed_from_the_wheel_beside_components_of_the_user_s(
    wheel: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    result = rehearsed("databases", wheel, tmp_path, monkeypatch)
    assert result.second_preview_changes == 0
    types = Counter(item.type for item in result.plan)
    assert types["aws:rds/instance:Instance"] == 3
    assert types["aws:elasticache/replicationGroup:ReplicationGroup"] == 1
    assert types["acme:index:Owner"] == types["bailbondpro:postgres:Postgres"] == 1
    assert len(result.outputs["replicaHosts"]) == 2
    assert result.as_json().keys() >= {"steps", "systems", "outputs"}
    assert "phase" not in result.as_json()


def test_the_application_tier_and_its_gateway_are_rehearsed_in_a_vpc_and_cluster_that_exist(
    wheel: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    result = rehearsed("existing-cluster", wheel, tmp_path, monkeypatch)
    assert result.second_preview_changes == 0
    types = Counter(item.type for item in result.plan)
    assert types["kubernetes:apps/v1:Deployment"] == 2
    assert types["kubernetes:elbv2.k8s.aws/v1beta1:TargetGroupBinding"] == 2
    assert types["aws:ec2/vpc:Vpc"] == types["aws:eks/cluster:Cluster"] == 0
    assert str(result.outputs["address"]).endswith(".elb.us-east-1.amazonaws.com")


def test_what_exists_beforehand_can_be_referred_to_and_nothing_else(tmp_path: Path) -> None:
    def program() -> None:
        aws.ec2.Subnet("subnet", vpc_id=VPC.id, cidr_block="10.20.1.0/24")

    bench = Bench(tmp_path)
    assert f"{VPC.id}" in bench.refusal(program)
    bench.existing = (VPC,)
    bench.up(program)
    assert [item.id for item in bench.objects(VPC.type)] == [VPC.id]
