"""IAM, KMS, Secrets Manager, SSM: policies that are compared by their meaning, and values that no answer holds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.model.returned import Kind, Shows, Value, any_order, filled, hidden, late, same_text
from sandbox.services.aws.equivalence import policy
from sandbox.services.aws.returned import code, issue

if TYPE_CHECKING:
    from sandbox.model.outputs import Inputs


def policy_document(path: str, source: str) -> Value:
    """A policy document: the provider compares two by their meaning, and its state keeps the program's spelling."""
    sent = "a policy in another order, with a list of one for a text, or an account's number for its root's ARN"
    return same_text(path, sent, "the service's own spelling, which stays out of the state", source, policy, kept=True)


ROLE = (
    policy_document("assumeRolePolicy", f"{code('iam/role.go')}; hashicorp/awspolicyequivalence; {issue(28835)}"),
    policy_document("inlinePolicies[*].policy", code("iam/role.go")),
    *any_order(code("iam/role.go"), "inlinePolicies", "managedPolicyArns"),
    filled("maxSessionDuration", 3600, code("iam/role.go")),
    filled("path", "/", code("iam/role.go")),
    hidden("forceDetachPolicies", code("iam/role.go")),
    Value(
        "assumeRolePolicy",
        Kind.FORM,
        "the ARN of a role or user that was deleted since",
        "its unique id (AROA..., AIDA...), so that the policy differs",
        "IAM User Guide, AWS JSON policy elements: Principal; go-to-k/cdkd 1515",
        Shows.AFTER_REFRESH,
    ),
    late("arn", "a new role", "its unique id (AROA...) for a moment, then the ARN", f"{code('iam/role.go')}, waiting"),
)
POLICY = (policy_document("policy", f"{code('iam/policy.go')}; hashicorp/awspolicyequivalence; {issue(21016)}"),)
ROLE_POLICY = (policy_document("policy", "hashicorp/awspolicyequivalence; hashicorp/terraform 10784"),)


def _rotation(inputs: Inputs) -> bool:
    return inputs.get("enableKeyRotation") is True


KEY = (
    policy_document("policy", code("kms/key.go")),
    filled("rotationPeriodInDays", 365, f"{code('kms/key.go')}; AWS KMS Developer Guide, Rotate keys", when=_rotation),
    filled("isEnabled", True, code("kms/key.go")),  # noqa: FBT003 - the default itself
    filled("keyUsage", "ENCRYPT_DECRYPT", code("kms/key.go")),
    filled("customerMasterKeySpec", "SYMMETRIC_DEFAULT", code("kms/key.go")),
    hidden("deletionWindowInDays", code("kms/key.go")),
    hidden("bypassPolicyLockoutSafetyCheck", code("kms/key.go")),
    late(
        "policy",
        "principals that were made a moment ago",
        "MalformedPolicyDocument until they are known everywhere; the provider asks again",
        f"{code('kms/key.go')}, waitIAMPropagation",
    ),
)
KEY_POLICY = (
    policy_document("policy", "hashicorp/awspolicyequivalence"),
    hidden("bypassPolicyLockoutSafetyCheck", code("kms/key.go")),
)

SECRET = (
    policy_document("policy", "hashicorp/awspolicyequivalence"),
    hidden("recoveryWindowInDays", "SDK documentation of aws.secretsmanager.Secret, import"),
    hidden("forceOverwriteReplicaSecret", "SDK documentation of aws.secretsmanager.Secret, import"),
)
SECRET_POLICY = (policy_document("policy", "hashicorp/awspolicyequivalence"),)
SECRET_VERSION = (
    hidden("secretStringWo", "SDK documentation of aws.secretsmanager.SecretVersion, write-only arguments"),
    *any_order(code("secretsmanager/secret_version.go"), "versionStages"),
)


def _intelligent(value: Any, _inputs: Inputs) -> Any:  # noqa: ANN401 - any property value
    return "Standard" if value == "Intelligent-Tiering" else value


def _secure(inputs: Inputs) -> bool:
    return inputs.get("type") == "SecureString"


PARAMETER = (
    same_text(
        "tier",
        "`Intelligent-Tiering`",
        "`Standard` (or `Advanced`, where the value needs it)",
        f"{code('ssm/parameter.go')}, DiffSuppressFunc",
        _intelligent,
    ),
    filled("tier", "Standard", code("ssm/parameter.go")),
    filled("dataType", "text", code("ssm/parameter.go")),
    filled("keyId", "alias/aws/ssm", f"{code('ssm/parameter.go')}; Systems Manager API, PutParameter", when=_secure),
    hidden("valueWo", code("ssm/parameter.go")),
    hidden("overwrite", code("ssm/parameter.go")),
)
