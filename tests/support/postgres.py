"""A PostgreSQL server's arguments for tests, complete and valid, with whatever a test changes."""

from __future__ import annotations

from typing import Any

from components.security.secrets import Credential, CredentialArgs
from components.tuning.postgres import Profile, parameters

KEY = "arn:aws:kms:us-east-1:000000000000:key/1"
ZONES = ("us-east-1a", "us-east-1b", "us-east-1c")


def template(**changes: object) -> dict[str, Any]:
    settled: dict[str, Any] = {
        "instance_class": "db.m7g.large",
        "allocated_storage_gib": 150,
        "max_allocated_storage_gib": 300,
        "availability_zones": ZONES,
        "vpc_id": "vpc-1",
        "subnet_ids": ("subnet-1", "subnet-2", "subnet-3"),
        "client_security_group_ids": ("sg-nodes",),
        "key_arn": KEY,
        "parameters": parameters(Profile.GUIDE, 8),
    }
    settled.update(changes)
    return settled


def credential() -> Credential:
    login = CredentialArgs(secret_name="test/db", username="bbp_admin", key_arn=KEY)  # noqa: S106 - a name, no secret
    return Credential("db", login)
