"""Storage at every size that RDS has: what is stated beside it, on the primary, its replicas and the shards."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hypothesis import example, given, settings
from hypothesis import strategies as st

from bailbondpro.facts.rds import MAX_STORAGE_GIB, MIN_STORAGE_GIB, grows_by_itself, least_ceiling_gib
from components.postgres.args import PostgresTemplate
from components.postgres.shards import ShardCredentials, Shards, ShardsArgs
from components.tuning.postgres import Profile, parameters
from plan import PlannedResource
from policies.stateful import shrinkages
from sandbox.providers.rules import Context, value_violations
from tests.support.recording import record
from tests.support.stack import record_platform
from tests.support.stack import settings as stack_settings

if TYPE_CHECKING:
    from tests.support.recording import RecordedResource

INSTANCE = "aws:rds/instance:Instance"
sizes = st.integers(MIN_STORAGE_GIB, MAX_STORAGE_GIB)


def template(gib: int) -> PostgresTemplate:
    fields: dict[str, Any] = {
        "instance_class": "db.m7g.large",
        "availability_zones": ("us-east-1a", "us-east-1b"),
        "vpc_id": "vpc-1",
        "subnet_ids": ("subnet-1", "subnet-2"),
        "client_security_group_ids": ("sg-nodes",),
        "key_arn": "arn:aws:kms:us-east-1:000000000000:key/1",
        "parameters": parameters(Profile.GUIDE, 8),
    }
    ceiling = least_ceiling_gib(gib) if grows_by_itself(gib) else None
    return PostgresTemplate(allocated_storage_gib=gib, max_allocated_storage_gib=ceiling, replicas=1, **fields)


def servers(gib: int) -> list[RecordedResource]:
    """A shard's primary and its replica, which are made as those of the first server are."""
    args = ShardsArgs(
        prefix="bailbondpro-test",
        shard=template(gib),
        count=1,
        credentials=ShardCredentials(username="bbp_admin"),
        database_name="bailbondpro",
        parameter_path="/bailbondpro/test/db/shards",
    )
    found = record(lambda: Shards("shards", args)).of_type(INSTANCE)
    assert len(found) == 2
    return found


@settings(max_examples=40, deadline=None)
@given(sizes)
@example(MIN_STORAGE_GIB)
@example(399)
@example(400)
@example(59_578)
@example(59_579)
@example(MAX_STORAGE_GIB)
def test_every_size_is_one_that_rds_takes_with_what_is_stated_beside_it(gib: int) -> None:
    for server in servers(gib):
        inputs = server.inputs
        assert value_violations(Context(INSTANCE, server.name, "", inputs)) == []
        stated = {"iops": inputs.get("iops"), "storageThroughput": inputs.get("storageThroughput")}
        assert stated == ({"iops": 12_000, "storageThroughput": 500} if gib >= 400 else dict.fromkeys(stated))
        assert inputs.get("maxAllocatedStorage") == (least_ceiling_gib(gib) if gib < 59_579 else None)


@settings(max_examples=30, deadline=None)
@given(sizes, sizes)
@example(399, 400)
@example(20, MAX_STORAGE_GIB)
@example(400, 401)
def test_every_growth_is_one_update_that_rds_takes_and_every_shrinking_is_named(one: int, other: int) -> None:
    before, after = sorted((one, other))
    for old, new in zip(servers(before), servers(after), strict=True):
        assert value_violations(Context(INSTANCE, new.name, "", new.inputs, old=old.inputs)) == []
        back = PlannedResource(urn=old.urn, type=INSTANCE, name=old.name, op="update", inputs=old.inputs)
        assert bool(shrinkages([back], {old.urn: new.inputs})) == (before < after)


def test_a_stack_file_can_ask_for_the_largest_storage_there_is() -> None:
    largest = {"allocatedStorageGib": MAX_STORAGE_GIB, "maxAllocatedStorageGib": MAX_STORAGE_GIB}
    wanted = stack_settings("prod", "horizontal", postgres=largest)
    for server in record_platform(wanted).of_type(INSTANCE):
        assert server.inputs["allocatedStorage"] == MAX_STORAGE_GIB
        assert "maxAllocatedStorage" not in server.inputs
