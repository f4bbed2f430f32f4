"""What a database's storage costs beside its size."""

from __future__ import annotations

from plan import Plan
from planner.cost.monthly import cost_of
from tests.support.plans import planned


def lines_of(**inputs: object) -> dict[str, float | None]:
    """Monthly USD of a database's charges, by SKU."""
    thing = planned("aws:rds/instance:Instance", "thing", instanceClass="db.m7g.large", **inputs)
    region = planned("pulumi:providers:aws", "aws", region="us-east-1")
    return {line.charge.sku: line.monthly_usd for line in cost_of(Plan((region, thing))).lines}


def test_provisioned_iops_are_reported_as_unknown_and_not_left_out() -> None:
    large = {"allocatedStorage": 400, "storageType": "gp3"}
    assert lines_of(**large, iops=20_000)["rds/gp3-iops"] is None
    assert lines_of(**large, iops=12_000, storageThroughput=600)["rds/gp3-throughput"] is None
    assert lines_of(allocatedStorage=400, storageType="io2", iops=12_000)["rds/io2-iops"] is None


def test_what_gp3_includes_at_its_size_costs_nothing_when_it_is_stated() -> None:
    stated = lines_of(allocatedStorage=400, storageType="gp3", iops=12_000, storageThroughput=500)
    assert not {"rds/gp3-iops", "rds/gp3-throughput"} & stated.keys()
