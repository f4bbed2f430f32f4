"""S3."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.model.returned import Kind, Shows, Value, any_order, filled, late
from sandbox.services.aws.returned import code, issue
from sandbox.services.aws.returned.identity import policy_document

if TYPE_CHECKING:
    from sandbox.model.outputs import Inputs

_LIFECYCLE = f"{issue(41073)}, 41159, 39578"


def _general(inputs: Inputs) -> bool:
    return not str(inputs.get("bucket", "")).endswith("--x-s3")


BUCKET_POLICY = (
    policy_document("policy", f"{code('s3/bucket_policy.go')}; hashicorp/awspolicyequivalence"),
    Value(
        "policy",
        Kind.FORM,
        "the ARN of a role that was made a moment ago",
        "its unique id (AROA...) now and then, until it is known everywhere",
        "go-to-k/cdkd 1515, 1527",
        Shows.AFTER_REFRESH,
    ),
)
LIFECYCLE = (
    filled("transitionDefaultMinimumObjectSize", "all_storage_classes_128K", _LIFECYCLE, when=_general),
    Value(
        "transitionDefaultMinimumObjectSize",
        Kind.DEFAULT,
        "nothing, in a configuration that is older than September 2024",
        "`varies_by_storage_class`",
        f"{issue(41335)}; cloudposse/terraform-aws-s3-bucket 274",
    ),
    *any_order(code("s3/bucket_lifecycle_configuration.go"), "rules[*].noncurrentVersionTransitions"),
)
OBJECT_LOCK = (filled("objectLockEnabled", "Enabled", code("s3/bucket_object_lock_configuration.go")),)
ENCRYPTION = (
    *any_order(code("s3/bucket_server_side_encryption_configuration.go"), "rules"),
    filled("rules[*].blockedEncryptionTypes", ["SSE-C"], f"{issue(47320)}, 47359: no difference from 6.40 on"),
    late(
        "rules",
        "a new configuration",
        "the old one, or none, for a moment",
        f"{code('s3/bucket_server_side_encryption_configuration.go')}, RetryWhenNotFound",
    ),
)
