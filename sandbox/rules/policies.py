"""Policy documents of types that have no row yet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.model.checks import On
from sandbox.services.aws.policies import Document, check

if TYPE_CHECKING:
    from sandbox.model.base import Rule


def _on(label: str, token: str) -> On:
    return On(label, token, "IAM User Guide, IAM JSON policy element reference")


RULES: tuple[Rule, ...] = (
    _on("policy-trust", "aws:iam/role:Role").custom(
        "document", check(Document("assumeRolePolicy", principal=True, resource=False, longest=2048))
    ),
    _on("policy-managed", "aws:iam/policy:Policy").custom(
        "document", check(Document("policy", principal=False, longest=6144))
    ),
    _on("policy-inline", "aws:iam/rolePolicy:RolePolicy").custom(
        "document", check(Document("policy", principal=False, longest=10_240))
    ),
    _on("policy-bucket", "aws:s3/bucketPolicy:BucketPolicy").custom(
        "document", check(Document("policy", principal=True, error="MalformedPolicy"))
    ),
    _on("policy-secret", "aws:secretsmanager/secret*:Secret*").custom(
        "document", check(Document("policy", principal=True, error="MalformedPolicyDocumentException"))
    ),
    _on("policy-repository", "aws:ecr/repositoryPolicy:RepositoryPolicy").custom(
        "document", check(Document("policy", principal=True, resource=False, error="InvalidParameterException"))
    ),
)
