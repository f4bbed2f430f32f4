"""What S3, ECR, IAM, KMS, Secrets Manager and Systems Manager refuse, as far as the inputs alone show it."""

from __future__ import annotations

import ipaddress
import json
import re
from typing import TYPE_CHECKING, Any

from sandbox.model.base import Context, Rule, Violation, known
from sandbox.model.checks import On, block, flag, given, items, number, text

if TYPE_CHECKING:
    from collections.abc import Iterator

RESERVED_BEGINNINGS = ("xn--", "sthree-", "amzn-s3-demo-")
RESERVED_ENDINGS = ("-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3")
INFREQUENT = ("STANDARD_IA", "ONEZONE_IA")
STORAGE_CLASSES = (
    "GLACIER",
    "STANDARD_IA",
    "ONEZONE_IA",
    "INTELLIGENT_TIERING",
    "DEEP_ARCHIVE",
    "GLACIER_IR",
)
ENCRYPTION = ("AES256", "aws:kms", "aws:kms:dsse")
KEY_USAGES = (
    "ENCRYPT_DECRYPT",
    "SIGN_VERIFY",
    "GENERATE_VERIFY_MAC",
    "KEY_AGREEMENT",
    "ENCAPSULATE_DECAPSULATE",
)
STANDARD_LENGTH, ADVANCED_LENGTH = 4096, 8192
SECRET_LENGTH = 65_536
_SIMPLE = r"[\w+=,.@-]+"
_PATH = r"/|/[\x21-\x7e]+/"


def _bucket(context: Context) -> Iterator[Violation]:
    name = text(context.inputs, "bucket")
    if not name:
        return
    reason = ""
    if re.fullmatch(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]", name) is None:
        reason = "3 to 63 lower-case letters, digits, dots or hyphens, a letter or digit first and last"
    elif ".." in name or _is_address(name):
        reason = "no two dots in a row and no IP address"
    elif name.startswith(RESERVED_BEGINNINGS) or name.endswith(RESERVED_ENDINGS):
        reason = f"reserved: {', '.join(RESERVED_BEGINNINGS)} first or {', '.join(RESERVED_ENDINGS)} last"
    if reason:
        yield Violation("bucket", f"{name!r} is not allowed: {reason} (InvalidBucketName)")


def _is_address(name: str) -> bool:
    try:
        ipaddress.IPv4Address(name)
    except ValueError:
        return False
    return True


def _lifecycle(context: Context) -> Iterator[Violation]:
    for index, rule in enumerate(items(context.inputs, "rules")):
        at = f"rules[{index}]"
        actions = ("abortIncompleteMultipartUpload", "expiration", "noncurrentVersionExpiration")
        moves = (*actions, "noncurrentVersionTransitions", "transitions")
        if not any(given(rule, name) for name in moves):
            yield Violation(at, "a rule needs an action (MalformedXML: At least one action needs to be specified)")
        yield from _transitions(rule, at)


def _transitions(rule: dict[str, Any], at: str) -> Iterator[Violation]:
    expires = number(block(rule, "expiration").get("days"))
    for index, move in enumerate(items(rule, "transitions")):
        days, kind = number(move.get("days")), move.get("storageClass")
        here = f"{at}.transitions[{index}]"
        if kind in INFREQUENT and days is not None and days < 30:  # noqa: PLR2004 - the documented minimum
            yield Violation(
                f"{here}.days",
                f"{days:g} days, objects move to {kind} after 30 at the earliest (InvalidArgument: 'Days' in "
                "Transition action must be greater than or equal to 30)",
            )
        if expires is not None and days is not None and expires <= days:
            yield Violation(
                f"{at}.expiration.days",
                f"{expires:g} days are not after the transition at {days:g} (InvalidArgument: 'Days' in the Expiration "
                "action must be greater than 'Days' in the Transition action)",
            )


def _default_encryption(context: Context) -> Iterator[Violation]:
    for index, rule in enumerate(items(context.inputs, "rules")):
        default = block(rule, "applyServerSideEncryptionByDefault")
        if given(default, "kmsMasterKeyId") and default.get("sseAlgorithm") == "AES256":
            yield Violation(
                f"rules[{index}].applyServerSideEncryptionByDefault.kmsMasterKeyId",
                "not together with AES256 (InvalidArgument: a KMSMasterKeyID is not applicable)",
            )


def _json(name: str, error: str) -> Any:  # noqa: ANN401 - a rule's check
    def check(context: Context) -> Iterator[Violation]:
        value = context.inputs.get(name)
        if isinstance(value, str):
            try:
                json.loads(value)
            except ValueError as problem:
                yield Violation(name, f"not valid JSON: {problem} ({error})")

    return check


def _key(context: Context) -> Iterator[Violation]:
    if given(context.inputs, "rotationPeriodInDays") and flag(context.inputs.get("enableKeyRotation", False)) is False:
        yield Violation("rotationPeriodInDays", "needs enableKeyRotation")


def _alias(context: Context) -> Iterator[Violation]:
    name = text(context.inputs, "name")
    if name.startswith("alias/aws/"):
        yield Violation("name", f"{name!r} is reserved for AWS managed keys (NotAuthorizedException)")


def _recovery(context: Context) -> Iterator[Violation]:
    days = number(context.inputs.get("recoveryWindowInDays"))
    if days and not 7 <= days <= 30:  # noqa: PLR2004 - the documented range
        yield Violation(
            "recoveryWindowInDays", f"{days:g} is neither 0 nor within 7..30 days (InvalidParameterException)"
        )


def _secret_value(context: Context) -> Iterator[Violation]:
    for name in ("secretString", "secretStringWo"):
        value = context.inputs.get(name)
        if isinstance(value, str) and len(value.encode()) > SECRET_LENGTH:
            yield Violation(
                name, f"{len(value.encode())} bytes, at most {SECRET_LENGTH} are allowed (ValidationException)"
            )


def _parameter(context: Context) -> Iterator[Violation]:
    inputs = context.inputs
    name, tier = text(inputs, "name"), text(inputs, "tier", "Standard")
    if name.lower().lstrip("/").startswith(("aws", "ssm")):
        yield Violation("name", f"{name!r} begins with a reserved prefix, aws or ssm (ValidationException)")
    if name.count("/") > 15:  # noqa: PLR2004 - the documented depth
        yield Violation("name", f"{name.count('/')} levels, at most 15 are allowed (HierarchyLevelLimitExceeded)")
    limit = ADVANCED_LENGTH if tier == "Advanced" else STANDARD_LENGTH
    for key in ("value", "insecureValue", "valueWo"):
        value = inputs.get(key)
        if isinstance(value, str) and tier != "Intelligent-Tiering" and len(value.encode()) > limit:
            yield Violation(
                key,
                f"{len(value.encode())} bytes, a parameter of tier {tier} holds at most {limit} (ValidationException)",
            )
    if given(inputs, "keyId") and inputs.get("type") not in (None, "SecureString") and known(inputs.get("type")):
        yield Violation("keyId", "only for parameters of type SecureString")
    if inputs.get("type") == "SecureString" and given(inputs, "insecureValue"):
        yield Violation("insecureValue", "not for parameters of type SecureString")


_S3 = "Amazon S3 User Guide"
_bucket_on = On("bucket", "aws:s3/bucket:Bucket", f"{_S3}, General purpose bucket naming rules")
_versioning = On("bucket-versioning", "aws:s3/bucketVersioning:BucketVersioning", f"{_S3}, S3 Versioning")
_lifecycle_on = On(
    "bucket-lifecycle",
    "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
    f"{_S3}, Lifecycle configuration elements",
)
_sse = On(
    "bucket-encryption",
    "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
    "Amazon S3 API Reference, PutBucketEncryption",
)
_ownership = On("bucket-owner", "aws:s3/bucketOwnershipControls:BucketOwnershipControls", f"{_S3}, Object Ownership")
_repository = On("repository", "aws:ecr/repository:Repository", "Amazon ECR API Reference, CreateRepository")
_images = On("repository-lifecycle", "aws:ecr/lifecyclePolicy:LifecyclePolicy", "Amazon ECR User Guide")
_role = On("role", "aws:iam/role:Role", "IAM API Reference, CreateRole")
_policy = On("managed-policy", "aws:iam/policy:Policy", "IAM API Reference, CreatePolicy")
_inline = On("inline-policy", "aws:iam/rolePolicy:RolePolicy", "IAM API Reference, PutRolePolicy")
_attached = On(
    "attached-policy", "aws:iam/rolePolicyAttachment:RolePolicyAttachment", "IAM API Reference, AttachRolePolicy"
)
_kms = On("key", "aws:kms/key:Key", "AWS KMS API Reference, CreateKey, ScheduleKeyDeletion")
_kms_alias = On("key-alias", "aws:kms/alias:Alias", "AWS KMS API Reference, CreateAlias")
_secret = On("secret", "aws:secretsmanager/secret:Secret", "AWS Secrets Manager API Reference, CreateSecret")
_version = On(
    "secret-version", "aws:secretsmanager/secretVersion:SecretVersion", "AWS Secrets Manager API, PutSecretValue"
)
_ssm = On("parameter", "aws:ssm/parameter:Parameter", "AWS Systems Manager API Reference, PutParameter")
RULES: tuple[Rule, ...] = (
    _bucket_on.custom("name", _bucket),
    _versioning.one_of("versioningConfiguration.status", ("Enabled", "Suspended", "Disabled")),
    _lifecycle_on.one_of("rules[*].status", ("Enabled", "Disabled")),
    _lifecycle_on.longest("rules[*].id", 255),
    _lifecycle_on.unique("rules[*].id", "rule id", "InvalidArgument: Rule ID must be unique"),
    _lifecycle_on.one_of("rules[*].transitions[*].storageClass", STORAGE_CLASSES),
    _lifecycle_on.between("rules[*].expiration.days", 1, 2_147_483_647, "days", "InvalidArgument"),
    _lifecycle_on.between("rules[*].abortIncompleteMultipartUpload.daysAfterInitiation", 1, 2_147_483_647, "days"),
    _lifecycle_on.between("rules[*].noncurrentVersionExpiration.noncurrentDays", 1, 2_147_483_647, "days"),
    _lifecycle_on.custom("rules", _lifecycle),
    _sse.one_of("rules[*].applyServerSideEncryptionByDefault.sseAlgorithm", ENCRYPTION),
    _sse.custom("key", _default_encryption),
    _ownership.one_of("rule.objectOwnership", ("BucketOwnerEnforced", "BucketOwnerPreferred", "ObjectWriter")),
    _repository.matches(
        "name",
        r"(?=.{2,256}$)[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*",
        "2 to 256 lower-case letters and digits, separated by . _ - or /",
        "InvalidParameterException",
    ),
    _repository.one_of(
        "imageTagMutability",
        ("MUTABLE", "IMMUTABLE", "MUTABLE_WITH_EXCLUSION", "IMMUTABLE_WITH_EXCLUSION"),
    ),
    _repository.one_of("encryptionConfigurations[*].encryptionType", ("AES256", "KMS", "KMS_DSSE")),
    _images.custom("document", _json("policy", "InvalidParameterException")),
    _role.matches("name", rf"(?=.{{1,64}}$){_SIMPLE}", "1 to 64 letters, digits or _+=,.@-", "ValidationError"),
    _role.matches("path", _PATH, "a slash, or a path between slashes"),
    _role.between("maxSessionDuration", 3600, 43_200, "seconds", "ValidationError"),
    _role.longest("description", 1000),
    _policy.matches("name", rf"(?=.{{1,128}}$){_SIMPLE}", "1 to 128 letters, digits or _+=,.@-", "ValidationError"),
    _policy.matches("path", _PATH, "a slash, or a path between slashes"),
    _policy.longest("description", 1000),
    _inline.matches("name", rf"(?=.{{1,128}}$){_SIMPLE}", "1 to 128 letters, digits or _+=,.@-", "ValidationError"),
    _attached.matches("policyArn", r"arn:aws[a-z-]*:iam::(\d{12}|aws):policy/.+", "the ARN of a managed policy"),
    _kms.between("deletionWindowInDays", 7, 30, "days", "ValidationException"),
    _kms.between("rotationPeriodInDays", 90, 2560, "days", "ValidationException"),
    _kms.one_of("keyUsage", KEY_USAGES),
    _kms.longest("description", 8192),
    _kms.custom("rotation", _key, "SDK documentation"),
    _kms_alias.matches("name", r"alias/[a-zA-Z0-9/_-]{1,250}", "alias/ and letters, digits or /_-"),
    _kms_alias.custom("reserved", _alias),
    _secret.matches("name", r"[a-zA-Z0-9/_+=.@-]{1,512}", "1 to 512 letters, digits or /_+=.@-"),
    _secret.custom("recovery", _recovery, "AWS Secrets Manager API Reference, DeleteSecret"),
    _version.exclusive("secretString", "secretBinary", "secretStringWo", source="terraform-provider-aws 5.5.0 schema"),
    _version.custom("size", _secret_value),
    _ssm.matches("name", r"[a-zA-Z0-9_.\-/]{1,2048}", "letters, digits or _.-/", "ValidationException"),
    _ssm.one_of("type", ("String", "StringList", "SecureString")),
    _ssm.one_of("tier", ("Standard", "Advanced", "Intelligent-Tiering")),
    _ssm.one_of("dataType", ("text", "aws:ec2:image", "aws:ssm:integration")),
    _ssm.exclusive("value", "insecureValue", "valueWo", required=True, source="SDK documentation"),
    _ssm.custom("value", _parameter),
)
