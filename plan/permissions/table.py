"""All rows by type token, and which types of AWS have none."""

from __future__ import annotations

from plan.permissions.cluster import ECR, EKS, IAM
from plan.permissions.data import BACKUP, ELASTICACHE, KMS, RDS, S3, SECRETS
from plan.permissions.network import BALANCERS, EC2
from plan.permissions.watching import WATCHING

PERMISSIONS = {
    row.token: row
    for row in (*EC2, *BALANCERS, *EKS, *ECR, *IAM, *RDS, *ELASTICACHE, *S3, *BACKUP, *SECRETS, *KMS, *WATCHING)
}
"""Rows by type token, in the order of the architecture."""


def without_permissions(types: tuple[str, ...]) -> list[str]:
    """Types of AWS that no row knows: what to write, and where."""
    missing = sorted(token for token in types if token.startswith("aws:") and token not in PERMISSIONS)
    return [f"{token}: say what it reads, creates, updates and deletes in plan/permissions/" for token in missing]
