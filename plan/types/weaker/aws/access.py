"""Who may do what: properties that point at a role, a key or a thing and must not point elsewhere in silence.

Sources are the AWS documentation; unverified where nothing else is said.
"""

from __future__ import annotations

import re
from typing import Any

from plan.types.weaker.model import TRUE, Weaker, becomes, changes, gains, stays
from plan.unknown import is_unknown

_ROLE = "aws:iam/role:Role"
_ATTACHMENT = "aws:iam/rolePolicyAttachment:RolePolicyAttachment"
_POLICIES = "IAM User Guide, Managed policies and inline policies"
_BOUNDARIES = "IAM User Guide, Permissions boundaries for IAM entities"
_OF_AWS = re.compile(r"arn:aws[\w-]*:iam::aws:policy/")
"""Policies that AWS writes: none of them was made as the end of what roles of a stack may do."""


def _unbounded(old: Any, new: Any) -> bool:  # noqa: ANN401 - any value of a plan
    """Whether a boundary is gone, or is a policy of AWS."""
    return bool(old) and (not new or (old != new and _OF_AWS.match(str(new)) is not None))


def _bounded_otherwise(old: Any, new: Any) -> bool:  # noqa: ANN401 - any value of a plan
    """Whether another policy of somebody's own is the boundary: what it says stands in no plan."""
    return changes(old, new) and not _unbounded(old, new) and not is_unknown(new)


ACCESS_WEAKER: tuple[Weaker, ...] = (
    *(
        Weaker(token=token, path=(name,), than=changes, says=says, loses="defence", source=source)
        for token, name, says, source in (
            *(
                (token, "principalArn", "nobody else may ask the cluster's API", "EKS User Guide, Access entries")
                for token in (
                    "aws:eks/accessEntry:AccessEntry",
                    "aws:eks/accessPolicyAssociation:AccessPolicyAssociation",
                )
            ),
            (
                "aws:eks/podIdentityAssociation:PodIdentityAssociation",
                "roleArn",
                "its pods may do what this role may",
                "EKS User Guide, EKS Pod Identities",
            ),
            ("aws:kms/alias:Alias", "targetKeyId", "its name stands for this key", "KMS Developer Guide, Aliases"),
            ("aws:kms/keyPolicy:KeyPolicy", "keyId", "this key has a policy", "KMS Developer Guide, Key policies"),
            (
                "aws:sns/topicPolicy:TopicPolicy",
                "arn",
                "this topic has a policy",
                "SNS Developer Guide, Access",
            ),
            *(
                (f"aws:s3/{name[0].lower()}{name[1:]}:{name}", "bucket", says, "Amazon S3 User Guide, Security")
                for name, says in (
                    ("BucketPublicAccessBlock", "nobody can make this bucket public"),
                    ("BucketServerSideEncryptionConfiguration", "what this bucket keeps is encrypted so"),
                    ("BucketPolicy", "this bucket has a policy"),
                    ("BucketOwnershipControls", "this bucket has no access lists"),
                )
            ),
        )
    ),
    *(
        Weaker(token=token, path=("role",), than=changes, says=says, loses="defence", source=_POLICIES)
        for token, says in (
            (_ATTACHMENT, "this role has this policy, and no other"),
            ("aws:iam/rolePolicy:RolePolicy", "this role may do so, and no other"),
        )
    ),
    Weaker(
        token=_ATTACHMENT,
        path=("policyArn",),
        than=changes,
        says="its role may do what this policy says",
        loses="defence",
        source=_POLICIES,
        # What gives everything is found by a rule over what stands; what another one lacks stands in no plan.
        noted=True,
    ),
    Weaker(
        token=_ROLE,
        path=("permissionsBoundary",),
        than=_unbounded,
        by_presence=True,
        says="a boundary ends what this role may do, whatever it is given",
        loses="defence",
        source=_BOUNDARIES,
    ),
    Weaker(
        token=_ROLE,
        path=("permissionsBoundary",),
        than=_bounded_otherwise,
        by_presence=True,
        says="this boundary ends what it may do",
        loses="defence",
        source=_BOUNDARIES,
        noted=True,
    ),
    Weaker(
        token="aws:kms/keyPolicy:KeyPolicy",
        path=("bypassPolicyLockoutSafetyCheck",),
        than=becomes(*TRUE),
        says="no policy locks out who manages the key",
        loses="copies",
        source="AWS KMS API Reference, PutKeyPolicy",
    ),
    Weaker(
        token="aws:eks/accessEntry:AccessEntry",
        path=("kubernetesGroups",),
        than=gains,
        says="it has the rights of its access policies alone",
        loses="defence",
        source="EKS User Guide, Access entries",
    ),
    Weaker(
        token="aws:iam/openIdConnectProvider:OpenIdConnectProvider",
        path=("clientIdLists",),
        than=gains,
        own=True,
        says="tokens for these audiences alone are taken",
        loses="defence",
        source="IAM User Guide, Create an OpenID Connect identity provider",
    ),
    Weaker(
        token="aws:ecr/repository:Repository",
        path=("imageScanningConfiguration", "scanOnPush"),
        than=stays(*TRUE),
        says="what is pushed is searched for known holes",
        loses="defence",
        source="Amazon ECR User Guide, Image scanning",
    ),
    Weaker(
        token="aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
        path=("rules", 0, "applyServerSideEncryptionByDefault", "kmsMasterKeyId"),
        than=changes,
        says="what comes to the bucket is encrypted with this key",
        loses="defence",
        source="Amazon S3 User Guide, Default encryption",
    ),
)
