"""Amazon EKS, Amazon ECR and IAM: the cluster, its images, and the roles of both."""

from __future__ import annotations

from plan import tokens
from plan.permissions.model import Permissions, of

_TAGS = of("eks", "TagResource", "UntagResource")
_ROLES = of("iam", "GetRole", "ListAttachedRolePolicies")
"""EKS looks at a role in the caller's name before it takes it."""

EKS = (
    Permissions(
        token=tokens.CLUSTER,
        reads=(
            *of("eks", "DescribeCluster", "DescribeUpdate", "ListTagsForResource"),
            *_ROLES,
            *of("ec2", "DescribeSubnets", "DescribeVpcs"),
            *of("kms", "DescribeKey"),
        ),
        creates=(*of("eks", "CreateCluster"), *_TAGS, *of("kms", "CreateGrant")),
        updates=of("eks", "AssociateEncryptionConfig", "UpdateClusterConfig", "UpdateClusterVersion"),
        deletes=of("eks", "DeleteCluster"),
        linked=("eks.amazonaws.com",),
        passes="eks.amazonaws.com",
    ),
    Permissions(
        token=tokens.NODE_GROUP,
        reads=(
            *of("eks", "DescribeNodegroup", "DescribeUpdate", "ListTagsForResource"),
            *_ROLES,
            *of("ec2", "DescribeLaunchTemplateVersions", "DescribeLaunchTemplates", "DescribeSubnets"),
        ),
        # EKS asks whether the caller may start what the template says (EKS User Guide, launch templates).
        creates=(*of("eks", "CreateNodegroup"), *_TAGS, *of("ec2", "CreateTags", "RunInstances")),
        updates=of("eks", "UpdateNodegroupConfig", "UpdateNodegroupVersion"),
        deletes=of("eks", "DeleteNodegroup"),
        linked=("autoscaling.amazonaws.com", "eks-nodegroup.amazonaws.com", "spot.amazonaws.com"),
        passes="ec2.amazonaws.com",
    ),
    Permissions(
        token=tokens.ADDON,
        reads=of("eks", "DescribeAddon", "DescribeAddonVersions", "DescribeUpdate", "ListTagsForResource"),
        creates=(*of("eks", "CreateAddon"), *_TAGS),
        updates=of("eks", "UpdateAddon"),
        deletes=of("eks", "DeleteAddon"),
    ),
    Permissions(
        token="aws:eks/accessEntry:AccessEntry",
        reads=of("eks", "DescribeAccessEntry", "ListTagsForResource"),
        creates=(*of("eks", "CreateAccessEntry"), *_TAGS),
        updates=of("eks", "UpdateAccessEntry"),
        deletes=of("eks", "DeleteAccessEntry"),
    ),
    Permissions(
        token="aws:eks/accessPolicyAssociation:AccessPolicyAssociation",
        reads=of("eks", "ListAssociatedAccessPolicies"),
        creates=of("eks", "AssociateAccessPolicy"),
        deletes=of("eks", "DisassociateAccessPolicy"),
    ),
    Permissions(
        token="aws:eks/podIdentityAssociation:PodIdentityAssociation",
        reads=(*of("eks", "DescribePodIdentityAssociation", "ListTagsForResource"), *of("iam", "GetRole")),
        creates=(*of("eks", "CreatePodIdentityAssociation"), *_TAGS),
        updates=of("eks", "UpdatePodIdentityAssociation"),
        deletes=of("eks", "DeletePodIdentityAssociation"),
        passes="pods.eks.amazonaws.com",
    ),
)

ECR = (
    Permissions(
        token="aws:ecr/repository:Repository",
        reads=of("ecr", "DescribeRepositories", "ListTagsForResource"),
        creates=(*of("ecr", "CreateRepository", "TagResource", "UntagResource"), *of("kms", "CreateGrant")),
        updates=of("ecr", "PutImageScanningConfiguration", "PutImageTagMutability"),
        deletes=of("ecr", "DeleteRepository"),
    ),
    Permissions(
        token="aws:ecr/lifecyclePolicy:LifecyclePolicy",
        reads=of("ecr", "GetLifecyclePolicy"),
        creates=of("ecr", "PutLifecyclePolicy"),
        deletes=of("ecr", "DeleteLifecyclePolicy"),
    ),
)

IAM = (
    Permissions(
        token="aws:iam/role:Role",
        reads=of("iam", "GetRole", "ListAttachedRolePolicies", "ListInstanceProfilesForRole", "ListRolePolicies"),
        creates=of("iam", "CreateRole", "TagRole", "UntagRole"),
        updates=of(
            "iam",
            "PutRolePermissionsBoundary",
            "UpdateAssumeRolePolicy",
            "UpdateRole",
            "UpdateRoleDescription",
        ),
        deletes=of("iam", "DeleteRole"),
    ),
    Permissions(
        token="aws:iam/rolePolicy:RolePolicy",
        reads=of("iam", "GetRolePolicy"),
        creates=of("iam", "PutRolePolicy"),
        deletes=of("iam", "DeleteRolePolicy"),
    ),
    Permissions(
        token="aws:iam/rolePolicyAttachment:RolePolicyAttachment",
        reads=of("iam", "ListAttachedRolePolicies"),
        creates=of("iam", "AttachRolePolicy"),
        deletes=of("iam", "DetachRolePolicy"),
    ),
)
