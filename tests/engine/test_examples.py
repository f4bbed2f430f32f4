"""The examples, as other projects: their own environment with the wheel, their own components, the real engine."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import pytest

from ops.answers.rehearse import rehearse
from ops.rehearsal.session import RehearseOptions
from tests.support.wheel import built, project

if TYPE_CHECKING:
    from pathlib import Path

    from ops.answers.rehearse import Rehearsal


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return built(tmp_path_factory.mktemp("wheel"))


def rehearsed(example: str, wheel: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Rehearsal:
    monkeypatch.setenv("BBP_SANDBOX_DIR", str(tmp_path / "sandbox"))
    program = project(example, wheel, tmp_path / example)
    before = sorted(program.rglob("*"))
    result = rehearse(RehearseOptions("dev", program=program))
    assert sorted(program.rglob("*")) == before
    return result


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
