"""Principals of policies that do not exist: the services look them up when a policy is written."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sandbox.model.base import Context, Violation
from sandbox.model.pairs import find, pair
from sandbox.model.place import CALLER
from sandbox.model.references import outside
from sandbox.services.aws.pairs.statements import AWS, SERVICE, statements

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sandbox.cloud import Cloud

_LOOKED_UP = {"role": "aws:iam/role:Role", "user": "aws:iam/user:User"}
_ARN = re.compile(r"arn:aws[a-z-]*:iam::\d{12}:(role|user)/(?P<path>.+/)?(?P<name>[^/]+)")
_BROUGHT_ALONG = ("aws-service-role/", "aws-reserved/")
"""Paths of roles that AWS makes: service-linked ones, and those of IAM Identity Center."""
_BUCKET = "MalformedPolicy: Invalid principal in policy"
_TOPIC = "InvalidParameter: Invalid parameter: Policy Error: PrincipalNotFound"
_SECRET = "MalformedPolicyDocumentException: This resource policy contains an invalid principal"
_KEY = "MalformedPolicyDocumentException: Policy contains a statement with one or more invalid principals"
_REPOSITORY = "InvalidParameterException: Invalid parameter at 'PolicyText': Principal not found"
POLICIES: dict[str, tuple[str, str]] = {
    "aws:iam/role:Role": ("assumeRolePolicy", 'MalformedPolicyDocument: Invalid principal in policy: "AWS"'),
    "aws:s3/bucketPolicy:BucketPolicy": ("policy", _BUCKET),
    "aws:kms/key:Key": ("policy", _KEY),
    "aws:kms/keyPolicy:KeyPolicy": ("policy", _KEY),
    "aws:sns/topic:Topic": ("policy", _TOPIC),
    "aws:sns/topicPolicy:TopicPolicy": ("policy", _TOPIC),
    "aws:secretsmanager/secret:Secret": ("policy", _SECRET),
    "aws:secretsmanager/secretPolicy:SecretPolicy": ("policy", _SECRET),
    "aws:ecr/repositoryPolicy:RepositoryPolicy": (
        "policy",
        _REPOSITORY,
    ),
}
"""Type -> the property with a policy of a resource, and what the service says of a principal that does not exist."""


def missing(cloud: Cloud, principal: str) -> str:
    """The kind of a principal of the account that does not exist, or nothing."""
    found = _ARN.fullmatch(principal)
    if found is None or outside(principal) or "*" in principal or principal.endswith(f":{CALLER}"):
        return ""
    if (found["path"] or "").startswith(_BROUGHT_ALONG):
        return ""
    token = _LOOKED_UP[found[1]]
    # By name, too: the path is no part of a role's identity.
    exists = find(cloud, token, principal) is not None or find(cloud, token, found["name"], ("name",)) is not None
    return "" if exists else found[1]


def _unknown_principals(context: Context) -> Iterator[Violation]:
    path, says = POLICIES.get(context.token, ("", ""))
    found = statements(context.inputs.get(path)) if path else None
    for index, statement in enumerate(found or ()):
        for kind, value in statement.principals:
            what = missing(context.cloud, value) if kind == AWS and context.cloud is not None else ""
            if kind == SERVICE and "." not in value and value != "*":
                yield Violation(
                    path, f"Statement[{index}]: {value!r} is no service; did you mean {value}.amazonaws.com? ({says})"
                )
            if what:
                yield Violation(
                    path,
                    f"Statement[{index}]: no {what} {value} exists; make this depend on it, or name the account "
                    f"({says})",
                )


POLICY_PRINCIPALS = pair(
    "policy-principals",
    _unknown_principals,
    refused="a trust or resource policy that names a role or user of the account which does not exist (its own "
    "role, too, when it is new), or something that is no service",
    says="IAM: MalformedPolicyDocument; S3: MalformedPolicy; KMS, Secrets Manager: MalformedPolicyDocumentException; "
    "SNS: InvalidParameter; ECR: InvalidParameterException",
    source="IAM API Reference, CreateRole, Errors; Amazon S3, Amazon SNS, AWS KMS, Amazon ECR, AWS Secrets Manager: "
    "errors of the operation that puts a policy; aws-secure-environment-accelerator#1136",
)
