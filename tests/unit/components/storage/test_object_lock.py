"""Object Lock: a resource of its own after the versioning, for a protected bucket alone."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from components.storage.buckets import UploadsBucket, UploadsBucketArgs
from components.storage.object_lock import ObjectLock
from tests.support.recording import Recording, record

LOCK = "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration"
ARGS = UploadsBucketArgs(key_arn="arn:aws:kms:us-east-1:000000000000:key/1", protect=True)


def recorded(lock: ObjectLock | None) -> Recording:
    return record(lambda: {"name": UploadsBucket("uploads", replace(ARGS, object_lock=lock)).bucket_name})


def test_a_lock_is_a_protected_resource_of_its_own_and_leaves_the_bucket_as_it_is() -> None:
    found, without = recorded(ObjectLock(mode="COMPLIANCE", years=7)), recorded(None)
    lock = found.one(LOCK)
    assert lock.inputs["rule"] == {"defaultRetention": {"mode": "COMPLIANCE", "years": 7}}
    assert lock.protect
    assert any(urn.endswith("::uploads-versioning") for urn in lock.dependencies)
    bucket = "aws:s3/bucket:Bucket"
    assert found.one(bucket).inputs == without.one(bucket).inputs
    assert without.of_type(LOCK) == []


@pytest.mark.parametrize(
    ("period", "told"),
    [
        ({}, "one of the two"),
        ({"days": 1, "years": 1}, "one of the two"),
        ({"days": 0}, "days is 1..3650"),
        ({"years": 11}, "years is 1..10"),
        ({"days": 1, "mode": "LEGAL"}, "GOVERNANCE or COMPLIANCE"),
    ],
)
def test_what_s3_refuses_is_refused_before(period: dict[str, Any], told: str) -> None:
    with pytest.raises(ValueError, match=told):
        ObjectLock(**{"mode": "GOVERNANCE", **period})


def test_a_bucket_that_is_thrown_away_takes_no_lock() -> None:
    with pytest.raises(ValueError, match="object_lock needs protect"):
        replace(ARGS, protect=False, object_lock=ObjectLock(mode="GOVERNANCE", days=1))
