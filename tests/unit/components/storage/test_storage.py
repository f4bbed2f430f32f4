from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from components.security.iam import policy_document
from components.storage.bucket_policies import logs_policy, tls_only, uploads_policy
from components.storage.buckets import (
    ImageRepository,
    ImageRepositoryArgs,
    LogsBucket,
    LogsBucketArgs,
    UploadsBucket,
    UploadsBucketArgs,
)
from components.storage.image_repository import lifecycle_policy
from tests.support.recording import Recording, record

KEY = "arn:aws:kms:us-east-1:000000000000:key/1"
UPLOADS = UploadsBucketArgs(key_arn=KEY, protect=True)
LOGS = LogsBucketArgs(account_id="000000000000", region="us-east-1", protect=True)
IMAGES = ImageRepositoryArgs(repository_name="bailbondpro-test/app", protect=True)
BUCKET = "aws:s3/bucket:Bucket"
POLICY = "aws:s3/bucketPolicy:BucketPolicy"
LIFECYCLE = "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration"
ENCRYPTION = "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration"


def build_uploads(args: UploadsBucketArgs = UPLOADS) -> Recording:
    def builder() -> dict[str, Any]:
        uploads = UploadsBucket("uploads", args)
        return {"name": uploads.bucket_name, "arn": uploads.bucket_arn, "policy": uploads.access_policy}

    return record(builder)


def build_logs(args: LogsBucketArgs = LOGS) -> Recording:
    def builder() -> dict[str, Any]:
        logs = LogsBucket("logs", args)
        return {"name": logs.bucket_name, "arn": logs.bucket_arn}

    return record(builder)


def build_images(args: ImageRepositoryArgs = IMAGES) -> Recording:
    def builder() -> dict[str, Any]:
        images = ImageRepository("images", args)
        return {"url": images.repository_url, "arn": images.repository_arn}

    return record(builder)


def statements(policy: str) -> dict[str, dict[str, Any]]:
    return {statement["Sid"]: statement for statement in json.loads(policy)["Statement"]}


def rules(recording: Recording) -> dict[str, dict[str, Any]]:
    return {rule["id"]: rule for rule in recording.one(LIFECYCLE).inputs["rules"]}


@pytest.mark.parametrize("build", [build_uploads, build_logs])
def test_no_bucket_can_become_public(build: Any) -> None:  # noqa: ANN401 - any builder
    block = build().one("aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock").inputs
    for lock in ("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets"):
        assert block[lock] is True


@pytest.mark.parametrize("build", [build_uploads, build_logs])
def test_every_object_belongs_to_the_account(build: Any) -> None:  # noqa: ANN401 - any builder
    controls = build().one("aws:s3/bucketOwnershipControls:BucketOwnershipControls")
    assert controls.inputs["rule"] == {"objectOwnership": "BucketOwnerEnforced"}


@pytest.mark.parametrize("build", [build_uploads, build_logs])
def test_plain_http_and_old_tls_are_refused_to_everybody(build: Any) -> None:  # noqa: ANN401 - any builder
    recording = build()
    found = statements(recording.one(POLICY).inputs["policy"])
    arn = recording.result["arn"]
    for sid, condition in (
        ("DenyPlainHttp", {"Bool": {"aws:SecureTransport": ["false"]}}),
        ("DenyOldTls", {"NumericLessThan": {"s3:TlsVersion": ["1.2"]}}),
    ):
        assert found[sid]["Effect"] == "Deny"
        assert found[sid]["Principal"] == {"AWS": ["*"]}
        assert found[sid]["Resource"] == [arn, f"{arn}/*"]
        assert found[sid]["Condition"] == condition


@pytest.mark.parametrize("build", [build_uploads, build_logs])
def test_the_policy_waits_for_the_public_access_block(build: Any) -> None:  # noqa: ANN401 - any builder
    recording = build()
    block = recording.one("aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock")
    assert block.urn in recording.one(POLICY).dependencies


def test_uploads_are_encrypted_with_the_key() -> None:
    (rule,) = build_uploads().one(ENCRYPTION).inputs["rules"]
    assert rule["applyServerSideEncryptionByDefault"] == {"sseAlgorithm": "aws:kms", "kmsMasterKeyId": KEY}
    assert rule["bucketKeyEnabled"] is True


def test_logs_are_encrypted_with_the_keys_of_s3() -> None:
    (rule,) = build_logs().one(ENCRYPTION).inputs["rules"]
    assert rule == {"applyServerSideEncryptionByDefault": {"sseAlgorithm": "AES256"}}


def test_uploads_keep_old_versions_for_a_while() -> None:
    recording = build_uploads(replace(UPLOADS, noncurrent_version_days=30))
    versioning = recording.one("aws:s3/bucketVersioning:BucketVersioning")
    assert versioning.inputs["versioningConfiguration"] == {"status": "Enabled"}
    assert rules(recording)["drop-old-versions"]["noncurrentVersionExpiration"] == {"noncurrentDays": 30}
    assert versioning.urn in recording.one(LIFECYCLE).dependencies


def test_documents_themselves_never_expire() -> None:
    for rule in rules(build_uploads()).values():
        assert rule.get("expiration", {}).keys() <= {"expiredObjectDeleteMarker"}


def test_unfinished_uploads_are_dropped() -> None:
    rule = rules(build_uploads())["drop-unfinished-uploads"]
    assert rule["abortIncompleteMultipartUpload"] == {"daysAfterInitiation": 7}


def test_idle_documents_move_to_the_cheaper_class_or_stay() -> None:
    moved = rules(build_uploads())["move-to-infrequent-access"]
    assert moved["transitions"] == [{"days": 90, "storageClass": "STANDARD_IA"}]
    assert "move-to-infrequent-access" not in rules(build_uploads(replace(UPLOADS, infrequent_access_after_days=None)))


def test_logs_expire() -> None:
    assert rules(build_logs(replace(LOGS, retention_days=30)))["expire-logs"]["expiration"] == {"days": 30}


def test_pods_may_use_documents_and_never_destroy_versions_or_settings() -> None:
    recording = build_uploads()
    found = statements(recording.result["policy"])
    actions = {action for statement in found.values() for action in statement["Action"]}
    assert "s3:GetObject" in actions
    assert not {"s3:DeleteObjectVersion", "s3:PutBucketPolicy", "s3:*", "kms:*"} & actions
    assert found["UseDocuments"]["Resource"] == [f"{recording.result['arn']}/*"]


def test_pods_use_the_key_through_s3_only() -> None:
    key = statements(uploads_policy("arn:aws:s3:::b", KEY))["UseKeyThroughS3"]
    assert key["Resource"] == [KEY]
    assert key["Condition"] == {"StringEquals": {"kms:ViaService": ["s3.us-east-1.amazonaws.com"]}}


def test_load_balancers_of_this_account_and_region_may_deliver_logs() -> None:
    found = statements(logs_policy("arn:aws:s3:::logs", "111122223333", "eu-west-1"))
    write = found["LoadBalancersWrite"]
    assert write["Principal"] == {"Service": ["delivery.logs.amazonaws.com"]}
    assert write["Resource"] == ["arn:aws:s3:::logs/AWSLogs/111122223333/*"]
    assert write["Condition"]["StringEquals"] == {
        "aws:SourceAccount": ["111122223333"],
        "s3:x-amz-acl": ["bucket-owner-full-control"],
    }
    assert write["Condition"]["ArnLike"] == {"aws:SourceArn": ["arn:aws:logs:eu-west-1:111122223333:*"]}
    assert found["LoadBalancersCheckTheBucket"]["Action"] == ["s3:GetBucketAcl"]


def test_the_uploads_bucket_writes_its_access_log_where_the_logs_bucket_lets_it() -> None:
    logging = build_uploads(replace(UPLOADS, access_logs_bucket="logs")).one("aws:s3/bucketLogging:BucketLogging")
    assert logging.inputs["targetBucket"] == "logs"
    allowed = statements(logs_policy("arn:aws:s3:::logs", "1", "r"))["BucketsWrite"]["Resource"]
    assert allowed == ["arn:aws:s3:::logs/s3/*"]
    assert logging.inputs["targetPrefix"].startswith("s3/")


def test_without_a_logs_bucket_there_is_no_access_log() -> None:
    assert not build_uploads().of_type("aws:s3/bucketLogging:BucketLogging")


def test_the_name_of_the_logs_bucket_waits_for_permission_to_deliver() -> None:
    def chained() -> None:
        logs = LogsBucket("logs", LOGS)
        UploadsBucket("uploads", replace(UPLOADS, access_logs_bucket=logs.bucket_name))

    recording = record(chained)
    policy = recording.one(POLICY, "logs-policy")
    assert policy.urn in recording.one("aws:s3/bucketLogging:BucketLogging").dependencies


def test_protection_covers_buckets_and_repository() -> None:
    assert build_uploads().one(BUCKET).protect
    assert build_logs().one(BUCKET).protect
    assert build_images().one("aws:ecr/repository:Repository").protect
    assert not build_uploads(replace(UPLOADS, protect=False)).one(BUCKET).protect


def test_only_throw_away_buckets_delete_their_objects() -> None:
    assert build_uploads().one(BUCKET).inputs["forceDestroy"] is False
    loose = build_uploads(replace(UPLOADS, protect=False, force_destroy=True))
    assert loose.one(BUCKET).inputs["forceDestroy"] is True


def test_tags_of_images_never_move_and_every_push_is_scanned() -> None:
    inputs = build_images().one("aws:ecr/repository:Repository").inputs
    assert inputs["imageTagMutability"] == "IMMUTABLE"
    assert inputs["imageScanningConfiguration"] == {"scanOnPush": True}
    assert inputs["encryptionConfigurations"] == [{"encryptionType": "AES256"}]


def test_images_can_be_encrypted_with_a_key() -> None:
    inputs = build_images(replace(IMAGES, key_arn=KEY)).one("aws:ecr/repository:Repository").inputs
    assert inputs["encryptionConfigurations"] == [{"encryptionType": "KMS", "kmsKey": KEY}]


def test_old_and_untagged_images_expire() -> None:
    untagged, old = json.loads(lifecycle_policy(keep_images=30, untagged_days=14))["rules"]
    assert untagged["rulePriority"] < old["rulePriority"]
    assert (untagged["selection"]["tagStatus"], untagged["selection"]["countNumber"]) == ("untagged", 14)
    assert (old["selection"]["countType"], old["selection"]["countNumber"]) == ("imageCountMoreThan", 30)


def test_the_repository_is_found_by_its_name() -> None:
    assert build_images().result["url"].endswith("/bailbondpro-test/app")


@pytest.mark.parametrize(
    ("args", "changes", "reason"),
    [
        (UPLOADS, {"infrequent_access_after_days": 29}, "30 to"),
        (UPLOADS, {"noncurrent_version_days": 0}, "noncurrent_version_days"),
        (UPLOADS, {"abort_multipart_days": 0}, "abort_multipart_days"),
        (UPLOADS, {"force_destroy": True}, "contradicts protect"),
        (LOGS, {"retention_days": 0}, "retention_days"),
        (LOGS, {"force_destroy": True}, "contradicts protect"),
        (IMAGES, {"repository_name": "BailBondPro"}, "lower-case"),
        (IMAGES, {"keep_images": 0}, "keep_images"),
        (IMAGES, {"untagged_days": 0}, "untagged_days"),
        (IMAGES, {"force_delete": True}, "contradicts protect"),
    ],
)
def test_contradictions_and_impossible_days_are_refused(
    args: UploadsBucketArgs | LogsBucketArgs | ImageRepositoryArgs, changes: dict[str, Any], reason: str
) -> None:
    with pytest.raises(ValueError, match=reason):
        replace(args, **changes)


def test_sizes_and_days_never_touch_a_bucket_itself() -> None:
    before = build_uploads().one(BUCKET)
    after = build_uploads(replace(UPLOADS, infrequent_access_after_days=None, noncurrent_version_days=1)).one(BUCKET)
    assert (before.urn, before.inputs) == (after.urn, after.inputs)


def test_the_tls_statements_fit_into_any_policy() -> None:
    assert policy_document(*tls_only("arn:aws:s3:::a")) != policy_document(*tls_only("arn:aws:s3:::b"))
