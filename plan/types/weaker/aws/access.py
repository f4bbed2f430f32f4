"""Who may do what: properties that point at a role, a key or a thing and must not point elsewhere in silence.

Sources are the AWS documentation; unverified where nothing else is said.
"""

from __future__ import annotations

from plan.types.weaker.model import TRUE, Weaker, changes, gains, stays

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
    Weaker(
        token="aws:eks/accessEntry:AccessEntry",
        path=("kubernetesGroups",),
        than=gains,
        says="it has the rights of its access policies alone",
        loses="defence",
        source="EKS User Guide, Access entries",
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
