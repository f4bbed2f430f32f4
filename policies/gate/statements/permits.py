"""What a policy of permissions allows that it did not: more of what is kept, and ways to more than a policy gives."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from plan.unknown import is_unknown
from policies.documents import listed
from policies.gate.model import ADMITS, WEAKENED, found
from policies.gate.statements.refusals import refused_role
from policies.gate.statements.rights import EVERY, matches, rights, some

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from plan.steps import Change
    from policies.gate.model import Finding
    from policies.gate.peers import Standing
    from policies.gate.statements.rights import Right

ROLE = "aws:iam/role:Role"
ROLE_POLICY = "aws:iam/rolePolicy:RolePolicy"
ATTACHMENT = "aws:iam/rolePolicyAttachment:RolePolicyAttachment"
PERMISSIONS = frozenset(("aws:iam/policy:Policy", ROLE_POLICY, ROLE))
"""Types that hold what a role may do."""
_DEPLOYS = "bailbondpro:bootstrap:Account$"
"""Where the policies of roles that deploy come from: what these may not stands in their boundary."""


def _of(service: str, *actions: str) -> frozenset[str]:
    return frozenset(f"{service}:{action}".lower() for action in actions)


ESCALATES = (
    _of("sts", "AssumeRole")
    | _of("iam", "PassRole", "AddRoleToInstanceProfile", "UpdateAssumeRolePolicy", "AddUserToGroup", "CreateAccessKey")
    | _of("iam", *(f"{verb}{kind}Policy" for verb in ("Put", "Attach") for kind in ("Role", "User", "Group")))
    | _of("iam", *(f"{verb}{kind}Policy" for verb in ("Delete", "Detach") for kind in ("Role", "User", "Group")))
    | _of("iam", *(f"{verb}{kind}PermissionsBoundary" for verb in ("Put", "Delete") for kind in ("Role", "User")))
    | _of("iam", "CreatePolicyVersion", "SetDefaultPolicyVersion", "CreateLoginProfile", "UpdateLoginProfile")
    | _of("iam", "CreateServiceSpecificCredential", "ResetServiceSpecificCredential", "DeactivateMFADevice")
    | _of("iam", "CreateOpenIDConnectProvider", "AddClientIDToOpenIDConnectProvider", "UpdateSAMLProvider")
    | _of("iam", "UpdateOpenIDConnectProviderThumbprint", "CreateSAMLProvider", "UploadSSHPublicKey")
    | _of("eks", "CreateAccessEntry", "UpdateAccessEntry", "AssociateAccessPolicy")
    | _of("eks", "CreatePodIdentityAssociation", "UpdatePodIdentityAssociation")
    | _of("ec2", "AssociateIamInstanceProfile", "ReplaceIamInstanceProfileAssociation", "ModifyInstanceAttribute")
    | _of("ec2", "CreateLaunchTemplateVersion", "ModifyLaunchTemplate")
    | _of("ec2-instance-connect", "SendSSHPublicKey", "SendSerialConsoleSSHPublicKey")
    | _of("ssm", "SendCommand", "StartSession", "StartAutomationExecution", "CreateAssociation")
    | _of("lambda", "UpdateFunctionCode", "UpdateFunctionConfiguration", "AddPermission")
    | _of("cloudformation", "CreateStack", "UpdateStack", "CreateChangeSet", "ExecuteChangeSet", "SetStackPolicy")
    | _of("kms", "CreateGrant", "PutKeyPolicy")
    | _of("secretsmanager", "PutResourcePolicy", "DeleteResourcePolicy")
    | _of("s3", "PutBucketPolicy", "DeleteBucketPolicy", "PutBucketAcl", "PutObjectAcl", "PutBucketPublicAccessBlock")
    | _of("s3", "PutAccountPublicAccessBlock", "PutAccessPointPolicy", "PutBucketOwnershipControls")
    | _of("sns", "AddPermission", "SetTopicAttributes")
    | _of("sqs", "AddPermission", "SetQueueAttributes")
    | _of("ecr", "SetRepositoryPolicy", "PutRegistryPolicy")
    | _of("backup", "PutBackupVaultAccessPolicy", "DeleteBackupVaultAccessPolicy")
    | _of("organizations", "LeaveOrganization", "DetachPolicy", "UpdatePolicy", "DisablePolicyType")
)
"""Actions, in small letters, by which somebody gets rights that nobody gave: another role's, or any (Service
Authorization Reference, access level Permissions management; Rhino Security Labs, AWS IAM Privilege Escalation;
unverified 2026-12-01)."""
DESTROYS = (
    _of("s3", "DeleteBucket", "DeleteObjectVersion", "BypassGovernanceRetention", "PutBucketVersioning")
    | _of("s3", "PutLifecycleConfiguration", "PutReplicationConfiguration", "PutEncryptionConfiguration")
    | _of("s3", "PutBucketObjectLockConfiguration")
    | _of("kms", "ScheduleKeyDeletion", "DisableKey", "DeleteImportedKeyMaterial", "UpdateAlias", "DeleteAlias")
    | _of("secretsmanager", "DeleteSecret")
    | _of("rds", "DeleteDBInstance", "DeleteDBCluster", "DeleteDBSnapshot", "DeleteDBClusterSnapshot")
    | _of("rds", "DeleteDBInstanceAutomatedBackup", "ModifyDBInstance", "ModifyDBCluster", "ModifyDBSnapshotAttribute")
    | _of("rds", "ModifyDBClusterSnapshotAttribute", "StartExportTask", "StopDBInstance")
    | _of("elasticache", "DeleteReplicationGroup", "DeleteCacheCluster", "DeleteSnapshot", "CopySnapshot")
    | _of("elasticache", "ModifyReplicationGroup", "ModifyUser")
    | _of("dynamodb", "DeleteTable", "DeleteBackup")
    | _of("ec2", "DeleteVolume", "DeleteSnapshot", "ModifySnapshotAttribute", "TerminateInstances", "DeleteVpc")
    | _of("ec2", "AuthorizeSecurityGroupIngress", "DeleteSubnet", "DeleteNatGateway", "DeleteFlowLogs")
    | _of("eks", "DeleteCluster", "DeleteNodegroup", "UpdateClusterConfig")
    | _of("backup", "DeleteRecoveryPoint", "DeleteBackupVault", "DeleteBackupPlan", "UpdateRecoveryPointLifecycle")
    | _of("backup", "DeleteBackupSelection", "DeleteBackupVaultLockConfiguration", "DisassociateRecoveryPoint")
    | _of("logs", "DeleteLogGroup", "DeleteLogStream", "PutRetentionPolicy", "DeleteSubscriptionFilter")
    | _of("cloudtrail", "StopLogging", "DeleteTrail", "UpdateTrail", "PutEventSelectors")
    | _of("cloudwatch", "DeleteAlarms", "DisableAlarmActions")
    | _of("ecr", "DeleteRepository", "BatchDeleteImage")
    | _of("route53", "ChangeResourceRecordSets", "DeleteHostedZone")
    | _of("sns", "DeleteTopic", "Unsubscribe")
    | _of("sqs", "DeleteQueue", "PurgeQueue")
    | _of("elasticloadbalancing", "DeleteLoadBalancer", "DeleteListener", "ModifyListener", "DeleteTargetGroup")
    | _of("autoscaling", "DeleteAutoScalingGroup")
)
"""Actions, in small letters, that end what is kept or what keeps it, or hand it out whole (Service Authorization
Reference, access level Write; unverified 2026-12-01)."""
DATA = (
    _of("s3", "GetObject", "GetObjectVersion", "PutObject", "DeleteObject", "ReplicateObject", "RestoreObject")
    | _of("kms", "Decrypt", "ReEncryptFrom")
    | _of("secretsmanager", "GetSecretValue", "BatchGetSecretValue", "PutSecretValue", "UpdateSecret", "RestoreSecret")
    | _of("ssm", "GetParameter", "GetParameters", "GetParametersByPath", "PutParameter", "DeleteParameter")
    | _of("rds", "RestoreDBInstanceFromDBSnapshot", "RestoreDBInstanceToPointInTime", "CopyDBSnapshot")
    | _of("rds", "RebootDBInstance", "CreateDBSnapshot", "DownloadDBLogFilePortion")
    | _of("rds-db", "connect")
    | _of("rds-data", "ExecuteStatement", "BatchExecuteStatement")
    | _of("elasticache", "Connect", "CreateSnapshot")
    | _of("dynamodb", "GetItem", "BatchGetItem", "Query", "Scan", "PutItem", "UpdateItem", "DeleteItem")
    | _of("backup", "StartRestoreJob", "StartCopyJob")
    | _of("ec2", "CreateSnapshot", "CopySnapshot")
    | _of("ebs", "GetSnapshotBlock")
    | _of("logs", "GetLogEvents", "FilterLogEvents", "StartQuery", "Unmask")
    | _of("lambda", "InvokeFunction")
    | _of("ecr", "PutImage")
    | _of("sqs", "ReceiveMessage", "DeleteMessage")
)
"""Actions, in small letters, that read or change what is kept, one thing at a time: programs are made for it (the same
source)."""
_ALSO = {"sts": ("iam", "sts"), "ssm": ("ssm", "ec2"), "rds-data": ("rds",), "ebs": ("ec2",)}
"""Services in whose ARNs the resources of an action are, where not only in its own."""
_ANY = frozenset(("backup",))
"""Services whose actions are about resources of others."""


def taken(right: Right, known: Collection[str]) -> list[str]:
    """Which of some actions a right gives, in small letters: `iam:Put*` gives several, on a bucket none."""
    return [
        name
        for name in known
        if matches(name, right.action.pattern)
        and not any(matches(name, one) for one in right.action.but)
        and _about(name.partition(":")[0], right.on.pattern)
    ]


def _about(service: str, on: str) -> bool:
    """Whether a resource may be one of a service's."""
    whose = [*on.split(":"), "", "", ""][2] if on.startswith("arn:") else ""
    return service in _ANY or not whose or any(matches(one, whose) for one in _ALSO.get(service, (service,)))


def permitted(change: Change, stand: Standing) -> Iterator[Finding]:
    """What a policy of permissions that changes or is made allows or refuses, and did not.

    Args:
        change: what happens.
        stand: the inputs of what stands, by type.
    """
    before, after = change.before, change.after
    if after is None or (before is not None and before.leftover) or change.type not in PERMISSIONS:
        return
    name, old, new = _policies(change.type, before.inputs if before is not None else {}, after.inputs)
    if old == new or any(is_unknown(one) for one in (*old, *new)):
        return
    role = after.inputs.get("role")
    others = (
        []
        if role is None or is_unknown(role)
        else [one for one in stand.get(ROLE_POLICY, ()) if one.get("role") == role and one.get("policy") not in old]
    )
    stands = before is not None or bool(others)
    known = [right for policy in (*old, *(one.get("policy") for one in others)) for right in rights(policy)]
    gained = [right for policy in new for right in rights(policy) if not right.covered(known)]
    yield from _gained(change, name, gained, stands=stands)
    kept = [right for policy in new for right in rights(policy, "Deny")]
    lost = [right for policy in old for right in rights(policy, "Deny") if not right.covered(kept)]
    if lost:
        yield found(WEAKENED, change.urn, f"{name} would no longer refuse {_said(lost)} as it did", (name,))
    if change.type != ROLE:
        yield from refused_role(change, old[0] if old else None, new[0] if new else None, others)


def _policies(token: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> tuple[str, list[Any], list[Any]]:
    """The property that holds policies of permissions, with those before and after."""
    if token != ROLE:
        sides = [[side["policy"]] if side.get("policy") is not None else [] for side in (old, new)]
        return "policy", sides[0], sides[1]
    sides = [
        [one.get("policy") if isinstance(one, dict) else one for one in listed(side.get("inlinePolicies"))]
        for side in (old, new)
    ]
    return "inlinePolicies", sides[0], sides[1]


def _gained(change: Change, name: str, gained: list[Right], *, stands: bool) -> Iterator[Finding]:
    deploys = _DEPLOYS in change.urn
    risen = [right for right in gained if taken(right, ESCALATES) and not _for_a_service(right)]
    ending = [right for right in gained if right not in risen and taken(right, DESTROYS)]
    reading = [right for right in gained if right not in risen and right not in ending and taken(right, DATA)]
    if risen:
        says = f"{name} would allow {_said(risen)}: whoever has it can take rights that nobody gave"
        yield found(ADMITS, change.urn, says, (name,), noted=deploys and change.before is None)
    if ending:
        says = f"{name} would allow {_said(ending)}: what is kept, or what keeps it, can be ended or handed out"
        yield found(ADMITS, change.urn, says, (name,), noted=deploys)
    if reading and stands:
        says = f"{name} would allow {_said(reading)}: data that it could not be asked for before"
        yield found(ADMITS, change.urn, says, (name,), noted=True)


def _for_a_service(right: Right) -> bool:
    """Whether a grant is one that a service of AWS asks for alone (KMS Developer Guide, kms:GrantIsForAWSResource)."""
    return right.action.pattern == "kms:creategrant" and any(
        (operator, key) == ("bool", "kms:grantisforawsresource") and values == {"true"}
        for operator, key, values in right.tests
    )


def _said(several: list[Right]) -> str:
    where = list(dict.fromkeys(right.on.pattern for right in several))
    more = f" and {len(where) - 1} more" if len(where) > 1 else ""
    on = "everything" if EVERY in where else f"{where[0][:120]}{more}"
    return f"{some(right.written for right in several)} on {on}"
