"""Physical names: one rule per kind of resource, checked before a provider is asked.

A name that AWS refuses is found at the end of a long update, and a name that is cut silently can collide with another.
So every explicit name goes through `physical_name`, which joins, checks, and shortens with a stable hash.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from enum import Enum

HASH_LENGTH = 8
"""Hexadecimal digits of the suffix of a shortened name: 32 bits, so 1,000 names collide with a chance of 1 in 8,600."""

SECRET_SUFFIX = re.compile(r"-[a-z0-9]{6}$")
"""The ending that Secrets Manager appends to a name in its ARN."""


@dataclass(frozen=True, kw_only=True)
class NameRule:
    """What a service accepts as a name.

    Attributes:
        label: what the name is of, for messages.
        maximum: longest name in characters, `lead` included.
        minimum: shortest name in characters.
        first: characters that may begin the name (a regular expression class).
        body: characters that may follow.
        separator: what joins the parts.
        lead: text that every name of this kind begins with.
        double_hyphen: whether "--" may occur.
        forbidden_starts: beginnings that the service keeps for itself.
    """

    label: str
    maximum: int
    minimum: int = 1
    first: str = "[a-z0-9]"
    body: str = "[a-z0-9-]"
    separator: str = "-"
    lead: str = ""
    double_hyphen: bool = True
    forbidden_starts: tuple[str, ...] = ()


class NameKind(Enum):
    """Kinds of explicit names with the limits of their services.

    Sources: Elastic Load Balancing API reference (CreateLoadBalancer, CreateTargetGroup), Amazon RDS API reference
    (CreateDBInstance, CreateDBSubnetGroup, CreateDBParameterGroup), Amazon ElastiCache API reference
    (CreateReplicationGroup, CreateUser), Amazon EKS API reference (CreateCluster, CreateNodegroup), IAM quotas, Amazon
    S3 bucket naming rules, Amazon EC2 API reference (CreateSecurityGroup, CreateLaunchTemplate), Secrets Manager,
    Systems Manager, CloudWatch, SNS, Budgets, ECR and KMS API references, Kubernetes "Object Names and IDs".
    """

    LOAD_BALANCER = NameRule(label="load balancer name", maximum=32, forbidden_starts=("internal-",))
    TARGET_GROUP = NameRule(label="target group name", maximum=32)
    RDS_IDENTIFIER = NameRule(label="RDS identifier", maximum=63, first="[a-z]", double_hyphen=False)
    RDS_SUBNET_GROUP = NameRule(label="RDS subnet group name", maximum=255)
    RDS_PARAMETER_GROUP = NameRule(label="RDS parameter group name", maximum=255, first="[a-z]", double_hyphen=False)
    REPLICATION_GROUP = NameRule(
        label="ElastiCache replication group id", maximum=40, first="[a-z]", double_hyphen=False
    )
    CACHE_USER = NameRule(label="ElastiCache user id", maximum=40, first="[a-z]", double_hyphen=False)
    CACHE_SUBNET_GROUP = NameRule(label="ElastiCache subnet group name", maximum=255)
    CACHE_PARAMETER_GROUP = NameRule(
        label="ElastiCache parameter group name", maximum=255, first="[a-z]", double_hyphen=False
    )
    EKS_CLUSTER = NameRule(label="EKS cluster name", maximum=100)
    NODE_GROUP = NameRule(label="EKS node group name", maximum=63)
    IAM_ROLE = NameRule(label="IAM role name", maximum=64)
    IAM_POLICY = NameRule(label="IAM policy name", maximum=128)
    S3_BUCKET = NameRule(
        label="S3 bucket name", maximum=63, minimum=3, forbidden_starts=("xn--", "sthree-", "amzn-s3-demo-")
    )
    SECURITY_GROUP = NameRule(label="security group name", maximum=255, forbidden_starts=("sg-",))
    LAUNCH_TEMPLATE = NameRule(label="launch template name", maximum=128, minimum=3)
    SECRET = NameRule(label="Secrets Manager secret name", maximum=512, body="[a-z0-9/_+=.@-]")
    SSM_PARAMETER = NameRule(
        label="SSM parameter name",
        maximum=1011,
        body="[a-z0-9_./-]",
        separator="/",
        lead="/",
        forbidden_starts=("/aws", "/ssm"),
    )
    LOG_GROUP = NameRule(label="CloudWatch log group name", maximum=512, body="[a-z0-9_./-]", separator="/", lead="/")
    ALARM = NameRule(label="CloudWatch alarm name", maximum=255)
    SNS_TOPIC = NameRule(label="SNS topic name", maximum=256)
    BUDGET = NameRule(label="budget name", maximum=100)
    ECR_REPOSITORY = NameRule(
        label="ECR repository name", maximum=256, minimum=2, body="[a-z0-9_./-]", separator="/", double_hyphen=False
    )
    KMS_ALIAS = NameRule(
        label="KMS alias", maximum=256, body="[a-z0-9_/-]", lead="alias/", forbidden_starts=("alias/aws/",)
    )
    KUBERNETES_LABEL = NameRule(label="Kubernetes name (RFC 1123 label)", maximum=63)
    KUBERNETES_SUBDOMAIN = NameRule(
        label="Kubernetes name (RFC 1123 subdomain)", maximum=253, body="[a-z0-9.-]", double_hyphen=False
    )

    @property
    def rule(self) -> NameRule:
        """The limits of this kind."""
        return self.value


def name_hash(text: str) -> str:
    """A stable suffix of `HASH_LENGTH` hexadecimal digits."""
    return hashlib.sha256(text.encode()).hexdigest()[:HASH_LENGTH]


def _shortened(rule: NameRule, full: str) -> str:
    """The beginning of the name and a hash of all of it, no longer than the rule allows."""
    kept = full[: rule.maximum - HASH_LENGTH - 1].rstrip("-./_")
    return f"{kept}-{name_hash(full)}"


def _complaint(rule: NameRule, name: str) -> str | None:
    """Why the service would refuse the name, or None."""
    bare = name.removeprefix(rule.lead)
    if not re.fullmatch(f"{rule.first}({rule.body})*", bare):
        return f"must begin with {rule.first} and go on with {rule.body}"
    if bare[-1] in "-./_":
        return "must end with a letter or a digit"
    if not rule.double_hyphen and "--" in bare:
        return 'must not contain "--"'
    if re.search(r"[./]{2}|[./]-|-[./]", bare):
        return "must not have an empty segment"
    if len(name) < rule.minimum:
        return f"must have at least {rule.minimum} characters"
    taken = next((start for start in rule.forbidden_starts if name.startswith(start)), None)
    return f'must not begin with "{taken}", which the service keeps for itself' if taken else None


def physical_name(kind: NameKind, *parts: str) -> str:
    """The explicit name of a resource: its parts in lower case, joined, checked, and shortened where too long.

    The same parts always give the same name. A name over the limit keeps its beginning and ends in a hash of the whole,
    so two long names that differ only at their ends stay different.

    Args:
        kind: what is named.
        *parts: at least one non-empty part, the most general first ("bailbondpro-prod", "primary").

    Returns:
        A name that the kind's rule admits.

    Raises:
        ValueError: no parts, an empty part, or characters that the service refuses; the message says which and why.
    """
    rule = kind.rule
    if not parts or any(not part.strip() for part in parts):
        raise ValueError(f"{rule.label}: needs at least one part and none may be empty, got {list(parts)!r}")
    name = rule.lead + rule.separator.join(part.lower() for part in parts)
    if len(name) > rule.maximum:
        name = _shortened(rule, name)
    if kind is NameKind.SECRET and SECRET_SUFFIX.search(name):
        # Secrets Manager cannot tell such a name from the end of an ARN when it looks a secret up by a partial ARN.
        name = f"{name}-{name_hash(name)}"
    complaint = _complaint(rule, name)
    if complaint:
        raise ValueError(f'{rule.label} "{name}" (from {list(parts)!r}) {complaint}')
    return name
