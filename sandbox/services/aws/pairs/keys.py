"""Keys of KMS: whom their policy shuts out, and what may be encrypted with them."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sandbox.model.base import Context, Violation
from sandbox.model.checks import flag
from sandbox.model.pairs import find, pair, texts, told, whole
from sandbox.services.aws.pairs.statements import AWS, Statement, allows_service, statements

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sandbox.cloud import Cloud, CloudObject

KEY, ALIAS, KEY_POLICY = "aws:kms/key:Key", "aws:kms/alias:Alias", "aws:kms/keyPolicy:KeyPolicy"
_CHANGE = "kms:PutKeyPolicy"


def key_of(cloud: Cloud, value: object) -> CloudObject | None:
    """The key of an id, an ARN or an alias."""
    if (item := find(cloud, KEY, value)) is not None:
        return item
    alias = find(cloud, ALIAS, value, ("arn", "name"))
    return find(cloud, KEY, told(alias, "targetKeyId")) if alias is not None else None


def policy_of(cloud: Cloud, key: CloudObject) -> object:
    """The policy of a key, wherever it stands: None where nobody knows, nothing where it is the default one."""
    for item in cloud.of_type(KEY_POLICY):
        if item.inputs.get("keyId") in {key.id, told(key, "arn")}:
            return told(item, "policy")
    if "policy" in key.inputs:
        return told(key, "policy")
    return "" if whole(key) else None


def _lets_change(statement: Statement, account: str) -> bool:
    """Whether a statement lets somebody of the account change the policy himself."""
    if not statement.allow or not statement.does(_CHANGE) or statement.looks_at("kms:viaservice"):
        return False
    ours = [
        value for kind, value in statement.principals if kind == AWS and (value == account or f"::{account}:" in value)
    ]
    return statement.everybody or bool(ours)


def _forbids_all(statement: Statement) -> bool:
    everybody = any(kind == AWS and value == "*" for kind, value in statement.principals)
    return not statement.allow and everybody and statement.does(_CHANGE) and not statement.conditions


def _locked_out(context: Context) -> Iterator[Violation]:
    switches = ("bypassPolicyLockoutSafetyCheck", "bypassPolicyLockoutCheck")
    if any(flag(context.inputs.get(switch)) is True for switch in switches):
        return
    found = statements(context.inputs.get("policy"))
    if not found:
        return
    account, partition = context.place.account, context.place.of(context.inputs).partition
    if any(map(_forbids_all, found)) or not any(_lets_change(item, account) for item in found):
        yield Violation(
            "policy",
            f"lets nobody of account {account} do {_CHANGE}; allow kms:* to arn:{partition}:iam::{account}:root",
        )


LOCKED_OUT = pair(
    "key-policy-lockout",
    _locked_out,
    refused="a key policy that lets nobody of the account change it again",
    says="MalformedPolicyDocumentException: The new key policy will not allow you to update the key policy in the "
    "future",
    source="AWS KMS API Reference, CreateKey and PutKeyPolicy, BypassPolicyLockoutSafetyCheck; AWS KMS Developer "
    "Guide, Default key policy; terraform-aws-eks#2843",
    at_once=True,
)


@dataclass(frozen=True)
class Encrypts:
    """A property that names a key with which a service encrypts.

    Attributes:
        token: the type.
        path: the property.
        says: what the service answers to a key that does not fit.
    """

    token: str
    path: str
    says: str


ENCRYPTS = (
    Encrypts(
        "aws:eks/cluster:Cluster",
        "encryptionConfig.provider.keyArn",
        "InvalidParameterException: The keyArn in encryptionConfig provider is invalid",
    ),
    Encrypts(
        "aws:cloudwatch/logGroup:LogGroup",
        "kmsKeyId",
        "InvalidParameterException: The specified KMS key does not exist or is not allowed to be used",
    ),
    Encrypts("aws:secretsmanager/secret:Secret", "kmsKeyId", "EncryptionFailure, at the first value"),
    Encrypts("aws:ssm/parameter:Parameter", "keyId", "InvalidKeyId"),
    Encrypts("aws:sns/topic:Topic", "kmsMasterKeyId", "KMSInvalidState or KMSDisabled, at the first message"),
    Encrypts("aws:sqs/queue:Queue", "kmsMasterKeyId", "KmsInvalidKeyUsage or KmsDisabled, at the first message"),
    Encrypts(
        "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
        "rules[*].applyServerSideEncryptionByDefault.kmsMasterKeyId",
        "KMS.KMSInvalidKeyUsageException or KMS.DisabledException, at the first object",
    ),
    Encrypts("aws:ecr/repository:Repository", "encryptionConfigurations[*].kmsKey", "KmsException"),
    Encrypts(
        "aws:ec2/launchTemplate:LaunchTemplate",
        "blockDeviceMappings[*].ebs.kmsKeyId",
        "Client.InvalidKMSKey.InvalidState, when an instance starts",
    ),
    *(
        Encrypts("aws:rds/instance:Instance", path, "KMSKeyNotAccessibleFault")
        for path in ("kmsKeyId", "performanceInsightsKmsKeyId", "masterUserSecretKmsKeyId")
    ),
    Encrypts("aws:rds/cluster:Cluster", "kmsKeyId", "KMSKeyNotAccessibleFault"),
    Encrypts(
        "aws:rds/instanceAutomatedBackupsReplication:InstanceAutomatedBackupsReplication",
        "kmsKeyId",
        "KMSKeyNotAccessibleFault",
    ),
    Encrypts("aws:elasticache/replicationGroup:ReplicationGroup", "kmsKeyId", "InvalidKMSKeyFault"),
    Encrypts("aws:elasticache/serverlessCache:ServerlessCache", "kmsKeyId", "InvalidKMSKeyFault"),
    Encrypts("aws:ebs/volume:Volume", "kmsKeyId", "InvalidKMSKey.InvalidState"),
    Encrypts("aws:efs/fileSystem:FileSystem", "kmsKeyId", "BadRequest: the key is not valid"),
    Encrypts("aws:lambda/function:Function", "kmsKeyArn", "InvalidParameterValueException: KMS key is invalid"),
    Encrypts("aws:dynamodb/table:Table", "serverSideEncryption.kmsKeyArn", "ValidationException: KMS key is invalid"),
)
"""API references and encryption chapters of each service: only symmetric keys for encryption, which are enabled."""

_BY_TYPE: dict[str, list[Encrypts]] = defaultdict(list)
for _row in ENCRYPTS:
    _BY_TYPE[_row.token].append(_row)


def unfit(key: CloudObject) -> str:
    """Why nothing can be encrypted with a key, or nothing."""
    usage = told(key, "keyUsage", "ENCRYPT_DECRYPT")
    spec = told(key, "customerMasterKeySpec", "SYMMETRIC_DEFAULT")
    if usage not in {None, "ENCRYPT_DECRYPT"}:
        return f"its keyUsage is {usage}, ENCRYPT_DECRYPT is needed"
    if spec not in {None, "SYMMETRIC_DEFAULT"}:
        return f"its spec is {spec}, only SYMMETRIC_DEFAULT keys encrypt data of services"
    return "it is not enabled (isEnabled: false)" if flag(told(key, "isEnabled")) is False else ""


def _unfit_keys(context: Context) -> Iterator[Violation]:
    for row in _BY_TYPE.get(context.token, ()):
        for at, value in texts(context.inputs, row.path):
            key = key_of(context.cloud, value) if context.cloud is not None else None
            if key is not None and (reason := unfit(key)):
                yield Violation(at, f"key {key.name} does not fit: {reason} ({row.says})")


KEY_FITS = pair(
    "key-fits",
    _unfit_keys,
    refused="encryption with a key for signatures or codes, an asymmetric one, or one that is switched off",
    says="KMS: InvalidKeyUsageException, DisabledException; EKS, CloudWatch Logs: InvalidParameterException; SSM: "
    "InvalidKeyId; ECR: KmsException",
    source="AWS KMS API Reference, GenerateDataKey and Encrypt, Errors; encryption chapters of each service",
)


def _rotated(context: Context) -> Iterator[Violation]:
    spec, usage = context.inputs.get("customerMasterKeySpec"), context.inputs.get("keyUsage")
    if flag(context.inputs.get("enableKeyRotation")) is not True:
        return
    if isinstance(spec, str) and spec not in {"", "SYMMETRIC_DEFAULT"}:
        yield Violation("enableKeyRotation", f"a key of spec {spec} is not rotated, only SYMMETRIC_DEFAULT is")
    elif isinstance(usage, str) and usage not in {"", "ENCRYPT_DECRYPT"}:
        yield Violation("enableKeyRotation", f"a key for {usage} is not rotated, only ENCRYPT_DECRYPT is")
    elif isinstance(context.inputs.get("customKeyStoreId"), str):
        yield Violation("enableKeyRotation", "a key of a custom key store is not rotated")


ROTATED = pair(
    "key-rotation-kind",
    _rotated,
    refused="rotation of an asymmetric key, of one for codes, or of one in a custom key store",
    says="UnsupportedOperationException",
    source="AWS KMS API Reference, EnableKeyRotation",
    at_once=True,
)


def _shut_to_logs(context: Context) -> Iterator[Violation]:
    cloud = context.cloud
    key = key_of(cloud, context.inputs.get("kmsKeyId")) if cloud is not None else None
    if cloud is None or key is None:
        return
    document = policy_of(cloud, key)
    if document == "" or allows_service(document, "kms:Encrypt", *_logs_of(key)) is False:
        what = "has the default policy" if document == "" else "has a policy"
        yield Violation(
            "kmsKeyId",
            f"key {key.name} {what} that does not let {_logs_of(key)[0]} encrypt; add the statement, and make this "
            "depend on the policy",
        )


def _logs_of(key: CloudObject) -> tuple[str, str]:
    region = f"{told(key, 'arn')}:::".split(":")[3]
    return f"logs.{region}.amazonaws.com", "logs.amazonaws.com"


LOGS_KEY = pair(
    "log-group-key",
    _shut_to_logs,
    refused="a log group with a key whose policy does not let CloudWatch Logs use it",
    says="InvalidParameterException: The specified KMS key does not exist or is not allowed to be used with log group",
    source="Amazon CloudWatch Logs User Guide, Encrypt log data using AWS KMS: set permissions on the KMS key",
)
