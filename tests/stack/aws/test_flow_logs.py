"""Flow logs that go to the bucket of access logs: admitted by its policy, encrypted by it, and without a log group."""

from __future__ import annotations

from plan.tokens import BUCKET, FLOW_LOG, LOG_GROUP
from policies.encryption import unencrypted
from tests.support.plans import changed_plan, edited

S3 = {"flowLogs": {"destination": "s3"}}


def test_flow_logs_wait_for_the_bucket_that_admits_them() -> None:
    plan = changed_plan("dev", "optimization", network=S3)
    (log,) = plan.of_type(FLOW_LOG)
    (bucket,) = [item for item in plan.of_type(BUCKET) if item.name == "logs-bucket"]
    policy = next(item for item in plan if item.name == "logs-policy")
    assert log.inputs["logDestinationType"] == "s3"
    assert {bucket.urn, policy.urn} <= set(log.dependencies)
    assert "delivery.logs.amazonaws.com" in policy.inputs["policy"]
    assert not [item.name for item in plan.of_type(LOG_GROUP) if "flow-logs" in item.name]


def test_their_bucket_encrypts_them_and_without_one_they_are_named() -> None:
    plan = changed_plan("dev", "optimization", network=S3)
    assert unencrypted(plan) == []
    cut = edited(plan, FLOW_LOG)
    alone = type(plan)(tuple(item for item in cut if item.type != BUCKET))
    assert "flow-logs-log (no LogGroup or Bucket)" in unencrypted(alone)
