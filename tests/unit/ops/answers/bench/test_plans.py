"""Plans that are made larger for measurements: copies that are connected among themselves."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest

from ops.answers.bench.plans import GrowthError, grown
from plan import load_plan

if TYPE_CHECKING:
    from pathlib import Path

HEAD = "urn:pulumi:prod::bailbondpro::"
STACK = f"{HEAD}pulumi:pulumi:Stack::bailbondpro-prod"
SHARD = f"{HEAD}bailbondpro:shards:Shards$bailbondpro:postgres:Postgres$aws:rds/instance:Instance::shards-0-primary"
SHARDS = f"{HEAD}bailbondpro:shards:Shards$bailbondpro:postgres:Postgres::shards-0"
ALARM = f"{HEAD}bailbondpro:monitoring:Alarms$aws:cloudwatch/metricAlarm:MetricAlarm::alarms-shard-0-cpu"
SERVICE = f"{HEAD}bailbondpro:microservice:Microservice::service-web"
PODS = f"{HEAD}bailbondpro:microservice:Microservice$kubernetes:apps/v1:Deployment::service-web-workload-deployment"
NODES = f"{HEAD}aws:eks/nodeGroup:NodeGroup::cluster-app"
VPC = f"{HEAD}aws:ec2/vpc:Vpc::network-vpc"


def step(urn: str, *needs: str, parent: str = STACK, **inputs: object) -> dict[str, Any]:
    """One step of a preview, with the place in the program that it came from."""
    state = {"urn": urn, "type": urn.split("::")[2].rpartition("$")[2], "custom": True, "inputs": inputs}
    state |= {"parent": parent, "dependencies": needs, "stackTrace": [{"sourcePosition": "project:///a.py#1"}]}
    return {"op": "create", "urn": urn, "newState": state}


def written(path: Path, *steps: dict[str, Any]) -> Path:
    """A file of a preview."""
    path.write_text(json.dumps({"config": {}, "steps": steps, "changeSummary": Counter(one["op"] for one in steps)}))
    return path


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """A plan of a shard with its alarm, a service and a network."""
    return written(
        tmp_path / "small.json",
        step(STACK, parent=""),
        step(VPC),
        step(SHARDS),
        step(SHARD, VPC, parent=SHARDS, identifier="bailbondpro-prod-shard-0"),
        step(ALARM, SHARD, dimensions={"DBInstanceIdentifier": "bailbondpro-prod-shard-0"}),
        step(SERVICE),
        step(PODS, parent=SERVICE, metadata={"name": "bailbondpro-web"}),
    )


def test_a_grown_plan_has_as_many_resources_as_were_asked_for_and_each_once(small: Path, tmp_path: Path) -> None:
    plan = load_plan(grown(small, 103, tmp_path / "large.json"))
    assert len(plan) == len({item.urn for item in plan}) == 103


def test_a_copy_depends_on_its_own_generation_and_shares_what_there_is_once(small: Path, tmp_path: Path) -> None:
    plan = load_plan(grown(small, 16, tmp_path / "large.json"))
    alarm, shard = (plan.get(urn.replace("-0", "-2")) for urn in (ALARM, SHARD))
    assert alarm is not None
    assert shard is not None
    assert alarm.dependencies == (shard.urn,)
    assert alarm.inputs == {"dimensions": {"DBInstanceIdentifier": "bailbondpro-prod-shard-2"}}
    assert shard.inputs == {"identifier": "bailbondpro-prod-shard-2"}
    assert (shard.parent, shard.dependencies) == (SHARDS.replace("-0", "-2"), (VPC,))
    pods = plan.get(PODS.replace("web", "web-x2"))
    assert pods is not None
    assert (pods.parent, pods.inputs) == (
        SERVICE.replace("web", "web-x2"),
        {"metadata": {"name": "bailbondpro-web-x2"}},
    )


def test_a_grown_plan_carries_no_stack_traces(small: Path, tmp_path: Path) -> None:
    assert "stackTrace" not in grown(small, 16, tmp_path / "large.json").read_text()


def test_a_grown_plan_has_nodes_for_the_pods_of_the_copies(small: Path, tmp_path: Path) -> None:
    document = json.loads(small.read_text())
    group = step(NODES, scalingConfig={"minSize": 2, "desiredSize": 3, "maxSize": 6, "note": "kept"})
    plan = load_plan(grown(written(tmp_path / "nodes.json", *document["steps"], group), 27, tmp_path / "large.json"))
    found = plan.get(NODES)
    assert found is not None
    # 27 resources of 7: four times the plan.
    assert found.inputs["scalingConfig"] == {"minSize": 8, "desiredSize": 12, "maxSize": 24, "note": "kept"}
    assert group["newState"]["inputs"]["scalingConfig"]["minSize"] == 2


def test_a_plan_is_neither_made_smaller_nor_grown_from_nothing(small: Path, tmp_path: Path) -> None:
    with pytest.raises(GrowthError, match="6 resources already"):
        grown(small, 5, tmp_path / "large.json")
    with pytest.raises(GrowthError, match="no shards"):
        grown(written(tmp_path / "none.json", step(VPC)), 5, tmp_path / "large.json")
